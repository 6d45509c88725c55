//! What happens to stock.

use kernel::{OrderId, Timestamp, VariantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{example_order, example_time, example_variant};
use crate::Event;

/// Stock is held for every line of an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StockReserved {
    /// The order that it is held for.
    pub order_id: OrderId,
    /// Until when, unless the order is confirmed.
    pub expires_at: Timestamp,
}

impl Event for StockReserved {
    const TYPE: &'static str = "stock.reserved.v1";
    const AGGREGATE: &'static str = "reservation";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
            expires_at: example_time(),
        }
    }
}

/// What was wanted of a variant, and what there was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Shortage {
    /// The variant.
    pub variant_id: VariantId,
    /// How many pieces were wanted.
    pub wanted: u32,
    /// How many there were to be had.
    pub available: u32,
}

/// There is too little stock for an order; nothing is held for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StockRefused {
    /// The order.
    pub order_id: OrderId,
    /// What was short.
    pub shortages: Vec<Shortage>,
}

impl Event for StockRefused {
    const TYPE: &'static str = "stock.refused.v1";
    const AGGREGATE: &'static str = "reservation";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
            shortages: vec![Shortage {
                variant_id: example_variant(),
                wanted: 2,
                available: 1,
            }],
        }
    }
}

/// The time of a reservation is over. Whether the stock returns is the order's to say.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StockReservationExpired {
    /// The order that it was held for.
    pub order_id: OrderId,
    /// When its time was over.
    pub expired_at: Timestamp,
}

impl Event for StockReservationExpired {
    const TYPE: &'static str = "stock.reservation-expired.v1";
    const AGGREGATE: &'static str = "reservation";
    fn aggregate_id(&self) -> String {
        self.order_id.to_string()
    }
    fn example() -> Self {
        Self {
            order_id: example_order(),
            expired_at: example_time(),
        }
    }
}

/// The levels of these variants have changed; what they are now is in inventory's view `stock-levels`.
///
/// It carries no levels: they are changed by arithmetic at the store, so that orders for one variant don't
/// wait for each other, and the store does not say what came of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StockChanged {
    /// What changed them: an order's id, a receipt or an import.
    pub cause: String,
    /// The variants, at most 50.
    pub variant_ids: Vec<VariantId>,
}

impl Event for StockChanged {
    const TYPE: &'static str = "stock.changed.v1";
    const AGGREGATE: &'static str = "stock-change";
    fn aggregate_id(&self) -> String {
        self.cause.clone()
    }
    fn example() -> Self {
        Self {
            cause: example_order().to_string(),
            variant_ids: vec![example_variant()],
        }
    }
}
