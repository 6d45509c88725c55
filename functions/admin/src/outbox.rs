//! What commands have written and no relay has seen: it is in no audit log, and nobody has heard its events.

use dynamo::audit::AuditLog;
use kernel::{Problem, Timestamp};
use lambda::Platform;

use crate::audit::Audit;

/// Commands of one service that are looked for in its log at most: those of twenty minutes, sixteen a second.
const MOST_LOOKED_FOR: usize = 20_000;

/// The outboxes of all services, by what came out of them.
#[derive(Debug)]
pub struct Outboxes {
    audit: Audit,
}

impl Outboxes {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let audit = Audit::open(platform)?;
        Ok(Self { audit })
    }

    /// What the relays tell, service by service.
    pub fn logs(&self) -> &[AuditLog] {
        self.audit.all()
    }

    /// How many commands of the last minutes a service's relay has not seen; each is named in the log.
    pub async fn unrelayed(&self, log: &AuditLog, now: Timestamp) -> Result<u64, Problem> {
        let missing = log.left_out(now, MOST_LOOKED_FOR).await?;
        for record in &missing {
            tracing::error!(
                service = log.service(),
                record,
                "no relay has seen a command: its events are not published"
            );
        }
        Ok(missing.len() as u64)
    }
}
