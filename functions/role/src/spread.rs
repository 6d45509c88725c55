//! When a role changes, everyone who has it, or one that inherits from it, is told what they may do now.
//!
//! The event of the change starts a walk through those who have each role concerned, a page a message. A step decides
//! by what is stored at that moment, so a page that comes twice, a crash in the middle and another change meanwhile
//! all come to the same: whoever's announced allowances are not what their roles allow gets the right ones.

use dynamo::table::Position;
use kernel::{Problem, RoleId};
use lambda::{Platform, aws::Sqs, queue::Work};
use serde::{Deserialize, Serialize};

use crate::Roles;

/// So many of those who have a role are told in one go: each is a transaction of about 25 ms.
const PAGE: usize = 50;

/// Part of those who have a role.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HoldersPage {
    role_id: RoleId,
    /// Those after this place; from the first unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Position>,
}

/// What the walk needs.
#[derive(Debug)]
pub struct Spread {
    roles: Roles,
    sqs: Sqs,
    queue: String,
}

impl Spread {
    /// Over the platform that the function was given.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            roles: Roles::open(platform),
            sqs: Sqs::connect(&platform.connection),
            queue: platform.setting("QUEUE_SPREADS_URL")?.to_owned(),
        })
    }

    /// Begins a walk for a role and for each that inherits from it. One that has ceased to inherit since was changed
    /// itself, and that change has a walk of its own.
    pub async fn begin(&self, changed: RoleId) -> Result<(), Problem> {
        let known = self.roles.known().await?;
        for role_id in known.dependents(changed) {
            let after = None;
            self.send(&HoldersPage { role_id, after }).await?;
        }
        Ok(())
    }

    /// Tells one page, and sends for the next.
    pub async fn tell(&self, work: &Work<HoldersPage>) -> Result<(), Problem> {
        let HoldersPage { role_id, after } = work.body.clone();
        let (holders, next) = self.roles.walk(role_id, PAGE, after).await?;
        if !holders.is_empty() {
            let known = self.roles.known().await?;
            let customers = holders.iter().map(|holder| holder.customer_id);
            for held in self.roles.assignments(customers).await? {
                self.roles
                    .retell(&known, held, |key| work.step(key))
                    .await?;
            }
        }
        match next {
            Some(_) => {
                self.send(&HoldersPage {
                    role_id,
                    after: next,
                })
                .await
            }
            None => Ok(()),
        }
    }

    async fn send(&self, page: &HoldersPage) -> Result<(), Problem> {
        let message = serde_json::to_string(page).map_err(Problem::internal)?;
        self.sqs.send(&self.queue, message, &[]).await
    }
}
