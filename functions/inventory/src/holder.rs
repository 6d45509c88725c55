//! How much is held for one buyer: whoever orders all there is and pays for nothing takes it from the others.
//!
//! Counted is what was held of late, whatever has become of it: an order that is cancelled to make room for the
//! next one holds the shop up as well. A buyer of the platform is a customer; a guest is nobody in particular, so
//! of a guest's order only its own pieces count.

use dynamo::{Item, Key};
use kernel::{CustomerId, OrderId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::reservation::Reservation;

/// What was held for a buyer of late. Item `holder#<customer id>` / `holder`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Holder {
    customer_id: CustomerId,
    /// The oldest first.
    holds: Vec<Hold>,
}

/// What was held for an order of theirs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Hold {
    order_id: OrderId,
    pieces: u32,
    /// Until when it counts: no order is without its payment for longer.
    until: Timestamp,
}

impl Holder {
    /// Of someone for whom nothing was held yet.
    pub fn new(customer_id: CustomerId) -> Self {
        Self {
            customer_id,
            holds: Vec::new(),
        }
    }

    /// With what an order wants beside what still counts; nothing if that is more than `most` pieces in all.
    pub fn with(&self, wanted: &Reservation, most: u32, now: Timestamp) -> Option<Self> {
        let others = self.holds.iter().filter(|hold| {
            let is_another = hold.order_id != wanted.order_id();
            is_another && hold.until > now
        });
        let hold = Hold {
            order_id: wanted.order_id(),
            pieces: wanted.pieces(),
            until: wanted.unpaid_until(),
        };
        let holds: Vec<Hold> = others.copied().chain([hold]).collect();
        let pieces = holds
            .iter()
            .fold(0, |sum, hold| u32::saturating_add(sum, hold.pieces));
        (pieces <= most).then_some(Self { holds, ..*self })
    }

    /// The key of a customer's.
    pub fn key_of(customer: CustomerId) -> Key {
        Key::new(format!("holder#{customer}"), "holder")
    }
}

impl Item for Holder {
    const KIND: &'static str = "holder";

    fn key(&self) -> Key {
        Self::key_of(self.customer_id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.holds.iter().map(|hold| hold.until).max()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use contracts::{Event, events::OrderPlaced};
    use kernel::{Ids, Quantity};

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000)
    }

    fn order(number: u64, pieces: u32) -> OrderPlaced {
        let mut order = OrderPlaced::example();
        order.order_id = Ids::seeded(number).fresh(now());
        order.lines.truncate(1);
        order.lines[0].quantity = Quantity::try_from(pieces).unwrap();
        order
    }

    fn wanted(number: u64, pieces: u32) -> Reservation {
        Reservation::for_order(&order(number, pieces), now(), Duration::from_mins(15))
    }

    fn nobody() -> Holder {
        Holder::new(Ids::seeded(1).fresh(now()))
    }

    #[test]
    fn orders_are_held_up_to_the_last_piece_and_no_further() {
        let held = nobody().with(&wanted(1, 6), 10, now()).unwrap();
        assert_eq!(held.with(&wanted(2, 5), 10, now()), None);
        let full = held.with(&wanted(2, 4), 10, now()).unwrap();
        assert_eq!(full.with(&wanted(3, 1), 10, now()), None);
    }

    #[test]
    fn it_is_kept_until_the_last_of_it_counts_no_more() {
        assert_eq!(nobody().expires_at(), None);
        let later = now().plus(Duration::from_mins(1));
        let early = nobody().with(&wanted(1, 1), 10, now()).unwrap();
        let late = Reservation::for_order(&order(2, 1), later, Duration::from_mins(15));
        let both = early.with(&late, 10, later).unwrap();
        assert_eq!(both.expires_at(), Some(late.unpaid_until()));
    }

    #[test]
    fn one_order_counts_once_however_often_it_is_asked_for() {
        let held = nobody().with(&wanted(1, 6), 10, now()).unwrap();
        assert_eq!(held.with(&wanted(1, 6), 10, now()), Some(held));
    }

    #[test]
    fn what_counted_is_forgotten_once_nothing_can_be_held_of_it_unpaid() {
        let held = nobody().with(&wanted(1, 10), 10, now()).unwrap();
        let after = |minutes| now().plus(Duration::from_mins(minutes));
        assert_eq!(held.with(&wanted(2, 1), 10, after(79)), None);
        let next = held.with(&wanted(2, 1), 10, after(80)).unwrap();
        assert_eq!(next.holds.len(), 1);
    }
}
