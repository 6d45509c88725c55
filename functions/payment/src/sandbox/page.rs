//! Where the customer of the sandbox acts: the page of a bank, played by a route of this API, on a laptop and in
//! development alone. What is decided there the sandbox tells by a webhook, as a provider does.

use dynamo::Stored;
use kernel::{Code, Id, OrderId, PaymentId, Problem, Timestamp};
use lambda::Platform;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Account, Objection, Sandbox, State};
use crate::{
    provider::{Case, Hint, Provider, Reference},
    webhook::Webhooks,
};

/// The stages that have it, where the sandbox is the provider.
const STAGES: [&str; 2] = ["local", "dev"];

/// Where the customer acts, of a charge with this key: by its payment, whose current charge it is.
pub(super) fn url(key: &str) -> String {
    let payment = key.split_once('#').map_or(key, |(payment, _)| payment);
    format!("/v1/sandbox/charges/{payment}/complete")
}

/// What the customer does there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SandboxOutcome")]
pub enum Outcome {
    /// Shows the bank who they are.
    Succeeded,
    /// Does not.
    Failed,
}

/// What is sent to the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    /// What the customer does.
    pub outcome: Outcome,
}

/// The body of a webhook of the sandbox's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Notice {
    id: String,
    r#type: String,
    charge: Reference,
}

impl Notice {
    fn of(outcome: Outcome, charge: Reference) -> Self {
        let verb = match outcome {
            Outcome::Succeeded => "succeeded",
            Outcome::Failed => "failed",
        };
        Self {
            // The same for the same, told again.
            id: format!("evt_{}_{verb}", charge.key),
            r#type: format!("charge.{verb}"),
            charge,
        }
    }

    fn of_dispute(case: &Case, charge: Reference) -> Self {
        Self {
            id: format!("evt_{}_{}", case.reference, case.status.name()),
            r#type: if case.status.is_open() {
                "charge.dispute.created"
            } else {
                "charge.dispute.closed"
            }
            .to_owned(),
            charge,
        }
    }
}

/// What a webhook's body hints at.
///
/// # Errors
/// `webhook_invalid` for what is none of the sandbox's.
pub fn hint(body: &[u8]) -> Result<Hint, Problem> {
    let notice: Notice = serde_json::from_slice(body).map_err(|_| Code::WebhookInvalid)?;
    Ok(Hint {
        event: notice.id,
        about: notice.charge,
    })
}

impl Account {
    /// The books when the customer has acted; `None` where that is in them already.
    fn completed(&self, outcome: Outcome) -> Result<Option<Self>, Problem> {
        let decided = match outcome {
            Outcome::Succeeded => State::Held,
            Outcome::Failed => State::Declined,
        };
        if self.state == decided {
            return Ok(None);
        }
        if self.state != State::Waiting {
            return Err(Code::ChargeNotWaiting.into());
        }
        Ok(Some(Self {
            state: decided,
            held: u32::from(decided == State::Held),
            ..self.clone()
        }))
    }
}

/// The page.
#[derive(Debug)]
pub struct SandboxPage {
    sandbox: Sandbox,
    webhooks: Webhooks,
    is_there: bool,
}

impl SandboxPage {
    /// Of a stage that has it; on others there is nothing at its path.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let webhooks = Webhooks::start(platform).await?;
        let is_provider = webhooks.provider == Provider::Sandbox;
        Ok(Self {
            sandbox: Sandbox::open(platform),
            is_there: is_provider && STAGES.contains(&platform.stage()),
            webhooks,
        })
    }

    /// Writes down what the customer has done, and has it told. Told again, it is the same again.
    ///
    /// # Errors
    /// `route_not_found` where there is no sandbox; `payment_not_found`; `charge_not_waiting` for a charge that
    /// something else has become of.
    pub async fn complete(
        &self,
        payment: PaymentId,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let account = self.account(payment).await?;
        if let Some(next) = account.completed(outcome)? {
            let call = format!("complete as {outcome:?}");
            let written = self.sandbox.commit(&call, Some(&account), &next);
            written.await?;
        }
        let charge = account.reference(OrderId::from_uuid(payment.uuid()));
        self.tell(&Notice::of(outcome, charge), now).await
    }

    /// Writes down what the customer's bank has done, and has it told. Told again, it is the same again.
    ///
    /// # Errors
    /// `route_not_found` where there is no sandbox; `payment_not_found`; `charge_not_disputable` where so much is not
    /// left of the charge.
    pub async fn dispute(
        &self,
        payment: PaymentId,
        objection: &Objection,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let account = self.account(payment).await?;
        let next = account.objected(objection, now)?;
        if next != account.value {
            let call = format!("dispute {objection:?}");
            let written = self.sandbox.commit(&call, Some(&account), &next);
            written.await?;
        }
        let charge = next.reference(OrderId::from_uuid(payment.uuid()));
        match next.cases().get(objection.number.wrapping_sub(1)) {
            Some(case) => self.tell(&Notice::of_dispute(case, charge), now).await,
            None => Ok(()),
        }
    }

    /// The books of a payment's charge, where there is a sandbox.
    async fn account(&self, payment: PaymentId) -> Result<Stored<Account>, Problem> {
        if !self.is_there {
            return Err(Code::RouteNotFound.into());
        }
        let found = self.sandbox.current(payment).await?;
        found.ok_or_else(|| Code::PaymentNotFound.into())
    }

    /// What the provider sends to `POST /v1/payments/webhooks/sandbox`, without the way there.
    async fn tell(&self, notice: &Notice, now: Timestamp) -> Result<(), Problem> {
        let body = serde_json::to_vec(notice).map_err(Problem::internal)?;
        let signature = self.webhooks.key.sign(&body, now);
        let sent = Some(signature.as_str());
        let name = Provider::Sandbox.name();
        self.webhooks.take(name, sent, &body, now).await
    }
}
