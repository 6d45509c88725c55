//! Exports of the audit log: how they are kept, and the work of writing one.

use std::time::Duration;

use contracts::events::AuditExportScheduled;
use dynamo::{Commands, Intent, Settled, Stored, Table, audit::AuditLog};
use kernel::{AuditExportId, Code, Problem, Reply};
use lambda::{Platform, aws::S3, consume::Event, http::Incoming};

use crate::{
    audit::{Audit, AuditEntryView},
    export::{Export, ExportFailure, ExportFile, ExportStatus, ExportView, File, LINES, Reach},
};

/// How long a link to a file is good.
const LINK_LASTS: Duration = Duration::from_mins(5);
/// So many entries are asked of a log at once.
const PAGE: usize = 500;
/// With less time than this left, the work goes on in another invocation.
const RESERVE: Duration = Duration::from_secs(20);

/// Exports, as requests see them.
#[derive(Debug)]
pub struct Exports {
    table: Table,
    commands: Commands,
    s3: S3,
    bucket: Option<String>,
}

impl Exports {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self::open(platform))
    }

    fn open(platform: &'static Platform) -> Self {
        Self {
            table: platform.table("admin", "exports"),
            commands: platform.commands("admin"),
            s3: S3::connect(&platform.connection),
            bucket: platform.optional("BUCKET_AUDIT_EXPORTS").map(str::to_owned),
        }
    }

    fn bucket(&self) -> Result<&str, Problem> {
        self.bucket
            .as_deref()
            .ok_or_else(|| Problem::internal("the setting BUCKET_AUDIT_EXPORTS is missing"))
    }

    /// Takes on an export; that it is to be written follows from the same transaction.
    pub async fn begin(
        &self,
        export: &Export,
        intent: &Intent,
        reply: Reply<ExportView>,
    ) -> Result<Reply<ExportView>, Problem> {
        let export_id = export.export_id;
        let mut command = self.commands.begin(intent);
        command.insert(&self.table, export);
        command.publish(1, &AuditExportScheduled { export_id });
        command.audit("audit.export", export_id);
        command.commit(reply).await
    }

    /// The export that a request names, if its caller may see it and it is kept still.
    ///
    /// # Errors
    /// `audit_export_not_found`.
    pub async fn reached(&self, request: &Incoming) -> Result<Stored<Export>, Problem> {
        let missing = Code::AuditExportNotFound;
        let export = self.find(request.path("id", missing)?).await?;
        let kept = export.filter(|export| request.now < export.ends_at());
        request.reach(kept, missing)
    }

    /// The files of an export, each with a link that is good for minutes.
    pub async fn files(&self, export: &Export) -> Result<Vec<ExportFile>, Problem> {
        let mut files = Vec::new();
        for (place, entries) in export.places() {
            let url = self.s3.link(self.bucket()?, &place, LINK_LASTS).await?;
            files.push(ExportFile { url, entries });
        }
        Ok(files)
    }

    async fn find(&self, id: AuditExportId) -> Result<Option<Stored<Export>>, Problem> {
        self.table.get(&Export::key_of(id)).await
    }
}

/// What writes exports.
#[derive(Debug)]
pub struct ExportJob {
    exports: Exports,
    audit: Audit,
}

/// What was read of the logs for one file.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    number: usize,
}

impl Lines {
    fn write(&mut self, entry: AuditEntryView) -> Result<(), Problem> {
        serde_json::to_writer(&mut self.bytes, &entry).map_err(Problem::internal)?;
        self.bytes.push(b'\n');
        self.number += 1;
        Ok(())
    }
}

impl ExportJob {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            exports: Exports::open(platform),
            audit: Audit::open(platform)?,
        })
    }

    /// Works on an export to its end or until the time is over, file by file; then it is scheduled once more.
    pub async fn run(&self, event: &Event<AuditExportScheduled>) -> Result<(), Problem> {
        // One that is gone already was asked for a week ago.
        while let Some(export) = self.exports.find(event.data.export_id).await? {
            if export.status != ExportStatus::Running {
                return Ok(());
            }
            let has_time = || event.remaining() > RESERVE;
            let next = match self.logs(&export) {
                Ok(logs) => self.one_file_more(&export, &logs, event, &has_time).await?,
                Err(failure) => export.fail(failure),
            };
            let is_over = !has_time();
            self.keep(&export, &next, is_over, event).await?;
            if is_over {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The logs that are still to be read.
    fn logs(&self, export: &Export) -> Result<Vec<&AuditLog>, ExportFailure> {
        let service = export.filter.service.as_deref();
        let logs = self.audit.of(service);
        let logs = logs.map_err(|_| ExportFailure::UnknownService)?;
        let reached = export.reach.service.as_deref();
        let is_read = |log: &&AuditLog| reached.is_some_and(|at| log.service() != at);
        Ok(logs.into_iter().skip_while(is_read).collect())
    }

    async fn one_file_more(
        &self,
        export: &Export,
        logs: &[&AuditLog],
        event: &Event<AuditExportScheduled>,
        has_time: &(dyn Fn() -> bool + Sync),
    ) -> Result<Export, Problem> {
        let filter = export.filter.of_log();
        let (mut lines, mut left) = (Lines::default(), logs.iter());
        let mut reach = left.next().map(|log| (*log, export.reach.below));
        while let Some((log, below)) = reach {
            let found = log.latest(&filter, below, PAGE).await?;
            for entry in found.entries {
                lines.write(entry.into())?;
            }
            reach = match found.looked_to {
                Some(place) => Some((log, Some(place))),
                None => left.next().map(|next| (*next, None)),
            };
            if lines.number >= LINES || !has_time() {
                break;
            }
        }
        let reach = reach.map(|(log, below)| Reach {
            service: Some(log.service().to_owned()),
            below,
        });
        let file = self.write(export, lines, event).await?;
        Ok(export.advance(reach, file))
    }

    /// Writes a file, if there is something in it.
    async fn write(
        &self,
        export: &Export,
        lines: Lines,
        event: &Event<AuditExportScheduled>,
    ) -> Result<Option<File>, Problem> {
        if lines.number == 0 {
            return Ok(None);
        }
        let attempt = u128::from_be_bytes(event.platform.ids.bytes());
        let file = Export::file(attempt, lines.number);
        let place = export.place_of(&file, export.number_of_files() + 1);
        let (s3, bucket) = (&self.exports.s3, self.exports.bucket()?);
        s3.put(bucket, &place, "application/x-ndjson", lines.bytes)
            .await?;
        Ok(Some(file))
    }

    /// Keeps how far an export has come and, where the time is over before it is, that there is more to do.
    async fn keep(
        &self,
        export: &Stored<Export>,
        next: &Export,
        is_over: bool,
        event: &Event<AuditExportScheduled>,
    ) -> Result<(), Problem> {
        let export_id = export.export_id;
        let step = event.step(format!("{export_id} {}", export.rev));
        let mut command = self.exports.commands.begin(&step);
        command.update(&self.exports.table, export, next);
        if is_over && next.status == ExportStatus::Running {
            command.publish(export.rev + 1, &AuditExportScheduled { export_id });
        }
        command.audit("audit.write-export", export_id);
        match command.settle().await? {
            Settled::Now => Ok(()),
            // Another delivery was here first: it is read again how far it came.
            Settled::Before => Err(Problem::contention()),
        }
    }
}
