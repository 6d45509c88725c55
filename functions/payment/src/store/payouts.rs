//! Payouts, in the table `ledger`:
//!
//! | item | key | |
//! |---|---|---|
//! | `payout` | `payout#<id>` / `payout` | by-payee: the seller / when it was made, and the id; by-payout: where it stands / the same |
//! | `payee` | `payee#<seller>` / `payee` | |
//!
//! They are beside the accounts that they are made from, and written with them.

use contracts::events::LedgerAccount;
use dynamo::{Command, Commands, Cursors, Intent, Item, Key, Query, Stored, Table};
use kernel::{Code, Money, Page, PayoutId, Problem, SellerId, Timestamp, page::Limit};
use lambda::{Platform, http::Incoming};
use schemars::JsonSchema;
use serde::Deserialize;

use super::ledger::{Kept, account_key, by_account, lay, lay_on, run_of, write};
use crate::{
    ledger::{Account, Entry, Line},
    payout::{Closed, LAG, Payee, Payout, PayoutView, Period, Recent, Status, Terms},
    provider::{Answer, PaymentProvider, Provider, Trouble},
};

/// The indexes of payouts: a partition a seller, and one a state, both in the order in which they were made.
const BY_PAYEE: &str = "by-payee";
const BY_PAYOUT: &str = "by-payout";
/// So many lines are asked for at once.
const LINES_AT_ONCE: usize = 1_000;

impl Item for Payout {
    const KIND: &'static str = "payout";

    fn key(&self) -> Key {
        key_of(self.payout_id)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let place = format!("{}#{}", self.scheduled_at, self.payout_id);
        vec![
            (BY_PAYEE, self.seller_id.to_string(), place.clone()),
            (BY_PAYOUT, self.status.name().to_owned(), place),
        ]
    }
}

fn key_of(id: PayoutId) -> Key {
    Key::new(format!("payout#{id}"), "payout")
}

impl Item for Payee {
    const KIND: &'static str = "payee";

    fn key(&self) -> Key {
        payee_key(self.seller_id)
    }
}

fn payee_key(seller: SellerId) -> Key {
    Key::new(format!("payee#{seller}"), "payee")
}

/// The lines of a seller behind one moment, up to another.
fn lines_of(seller: SellerId, from: Option<Timestamp>, until: Option<Timestamp>) -> Query {
    // Behind the instant comes an entry's id, which sorts before a tilde.
    let first = from.map_or_else(|| "line#".to_owned(), |from| format!("line#{from}#~"));
    let last = until.map_or_else(|| "line#~".to_owned(), |until| format!("line#{until}#~"));
    let run = Query::table(run_of(LedgerAccount::Seller(seller)));
    run.between(first, last).limit(LINES_AT_ONCE)
}

/// Which payouts someone looks for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutFilter {
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    pub limit: Limit,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Those of this seller; for a seller its own, unless told.
    pub seller_id: Option<SellerId>,
    /// Only those that stand there. Of a seller all unless told, and a page may then be short and still have more to
    /// come; of all sellers `pending` unless told.
    pub status: Option<Status>,
}

impl PayoutFilter {
    /// Whose payouts are asked for; `None` for all sellers'.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn whose(&self, request: &Incoming) -> Result<Option<SellerId>, Problem> {
        if request.reaches_all() {
            return Ok(self.seller_id);
        }
        let own = request.seller()?;
        match self.seller_id {
            Some(other) if other != own => Err(Code::Forbidden.into()),
            _ => Ok(Some(own)),
        }
    }
}

/// Payouts, and the provider behind them.
#[derive(Debug)]
pub struct Payouts<P = Box<dyn PaymentProvider>> {
    table: Table,
    commands: Commands,
    /// Who pays.
    pub provider: P,
}

/// Payouts for functions that never ask the provider.
pub type PayoutRecords = Payouts<()>;

impl PayoutRecords {
    /// With the tables of the stage.
    pub async fn open(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self::with(platform, ()))
    }
}

impl<P> Payouts<P> {
    fn with(platform: &Platform, provider: P) -> Self {
        Self {
            table: platform.table("payment", "ledger"),
            commands: platform.commands("payment"),
            provider,
        }
    }

    /// A payout.
    pub async fn payout(&self, id: PayoutId) -> Result<Option<Stored<Payout>>, Problem> {
        self.table.get(&key_of(id)).await
    }

    /// A page of the payouts of a seller, or of those that stand somewhere, the latest first.
    pub async fn list(
        &self,
        whose: Option<SellerId>,
        filter: &PayoutFilter,
        cursors: &Cursors,
    ) -> Result<Page<PayoutView>, Problem> {
        let (run, status) = if let Some(seller) = whose {
            let run = Query::index(BY_PAYEE, seller.to_string());
            (run, filter.status)
        } else {
            let status = filter.status.unwrap_or(Status::Pending);
            (Query::index(BY_PAYOUT, status.name()), Some(status))
        };
        let run = run.descending().limit(filter.limit.get());
        let scope = format!("payouts {whose:?} {status:?}");
        let cursor = filter.cursor.as_deref();
        let page = self.table.page::<Payout>(run, cursors, &scope, cursor);
        let mut page = page.await?;
        let is_wanted = |payout: &Payout| status.is_none_or(|status| payout.status == status);
        page.data.retain(|payout| is_wanted(payout));
        Ok(page.map(|payout| payout.view()))
    }

    /// The lines that a payout covers.
    pub async fn lines(&self, payout: &Payout) -> Result<Vec<Line>, Problem> {
        let run = lines_of(payout.seller_id, payout.from, Some(payout.until));
        let mut lines = Vec::new();
        self.read(run, |line| {
            lines.push(line.clone());
            true
        })
        .await?;
        Ok(lines)
    }

    /// Reads a run of lines, as long as who takes them goes on.
    async fn read(&self, run: Query, mut take: impl FnMut(&Line) -> bool) -> Result<(), Problem> {
        let mut after = None;
        loop {
            let (lines, next) = self.table.walk::<Kept>(run.clone(), after).await?;
            if !lines.iter().all(|kept| take(&kept.line)) || next.is_none() {
                return Ok(());
            }
            after = next;
        }
    }

    /// Keeps whether a seller is paid, by an event of the seller's of this revision.
    pub async fn hear(
        &self,
        seller: SellerId,
        (on_hold, revision): (bool, u64),
        intent: &Intent,
    ) -> Result<(), Problem> {
        let before = self.table.get::<Payee>(&payee_key(seller)).await?;
        let known = payee_of(seller, before.as_ref());
        let Some(next) = known.told(on_hold, revision) else {
            return Ok(());
        };
        if before.as_ref().is_some_and(|before| before.value == next) {
            return Ok(());
        }
        let mut command = self.commands.begin(intent);
        command.save(&self.table, before.as_ref(), &next);
        command.audit("payment.hold-payouts", seller);
        command.settle().await?;
        Ok(())
    }

    /// Makes a seller's next payout, if there is anything to pay; one that nobody has heard the end of is told again
    /// instead, for there is one at a time. Whatever comes of it is remembered, and done once.
    pub async fn pay_out(
        &self,
        seller: SellerId,
        terms: Terms,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let account = account_key(LedgerAccount::Seller(seller));
        let keys = (&payee_key(seller), &(self.table.clone(), account));
        let (payee, account) = self.table.get_both::<Payee, Account>(keys).await?;
        let known = payee_of(seller, payee.as_ref());
        let mut command = self.commands.begin(intent);
        if let Some(account) = account.filter(|_| !known.on_hold) {
            let last = self.last(&known).await?;
            match last {
                Some(last) if last.status == Status::Pending => {
                    command.publish(last.rev, &last.told_scheduled());
                }
                last => {
                    let opening = last.map(|last| last.value.closing);
                    let next = self.next(&known, opening, &account, terms, intent.now);
                    if let Some(payout) = next.await? {
                        let payee = (payee.as_ref(), &known.with(&payout));
                        self.schedule(&mut command, &payout, &account, payee)
                            .await?;
                    }
                }
            }
        }
        command.settle().await?;
        Ok(())
    }

    /// The last payout of a seller.
    async fn last(&self, payee: &Payee) -> Result<Option<Stored<Payout>>, Problem> {
        match payee.last() {
            Some(last) => self.payout(last).await,
            None => Ok(None),
        }
    }

    /// A seller's next payout, as its account was read.
    async fn next(
        &self,
        payee: &Payee,
        opening: Option<Money>,
        account: &Account,
        terms: Terms,
        now: Timestamp,
    ) -> Result<Option<Payout>, Problem> {
        let empty = Account::new(account.account, account.currency);
        let opening = opening.unwrap_or(Money::zero(account.currency));
        let mut period = Period::new(empty.clone(), opening);
        // The clock of whoever has made the one before may go before ours.
        let lately = now.minus(LAG);
        let until = payee.until.map_or(lately, |before| before.max(lately));
        let run = lines_of(payee.seller_id, payee.until, Some(until));
        self.read(run, |line| period.take(line)).await?;
        let closed = period.close(until);

        let mut recent = Recent::new(empty, &closed, now.minus(terms.hold));
        let run = lines_of(payee.seller_id, Some(recent.since()), None);
        self.read(run, |line| {
            recent.take(line);
            true
        })
        .await?;
        self.must_close(&closed, &recent, account).await?;

        let owed = (account.owed()?, recent.captured()?);
        let payout = payee.next(&closed, owed, terms, now)?;
        if payout.is_none() && closed.is_full {
            tracing::error!(seller.id = %payee.seller_id, "as many lines as a payout covers come to too little to be paid out");
        }
        Ok(payout)
    }

    /// What was read must come to what the account stands at: else something was booked in between, or an account does
    /// not follow from its lines, and nobody is paid by that.
    async fn must_close(
        &self,
        closed: &Closed,
        recent: &Recent,
        account: &Account,
    ) -> Result<(), Problem> {
        if recent.comes_to(closed, account)? {
            return Ok(());
        }
        let now = self.table.get::<Account>(&account.key()).await?;
        Err(if now.is_some_and(|now| now.value == *account) {
            Problem::internal("the lines of an account do not come to what it stands at")
        } else {
            Problem::contention()
        })
    }

    /// Lays a new payout into a command. The account must be as it was read, for what is paid was computed from that.
    async fn schedule(
        &self,
        command: &mut Command,
        payout: &Payout,
        account: &Account,
        (before, payee): (Option<&Stored<Payee>>, &Payee),
    ) -> Result<(), Problem> {
        let entry = Entry::of_payout(payout)?;
        let (own, others): (Vec<_>, Vec<_>) = by_account(&entry)
            .into_iter()
            .partition(|booked| booked.account() == account.account);
        for booked in &own {
            lay_on(command, &self.table, &entry, (account, booked));
        }
        lay(command, &self.table, &entry, &others).await?;
        write(command, &self.table, &entry);
        command.insert(&self.table, payout);
        // Whoever else makes one now has read the same payee.
        command.save(&self.table, before, payee);
        command.publish(1, &payout.told_scheduled());
        command.audit("payment.schedule-payout", payout.payout_id);
        Ok(())
    }
}

/// What is known of whom a seller's payouts go to.
fn payee_of(seller: SellerId, known: Option<&Stored<Payee>>) -> Payee {
    known.map_or_else(|| Payee::new(seller), |known| known.value.clone())
}

impl Payouts {
    /// With the tables and the provider of the stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let provider: Provider = platform.parsed("PAYMENT_PROVIDER")?;
        Ok(Self::with(platform, provider.open(platform).await?))
    }

    /// Asks the provider for a payout, unless it was asked before: nobody is paid twice because it has forgotten a key.
    pub async fn send(&self, payout: &Payout) -> Result<Answer, Trouble> {
        let remittance = payout.remittance();
        match self.provider.find_payout(&remittance.key).await? {
            Some(answer) => Ok(answer),
            None => self.provider.pay_out(&remittance).await,
        }
    }

    /// Records what the provider said of a payout, books it and announces it.
    pub async fn sent(
        &self,
        payout: &Stored<Payout>,
        said: &Answer,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let next = payout.after(said, intent.now);
        let mut command = self.commands.begin(intent);
        command.update(&self.table, payout, &next);
        let entry = match said {
            Answer::Done => {
                command.publish(payout.rev + 1, &next.told_paid());
                command.audit("payment.pay-out", next.payout_id);
                Entry::of_paid(&next)?
            }
            Answer::Declined(reason) => {
                tracing::error!(payout.id = %next.payout_id, reason, "the provider refuses to pay a seller out");
                command.publish(payout.rev + 1, &next.told_failed(reason));
                command.audit("payment.fail-payout", next.payout_id);
                Entry::of_failed(&next)?
            }
        };
        lay(&mut command, &self.table, &entry, &by_account(&entry)).await?;
        write(&mut command, &self.table, &entry);
        command.settle().await?;
        Ok(())
    }
}
