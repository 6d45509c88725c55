//! What an order tells the world: one event a state, with all that its consumers need.

use contracts::events::{
    self, CancelReason, OrderCancelled, OrderConfirmed, OrderPlaced, OrderShipped,
    OrderStockReserved,
};

use crate::{
    lifecycle::Status,
    order::{Line, Order},
};

/// What there is to say of an order in its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    /// Whoever holds stock: hold it.
    Placed(OrderPlaced),
    /// Whoever takes payments: take this one.
    StockReserved(OrderStockReserved),
    /// It stands.
    Confirmed(OrderConfirmed),
    /// All of it is shipped.
    Shipped(OrderShipped),
    /// It is off: let go what was held for it.
    Cancelled(OrderCancelled),
}

impl Order {
    /// What there is to say of it where it stands; the same however often it is said.
    pub fn fact(&self) -> Option<Fact> {
        let (order_id, buyer) = (self.id, self.buyer);
        let fact = match self.status {
            Status::Placed => Fact::Placed(OrderPlaced {
                order_id,
                buyer,
                cart_id: self.cart_id,
                cart_version: self.cart_version,
                guest_cart: self.guest_cart,
                lines: self.told_lines(),
                total: self.total,
            }),
            Status::StockReserved => Fact::StockReserved(OrderStockReserved {
                order_id,
                buyer,
                total: self.total,
                payment_method: self.payment_method.clone().into(),
            }),
            // No order rests here.
            Status::PaymentAuthorized => return None,
            Status::Confirmed => Fact::Confirmed(OrderConfirmed {
                order_id,
                buyer,
                lines: self.told_lines(),
                total: self.total,
            }),
            Status::Shipped => Fact::Shipped(OrderShipped {
                order_id,
                buyer,
                lines: self.told_lines(),
                fulfilments: self.fulfilments.iter().map(|part| part.id).collect(),
                total: self.total,
            }),
            Status::Cancelled => Fact::Cancelled(OrderCancelled {
                order_id,
                buyer,
                lines: self.told_lines(),
                reason: self.cancel_reason.unwrap_or(CancelReason::Customer),
            }),
        };
        Some(fact)
    }

    fn told_lines(&self) -> Vec<events::OrderLine> {
        self.lines.iter().map(Line::told).collect()
    }
}

impl Line {
    fn told(&self) -> events::OrderLine {
        events::OrderLine {
            variant_id: self.variant_id,
            product_id: self.product_id,
            seller_id: self.seller_id,
            quantity: self.quantity,
            unit_price: self.unit_price,
            total: self.total,
        }
    }
}
