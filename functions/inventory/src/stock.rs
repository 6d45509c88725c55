//! The stock of a variant, and the four ways in which pieces move.
//!
//! Pieces on hand are either available or reserved: `on_hand = available + reserved`, and no level is ever below
//! zero. [`Move`] is the one table of what a movement does to the levels; the store makes its conditions and
//! its arithmetic of it, and the tests prove the rule from it.

use contracts::events::OpeningStock;
use dynamo::{Item, Key};
use kernel::{Owned, Problem, Quantity, SellerId, VariantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What there is of a variant. Item `stock#<variant id>` / `stock`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stock {
    variant_id: VariantId,
    seller_id: SellerId,
    on_hand: u32,
    reserved: u32,
    available: u32,
}

/// One of the counts that stock has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// What lies in the warehouse.
    OnHand,
    /// What of it is held for orders.
    Reserved,
    /// What of it can still be bought.
    Available,
}

impl Level {
    /// The attribute that holds it.
    pub fn name(self) -> &'static str {
        match self {
            Self::OnHand => "on_hand",
            Self::Reserved => "reserved",
            Self::Available => "available",
        }
    }
}

/// A way in which pieces move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Move {
    /// They come into the warehouse.
    Receive,
    /// They are held for an order.
    Hold,
    /// What was held can be bought again.
    Release,
    /// What was held leaves the warehouse.
    Commit,
}

impl Move {
    /// The levels that grow by as many pieces as move.
    pub fn gains(self) -> &'static [Level] {
        match self {
            Self::Receive => &[Level::OnHand, Level::Available],
            Self::Hold => &[Level::Reserved],
            Self::Release => &[Level::Available],
            Self::Commit => &[],
        }
    }

    /// The levels that shrink by as many; each must have them.
    pub fn takes(self) -> &'static [Level] {
        match self {
            Self::Receive => &[],
            Self::Hold => &[Level::Available],
            Self::Release => &[Level::Reserved],
            Self::Commit => &[Level::OnHand, Level::Reserved],
        }
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
        }
    }

    /// What an import says there is at the beginning.
    pub fn opening(opening: &OpeningStock, seller_id: SellerId) -> Self {
        let pieces = opening.quantity.min(Self::MOST);
        Self {
            on_hand: pieces,
            available: pieces,
            ..Self::none(opening.variant_id, seller_id)
        }
    }

    /// The variant.
    pub fn variant_id(&self) -> VariantId {
        self.variant_id
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
        }
    }

    /// With the pieces of a receipt.
    ///
    /// # Errors
    /// `validation_failed` if there would be more than [`Stock::MOST`].
    pub fn receive(&self, quantity: Quantity) -> Result<Self, Problem> {
        self.moved(Move::Receive, quantity).ok_or_else(|| {
            let most = Self::MOST;
            Problem::invalid("/quantity", format!("a variant has at most {most} pieces"))
        })
    }

    /// What becomes of it when so many pieces move; nothing if it has too few for that, or no room.
    pub fn moved(&self, movement: Move, quantity: Quantity) -> Option<Self> {
        let mut next = self.clone();
        for level in movement.takes() {
            let count = next.count(*level);
            *count = count.checked_sub(quantity.get())?;
        }
        for level in movement.gains() {
            let count = next.count(*level);
            *count = (*count + quantity.get()).min(Self::MOST + 1);
        }
        (next.on_hand <= Self::MOST).then_some(next)
    }

    fn count(&mut self, level: Level) -> &mut u32 {
        match level {
            Level::OnHand => &mut self.on_hand,
            Level::Reserved => &mut self.reserved,
            Level::Available => &mut self.available,
        }
    }

    /// The key of a variant's stock.
    pub fn key_of(variant: VariantId) -> Key {
        Key::new(format!("stock#{variant}"), "stock")
    }
}

impl Item for Stock {
    const KIND: &'static str = "stock";

    fn key(&self) -> Key {
        Self::key_of(self.variant_id)
    }
}

impl Owned for Stock {
    fn of_seller(&self, seller: SellerId) -> bool {
        self.seller_id == seller
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Ids, Timestamp};
    use proptest::prelude::*;

    use super::*;

    fn empty() -> Stock {
        let (ids, now) = (Ids::seeded(1), Timestamp::from_second(1_800_000_000));
        Stock::none(ids.fresh(now), ids.fresh(now))
    }

    fn pieces(number: u32) -> Quantity {
        Quantity::new(number).unwrap()
    }

    #[test]
    fn pieces_go_from_the_door_to_the_shelf_to_the_parcel() {
        let stock = empty().receive(pieces(5)).unwrap();
        let held = stock.moved(Move::Hold, pieces(3)).unwrap();
        assert_eq!((held.on_hand, held.reserved, held.available), (5, 3, 2));
        assert_eq!(held.moved(Move::Hold, pieces(3)), None);
        assert_eq!(held.moved(Move::Release, pieces(3)), Some(stock));
        let sent = held.moved(Move::Commit, pieces(3)).unwrap();
        assert_eq!((sent.on_hand, sent.reserved, sent.available), (2, 0, 2));
    }

    #[test]
    fn a_warehouse_has_a_size() {
        let full = Stock {
            on_hand: Stock::MOST,
            available: Stock::MOST,
            ..empty()
        };
        assert!(full.receive(Quantity::ONE).is_err());
        let opening = OpeningStock {
            variant_id: full.variant_id,
            quantity: u32::MAX,
        };
        assert_eq!(Stock::opening(&opening, full.seller_id), full);
    }

    fn movement() -> impl Strategy<Value = (Move, Quantity)> {
        let way = prop_oneof![
            Just(Move::Receive),
            Just(Move::Hold),
            Just(Move::Release),
            Just(Move::Commit),
        ];
        (way, (1..=40_u32).prop_map(pieces))
    }

    proptest! {
        /// Whatever moves in whatever order: what is on hand is available or reserved, and what a movement
        /// would take that is not there does not move.
        #[test]
        fn every_piece_is_available_or_reserved(moves in prop::collection::vec(movement(), 0..60)) {
            let mut stock = empty();
            for (movement, quantity) in moves {
                let short = movement
                    .takes()
                    .iter()
                    .any(|level| *stock.clone().count(*level) < quantity.get());
                match stock.moved(movement, quantity) {
                    Some(next) => stock = next,
                    None => prop_assert!(short),
                }
                prop_assert_eq!(stock.on_hand, stock.available + stock.reserved);
            }
        }
    }
}
