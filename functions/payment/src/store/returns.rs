//! How money is given back for goods that came back.

use contracts::events::OrderReturnReceived;
use dynamo::Intent;
use kernel::{Problem, SellerId};

use super::{Payments, announce};
use crate::{ledger::Entry, payment::Payment, refund::Refund};

impl<P> Payments<P> {
    /// Writes down what is to be given back for goods that came back, and has it done; what was written down before
    /// is told again.
    ///
    /// # Errors
    /// `unavailable` where the goods are not paid yet.
    pub async fn take_back(
        &self,
        order: &OrderReturnReceived,
        intent: &Intent,
    ) -> Result<(), Problem> {
        if order.refunds.is_empty() {
            return Ok(());
        }
        let payment = self.of_order(order.order_id).await?;
        let payment = payment.ok_or_else(|| Problem::unavailable("goods came back unpaid"))?;
        let due = payment.refunds_due(order, intent.now)?;
        let next = due.iter().cloned();
        let next = next.fold(payment.value.clone(), |next, refund| next.refunding(refund));

        let mut command = self.commands.begin(intent);
        let mut rev = payment.rev;
        if !due.is_empty() {
            rev += 1;
            command.update(&self.table, &payment, &next);
            command.audit("payment.take-back", next.payment_id);
        }
        for failed in due.iter().filter(|refund| refund.failure_reason.is_some()) {
            tracing::error!(payment.id = %next.payment_id, failed.number, "goods came back for which nothing can be given back");
        }
        for wanted in &order.refunds {
            if let Some(refund) = next.refund_of_return(wanted.number) {
                announce::refund(&mut command, rev, &next, refund.number)?;
            }
        }
        command.settle().await?;
        Ok(())
    }

    /// What a refund books: for goods that came back their seller bears it, else the marketplace.
    pub(super) async fn entry_of(
        &self,
        payment: &Payment,
        refund: &Refund,
    ) -> Result<Entry, Problem> {
        let Some(of) = refund.returned else {
            return Entry::of_refund(payment, refund);
        };
        let journal = self.journal_for(payment, of.seller_id).await?;
        let commission = payment.commission_back(refund, of.seller_id, &journal)?;
        Entry::of_return(payment, refund, (of.seller_id, commission))
    }

    /// What the captures that were for a seller's goods have booked.
    pub(super) async fn journal_for(
        &self,
        payment: &Payment,
        seller: SellerId,
    ) -> Result<Vec<Entry>, Problem> {
        let captures = payment.captures_for(seller);
        let keys = captures.map(|capture| Entry::key_of(&payment.transfer(capture).key));
        let mut journal = Vec::new();
        for keys in keys.collect::<Vec<_>>().chunks(100) {
            let entries = self.journal.get_many::<Entry>(keys.to_vec()).await?;
            journal.extend(entries.into_iter().map(|entry| entry.value));
        }
        Ok(journal)
    }
}
