//! A provider for development and tests. It keeps its own books in a table of its own, as a real provider does
//! somewhere else, so that a test can count how often money was held, moved, given back and let go.
//!
//! | method | what it does |
//! |---|---|
//! | `pm_sandbox_ok` | holds the money |
//! | `pm_sandbox_declined` | declines |
//! | `pm_sandbox_lost_reply` | holds the money; the answer is lost |
//! | `pm_sandbox_slow` | holds the money after 3 seconds |
//! | `pm_sandbox_flaky` | fails twice, then holds the money |
//! | `pm_sandbox_3ds` | wants the customer to act, at a page of its own ([`SandboxPage`]) |
//! | `pm_sandbox_3ds_lost_reply` | the same; the answer is lost |
//! | `pm_sandbox_capture_lost_reply` | moves each part; the answer is lost |
//! | `pm_sandbox_capture_declined` | holds the money and refuses to move any of it |
//! | `pm_sandbox_refund_lost_reply` | gives each part back; the answer is lost |
//! | `pm_sandbox_refund_declined` | refuses to give anything back |
//! | `pm_sandbox_dispute_lost_reply` | takes our answer to a dispute; its own is lost |
//!
//! Whether it pays a seller is decided by the amount ([`payouts`]).

mod disputes;
mod page;
mod payouts;

use std::time::Duration;

use contracts::Actor;
use dynamo::{Commands, Intent, Item, Key, Pending, Query, Stored, Table};
use kernel::{Money, OrderId, PaymentId, Problem, Timestamp};
use lambda::Platform;
use serde::{Deserialize, Serialize};

use self::disputes::{BY_DISPUTED, DISPUTED, Dispute, MOST_CASES};
pub use self::{
    disputes::Objection,
    page::{Completion, Outcome, SandboxPage, hint},
};
use crate::{
    attempt,
    dispute::Status,
    provider::{
        Answer, Case, Changes, Charge, Deed, Entry, Hold, PaymentProvider, Plea, Reference,
        Remittance, Standing, Transfer, Trouble,
    },
};

/// The only account that it has for us.
const ACCOUNT: &str = "acct_sandbox";

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
struct Account {
    key: String,
    /// None of a charge that was made before it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order_id: Option<OrderId>,
    amount: Money,
    method: String,
    state: State,
    /// How often it was asked in vain.
    failures: u32,
    /// How often the money was held and let go: never more than once, or the books are wrong.
    held: u32,
    voided: u32,
    /// How often some of it was moved, and given back: once a key.
    captured: u32,
    refunded: u32,
    /// What was asked for under other keys, in its order.
    moves: Vec<Move>,
    /// What customers' banks have taken back of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    disputes: Vec<Dispute>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Trying,
    /// For the customer to act.
    Waiting,
    Held,
    Declined,
    Voided,
}

/// Money that was moved, or was not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Move {
    key: String,
    direction: Direction,
    amount: Money,
    /// Why it was not moved, if it was not.
    declined: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Direction {
    Capture,
    Refund,
}

impl Direction {
    fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Refund => "refund",
        }
    }
}

impl Item for Account {
    const KIND: &'static str = "charge";

    fn key(&self) -> Key {
        key_of(&self.key)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let disputed = self.disputed_at();
        let place = disputed.map(|at| format!("{at}#{}", self.key));
        let place = place.map(|place| (BY_DISPUTED, DISPUTED.to_owned(), place));
        place.into_iter().collect()
    }
}

fn key_of(key: &str) -> Key {
    Key::new(format!("charge#{key}"), "charge")
}

impl Move {
    fn answer(&self) -> Answer {
        let reason = self.declined.clone();
        reason.map_or(Answer::Done, Answer::Declined)
    }
}

impl Account {
    fn new(charge: &Charge) -> Self {
        Self {
            key: charge.key.clone(),
            order_id: Some(charge.order_id),
            amount: charge.amount,
            method: charge.method.clone(),
            state: State::Trying,
            failures: 0,
            held: 0,
            voided: 0,
            captured: 0,
            refunded: 0,
            moves: Vec::new(),
            disputes: Vec::new(),
        }
    }

    /// What was said before of its money, and is said again.
    fn answer(&self) -> Option<Hold> {
        match self.state {
            State::Trying => None,
            State::Waiting => Some(Hold::ActionRequired(page::url(&self.key))),
            State::Declined => Some(Hold::Declined(decline_reason(&self.method).to_owned())),
            State::Voided if self.captured == 0 => Some(Hold::Declined("voided".to_owned())),
            State::Held | State::Voided => Some(Hold::Held),
        }
    }

    /// What it is spoken of by.
    fn reference(&self, order_id: OrderId) -> Reference {
        Reference {
            key: self.key.clone(),
            order_id: self.order_id.unwrap_or(order_id),
            amount: self.amount,
            account: ACCOUNT.to_owned(),
        }
    }

    /// How much was moved in a direction, in minor units.
    fn moved(&self, direction: Direction) -> u64 {
        let done = |moved: &&Move| moved.direction == direction && moved.declined.is_none();
        let done = self.moves.iter().filter(done);
        done.map(|moved| moved.amount.amount()).sum()
    }

    /// How much can be moved in a direction: what is held and was not captured, what was captured and neither given nor
    /// taken back.
    fn movable(&self, direction: Direction) -> u64 {
        let captured = self.moved(Direction::Capture);
        match direction {
            Direction::Capture if self.state != State::Held => 0,
            Direction::Capture => self.amount.amount().saturating_sub(captured),
            Direction::Refund => captured
                .saturating_sub(self.moved(Direction::Refund))
                .saturating_sub(self.withdrawn()),
        }
    }

    /// Why it does not move this, if it does not.
    fn refusal(&self, direction: Direction, part: &Transfer) -> Option<&'static str> {
        match (direction, self.method.as_str()) {
            (Direction::Capture, "pm_sandbox_capture_declined") => Some("capture_declined"),
            (Direction::Refund, "pm_sandbox_refund_declined") => Some("refund_declined"),
            _ if part.amount.currency() != self.amount.currency() => Some("wrong_currency"),
            _ if part.amount.amount() <= self.movable(direction) => None,
            (Direction::Refund, _) if self.withdrawn() > 0 => Some("charge_disputed"),
            _ => Some("amount_too_large"),
        }
    }

    /// The books with this moved, or refused.
    fn moving(&self, direction: Direction, part: &Transfer) -> Self {
        let mut next = self.clone();
        let declined = self.refusal(direction, part).map(str::to_owned);
        if declined.is_none() {
            match direction {
                Direction::Capture => next.captured += 1,
                Direction::Refund => next.refunded += 1,
            }
        }
        next.moves.push(Move {
            key: part.key.clone(),
            direction,
            amount: part.amount,
            declined,
        });
        next
    }

    fn entries(&self) -> Vec<Entry> {
        let whole = |deed, amount, answer| Entry {
            deed,
            key: self.key.clone(),
            amount,
            answer,
        };
        let hold = match self.answer() {
            _ if self.held > 0 => Some(Answer::Done),
            Some(Hold::Declined(reason)) => Some(Answer::Declined(reason)),
            _ => None,
        };
        let hold = hold.map(|answer| whole(Deed::Hold, self.amount, answer));
        let moved = self.moves.iter().map(|moved| Entry {
            deed: match moved.direction {
                Direction::Capture => Deed::Capture,
                Direction::Refund => Deed::Refund,
            },
            key: moved.key.clone(),
            amount: moved.amount,
            answer: moved.answer(),
        });
        let captured = self.moved(Direction::Capture);
        let left = self.amount.amount().saturating_sub(captured);
        let left = Money::new(left, self.amount.currency()).ok();
        let released = left.filter(|_| self.voided > 0);
        let released = released.map(|left| whole(Deed::Release, left, Answer::Done));
        let disputed = self.cases().into_iter().flat_map(|case| {
            let entry = |deed| Entry {
                deed,
                key: case.reference.clone(),
                amount: case.amount,
                answer: Answer::Done,
            };
            let won = (case.status == Status::Won).then(|| entry(Deed::Reinstate));
            [entry(Deed::Withdraw)].into_iter().chain(won)
        });
        let disputed: Vec<Entry> = disputed.collect();
        let moved = hold.into_iter().chain(moved).chain(disputed);
        moved.chain(released).collect()
    }
}

fn decline_reason(method: &str) -> &'static str {
    match method {
        "pm_sandbox_declined" => "card_declined",
        "pm_sandbox_3ds" | "pm_sandbox_3ds_lost_reply" => "authentication_failed",
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

    async fn read(&self, key: &str) -> Result<Option<Stored<Account>>, Trouble> {
        self.ledger.get(&key_of(key)).await.map_err(unavailable)
    }

    /// The charge of a payment's that is current: the last that it was asked for, or to let go of.
    async fn current(&self, payment: PaymentId) -> Result<Option<Stored<Account>>, Trouble> {
        let mut last = None;
        for key in attempt::keys_of(payment) {
            match self.read(&key).await? {
                Some(account) => last = Some(account),
                None => break,
            }
        }
        Ok(last)
    }

    /// The charges of which a dispute has changed since then, the longest ago first.
    async fn disputed_since(&self, since: Timestamp) -> Result<Vec<Stored<Account>>, Trouble> {
        let run = Query::index(BY_DISPUTED, DISPUTED).from(since.to_string());
        let run = run.limit(MOST_CASES);
        self.ledger.query(run).await.map_err(unavailable)
    }

    /// Writes what a call has made of a charge. Of two different calls at the same time one goes first and the
    /// other fails; two of the same call make the same of it. So `call` names all that tells one from another.
    async fn commit(
        &self,
        call: &str,
        before: Option<&Stored<Account>>,
        next: &Account,
    ) -> Result<(), Problem> {
        let step = before.map_or(0, |account| account.rev);
        let intent = self.intent(&next.key, &format!("{call} {step}"));
        let mut command = self.commands.begin(&intent);
        command.save(&self.ledger, before, next);
        command.settle().await.map(drop)
    }

    /// The same for who asks a provider.
    async fn write(
        &self,
        call: &str,
        before: Option<&Stored<Account>>,
        next: &Account,
    ) -> Result<(), Trouble> {
        let written = self.commit(call, before, next);
        written.await.map_err(unavailable)
    }

    /// What a call does once, to what is known by this key.
    fn intent(&self, key: &str, call: &str) -> Intent {
        Intent {
            scope: "sandbox".to_owned(),
            key: format!("{key} {call}"),
            request_hash: None,
            actor: Actor::system("sandbox"),
            correlation_id: key.to_owned(),
            causation_id: key.to_owned(),
            traceparent: None,
            now: self.platform.clock.now(),
            ids: self.platform.ids.clone(),
        }
    }

    async fn hold(&self, charge: &Charge) -> Result<Hold, Trouble> {
        let before = self.read(&charge.key).await?;
        if let Some(answer) = before.as_ref().and_then(|account| account.answer()) {
            return Ok(answer);
        }
        let mut next = before
            .as_ref()
            .map_or_else(|| Account::new(charge), |account| account.value.clone());
        match charge.method.as_str() {
            "pm_sandbox_flaky" if next.failures < FAILURES => {
                next.failures += 1;
                self.write("authorize", before.as_ref(), &next).await?;
                return Err(Trouble::Unavailable);
            }
            "pm_sandbox_slow" => tokio::time::sleep(SLOW).await,
            _ => {}
        }
        (next.state, next.held) = match charge.method.as_str() {
            "pm_sandbox_ok"
            | "pm_sandbox_lost_reply"
            | "pm_sandbox_slow"
            | "pm_sandbox_flaky"
            | "pm_sandbox_capture_lost_reply"
            | "pm_sandbox_capture_declined"
            | "pm_sandbox_refund_lost_reply"
            | "pm_sandbox_refund_declined"
            | "pm_sandbox_dispute_lost_reply" => (State::Held, next.held + 1),
            "pm_sandbox_3ds" | "pm_sandbox_3ds_lost_reply" => (State::Waiting, 0),
            _ => (State::Declined, 0),
        };
        self.write("authorize", before.as_ref(), &next).await?;
        match charge.method.as_str() {
            "pm_sandbox_lost_reply" | "pm_sandbox_3ds_lost_reply" => Err(Trouble::AnswerLost),
            _ => next.answer().ok_or(Trouble::Unavailable),
        }
    }

    async fn shift(
        &self,
        direction: Direction,
        charge: &Charge,
        part: &Transfer,
    ) -> Result<Answer, Trouble> {
        // Nothing is held: whoever asks has its own books wrong, and asking again does not help.
        let before = self.read(&charge.key).await?;
        let before = before.ok_or(Trouble::Unavailable)?;
        if let Some(done) = before.moves.iter().find(|moved| moved.key == part.key) {
            let is_same = (done.direction, done.amount) == (direction, part.amount);
            let misused = || Answer::Declined("key_reused".to_owned());
            return Ok(if is_same { done.answer() } else { misused() });
        }
        let next = before.moving(direction, part);
        let call = format!("{} {}", direction.name(), part.key);
        self.write(&call, Some(&before), &next).await?;
        match (direction, before.method.as_str()) {
            (Direction::Capture, "pm_sandbox_capture_lost_reply")
            | (Direction::Refund, "pm_sandbox_refund_lost_reply") => Err(Trouble::AnswerLost),
            _ => Ok(next.moves.last().map_or(Answer::Done, Move::answer)),
        }
    }

    async fn release(&self, charge: &Charge) -> Result<bool, Trouble> {
        let before = self.read(&charge.key).await?;
        let mut next = before
            .as_ref()
            .map_or_else(|| Account::new(charge), |account| account.value.clone());
        match next.state {
            State::Voided | State::Declined => return Ok(next.voided > 0),
            State::Held if next.movable(Direction::Capture) == 0 => return Ok(false),
            State::Held => next.voided += 1,
            // Voided before it was held: whoever asks for it later is refused.
            State::Trying | State::Waiting => {}
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
    fn account(&self) -> &'static str {
        ACCOUNT
    }

    fn authorize<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Hold, Trouble>> {
        Box::pin(self.hold(charge))
    }

    fn look_up<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Option<Standing>, Trouble>> {
        Box::pin(async move {
            let account = self.read(&charge.key).await?;
            Ok(account.and_then(|account| {
                Some(Standing {
                    about: account.reference(charge.order_id),
                    hold: account.answer()?,
                })
            }))
        })
    }

    fn capture<'a>(
        &'a self,
        charge: &'a Charge,
        part: &'a Transfer,
    ) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(self.shift(Direction::Capture, charge, part))
    }

    fn refund<'a>(
        &'a self,
        charge: &'a Charge,
        part: &'a Transfer,
    ) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(self.shift(Direction::Refund, charge, part))
    }

    fn void<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<bool, Trouble>> {
        Box::pin(self.release(charge))
    }

    fn entries<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Vec<Entry>, Trouble>> {
        Box::pin(async move {
            let account = self.read(&charge.key).await?;
            Ok(account.map_or_else(Vec::new, |account| account.entries()))
        })
    }

    fn disputes_of<'a>(&'a self, charge: &'a Charge) -> Pending<'a, Result<Vec<Case>, Trouble>> {
        Box::pin(self.cases_of(charge))
    }

    fn disputes_since(&self, since: Timestamp) -> Pending<'_, Result<Changes, Trouble>> {
        Box::pin(self.cases_since(since))
    }

    fn answer_dispute<'a>(
        &'a self,
        charge: &'a Charge,
        reference: &'a str,
        plea: &'a Plea,
    ) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(self.take_answer(charge, reference, plea))
    }

    fn pay_out<'a>(&'a self, remittance: &'a Remittance) -> Pending<'a, Result<Answer, Trouble>> {
        Box::pin(self.remit(remittance))
    }

    fn find_payout<'a>(&'a self, key: &'a str) -> Pending<'a, Result<Option<Answer>, Trouble>> {
        Box::pin(self.remitted(key))
    }
}
