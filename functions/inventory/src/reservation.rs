//! What is held for an order.
//!
//! | is \ hears | order placed | order cancelled | order shipped |
//! |---|---|---|---|
//! | nothing | held, or refused | released: a tombstone that a late `order.placed` obeys | not yet: come again |
//! | held | says so again | released | committed |
//! | refused | says so again | refused | cannot be |
//! | released | released | released | cannot be |
//! | committed | committed | committed | committed |
//!
//! What it has said is said again because the order's watchdog asks again, with a fresh event, when an answer
//! got lost on the way.

use std::time::Duration;

use contracts::events::{
    OrderPlaced, Shortage, StockChanged, StockRefused, StockReservationExpired, StockReserved,
};
use dynamo::{Item, Key};
use kernel::{OrderId, Problem, Quantity, Timestamp, VariantId};
use serde::{Deserialize, Serialize};

/// How far a reservation has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The pieces are held.
    Held,
    /// The pieces have been shipped.
    Committed,
    /// The pieces can be bought again, or were never held: the order is cancelled.
    Released,
    /// There were too few pieces.
    Refused,
}

/// Pieces of one variant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Held {
    /// The variant.
    pub variant_id: VariantId,
    /// How many pieces.
    pub quantity: Quantity,
}

/// What is held for an order. Item `reservation#<order id>` / `reservation`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reservation {
    order_id: OrderId,
    state: State,
    lines: Vec<Held>,
    /// Until when, unless the order goes on.
    held_until: Timestamp,
    /// Whether it was said that its time is over.
    expiry_announced: bool,
    /// What was short, of a refused one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shortages: Vec<Shortage>,
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

impl Reservation {
    /// The pieces that an order needs, held for so long.
    pub fn for_order(order: &OrderPlaced, now: Timestamp, time: Duration) -> Self {
        let lines = order.lines.iter().map(|line| Held {
            variant_id: line.variant_id,
            quantity: line.quantity,
        });
        Self {
            order_id: order.order_id,
            state: State::Held,
            lines: lines.collect(),
            held_until: now.plus(time),
            expiry_announced: false,
            shortages: Vec::new(),
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
            expiry_announced: false,
            shortages: Vec::new(),
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

    /// The same, refused because of these shortages.
    pub fn refuse(&self, shortages: Vec<Shortage>, now: Timestamp) -> Self {
        Self {
            shortages,
            ..self.close(State::Refused, now)
        }
    }

    /// What it becomes when the order is cancelled; nothing if nothing is held any more.
    pub fn release(&self, now: Timestamp) -> Option<Self> {
        (self.state == State::Held).then(|| self.close(State::Released, now))
    }

    /// What it becomes when the order is shipped; nothing if that was known.
    ///
    /// # Errors
    /// Pieces have been shipped that were not held: only people can find out how.
    pub fn commit(&self, now: Timestamp) -> Result<Option<Self>, Problem> {
        match self.state {
            State::Held => Ok(Some(self.close(State::Committed, now))),
            State::Committed => Ok(None),
            State::Released | State::Refused => Err(Problem::internal(format!(
                "{} is shipped but nothing was held for it",
                self.order_id
            ))),
        }
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

    /// That the levels of its variants have changed.
    pub fn moved(&self) -> StockChanged {
        StockChanged {
            cause: self.order_id.to_string(),
            variant_ids: self.lines.iter().map(|line| line.variant_id).collect(),
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
mod tests {
    use contracts::Event;

    use super::*;

    const TIME: Duration = Duration::from_mins(15);

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000)
    }

    fn held() -> Reservation {
        Reservation::for_order(&OrderPlaced::example(), now(), TIME)
    }

    #[test]
    fn it_ends_by_the_orders_word_alone() {
        let held = held();
        assert_eq!(held.expire().state(), State::Held);
        assert_eq!(held.release(now()).unwrap().state(), State::Released);
        let committed = held.commit(now()).unwrap().unwrap();
        assert_eq!(committed.state(), State::Committed);
        assert_eq!(committed.commit(now()).unwrap(), None);
        assert_eq!(committed.release(now()), None);
    }

    #[test]
    fn what_was_never_held_cannot_be_shipped() {
        let tombstone = Reservation::tombstone(held().order_id(), now());
        assert_eq!(tombstone.release(now()), None);
        assert!(tombstone.commit(now()).unwrap_err().is_ours());
        assert!(held().refuse(Vec::new(), now()).commit(now()).is_err());
    }

    #[test]
    fn it_says_again_what_it_has_said() {
        let held = held();
        let expires_at = now().plus(TIME);
        assert!(
            matches!(held.answer(), Answer::Reserved(reserved) if reserved.expires_at == expires_at)
        );
        assert!(matches!(held.expire().answer(), Answer::Expired(_)));
        let shortage = Shortage {
            variant_id: held.lines()[0].variant_id,
            wanted: 2,
            available: 1,
        };
        let refused = held.refuse(vec![shortage.clone()], now());
        assert!(
            matches!(refused.answer(), Answer::Refused(refused) if refused.shortages == [shortage])
        );
        let released = held.release(now()).unwrap();
        assert_eq!(released.answer(), Answer::Nothing);
    }

    #[test]
    fn it_is_due_once_and_cleaned_up_only_when_closed() {
        let held = held();
        assert_eq!(held.indexes().len(), 1);
        assert_eq!(held.expires_at(), None);
        assert!(held.expire().indexes().is_empty());
        assert_eq!(held.expire().expires_at(), None);
        let released = held.release(now()).unwrap();
        assert!(released.indexes().is_empty());
        assert_eq!(released.expires_at(), Some(now().plus(KEPT_FOR)));
    }
}
