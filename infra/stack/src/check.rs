//! `cargo stack check`: what is rendered is what is on disk, every wire holds, the quotas have room, and the
//! architecture is as it is meant to be. Each finding says where, and why it matters.

pub mod contracts;
pub mod differences;
pub mod lint;
pub mod quotas;
pub mod sources;
pub mod wires;

use std::fmt;

use anyhow::Result;

use crate::describe::{self, Descriptions};
use crate::project::Project;
use crate::render;

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// File and line, or the name of a resource.
    pub place: String,
    /// What is wrong and why it matters.
    pub message: String,
}

impl Finding {
    /// A finding.
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.message)
    }
}

/// What a check found, and what it could not look at.
#[derive(Debug, Default)]
pub struct Report {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What was not looked at, and why.
    pub skipped: Vec<String>,
    /// What was counted: a line each.
    pub counted: Vec<String>,
}

/// Looks at everything. `manifests_alone` leaves out what needs the functions to be built.
pub fn all(project: &Project, manifests_alone: bool) -> Result<Report> {
    let catalogue = ::contracts::catalogue();
    let mut report = Report::default();
    let found = &mut report.findings;
    found.extend(lint::all(project, &catalogue));
    found.extend(sources::all(project)?);
    found.extend(contracts::events(&project.root, &catalogue));

    let mut rendered = render::of_manifests(project);
    if manifests_alone {
        report
            .skipped
            .push("what the functions say of themselves: not asked".to_owned());
    } else {
        let descriptions: Descriptions = describe::all(project)?;
        found.extend(contracts::descriptions(project, &descriptions));
        rendered.extend(render::of_functions(project, &descriptions));
    }
    found.extend(differences::of(project, &rendered)?);

    match wires::expand(project)? {
        Some(templates) => {
            found.extend(wires::all(project, &templates));
            found.extend(quotas::of_templates(project, &templates, &mut report.counted));
        }
        None => report.skipped.push(
            "wires and quotas: .venv is not there; `make up` or `make test` makes it (aws-sam-translator expands the templates)"
                .to_owned(),
        ),
    }
    found.sort();
    found.dedup();
    Ok(report)
}
