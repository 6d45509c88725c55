//! Stripe, by its documented API (<https://docs.stripe.com/api/payment_intents>): a charge is a payment intent that is
//! captured by hand.
//!
//! An intent is made first and confirmed second, and its id is written down in between. Making one moves nothing and
//! asks no bank; so money is never held under an id that we do not know, whatever gets lost, and a charge that is let
//! go of before it was made is forbidden by what is written in the place of the id (docs/decisions/0040).
//!
//! What is done once by its key and what by the state of the intent:
//!
//! | call | done once by |
//! |---|---|
//! | make an intent | the key of the charge |
//! | confirm it, cancel it, release the rest | its state |
//! | capture a part | the part's key, and its name in the metadata of the intent |
//! | refund a part | the part's key, and the metadata of the refund |
//! | answer a dispute | the answer's key, and the metadata and the state of the dispute |

mod amount;
mod api;
mod books;
mod disputes;
mod event;

use std::time::Duration;

use contracts::Actor;
use dynamo::{Commands, Intent, Item, Key, Pending, Stored, Table};
use kernel::{Problem, Timestamp};
use lambda::{Platform, aws::Secrets};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use self::{
    amount::amount,
    api::{Api, Failure},
    books::{Page, PaymentIntent, Refund, Status, name_of},
};
use crate::provider::{
    Answer, Case, Changes, Charge, Entry, Hold, PaymentProvider, Plea, Standing, Transfer, Trouble,
};

pub use self::event::hint;

/// How long whatever a function asks may take, all calls of it together; it has fifteen seconds, and may ask twice.
const PATIENCE: Duration = Duration::from_secs(6);

/// Our account, as far as it is told in every object: whether it is the one whose money is real.
fn account(is_live: bool) -> &'static str {
    if is_live {
        "stripe_live"
    } else {
        "stripe_test"
    }
}

/// Stripe.
#[derive(Debug)]
pub struct Stripe {
    platform: &'static Platform,
    api: Api,
    account: &'static str,
    /// Where a customer comes back to who has acted.
    return_url: String,
    ledger: Table,
    commands: Commands,
}

/// Which intent a charge is, in the table `provider-ledger`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Known {
    key: String,
    /// None where the charge was let go of before it was made: none will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent: Option<String>,
}

impl Item for Known {
    const KIND: &'static str = "stripe-intent";

    fn key(&self) -> Key {
        key_of(&self.key)
    }
}

fn key_of(charge: &str) -> Key {
    Key::new(format!("charge#{charge}"), "stripe-intent")
}

fn path_of(intent: &str, verb: &str) -> String {
    format!("/v1/payment_intents/{intent}/{verb}")
}

fn field(name: &str, value: impl ToString) -> (&str, String) {
    (name, value.to_string())
}

/// What makes an answer tell whether the money was held.
fn expand() -> (&'static str, String) {
    field("expand[]", "latest_charge")
}

impl Stripe {
    /// With the account whose key is the stage's `payment-provider-key`.
    ///
    /// # Errors
    /// An internal problem where that is no secret key of Stripe's, or one whose money is real would be sent in clear,
    /// or nobody has said where customers come back to: the function does not start.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let secrets = Secrets::connect(&platform.connection);
        let key = secrets.get(platform.setting("SECRET_PAYMENT_PROVIDER_KEY")?);
        let (key, url) = (key.await?, platform.setting("STRIPE_URL")?);
        let is_live = mode(&key)?;
        if is_live && !url.starts_with("https://") {
            return Err(Problem::internal("a live key is not sent in clear"));
        }
        let return_url = platform.setting("PAYMENT_RETURN_URL")?;
        if !return_url.starts_with("http") {
            return Err(Problem::internal(
                "PAYMENT_RETURN_URL says nowhere for customers to come back to",
            ));
        }
        Ok(Self {
            platform,
            api: Api::open(url, key).await?,
            account: account(is_live),
            return_url: return_url.to_owned(),
            ledger: platform.table("payment", "provider-ledger"),
            commands: platform.commands("payment"),
        })
    }

    /// Which intent a charge is; none that was let go of before it was made.
    async fn known(&self, charge: &Charge) -> Result<Option<Known>, Trouble> {
        let found = self.ledger.get::<Known>(&key_of(&charge.key)).await;
        let found: Option<Stored<Known>> = found.map_err(unwritten)?;
        Ok(found.map(|known| known.value))
    }

    /// The id of a charge's intent, which whoever moves its money must know.
    async fn id(&self, charge: &Charge) -> Result<Option<String>, Trouble> {
        let known = self.known(charge).await?;
        Ok(known.and_then(|known| known.intent))
    }

    /// Writes down which intent a charge is, or that none will be. Whoever was first is believed.
    async fn remember(&self, call: &str, known: &Known) -> Result<(), Trouble> {
        let intent = Intent {
            scope: "stripe".to_owned(),
            key: format!("{} {call}", known.key),
            request_hash: None,
            actor: Actor::system("stripe"),
            correlation_id: known.key.clone(),
            causation_id: known.key.clone(),
            traceparent: None,
            now: self.platform.clock.now(),
            ids: self.platform.ids.clone(),
        };
        let mut command = self.commands.begin(&intent);
        command.insert(&self.ledger, known);
        command.settle().await.map(drop).map_err(unwritten)
    }

    async fn read(&self, id: &str) -> Result<PaymentIntent, Failure> {
        let path = format!("/v1/payment_intents/{id}?expand%5B%5D=latest_charge");
        self.api.get(path).await
    }

    /// Makes an intent of a charge: nothing is held by that.
    async fn make(&self, charge: &Charge, amount: u64) -> Result<PaymentIntent, Failure> {
        let currency = charge.amount.currency().code().to_ascii_lowercase();
        let form = [
            field("amount", amount),
            field("currency", currency),
            field("capture_method", "manual"),
            field("payment_method_types[]", "card"),
            field("payment_method", &charge.method),
            // Parts of an order are shipped, and captured, one after another.
            field(
                "payment_method_options[card][request_multicapture]",
                "if_available",
            ),
            field("metadata[payment]", &charge.key),
            field("metadata[order]", charge.order_id),
            expand(),
        ];
        let path = "/v1/payment_intents".to_owned();
        self.api.post(path, Some(&charge.key), &form).await
    }

    async fn hold(&self, charge: &Charge) -> Result<Hold, Trouble> {
        let declined = |reason: &str| Ok(Hold::Declined(reason.to_owned()));
        let intent = match self.known(charge).await? {
            Some(Known { intent: None, .. }) => return declined("voided"),
            Some(Known {
                intent: Some(id), ..
            }) => self.read(&id).await?,
            None => {
                let Some(amount) = amount(charge.amount) else {
                    return declined("amount_not_supported");
                };
                match self.make(charge, amount).await {
                    Ok(intent) => {
                        let known = Known {
                            key: charge.key.clone(),
                            intent: Some(intent.id.clone()),
                        };
                        self.remember("make", &known).await?;
                        intent
                    }
                    Err(failure) => return refused(failure),
                }
            }
        };
        match intent.hold()? {
            Some(said) => Ok(said),
            None => self.confirm(&intent.id).await,
        }
    }

    /// Has an intent ask the bank. It does so once, for its state is another then; under a key, a failure of Stripe's
    /// own would be said again for a day.
    async fn confirm(&self, id: &str) -> Result<Hold, Trouble> {
        let form = [field("return_url", &self.return_url), expand()];
        let asked = self.api.post(path_of(id, "confirm"), None, &form).await;
        let intent: PaymentIntent = match asked {
            Ok(intent) => intent,
            // Another was here first, or has let go of it.
            Err(Failure::Moved) => self.read(id).await?,
            Err(failure) => return refused(failure),
        };
        intent.hold()?.ok_or(Trouble::AnswerLost)
    }

    async fn standing(&self, charge: &Charge) -> Result<Option<Standing>, Trouble> {
        let Some(id) = self.id(charge).await? else {
            return Ok(None);
        };
        let intent = self.read(&id).await?;
        let about = intent.reference()?;
        Ok(intent.hold()?.map(|hold| Standing { about, hold }))
    }

    async fn take(&self, charge: &Charge, part: &Transfer) -> Result<Answer, Trouble> {
        // Nothing is held: whoever asks has its own books wrong, and asking again does not help.
        let id = self.id(charge).await?.ok_or(Trouble::Unavailable)?;
        let intent = self.read(&id).await?;
        let name = name_of(&charge.key, &part.key);
        if let Some(done) = intent.captured(name) {
            return Ok(same_or_reused(amount(part.amount) == Some(done)));
        }
        let wanted = match wanted(charge, part, intent.amount_capturable) {
            Ok(wanted) => wanted,
            Err(refused) => return Ok(refused),
        };
        let named = format!("metadata[{name}]");
        let mut form = vec![
            field("amount_to_capture", wanted),
            field(&named, wanted),
            expand(),
        ];
        if wanted < intent.amount_capturable {
            // The rest stays held. Where an account or a card has no multicapture, this is refused.
            form.push(field("final_capture", "false"));
        }
        let path = path_of(&id, "capture");
        let asked = self.api.post(path, Some(&part.key), &form).await;
        match asked.map(|_: PaymentIntent| Answer::Done) {
            // It was captured, let go or expired meanwhile: the next time its books say which.
            Err(Failure::Moved) => Err(Trouble::AnswerLost),
            asked => answered(asked),
        }
    }

    /// All refunds of an intent, the last first.
    async fn refunds(&self, id: &str) -> Result<Vec<Refund>, Trouble> {
        let path = format!("/v1/refunds?payment_intent={id}");
        self.all(&path, |refund: &Refund| refund.id.clone()).await
    }

    /// All that a list has, page by page.
    async fn all<T: DeserializeOwned>(
        &self,
        path: &str,
        id: impl Fn(&T) -> String,
    ) -> Result<Vec<T>, Trouble> {
        let mut all: Vec<T> = Vec::new();
        loop {
            let after = all.last().map(&id);
            let after = after.map(|last| format!("&starting_after={last}"));
            let after = after.unwrap_or_default();
            let path = format!("{path}&limit=100{after}");
            let page: Page<T> = self.api.get(path).await?;
            let is_last = !page.has_more || page.data.is_empty();
            all.extend(page.data);
            if is_last {
                return Ok(all);
            }
        }
    }

    async fn give_back(&self, charge: &Charge, part: &Transfer) -> Result<Answer, Trouble> {
        let id = self.id(charge).await?.ok_or(Trouble::Unavailable)?;
        let refunds = self.refunds(&id).await?;
        let mut before = refunds.iter();
        if let Some(refund) = before.find(|refund| refund.key() == Some(&part.key)) {
            let is_same = refund.money() == Some(part.amount);
            return Ok(if is_same {
                refund.answer()
            } else {
                same_or_reused(false)
            });
        }
        // What is held and was not captured is let go, not given back; Stripe would do the one for the other.
        let received = self.read(&id).await?.amount_received;
        let given = refunds.iter().filter(|refund| refund.is_given());
        let given: u64 = given.map(|refund| refund.amount).sum();
        let wanted = match wanted(charge, part, received.saturating_sub(given)) {
            Ok(wanted) => wanted,
            Err(refused) => return Ok(refused),
        };
        let form = [
            field("payment_intent", &id),
            field("amount", wanted),
            field("metadata[payment]", &charge.key),
            field("metadata[refund]", &part.key),
        ];
        let path = "/v1/refunds".to_owned();
        let made = self.api.post(path, Some(&part.key), &form).await;
        answered(made.map(|made: Refund| made.answer()))
    }

    async fn release(&self, charge: &Charge) -> Result<bool, Trouble> {
        let id = match self.known(charge).await? {
            Some(Known {
                intent: Some(id), ..
            }) => id,
            Some(Known { intent: None, .. }) => return Ok(false),
            None => {
                let forbidden = Known {
                    key: charge.key.clone(),
                    intent: None,
                };
                return self.remember("forbid", &forbidden).await.map(|()| false);
            }
        };
        let mut intent = self.read(&id).await?;
        if !intent.is_over() {
            intent = match self.end(&intent).await {
                Err(Failure::Moved) => self.read(&id).await?,
                ended => ended?,
            };
        }
        if intent.is_over() {
            Ok(intent.released() > 0)
        } else {
            Err(Trouble::Unavailable)
        }
    }

    /// Ends an intent: what was captured stays ours, and the rest is let go.
    async fn end(&self, intent: &PaymentIntent) -> Result<PaymentIntent, Failure> {
        if intent.status == Status::RequiresCapture && intent.amount_received > 0 {
            let nothing_more = [
                field("amount_to_capture", 0),
                field("final_capture", "true"),
                expand(),
            ];
            let path = path_of(&intent.id, "capture");
            return self.api.post(path, None, &nothing_more).await;
        }
        let path = path_of(&intent.id, "cancel");
        self.api.post(path, None, &[expand()]).await
    }

    async fn all_entries(&self, charge: &Charge) -> Result<Vec<Entry>, Trouble> {
        let Some(id) = self.id(charge).await? else {
            return Ok(Vec::new());
        };
        let intent = self.read(&id).await?;
        if intent.amount_received == 0 {
            return intent.entries(&charge.key, &[]);
        }
        let refunds = self.refunds(&id).await?;
        let mut entries = intent.entries(&charge.key, &refunds)?;
        entries.extend(self.dispute_entries(&id).await?);
        Ok(entries)
    }
}

/// Whether an account's money is real, by its key.
fn mode(key: &str) -> Result<bool, Problem> {
    let starts = |prefixes: [&str; 2]| prefixes.iter().any(|prefix| key.starts_with(prefix));
    if starts(["sk_live_", "rk_live_"]) {
        Ok(true)
    } else if starts(["sk_test_", "rk_test_"]) {
        Ok(false)
    } else {
        Err(Problem::internal(
            "the secret payment-provider-key is no secret key of Stripe's",
        ))
    }
}

/// What it means for the money of a charge that an intent cannot be made or confirmed.
fn refused(failure: Failure) -> Result<Hold, Trouble> {
    match failure {
        Failure::Declined(reason) => Ok(Hold::Declined(reason.to_owned())),
        Failure::Wrong(reason) => Ok(Hold::Declined(reason)),
        other => Err(other.into()),
    }
}

/// How much of a charge's money a part is, of so much that there is; or why it is refused.
fn wanted(charge: &Charge, part: &Transfer, most: u64) -> Result<u64, Answer> {
    let refused = |reason: &str| Err(Answer::Declined(reason.to_owned()));
    match amount(part.amount) {
        _ if part.amount.currency() != charge.amount.currency() => refused("wrong_currency"),
        None => refused("amount_not_supported"),
        Some(wanted) if wanted > most => refused("amount_too_large"),
        Some(wanted) => Ok(wanted),
    }
}

/// What it means for a part of the money that it was moved, or was not.
fn answered(asked: Result<Answer, Failure>) -> Result<Answer, Trouble> {
    match asked {
        Ok(answer) => Ok(answer),
        Err(Failure::Declined(reason)) => Ok(Answer::Declined(reason.to_owned())),
        Err(Failure::Wrong(reason)) => Ok(Answer::Declined(reason)),
        Err(other) => Err(other.into()),
    }
}

fn same_or_reused(is_same: bool) -> Answer {
    if is_same {
        Answer::Done
    } else {
        Answer::Declined("key_reused".to_owned())
    }
}

/// Where it cannot be read or written which intent a charge is, nobody is asked.
fn unwritten(problem: Problem) -> Trouble {
    if !problem.is_contention() {
        tracing::warn!(cause = %problem.causes(), "which intent a charge is cannot be read or written");
    }
    Trouble::Unavailable
}

/// Bounds what a function asks. What is cut off may have been done.
async fn patiently<T>(asked: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    let answer = tokio::time::timeout(PATIENCE, asked).await;
    answer.unwrap_or(Err(Trouble::AnswerLost))
}

impl PaymentProvider for Stripe {
    fn account(&self) -> &'static str {
        self.account
    }

    fn authorize<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Hold, Trouble>> {
        Box::pin(patiently(self.hold(charge)))
    }

    fn look_up<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Option<Standing>, Trouble>> {
        Box::pin(patiently(self.standing(charge)))
    }

    fn capture<'a>(
        &'a self,
        charge: &'a Charge,
        part: &'a Transfer,
    ) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(patiently(self.take(charge, part)))
    }

    fn refund<'a>(
        &'a self,
        charge: &'a Charge,
        part: &'a Transfer,
    ) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(patiently(self.give_back(charge, part)))
    }

    fn void<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<bool, Trouble>> {
        Box::pin(patiently(self.release(charge)))
    }

    fn entries<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Vec<Entry>, Trouble>> {
        Box::pin(patiently(self.all_entries(charge)))
    }

    fn disputes_of<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Vec<Case>, Trouble>> {
        Box::pin(patiently(self.cases_of(charge)))
    }

    fn disputes_since(&self, since: Timestamp) -> Pending<'_, Result<Changes, Trouble>> {
        Box::pin(patiently(self.cases_since(since)))
    }

    fn answer_dispute<'a>(
        &'a self,
        _: &'a Charge,
        reference: &'a str,
        plea: &'a Plea,
    ) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(patiently(self.plead(reference, plea)))
    }
}
