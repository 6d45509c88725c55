use MovementKind::{Adjusted, Received, Released, Reserved, Returned, Sold};
use kernel::{Ids, Timestamp};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn empty() -> Stock {
    let (ids, now) = (Ids::seeded(1), Timestamp::from_second(1_800_000_000));
    Stock::none(ids.fresh(now), ids.fresh(now))
}

fn pieces(number: u32) -> Quantity {
    Quantity::new(number).unwrap()
}

fn step(stock: &Stock, kind: MovementKind, pieces: i64) -> Option<Stock> {
    stock.moved([&StockMovement::new(stock.variant_id, kind, pieces)])
}

fn adjust(stock: &Stock, change: i32, reason: &str) -> Result<Booked, Code> {
    let said = json!({ "change": change, "reason": reason });
    let adjustment = serde_json::from_value(said).unwrap();
    stock.adjust(adjustment).map_err(|problem| problem.code())
}

#[test]
fn pieces_go_from_the_door_to_the_shelf_to_the_parcel() {
    let stock = empty().receive(pieces(5)).unwrap().stock;
    let held = step(&stock, Reserved, 3).unwrap();
    assert_eq!((held.on_hand, held.reserved, held.available), (5, 3, 2));
    assert_eq!(step(&held, Reserved, 3), None);
    assert_eq!(step(&held, Released, 3), Some(stock));
    let sent = step(&held, Sold, 3).unwrap();
    assert_eq!((sent.on_hand, sent.reserved, sent.available), (2, 0, 2));
    let back = step(&sent, Returned, 1).unwrap();
    assert_eq!((back.on_hand, back.reserved, back.available), (3, 0, 3));
}

#[test]
fn a_warehouse_has_a_size() {
    let full = Stock {
        on_hand: Stock::MOST,
        available: Stock::MOST,
        ..empty()
    };
    assert!(full.receive(Quantity::ONE).is_err());
    assert_eq!(adjust(&full, 1, "found"), Err(Code::ValidationFailed));
    let opening = OpeningStock {
        variant_id: full.variant_id,
        quantity: u32::MAX,
    };
    assert_eq!(Stock::opening(&opening, full.seller_id).stock, full);
}

#[test]
fn what_is_held_for_orders_is_not_adjusted_away() {
    let stock = empty().receive(pieces(5)).unwrap().stock;
    let held = step(&stock, Reserved, 3).unwrap();
    assert_eq!(adjust(&held, -3, "lost"), Err(Code::StockTooLow));
    let booked = adjust(&held, -2, "lost").unwrap();
    let stock = booked.stock;
    assert_eq!((stock.on_hand, stock.reserved, stock.available), (3, 3, 0));
    assert_eq!(
        (booked.movement.kind, booked.movement.pieces),
        (Adjusted, -2)
    );
    assert_eq!(adjust(&empty(), -1, "damaged"), Err(Code::StockTooLow));
}

#[test]
fn an_adjustment_goes_where_its_reason_says() {
    let stock = empty().receive(pieces(5)).unwrap().stock;
    for (reason, up, down) in [
        ("damaged", false, true),
        ("lost", false, true),
        ("found", true, false),
        ("counted", true, true),
        ("returned_to_supplier", false, true),
    ] {
        assert_eq!(adjust(&stock, 1, reason).is_ok(), up, "{reason}");
        assert_eq!(adjust(&stock, -1, reason).is_ok(), down, "{reason}");
    }
    for change in [0, 1_000_001, i32::MIN] {
        let refused = adjust(&stock, change, "counted");
        assert_eq!(refused, Err(Code::ValidationFailed), "{change}");
    }
}

#[test]
fn an_adjustment_is_told_with_its_reason_and_note() {
    let said = json!({ "change": 2, "reason": "found", "note": "behind the shelf" });
    let adjustment: Adjustment = serde_json::from_value(said).unwrap();
    let Booked { movement, .. } = empty().adjust(adjustment).unwrap();
    assert_eq!((movement.kind, movement.pieces), (Adjusted, 2));
    assert_eq!(movement.reason, Some(AdjustmentReason::Found));
    assert_eq!(movement.note, "behind the shelf".parse().ok());
}

#[test]
fn its_seller_sees_the_levels_and_over_how_many_shards_they_are_spread() {
    let stock = empty().receive(pieces(5)).unwrap().stock;
    let held = step(&stock, Reserved, 3).unwrap();
    let levels = held.levels();
    assert_eq!(levels.variant_id, held.variant_id());
    assert_eq!(
        (levels.on_hand, levels.reserved, levels.available),
        (5, 3, 2)
    );
    assert_eq!((held.available(), levels.shards), (2, None));
    // Gathered again, it is spread over none.
    assert_eq!(held.over(4, 1).levels().shards, None);
    assert_eq!(held.over(4, 2).levels().shards, Some(2));
    assert!(held.of_seller(held.seller_id()));
    let other = Ids::seeded(9).fresh(Timestamp::from_second(1_800_000_000));
    assert!(!held.of_seller(other));
}

#[test]
fn a_shard_is_an_item_of_its_own_and_its_first_revision_no_movement() {
    let stock = empty();
    let counts = |stock: &Stock| {
        (
            stock.shard(),
            stock.shards(),
            stock.spread(),
            stock.rearranged(),
        )
    };
    assert_eq!(counts(&stock), (0, 1, 1, 0));
    assert_eq!(counts(&stock.over(4, 2)), (0, 4, 2, 0));
    let shard = stock.in_shard(3, 7);
    assert_eq!(counts(&shard), (3, 1, 1, 1));
    assert_eq!((shard.on_hand, shard.reserved, shard.available), (7, 0, 7));
    let first = stock.in_shard(0, 7);
    assert_eq!((counts(&first), first.shard), ((0, 1, 1, 1), None));
    assert_eq!(stock.key(), Stock::key_of(stock.variant_id));
    assert_eq!(shard.key(), Stock::key_in(stock.variant_id, 3));
    assert_ne!(shard.key(), stock.key());
}

#[test]
fn an_opening_is_a_receipt_and_the_first_revision() {
    let opening = OpeningStock {
        variant_id: empty().variant_id,
        quantity: 9,
    };
    let Booked { stock, movement } = Stock::opening(&opening, empty().seller_id);
    assert_eq!((stock.on_hand, stock.reserved, stock.available), (9, 0, 9));
    assert_eq!((movement.kind, movement.pieces), (Received, 9));
    assert_eq!(movement.revision, Some(1));
}

fn movement() -> impl Strategy<Value = (MovementKind, i64)> {
    let kind = prop_oneof![
        Just(Received),
        Just(Reserved),
        Just(Released),
        Just(Sold),
        Just(Returned),
        Just(Adjusted),
    ];
    (kind, 1..=40_i64, any::<bool>()).prop_map(|(kind, pieces, fewer)| {
        let sign = if kind == Adjusted && fewer { -1 } else { 1 };
        (kind, sign * pieces)
    })
}

proptest! {
    /// Whatever moves in whatever order: what is on hand is available or reserved, and what a movement
    /// would take that is not there does not move.
    #[test]
    fn every_piece_is_available_or_reserved(moves in prop::collection::vec(movement(), 0..60)) {
        let mut stock = empty();
        for (kind, pieces) in moves {
            let movement = StockMovement::new(stock.variant_id, kind, pieces);
            let balance = stock.balance();
            let now = [balance.on_hand, balance.reserved, balance.available];
            let changes = Shift::of(&movement).levels().map(|(_, change)| change);
            let short = now.iter().zip(changes).any(|(level, change)| level + change < 0);
            match stock.moved([&movement]) {
                Some(next) => stock = next,
                None => prop_assert!(short),
            }
            prop_assert_eq!(stock.on_hand, stock.available + stock.reserved);
        }
    }
}
