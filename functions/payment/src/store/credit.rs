//! Store credit: given to customers, held for payments, and given back as far as it is not needed.
//!
//! What a customer has is decided on the customer's account in the ledger, so whatever takes from it or adds to it is
//! booked there in the transaction that decides. Only what was refunded comes to it later, by the event of its entry.

use contracts::{events::LedgerAccount, views::KnownCustomer};
use dynamo::{Command, Cursors, Db, Intent, Look, Stored};
use kernel::{Code, Currency, CustomerId, Money, Problem, Reply, page::Part};
use lambda::Platform;

use super::{
    Ledger, Payments,
    ledger::{account_key, by_account, lay, lay_within, write},
    step_of,
};
use crate::{
    credit::{Gift, StoreCredit, StoreCreditView},
    ledger::{Account, Entry},
    payment::Payment,
};

/// The store credit of all customers.
#[derive(Debug)]
pub struct Credits {
    db: Db,
    ledger: Ledger,
}

impl Credits {
    /// With the tables of the stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            db: platform.db.clone(),
            ledger: Ledger::start(platform).await?,
        })
    }

    /// Makes sure that there is a customer whom someone else names.
    ///
    /// # Errors
    /// `customer_not_found` if there is no such account.
    pub async fn must_be_known(&self, customer: CustomerId) -> Result<(), Problem> {
        let known = self.db.view::<KnownCustomer>(&customer).await?;
        known.map(drop).ok_or_else(|| Code::CustomerNotFound.into())
    }

    /// What a customer has; nothing in the stack's currency, where there is no account yet.
    pub async fn account(
        &self,
        customer: CustomerId,
        currency: Currency,
    ) -> Result<Account, Problem> {
        let account = LedgerAccount::StoreCredit(customer);
        let found = self.ledger.account(account).await?;
        Ok(found.map_or_else(|| Account::new(account, currency), |found| found.value))
    }

    /// What a customer has, and a page of what it comes from and where it went.
    pub async fn statement(
        &self,
        (customer, currency): (CustomerId, Currency),
        part: &Part,
        cursors: &Cursors,
    ) -> Result<StoreCreditView, Problem> {
        let id = LedgerAccount::StoreCredit(customer);
        let account = self.ledger.account(id).await?;
        let from = (cursors, part.cursor.as_deref());
        let lines = self.ledger.lines(id, part.limit, from).await?;
        StoreCreditView::of((customer, currency), account.as_deref(), lines)
    }

    /// Gives store credit: books it, and announces it.
    pub async fn give(
        &self,
        gift: &Gift,
        intent: &Intent,
        reply: Reply<Gift>,
    ) -> Result<Reply<Gift>, Problem> {
        let Ledger { table, commands } = &self.ledger;
        let entry = Entry::of_gift(gift)?;
        let mut command = commands.begin(intent);
        lay(&mut command, table, &entry, &by_account(&entry)).await?;
        write(&mut command, table, &entry);
        command.publish(1, &gift.told());
        command.audit("payment.give-store-credit", gift.customer_id);
        command.commit(reply).await
    }
}

impl Payments {
    /// Writes a payment down that is to be paid with so much store credit, and holds that, in one; declined, where its
    /// customer has less. However many are written down at once, no more is held than there is.
    pub(super) async fn open_with_credit(
        &self,
        asked: Payment,
        wanted: Money,
        intent: &Intent,
    ) -> Result<Stored<Payment>, Problem> {
        let mut command = self.commands.begin(&step_of(intent, "open"));
        let Some((customer, account)) = self.can_hold(&asked, wanted).await? else {
            let declined = asked.short_of_credit(intent.now);
            return self.insert(command, declined, "payment.decline").await;
        };
        let payment = asked.holding(customer, wanted);
        self.hold(&mut command, &payment, &account).await?;
        self.insert(command, payment, "payment.ask").await
    }

    /// Whose store credit, and the account that covers it; nothing, where there is not as much.
    async fn can_hold(
        &self,
        asked: &Payment,
        wanted: Money,
    ) -> Result<Option<(CustomerId, Account)>, Problem> {
        let customer = asked.buyer.customer();
        let Some(customer) = customer.filter(|_| asked.takes_credit(wanted)) else {
            return Ok(None);
        };
        let key = account_key(LedgerAccount::StoreCredit(customer));
        let account = self.journal.get::<Account>(&key).await?;
        let account = account.filter(|account| account.covers(wanted));
        Ok(account.map(|account| (customer, account.value)))
    }

    /// Lays into a command that store credit is held for a payment, from an account that has covered it when it was
    /// read. What was ever credited only grows: as long as no more was debited than leaves enough of it, it still does.
    async fn hold(
        &self,
        command: &mut Command,
        payment: &Payment,
        account: &Account,
    ) -> Result<(), Problem> {
        let Some(held) = &payment.store_credit else {
            return Ok(());
        };
        let entry = Entry::of_held(payment, held)?;
        let (own, others): (Vec<_>, Vec<_>) = by_account(&entry)
            .into_iter()
            .partition(|booked| booked.account() == account.account);
        let most = account.credited.saturating_sub(held.amount.amount());
        for booked in &own {
            lay_within(command, &self.journal, &entry, (booked, most));
        }
        lay(command, &self.journal, &entry, &others).await?;
        write(command, &self.journal, &entry);
        Ok(())
    }

    /// A payment as it is about to be written, with what is still held of its customer's store credit given back if it
    /// has ended: in the command that ends it.
    pub(super) async fn release(
        &self,
        command: &mut Command,
        next: Payment,
    ) -> Result<Payment, Problem> {
        let left = next.to_release()?;
        let Some((held, left)) = next.store_credit.zip(left) else {
            return Ok(next);
        };
        self.give_back(command, &next, (&held, left)).await?;
        Ok(next.released(left))
    }

    /// Whether the journal has what a payment has of its customer's store credit. An entry that is written is enough:
    /// its lines may be on their way.
    pub(super) async fn is_credit_booked(&self, payment: &Payment) -> Result<bool, Problem> {
        let Some(held) = &payment.store_credit else {
            return Ok(true);
        };
        let mut entries = Vec::new();
        for id in payment.credit_entries() {
            match self.journal.look_at::<Entry>(&Entry::key_of(&id)).await? {
                Look::There(entry) => entries.push(entry.value),
                Look::Missing => {}
                Look::Unreadable => return Ok(false),
            }
        }
        payment.is_booked(held, &entries)
    }

    async fn give_back(
        &self,
        command: &mut Command,
        payment: &Payment,
        (held, left): (&StoreCredit, Money),
    ) -> Result<(), Problem> {
        let entry = Entry::of_released(payment, held, left)?;
        lay(command, &self.journal, &entry, &by_account(&entry)).await?;
        write(command, &self.journal, &entry);
        Ok(())
    }
}
