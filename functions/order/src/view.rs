//! An order as it is shown: whole to its customer and to admins, to a seller only what the seller ships.

use contracts::{events::CancelReason, views::PostalAddress};
use kernel::{
    Buyer, FulfilmentId, Locale, Money, OrderId, Owned, PaymentMethod, SellerId, Timestamp,
};
use lambda::http::Incoming;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    lifecycle::Status,
    money::Trouble,
    order::{Line, Order, Passage},
    parts::{Fulfilment, FulfilmentStatus, Pieces, Rejection, Shipment},
    returns::Return,
};

/// For whom an order is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Viewer {
    /// Someone who sees all of it.
    Whole,
    /// Someone who ships a part of it.
    Seller(SellerId),
}

impl Viewer {
    /// What the caller, whose grant reaches the order, may see of it.
    pub fn of(request: &Incoming, order: &Order) -> Self {
        match request.principal() {
            Some(caller) if !order.of_customer(caller.customer) && !request.reaches_all() => {
                Self::Seller(caller.seller())
            }
            _ => Self::Whole,
        }
    }

    pub(crate) fn sees(self, seller: SellerId) -> bool {
        match self {
            Self::Whole => true,
            Self::Seller(own) => own == seller,
        }
    }
}

/// An order. A seller sees the lines, the parts and the total of what it ships.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Order")]
pub struct OrderView {
    /// Its id.
    pub id: OrderId,
    /// Where it stands.
    pub status: Status,
    /// Why it is cancelled, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<CancelReason>,
    /// Who ordered; not there where a guest did.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// What was bought.
    pub lines: Vec<Line>,
    /// The parts that it is shipped in, one a seller.
    pub fulfilments: Vec<FulfilmentView>,
    /// What of it is sent back, or was to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<Return>,
    /// The sum of the lines.
    pub total: Money,
    /// The language that it was bought in.
    pub locale: Locale,
    /// Where it goes.
    pub shipping_address: PostalAddress,
    /// How it is paid; not for sellers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_method: Option<PaymentMethod>,
    /// How much of it is paid with its customer's store credit, if any is; not for sellers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_credit: Option<Money>,
    /// How much of its money has been taken, as far as the order knows; not for sellers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<Money>,
    /// What someone of the marketplace has to look at, if there is such a thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// Every state that it has been in.
    pub history: Vec<Passage>,
    /// When it was placed.
    pub created_at: Timestamp,
}

/// The part of an order that one seller ships.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Fulfilment")]
pub struct FulfilmentView {
    /// Its id.
    pub id: FulfilmentId,
    /// Who ships it.
    pub seller_id: SellerId,
    /// Where it stands.
    pub status: FulfilmentStatus,
    /// When its seller has accepted it, if it has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
    /// That its seller has rejected it, if it has, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejection>,
    /// When the last of it was shipped, if any was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<Timestamp>,
    /// What is in it.
    pub lines: Vec<Pieces>,
    /// The parcels that it is shipped in.
    pub shipments: Vec<Shipment>,
}

impl Order {
    /// The order as this viewer sees it.
    pub fn view(&self, viewer: Viewer) -> OrderView {
        let lines: Vec<Line> = self
            .lines
            .iter()
            .filter(|line| viewer.sees(line.seller_id))
            .cloned()
            .collect();
        // Part of a sum that fits fits.
        let total = Money::sum(lines.iter().map(|line| line.total), self.total.currency());
        OrderView {
            id: self.id,
            status: self.status,
            cancel_reason: self.cancel_reason,
            buyer: self.buyer,
            fulfilments: self
                .fulfilments
                .iter()
                .filter(|part| viewer.sees(part.seller_id))
                .map(|part| part.view(&lines))
                .collect(),
            returns: self
                .returns
                .iter()
                .filter(|back| viewer.sees(back.seller_id))
                .cloned()
                .collect(),
            lines,
            total: total.unwrap_or(self.total),
            locale: self.locale.clone(),
            shipping_address: self.shipping_address.expose().clone(),
            payment_method: (viewer == Viewer::Whole).then(|| self.payment_method.clone()),
            store_credit: self.store_credit.filter(|_| viewer == Viewer::Whole),
            captured: (viewer == Viewer::Whole).then(|| self.captured()),
            trouble: self.trouble,
            history: self.history.clone(),
            created_at: self.placed_at,
        }
    }
}

impl Fulfilment {
    fn view(&self, lines: &[Line]) -> FulfilmentView {
        let packed = lines
            .iter()
            .filter(|line| line.fulfilment_id == self.id)
            .map(|line| Pieces {
                variant_id: line.variant_id,
                quantity: line.quantity,
            });
        FulfilmentView {
            id: self.id,
            seller_id: self.seller_id,
            status: self.status,
            accepted_at: self.accepted_at,
            rejection: self.rejection.clone(),
            shipped_at: self.shipped_at,
            lines: packed.collect(),
            shipments: self.shipments.clone(),
        }
    }
}
