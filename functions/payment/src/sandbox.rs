//! A provider for development and tests. It keeps its own books in a table of its own, as a real provider does
//! somewhere else, so that a test can count how often money was held and moved.
//!
//! | method | what it does |
//! |---|---|
//! | `pm_sandbox_ok` | holds the money |
//! | `pm_sandbox_declined` | declines |
//! | `pm_sandbox_lost_reply` | holds the money; the answer is lost |
//! | `pm_sandbox_slow` | holds the money after 3 seconds |
//! | `pm_sandbox_flaky` | fails twice, then holds the money |

use std::time::Duration;

use contracts::Actor;
use dynamo::{Commands, Intent, Item, Key, Pending, Stored, Table};
use kernel::{Money, Problem};
use lambda::Platform;
use serde::{Deserialize, Serialize};

use crate::provider::{Answer, Charge, PaymentProvider, Trouble};

/// How long `pm_sandbox_slow` takes.
const SLOW: Duration = Duration::from_secs(3);
/// How often `pm_sandbox_flaky` fails.
const FAILURES: u32 = 2;

/// The sandbox provider.
#[derive(Debug)]
pub struct Sandbox {
    platform: &'static Platform,
    ledger: Table,
    commands: Commands,
}

/// One charge in the sandbox's books.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Entry {
    key: String,
    amount: Money,
    method: String,
    state: State,
    /// How often it was asked in vain.
    failures: u32,
    /// How often the money was held, moved and let go: never more than once, or the books are wrong.
    held: u32,
    captured: u32,
    voided: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Trying,
    Held,
    Declined,
    Captured,
    Voided,
}

impl Item for Entry {
    const KIND: &'static str = "charge";

    fn key(&self) -> Key {
        key_of(&self.key)
    }
}

fn key_of(key: &str) -> Key {
    Key::new(format!("charge#{key}"), "charge")
}

impl Entry {
    fn new(charge: &Charge) -> Self {
        Self {
            key: charge.key.clone(),
            amount: charge.amount,
            method: charge.method.clone(),
            state: State::Trying,
            failures: 0,
            held: 0,
            captured: 0,
            voided: 0,
        }
    }

    /// What was said before, and is said again.
    fn answer(&self) -> Option<Answer> {
        match self.state {
            State::Trying => None,
            State::Held | State::Captured => Some(Answer::Held),
            State::Declined => Some(Answer::Declined(decline_reason(&self.method).to_owned())),
            State::Voided => Some(Answer::Declined("voided".to_owned())),
        }
    }
}

fn decline_reason(method: &str) -> &'static str {
    match method {
        "pm_sandbox_declined" => "card_declined",
        _ => "unknown_payment_method",
    }
}

impl Sandbox {
    /// With its books.
    pub fn open(platform: &'static Platform) -> Self {
        Self {
            platform,
            ledger: platform.table("payment", "provider-ledger"),
            commands: platform.commands("payment"),
        }
    }

    async fn read(&self, charge: &Charge) -> Result<Option<Stored<Entry>>, Trouble> {
        self.ledger
            .get(&key_of(&charge.key))
            .await
            .map_err(unavailable)
    }

    /// Writes what a call has made of a charge. Of two different calls at the same time one goes first and the
    /// other fails; two of the same call make the same of it.
    async fn write(
        &self,
        call: &str,
        before: Option<&Stored<Entry>>,
        next: &Entry,
    ) -> Result<(), Trouble> {
        let step = before.map_or(0, |entry| entry.rev);
        let intent = Intent {
            scope: "sandbox".to_owned(),
            key: format!("{} {call} {step}", next.key),
            request_hash: None,
            actor: Actor::system("sandbox"),
            correlation_id: next.key.clone(),
            causation_id: next.key.clone(),
            traceparent: None,
            now: self.platform.clock.now(),
            ids: self.platform.ids.clone(),
        };
        let mut command = self.commands.begin(&intent);
        command.save(&self.ledger, before, next);
        command.settle().await.map(|_| ()).map_err(unavailable)
    }

    async fn hold(&self, charge: &Charge) -> Result<Answer, Trouble> {
        let before = self.read(charge).await?;
        if let Some(answer) = before.as_ref().and_then(|entry| entry.answer()) {
            return Ok(answer);
        }
        let mut next = before
            .as_ref()
            .map_or_else(|| Entry::new(charge), |entry| entry.value.clone());
        match charge.method.as_str() {
            "pm_sandbox_flaky" if next.failures < FAILURES => {
                next.failures += 1;
                self.write("authorize", before.as_ref(), &next).await?;
                return Err(Trouble::Unavailable);
            }
            "pm_sandbox_slow" => tokio::time::sleep(SLOW).await,
            _ => {}
        }
        let holds = matches!(
            charge.method.as_str(),
            "pm_sandbox_ok" | "pm_sandbox_lost_reply" | "pm_sandbox_slow" | "pm_sandbox_flaky"
        );
        (next.state, next.held) = if holds {
            (State::Held, next.held + 1)
        } else {
            (State::Declined, 0)
        };
        self.write("authorize", before.as_ref(), &next).await?;
        if charge.method == "pm_sandbox_lost_reply" {
            return Err(Trouble::AnswerLost);
        }
        if holds {
            Ok(Answer::Held)
        } else {
            Ok(Answer::Declined(decline_reason(&charge.method).to_owned()))
        }
    }

    async fn take(&self, charge: &Charge) -> Result<(), Trouble> {
        let before = self.read(charge).await?.ok_or(Trouble::Unavailable)?;
        match before.state {
            State::Captured => Ok(()),
            State::Held => {
                let mut next = before.value.clone();
                (next.state, next.captured) = (State::Captured, next.captured + 1);
                self.write("capture", Some(&before), &next).await
            }
            // Nothing is held: whoever asks has its own books wrong, and asking again does not help.
            State::Trying | State::Declined | State::Voided => Err(Trouble::Unavailable),
        }
    }

    async fn release(&self, charge: &Charge) -> Result<bool, Trouble> {
        let before = self.read(charge).await?;
        let mut next = before
            .as_ref()
            .map_or_else(|| Entry::new(charge), |entry| entry.value.clone());
        match next.state {
            State::Voided | State::Declined | State::Captured => return Ok(next.voided > 0),
            State::Held => next.voided += 1,
            // Voided before it was held: whoever asks for it later is refused.
            State::Trying => {}
        }
        next.state = State::Voided;
        self.write("void", before.as_ref(), &next).await?;
        Ok(next.voided > 0)
    }
}

/// Whatever happens to the sandbox's own books is, to who asks, a provider that does not answer.
fn unavailable(problem: Problem) -> Trouble {
    if !problem.is_contention() {
        // The provider's trouble is not the payment's: it is logged here and nowhere else.
        tracing::warn!(cause = %problem.causes(), "the sandbox's books cannot be read or written");
    }
    Trouble::Unavailable
}

impl PaymentProvider for Sandbox {
    fn authorize<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(self.hold(charge))
    }

    fn find<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Option<Answer>, Trouble>> {
        Box::pin(async move {
            let entry = self.read(charge).await?;
            Ok(entry.and_then(|entry| entry.answer()))
        })
    }

    fn capture<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<(), Trouble>> {
        Box::pin(self.take(charge))
    }

    fn void<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<bool, Trouble>> {
        Box::pin(self.release(charge))
    }
}
