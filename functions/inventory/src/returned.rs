//! What has come back of an order and lies on the shelf again.
//!
//! It is kept apart from what was held for the order, and for ever: a reservation is forgotten some weeks after its
//! end, and goods may come back later than that. What is written off never comes here.

use contracts::events::{MovementKind, OrderReturnReceived, StockMovement};
use dynamo::{Item, Key};
use kernel::{OrderId, VariantId};
use serde::{Deserialize, Serialize};

/// What has come back of an order. Item `returned#<order id>` / `returned`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Returned {
    order_id: OrderId,
    lines: Vec<Restocked>,
}

/// How many pieces of a variant have come back and can be sold again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Restocked {
    variant_id: VariantId,
    pieces: u32,
}

impl Returned {
    /// That nothing has come back of an order.
    pub fn nothing(order_id: OrderId) -> Self {
        Self {
            order_id,
            lines: Vec::new(),
        }
    }

    /// What has come back, as far as the order says, and what moves by it; it never shrinks.
    pub fn up_to(&self, order: &OrderReturnReceived) -> (Self, Vec<StockMovement>) {
        let mut next = self.clone();
        let mut movements = Vec::new();
        for told in &order.lines {
            let known = next
                .lines
                .iter()
                .position(|line| line.variant_id == told.variant_id);
            let known = known.unwrap_or_else(|| {
                next.lines.push(Restocked {
                    variant_id: told.variant_id,
                    pieces: 0,
                });
                next.lines.len() - 1
            });
            let line = &mut next.lines[known];
            if told.restocked > line.pieces {
                let pieces = told.restocked - line.pieces;
                let movement = StockMovement::new(told.variant_id, MovementKind::Returned, pieces);
                movements.push(movement);
                line.pieces = told.restocked;
            }
        }
        (next, movements)
    }

    /// The key of what has come back of an order.
    pub fn key_of(order: OrderId) -> Key {
        Key::new(format!("returned#{order}"), "returned")
    }
}

impl Item for Returned {
    const KIND: &'static str = "returned";

    fn key(&self) -> Key {
        Self::key_of(self.order_id)
    }
}

#[cfg(test)]
mod tests {
    use contracts::{Event, events::LineReturn};

    use super::*;

    fn told(restocked: u32, written_off: u32) -> OrderReturnReceived {
        let example = OrderReturnReceived::example();
        OrderReturnReceived {
            lines: vec![LineReturn {
                restocked,
                written_off,
                ..example.lines[0].clone()
            }],
            ..example
        }
    }

    #[test]
    fn what_comes_back_is_counted_once_and_what_is_written_off_never() {
        let order = told(0, 0).order_id;
        let (none, moved) = Returned::nothing(order).up_to(&told(0, 2));
        assert!(moved.is_empty());
        let (two, moved) = none.up_to(&told(2, 2));
        assert_eq!(
            (moved[0].kind, moved[0].pieces),
            (MovementKind::Returned, 2)
        );
        for overtaken in [told(2, 2), told(1, 0), told(0, 9)] {
            assert_eq!(two.up_to(&overtaken), (two.clone(), vec![]));
        }
        let (_, moved) = two.up_to(&told(5, 2));
        assert_eq!(moved[0].pieces, 3);
    }
}
