//! Holding a payment against the provider's books. Pure.
//!
//! Both can be compared exactly as soon as nothing of a payment is on its way: what was asked is answered and written,
//! what is to be let go is let go. Whatever begins afterwards is another revision of the payment, which is compared
//! anew when it has ended.

use contracts::events::PaymentSums;
use kernel::{Money, Problem, Timestamp};

use crate::{
    capture::Progress,
    credit::Source,
    lifecycle::Status,
    payment::Payment,
    provider::{Answer, Deed, Entry},
};

/// What came of holding a payment against the books.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Both say the same.
    Equal,
    /// They do not.
    Differs,
}

impl Payment {
    /// The same after its money has moved: to be held against the provider's books.
    pub fn moved(self, now: Timestamp) -> Self {
        Self {
            unchecked_since: self.unchecked_since.or(Some(now)),
            ..self
        }
    }

    /// Held against the books.
    pub fn checked(&self) -> Self {
        Self {
            unchecked_since: None,
            ..self.clone()
        }
    }

    /// Whether nothing of it is on its way, so that the books must have the very same.
    pub fn is_settled(&self) -> bool {
        let is_kept = match self.status {
            Status::Voided | Status::Captured => self.let_go.is_none() && !self.is_all_captured(),
            _ => self.open_since.is_some(),
        };
        !self.status.is_open() && !self.is_moving() && !is_kept
    }

    fn is_moving(&self) -> bool {
        let captures = self.captures.iter().map(|capture| capture.status);
        let mut parts = captures.chain(self.refunds.iter().map(|refund| refund.status));
        parts.any(|part| part == Progress::Pending)
    }

    /// What is wrong with it, whatever the provider's books have.
    pub fn contradiction(&self) -> Option<&'static str> {
        let last = self.history.last().map(|passage| passage.status);
        let is_shared_out = self.captures.iter().all(|capture| {
            let shares = capture.shares.iter().map(|share| share.amount);
            capture.shares.is_empty() || self.sum(shares).is_ok_and(|sum| sum == capture.amount)
        });
        // A tombstone was never asked for, and there is nothing to let go of.
        let is_left = !self.is_settled() && !self.is_moving() && self.method.is_some();
        if last != Some(self.status) {
            Some("a payment is not where it has come to")
        } else if !is_shared_out {
            Some("the shares of a capture are not the whole of it")
        } else if is_left && !self.status.is_open() && self.open_since.is_none() {
            Some("nobody lets go of what is held of a payment")
        } else if !matches!(self.to_release(), Ok(None)) {
            Some("store credit is held for a payment that has ended")
        } else {
            None
        }
    }

    fn is_all_captured(&self) -> bool {
        self.uncaptured().is_ok_and(Money::is_zero)
    }

    /// What has become of its money at the provider, as we have it.
    ///
    /// # Errors
    /// None, as long as all of a payment is in one currency.
    pub fn sums(&self) -> Result<PaymentSums, Problem> {
        let zero = Money::zero(self.amount.currency());
        let was_let_go = self.let_go == Some(true);
        let held = self.was_authorized() || was_let_go;
        Ok(PaymentSums {
            held: if held { self.by_card() } else { zero },
            captured: self.captured_from(Source::Card)?,
            refunded: self.given_to(Source::Card, |status| status == Progress::Succeeded)?,
            released: if was_let_go {
                self.uncaptured_from(Source::Card)?
            } else {
                zero
            },
            disputed: Some(self.disputed()?),
        })
    }

    /// What has become of its money, as the books have it. What they have in another currency is none of it.
    ///
    /// # Errors
    /// An internal problem where they have more than an amount can be.
    pub fn sums_of(&self, books: &[Entry]) -> Result<PaymentSums, Problem> {
        let sum = |deed| {
            let done = books.iter().filter(move |entry| {
                let is_ours = entry.amount.currency() == self.amount.currency();
                entry.deed == deed && entry.answer == Answer::Done && is_ours
            });
            self.sum(done.map(|entry| entry.amount))
        };
        Ok(PaymentSums {
            held: sum(Deed::Hold)?,
            captured: sum(Deed::Capture)?,
            refunded: sum(Deed::Refund)?,
            released: sum(Deed::Release)?,
            disputed: sum(Deed::Withdraw)?.minus(sum(Deed::Reinstate)?).ok(),
        })
    }

    /// What comes of holding it against the books.
    ///
    /// # Errors
    /// As [`Payment::sums_of`].
    pub fn verdict(&self, books: &[Entry]) -> Result<Verdict, Problem> {
        let is_foreign = |entry: &Entry| {
            entry.answer == Answer::Done && entry.amount.currency() != self.amount.currency()
        };
        let same = self.sums()? == self.sums_of(books)? && !books.iter().any(is_foreign);
        Ok(if same {
            Verdict::Equal
        } else {
            Verdict::Differs
        })
    }
}

#[cfg(test)]
mod tests {
    use contracts::{Event, events::OrderStockReserved};
    use kernel::Currency;

    use super::*;
    use crate::{attempt::Terms, capture::Capture, lifecycle::Input, provider::Hold};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    fn eur(amount: u64) -> Money {
        Money::new(amount, Currency::EUR).unwrap()
    }

    /// A payment of 39.98.
    fn asked() -> Payment {
        Payment::asked_for(&OrderStockReserved::example(), at(1))
    }

    fn held() -> Payment {
        asked().after(Input::Held, at(2)).unwrap()
    }

    fn capturing(status: Progress) -> Payment {
        held().with(Capture {
            number: 1,
            source: Source::Card,
            amount: eur(1_000),
            shares: Vec::new(),
            status,
            failure_reason: None,
            at: at(3),
        })
    }

    fn entry(deed: Deed, amount: Money) -> Entry {
        Entry {
            deed,
            key: "any".to_owned(),
            amount,
            answer: Answer::Done,
        }
    }

    #[test]
    fn a_payment_waits_for_the_books_from_its_first_move_until_it_was_held_against_them() {
        let moved = held().checked().moved(at(7)).moved(at(9));
        assert_eq!(moved.unchecked_since, Some(at(7)));
        assert_eq!(moved.checked().unchecked_since, None);
    }

    #[test]
    fn what_is_on_its_way_is_not_compared() {
        let waiting = Hold::ActionRequired(String::new());
        let terms = Terms {
            time: std::time::Duration::from_secs(9),
            attempts: 1,
        };
        let waiting = asked().after_hold(&waiting, terms, at(2)).unwrap();
        let expired = waiting.expired(at(99)).unwrap();
        let voided = held().after(Input::OrderCancelled, at(3)).unwrap();
        for busy in [
            asked(),
            waiting,
            expired.clone(),
            capturing(Progress::Pending),
            voided.clone(),
        ] {
            assert!(!busy.is_settled(), "{:?}", busy.status);
        }
        let let_go = |payment: Payment| Payment {
            let_go: Some(true),
            open_since: None,
            ..payment
        };
        let declined = asked().after(Input::Refused, at(2)).unwrap();
        for done in [
            held(),
            declined,
            capturing(Progress::Succeeded),
            let_go(expired),
            let_go(voided),
        ] {
            assert!(done.is_settled(), "{:?}", done.status);
        }
    }

    #[test]
    fn both_must_have_the_very_same() {
        let hold = || entry(Deed::Hold, eur(3_998));
        let part = |amount| entry(Deed::Capture, eur(amount));
        let refused = Entry {
            answer: Answer::Declined("any".to_owned()),
            ..part(5)
        };
        let dollars = Money::new(1, "USD".parse().unwrap()).unwrap();
        let captured = capturing(Progress::Succeeded);
        for (books, expected) in [
            (vec![hold(), part(1_000)], Verdict::Equal),
            (vec![hold(), part(400), part(600), refused], Verdict::Equal),
            (vec![hold()], Verdict::Differs),
            (vec![], Verdict::Differs),
            (vec![hold(), part(999)], Verdict::Differs),
            (vec![hold(), part(1_000), part(1_000)], Verdict::Differs),
            (
                vec![hold(), part(1_000), entry(Deed::Refund, eur(1))],
                Verdict::Differs,
            ),
            (
                vec![hold(), part(1_000), entry(Deed::Release, eur(2_998))],
                Verdict::Differs,
            ),
            (
                vec![hold(), part(1_000), entry(Deed::Capture, dollars)],
                Verdict::Differs,
            ),
        ] {
            assert_eq!(captured.verdict(&books).unwrap(), expected, "{books:?}");
        }
        let declined = asked().after(Input::Refused, at(2)).unwrap();
        assert_eq!(declined.verdict(&[]).unwrap(), Verdict::Equal);
        assert_eq!(declined.verdict(&[hold()]).unwrap(), Verdict::Differs);
    }

    #[test]
    fn a_payment_is_where_its_history_ends_and_is_let_go_of_when_it_is_over() {
        let voided = held().after(Input::OrderCancelled, at(3)).unwrap();
        let let_go = Payment {
            let_go: Some(true),
            ..voided.clone()
        };
        for whole in [asked(), held(), capturing(Progress::Pending), let_go] {
            assert_eq!(whole.contradiction(), None, "{:?}", whole.status);
        }
        assert!(voided.contradiction().is_some());
        let elsewhere = Payment {
            status: Status::Captured,
            ..held()
        };
        assert!(elsewhere.contradiction().is_some());
        let tombstone = Payment {
            method: None,
            ..voided
        };
        assert_eq!(tombstone.contradiction(), None);
    }

    #[test]
    fn money_that_was_held_without_our_knowing_and_let_go_was_held() {
        let unknown = asked().after(Input::AnswerLost, at(2)).unwrap();
        let voided = Payment {
            let_go: Some(true),
            ..unknown.after(Input::OrderCancelled, at(3)).unwrap()
        };
        let books = [
            entry(Deed::Hold, eur(3_998)),
            entry(Deed::Release, eur(3_998)),
        ];
        assert_eq!(voided.verdict(&books).unwrap(), Verdict::Equal);
    }
}
