//! The stock of a variant, and the ways in which pieces move.
//!
//! Pieces on hand are either available or reserved: `on_hand = available + reserved`, and no level is ever below
//! zero. [`Shift::of`] is the one table of what a movement does to the levels; the store makes its conditions and
//! its arithmetic of it, the ledger its balance, and the tests prove the rule from it.

use contracts::{
    events::{AdjustmentReason, Balance, MovementKind, OpeningStock, StockMovement},
    views::StockLevel,
};
use dynamo::{Item, Key};
use kernel::{Code, Line, Owned, Problem, Quantity, SellerId, VariantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What there is of a variant, or of a hot one in one shard. Item `stock#<variant id>` / `stock`, which is all there
/// is of most variants and else the first shard, 0; `stock#<variant id>#<shard>` / `stock` are the others.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stock {
    variant_id: VariantId,
    seller_id: SellerId,
    pub(crate) on_hand: u32,
    pub(crate) reserved: u32,
    pub(crate) available: u32,
    /// Which shard it is, if not the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shard: Option<u32>,
    /// How many shards there are; of the first, if that is not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shards: Option<u32>,
    /// Over how many of them available pieces are laid out: they never become fewer, for what is held in one comes back
    /// to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spread: Option<u32>,
    /// How many steps of its revision were no movement: pieces were laid into other shards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rearranged: Option<u64>,
}

/// By how many pieces the levels of a variant change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Shift {
    /// Of what lies in the warehouse.
    pub on_hand: i64,
    /// Of what of it is held for orders.
    pub reserved: i64,
    /// Of what of it can still be bought.
    pub available: i64,
}

impl Shift {
    /// What a movement does to the levels.
    pub fn of(movement: &StockMovement) -> Self {
        let pieces = movement.pieces;
        let (on_hand, reserved, available) = match movement.kind {
            MovementKind::Received | MovementKind::Returned | MovementKind::Adjusted => {
                (pieces, 0, pieces)
            }
            MovementKind::Reserved => (0, pieces, -pieces),
            MovementKind::Released => (0, -pieces, pieces),
            MovementKind::Sold => (-pieces, -pieces, 0),
        };
        Self {
            on_hand,
            reserved,
            available,
        }
    }

    /// What several movements do together.
    pub fn of_all<'a>(movements: impl IntoIterator<Item = &'a StockMovement>) -> Self {
        let shifts = movements.into_iter().map(Self::of);
        shifts.fold(Self::default(), |sum, next| Self {
            on_hand: sum.on_hand + next.on_hand,
            reserved: sum.reserved + next.reserved,
            available: sum.available + next.available,
        })
    }

    /// The levels by the attributes that hold them, each with its change.
    pub fn levels(self) -> [(&'static str, i64); 3] {
        [
            ("on_hand", self.on_hand),
            ("reserved", self.reserved),
            ("available", self.available),
        ]
    }
}

/// Stock as its seller sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct StockLevels {
    /// The variant.
    pub variant_id: VariantId,
    /// Pieces in the warehouse: the available and the reserved.
    pub on_hand: u32,
    /// Pieces held for orders.
    pub reserved: u32,
    /// Pieces that can be bought.
    pub available: u32,
    /// Over how many shards they are spread, if that is more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shards: Option<u32>,
}

/// Stock as it is after a movement that someone has booked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Booked {
    /// What there is now.
    pub stock: Stock,
    /// What has moved.
    pub movement: StockMovement,
}

/// That there are more or fewer pieces than the books say.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// How many more; below zero, how many fewer.
    change: i32,
    /// Why.
    reason: AdjustmentReason,
    /// Anything else worth knowing; it names no person.
    note: Option<Line<1, 200>>,
}

impl Adjustment {
    /// The movement that it is.
    ///
    /// # Errors
    /// `validation_failed` if nothing moves, too much does, or in the direction that its reason excludes.
    fn movement(self, variant: VariantId) -> Result<StockMovement, Problem> {
        let most = Quantity::MAX;
        if !(1..=most).contains(&self.change.unsigned_abs()) {
            let detail = format!("expected 1 to {most} pieces more or fewer");
            return Err(Problem::invalid("/change", detail));
        }
        let is_possible = match self.reason {
            AdjustmentReason::Found => self.change.is_positive(),
            AdjustmentReason::Counted => true,
            AdjustmentReason::Damaged
            | AdjustmentReason::Lost
            | AdjustmentReason::ReturnedToSupplier => self.change.is_negative(),
        };
        if !is_possible {
            return Err(Problem::invalid("/change", "not what the reason says"));
        }
        Ok(StockMovement {
            reason: Some(self.reason),
            note: self.note,
            ..StockMovement::new(variant, MovementKind::Adjusted, self.change)
        })
    }
}

impl Stock {
    /// The most pieces that a variant may have: far above any warehouse, far below what a level can count.
    pub const MOST: u32 = 1_000_000_000;

    /// No pieces at all.
    pub fn none(variant_id: VariantId, seller_id: SellerId) -> Self {
        Self {
            variant_id,
            seller_id,
            on_hand: 0,
            reserved: 0,
            available: 0,
            shard: None,
            shards: None,
            spread: None,
            rearranged: None,
        }
    }

    /// A new shard with pieces that lay in others: its first revision is no movement.
    pub fn in_shard(&self, shard: u32, pieces: u32) -> Self {
        Self {
            on_hand: pieces,
            available: pieces,
            shard: (shard > 0).then_some(shard),
            rearranged: Some(1),
            ..Self::none(self.variant_id, self.seller_id)
        }
    }

    /// The same after pieces were laid into other shards, or out of them.
    #[cfg(test)]
    pub(crate) fn rearrange(&self) -> Self {
        Self {
            rearranged: Some(self.rearranged() + 1),
            ..self.clone()
        }
    }

    /// The first of so many shards, over some of which the pieces are laid out.
    pub fn over(&self, shards: u32, spread: u32) -> Self {
        Self {
            shards: Some(shards),
            spread: Some(spread),
            ..self.clone()
        }
    }

    /// What an import says there is at the beginning.
    pub fn opening(opening: &OpeningStock, seller_id: SellerId) -> Booked {
        let pieces = opening.quantity.min(Self::MOST);
        let variant = opening.variant_id;
        Booked {
            stock: Self {
                on_hand: pieces,
                available: pieces,
                ..Self::none(variant, seller_id)
            },
            movement: StockMovement {
                revision: Some(1),
                ..StockMovement::new(variant, MovementKind::Received, pieces)
            },
        }
    }

    /// The variant.
    pub fn variant_id(&self) -> VariantId {
        self.variant_id
    }

    /// Who sells it.
    pub fn seller_id(&self) -> SellerId {
        self.seller_id
    }

    /// Which shard it is; 0 is the first, and of most variants the only one.
    pub fn shard(&self) -> u32 {
        self.shard.unwrap_or(0)
    }

    /// How many shards there are, by the first of them.
    pub fn shards(&self) -> u32 {
        self.shards.unwrap_or(1)
    }

    /// Over how many of them available pieces are laid out, by the first of them.
    pub fn spread(&self) -> u32 {
        self.spread.unwrap_or(1)
    }

    /// How many steps of its revision were no movement.
    pub fn rearranged(&self) -> u64 {
        self.rearranged.unwrap_or(0)
    }

    /// How many pieces can be bought.
    pub fn available(&self) -> u32 {
        self.available
    }

    /// What its seller sees of it.
    pub fn levels(&self) -> StockLevels {
        StockLevels {
            variant_id: self.variant_id,
            on_hand: self.on_hand,
            reserved: self.reserved,
            available: self.available,
            shards: self.spread.filter(|spread| *spread > 1),
        }
    }

    /// The same, to be held against the ledger.
    pub fn balance(&self) -> Balance {
        Balance {
            on_hand: self.on_hand.into(),
            reserved: self.reserved.into(),
            available: self.available.into(),
        }
    }

    /// With the pieces of a receipt.
    ///
    /// # Errors
    /// `validation_failed` if there would be more than [`Stock::MOST`].
    pub fn receive(&self, quantity: Quantity) -> Result<Booked, Problem> {
        let movement = StockMovement::new(self.variant_id, MovementKind::Received, quantity.get());
        let stock = self.moved([&movement]);
        let stock = stock.ok_or_else(|| Self::too_many("/quantity"))?;
        Ok(Booked { stock, movement })
    }

    /// As it really is.
    ///
    /// # Errors
    /// `stock_too_low` if fewer pieces are available than it takes away; `validation_failed` if it is no
    /// adjustment, or there would be more than [`Stock::MOST`].
    pub fn adjust(&self, adjustment: Adjustment) -> Result<Booked, Problem> {
        let movement = adjustment.movement(self.variant_id)?;
        let stock = self.moved([&movement]).ok_or_else(|| {
            if movement.pieces.is_negative() {
                Code::StockTooLow.into()
            } else {
                Self::too_many("/change")
            }
        })?;
        Ok(Booked { stock, movement })
    }

    fn too_many(pointer: &str) -> Problem {
        let most = Self::MOST;
        Problem::invalid(pointer, format!("a variant has at most {most} pieces"))
    }

    /// What becomes of it when pieces move; nothing if it has too few for that, or no room.
    pub fn moved<'a>(
        &self,
        movements: impl IntoIterator<Item = &'a StockMovement>,
    ) -> Option<Self> {
        let shift = Shift::of_all(movements);
        let level = |now: u32, change: i64| u32::try_from(i64::from(now) + change).ok();
        let next = Self {
            on_hand: level(self.on_hand, shift.on_hand)?,
            reserved: level(self.reserved, shift.reserved)?,
            available: level(self.available, shift.available)?,
            ..self.clone()
        };
        (next.on_hand <= Self::MOST).then_some(next)
    }

    /// The key of a variant's stock: of its first shard.
    pub fn key_of(variant: VariantId) -> Key {
        Self::key_in(variant, 0)
    }

    /// The key of a shard of it. Each has a partition of its own, for it is partitions that have limits.
    pub fn key_in(variant: VariantId, shard: u32) -> Key {
        Key::new(StockLevel::partition(variant, shard), "stock")
    }
}

impl Item for Stock {
    const KIND: &'static str = "stock";

    fn key(&self) -> Key {
        Self::key_in(self.variant_id, self.shard())
    }
}

impl Owned for Stock {
    fn of_seller(&self, seller: SellerId) -> bool {
        self.seller_id == seller
    }
}

#[cfg(test)]
mod tests;
