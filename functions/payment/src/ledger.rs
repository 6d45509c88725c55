//! Double-entry bookkeeping of what payments and payouts move. Pure.
//!
//! An [`Entry`] is written in the transaction that records what it books, so that no money moves unbooked. The legs of
//! a payment's reach the accounts later, by an event: a hot account is in nobody's way. Those of a payout are in its
//! transaction, for what a seller is owed decides about it, and so are those of store credit that is given, held or
//! goes back, for what a customer has decides about it.
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
//! | store credit is given | `promotions` | `store-credit:<customer>` |
//! | … and held for an order | `store-credit:<customer>` | `customer:<order>` |
//! | … or goes back, for nothing is shipped for it | `customer:<order>` | `store-credit:<customer>` |
//! | a capture of what is held so | `customer:<order>` | `seller:<id>`, `commission` |
//! | what a refund gives back as store credit | `customer:<order>` | `store-credit:<customer>` |
//! | a payout: what a seller is owed is on its way | `seller:<id>` | `payouts` |
//! | … and is paid | `payouts` | `provider` |
//! | … or has failed | `payouts` | `seller:<id>` |
//!
//! `provider` is what we have there, a seller's account what it is owed, `commission` what the marketplace has earned,
//! `refunds` and `chargebacks` what it has given back and lost and bears itself, and `disputes` what is not decided, as
//! `payouts` is what is not there yet. An order's account, `customer:<order>`, has the store credit that is held for it,
//! and ends at nothing. A customer's store credit is never below nothing; `promotions` is what all of it has cost.

use std::{fmt, str::FromStr};

use contracts::events::{LedgerAccount, LedgerKind, LedgerLeg, LedgerPosted, LedgerSide};
use kernel::{
    Currency, CustomerId, Money, OrderId, Owned, Page, PaymentId, PayoutId, Problem, SellerId,
    Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    capture::{Capture, Share},
    credit::{self, Gift, Source, StoreCredit},
    dispute::Dispute,
    payment::{self, Payment},
    payout::Payout,
    refund::{Note, Refund},
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

/// What a journal entry is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum About {
    /// The money of an order.
    Payment {
        /// The payment.
        payment_id: PaymentId,
        /// The order that it pays.
        order_id: OrderId,
    },
    /// The money of a seller.
    Payout {
        /// The payout.
        payout_id: PayoutId,
    },
    /// Store credit that was given.
    Gift {
        /// To whom.
        customer_id: CustomerId,
        /// Why.
        reason: credit::Reason,
        /// What was thought about it, for admins.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
    },
}

impl About {
    fn payment(payment: &Payment) -> Self {
        Self::Payment {
            payment_id: payment.payment_id,
            order_id: payment.order_id,
        }
    }
}

/// A journal entry, which balances: there is no other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Entry {
    id: String,
    /// An item has a `kind` of its own.
    #[serde(rename = "books")]
    kind: LedgerKind,
    #[serde(flatten)]
    about: About,
    legs: Vec<LedgerLeg>,
}

#[derive(Deserialize)]
struct Unchecked {
    id: String,
    #[serde(rename = "books")]
    kind: LedgerKind,
    #[serde(flatten)]
    about: About,
    legs: Vec<LedgerLeg>,
}

impl TryFrom<Unchecked> for Entry {
    type Error = Unbalanced;
    fn try_from(unchecked: Unchecked) -> Result<Self, Unbalanced> {
        let Unchecked {
            id,
            kind,
            about,
            legs,
        } = unchecked;
        let first = legs.first().ok_or(Unbalanced)?;
        let currency = first.amount.currency();
        let (debits, credits): (Vec<&LedgerLeg>, Vec<&LedgerLeg>) = legs
            .iter()
            .partition(|leg| matches!(leg.side, LedgerSide::Debit));
        let sum = |legs: Vec<&LedgerLeg>| {
            let amounts = legs.into_iter().map(|leg| leg.amount);
            Money::sum(amounts, currency).map_err(|_| Unbalanced)
        };
        if sum(debits)? != sum(credits)? {
            return Err(Unbalanced);
        }
        Ok(Self {
            id,
            kind,
            about,
            legs,
        })
    }
}

/// The lesser of two amounts in one currency.
pub(crate) fn lesser(one: Money, other: Money) -> Money {
    let amounts = [one, other].into_iter();
    amounts.min_by_key(|money| money.amount()).unwrap_or(one)
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

/// What is paid back of a refund: to the card, and as store credit.
fn paid_back(payment: &Payment, refund: &Refund) -> Vec<LedgerLeg> {
    let customer = LedgerAccount::Customer(payment.order_id);
    let by_card = refund.part(Source::Card);
    let mut legs = vec![
        debit(customer, by_card),
        credit(LedgerAccount::Provider, by_card),
    ];
    if let Some(StoreCredit { customer_id, .. }) = payment.store_credit {
        let as_credit = refund.part(Source::StoreCredit);
        legs.push(debit(customer, as_credit));
        legs.push(credit(LedgerAccount::StoreCredit(customer_id), as_credit));
    }
    legs
}

impl Entry {
    fn new(
        id: String,
        kind: LedgerKind,
        about: About,
        legs: impl IntoIterator<Item = LedgerLeg>,
    ) -> Result<Self, Problem> {
        let moves = |leg: &LedgerLeg| !leg.amount.is_zero();
        let unchecked = Unchecked {
            id,
            kind,
            about,
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
        let mut legs = match capture.source {
            Source::Card => vec![
                debit(LedgerAccount::Provider, capture.amount),
                credit(customer, capture.amount),
            ],
            // The order's account has it since it was held.
            Source::StoreCredit => Vec::new(),
        };
        legs.extend([
            debit(customer, capture.amount),
            credit(LedgerAccount::Commission, kept),
        ]);
        for (share, kept) in capture.shares.iter().zip(kept_each) {
            let left = share.amount.minus(kept).map_err(Problem::internal)?;
            legs.push(credit(LedgerAccount::Seller(share.seller_id), left));
        }
        let id = payment.transfer(capture).key;
        Self::new(id, LedgerKind::Capture, About::payment(payment), legs)
    }

    /// What a refund books.
    ///
    /// # Errors
    /// None: two amounts that are the same balance.
    pub fn of_refund(payment: &Payment, refund: &Refund) -> Result<Self, Problem> {
        let customer = LedgerAccount::Customer(payment.order_id);
        let given = [
            debit(LedgerAccount::Refunds, refund.amount),
            credit(customer, refund.amount),
        ];
        let legs = given.into_iter().chain(paid_back(payment, refund));
        let id = payment.repayment(refund).key;
        Self::new(id, LedgerKind::Refund, About::payment(payment), legs)
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
        let given = [
            debit(LedgerAccount::Seller(seller), borne),
            debit(LedgerAccount::Commission, commission),
            credit(customer, refund.amount),
        ];
        let legs = given.into_iter().chain(paid_back(payment, refund));
        let id = payment.repayment(refund).key;
        Self::new(id, LedgerKind::Refund, About::payment(payment), legs)
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
        Self::new(id, LedgerKind::DisputeOpened, About::payment(payment), legs)
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
        Self::new(id, LedgerKind::DisputeWon, About::payment(payment), legs)
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
        Self::new(id, LedgerKind::DisputeLost, About::payment(payment), legs)
    }

    /// What store credit books that is given.
    ///
    /// # Errors
    /// None: two amounts that are the same balance.
    pub fn of_gift(gift: &Gift) -> Result<Self, Problem> {
        let customer_id = gift.customer_id;
        let legs = [
            debit(LedgerAccount::Promotions, gift.amount),
            credit(LedgerAccount::StoreCredit(customer_id), gift.amount),
        ];
        let about = About::Gift {
            customer_id,
            reason: gift.reason,
            note: gift.note.clone(),
        };
        let id = format!("{}#given", gift.id);
        Self::new(id, LedgerKind::StoreCreditGiven, about, legs)
    }

    /// What store credit books that is held for a payment.
    ///
    /// # Errors
    /// None: two amounts that are the same balance.
    pub fn of_held(payment: &Payment, held: &StoreCredit) -> Result<Self, Problem> {
        let legs = [
            debit(LedgerAccount::StoreCredit(held.customer_id), held.amount),
            credit(LedgerAccount::Customer(payment.order_id), held.amount),
        ];
        let id = payment.held_key();
        let about = About::payment(payment);
        Self::new(id, LedgerKind::StoreCreditHeld, about, legs)
    }

    /// What store credit books that goes back, because nothing is shipped for it.
    ///
    /// # Errors
    /// None: two amounts that are the same balance.
    pub fn of_released(
        payment: &Payment,
        held: &StoreCredit,
        amount: Money,
    ) -> Result<Self, Problem> {
        let legs = [
            debit(LedgerAccount::Customer(payment.order_id), amount),
            credit(LedgerAccount::StoreCredit(held.customer_id), amount),
        ];
        let id = payment.released_key();
        let about = About::payment(payment);
        Self::new(id, LedgerKind::StoreCreditReleased, about, legs)
    }

    /// What a payout books that is on its way: it is owed no more, and not gone yet.
    ///
    /// # Errors
    /// None: two amounts that are the same balance.
    pub fn of_payout(payout: &Payout) -> Result<Self, Problem> {
        let legs = [
            debit(LedgerAccount::Seller(payout.seller_id), payout.amount),
            credit(LedgerAccount::Payouts, payout.amount),
        ];
        Self::about_payout(payout, "begun", LedgerKind::Payout, legs)
    }

    /// What a payout books that the provider has paid.
    ///
    /// # Errors
    /// None: two amounts that are the same balance.
    pub fn of_paid(payout: &Payout) -> Result<Self, Problem> {
        let legs = [
            debit(LedgerAccount::Payouts, payout.amount),
            credit(LedgerAccount::Provider, payout.amount),
        ];
        Self::about_payout(payout, "paid", LedgerKind::PayoutPaid, legs)
    }

    /// What a payout books that the provider refuses to pay: it is owed again.
    ///
    /// # Errors
    /// None: two amounts that are the same balance.
    pub fn of_failed(payout: &Payout) -> Result<Self, Problem> {
        let legs = [
            debit(LedgerAccount::Payouts, payout.amount),
            credit(LedgerAccount::Seller(payout.seller_id), payout.amount),
        ];
        Self::about_payout(payout, "failed", LedgerKind::PayoutFailed, legs)
    }

    /// The steps are named in the order of their alphabet: so stand lines of the same moment, too.
    fn about_payout(
        payout: &Payout,
        step: &str,
        kind: LedgerKind,
        legs: [LedgerLeg; 2],
    ) -> Result<Self, Problem> {
        let payout_id = payout.payout_id;
        let id = format!("{payout_id}#{step}");
        Self::new(id, kind, About::Payout { payout_id }, legs)
    }

    /// What it credits to an account.
    pub fn credits(&self, account: LedgerAccount) -> impl Iterator<Item = Money> {
        let own = self.legs.iter();
        let own = own.filter(move |leg| (leg.account, leg.side) == (account, LedgerSide::Credit));
        own.map(|leg| leg.amount)
    }

    /// What it is known by: of a payment's, the key under which the provider was asked for what it books.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it books on which accounts.
    pub fn legs(&self) -> &[LedgerLeg] {
        &self.legs
    }

    /// Whether what it is about is what it books on: an order's payment, or whom store credit is given to.
    pub fn is_about_its_own(&self) -> bool {
        match &self.about {
            About::Payment {
                payment_id,
                order_id,
            } => *payment_id == payment::payment_id(*order_id),
            About::Gift { customer_id, .. } => {
                let own = LedgerAccount::StoreCredit(*customer_id);
                self.credits(own).next().is_some()
            }
            About::Payout { .. } => true,
        }
    }

    /// Whether its accounts are in its own transaction.
    fn is_laid_at_once(&self) -> bool {
        let is_of_credit = matches!(
            self.kind,
            LedgerKind::StoreCreditHeld | LedgerKind::StoreCreditReleased
        );
        is_of_credit || !matches!(self.about, About::Payment { .. })
    }

    /// What is told of it, so that the accounts follow; nothing of a payout's, or of store credit that is given, held or
    /// goes back: they have their accounts in their own transaction.
    pub fn posted(&self) -> Option<LedgerPosted> {
        if self.is_laid_at_once() {
            return None;
        }
        let About::Payment {
            payment_id,
            order_id,
        } = self.about
        else {
            return None;
        };
        Some(LedgerPosted {
            entry_id: self.id.clone(),
            kind: self.kind,
            payment_id,
            order_id,
            legs: self.legs.clone(),
        })
    }

    /// How one of its legs stands on its account, from that moment on.
    pub fn line(&self, leg: &LedgerLeg, at: Timestamp) -> Line {
        let line = Line {
            entry_id: self.id.clone(),
            kind: self.kind,
            order_id: None,
            payout_id: None,
            side: leg.side,
            amount: leg.amount,
            reason: None,
            note: None,
            at,
        };
        match &self.about {
            About::Payment { order_id, .. } => Line {
                order_id: Some(*order_id),
                ..line
            },
            About::Payout { payout_id } => Line {
                payout_id: Some(*payout_id),
                ..line
            },
            About::Gift { reason, note, .. } => Line {
                reason: Some(*reason),
                note: note.clone(),
                ..line
            },
        }
    }
}

impl TryFrom<&LedgerPosted> for Entry {
    type Error = Unbalanced;
    fn try_from(posted: &LedgerPosted) -> Result<Self, Unbalanced> {
        let unchecked = Unchecked {
            id: posted.entry_id.clone(),
            kind: posted.kind,
            about: About::Payment {
                payment_id: posted.payment_id,
                order_id: posted.order_id,
            },
            legs: posted.legs.clone(),
        };
        unchecked.try_into()
    }
}

/// What an account has come to: how much was ever debited and credited, in minor units.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Account {
    /// Which.
    pub account: LedgerAccount,
    /// In which currency.
    pub currency: Currency,
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
    pub fn new(account: LedgerAccount, currency: Currency) -> Self {
        Self {
            account,
            currency,
            debited: 0,
            credited: 0,
        }
    }

    /// The same with a leg.
    pub fn with(self, leg: &LedgerLeg) -> Self {
        self.booked(leg.side, leg.amount)
    }

    /// The same with so much on a side.
    pub fn booked(mut self, side: LedgerSide, amount: Money) -> Self {
        match side {
            LedgerSide::Debit => self.debited += amount.amount(),
            LedgerSide::Credit => self.credited += amount.amount(),
        }
        self
    }

    /// How much is owed to whom it belongs; nothing, where it stands in debit.
    ///
    /// # Errors
    /// As [`Account::balance`].
    pub fn owed(&self) -> Result<Money, Problem> {
        let balance = self.balance()?;
        Ok(match balance.side {
            LedgerSide::Credit => balance.amount,
            LedgerSide::Debit => Money::zero(self.currency),
        })
    }

    /// Whether anything is owed to whom it belongs.
    pub fn is_owed(&self) -> bool {
        self.credited > self.debited
    }

    /// Whose it is, if it is a seller's.
    pub fn seller(&self) -> Option<SellerId> {
        match self.account {
            LedgerAccount::Seller(seller) => Some(seller),
            _ => None,
        }
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
    /// The order that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// The payout that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payout_id: Option<PayoutId>,
    /// On which side of the account.
    pub side: LedgerSide,
    /// How much.
    pub amount: Money,
    /// Why store credit was given, if that is what it books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<credit::Reason>,
    /// For admins alone: what was thought about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
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
