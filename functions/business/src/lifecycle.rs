//! The states of a business as data: the code, the tests and docs/business.md are made from the one table below. What
//! it does not name does not happen.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a business stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "BusinessStatus")]
pub enum Status {
    /// Its seller is at work on it.
    Pending,
    /// It waits for its review, or is in it.
    InReview,
    /// It is who it says to be.
    Verified,
    /// It is not; its seller may mend it.
    Rejected,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Pending,
        Self::InReview,
        Self::Verified,
        Self::Rejected,
    ];

    /// Its name in the API and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InReview => "in_review",
            Self::Verified => "verified",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What can move a business on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Input {
    /// Its seller changes what it says of itself.
    Change,
    /// A document has come.
    AddDocument,
    /// Its seller takes a document back.
    RemoveDocument,
    /// Its seller wants it verified.
    Submit,
    /// An admin takes its review on, from another one too.
    StartReview,
    /// The admin finds it right.
    Verify,
    /// The admin does not.
    Reject,
    /// A document is no longer valid.
    DocumentExpired,
}

impl Input {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Change,
        Self::AddDocument,
        Self::RemoveDocument,
        Self::Submit,
        Self::StartReview,
        Self::Verify,
        Self::Reject,
        Self::DocumentExpired,
    ];
}

/// What must hold for a step.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Condition {
    /// There are a tax number, a bank account and a document, and no document has expired.
    Complete,
    /// Who asks has started the review.
    Reviewer,
}

/// A step that a business can take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transition {
    /// Where it stands.
    pub from: Status,
    /// What comes.
    pub input: Input,
    /// Where it stands then; the same where only its content changes.
    pub to: Status,
    /// What must hold, in this order.
    pub needs: &'static [Condition],
}

const fn step(from: Status, input: Input, to: Status, needs: &'static [Condition]) -> Transition {
    Transition {
        from,
        input,
        to,
        needs,
    }
}

/// Every step that there is.
pub const TRANSITIONS: &[Transition] = {
    use Condition::{Complete, Reviewer};
    use Input::{
        AddDocument, Change, DocumentExpired, Reject, RemoveDocument, StartReview, Submit, Verify,
    };
    use Status::{InReview, Pending, Rejected, Verified};
    &[
        step(Pending, Change, Pending, &[]),
        step(Pending, AddDocument, Pending, &[]),
        step(Pending, RemoveDocument, Pending, &[]),
        step(Pending, Submit, InReview, &[Complete]),
        step(InReview, AddDocument, InReview, &[]),
        step(InReview, StartReview, InReview, &[]),
        step(InReview, Verify, Verified, &[Reviewer, Complete]),
        step(InReview, Reject, Rejected, &[Reviewer]),
        step(Rejected, Change, Pending, &[]),
        step(Rejected, AddDocument, Pending, &[]),
        step(Rejected, RemoveDocument, Pending, &[]),
        step(Verified, Change, Pending, &[]),
        step(Verified, AddDocument, Verified, &[]),
        step(Verified, DocumentExpired, Pending, &[]),
    ]
};

/// The step that a business in this state takes on this input. None: it comes too late or too early, and changes
/// nothing.
pub fn transition(from: Status, input: Input) -> Option<&'static Transition> {
    TRANSITIONS
        .iter()
        .find(|step| step.from == from && step.input == input)
}

#[cfg(test)]
mod tests {
    use std::{fmt::Write, path::Path};

    use super::*;

    /// What is written down here a second time, by hand: the whole of what may happen.
    const EXPECTED: &str = "
                 pending            in_review                  verified  rejected
Change           pending            -                          pending   pending
AddDocument      pending            in_review                  verified  pending
RemoveDocument   pending            -                          -         pending
Submit           in_review+Complete -                          -         -
StartReview      -                  in_review                  -         -
Verify           -                  verified+Reviewer+Complete -         -
Reject           -                  rejected+Reviewer          -         -
DocumentExpired  -                  -                          pending   -
";

    #[test]
    fn every_state_takes_every_input_as_written_down() {
        let mut rows = EXPECTED.trim().lines().map(str::split_whitespace);
        let states: Vec<_> = rows.next().unwrap().collect();
        assert_eq!(
            states,
            [
                Status::Pending,
                Status::InReview,
                Status::Verified,
                Status::Rejected
            ]
            .map(Status::name)
        );
        assert_eq!(Status::ALL.map(Status::name).as_slice(), states);
        for (input, mut row) in Input::ALL.into_iter().zip(rows.by_ref()) {
            assert_eq!(row.next(), Some(format!("{input:?}").as_str()));
            for (from, expected) in Status::ALL.into_iter().zip(row) {
                let told = transition(from, input).map_or("-".to_owned(), |step| {
                    step.needs
                        .iter()
                        .fold(step.to.to_string(), |told, need| format!("{told}+{need:?}"))
                });
                assert_eq!(told, expected, "{from} {input:?}");
            }
        }
        assert!(rows.next().is_none(), "an input that is none any more");
    }

    #[test]
    fn no_step_is_named_twice_and_a_state_has_one_name() {
        for (i, step) in TRANSITIONS.iter().enumerate() {
            let same = |other: &Transition| other.from == step.from && other.input == step.input;
            assert_eq!(TRANSITIONS.iter().position(same), Some(i));
        }
        for status in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
        }
    }

    fn described(input: Input) -> &'static str {
        match input {
            Input::Change => "the seller changes it",
            Input::AddDocument => "a document comes",
            Input::RemoveDocument => "the seller removes a document",
            Input::Submit => "the seller submits it",
            Input::StartReview => "an admin starts the review",
            Input::Verify => "the admin verifies it",
            Input::Reject => "the admin rejects it",
            Input::DocumentExpired => "a document expires",
        }
    }

    fn needed(need: Condition) -> &'static str {
        match need {
            Condition::Complete => {
                "a tax number, a bank account, a document, and none that has expired"
            }
            Condition::Reviewer => "who asks has started the review",
        }
    }

    fn announced(step: &Transition) -> &'static str {
        use contracts::{Event, events};
        match (step.from, step.to) {
            (Status::Pending, Status::InReview) => events::BusinessSubmitted::TYPE,
            (Status::InReview, Status::Verified) => events::BusinessVerified::TYPE,
            (Status::InReview, Status::Rejected) => events::BusinessRejected::TYPE,
            (Status::Verified, Status::Pending) => events::BusinessReverificationRequired::TYPE,
            _ => "",
        }
    }

    fn table() -> String {
        let mut table =
            String::from("```mermaid\nstateDiagram-v2\n    [*] --> pending: registered\n");
        for step in TRANSITIONS.iter().filter(|step| step.from != step.to) {
            let _ = writeln!(
                table,
                "    {} --> {}: {}",
                step.from,
                step.to,
                described(step.input)
            );
        }
        table.push_str("```\n\n| a business that is | when | and | becomes | and announces |\n|---|---|---|---|---|\n");
        for step in TRANSITIONS {
            let needs: Vec<_> = step.needs.iter().map(|need| needed(*need)).collect();
            let announced = announced(step);
            let announced = if announced.is_empty() {
                String::new()
            } else {
                format!("`{announced}`")
            };
            let _ = writeln!(
                table,
                "| `{}` | {} | {} | `{}` | {announced} |",
                step.from,
                described(step.input),
                needs.join("; "),
                step.to,
            );
        }
        table
    }

    /// What the page has between these two lines is made here.
    const MARKS: [&str; 2] = [
        "<!-- Rendered from functions/business/src/lifecycle.rs: UPDATE_DOCS=1 cargo test -p business lifecycle -->\n",
        "<!-- end -->\n",
    ];

    #[test]
    fn the_documentation_shows_this_table() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/business.md");
        let page = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = page.split_once(MARKS[0]).unwrap();
        let (shown, after) = rest.split_once(MARKS[1]).unwrap();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let page = [before, MARKS[0], &table(), MARKS[1], after].concat();
            std::fs::write(&path, page).unwrap();
        } else {
            assert_eq!(
                shown,
                table(),
                "UPDATE_DOCS=1 cargo test -p business lifecycle"
            );
        }
    }
}
