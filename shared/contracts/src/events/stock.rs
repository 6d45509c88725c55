//! What happens to stock.

use kernel::{Line, OrderId, Quantity, SellerId, Timestamp, VariantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{example_order, example_quantity, example_seller, example_time, example_variant};
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

/// Nothing is held for an order: there is too little stock, or too much is held for its buyer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StockRefused {
    /// The order.
    pub order_id: OrderId,
    /// What was short.
    pub shortages: Vec<Shortage>,
    /// How many pieces one buyer has held, where the order would have been more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_at_most: Option<u32>,
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
            held_at_most: None,
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

/// A way in which pieces move.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// They have come into the warehouse.
    Received,
    /// They are held for an order.
    Reserved,
    /// What was held for an order can be bought again.
    Released,
    /// What was held for an order has left the warehouse.
    Sold,
    /// They have come back from a customer.
    Returned,
    /// There are more or fewer of them than the books said.
    Adjusted,
}

/// Why there are more or fewer pieces than the books said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentReason {
    /// They are broken.
    Damaged,
    /// They are not where they should be.
    Lost,
    /// They were where they should not be.
    Found,
    /// They were counted.
    Counted,
    /// They went back to whom they came from.
    ReturnedToSupplier,
}

/// Pieces of a variant have moved: one step of its stock's revision.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StockMovement {
    /// The variant.
    pub variant_id: VariantId,
    /// How they moved.
    pub kind: MovementKind,
    /// How many pieces; below zero where an adjustment took some away.
    pub pieces: i64,
    /// The revision of the variant's stock after it, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// In which shard of the variant's stock, where that is not the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<u32>,
    /// Why stock was adjusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<AdjustmentReason>,
    /// What was written down about the adjustment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Line<1, 200>>,
}

impl StockMovement {
    /// So many pieces, and nothing more known of them.
    pub fn new(variant_id: VariantId, kind: MovementKind, pieces: impl Into<i64>) -> Self {
        Self {
            variant_id,
            kind,
            pieces: pieces.into(),
            revision: None,
            shard: None,
            reason: None,
            note: None,
        }
    }

    /// The same in a shard of the variant's stock, the first of which is 0.
    pub fn in_shard(self, shard: u32) -> Self {
        Self {
            shard: (shard > 0).then_some(shard),
            ..self
        }
    }

    /// In which shard of the variant's stock.
    pub fn shard(&self) -> u32 {
        self.shard.unwrap_or(0)
    }
}

/// The levels of these variants have changed; what they are now is in inventory's view `stock-levels`.
///
/// It carries no levels: they are changed by arithmetic at the store, so that orders for one variant don't
/// wait for each other, and the store does not say what came of it. It carries what has moved.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StockChanged {
    /// What changed them: an order's id, a receipt, an adjustment or an import.
    pub cause: String,
    /// The variants, at most 50.
    pub variant_ids: Vec<VariantId>,
    /// What has moved: each change of each variant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub movements: Vec<StockMovement>,
}

impl StockChanged {
    /// That this has moved; movements of one variant follow each other.
    pub fn by(cause: impl ToString, movements: &[StockMovement]) -> Self {
        let variants = movements.chunk_by(|one, next| one.variant_id == next.variant_id);
        Self {
            cause: cause.to_string(),
            variant_ids: variants
                .filter_map(<[_]>::first)
                .map(|movement| movement.variant_id)
                .collect(),
            movements: movements.to_vec(),
        }
    }

    /// That what there is of a variant lies otherwise: nothing has moved, but who adds up its shards may have seen a
    /// piece in both, or in neither.
    pub fn rearranged(cause: impl ToString, variant: VariantId) -> Self {
        Self {
            cause: cause.to_string(),
            variant_ids: vec![variant],
            movements: Vec::new(),
        }
    }
}

impl Event for StockChanged {
    const TYPE: &'static str = "stock.changed.v1";
    const AGGREGATE: &'static str = "stock-change";
    fn aggregate_id(&self) -> String {
        self.cause.clone()
    }
    fn example() -> Self {
        let pieces = example_quantity().get();
        let movement = StockMovement::new(example_variant(), MovementKind::Reserved, pieces);
        Self::by(example_order(), &[movement])
    }
}

/// What can be bought of a variant has come down to its reorder point. Once a crossing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StockRanLow {
    /// The variant.
    pub variant_id: VariantId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// How many pieces can be bought, by the ledger of its movements.
    pub available: i64,
    /// From how many on it is low.
    pub reorder_point: Quantity,
}

impl Event for StockRanLow {
    const TYPE: &'static str = "stock.ran-low.v1";
    const AGGREGATE: &'static str = "stock-ledger";
    fn aggregate_id(&self) -> String {
        self.variant_id.to_string()
    }
    fn seller(&self) -> Option<SellerId> {
        Some(self.seller_id)
    }
    fn example() -> Self {
        Self {
            variant_id: example_variant(),
            seller_id: example_seller(),
            available: 2,
            reorder_point: example_quantity(),
        }
    }
}

/// A variant of which nothing could be bought can be bought. Once a crossing, the first time among them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StockBackInStock {
    /// The variant.
    pub variant_id: VariantId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// How many pieces can be bought, by the ledger of its movements.
    pub available: i64,
}

impl Event for StockBackInStock {
    const TYPE: &'static str = "stock.back-in-stock.v1";
    const AGGREGATE: &'static str = "stock-ledger";
    fn aggregate_id(&self) -> String {
        self.variant_id.to_string()
    }
    fn seller(&self) -> Option<SellerId> {
        Some(self.seller_id)
    }
    fn example() -> Self {
        Self {
            variant_id: example_variant(),
            seller_id: example_seller(),
            available: 7,
        }
    }
}

/// How many pieces there are, by one of the two books.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Balance {
    /// What lies in the warehouse.
    pub on_hand: i64,
    /// What of it is held for orders.
    pub reserved: i64,
    /// What of it can be bought.
    pub available: i64,
}

/// The ledger of a variant knows every movement of its stock, and comes to other levels. Once a revision.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StockDiscrepancyFound {
    /// The variant.
    pub variant_id: VariantId,
    /// Who sells it; not there where there is no stock at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<SellerId>,
    /// The revision of the stock that was compared.
    pub stock_revision: u64,
    /// What the stock says.
    pub stock: Balance,
    /// What the movements come to.
    pub ledger: Balance,
}

impl Event for StockDiscrepancyFound {
    const TYPE: &'static str = "stock.discrepancy-found.v1";
    const AGGREGATE: &'static str = "stock-ledger";
    fn aggregate_id(&self) -> String {
        self.variant_id.to_string()
    }
    fn seller(&self) -> Option<SellerId> {
        self.seller_id
    }
    fn example() -> Self {
        let pieces = |available| Balance {
            on_hand: 9,
            reserved: 2,
            available,
        };
        Self {
            variant_id: example_variant(),
            seller_id: Some(example_seller()),
            stock_revision: 12,
            stock: pieces(6),
            ledger: pieces(7),
        }
    }
}
