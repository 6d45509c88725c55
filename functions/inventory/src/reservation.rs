//! What is held for an order.
//!
//! | is \ hears | order placed | order progressed | order cancelled |
//! |---|---|---|---|
//! | nothing | held, or refused | not yet: come again | released: a tombstone that a late `order.placed` obeys |
//! | held | says so again | moves on to its counts; with the last piece committed, or released if none was shipped | releases what is left |
//! | refused | says so again | refused; if anything was shipped: cannot be | refused |
//! | released | released | released; if anything was shipped: cannot be | released |
//! | committed | committed | committed | committed |
//!
//! A held reservation whose payment waits for its customer is held until that wait is over, once.
//!
//! What it has said is said again because the order's watchdog asks again, with a fresh event, when an answer
//! got lost on the way. How far an order has come is told in counts that only grow: what comes late, twice or
//! overtaken has nothing to add.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use contracts::events::{
    LineProgress, MovementKind, OrderPlaced, OrderProgressed, PaymentActionRequired, Shortage,
    StockMovement, StockRefused, StockReservationExpired, StockReserved,
};
use dynamo::{Item, Key};
use kernel::{OrderId, Problem, Quantity, Timestamp, VariantId};
use serde::{Deserialize, Serialize};

use crate::shards::Part;

/// How far a reservation has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The pieces are held.
    Held,
    /// Every piece has been shipped or called off, and one at least was shipped.
    Committed,
    /// The pieces can be bought again, or were never held: the order is cancelled.
    Released,
    /// There were too few pieces.
    Refused,
}

/// Pieces of one variant: `shipped + cancelled ≤ quantity`, and neither ever shrinks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Held {
    /// The variant.
    pub variant_id: VariantId,
    /// How many pieces were held.
    pub quantity: Quantity,
    /// How many of them have left the warehouse.
    #[serde(default)]
    pub shipped: u32,
    /// How many of them can be bought again.
    #[serde(default)]
    pub cancelled: u32,
    /// From which shards they are, in the order in which they go; from the first, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

impl Held {
    fn new(variant_id: VariantId, quantity: Quantity) -> Self {
        Self {
            variant_id,
            quantity,
            shipped: 0,
            cancelled: 0,
            parts: Vec::new(),
        }
    }

    /// From which shards pieces are, of those that go one behind the other: so many of them, behind those that are
    /// gone.
    fn parts_behind(&self, gone: u32, pieces: u32) -> Vec<Part> {
        let whole = [Part {
            shard: 0,
            pieces: self.quantity.get(),
        }];
        let parts = if self.parts.is_empty() {
            &whole
        } else {
            self.parts.as_slice()
        };
        let (first, last) = (u64::from(gone), u64::from(gone) + u64::from(pieces));
        let mut begin = 0;
        let mut from = Vec::new();
        for part in parts {
            let end = begin + u64::from(part.pieces);
            let pieces = end.min(last).saturating_sub(begin.max(first));
            if let Some(pieces) = u32::try_from(pieces).ok().filter(|pieces| *pieces > 0) {
                from.push(Part { pieces, ..*part });
            }
            begin = end;
        }
        from
    }

    /// How many have gone.
    fn gone(&self) -> u32 {
        self.shipped.saturating_add(self.cancelled)
    }

    /// Whether its parts are all of it.
    fn is_whole(&self) -> bool {
        let parts = self.parts.iter().map(|part| u64::from(part.pieces));
        self.parts.is_empty() || parts.sum::<u64>() == u64::from(self.quantity.get())
    }

    /// How many pieces are still held; none, if more has become of them than there were.
    fn left(&self) -> Option<u32> {
        let gone = self.shipped.checked_add(self.cancelled)?;
        self.quantity.get().checked_sub(gone)
    }

    /// As far as the order has come, and never back.
    fn up_to(&self, progress: &LineProgress) -> Self {
        Self {
            shipped: self.shipped.max(progress.shipped),
            cancelled: self.cancelled.max(progress.cancelled),
            ..self.clone()
        }
    }

    /// With all that is left called off.
    fn called_off(&self) -> Self {
        Self {
            cancelled: self.cancelled + self.left().unwrap_or(0),
            ..self.clone()
        }
    }

    /// What moves when so many pieces do, behind those that are gone.
    fn moved(&self, kind: MovementKind, gone: u32, pieces: u32) -> Vec<StockMovement> {
        let parts = self.parts_behind(gone, pieces).into_iter();
        let moved = parts.map(|part| {
            StockMovement::new(self.variant_id, kind, part.pieces).in_shard(part.shard)
        });
        moved.collect()
    }

    /// What moves when it becomes `next`.
    fn movements(&self, next: &Self) -> Vec<StockMovement> {
        let (sold, released) = (next.shipped - self.shipped, next.cancelled - self.cancelled);
        let mut moved = self.moved(MovementKind::Sold, self.gone(), sold);
        moved.extend(self.moved(MovementKind::Released, self.gone() + sold, released));
        moved
    }
}

/// What becomes of a reservation, and what moves by it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Turn {
    /// The reservation after it.
    pub next: Reservation,
    /// The pieces that move, those of a shard behind each other.
    pub movements: Vec<StockMovement>,
}

/// What is held for an order. Item `reservation#<order id>` / `reservation`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reservation {
    order_id: OrderId,
    state: State,
    lines: Vec<Held>,
    /// Until when, unless the order goes on.
    held_until: Timestamp,
    /// Whether it is held longer than it was at first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_extended: bool,
    /// Whether it was said that its time is over.
    expiry_announced: bool,
    /// What was short, of a refused one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shortages: Vec<Shortage>,
    /// How many pieces a buyer has held, where one was refused for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held_at_most: Option<u32>,
    /// When it came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closed_at: Option<Timestamp>,
}

/// What inventory has last said of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Its pieces are held.
    Reserved(StockReserved),
    /// Its pieces are held, but its time is over.
    Expired(StockReservationExpired),
    /// There were too few pieces for it.
    Refused(StockRefused),
    /// Nothing: the order has gone past the question.
    Nothing,
}

/// How long a closed reservation is kept: longer than any replay (30 days) or dead letter (14 days) of the
/// `order.placed` that it must not be made of again.
const KEPT_FOR: Duration = Duration::from_hours(35 * 24);

/// How much longer than a payment waits its pieces are held: until it is known how it ended.
const GRACE: Duration = Duration::from_mins(5);

/// That the time of a reservation is over is said within so long, or never.
const SAID_WITHIN: Duration = Duration::from_mins(15);

/// No payment has pieces held longer than this from when it says that it waits.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

impl Reservation {
    /// The pieces that an order needs, held for so long.
    pub fn for_order(order: &OrderPlaced, now: Timestamp, time: Duration) -> Self {
        let held = order.lines.iter();
        let lines = held.map(|line| Held::new(line.variant_id, line.quantity));
        Self {
            order_id: order.order_id,
            state: State::Held,
            lines: lines.collect(),
            held_until: now.plus(time),
            is_extended: false,
            expiry_announced: false,
            shortages: Vec::new(),
            held_at_most: None,
            closed_at: None,
        }
    }

    /// The tombstone of an order that is cancelled before anything was held for it.
    pub fn tombstone(order_id: OrderId, now: Timestamp) -> Self {
        Self {
            order_id,
            state: State::Released,
            lines: Vec::new(),
            held_until: now,
            is_extended: false,
            expiry_announced: false,
            shortages: Vec::new(),
            held_at_most: None,
            closed_at: Some(now),
        }
    }

    /// The order.
    pub fn order_id(&self) -> OrderId {
        self.order_id
    }

    /// How far it has come.
    pub fn state(&self) -> State {
        self.state
    }

    /// What it holds, or has held.
    pub fn lines(&self) -> &[Held] {
        &self.lines
    }

    /// Whether nothing says in which shard the pieces of a variant are.
    pub fn is_anywhere(&self, variant: VariantId) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| line.variant_id == variant && line.parts.is_empty())
    }

    /// The same, with the pieces of each of these variants from these shards.
    pub fn taken_from(&self, parts: &HashMap<VariantId, Vec<Part>>) -> Self {
        let placed = |line: &Held| match parts.get(&line.variant_id) {
            Some(parts) => Held {
                parts: parts.clone(),
                ..line.clone()
            },
            None => line.clone(),
        };
        Self {
            lines: self.lines.iter().map(placed).collect(),
            ..self.clone()
        }
    }

    /// The same, refused because of these shortages.
    pub fn refuse(&self, shortages: Vec<Shortage>, now: Timestamp) -> Self {
        Self {
            shortages,
            ..self.close(State::Refused, now)
        }
    }

    /// The same, refused because its buyer would have more than so many pieces held.
    pub fn refuse_beyond(&self, held_at_most: u32, now: Timestamp) -> Self {
        Self {
            held_at_most: Some(held_at_most),
            ..self.close(State::Refused, now)
        }
    }

    /// How many pieces it is made of. More than can be counted is as many as can be.
    pub fn pieces(&self) -> u32 {
        let lines = self.lines.iter();
        lines.fold(0, |sum, line| u32::saturating_add(sum, line.quantity.get()))
    }

    /// How many pieces of a variant are still held.
    pub fn held_of(&self, variant: VariantId) -> u32 {
        let lines = self.lines.iter();
        let own = lines.filter(|line| line.variant_id == variant && self.state == State::Held);
        own.fold(0, |sum, line| {
            u32::saturating_add(sum, line.left().unwrap_or(0))
        })
    }

    /// What has moved by it, variant by variant: how many pieces were held, shipped and called off.
    pub fn moved(&self) -> BTreeMap<VariantId, [i64; 3]> {
        let mut moved: BTreeMap<VariantId, [i64; 3]> = BTreeMap::new();
        let lines = self.lines.iter().filter(|_| self.state != State::Refused);
        for line in lines {
            let [held, shipped, cancelled] = moved.entry(line.variant_id).or_default();
            *held += i64::from(line.quantity.get());
            *shipped += i64::from(line.shipped);
            *cancelled += i64::from(line.cancelled);
        }
        moved
    }

    /// What is still held by it, shard by shard.
    pub fn held_in(&self) -> BTreeMap<(VariantId, u32), i64> {
        let mut held = BTreeMap::new();
        let lines = self.lines.iter().filter(|_| self.state == State::Held);
        for line in lines {
            for part in line.parts_behind(line.gone(), line.left().unwrap_or(0)) {
                *held.entry((line.variant_id, part.shard)).or_default() += i64::from(part.pieces);
            }
        }
        held
    }

    /// What is wrong with it, whatever has moved.
    pub fn contradiction(&self, now: Timestamp) -> Option<&'static str> {
        let is_left = self.lines.iter().any(|line| line.left() != Some(0));
        let is_possible = self.lines.iter().all(|line| line.left().is_some());
        let is_whole = self.lines.iter().all(Held::is_whole);
        let is_shipped = self.lines.iter().any(|line| line.shipped > 0);
        let has_moved = self.lines.iter().any(|line| line.cancelled > 0) || is_shipped;
        let is_there = match self.state {
            State::Held => is_left && is_possible && self.closed_at.is_none(),
            State::Committed => !is_left && is_shipped && self.closed_at.is_some(),
            State::Released => !is_left && !is_shipped && self.closed_at.is_some(),
            State::Refused => !has_moved && self.closed_at.is_some(),
        };
        let is_due = self.state == State::Held && !self.expiry_announced;
        if !is_there || !is_whole {
            Some("a reservation is not where its pieces are")
        } else if is_due && self.held_until.plus(SAID_WITHIN) < now {
            Some("nobody has said that the time of a reservation is over")
        } else {
            None
        }
    }

    /// Until when, at the latest, it is held without a payment.
    pub fn unpaid_until(&self) -> Timestamp {
        self.held_until.plus(LONGEST_WAIT).plus(GRACE)
    }

    /// The movements by which it is held.
    pub fn held(&self) -> Vec<StockMovement> {
        let lines = self.lines.iter();
        let held = |line: &Held| line.moved(MovementKind::Reserved, 0, line.quantity.get());
        lines.flat_map(held).collect()
    }

    /// What it becomes when the order is cancelled; nothing if nothing is held any more.
    pub fn release(&self, now: Timestamp) -> Option<Turn> {
        let lines = self.lines.iter().map(Held::called_off).collect();
        (self.state == State::Held).then(|| self.turn(lines, now))
    }

    /// What it becomes when pieces of the order were shipped or called off; nothing if that was known.
    ///
    /// # Errors
    /// Pieces have been shipped that were not held: only people can find out how.
    pub fn progress(
        &self,
        order: &OrderProgressed,
        now: Timestamp,
    ) -> Result<Option<Turn>, Problem> {
        let impossible = || {
            let order = self.order_id;
            Problem::internal(format!("more of {order} has moved on than is held for it"))
        };
        match self.state {
            State::Held => {}
            State::Committed => return Ok(None),
            State::Released | State::Refused => {
                let is_shipped = order.lines.iter().any(|line| line.shipped > 0);
                return if is_shipped {
                    Err(impossible())
                } else {
                    Ok(None)
                };
            }
        }
        let mut lines = self.lines.clone();
        for progress in &order.lines {
            let line = lines
                .iter_mut()
                .find(|line| line.variant_id == progress.variant_id)
                .ok_or_else(impossible)?;
            *line = line.up_to(progress);
            line.left().ok_or_else(impossible)?;
        }
        Ok((lines != self.lines).then(|| self.turn(lines, now)))
    }

    fn turn(&self, lines: Vec<Held>, now: Timestamp) -> Turn {
        let steps = self.lines.iter().zip(&lines);
        let movements = steps.flat_map(|(line, next)| line.movements(next));
        let movements = movements.collect();
        let next = if lines.iter().any(|line| line.left() != Some(0)) {
            self.clone()
        } else if lines.iter().any(|line| line.shipped > 0) {
            self.close(State::Committed, now)
        } else {
            self.close(State::Released, now)
        };
        let next = Self { lines, ..next };
        Turn { next, movements }
    }

    /// What it becomes when its payment waits for the customer: held until it is known how that ends, once and not for
    /// ever. Nothing if that is no longer than it is held anyway, or it was said that its time is over.
    pub fn wait_for(&self, payment: &PaymentActionRequired, now: Timestamp) -> Option<Self> {
        let until = payment.until.min(now.plus(LONGEST_WAIT)).plus(GRACE);
        let may_wait = self.state == State::Held && !self.is_extended && !self.expiry_announced;
        (may_wait && until > self.held_until).then(|| Self {
            held_until: until,
            is_extended: true,
            ..self.clone()
        })
    }

    /// What it becomes when it is said that its time is over: still held, for the order decides.
    pub fn expire(&self) -> Self {
        Self {
            expiry_announced: true,
            ..self.clone()
        }
    }

    /// What there is to say of it to an order that asks.
    pub fn answer(&self) -> Answer {
        let order_id = self.order_id;
        match self.state {
            State::Held if self.expiry_announced => Answer::Expired(self.expired()),
            State::Held => Answer::Reserved(StockReserved {
                order_id,
                expires_at: self.held_until,
            }),
            State::Refused => Answer::Refused(StockRefused {
                order_id,
                shortages: self.shortages.clone(),
                held_at_most: self.held_at_most,
            }),
            State::Released | State::Committed => Answer::Nothing,
        }
    }

    /// That its time is over.
    pub fn expired(&self) -> StockReservationExpired {
        StockReservationExpired {
            order_id: self.order_id,
            expired_at: self.held_until,
        }
    }

    fn close(&self, state: State, now: Timestamp) -> Self {
        Self {
            state,
            closed_at: Some(now),
            ..self.clone()
        }
    }

    /// The key of an order's reservation.
    pub fn key_of(order: OrderId) -> Key {
        Key::new(format!("reservation#{order}"), "reservation")
    }
}

/// The index of reservations that wait for their time, and its one partition.
pub(crate) const BY_DUE: &str = "by-due";
pub(crate) const DUE: &str = "due";

impl Item for Reservation {
    const KIND: &'static str = "reservation";

    fn key(&self) -> Key {
        Self::key_of(self.order_id)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        if self.state != State::Held || self.expiry_announced {
            return Vec::new();
        }
        let due = format!("{}#{}", self.held_until, self.order_id);
        vec![(BY_DUE, DUE.to_owned(), due)]
    }

    /// What is held never ends by itself.
    fn expires_at(&self) -> Option<Timestamp> {
        self.closed_at.map(|at| at.plus(KEPT_FOR))
    }
}

#[cfg(test)]
mod tests;
