use std::collections::BTreeMap;

use MovementKind::{Adjusted, Received, Released, Reserved, Sold};
use contracts::{
    Event,
    events::{LineProgress, MovementKind, OrderPlaced, OrderProgressed, StockMovement},
};
use kernel::{Code, Ids, Quantity};
use proptest::prelude::*;

use super::*;
use crate::reservation::Reservation;

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000)
}

fn stored(value: Stock) -> Stored<Stock> {
    Stored {
        value,
        rev: 1,
        created_at: now(),
        updated_at: now(),
    }
}

/// Shards with so many available pieces each.
fn shards(available: &[u32]) -> Shards {
    let order = OrderPlaced::example();
    let none = Stock::none(order.lines[0].variant_id, order.lines[0].seller_id);
    let number = u32::try_from(available.len()).unwrap();
    let items = (0..).zip(available).map(|(shard, pieces)| {
        let item = none.in_shard(shard, *pieces);
        stored(if shard == 0 {
            item.over(number, number)
        } else {
            item
        })
    });
    Shards::of(items.collect()).unwrap()
}

fn parts(available: &[u32], own: u32, pieces: u32) -> Option<Vec<(u32, u32)>> {
    let parts = shards(available).parts(own, pieces)?.into_iter();
    Some(parts.map(|part| (part.shard, part.pieces)).collect())
}

#[test]
fn an_order_takes_from_one_shard_if_one_has_enough_and_else_from_as_few_as_can_be() {
    assert_eq!(parts(&[5, 5, 5], 1, 2), Some(vec![(1, 2)]));
    assert_eq!(parts(&[5, 1, 0], 1, 2), Some(vec![(0, 2)]), "round the end");
    assert_eq!(parts(&[5, 1, 3], 1, 2), Some(vec![(2, 2)]), "the next");
    assert_eq!(parts(&[1, 3, 2], 0, 5), Some(vec![(1, 3), (2, 2)]));
    assert_eq!(parts(&[1, 1, 1], 2, 3), Some(vec![(2, 1), (0, 1), (1, 1)]));
    assert_eq!(parts(&[1, 1, 1], 2, 4), None);
    assert_eq!(parts(&[0], 0, 1), None);
}

#[test]
fn pieces_lie_evenly_over_those_they_are_spread_over() {
    assert_eq!(even(10, 4, 1), [3, 3, 2, 2]);
    assert_eq!(even(1, 3, 3), [1, 0, 0]);
    assert_eq!(even(10, 1, 4), [10, 0, 0, 0]);
    assert_eq!(shards(&[1, 2, 3]).together(1), [0, 6, 0]);
}

#[test]
fn stock_is_spread_over_one_to_sixty_four_shards() {
    for possible in [1, Shards::MOST] {
        assert_eq!(checked(possible).ok(), Some(possible));
    }
    for wrong in [0, Shards::MOST + 1] {
        assert_eq!(checked(wrong).unwrap_err().code(), Code::ValidationFailed);
    }
}

#[test]
fn all_shards_are_one_stock_to_whoever_looks() {
    let mut items: Vec<_> = shards(&[3, 0, 2]).iter().cloned().collect();
    items[1].rev = 5;
    items[2].updated_at = now().plus(Duration::from_secs(9));
    items[2].value = items[2]
        .moved([&StockMovement::new(items[2].variant_id(), Reserved, 1)])
        .unwrap();
    items.reverse();
    let all = Shards::of(items.clone()).unwrap();
    assert!(all.is_whole());
    let stock = all.stock();
    assert_eq!((stock.on_hand, stock.reserved, stock.available), (5, 1, 4));
    assert_eq!(all.balance(), stock.balance());
    // Each was made by a revision that is no movement.
    assert_eq!((all.revision(), all.movements()), (7, 4));
    assert_eq!(all.updated_at(), now().plus(Duration::from_secs(9)));
    assert!(all.is_still(&all));
    assert!(!all.is_still(&shards(&[3, 0, 2])));
    let gap = items
        .iter()
        .filter(|item| item.shard() != 1)
        .cloned()
        .collect();
    assert!(!Shards::of(gap).unwrap().is_whole());
    let headless = items.into_iter().filter(|item| item.shard() != 0).collect();
    assert_eq!(Shards::of(headless), None);
}

#[test]
fn a_process_remembers_a_thousand_variants_and_no_more() {
    let ids = Ids::seeded(1);
    let met = Met::default();
    let variants: Vec<VariantId> = (0..=REMEMBERED).map(|_| ids.fresh(now())).collect();
    for variant in &variants[..REMEMBERED] {
        met.learn(*variant, 2, now());
    }
    assert_eq!(met.spread(variants[0], now()), Some(2));
    met.learn(variants[REMEMBERED], 2, now());
    assert_eq!(met.spread(variants[0], now()), None);
    assert_eq!(met.spread(variants[REMEMBERED], now()), Some(2));
}

#[test]
fn what_a_process_has_met_it_takes_for_so_for_a_minute() {
    let variant = OrderPlaced::example().lines[0].variant_id;
    let met = Met::default();
    assert_eq!(met.spread(variant, now()), None);
    met.learn(variant, 8, now());
    let later = |seconds| now().plus(Duration::from_secs(seconds));
    assert_eq!(met.spread(variant, later(60)), Some(8));
    assert_eq!(met.spread(variant, later(61)), None);
    met.learn(variant, 1, now());
    assert_eq!(met.spread(variant, now()), None);
}

#[test]
fn orders_look_first_in_different_shards_and_each_in_the_same_again() {
    let ids = Ids::seeded(1);
    let mut met = [0_u32; 8];
    for _ in 0..800 {
        let order = ids.fresh(now());
        let shard = own(order, 8);
        assert_eq!(shard, own(order, 8));
        met[shard as usize] += 1;
    }
    assert!(
        met.iter().all(|orders| (60..140).contains(orders)),
        "{met:?}"
    );
}

/// What is done with a variant.
#[derive(Clone, Debug)]
enum Step {
    Receive(u32),
    Lose(u32),
    Spread(u32),
    Reserve(u32),
    /// Of the order with this number, so many of what is left.
    Ship(prop::sample::Index, u32),
    CallOff(prop::sample::Index, u32),
    Cancel(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    let order = any::<prop::sample::Index>;
    prop_oneof![
        (1..60_u32).prop_map(Step::Receive),
        (1..20_u32).prop_map(Step::Lose),
        (1..=9_u32).prop_map(Step::Spread),
        (1..25_u32).prop_map(Step::Reserve),
        (order(), 1..9_u32).prop_map(|(order, pieces)| Step::Ship(order, pieces)),
        (order(), 1..9_u32).prop_map(|(order, pieces)| Step::CallOff(order, pieces)),
        order().prop_map(Step::Cancel),
    ]
}

/// A variant as the store has it: what commands do to its items, without the store.
struct Variant {
    ids: Ids,
    items: Vec<Stored<Stock>>,
    orders: Vec<(Reservation, OrderProgressed)>,
    movements: Vec<StockMovement>,
}

impl Variant {
    fn new() -> Self {
        let line = OrderPlaced::example().lines[0].clone();
        let none = Stock::none(line.variant_id, line.seller_id);
        Self {
            ids: Ids::seeded(1),
            items: vec![Stored {
                rev: 0,
                ..stored(none)
            }],
            orders: Vec::new(),
            movements: Vec::new(),
        }
    }

    fn shards(&self) -> Shards {
        Shards::of(self.items.clone()).unwrap()
    }

    fn shift(&mut self, movements: &[StockMovement]) {
        for movement in movements {
            let item = &mut self.items[movement.shard() as usize];
            item.value = item
                .value
                .moved([movement])
                .expect("what is taken is there");
            item.rev += 1;
            self.movements.push(movement.clone());
        }
    }

    fn lay_out(&mut self, pieces: &[u32], spread: u32, is_moved: bool) {
        let stock = self.shards().stock();
        let number = u32::try_from(pieces.len()).unwrap();
        for (shard, pieces) in (0_u32..).zip(pieces) {
            let Some(item) = self.items.get_mut(shard as usize) else {
                self.items.push(stored(stock.in_shard(shard, *pieces)));
                continue;
            };
            let by = i64::from(*pieces) - i64::from(item.available);
            let levels = (i64::from(item.on_hand) + by, *pieces);
            item.value.on_hand = u32::try_from(levels.0).unwrap();
            item.value.available = levels.1;
            if shard == 0 {
                item.value = item.value.over(number, spread);
            }
            if !(shard == 0 && is_moved) {
                item.value = item.value.rearrange();
            }
            item.rev += 1;
        }
    }

    fn book(&mut self, kind: MovementKind, pieces: i64) {
        let stock = self.shards().stock();
        let movement = StockMovement::new(stock.variant_id(), kind, pieces);
        let Some(next) = stock.moved([&movement]) else {
            return;
        };
        let pieces = even(next.available(), stock.spread(), stock.shards());
        self.lay_out(&pieces, stock.spread(), true);
        self.movements.push(movement);
    }

    fn reserve(&mut self, pieces: u32) {
        let mut order = OrderPlaced::example();
        order.order_id = self.ids.fresh(now());
        order.lines.truncate(1);
        order.lines[0].quantity = Quantity::new(pieces).unwrap();
        let wanted = Reservation::for_order(&order, now(), Duration::from_mins(15));
        let shards = self.shards();
        let own = own(order.order_id, shards.first().spread());
        let Some(parts) = shards.parts(own, pieces) else {
            let available = shards.stock().available();
            assert!(
                available < pieces,
                "{available} are there, and {pieces} refused"
            );
            return;
        };
        let variant = order.lines[0].variant_id;
        let held = wanted.taken_from(&HashMap::from([(variant, parts)]));
        self.shift(&held.held());
        let mut progressed = OrderProgressed::example();
        progressed.order_id = order.order_id;
        progressed.lines = vec![LineProgress {
            variant_id: variant,
            quantity: order.lines[0].quantity,
            shipped: 0,
            cancelled: 0,
            ..progressed.lines[0].clone()
        }];
        self.orders.push((held, progressed));
    }

    fn progress(&mut self, order: prop::sample::Index, pieces: u32, is_shipped: bool) {
        if self.orders.is_empty() {
            return;
        }
        let order = order.index(self.orders.len());
        let (held, progressed) = &mut self.orders[order];
        let line = &mut progressed.lines[0];
        let left = line.quantity.get() - line.shipped - line.cancelled;
        let count = if is_shipped {
            &mut line.shipped
        } else {
            &mut line.cancelled
        };
        *count += pieces.min(left);
        if let Ok(Some(turn)) = held.progress(progressed, now()) {
            *held = turn.next;
            self.shift(&turn.movements);
        }
    }

    fn cancel(&mut self, order: prop::sample::Index) {
        if self.orders.is_empty() {
            return;
        }
        let order = order.index(self.orders.len());
        let (held, progressed) = &mut self.orders[order];
        let line = &mut progressed.lines[0];
        if let Some(turn) = held.release(now()) {
            *held = turn.next;
            line.cancelled = line.quantity.get() - line.shipped;
            self.shift(&turn.movements);
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Receive(pieces) => self.book(Received, i64::from(pieces)),
            Step::Lose(pieces) => self.book(Adjusted, -i64::from(pieces)),
            Step::Spread(spread) => {
                let stock = self.shards().stock();
                let pieces = even(stock.available(), spread, stock.shards());
                self.lay_out(&pieces, spread, false);
            }
            Step::Reserve(pieces) => self.reserve(pieces),
            Step::Ship(order, pieces) => self.progress(order, pieces, true),
            Step::CallOff(order, pieces) => self.progress(order, pieces, false),
            Step::Cancel(order) => self.cancel(order),
        }
    }

    fn is_right(&self) {
        let shards = self.shards();
        assert!(shards.is_whole());
        for item in shards.iter() {
            assert_eq!(item.on_hand, item.available + item.reserved);
        }
        let mut ledger = crate::Ledger::empty(shards.first().variant_id());
        let mut reserved: BTreeMap<u32, i64> = BTreeMap::new();
        for movement in &self.movements {
            let shift = crate::Shift::of(movement);
            ledger = ledger.record(shift, 1, now());
            *reserved.entry(movement.shard()).or_default() += shift.reserved;
        }
        assert_eq!(ledger.verdict(Some(&shards)), crate::Verdict::Equal);
        let mut held: BTreeMap<u32, i64> = BTreeMap::new();
        for (reservation, _) in &self.orders {
            assert_eq!(reservation.contradiction(now()), None);
            for ((_, shard), pieces) in reservation.held_in() {
                *held.entry(shard).or_default() += pieces;
            }
        }
        for item in shards.iter() {
            let of = |pieces: &BTreeMap<u32, i64>| pieces.get(&item.shard()).copied().unwrap_or(0);
            let levels = (of(&reserved), of(&held));
            let level = i64::from(item.reserved);
            assert_eq!(levels, (level, level), "in {}", item.shard());
        }
    }
}

#[test]
fn what_is_sold_and_called_off_goes_where_it_was_held() {
    let mut variant = Variant::new();
    variant.book(Received, 6);
    variant.take(Step::Spread(3));
    variant.reserve(5);
    let (held, mut order) = variant.orders[0].clone();
    order.lines[0].shipped = 3;
    order.lines[0].cancelled = 1;
    let turn = held.progress(&order, now()).unwrap().unwrap();
    let moved: Vec<_> = turn
        .movements
        .iter()
        .map(|movement| (movement.kind, movement.pieces))
        .collect();
    assert_eq!(moved, [(Sold, 2), (Sold, 1), (Released, 1)]);
    assert_eq!(turn.movements[1].shard(), turn.movements[2].shard());
    let shards: Vec<u32> = held.held().iter().map(StockMovement::shard).collect();
    assert_eq!(shards.len(), 3);
    assert_eq!(held.held()[0].kind, Reserved);
    assert_eq!(turn.movements[1].shard(), shards[1]);
    let left = turn.next.held_in();
    assert_eq!(left.values().sum::<i64>(), 1);
    assert_eq!(left.keys().next().unwrap().1, shards[2]);
}

proptest! {
    /// Whatever is done in whatever order: no piece comes or goes by being laid elsewhere, none is taken that is not
    /// there, none is refused that is, and the books of every shard come to what it has.
    #[test]
    fn all_shards_together_are_what_has_moved(steps in prop::collection::vec(step(), 0..60)) {
        let mut variant = Variant::new();
        for step in steps {
            variant.take(step);
            variant.is_right();
        }
    }
}
