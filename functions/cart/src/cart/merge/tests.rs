use std::collections::{BTreeMap, BTreeSet};

use kernel::{Ids, Money};
use proptest::prelude::*;

use super::*;
use crate::{
    cart::tests::{cart, now, offer, ordered, pieces, priced},
    shopper::Owner,
};

const ALL: [MergeStrategy; 3] = [
    MergeStrategy::Sum,
    MergeStrategy::Guest,
    MergeStrategy::Customer,
];

fn customer() -> CustomerId {
    Ids::seeded(1).fresh(now())
}

fn guest() -> Cart {
    Cart::empty(&Owner::Guest(contracts::CartToken::of([0; 32]).cart()))
}

/// With so many pieces of the variants with these numbers.
fn filled(mut cart: Cart, lines: &[(u8, u32)]) -> Cart {
    for (number, quantity) in lines {
        cart.add(&offer(*number), pieces(*quantity), &[]).unwrap();
    }
    cart
}

fn held(cart: &Cart) -> BTreeMap<VariantId, u32> {
    let lines = cart.lines.iter();
    lines
        .map(|line| (line.variant_id, line.quantity.get()))
        .collect()
}

fn lines(cart: &Cart, numbers: impl IntoIterator<Item = u8>) -> Vec<u32> {
    let numbers = numbers.into_iter();
    numbers
        .map(|number| cart.pieces(offer(number).variant_id))
        .collect()
}

#[test]
fn the_strategy_says_whose_wish_counts_where_both_have_a_variant() {
    for (strategy, wanted) in ALL.into_iter().zip([[5, 1, 7], [2, 1, 7], [3, 1, 7]]) {
        let mut own = filled(cart(), &[(1, 3), (2, 1)]);
        let mut other = filled(guest(), &[(3, 7), (1, 2)]);
        let (version, price) = (own.version, own.lines[0].unit_price);
        assert!(own.take_over(&mut other, strategy, customer()).is_empty());
        assert_eq!(lines(&own, [1, 2, 3]), wanted, "{strategy:?}");
        assert_eq!((own.version, own.lines[0].unit_price), (version + 1, price));
        assert!(other.is_empty());

        // Whoever merges once more finds nothing.
        let before = own.clone();
        assert!(own.take_over(&mut other, strategy, customer()).is_empty());
        assert_eq!(own, before);
    }
}

#[test]
fn what_a_limit_keeps_out_is_told() {
    let notice = |number, code, limit, wanted, quantity| MergeNotice {
        variant_id: offer(number).variant_id,
        code,
        limit,
        wanted,
        quantity,
    };
    let full: Vec<(u8, u32)> = (0..49).map(|number| (number, 1)).collect();
    let mut own = filled(cart(), &full);
    let mut other = filled(guest(), &[(60, 2), (61, 3), (7, Quantity::MAX)]);
    let notices = own.take_over(&mut other, MergeStrategy::Sum, customer());
    assert_eq!(lines(&own, [60, 61, 7]), [2, 0, Quantity::MAX]);
    let capped = MergeCode::QuantityCapped;
    assert_eq!(
        notices,
        [
            notice(61, MergeCode::LineDropped, MergeLimit::Lines, 3, 0),
            notice(7, capped, MergeLimit::Quantity, 1_000_001, 1_000_000),
        ]
    );

    let dollars = Money::new(100, "USD".parse().unwrap()).unwrap();
    let mut other = guest();
    other
        .add(&priced(&offer(2), dollars), pieces(4), &[])
        .unwrap();
    let mut own = filled(cart(), &[(1, 1)]);
    let notices = own.take_over(&mut other, MergeStrategy::Guest, customer());
    let dropped = MergeCode::LineDropped;
    assert_eq!(notices, [notice(2, dropped, MergeLimit::Currency, 4, 0)]);

    let dear = priced(&offer(1), Money::new(Money::MAX, Currency::EUR).unwrap());
    let (mut own, mut other) = (cart(), guest());
    own.add(&dear, Quantity::ONE, &[]).unwrap();
    other.add(&offer(1), pieces(2), &[]).unwrap();
    let notices = own.take_over(&mut other, MergeStrategy::Sum, customer());
    assert_eq!(notices, [notice(1, capped, MergeLimit::Subtotal, 3, 1)]);
}

#[test]
fn a_cart_remembers_its_last_merges_and_an_order_finds_the_one_that_it_was_before() {
    let (mut own, mut other) = (cart(), guest());
    let mut versions = Vec::new();
    for number in 1..=4 {
        other = filled(other, &[(number, 2)]);
        versions.push((other.version, ordered(&other)));
        own.take_over(&mut other, MergeStrategy::Sum, customer());
    }
    assert_eq!(other.merges.len(), MOST_MERGES);
    let id = other.id();
    for (place, (version, ordered)) in versions.iter().enumerate().skip(1) {
        let shifts = other.take_out_of_merged(id, *version, ordered);
        let (whose, shifts) = shifts.unwrap();
        assert_eq!(whose, customer());
        assert!(own.shift(&shifts));
        assert_eq!(
            lines(&own, 1..=4).iter().sum::<u32>() as usize,
            8 - 2 * place
        );
        let again = other.take_out_of_merged(id, *version, ordered).unwrap();
        assert!(again.1.is_empty(), "what is out is not taken out twice");
    }
    // What came in after the last merge is an order of that cart itself.
    let after = filled(other, &[(9, 1)]).version;
    let mut other = guest();
    assert_eq!(other.take_out_of_merged(id, after, &[]), None);
}

#[test]
fn what_the_customer_has_taken_out_stays_out() {
    let mut own = filled(cart(), &[(1, 5), (2, 1)]);
    let mut other = filled(guest(), &[(1, 2), (2, 2)]);
    let (version, ordered) = (other.version, ordered(&other));
    own.take_over(&mut other, MergeStrategy::Guest, customer());
    own.remove(offer(1).variant_id).unwrap();
    let shifts = other.take_out_of_merged(other.id(), version, &ordered);
    assert!(own.shift(&shifts.unwrap().1));
    assert_eq!(lines(&own, [1, 2]), [0, 1]);
}

fn strategy() -> impl Strategy<Value = MergeStrategy> {
    prop::sample::select(&ALL[..])
}

/// Lines in one of two currencies, in quantities up to the limit.
fn any_cart(empty: fn() -> Cart) -> impl Strategy<Value = Cart> {
    let quantity = prop_oneof![3 => 1..20_u32, 1 => 1..=Quantity::MAX];
    let lines = prop::collection::btree_map(0..70_u8, quantity, 0..=MOST_LINES);
    (lines, prop::bool::weighted(0.2)).prop_map(move |(lines, in_dollars)| {
        let mut cart = empty();
        for (number, quantity) in lines {
            let offer = if in_dollars {
                let price = Money::new(100 + u64::from(number), "USD".parse().unwrap());
                priced(&offer(number), price.unwrap())
            } else {
                offer(number)
            };
            cart.add(&offer, pieces(quantity), &[]).unwrap();
        }
        cart
    })
}

proptest! {
    /// Whatever goes into whatever: the limits hold, nothing of either is lost without a notice, and nothing is there
    /// that nobody wanted.
    #[test]
    fn nothing_is_lost_without_a_notice(own in any_cart(cart), other in any_cart(guest), strategy in strategy()) {
        let (mut merged, mut emptied) = (own.clone(), other.clone());
        let notices = merged.take_over(&mut emptied, strategy, customer());
        prop_assert!(merged.lines.len() <= MOST_LINES);
        prop_assert!(merged.subtotal(Currency::EUR).is_ok());
        prop_assert!(emptied.is_empty());
        let variants: BTreeSet<_> = merged.variants().into_iter().collect();
        prop_assert_eq!(variants.len(), merged.lines.len());

        let all: BTreeSet<_> = own.variants().into_iter().chain(other.variants()).collect();
        prop_assert!(variants.is_subset(&all));
        for variant in all {
            let (guests, customers) = (other.pieces(variant), own.pieces(variant));
            let wanted = strategy.wanted(guests, customers);
            let has = merged.pieces(variant);
            let mut told = notices.iter().filter(|notice| notice.variant_id == variant);
            match told.next() {
                None => prop_assert_eq!(has, wanted),
                Some(notice) => {
                    prop_assert_eq!((notice.wanted, notice.quantity), (wanted, has));
                    prop_assert!(has < wanted && has >= customers.min(wanted));
                }
            }
            prop_assert!(told.next().is_none());
        }
        prop_assert_eq!(merged.version - own.version, u64::from(merged.lines != own.lines));
    }

    #[test]
    fn an_empty_cart_changes_nothing(own in any_cart(cart), strategy in strategy()) {
        let mut merged = own.clone();
        prop_assert!(merged.take_over(&mut guest(), strategy, customer()).is_empty());
        prop_assert_eq!(merged, own);
    }

    #[test]
    fn a_cart_goes_in_once(own in any_cart(cart), other in any_cart(guest), all in prop::collection::vec(strategy(), 2..4)) {
        let (mut merged, mut emptied) = (own, other);
        merged.take_over(&mut emptied, all[0], customer());
        let once = merged.clone();
        for again in &all[1..] {
            prop_assert!(merged.take_over(&mut emptied, *again, customer()).is_empty());
        }
        prop_assert_eq!(merged, once);
    }

    /// As far as both fit into one cart: which lines are left out of a full one depends on which were there first.
    #[test]
    fn a_sum_is_the_same_from_either_side(
        one in prop::collection::btree_map(0..40_u8, 1..=Quantity::MAX, 0..=25),
        other in prop::collection::btree_map(0..40_u8, 1..=Quantity::MAX, 0..=25),
    ) {
        let fill = |empty: Cart, lines: &BTreeMap<u8, u32>| {
            let lines: Vec<_> = lines.iter().map(|(number, quantity)| (*number, *quantity)).collect();
            filled(empty, &lines)
        };
        let mut sum = fill(cart(), &one);
        sum.take_over(&mut fill(guest(), &other), MergeStrategy::Sum, customer());
        let mut mus = fill(cart(), &other);
        mus.take_over(&mut fill(guest(), &one), MergeStrategy::Sum, customer());
        prop_assert_eq!(held(&sum), held(&mus));
    }

    /// Whether the guest's order is heard of before the merge or after: the customer's cart is the same.
    #[test]
    fn what_was_ordered_does_not_come_back(
        own in prop::collection::btree_map(0..20_u8, 1..30_u32, 0..20),
        first in prop::collection::btree_map(0..20_u8, 1..30_u32, 0..20),
        later in prop::collection::btree_map(0..20_u8, 1..30_u32, 0..5),
        strategy in strategy(),
    ) {
        let fill = |empty: Cart, lines: &BTreeMap<u8, u32>| {
            let lines: Vec<_> = lines.iter().map(|(number, quantity)| (*number, *quantity)).collect();
            filled(empty, &lines)
        };
        let own = fill(cart(), &own);
        let other = fill(guest(), &first);
        let (id, version, ordered) = (other.id(), other.version, ordered(&other));
        let other = fill(other, &later);

        let (mut early, mut emptied) = (own.clone(), other.clone());
        emptied.take_out(id, version, &ordered);
        early.take_over(&mut emptied, strategy, customer());
        prop_assert_eq!(emptied.take_out_of_merged(id, version, &[]).unwrap().1, []);

        let (mut late, mut emptied) = (own, other);
        late.take_over(&mut emptied, strategy, customer());
        let (_, shifts) = emptied.take_out_of_merged(id, version, &ordered).unwrap();
        late.shift(&shifts);
        prop_assert_eq!(held(&late), held(&early));
    }
}
