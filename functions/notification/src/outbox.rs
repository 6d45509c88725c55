//! The table `mails`, item `mail#<event id>` / `mail`: that a mail was sent for an event.
//!
//! SES takes no idempotency key, so "once" is kept here: a mail is claimed, sent, and marked as sent. A second
//! delivery finds the mark. A crash between sending and marking, or a lost answer of SES, sends a mail twice,
//! when the claim has run out; the other order would lose it.

use std::time::Duration;

use contracts::views::{CustomerContact, OrderSummary};
use dynamo::{Commands, Db, Intent, Item, Key, Settled, Stored, Table};
use kernel::{CustomerId, OrderId, Problem, Timestamp};
use lambda::{Platform, aws::Ses};
use serde::{Deserialize, Serialize};

use crate::template::Template;

/// How long a claim holds: longer than a function may run (10 s).
const CLAIM: Duration = Duration::from_secs(15);
/// How long it is remembered that a mail was sent: longer than an event can come again (35 days).
const REMEMBERED: Duration = Duration::from_hours(36 * 24);

/// That a mail is being sent or was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Sending {
    event_id: String,
    order_id: OrderId,
    template: String,
    template_version: u32,
    claimed_until: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent_at: Option<Timestamp>,
    forget_at: Timestamp,
}

impl Item for Sending {
    const KIND: &'static str = "mail";

    fn key(&self) -> Key {
        key_of(&self.event_id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.forget_at)
    }
}

fn key_of(event: &str) -> Key {
    Key::new(format!("mail#{event}"), "mail")
}

/// Sends mails.
#[derive(Debug)]
pub struct Mails {
    db: Db,
    table: Table,
    commands: Commands,
    ses: Ses,
    from: String,
}

impl Mails {
    /// With the stage's sender.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            db: platform.db.clone(),
            table: platform.table("notification", "mails"),
            commands: platform.commands("notification"),
            ses: Ses::connect(&platform.connection),
            from: platform.setting("MAIL_FROM")?.to_owned(),
        })
    }

    /// Sends the mail that follows an event, once.
    ///
    /// # Errors
    /// `unavailable` while another delivery is sending it, or as long as a view has nothing to show.
    pub async fn send(
        &self,
        template: Template,
        order: OrderId,
        customer: CustomerId,
        reason: Option<&str>,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let key = key_of(&intent.key);
        let before = self.table.get::<Sending>(&key).await?;
        if before
            .as_ref()
            .is_some_and(|sending| sending.sent_at.is_some())
        {
            return Ok(());
        }
        let claim = self.claim(before, template, order, intent).await?;
        if let Err(problem) = self.write(template, order, customer, reason).await {
            self.give_back(&claim, intent).await?;
            return Err(problem);
        }
        self.mark(&claim, intent).await
    }

    async fn write(
        &self,
        template: Template,
        order: OrderId,
        customer: CustomerId,
        reason: Option<&str>,
    ) -> Result<(), Problem> {
        let summary = self.db.view::<OrderSummary>(&order).await?;
        let contact = self.db.view::<CustomerContact>(&customer).await?;
        let (Some(summary), Some(contact)) = (summary, contact) else {
            return Err(Problem::unavailable(
                "there is no order or no customer to write about",
            ));
        };
        let mail = template.mail(&summary, &contact, reason)?;
        self.ses.send(&self.from, mail).await.map(|_| ())
    }

    async fn claim(
        &self,
        before: Option<Stored<Sending>>,
        template: Template,
        order: OrderId,
        intent: &Intent,
    ) -> Result<Stored<Sending>, Problem> {
        if before
            .as_ref()
            .is_some_and(|sending| sending.claimed_until > intent.now)
        {
            return Err(Problem::unavailable(
                "another delivery is sending this mail",
            ));
        }
        let sending = Sending {
            event_id: intent.key.clone(),
            order_id: order,
            template: template.name.to_owned(),
            template_version: template.version,
            claimed_until: intent.now.plus(CLAIM),
            sent_at: None,
            forget_at: intent.now.plus(REMEMBERED),
        };
        let rev = before.as_ref().map_or(0, |sending| sending.rev);
        let step = Intent {
            key: format!("{}#claim-{rev}", intent.key),
            ..intent.clone()
        };
        let mut command = self.commands.begin(&step);
        command.save(&self.table, before.as_ref(), &sending);
        // Two deliveries at once claim under one key: only the one that wrote the claim may send.
        if command.settle().await? == Settled::Before {
            return Err(Problem::contention());
        }
        let created_at = before.map_or(intent.now, |sending| sending.created_at);
        Ok(Stored {
            value: sending,
            rev: rev + 1,
            created_at,
            updated_at: intent.now,
        })
    }

    /// Ends a claim whose mail was not sent, so that the next delivery need not wait for it.
    async fn give_back(&self, claim: &Stored<Sending>, intent: &Intent) -> Result<(), Problem> {
        let free = Sending {
            claimed_until: intent.now,
            ..claim.value.clone()
        };
        let step = Intent {
            key: format!("{}#free-{}", intent.key, claim.rev),
            ..intent.clone()
        };
        let mut command = self.commands.begin(&step);
        command.update(&self.table, claim, &free);
        command.settle().await?;
        Ok(())
    }

    async fn mark(&self, claim: &Stored<Sending>, intent: &Intent) -> Result<(), Problem> {
        let sent = Sending {
            sent_at: Some(intent.now),
            ..claim.value.clone()
        };
        let mut command = self.commands.begin(intent);
        command.update(&self.table, claim, &sent);
        command.audit("mail.send", sent.order_id);
        command.settle().await?;
        Ok(())
    }
}
