//! The second book: every movement of a variant, and what they come to.
//!
//! It is written by what `stock.changed` tells, so it lags; and it takes each movement once, in whatever order they
//! come. Each movement is one step of the stock's revision, so that as soon as the ledger has as many as the stock
//! has revisions, both have seen the very same, and what they come to must be equal: the two can be compared
//! exactly, at any time, without stopping anything. Of stock that is spread it is the revisions of all shards, but for
//! those by which pieces only came to lie in another one.

use contracts::{
    Metadata,
    events::{AdjustmentReason, Balance, MovementKind, StockChanged, StockMovement},
};
use dynamo::{Item, Key};
use kernel::{EventId, Line, Quantity, Timestamp, VariantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{shards::Shards, stock::Shift};

/// What the movements of a variant come to. Item `ledger#<variant id>` / `balance`.
///
/// A balance may be below zero for a moment, when what took pieces is told before what brought them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ledger {
    variant_id: VariantId,
    on_hand: i64,
    reserved: i64,
    available: i64,
    /// How many movements it has.
    movements: u64,
    /// From how many available pieces on its seller wants to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reorder_point: Option<Quantity>,
    /// Since when it has movements with which it was not held against the stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unchecked_since: Option<Timestamp>,
}

/// One movement. Item `ledger#<variant id>` / `movement#<time>#<event id>#<its place in the event>`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Movement {
    /// What moved.
    pub movement: StockMovement,
    /// What caused it.
    cause: String,
    at: Timestamp,
    event_id: EventId,
    step: usize,
}

/// A movement as the seller sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Movement")]
pub struct MovementView {
    /// How the pieces moved.
    pub kind: MovementKind,
    /// How many; below zero where an adjustment took some away.
    pub pieces: i64,
    /// What caused it: an order's id, or the id of the request or event.
    pub cause: String,
    /// When.
    pub at: Timestamp,
    /// The revision of the stock after it, where it is known: what moves for orders passes each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// Why stock was adjusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<AdjustmentReason>,
    /// What was written down about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Line<1, 200>>,
}

impl From<&Movement> for MovementView {
    fn from(recorded: &Movement) -> Self {
        let movement = &recorded.movement;
        Self {
            kind: movement.kind,
            pieces: movement.pieces,
            cause: recorded.cause.clone(),
            at: recorded.at,
            revision: movement.revision,
            reason: movement.reason,
            note: movement.note.clone(),
        }
    }
}

impl Movement {
    /// What caused it: an order's id, or the id of the request or event.
    pub fn cause(&self) -> &str {
        &self.cause
    }

    /// All that an event tells, those of a variant behind each other.
    pub fn told_by(event: &Metadata, changed: &StockChanged) -> Vec<Self> {
        let steps = changed.movements.iter().enumerate();
        let told = steps.map(|(step, movement)| Self {
            movement: movement.clone(),
            cause: changed.cause.clone(),
            at: event.time,
            event_id: event.id,
            step,
        });
        let mut movements: Vec<Self> = told.collect();
        movements.sort_by_key(|recorded| recorded.movement.variant_id);
        movements
    }
}

impl Item for Movement {
    const KIND: &'static str = "stock-movement";

    fn key(&self) -> Key {
        let Self {
            at, event_id, step, ..
        } = self;
        let sk = format!("{MOVEMENTS}{at}#{event_id}#{step:03}");
        Key::new(Ledger::run(self.movement.variant_id), sk)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let Key { pk, sk } = self.key();
        vec![(BY_CAUSE, self.cause.clone(), format!("{pk}#{sk}"))]
    }
}

/// What a change of the balance means to those who buy and those who sell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Crossing {
    /// Down to the reorder point.
    RanLow(Quantity),
    /// Up from nothing.
    BackInStock,
}

/// What came of holding the ledger against the stock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Movements are still on their way: nothing can be said.
    Behind,
    /// Both say the same.
    Equal,
    /// They do not.
    Differs,
}

/// From how many pieces on a variant is low.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct ReorderPoint {
    /// The variant.
    pub variant_id: VariantId,
    /// How many available pieces; `null` if nobody wants to know.
    pub pieces: Option<Quantity>,
}

impl Ledger {
    /// Of a variant that has not moved yet.
    pub fn empty(variant_id: VariantId) -> Self {
        Self {
            variant_id,
            on_hand: 0,
            reserved: 0,
            available: 0,
            movements: 0,
            reorder_point: None,
            unchecked_since: None,
        }
    }

    /// The variant.
    pub fn variant_id(&self) -> VariantId {
        self.variant_id
    }

    /// How many movements it has.
    pub fn movements(&self) -> u64 {
        self.movements
    }

    /// Since when it is to be held against the stock.
    pub fn unchecked_since(&self) -> Option<Timestamp> {
        self.unchecked_since
    }

    /// What it comes to.
    pub fn balance(&self) -> Balance {
        Balance {
            on_hand: self.on_hand,
            reserved: self.reserved,
            available: self.available,
        }
    }

    /// From how many pieces on it is low.
    pub fn reorder_point(&self) -> ReorderPoint {
        ReorderPoint {
            variant_id: self.variant_id,
            pieces: self.reorder_point,
        }
    }

    /// With another reorder point.
    pub fn reorder_at(&self, pieces: Option<Quantity>) -> Self {
        Self {
            reorder_point: pieces,
            ..self.clone()
        }
    }

    /// With so many movements more, which come to this.
    pub fn record(&self, shift: Shift, movements: u64, now: Timestamp) -> Self {
        Self {
            on_hand: self.on_hand + shift.on_hand,
            reserved: self.reserved + shift.reserved,
            available: self.available + shift.available,
            movements: self.movements + movements,
            unchecked_since: self.unchecked_since.or(Some(now)),
            ..self.clone()
        }
    }

    /// The first and the last balance from which a change of what is available crosses a line: down to the reorder
    /// point, or up from nothing.
    pub fn brink(&self, change: i64) -> Option<(i64, i64)> {
        if change.is_positive() {
            return Some((1 - change, 0));
        }
        let point = i64::from(self.reorder_point?.get());
        let falls = change.is_negative();
        falls.then_some((point + 1, point - change))
    }

    /// The line that a change of what is available crosses, if it crosses one.
    pub fn crossing(&self, change: i64) -> Option<Crossing> {
        let (first, last) = self.brink(change)?;
        let crosses = (first..=last).contains(&self.available);
        let line = match self.reorder_point {
            Some(point) if change.is_negative() => Crossing::RanLow(point),
            _ => Crossing::BackInStock,
        };
        crosses.then_some(line)
    }

    /// What comes of holding it against the stock, which was read after it.
    pub fn verdict(&self, stock: Option<&Shards>) -> Verdict {
        let movements = stock.map_or(0, Shards::movements);
        let balance = stock.map(Shards::balance).unwrap_or_default();
        if self.movements < movements {
            Verdict::Behind
        } else if self.movements == movements && self.balance() == balance {
            Verdict::Equal
        } else {
            Verdict::Differs
        }
    }

    /// Held against the stock.
    pub fn checked(&self) -> Self {
        Self {
            unchecked_since: None,
            ..self.clone()
        }
    }

    /// To be looked at again, behind all others that wait.
    pub fn put_off(&self, now: Timestamp) -> Self {
        Self {
            unchecked_since: Some(now),
            ..self.clone()
        }
    }

    /// Where all that is known of a variant's movements is.
    pub(crate) fn run(variant: VariantId) -> String {
        format!("ledger#{variant}")
    }

    /// The key of a variant's ledger.
    pub fn key_of(variant: VariantId) -> Key {
        Key::new(Self::run(variant), "balance")
    }

    /// Its place among those that wait to be held against the stock.
    pub(crate) fn place(variant: VariantId, since: Timestamp) -> String {
        format!("{since}#{variant}")
    }
}

/// How the keys of movements begin.
pub(crate) const MOVEMENTS: &str = "movement#";

/// The index of movements by what caused them: a partition an order.
pub(crate) const BY_CAUSE: &str = "by-cause";

/// The index of ledgers that wait to be held against the stock, and its one partition.
pub(crate) const BY_UNCHECKED: &str = "by-unchecked";
pub(crate) const UNCHECKED: &str = "unchecked";

impl Item for Ledger {
    const KIND: &'static str = "stock-ledger";

    fn key(&self) -> Key {
        Self::key_of(self.variant_id)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let waits = self.unchecked_since.map(|since| {
            let place = Self::place(self.variant_id, since);
            (BY_UNCHECKED, UNCHECKED.to_owned(), place)
        });
        waits.into_iter().collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use contracts::Event;
    use dynamo::Stored;
    use proptest::prelude::*;

    use super::*;
    use crate::stock::Stock;

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000)
    }

    fn ledger(available: i64, point: Option<u32>) -> Ledger {
        let variant = StockMovement::clone(&StockChanged::example().movements[0]).variant_id;
        let point = point.map(|pieces| Quantity::new(pieces).unwrap());
        let shift = Shift {
            on_hand: available,
            available,
            ..Shift::default()
        };
        Ledger::empty(variant)
            .record(shift, 3, now())
            .reorder_at(point)
    }

    fn stock(available: u32, rev: u64) -> Shards {
        let variant = ledger(0, None).variant_id;
        let seller = contracts::events::StockRanLow::example().seller_id;
        let opening = contracts::events::OpeningStock {
            variant_id: variant,
            quantity: available,
        };
        let stored = Stored {
            value: Stock::opening(&opening, seller).stock,
            rev,
            created_at: now(),
            updated_at: now(),
        };
        Shards::of(vec![stored]).unwrap()
    }

    /// What an event tells of these movements, which have one cause.
    pub(crate) fn told(movements: &[StockMovement]) -> Vec<Movement> {
        let catalogue = contracts::events::catalogue();
        let event = catalogue
            .iter()
            .find(|event| event.type_name == StockChanged::TYPE);
        let metadata = event.unwrap().example["metadata"].clone();
        let metadata = serde_json::from_value(metadata).unwrap();
        Movement::told_by(&metadata, &StockChanged::by("cause", movements))
    }

    #[test]
    fn a_line_is_crossed_once_on_the_way_down_and_once_on_the_way_up() {
        let low = Crossing::RanLow(Quantity::new(5).unwrap());
        assert_eq!(ledger(8, Some(5)).crossing(-2), None);
        assert_eq!(ledger(8, Some(5)).crossing(-3), Some(low));
        assert_eq!(ledger(6, Some(5)).crossing(-6), Some(low));
        assert_eq!(ledger(5, Some(5)).crossing(-1), None);
        assert_eq!(ledger(8, None).crossing(-8), None);
        assert_eq!(ledger(0, None).crossing(1), Some(Crossing::BackInStock));
        assert_eq!(ledger(-2, Some(5)).crossing(2), None);
        assert_eq!(ledger(-2, Some(5)).crossing(3), Some(Crossing::BackInStock));
        assert_eq!(ledger(1, Some(5)).crossing(3), None);
        assert_eq!(ledger(1, Some(5)).crossing(0), None);
        assert_eq!(ledger(1, Some(5)).brink(0), None);
    }

    #[test]
    fn both_books_are_compared_only_when_both_have_seen_the_same() {
        assert_eq!(ledger(4, None).verdict(Some(&stock(9, 4))), Verdict::Behind);
        assert_eq!(ledger(4, None).verdict(Some(&stock(4, 3))), Verdict::Equal);
        assert_eq!(
            ledger(4, None).verdict(Some(&stock(5, 3))),
            Verdict::Differs
        );
        assert_eq!(
            ledger(4, None).verdict(Some(&stock(4, 2))),
            Verdict::Differs
        );
        assert_eq!(ledger(4, None).verdict(None), Verdict::Differs);
    }

    #[test]
    fn it_waits_from_its_first_movement_until_it_is_checked() {
        let later = now().plus(std::time::Duration::from_secs(9));
        let moved = ledger(4, None).record(Shift::default(), 1, later);
        assert_eq!(moved.unchecked_since, Some(now()));
        assert_eq!(moved.unchecked_since(), Some(now()));
        assert_eq!(moved.put_off(later).unchecked_since, Some(later));
        let place = format!("{}#{}", now(), moved.variant_id);
        let index = (BY_UNCHECKED, UNCHECKED.to_owned(), place);
        assert_eq!(moved.indexes(), [index]);
        assert!(moved.checked().indexes().is_empty());
        assert!(Ledger::empty(moved.variant_id).indexes().is_empty());
        let run = format!("ledger#{}", moved.variant_id);
        assert_eq!(moved.key(), Key::new(run, "balance"));
    }

    #[test]
    fn it_is_the_sum_of_what_it_has_recorded_whatever_its_reorder_point() {
        let shift = Shift {
            on_hand: -1,
            reserved: 3,
            available: -4,
        };
        let moved = ledger(9, Some(5)).record(shift, 2, now());
        let balance = Balance {
            on_hand: 8,
            reserved: 3,
            available: 5,
        };
        assert_eq!(moved.balance(), balance);
        assert_eq!(moved.movements(), 5);
        let point = moved.reorder_point();
        assert_eq!(point.variant_id, moved.variant_id());
        assert_eq!(point.pieces, Quantity::new(5).ok());
        let other = moved.reorder_at(None);
        assert_eq!(
            (other.reorder_point().pieces, other.balance()),
            (None, balance)
        );
    }

    #[test]
    fn a_movement_is_found_by_what_has_caused_it_and_shown_as_it_was_told() {
        let movement = StockMovement {
            revision: Some(7),
            reason: Some(AdjustmentReason::Found),
            note: "behind the shelf".parse().ok(),
            ..StockMovement::new(ledger(0, None).variant_id, MovementKind::Adjusted, 2)
        };
        let recorded = &told(std::slice::from_ref(&movement))[0];
        assert_eq!(recorded.cause(), "cause");
        let Key { pk, sk } = recorded.key();
        let index = (BY_CAUSE, "cause".to_owned(), format!("{pk}#{sk}"));
        assert_eq!(recorded.indexes(), [index]);
        let shown = MovementView::from(recorded);
        assert_eq!((shown.kind, shown.pieces), (movement.kind, 2));
        assert_eq!((&*shown.cause, shown.at), ("cause", recorded.at));
        assert_eq!(shown.revision, Some(7));
        assert_eq!(
            (shown.reason, &shown.note),
            (movement.reason, &movement.note)
        );
        assert!(shown.note.is_some());
    }

    #[test]
    fn movements_of_one_event_have_keys_of_their_own_in_its_order() {
        let example = StockChanged::example();
        let one = example.movements[0].clone();
        let two = StockMovement {
            kind: MovementKind::Released,
            ..one.clone()
        };
        let told = told(&[one, two]);
        assert_eq!(told[0].key().pk, told[1].key().pk);
        assert!(told[0].key().sk < told[1].key().sk);
        assert_eq!(told[1].movement.kind, MovementKind::Released);
    }

    proptest! {
        /// A span says of every balance whether a change crosses the line, as two looks at it would.
        #[test]
        fn the_brink_is_where_two_looks_differ(
            available in -50..50_i64, point in prop::option::of(1..30_u32), change in -40..40_i64,
        ) {
            let ledger = ledger(available, point);
            let after = available + change;
            let line = point.map_or(i64::MIN, i64::from);
            let expected = match change {
                ..0 => available > line && after <= line && point.is_some(),
                0 => false,
                1.. => available <= 0 && after > 0,
            };
            prop_assert_eq!(ledger.crossing(change).is_some(), expected);
        }
    }
}
