//! An export of the audit log: what was asked for, how far it has come, and the files it consists of. Pure.
//!
//! It goes through the logs one after another, each from its latest entry back, and writes what passes the filter
//! into files of a few thousand lines. What it has read and which files it has written is one item, so that whoever
//! goes on after a crash goes on behind the last file that counts.

use std::time::Duration;

use dynamo::{Item, Key, audit::Filter};
use kernel::{AuditExportId, CustomerId, Line, Owned, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long an export and its files are kept: as long as the bucket keeps them.
const KEPT: Duration = Duration::from_hours(7 * 24);
/// Times are told by milliseconds: what is of the same one may be done later.
const INSTANT: Duration = Duration::from_millis(1);
/// A file is closed at so many lines, which bounds the memory that an export of any size takes.
pub(crate) const LINES: usize = 5_000;
/// An export has at most so many files: a million lines.
const MOST_FILES: usize = 200;

/// Which entries: those that `GET /v1/audit` lists with the same filters.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportFilter {
    /// Those of this actor: a customer's id, `guest`, or the name of a function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Line<1, 200>>,
    /// What was done to this: an order's id, a customer's, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Line<1, 200>>,
    /// Where this was done: `order.place`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Line<1, 200>>,
    /// Those of this service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Line<1, 64>>,
    /// Not before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Not after this time; unless told, and at the latest, just before the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}

impl ExportFilter {
    /// What it asks of each log.
    pub(crate) fn of_log(&self) -> Filter {
        let text = |line: &Option<Line<1, 200>>| line.as_ref().map(|line| line.as_str().to_owned());
        Filter {
            actor: text(&self.actor),
            subject: text(&self.subject),
            action: text(&self.action),
            from: self.from,
            to: self.to,
        }
    }
}

/// Where an export stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportStatus {
    /// It is being written.
    Running,
    /// Its files are there.
    Completed,
    /// It will not be finished: `failure` says why.
    Failed,
}

/// Why an export cannot be finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFailure {
    /// There is no service of that name, or it has no log.
    UnknownService,
    /// It would have more than a million lines: ask for less at once.
    TooLarge,
}

/// How far an export has read the logs.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reach {
    /// The log that is being read, by its service; none before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<String>,
    /// Its entries from here on are read: a time, and a number of that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) below: Option<(Timestamp, u64)>,
}

/// One file of an export.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct File {
    /// What no other attempt to write it has: a file that was written by an attempt that does not count is no part
    /// of the export.
    attempt: String,
    entries: u64,
}

/// An export.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Export {
    /// Its id.
    pub export_id: AuditExportId,
    /// Who wants it.
    requested_by: CustomerId,
    requested_at: Timestamp,
    pub(crate) filter: ExportFilter,
    /// Where it stands.
    pub status: ExportStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<ExportFailure>,
    files: Vec<File>,
    pub(crate) reach: Reach,
}

impl Export {
    /// What someone asks for now.
    pub fn new(
        export_id: AuditExportId,
        requested_by: CustomerId,
        filter: ExportFilter,
        now: Timestamp,
    ) -> Self {
        let before = now.minus(INSTANT);
        let to = filter.to.map_or(before, |to| to.min(before));
        Self {
            export_id,
            requested_by,
            requested_at: now,
            // What is done while it is written is no part of it, or it might never end.
            filter: ExportFilter {
                to: Some(to),
                ..filter
            },
            status: ExportStatus::Running,
            failure: None,
            files: Vec::new(),
            reach: Reach::default(),
        }
    }

    /// The same, having read as far as this and written one more file, if there was something to write.
    pub(crate) fn advance(&self, reach: Option<Reach>, file: Option<File>) -> Self {
        let mut next = self.clone();
        next.files.extend(file);
        match reach {
            Some(_) if next.files.len() >= MOST_FILES => return self.fail(ExportFailure::TooLarge),
            Some(reach) => next.reach = reach,
            None => (next.status, next.reach) = (ExportStatus::Completed, Reach::default()),
        }
        next
    }

    /// The same, given up.
    pub(crate) fn fail(&self, why: ExportFailure) -> Self {
        Self {
            status: ExportStatus::Failed,
            failure: Some(why),
            files: Vec::new(),
            reach: Reach::default(),
            ..self.clone()
        }
    }

    /// The next file of an attempt that nothing else is called by.
    pub(crate) fn file(attempt: u128, entries: usize) -> File {
        File {
            attempt: format!("{attempt:032x}"),
            entries: u64::try_from(entries).unwrap_or(u64::MAX),
        }
    }

    /// Where a file lies in the bucket, the `number`th from 1.
    pub(crate) fn place_of(&self, file: &File, number: usize) -> String {
        let id = self.export_id;
        format!("exports/{id}/{}/audit-{number:04}.ndjson", file.attempt)
    }

    /// How many files there are.
    pub(crate) fn number_of_files(&self) -> usize {
        self.files.len()
    }

    /// Where its files lie, in order, once all of them are there.
    pub(crate) fn places(&self) -> Vec<(String, u64)> {
        if self.status != ExportStatus::Completed {
            return Vec::new();
        }
        let numbered = self.files.iter().zip(1..);
        numbered
            .map(|(file, number)| (self.place_of(file, number), file.entries))
            .collect()
    }

    /// Until when it is there.
    pub fn ends_at(&self) -> Timestamp {
        self.requested_at.plus(KEPT)
    }

    /// What is seen of it, with its files.
    pub fn view(&self, files: Vec<ExportFile>) -> ExportView {
        ExportView {
            id: self.export_id,
            status: self.status,
            failure: self.failure,
            requested_by: self.requested_by,
            requested_at: self.requested_at,
            filter: self.filter.clone(),
            entries: self.files.iter().map(|file| file.entries).sum(),
            files,
            expires_at: self.ends_at(),
        }
    }

    /// Where an export is kept.
    pub fn key_of(id: AuditExportId) -> Key {
        Key::new(format!("audit-export#{id}"), "audit-export")
    }
}

impl Item for Export {
    const KIND: &'static str = "audit-export";

    fn key(&self) -> Key {
        Self::key_of(self.export_id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at())
    }
}

/// The marketplace's: for who may see all of it.
impl Owned for Export {}

/// An export as admins see it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditExport")]
pub struct ExportView {
    /// Its id.
    pub id: AuditExportId,
    /// Where it stands.
    pub status: ExportStatus,
    /// Why it will not be finished, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<ExportFailure>,
    /// Who wants it.
    pub requested_by: CustomerId,
    /// Since when.
    pub requested_at: Timestamp,
    /// Which entries.
    pub filter: ExportFilter,
    /// How many entries it has so far.
    pub entries: u64,
    /// The files, once it is completed: together they are the export.
    pub files: Vec<ExportFile>,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

/// One file: an entry a line, as JSON, in the form of `GET /v1/audit`; service by service, the latest first.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditExportFile")]
pub struct ExportFile {
    /// Where to fetch it, for five minutes; whoever has the URL needs no token.
    pub url: String,
    /// How many entries it has.
    pub entries: u64,
}

#[cfg(test)]
mod tests {
    use kernel::Ids;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    fn asked(filter: ExportFilter) -> Export {
        let ids = Ids::seeded(1);
        Export::new(ids.fresh(at(100)), ids.fresh(at(100)), filter, at(100))
    }

    fn reach(service: &str) -> Reach {
        Reach {
            service: Some(service.to_owned()),
            below: Some((at(9), 3)),
        }
    }

    #[test]
    fn nothing_that_is_done_later_is_in_it() {
        let before = at(100).minus(INSTANT);
        for (to, is) in [
            (None, before),
            (Some(at(50)), at(50)),
            (Some(at(500)), before),
        ] {
            let export = asked(ExportFilter {
                to,
                ..ExportFilter::default()
            });
            assert_eq!(export.filter.to, Some(is));
        }
    }

    #[test]
    fn its_files_show_when_all_are_there() {
        let first =
            asked(ExportFilter::default()).advance(Some(reach("cart")), Some(Export::file(1, 7)));
        assert_eq!(first.places(), []);
        let nothing_found = first.advance(Some(reach("order")), None);
        assert_eq!(nothing_found.number_of_files(), 1);
        let done = nothing_found.advance(None, Some(Export::file(2, 5)));
        assert_eq!(done.status, ExportStatus::Completed);
        let places = done.places();
        assert_eq!((places[0].1, places[1].1), (7, 5));
        assert!(places[0].0.ends_with("/audit-0001.ndjson"));
        assert!(places[1].0.ends_with("/audit-0002.ndjson"));
        assert_eq!(done.view(Vec::new()).entries, 12);
    }

    #[test]
    fn one_that_grows_too_large_is_given_up() {
        let mut export = asked(ExportFilter::default());
        for number in 1..200 {
            export = export.advance(Some(reach("cart")), Some(Export::file(number, LINES)));
            assert_eq!(export.status, ExportStatus::Running);
        }
        let done = export.advance(None, Some(Export::file(200, LINES)));
        assert_eq!(done.status, ExportStatus::Completed);
        let failed = export.advance(Some(reach("cart")), Some(Export::file(200, LINES)));
        assert_eq!(failed.failure, Some(ExportFailure::TooLarge));
        assert_eq!(failed.places(), []);
    }
}
