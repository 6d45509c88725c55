//! The states of an order as data. The domain code, the tests and docs/order-lifecycle.md are made from the
//! one table below: what it does not name does not happen.

use std::fmt;

use contracts::events::CancelReason;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OrderStatus")]
pub enum Status {
    /// It waits for its stock.
    Placed,
    /// Stock is held for it; it waits for its payment.
    StockReserved,
    /// The provider holds the money. No order rests here: it is confirmed in the same moment.
    PaymentAuthorized,
    /// It stands; its sellers ship it.
    Confirmed,
    /// Every piece of it that was not cancelled is shipped.
    Shipped,
    /// Every parcel of it has arrived.
    Delivered,
    /// It is off.
    Cancelled,
}

impl Status {
    /// All of them, in the order of a life that goes well, and the other end.
    pub const ALL: [Self; 7] = [
        Self::Placed,
        Self::StockReserved,
        Self::PaymentAuthorized,
        Self::Confirmed,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
    ];

    /// Its name in the API and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::StockReserved => "stock_reserved",
            Self::PaymentAuthorized => "payment_authorized",
            Self::Confirmed => "confirmed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether another service owes an answer: what the watchdog looks after.
    pub fn waits(self) -> bool {
        matches!(self, Self::Placed | Self::StockReserved)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What can move an order on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Input {
    /// Inventory holds stock for every line.
    StockReserved,
    /// Inventory cannot hold stock for every line.
    StockRefused,
    /// Inventory holds too much for its buyer already.
    HoldRefused,
    /// The provider holds the money.
    PaymentAuthorized,
    /// The provider does not hold the money.
    PaymentDeclined,
    /// The stock was held for as long as it is held without a payment.
    ReservationExpired,
    /// The customer, or an admin for it, does not want it any more; never after a piece was shipped.
    Cancel,
    /// Its sellers have rejected what the customer has not cancelled.
    Reject,
    /// The watchdog has asked often enough.
    GiveUp,
    /// A seller has answered or shipped, or the customer has cancelled pieces, and some are left.
    Progress,
    /// Pieces are shipped and none is left.
    ShipLast,
    /// The last parcel has arrived.
    DeliverLast,
}

impl Input {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::StockReserved,
        Self::StockRefused,
        Self::HoldRefused,
        Self::PaymentAuthorized,
        Self::PaymentDeclined,
        Self::ReservationExpired,
        Self::Cancel,
        Self::Reject,
        Self::GiveUp,
        Self::Progress,
        Self::ShipLast,
        Self::DeliverLast,
    ];

    /// Why an order is cancelled by it, if it is.
    pub(crate) fn reason(self) -> Option<CancelReason> {
        match self {
            Self::StockRefused => Some(CancelReason::OutOfStock),
            Self::HoldRefused => Some(CancelReason::HoldLimit),
            Self::PaymentDeclined => Some(CancelReason::PaymentDeclined),
            Self::ReservationExpired | Self::GiveUp => Some(CancelReason::Expired),
            Self::Cancel => Some(CancelReason::Customer),
            Self::Reject => Some(CancelReason::Rejected),
            Self::StockReserved
            | Self::PaymentAuthorized
            | Self::Progress
            | Self::ShipLast
            | Self::DeliverLast => None,
        }
    }

    /// What the audit log calls what comes of it.
    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::StockReserved => "order.accept-reservation",
            Self::PaymentAuthorized => "order.confirm",
            Self::Progress => "order.progress",
            Self::ShipLast => "order.ship",
            Self::DeliverLast => "order.deliver",
            Self::Reject => "order.reject",
            Self::StockRefused
            | Self::HoldRefused
            | Self::PaymentDeclined
            | Self::ReservationExpired
            | Self::Cancel
            | Self::GiveUp => "order.cancel",
        }
    }
}

/// A step that an order can take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transition {
    /// Where it stands.
    pub from: Status,
    /// What comes.
    pub input: Input,
    /// The states that it passes in one commit, each with its line in the history; the last is where it
    /// stands then. None: the order changes and its state does not.
    pub path: &'static [Status],
}

impl Transition {
    /// Where the order stands afterwards.
    pub fn to(&self) -> Status {
        self.path.last().copied().unwrap_or(self.from)
    }
}

const fn step(from: Status, input: Input, path: &'static [Status]) -> Transition {
    Transition { from, input, path }
}

/// Every step that there is.
pub const TRANSITIONS: &[Transition] = {
    use Status::{
        Cancelled, Confirmed, Delivered, PaymentAuthorized, Placed, Shipped, StockReserved,
    };
    &[
        step(Placed, Input::StockReserved, &[StockReserved]),
        step(Placed, Input::StockRefused, &[Cancelled]),
        step(Placed, Input::HoldRefused, &[Cancelled]),
        step(Placed, Input::ReservationExpired, &[Cancelled]),
        step(Placed, Input::Cancel, &[Cancelled]),
        step(Placed, Input::GiveUp, &[Cancelled]),
        step(
            StockReserved,
            Input::PaymentAuthorized,
            &[PaymentAuthorized, Confirmed],
        ),
        step(StockReserved, Input::PaymentDeclined, &[Cancelled]),
        step(StockReserved, Input::ReservationExpired, &[Cancelled]),
        step(StockReserved, Input::Cancel, &[Cancelled]),
        step(StockReserved, Input::GiveUp, &[Cancelled]),
        step(Confirmed, Input::Cancel, &[Cancelled]),
        step(Confirmed, Input::Reject, &[Cancelled]),
        step(Confirmed, Input::Progress, &[]),
        step(Confirmed, Input::ShipLast, &[Shipped]),
        step(Shipped, Input::DeliverLast, &[Delivered]),
    ]
};

/// The step that an order in this state takes on this input. None: the input comes too late or too early, and
/// changes nothing.
pub fn transition(from: Status, input: Input) -> Option<&'static Transition> {
    TRANSITIONS
        .iter()
        .find(|step| step.from == from && step.input == input)
}

#[cfg(test)]
mod tests;
