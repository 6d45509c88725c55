//! The parts of an order: one a seller, answered by it, shipped in one parcel or in several, and cancelled piece by
//! piece as long as the pieces are there. Pure.
//!
//! | a part that is | its seller has |
//! |---|---|
//! | `pending` | not answered yet |
//! | `accepted` | said that it will ship |
//! | `rejected` | said that it will not |
//! | `partly_shipped` | shipped some of its pieces, and some are left |
//! | `shipped` | shipped all that was not cancelled |
//! | `delivered` | seen all of its parcels arrive |
//! | `cancelled` | nothing to do any more: all of its pieces were cancelled |
//!
//! A part's state follows from its pieces, so that the two cannot disagree; and what the last piece brings moves
//! the order itself on (see [`crate::lifecycle`]).

use std::collections::HashSet;

use contracts::events::{LineProgress, OrderProgressed};
use kernel::{
    Code, FulfilmentId, Ids, Money, Problem, Quantity, SellerId, ShipmentId, Timestamp, VariantId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    documents::Numbered,
    facts::Fact,
    lifecycle::{Input, transition},
    order::{Line, Order, Turn},
};

/// The part of an order that one seller ships.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fulfilment {
    /// Its id.
    pub id: FulfilmentId,
    /// Who ships it.
    pub seller_id: SellerId,
    /// Where it stands.
    pub status: FulfilmentStatus,
    /// When its seller has accepted it, if it has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
    /// That its seller has rejected it, if it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejection>,
    /// When the last of it was shipped, if all is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<Timestamp>,
    /// The parcels that it is shipped in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipments: Vec<Shipment>,
}

/// Where a part of an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FulfilmentStatus {
    /// Its seller has not answered.
    Pending,
    /// Its seller will ship it.
    Accepted,
    /// Its seller does not ship it.
    Rejected,
    /// Some of it is on its way.
    PartlyShipped,
    /// All of it is on its way.
    Shipped,
    /// All of it has arrived.
    Delivered,
    /// Nothing of it is wanted any more.
    Cancelled,
}

/// That a seller does not ship its part.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Rejection {
    /// Why, in the seller's words to the customer.
    pub reason: kernel::Line<1, 200>,
    /// When.
    pub at: Timestamp,
}

/// A parcel.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Shipment {
    /// Its id.
    pub id: ShipmentId,
    /// What is in it.
    pub lines: Vec<Pieces>,
    /// Who carries it, and under which number.
    #[serde(flatten)]
    pub carriage: Carriage,
    /// When it was shipped.
    pub shipped_at: Timestamp,
    /// When it arrived, if it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// The invoice for it, once it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<Numbered>,
}

/// Who carries a parcel, as far as the seller tells.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Carriage {
    /// The carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<kernel::Line<1, 60>>,
    /// The number that the carrier knows the parcel by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<kernel::Line<1, 60>>,
}

/// Pieces of one variant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pieces {
    /// Of what.
    pub variant_id: VariantId,
    /// How many.
    pub quantity: Quantity,
}

/// Pieces that are not wanted any more.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CancelledLines")]
pub struct Cancelled {
    /// Which, as long as they are not shipped.
    #[schemars(length(min = 1, max = 50))]
    pub lines: Vec<Pieces>,
}

/// One part of an order.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnePart {
    /// The part. Without it, a seller's own; for an admin, all of them.
    pub fulfilment_id: Option<FulfilmentId>,
}

/// Which parts of an order are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parts {
    /// Whose; anyone's, if it is none's in particular.
    pub seller: Option<SellerId>,
    /// Only this one.
    pub only: Option<FulfilmentId>,
}

impl Parts {
    /// All of them.
    pub const ALL: Self = Self {
        seller: None,
        only: None,
    };

    pub(crate) fn name(&self, part: &Fulfilment) -> bool {
        self.seller.is_none_or(|seller| seller == part.seller_id)
            && self.only.is_none_or(|id| id == part.id)
    }
}

impl Fulfilment {
    /// A part that nothing has happened to.
    pub fn new(id: FulfilmentId, seller_id: SellerId) -> Self {
        Self {
            id,
            seller_id,
            status: FulfilmentStatus::Pending,
            accepted_at: None,
            rejection: None,
            shipped_at: None,
            shipments: Vec::new(),
        }
    }

    /// Whether none of its parcels is on its way.
    fn has_arrived(&self) -> bool {
        let mut shipments = self.shipments.iter();
        shipments.all(|shipment| shipment.delivered_at.is_some())
    }

    /// Where it stands, by what has become of its pieces.
    fn standing(&self, lines: &[Line]) -> FulfilmentStatus {
        let own = || lines.iter().filter(|line| line.fulfilment_id == self.id);
        let is_left = own().any(|line| line.left() > 0);
        let is_shipped = own().any(|line| line.shipped > 0);
        match (is_left, is_shipped) {
            (true, true) => FulfilmentStatus::PartlyShipped,
            (true, false) if self.accepted_at.is_some() => FulfilmentStatus::Accepted,
            (true, false) => FulfilmentStatus::Pending,
            (false, true) if self.has_arrived() => FulfilmentStatus::Delivered,
            (false, true) => FulfilmentStatus::Shipped,
            (false, false) if self.rejection.is_some() => FulfilmentStatus::Rejected,
            (false, false) => FulfilmentStatus::Cancelled,
        }
    }
}

impl Line {
    /// How many of its pieces are neither shipped nor cancelled.
    pub fn left(&self) -> u32 {
        self.quantity.get() - self.shipped - self.cancelled
    }

    /// The price of so many of its pieces.
    pub(crate) fn price_of(&self, pieces: u32) -> Money {
        // Part of a price that fits fits; no pieces cost nothing.
        let price = Quantity::new(pieces).and_then(|pieces| self.unit_price.times(pieces));
        price.unwrap_or(Money::zero(self.unit_price.currency()))
    }
}

impl Order {
    /// Ships pieces of it, all that are left of the named parts if none are named: one parcel a part. It is shipped
    /// when no piece is left.
    ///
    /// # Errors
    /// `validation_failed` where there is no such part, or fewer pieces are left of it; `order_not_shippable` when
    /// nothing is left, or the order is not confirmed.
    pub fn ship(
        &self,
        parts: Parts,
        pieces: Option<&[Pieces]>,
        carriage: &Carriage,
        (ids, now): (&Ids, Timestamp),
    ) -> Result<Turn, Problem> {
        let mut order = self.in_progress(Code::OrderNotShippable)?;
        let meant = order.meant(parts)?;
        let chosen = match pieces {
            Some(pieces) => order.chosen(&meant, pieces)?,
            None => order.rest_of(&meant),
        };
        if chosen.is_empty() {
            return Err(Code::OrderNotShippable.into());
        }
        for line in &mut order.lines {
            line.shipped += pieces_of(&chosen, line);
        }
        for part in &mut order.fulfilments {
            let own = |pieces: &&Pieces| {
                let mut lines = order.lines.iter();
                lines.any(|line| line.fulfilment_id == part.id && line.is_of(pieces))
            };
            let lines: Vec<Pieces> = chosen.iter().filter(own).copied().collect();
            if !lines.is_empty() {
                part.shipped_at = Some(now);
                part.shipments.push(Shipment {
                    id: ids.fresh(now),
                    lines,
                    carriage: carriage.clone(),
                    shipped_at: now,
                    delivered_at: None,
                    invoice: None,
                });
            }
        }
        Ok(self.go_on(order, "order.ship", now))
    }

    /// Cancels what its customer, or a guest, asks for: pieces of it, or all of it.
    ///
    /// # Errors
    /// As [`Order::cancel_pieces`] and [`Order::cancel`] have them.
    pub fn cancel_as_asked(
        &self,
        asked: Option<&Cancelled>,
        now: Timestamp,
    ) -> Result<Turn, Problem> {
        match asked {
            Some(Cancelled { lines }) => self.cancel_pieces(lines, now),
            None => self.cancel(now),
        }
    }

    /// Cancels pieces of it for its customer, as long as they are left. It is shipped when all others are, and
    /// cancelled when there are no others.
    ///
    /// # Errors
    /// `validation_failed` where fewer are left; `order_not_cancellable` when it is not confirmed.
    pub fn cancel_pieces(&self, pieces: &[Pieces], now: Timestamp) -> Result<Turn, Problem> {
        let mut order = self.in_progress(Code::OrderNotCancellable)?;
        let meant = order.meant(Parts::ALL)?;
        let chosen = order.chosen(&meant, pieces)?;
        if chosen.is_empty() {
            return Err(Problem::invalid("/lines", "name at least one line"));
        }
        order.take_back(&chosen);
        Ok(self.go_on(order, "order.cancel-lines", now))
    }

    /// Says for a seller that it will ship its part.
    ///
    /// # Errors
    /// `validation_failed` where there is no such part; `order_not_acceptable` when it was answered before or goes on
    /// already, or the order is not confirmed.
    pub fn accept(&self, parts: Parts, now: Timestamp) -> Result<Turn, Problem> {
        let mut order = self.in_progress(Code::OrderNotAcceptable)?;
        let meant = order.unanswered(parts, &[FulfilmentStatus::Pending])?;
        for part in &mut order.fulfilments {
            if meant.contains(&part.id) {
                part.accepted_at = Some(now);
            }
        }
        Ok(self.go_on(order, "order.accept", now))
    }

    /// Says for a seller that it will not ship its part: the pieces are not wanted any more, and never paid.
    ///
    /// # Errors
    /// `validation_failed` where there is no such part; `order_not_acceptable` when some of it is shipped, nothing of
    /// it is left, or the order is not confirmed.
    pub fn reject(
        &self,
        parts: Parts,
        reason: &kernel::Line<1, 200>,
        now: Timestamp,
    ) -> Result<Turn, Problem> {
        let mut order = self.in_progress(Code::OrderNotAcceptable)?;
        let untouched = [FulfilmentStatus::Pending, FulfilmentStatus::Accepted];
        let meant = order.unanswered(parts, &untouched)?;
        let rest = order.rest_of(&meant);
        order.take_back(&rest);
        for part in &mut order.fulfilments {
            if meant.contains(&part.id) {
                part.rejection = Some(Rejection {
                    reason: reason.clone(),
                    at: now,
                });
            }
        }
        Ok(self.go_on(order, "order.reject", now))
    }

    /// Says that parcels of the named parts have arrived: one of them, or all that are on their way. It is delivered
    /// when it is shipped and no parcel is on its way any more.
    ///
    /// # Errors
    /// `validation_failed` where there is no such part or parcel; `order_not_deliverable` when none of them is on its
    /// way.
    pub fn deliver(
        &self,
        parts: Parts,
        only: Option<ShipmentId>,
        now: Timestamp,
    ) -> Result<Turn, Problem> {
        let mut order = self.clone();
        let meant = order.meant(parts)?;
        let mut is_there = only.is_none();
        let mut arrived = 0_usize;
        for part in &mut order.fulfilments {
            for shipment in &mut part.shipments {
                let fits = only.is_none_or(|id| id == shipment.id);
                if meant.contains(&part.id) && fits {
                    is_there = true;
                    arrived += usize::from(shipment.delivered_at.is_none());
                    shipment.delivered_at = shipment.delivered_at.or(Some(now));
                }
            }
        }
        if !is_there {
            let detail = "the order has no such parcel of yours";
            return Err(Problem::invalid("/shipment_id", detail));
        }
        if arrived == 0 {
            return Err(Code::OrderNotDeliverable.into());
        }
        Ok(self.go_on(order, "order.deliver", now))
    }

    /// How far it has come, in counts that only grow.
    pub fn progress(&self) -> OrderProgressed {
        let lines = self.lines.iter().map(|line| LineProgress {
            variant_id: line.variant_id,
            seller_id: line.seller_id,
            quantity: line.quantity,
            shipped: line.shipped,
            cancelled: line.cancelled,
            unit_price: line.unit_price,
        });
        OrderProgressed {
            order_id: self.id,
            buyer: self.buyer,
            lines: lines.collect(),
            due: self.due(),
            open: self.price_of(Line::left),
            captured: Some(self.captured()),
        }
    }

    /// Whether a parcel of it was ever shipped.
    pub fn is_on_its_way(&self) -> bool {
        self.lines.iter().any(|line| line.shipped > 0)
    }

    /// Takes back every piece that is left: the order is off.
    pub(crate) fn take_back_all(&mut self) {
        for line in &mut self.lines {
            line.cancelled += line.left();
        }
        self.stand();
    }

    /// The order, to be changed in its parts, if its state lets it.
    fn in_progress(&self, otherwise: Code) -> Result<Self, Problem> {
        let step = transition(self.status, Input::Progress);
        Ok(step.map(|_| self.clone()).ok_or(otherwise)?)
    }

    fn meant(&self, parts: Parts) -> Result<Vec<FulfilmentId>, Problem> {
        let named = self.fulfilments.iter().filter(|part| parts.name(part));
        let meant: Vec<FulfilmentId> = named.map(|part| part.id).collect();
        if meant.is_empty() {
            let detail = "the order has no such part of yours";
            return Err(Problem::invalid("/fulfilment_id", detail));
        }
        Ok(meant)
    }

    fn unanswered(
        &self,
        parts: Parts,
        which: &[FulfilmentStatus],
    ) -> Result<Vec<FulfilmentId>, Problem> {
        let mut meant = self.meant(parts)?;
        meant.retain(|id| {
            let is_open = |part: &Fulfilment| part.id == *id && which.contains(&part.status);
            self.fulfilments.iter().any(is_open)
        });
        if meant.is_empty() {
            return Err(Code::OrderNotAcceptable.into());
        }
        Ok(meant)
    }

    /// The named pieces, if the parts have them.
    fn chosen(&self, parts: &[FulfilmentId], named: &[Pieces]) -> Result<Vec<Pieces>, Problem> {
        each_once(named.iter().map(|pieces| pieces.variant_id))?;
        for (i, pieces) in named.iter().enumerate() {
            let own = |line: &&Line| line.is_of(pieces) && parts.contains(&line.fulfilment_id);
            let Some(line) = self.lines.iter().find(own) else {
                let pointer = format!("/lines/{i}/variant_id");
                return Err(Problem::invalid(
                    &pointer,
                    "the order has no such line of yours",
                ));
            };
            if pieces.quantity.get() > line.left() {
                let pointer = format!("/lines/{i}/quantity");
                let detail = format!("only {} pieces are left of it", line.left());
                return Err(Problem::invalid(&pointer, detail));
            }
        }
        Ok(named.to_vec())
    }

    fn rest_of(&self, parts: &[FulfilmentId]) -> Vec<Pieces> {
        let own = self
            .lines
            .iter()
            .filter(|line| parts.contains(&line.fulfilment_id));
        let rest = own.filter_map(|line| {
            let quantity = Quantity::new(line.left()).ok()?;
            let variant_id = line.variant_id;
            Some(Pieces {
                variant_id,
                quantity,
            })
        });
        rest.collect()
    }

    fn take_back(&mut self, chosen: &[Pieces]) {
        for line in &mut self.lines {
            line.cancelled += pieces_of(chosen, line);
        }
    }

    fn stand(&mut self) {
        for part in &mut self.fulfilments {
            part.status = part.standing(&self.lines);
        }
    }

    /// Goes on to what a change of its parts has made of it: tells how far its pieces have come, if they have, and
    /// enters the state that the last piece and the last parcel bring.
    fn go_on(&self, mut next: Self, action: &'static str, now: Timestamp) -> Turn {
        next.stand();
        let is_left = next.lines.iter().any(|line| line.left() > 0);
        let has_arrived = next.fulfilments.iter().all(Fulfilment::has_arrived);
        let rejected = next.fulfilments.iter().any(|part| part.rejection.is_some());
        let mut turn = Turn {
            facts: Vec::new(),
            order: next,
            action,
        };
        if is_left || turn.order.is_on_its_way() {
            if turn.order.lines != self.lines {
                turn.facts.push(Fact::Progressed(turn.order.progress()));
                turn.order.wait(now);
                // What costs nothing is paid as soon as it is shipped.
                turn.facts.extend(turn.order.documents_due());
            }
            if !is_left {
                turn = turn.then(Input::ShipLast, now);
            }
            if !is_left && has_arrived {
                turn = turn.then(Input::DeliverLast, now);
            }
        } else if rejected {
            turn = turn.then(Input::Reject, now);
        } else {
            turn = turn.then(Input::Cancel, now);
        }
        turn
    }
}

impl Line {
    fn is_of(&self, pieces: &Pieces) -> bool {
        self.variant_id == pieces.variant_id
    }
}

/// Refuses lines that name a variant twice.
pub(crate) fn each_once(variants: impl Iterator<Item = VariantId>) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    for (i, variant) in variants.enumerate() {
        if !seen.insert(variant) {
            let pointer = format!("/lines/{i}/variant_id");
            return Err(Problem::invalid(pointer, "each variant is named once"));
        }
    }
    Ok(())
}

fn pieces_of(chosen: &[Pieces], line: &Line) -> u32 {
    let own = chosen.iter().find(|pieces| line.is_of(pieces));
    own.map_or(0, |pieces| pieces.quantity.get())
}

#[cfg(test)]
mod tests;
