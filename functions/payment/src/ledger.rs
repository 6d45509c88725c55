//! Double-entry bookkeeping of what payments move. Pure.
//!
//! An [`Entry`] is written in the transaction that records what it books, so that no money moves unbooked. Its legs
//! reach the accounts later, by an event: a hot account is in nobody's way.
//!
//! | | debit | credit |
//! |---|---|---|
//! | a capture: the customer has paid | `provider` | `customer:<order>` |
//! | … for goods that were shipped | `customer:<order>` | `seller:<id>`, `commission` |
//! | a refund: the marketplace gives back | `refunds` | `customer:<order>` |
//! | … and has paid it out | `customer:<order>` | `provider` |
//! | a refund of goods that came back: their seller gives back | `seller:<id>`, `commission` | `customer:<order>` |
//! | … and it is paid out | `customer:<order>` | `provider` |
//! | a dispute is opened: a customer's bank takes money back | `disputes` | `provider` |
//! | … and is won | `provider` | `disputes` |
//! | … and is lost: sellers bear it, or the marketplace | `seller:<id>` and `commission`, or `chargebacks` | `customer:<order>` |
//! | … and the customer has it | `customer:<order>` | `disputes` |
//!
//! `provider` is what we have there, a seller's account what it is owed, `commission` what the marketplace has earned,
//! `refunds` and `chargebacks` what it has given back and lost and bears itself, and `disputes` what is not decided. A
//! customer's account ends at nothing.

use std::{fmt, str::FromStr};

use contracts::events::{LedgerAccount, LedgerKind, LedgerLeg, LedgerPosted, LedgerSide};
use kernel::{Money, OrderId, Owned, Page, PaymentId, Problem, SellerId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    capture::{Capture, Share},
    dispute::Dispute,
    payment::Payment,
    refund::Refund,
};

/// What the marketplace keeps of a sale, in hundredths of a per cent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Commission(u32);

impl Commission {
    const WHOLE: u32 = 10_000;

    /// Its part of an amount, rounded half up.
    pub fn of(self, amount: Money) -> Money {
        let parts = amount.split(&[self.0, Self::WHOLE - self.0]);
        parts.first().copied().unwrap_or(amount)
    }
}

/// It is no share of a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidCommission;

impl fmt::Display for InvalidCommission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected 0 to {} basis points", Commission::WHOLE)
    }
}

impl FromStr for Commission {
    type Err = InvalidCommission;
    fn from_str(text: &str) -> Result<Self, InvalidCommission> {
        let points = text.parse().map_err(|_| InvalidCommission)?;
        if points > Self::WHOLE {
            return Err(InvalidCommission);
        }
        Ok(Self(points))
    }
}

/// The legs of an entry do not balance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the legs of a journal entry are in one currency and balance")]
pub struct Unbalanced;

/// A journal entry, which balances: there is no other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Entry {
    id: String,
    /// An item has a `kind` of its own.
    #[serde(rename = "books")]
    kind: LedgerKind,
    payment_id: PaymentId,
    order_id: OrderId,
    legs: Vec<LedgerLeg>,
}

#[derive(Deserialize)]
struct Unchecked {
    id: String,
    #[serde(rename = "books")]
    kind: LedgerKind,
    payment_id: PaymentId,
    order_id: OrderId,
    legs: Vec<LedgerLeg>,
}

impl TryFrom<Unchecked> for Entry {
    type Error = Unbalanced;
    fn try_from(unchecked: Unchecked) -> Result<Self, Unbalanced> {
        let Unchecked {
            id,
            kind,
            payment_id,
            order_id,
            legs,
        } = unchecked;
        let first = legs.first().ok_or(Unbalanced)?;
        let currency = first.amount.currency();
        let side = |side| {
            let of = legs.iter().filter(move |leg| leg.side == side);
            Money::sum(of.map(|leg| leg.amount), currency).map_err(|_| Unbalanced)
        };
        if side(LedgerSide::Debit)? != side(LedgerSide::Credit)? {
            return Err(Unbalanced);
        }
        Ok(Self {
            id,
            kind,
            payment_id,
            order_id,
            legs,
        })
    }
}

fn debit(account: LedgerAccount, amount: Money) -> LedgerLeg {
    LedgerLeg {
        account,
        side: LedgerSide::Debit,
        amount,
    }
}

fn credit(account: LedgerAccount, amount: Money) -> LedgerLeg {
    LedgerLeg {
        account,
        side: LedgerSide::Credit,
        amount,
    }
}

impl Entry {
    fn new(
        id: String,
        kind: LedgerKind,
        payment: &Payment,
        legs: impl IntoIterator<Item = LedgerLeg>,
    ) -> Result<Self, Problem> {
        let moves = |leg: &LedgerLeg| !leg.amount.is_zero();
        let unchecked = Unchecked {
            id,
            kind,
            payment_id: payment.payment_id,
            order_id: payment.order_id,
            legs: legs.into_iter().filter(moves).collect(),
        };
        unchecked
            .try_into()
            .map_err(|error: Unbalanced| Problem::internal(error))
    }

    /// What a capture books: the commission of the whole, borne by each seller after its share of it.
    ///
    /// # Errors
    /// An internal problem where the shares of the capture are not the whole of it.
    pub fn of_capture(
        payment: &Payment,
        capture: &Capture,
        commission: Commission,
    ) -> Result<Self, Problem> {
        let customer = LedgerAccount::Customer(payment.order_id);
        let kept = commission.of(capture.amount);
        let shares: Vec<Money> = capture.shares.iter().map(|share| share.amount).collect();
        let kept_each = kept.split_like(&shares);
        let mut legs = vec![
            debit(LedgerAccount::Provider, capture.amount),
            credit(customer, capture.amount),
            debit(customer, capture.amount),
            credit(LedgerAccount::Commission, kept),
        ];
        for (share, kept) in capture.shares.iter().zip(kept_each) {
            let left = share.amount.minus(kept).map_err(Problem::internal)?;
            legs.push(credit(LedgerAccount::Seller(share.seller_id), left));
        }
        let id = payment.transfer(capture).key;
        Self::new(id, LedgerKind::Capture, payment, legs)
    }

    /// What a refund books.
    ///
    /// # Errors
    /// None: two amounts that are the same balance.
    pub fn of_refund(payment: &Payment, refund: &Refund) -> Result<Self, Problem> {
        let customer = LedgerAccount::Customer(payment.order_id);
        let legs = [
            debit(LedgerAccount::Refunds, refund.amount),
            credit(customer, refund.amount),
            debit(customer, refund.amount),
            credit(LedgerAccount::Provider, refund.amount),
        ];
        let id = payment.repayment(refund).key;
        Self::new(id, LedgerKind::Refund, payment, legs)
    }

    /// What a refund of goods that came back books: it is their seller's, but for the commission, which goes back.
    ///
    /// # Errors
    /// An internal problem where the commission is more than the whole.
    pub fn of_return(
        payment: &Payment,
        refund: &Refund,
        (seller, commission): (SellerId, Money),
    ) -> Result<Self, Problem> {
        let customer = LedgerAccount::Customer(payment.order_id);
        let borne = refund.amount.minus(commission).map_err(Problem::internal)?;
        let legs = [
            debit(LedgerAccount::Seller(seller), borne),
            debit(LedgerAccount::Commission, commission),
            credit(customer, refund.amount),
            debit(customer, refund.amount),
            credit(LedgerAccount::Provider, refund.amount),
        ];
        let id = payment.repayment(refund).key;
        Self::new(id, LedgerKind::Refund, payment, legs)
    }

    /// What the opening of a dispute books: the money is gone until it is decided.
    ///
    /// # Errors
    /// None: two amounts that are the same balance.
    pub fn of_opened(payment: &Payment, dispute: &Dispute) -> Result<Self, Problem> {
        let legs = [
            debit(LedgerAccount::Disputes, dispute.amount),
            credit(LedgerAccount::Provider, dispute.amount),
        ];
        let id = format!("{}#opened", dispute.dispute_id);
        Self::new(id, LedgerKind::DisputeOpened, payment, legs)
    }

    /// What a dispute books that is won: the money is back.
    ///
    /// # Errors
    /// None: two amounts that are the same balance.
    pub fn of_won(payment: &Payment, dispute: &Dispute) -> Result<Self, Problem> {
        let legs = [
            debit(LedgerAccount::Provider, dispute.amount),
            credit(LedgerAccount::Disputes, dispute.amount),
        ];
        let id = format!("{}#won", dispute.dispute_id);
        Self::new(id, LedgerKind::DisputeWon, payment, legs)
    }

    /// What a dispute books that is lost: sellers bear their shares, but for the commission on each, which goes back;
    /// the marketplace bears the rest.
    ///
    /// # Errors
    /// An internal problem where the shares, or a commission, are more than the whole.
    pub fn of_lost(
        payment: &Payment,
        dispute: &Dispute,
        borne: &[(Share, Money)],
    ) -> Result<Self, Problem> {
        let customer = LedgerAccount::Customer(payment.order_id);
        let mut legs = Vec::new();
        let mut rest = dispute.amount;
        for (share, commission) in borne {
            let own = share.amount.minus(*commission).map_err(Problem::internal)?;
            legs.push(debit(LedgerAccount::Seller(share.seller_id), own));
            legs.push(debit(LedgerAccount::Commission, *commission));
            rest = rest.minus(share.amount).map_err(Problem::internal)?;
        }
        legs.extend([
            debit(LedgerAccount::Chargebacks, rest),
            credit(customer, dispute.amount),
            debit(customer, dispute.amount),
            credit(LedgerAccount::Disputes, dispute.amount),
        ]);
        let id = format!("{}#lost", dispute.dispute_id);
        Self::new(id, LedgerKind::DisputeLost, payment, legs)
    }

    /// What it credits to an account.
    pub fn credits(&self, account: LedgerAccount) -> impl Iterator<Item = Money> {
        let own = self.legs.iter();
        let own = own.filter(move |leg| (leg.account, leg.side) == (account, LedgerSide::Credit));
        own.map(|leg| leg.amount)
    }

    /// What it is known by: the key under which the provider was asked for what it books.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is told of it, so that the accounts follow.
    pub fn posted(&self) -> LedgerPosted {
        LedgerPosted {
            entry_id: self.id.clone(),
            kind: self.kind,
            payment_id: self.payment_id,
            order_id: self.order_id,
            legs: self.legs.clone(),
        }
    }
}

/// What an account has come to: how much was ever debited and credited, in minor units.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Account {
    /// Which.
    pub account: LedgerAccount,
    /// In which currency.
    pub currency: kernel::Currency,
    /// How much was ever debited.
    pub debited: u64,
    /// How much was ever credited.
    pub credited: u64,
}

impl Owned for Account {
    fn of_seller(&self, seller: SellerId) -> bool {
        self.account == LedgerAccount::Seller(seller)
    }
}

impl Account {
    /// An account that nothing is booked on.
    pub fn new(account: LedgerAccount, currency: kernel::Currency) -> Self {
        Self {
            account,
            currency,
            debited: 0,
            credited: 0,
        }
    }

    /// The same with a leg.
    pub fn with(mut self, leg: &LedgerLeg) -> Self {
        match leg.side {
            LedgerSide::Debit => self.debited += leg.amount.amount(),
            LedgerSide::Credit => self.credited += leg.amount.amount(),
        }
        self
    }

    /// What is left on the one side or the other.
    ///
    /// # Errors
    /// An internal problem where that is more than an amount of money can be.
    pub fn balance(&self) -> Result<Balance, Problem> {
        let side = if self.debited > self.credited {
            LedgerSide::Debit
        } else {
            LedgerSide::Credit
        };
        let amount = Money::new(self.debited.abs_diff(self.credited), self.currency);
        Ok(Balance {
            side,
            amount: amount.map_err(Problem::internal)?,
        })
    }

    /// How it is shown, with a page of what was booked on it.
    ///
    /// # Errors
    /// As [`Account::balance`].
    pub fn view(&self, lines: Page<Line>) -> Result<AccountView, Problem> {
        Ok(AccountView {
            id: self.account,
            balance: self.balance()?,
            entries: lines,
        })
    }
}

/// What an account stands at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "LedgerBalance")]
pub struct Balance {
    /// On which side: of a seller's account `credit` is what it is owed.
    pub side: LedgerSide,
    /// How much.
    pub amount: Money,
}

/// A leg of an entry as it stands on its account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "LedgerLine")]
pub struct Line {
    /// The journal entry.
    pub entry_id: String,
    /// What it books.
    pub kind: LedgerKind,
    /// The order that it is about.
    pub order_id: OrderId,
    /// On which side of the account.
    pub side: LedgerSide,
    /// How much.
    pub amount: Money,
    /// When it was booked.
    pub at: Timestamp,
}

/// An account as it is shown.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "LedgerAccountStatement")]
pub struct AccountView {
    /// Which.
    pub id: LedgerAccount,
    /// What it stands at.
    pub balance: Balance,
    /// What was booked on it, the latest first.
    pub entries: Page<Line>,
}

#[cfg(test)]
mod tests;
