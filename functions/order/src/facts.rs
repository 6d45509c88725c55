//! What an order tells the world: one event a state, and one for its pieces, each with all that its
//! consumers need.

use contracts::events::{
    self, CancelReason, OrderCancelled, OrderConfirmed, OrderCreditNoteIssued, OrderDelivered,
    OrderDocumentsDue, OrderInvoiceIssued, OrderPlaced, OrderProgressed, OrderReturnApproved,
    OrderReturnReceived, OrderReturnRefused, OrderReturnRequested, OrderReturnWithdrawn,
    OrderShipped, OrderStockReserved,
};
use kernel::{FulfilmentId, Quantity};

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
    /// Its pieces have moved on: pay those that are shipped, hold no more for those that are cancelled.
    Progressed(OrderProgressed),
    /// All of it is shipped.
    Shipped(OrderShipped),
    /// All of it has arrived.
    Delivered(OrderDelivered),
    /// It is off: let go what was held for it.
    Cancelled(OrderCancelled),
    /// Goods are to come back.
    ReturnRequested(OrderReturnRequested),
    /// Their seller agrees.
    ReturnApproved(OrderReturnApproved),
    /// Their seller does not.
    ReturnRefused(OrderReturnRefused),
    /// Their customer keeps them.
    ReturnWithdrawn(OrderReturnWithdrawn),
    /// They have come: lay them on the shelf, give their price back.
    ReturnReceived(OrderReturnReceived),
    /// Something is paid or given back: write it down.
    DocumentsDue(OrderDocumentsDue),
    /// It is written down that something is paid.
    InvoiceIssued(OrderInvoiceIssued),
    /// It is written down that something was given back.
    CreditNoteIssued(OrderCreditNoteIssued),
}

impl Order {
    /// What there is to say of it where it stands; the same however often it is said.
    pub fn fact(&self) -> Option<Fact> {
        self.fact_of(self.status)
    }

    /// What others owe it an answer to, or may not have heard.
    pub(crate) fn unheard(&self) -> Vec<Fact> {
        if self.status.waits() || self.status == Status::Cancelled {
            return self.fact().into_iter().collect();
        }
        let mut facts = vec![Fact::Progressed(self.progress())];
        facts.extend(self.came_back().map(Fact::ReturnReceived));
        facts.extend(self.documents_due());
        facts
    }

    /// What there is to say of a state that it has come to.
    pub(crate) fn fact_of(&self, status: Status) -> Option<Fact> {
        let (order_id, buyer) = (self.id, self.buyer);
        let fact = match status {
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
                store_credit: self.store_credit,
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
                lines: self.shipped_lines(),
                fulfilments: self.shipped_parts(),
                total: self.due(),
            }),
            Status::Delivered => Fact::Delivered(OrderDelivered { order_id, buyer }),
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

    fn shipped_lines(&self) -> Vec<events::OrderLine> {
        let shipped = self.lines.iter().filter_map(|line| {
            Some(events::OrderLine {
                quantity: Quantity::new(line.shipped).ok()?,
                total: line.price_of(line.shipped),
                ..line.told()
            })
        });
        shipped.collect()
    }

    fn shipped_parts(&self) -> Vec<FulfilmentId> {
        let shipped = self.fulfilments.iter();
        let shipped = shipped.filter(|part| !part.shipments.is_empty());
        shipped.map(|part| part.id).collect()
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
