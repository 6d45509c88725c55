//! Disputes in the sandbox's books. What a customer's bank does is played by a route ([`SandboxPage`](super::SandboxPage));
//! what it makes of our answer is decided by the answer: evidence with the word `winning_evidence` in it wins, with
//! `losing_evidence` loses, and any other is thought over until the route decides.

use std::time::Duration;

use contracts::events::DisputeOutcome;
use kernel::{Code, Money, Problem, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Account, Direction, Sandbox};
use crate::{
    dispute::{Reason, Status},
    provider::{Answer, Case, Changes, Charge, Plea, Trouble},
};

/// The index of charges that are disputed, by when something has last become of that, and its one partition.
pub(super) const BY_DISPUTED: &str = "by-disputed";
pub(super) const DISPUTED: &str = "disputed";
/// So many disputes it tells of at once.
pub(super) const MOST_CASES: usize = 100;
/// How long a dispute can be answered.
const TIME_TO_ANSWER: Duration = Duration::from_hours(7 * 24);

/// A dispute of a charge.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Dispute {
    amount: Money,
    reason: Reason,
    status: Status,
    respond_by: Timestamp,
    /// Under which key it was answered.
    answered: Option<String>,
    changed_at: Timestamp,
}

/// What a customer's bank does to a charge.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SandboxObjection")]
pub struct Objection {
    /// Which dispute of the charge: 1, unless told. One that there is not is opened, if it is the next.
    #[serde(default = "first")]
    pub number: usize,
    /// Why it takes money back: `general`, unless told.
    pub reason: Option<Reason>,
    /// How much: all that is left of the charge, unless told.
    pub amount: Option<Money>,
    /// How it decides, if it does.
    pub outcome: Option<DisputeOutcome>,
}

fn first() -> usize {
    1
}

fn decided(outcome: DisputeOutcome) -> Status {
    match outcome {
        DisputeOutcome::Won => Status::Won,
        DisputeOutcome::Lost => Status::Lost,
    }
}

/// Where an answer leads.
fn judged(plea: &Plea) -> Status {
    match &plea.evidence {
        Some(text) if text.contains("winning_evidence") => Status::Won,
        Some(text) if text.contains("losing_evidence") => Status::Lost,
        Some(_) => Status::UnderReview,
        None => Status::Lost,
    }
}

impl Account {
    /// Every dispute of it, as it is told.
    pub(super) fn cases(&self) -> Vec<Case> {
        let numbered = (1..).zip(&self.disputes);
        let case = |(number, dispute): (usize, &Dispute)| Case {
            reference: self.reference_of(number),
            charge: self.key.clone(),
            amount: dispute.amount,
            reason: dispute.reason,
            status: dispute.status,
            respond_by: dispute.respond_by,
            answered: dispute.answered.clone(),
            changed_at: dispute.changed_at,
        };
        numbered.map(case).collect()
    }

    fn reference_of(&self, number: usize) -> String {
        format!("{}#dispute#{number}", self.key)
    }

    /// When something has last become of a dispute of it.
    pub(super) fn disputed_at(&self) -> Option<Timestamp> {
        self.disputes.iter().map(|it| it.changed_at).max()
    }

    /// How much of it was taken back and has not come back, in minor units.
    pub(super) fn withdrawn(&self) -> u64 {
        let taken = self.disputes.iter();
        let taken = taken.filter(|dispute| dispute.status != Status::Won);
        taken.map(|dispute| dispute.amount.amount()).sum()
    }

    /// The books when the customer's bank has done this; what is in them already stays so.
    pub(super) fn objected(&self, objection: &Objection, now: Timestamp) -> Result<Self, Problem> {
        let mut next = self.clone();
        if objection.number == next.disputes.len() + 1 {
            let left = Money::new(self.movable(Direction::Refund), self.amount.currency());
            let left = left.map_err(Problem::internal)?;
            let amount = objection.amount.unwrap_or(left);
            let is_there = amount.currency() == left.currency()
                && !amount.is_zero()
                && amount.amount() <= left.amount();
            if !is_there {
                return Err(Code::ChargeNotDisputable.into());
            }
            next.disputes.push(Dispute {
                amount,
                reason: objection.reason.unwrap_or(Reason::General),
                status: Status::NeedsResponse,
                respond_by: now.plus(TIME_TO_ANSWER),
                answered: None,
                changed_at: now,
            });
        }
        let place = objection.number.wrapping_sub(1);
        let dispute = next.disputes.get_mut(place);
        let dispute = dispute.ok_or(Code::ChargeNotDisputable)?;
        if let Some(outcome) = objection.outcome.filter(|_| dispute.status.is_open()) {
            dispute.status = decided(outcome);
            dispute.changed_at = now;
        }
        Ok(next)
    }

    /// The books with our answer in them; why it is not taken, if it is not.
    fn answered(&self, reference: &str, plea: &Plea, now: Timestamp) -> Result<Self, &'static str> {
        let mut next = self.clone();
        let mut numbered = (1..).zip(&mut next.disputes);
        let found = numbered.find(|(number, _)| self.reference_of(*number) == reference);
        let (_, dispute) = found.ok_or("no_such_dispute")?;
        if dispute.status != Status::NeedsResponse {
            return Err("not_open");
        }
        if now > dispute.respond_by {
            return Err("too_late");
        }
        dispute.answered = Some(plea.key.clone());
        dispute.status = judged(plea);
        dispute.changed_at = now;
        Ok(next)
    }
}

impl Sandbox {
    pub(super) async fn cases_of(&self, charge: &Charge) -> Result<Vec<Case>, Trouble> {
        let account = self.read(&charge.key).await?;
        Ok(account.map_or_else(Vec::new, |account| account.cases()))
    }

    pub(super) async fn cases_since(&self, since: Timestamp) -> Result<Changes, Trouble> {
        let accounts = self.disputed_since(since).await?;
        let cases = accounts.iter().flat_map(|account| account.cases());
        let mut cases: Vec<Case> = cases.filter(|case| case.changed_at >= since).collect();
        cases.sort_by_key(|case| case.changed_at);
        let has_more = cases.len() >= MOST_CASES;
        cases.truncate(MOST_CASES);
        Ok(Changes {
            until: cases.last().map(|case| case.changed_at),
            cases,
            has_more,
        })
    }

    pub(super) async fn take_answer(
        &self,
        charge: &Charge,
        reference: &str,
        plea: &Plea,
    ) -> Result<Answer, Trouble> {
        let before = self.read(&charge.key).await?;
        let before = before.ok_or(Trouble::Unavailable)?;
        let same = |dispute: &Dispute| dispute.answered.as_ref() == Some(&plea.key);
        if before.disputes.iter().any(same) {
            return Ok(Answer::Done);
        }
        let next = match before.answered(reference, plea, self.platform.clock.now()) {
            Ok(next) => next,
            Err(reason) => return Ok(Answer::Declined(reason.to_owned())),
        };
        let call = format!("answer {}", plea.key);
        self.write(&call, Some(&before), &next).await?;
        match before.method.as_str() {
            "pm_sandbox_dispute_lost_reply" => Err(Trouble::AnswerLost),
            _ => Ok(Answer::Done),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;
    use crate::sandbox::{Move, State};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    fn eur(amount: u64) -> Money {
        Money::new(amount, Currency::EUR).unwrap()
    }

    fn moved(direction: Direction, amount: u64) -> Move {
        Move {
            key: direction.name().to_owned(),
            direction,
            amount: eur(amount),
            declined: None,
        }
    }

    /// A charge of 10.00, of which 9.00 were captured and 2.00 given back.
    fn charge() -> Account {
        Account {
            key: "pay_1".to_owned(),
            order_id: None,
            amount: eur(1_000),
            method: "pm_sandbox_ok".to_owned(),
            state: State::Held,
            failures: 0,
            held: 1,
            voided: 0,
            captured: 1,
            refunded: 1,
            moves: vec![
                moved(Direction::Capture, 900),
                moved(Direction::Refund, 200),
            ],
            disputes: Vec::new(),
        }
    }

    fn objection(number: usize, amount: Option<u64>, outcome: Option<DisputeOutcome>) -> Objection {
        Objection {
            number,
            reason: None,
            amount: amount.map(eur),
            outcome,
        }
    }

    #[test]
    fn a_bank_takes_what_is_left_and_no_more() {
        let all = charge().objected(&objection(1, None, None), at(1)).unwrap();
        assert_eq!(all.withdrawn(), 700);
        assert_eq!(all.movable(Direction::Refund), 0);
        for (number, amount) in [(1, Some(701)), (1, Some(0)), (2, None), (0, None)] {
            let refused = charge().objected(&objection(number, amount, None), at(1));
            let code = refused.unwrap_err().code();
            assert_eq!(code, Code::ChargeNotDisputable, "{number} {amount:?}");
        }
        assert!(all.objected(&objection(2, None, None), at(2)).is_err());
    }

    #[test]
    fn what_it_has_done_it_does_not_do_again() {
        let lost = objection(1, Some(300), Some(DisputeOutcome::Lost));
        let once = charge().objected(&lost, at(1)).unwrap();
        assert_eq!(once.objected(&lost, at(2)).unwrap(), once);
        let won = objection(1, None, Some(DisputeOutcome::Won));
        assert_eq!(once.objected(&won, at(2)).unwrap(), once);
        let other = once.objected(&objection(2, None, None), at(2)).unwrap();
        assert_eq!(other.withdrawn(), 700);
    }

    #[test]
    fn an_answer_is_taken_in_time_and_once() {
        let disputed = charge().objected(&objection(1, None, None), at(1)).unwrap();
        let plea = |text: Option<&str>| Plea {
            key: "key".to_owned(),
            evidence: text.map(str::to_owned),
        };
        let (in_time, late) = (at(7 * 86_400 + 1), at(7 * 86_400 + 2));
        let first = "pay_1#dispute#1";
        for (text, status) in [
            (Some("It is winning_evidence."), Status::Won),
            (Some("losing_evidence"), Status::Lost),
            (Some("Sent on Monday."), Status::UnderReview),
            (None, Status::Lost),
        ] {
            let next = disputed.answered(first, &plea(text), in_time).unwrap();
            assert_eq!(next.cases()[0].status, status, "{text:?}");
            assert_eq!(next.answered(first, &plea(text), in_time), Err("not_open"));
        }
        let said = disputed.answered(first, &plea(None), late);
        assert_eq!(said, Err("too_late"));
        let said = disputed.answered("pay_1#dispute#2", &plea(None), at(2));
        assert_eq!(said, Err("no_such_dispute"));
    }
}
