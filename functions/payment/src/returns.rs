//! Money that is given back for goods that came back: their seller bears it, and gets the commission on it back. Pure.
//!
//! A return is given back once, by its number, whatever is told of it how often. It is a refund like any other from
//! then on: written down first, and asked for under a key that follows from its own number.

use contracts::events::{LedgerAccount, OrderReturnReceived};
use kernel::{Money, Problem, SellerId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    capture::{Capture, Progress, Share},
    ledger::Entry,
    lifecycle::Status,
    payment::Payment,
    refund::{Reason, Refund},
};

/// Which return a refund is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OfReturn {
    /// Its number within the order.
    pub number: u32,
    /// Who has sold what came back.
    pub seller_id: SellerId,
}

impl Payment {
    /// The refund of a return, if it was written down.
    pub fn refund_of_return(&self, number: u32) -> Option<&Refund> {
        let is_it = |refund: &&Refund| refund.returned.is_some_and(|of| of.number == number);
        self.refunds.iter().find(is_it)
    }

    /// The refunds that are due for goods that came back and are not written down. What the payment does not have is
    /// refused at once: it was never captured, or given back in another way.
    ///
    /// # Errors
    /// `unavailable` where the goods are not paid yet.
    pub fn refunds_due(
        &self,
        order: &OrderReturnReceived,
        now: Timestamp,
    ) -> Result<Vec<Refund>, Problem> {
        let mut next = self.clone();
        for due in &order.refunds {
            if next.refund_of_return(due.number).is_some() {
                continue;
            }
            let is_there = next.refundable()?.amount() >= due.amount.amount();
            if !is_there && self.is_being_captured() {
                return Err(Problem::unavailable(
                    "goods came back before they were paid",
                ));
            }
            let status = if is_there {
                Progress::Pending
            } else {
                Progress::Failed
            };
            let store_credit = if is_there {
                next.back_as_credit(due.amount)?
            } else {
                None
            };
            next.refunds.push(Refund {
                number: next.refunds.last().map_or(0, |last| last.number) + 1,
                amount: due.amount,
                store_credit,
                reason: Reason::Returned,
                note: None,
                returned: Some(OfReturn {
                    number: due.number,
                    seller_id: due.seller_id,
                }),
                status,
                failure_reason: (!is_there).then(|| {
                    // The customer's bank was faster, or is about to decide.
                    let is_disputed = !next.disputed().is_ok_and(Money::is_zero);
                    let reason = if is_disputed {
                        "disputed"
                    } else {
                        "not_captured"
                    };
                    reason.to_owned()
                }),
                requested_at: now,
                at: now,
            });
        }
        Ok(next.refunds.split_off(self.refunds.len()))
    }

    /// Whether more of its money may still be moved to us.
    fn is_being_captured(&self) -> bool {
        matches!(
            self.status,
            Status::Pending | Status::Unknown | Status::Authorized | Status::PartlyCaptured
        )
    }

    /// The captures that have moved money for a seller's goods.
    pub fn captures_for(&self, seller: SellerId) -> impl Iterator<Item = &Capture> {
        let done = self.captures.iter();
        done.filter(move |capture| {
            let is_for = |share: &Share| share.seller_id == seller;
            capture.status == Progress::Succeeded && capture.shares.iter().any(is_for)
        })
    }

    /// The commission that goes back with a refund.
    ///
    /// # Errors
    /// None, as long as the journal has what was captured.
    pub fn commission_back(
        &self,
        refund: &Refund,
        seller: SellerId,
        journal: &[Entry],
    ) -> Result<Money, Problem> {
        let mut others = self.clone();
        others.refunds.retain(|other| other.number != refund.number);
        let before = others.gone_back(seller, |status| status == Progress::Succeeded)?;
        self.commission_of(seller, (before, refund.amount), journal)
    }

    /// The commission on an amount that a seller bears again, after so much that it has borne before: in the proportion
    /// in which it was kept of the seller's sales of this order, as the journal has them. All that goes back gives all
    /// of it back, to the cent.
    ///
    /// # Errors
    /// None, as long as the journal has what was captured.
    pub(crate) fn commission_of(
        &self,
        seller: SellerId,
        (before, amount): (Money, Money),
        journal: &[Entry],
    ) -> Result<Money, Problem> {
        let sold = self.sold(seller)?;
        let account = LedgerAccount::Seller(seller);
        let credited = self.sum(journal.iter().flat_map(|entry| entry.credits(account)))?;
        let kept = sold.minus(credited).map_err(Problem::internal)?;

        let until = before.plus(amount).map_err(Problem::internal)?;
        let part = |back: Money| {
            let zero = Money::zero(sold.currency());
            let left = sold.minus(back).unwrap_or(zero);
            let back = if left.is_zero() { sold } else { back };
            if sold.is_zero() {
                return zero;
            }
            kept.split_like(&[back, left])[0]
        };
        part(until).minus(part(before)).map_err(Problem::internal)
    }
}

#[cfg(test)]
mod tests;
