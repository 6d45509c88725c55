//! What is booked in the ledger.

use std::{borrow::Cow, fmt, str::FromStr};

use kernel::{CustomerId, Money, OrderId, PaymentId, SellerId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{example_id, example_order, example_price, example_seller};
use crate::Event;

/// An account of the ledger: `seller:sel_…`, `commission`, …
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LedgerAccount {
    /// Who has bought, an account an order: what was shipped, paid and given back.
    Customer(OrderId),
    /// Who has sold: what it is owed.
    Seller(SellerId),
    /// What the marketplace keeps of sales.
    Commission,
    /// What the payment provider holds that is ours.
    Provider,
    /// What was given back.
    Refunds,
    /// What customers' banks have taken back, as long as it is not decided who was right.
    Disputes,
    /// What they have taken back for good, and the marketplace bears.
    Chargebacks,
    /// What is on its way to sellers' banks.
    Payouts,
    /// Who can buy without paying: how much.
    StoreCredit(CustomerId),
    /// What the marketplace has given customers to buy with.
    Promotions,
}

/// It names no account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "expected customer:<order>, seller:<seller>, store-credit:<customer>, commission, provider, refunds, disputes, chargebacks, payouts or promotions"
)]
pub struct InvalidLedgerAccount;

impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(order) => write!(f, "customer:{order}"),
            Self::Seller(seller) => write!(f, "seller:{seller}"),
            Self::Commission => f.write_str("commission"),
            Self::Provider => f.write_str("provider"),
            Self::Refunds => f.write_str("refunds"),
            Self::Disputes => f.write_str("disputes"),
            Self::Chargebacks => f.write_str("chargebacks"),
            Self::Payouts => f.write_str("payouts"),
            Self::StoreCredit(customer) => write!(f, "store-credit:{customer}"),
            Self::Promotions => f.write_str("promotions"),
        }
    }
}

impl FromStr for LedgerAccount {
    type Err = InvalidLedgerAccount;
    fn from_str(text: &str) -> Result<Self, InvalidLedgerAccount> {
        match text.split_once(':') {
            Some(("customer", order)) => order.parse().ok().map(Self::Customer),
            Some(("seller", seller)) => seller.parse().ok().map(Self::Seller),
            Some(("store-credit", customer)) => customer.parse().ok().map(Self::StoreCredit),
            None if text == "commission" => Some(Self::Commission),
            None if text == "provider" => Some(Self::Provider),
            None if text == "refunds" => Some(Self::Refunds),
            None if text == "disputes" => Some(Self::Disputes),
            None if text == "chargebacks" => Some(Self::Chargebacks),
            None if text == "payouts" => Some(Self::Payouts),
            None if text == "promotions" => Some(Self::Promotions),
            _ => None,
        }
        .ok_or(InvalidLedgerAccount)
    }
}

impl TryFrom<String> for LedgerAccount {
    type Error = InvalidLedgerAccount;
    fn try_from(text: String) -> Result<Self, InvalidLedgerAccount> {
        text.parse()
    }
}

kernel::written_as_text!(LedgerAccount);

impl JsonSchema for LedgerAccount {
    fn schema_name() -> Cow<'static, str> {
        "LedgerAccount".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^(customer:ord_[0-9a-f]{32}|seller:sel_[0-9a-f]{32}|store-credit:cus_[0-9a-f]{32}|commission|provider|refunds|disputes|chargebacks|payouts|promotions)$",
        })
    }
}

/// A side of an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LedgerSide {
    /// What comes to it: what the provider holds for us, what a refund costs.
    Debit,
    /// What goes from it: what a seller is owed, what was earned.
    Credit,
}

impl LedgerSide {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Credit => "credit",
        }
    }
}

/// What a journal entry books.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LedgerKind {
    /// Money was moved to us.
    Capture,
    /// Money was given back.
    Refund,
    /// A customer's bank has taken money back, for the time being.
    DisputeOpened,
    /// It has come back to us.
    DisputeWon,
    /// It stays with the customer.
    DisputeLost,
    /// What a seller is owed is on its way to the seller's bank.
    Payout,
    /// It has left us.
    PayoutPaid,
    /// It has not, and is owed again.
    PayoutFailed,
    /// A customer was given store credit.
    StoreCreditGiven,
    /// Store credit is held for an order.
    StoreCreditHeld,
    /// It was not needed, and is the customer's again.
    StoreCreditReleased,
}

impl LedgerKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Capture,
        Self::Refund,
        Self::DisputeOpened,
        Self::DisputeWon,
        Self::DisputeLost,
        Self::Payout,
        Self::PayoutPaid,
        Self::PayoutFailed,
        Self::StoreCreditGiven,
        Self::StoreCreditHeld,
        Self::StoreCreditReleased,
    ];

    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Refund => "refund",
            Self::DisputeOpened => "dispute_opened",
            Self::DisputeWon => "dispute_won",
            Self::DisputeLost => "dispute_lost",
            Self::Payout => "payout",
            Self::PayoutPaid => "payout_paid",
            Self::PayoutFailed => "payout_failed",
            Self::StoreCreditGiven => "store_credit_given",
            Self::StoreCreditHeld => "store_credit_held",
            Self::StoreCreditReleased => "store_credit_released",
        }
    }
}

/// What a journal entry books on one account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LedgerLeg {
    /// The account.
    pub account: LedgerAccount,
    /// Its side.
    pub side: LedgerSide,
    /// How much.
    pub amount: Money,
}

/// A journal entry was written. Its legs balance: what is debited is credited.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LedgerPosted {
    /// The entry.
    pub entry_id: String,
    /// What it books.
    pub kind: LedgerKind,
    /// The payment that it is about.
    pub payment_id: PaymentId,
    /// The order that it is about.
    pub order_id: OrderId,
    /// What is booked where.
    pub legs: Vec<LedgerLeg>,
}

impl Event for LedgerPosted {
    const TYPE: &'static str = "ledger.posted.v1";
    const AGGREGATE: &'static str = "ledger-entry";
    fn aggregate_id(&self) -> String {
        self.entry_id.clone()
    }
    fn example() -> Self {
        let payment_id: PaymentId = example_id(8);
        let leg = |account, side| LedgerLeg {
            account,
            side,
            amount: example_price(),
        };
        let customer = LedgerAccount::Customer(example_order());
        Self {
            entry_id: format!("{payment_id}#capture#1"),
            kind: LedgerKind::Capture,
            payment_id,
            order_id: example_order(),
            legs: vec![
                leg(LedgerAccount::Provider, LedgerSide::Debit),
                leg(customer, LedgerSide::Credit),
                leg(customer, LedgerSide::Debit),
                leg(LedgerAccount::Seller(example_seller()), LedgerSide::Credit),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::example_customer, *};

    #[test]
    fn a_kind_and_a_side_are_called_what_they_are_in_the_api() {
        for kind in LedgerKind::ALL {
            assert_eq!(serde_json::json!(kind), kind.name());
        }
        for side in [LedgerSide::Debit, LedgerSide::Credit] {
            assert_eq!(serde_json::json!(side), side.name());
        }
    }

    #[test]
    fn an_account_reads_back_and_nothing_else_is_one() {
        for account in [
            LedgerAccount::Customer(example_order()),
            LedgerAccount::Seller(example_seller()),
            LedgerAccount::Commission,
            LedgerAccount::Provider,
            LedgerAccount::Refunds,
            LedgerAccount::Disputes,
            LedgerAccount::Chargebacks,
            LedgerAccount::Payouts,
            LedgerAccount::StoreCredit(example_customer()),
            LedgerAccount::Promotions,
        ] {
            assert_eq!(account.to_string().parse(), Ok(account));
        }
        for wrong in [
            "",
            "seller",
            "seller:",
            "Commission",
            "commission:",
            "customer:sel_1",
        ] {
            assert!(wrong.parse::<LedgerAccount>().is_err(), "{wrong}");
        }
    }
}
