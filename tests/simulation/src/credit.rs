//! Store credit by the journal: what was given to whom, and what of it each order has held, taken, let go of and given
//! back. No provider keeps books of it, so the entries are held against what was told, shipped and written on invoices.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::referee::{list, number, text};

/// What a customer's account is called, but for whose it is, and an order's.
const OF_CUSTOMER: &str = "store-credit:";
const OF_ORDER: &str = "customer:";
/// What money is on that has come from outside, or goes there.
const OUTSIDE: [&str; 3] = ["provider", "disputes", "payouts"];

/// What of an order is paid with store credit.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    /// How much was held for it.
    pub(crate) held: i64,
    /// How much of that was taken.
    pub(crate) taken: i64,
    /// How much of it was let go.
    pub(crate) released: i64,
    /// How much of what was taken was given back.
    pub(crate) back: i64,
}

impl Spent {
    /// What is still held.
    pub(crate) fn left(self) -> i64 {
        self.held - self.taken - self.released
    }
}

/// What a customer has of it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Purse {
    /// How much was ever given.
    pub(crate) given: i64,
    /// How much of that is there.
    pub(crate) left: i64,
}

/// What the journal says of it.
#[derive(Debug, Default)]
pub(crate) struct Credit {
    /// Of each order that is paid with it.
    pub(crate) orders: BTreeMap<String, Spent>,
    /// Of each customer who was given any.
    pub(crate) purses: BTreeMap<String, Purse>,
}

impl Credit {
    /// By these entries.
    ///
    /// # Errors
    /// It is held or let go twice for an order.
    pub(crate) fn by(entries: &[Value]) -> Result<Self, String> {
        let mut credit = Self::default();
        for entry in entries {
            credit.read(entry)?;
        }
        Ok(credit)
    }

    fn read(&mut self, entry: &Value) -> Result<(), String> {
        let (books, order) = (text(&entry["books"]), text(&entry["order_id"]));
        for leg in list(&entry["legs"]) {
            if let Some(customer) = text(&leg["account"]).strip_prefix(OF_CUSTOMER) {
                let purse = self.purses.entry(customer.to_owned()).or_default();
                purse.left += signed(leg);
                if books == "store_credit_given" {
                    purse.given += signed(leg);
                }
            }
        }
        let (own, orders) = (on(entry, OF_CUSTOMER), on(entry, OF_ORDER));
        if own == 0 && orders == 0 {
            return Ok(());
        }
        let once = |before: &mut i64, amount: i64| match std::mem::replace(before, amount) {
            0 => Ok(()),
            _ => Err(format!("store credit of {order} moves twice: {entry}")),
        };
        match books {
            "store_credit_given" => {}
            "store_credit_held" => once(&mut self.of_mut(order).held, -own)?,
            "store_credit_released" => once(&mut self.of_mut(order).released, own)?,
            // What a card pays comes to the order's account first.
            "capture" => self.of_mut(order).taken -= orders,
            "refund" => self.of_mut(order).back += own,
            _ => return Err(format!("what does this do to store credit: {entry}")),
        }
        Ok(())
    }

    fn of_mut(&mut self, order: &str) -> &mut Spent {
        self.orders.entry(order.to_owned()).or_default()
    }

    /// What of an order is paid with it.
    pub(crate) fn of(&self, order: &str) -> Spent {
        self.orders.get(order).copied().unwrap_or_default()
    }
}

/// Whether an entry is of store credit alone: nothing has moved at the provider.
pub(crate) fn is_inside(entry: &Value) -> bool {
    list(&entry["legs"]).all(|leg| !OUTSIDE.contains(&text(&leg["account"])))
}

/// What an entry credits to accounts of a kind, less what it debits.
fn on(entry: &Value, kind: &str) -> i64 {
    let own = list(&entry["legs"]).filter(|leg| text(&leg["account"]).starts_with(kind));
    own.map(signed).sum()
}

fn signed(leg: &Value) -> i64 {
    let amount = number(&leg["amount"]["amount"]);
    if leg["side"] == "credit" {
        amount
    } else {
        -amount
    }
}
