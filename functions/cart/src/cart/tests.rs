use std::time::Duration;

use contracts::{
    Event,
    events::{OrderPlaced, ProductPublished},
    views::{CartToOrder, View},
};
use kernel::Ids;
use proptest::prelude::*;

use super::*;

pub(super) fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000)
}

pub(super) fn owner() -> Owner {
    Owner::Customer(Ids::seeded(1).fresh(now()))
}

pub(super) fn cart() -> Cart {
    Cart::empty(&owner())
}

pub(super) fn pieces(number: u32) -> Quantity {
    Quantity::new(number).unwrap()
}

/// The variant with this number, at 100 minor units more than that number.
pub(super) fn offer(number: u8) -> Offer {
    let product = ProductPublished::example().0;
    let mut listing = Listing::of(&product, &product.variants[0]);
    listing.price = Money::new(100 + u64::from(number), Currency::EUR).unwrap();
    let variant = Ids::seeded(u64::from(number)).fresh(now());
    Offer::unknown(variant).listed(listing).stocked(1_000_000)
}

pub(super) fn priced(offer: &Offer, price: Money) -> Offer {
    let mut listing = offer.listing.clone().unwrap();
    listing.price = price;
    offer.listed(listing)
}

pub(super) fn ordered(cart: &Cart) -> Vec<OrderLine> {
    let line = &OrderPlaced::example().lines[0];
    let ordered = |mine: &Line| OrderLine {
        variant_id: mine.variant_id,
        quantity: mine.quantity,
        ..line.clone()
    };
    cart.lines.iter().map(ordered).collect()
}

fn subtotal(cart: &Cart) -> u64 {
    cart.subtotal(Currency::EUR).unwrap().amount()
}

#[test]
fn the_same_variant_adds_up_and_takes_the_price_of_now() {
    let mut cart = cart();
    cart.add(&offer(1), pieces(2), &[]).unwrap();
    let dearer = priced(&offer(1), Money::new(200, Currency::EUR).unwrap());
    cart.add(&dearer, pieces(3), &[]).unwrap();
    let view = cart.view(Currency::EUR, None).unwrap();
    assert_eq!((view.lines.len(), view.version), (1, 2));
    assert_eq!(
        (view.lines[0].quantity.get(), view.subtotal.amount()),
        (5, 1000)
    );
}

#[test]
fn what_is_not_in_the_shop_is_not_found() {
    for offer in [offer(1).withdrawn(), Offer::unknown(offer(1).variant_id)] {
        let refused = cart().add(&offer, Quantity::ONE, &[]).unwrap_err();
        assert_eq!(refused.code(), Code::VariantNotFound);
    }
}

#[test]
fn a_cart_has_fifty_lines_and_one_currency() {
    let mut cart = cart();
    for number in 0..50 {
        cart.add(&offer(number), Quantity::ONE, &[]).unwrap();
    }
    let refused = cart
        .clone()
        .add(&offer(50), Quantity::ONE, &[])
        .unwrap_err();
    assert_eq!(refused.code(), Code::CartFull);
    cart.add(&offer(7), Quantity::ONE, &[]).unwrap();

    cart.remove(offer(8).variant_id).unwrap();
    let dollars = Money::new(100, "USD".parse().unwrap()).unwrap();
    let refused = cart
        .add(&priced(&offer(50), dollars), Quantity::ONE, &[])
        .unwrap_err();
    assert_eq!(refused.code(), Code::ValidationFailed);
}

#[test]
fn a_sum_beyond_all_sums_is_refused() {
    let dear = priced(&offer(1), Money::new(Money::MAX, Currency::EUR).unwrap());
    let mut cart = cart();
    cart.add(&dear, Quantity::ONE, &[]).unwrap();
    let refused = cart.change(dear.variant_id, pieces(2)).unwrap_err();
    assert_eq!(refused.code(), Code::ValidationFailed);
}

#[test]
fn a_line_that_is_not_there_is_not_found() {
    let variant = offer(1).variant_id;
    let code = |refused: Result<(), Problem>| refused.unwrap_err().code();
    assert_eq!(
        code(cart().change(variant, Quantity::ONE)),
        Code::CartLineNotFound
    );
    assert_eq!(code(cart().remove(variant)), Code::CartLineNotFound);
}

fn eur(amount: u64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

fn notices(cart: &Cart) -> Vec<Vec<LineNotice>> {
    let view = cart.view(Currency::EUR, None).unwrap();
    view.lines.into_iter().map(|line| line.notices).collect()
}

#[test]
fn looking_keeps_what_it_shows() {
    let mut cart = cart();
    cart.add(&offer(1), pieces(2), &[]).unwrap();
    assert!(!cart.look(&[offer(1)], &[]));
    // Fewer pieces are no change of the cart: what is ordered stays the same.
    assert!(!cart.look(&[offer(1).stocked(1)], &[]));
    assert!(!cart.view(Currency::EUR, None).unwrap().lines[0].available);

    let dearer = priced(&offer(1), eur(200));
    assert!(cart.look(std::slice::from_ref(&dearer), &[]));
    assert_eq!((cart.version, subtotal(&cart)), (2, 400));
    assert!(!cart.look(&[dearer.withdrawn()], &[]));
    assert!(!cart.look(&[], &[]));
    assert_eq!(subtotal(&cart), 400);
}

#[test]
fn a_changed_price_is_told_until_it_is_what_it_was_or_was_put_in_anew() {
    let mut cart = cart();
    cart.add(&offer(1), pieces(2), &[]).unwrap();
    assert_eq!(notices(&cart), [vec![]]);
    for price in [200, 300] {
        assert!(cart.look(&[priced(&offer(1), eur(price))], &[]));
        let told = LineNotice::PriceChanged {
            old_price: eur(101),
            new_price: eur(price),
        };
        assert_eq!(notices(&cart), [[told]], "the first price is kept");
        assert!(!cart.look(&[priced(&offer(1), eur(price))], &[]));
        assert_eq!(notices(&cart), [[told]], "looking does not end it");
    }
    cart.change(offer(1).variant_id, pieces(1)).unwrap();
    assert_eq!(notices(&cart)[0].len(), 1);

    let mut back = cart.clone();
    assert!(back.look(&[offer(1)], &[]));
    assert_eq!(notices(&back), [vec![]]);
    let dearer = priced(&offer(1), eur(300));
    cart.add(&dearer, Quantity::ONE, &[]).unwrap();
    assert_eq!(notices(&cart), [vec![]]);
}

#[test]
fn what_stands_against_buying_a_line_is_told() {
    let mut cart = cart();
    cart.add(&offer(1), pieces(2), &[]).unwrap();
    cart.add(&offer(2), Quantity::ONE, &[]).unwrap();
    let dollars = Money::new(100, "USD".parse().unwrap()).unwrap();
    let told = |offer: Offer, notice: Option<LineNotice>| {
        let mut cart = cart.clone();
        cart.look(&[offer, self::offer(2)], &[]);
        assert_eq!(notices(&cart)[0], Vec::from_iter(notice));
        let view = cart.view(Currency::EUR, None).unwrap();
        assert_eq!(view.lines[0].available, notice.is_none());
        assert!(view.lines[1].available);
    };
    told(offer(1).stocked(2), None);
    let fewer = LineNotice::FewerAvailable { available: 1 };
    told(offer(1).stocked(1), Some(fewer));
    told(offer(1).stocked(0), Some(LineNotice::OutOfStock));
    told(offer(1).withdrawn(), Some(LineNotice::NoLongerForSale));
    told(
        Offer::unknown(offer(1).variant_id),
        Some(LineNotice::NoLongerForSale),
    );
    let elsewhere = LineNotice::PriceNotTaken { new_price: dollars };
    told(priced(&offer(1), dollars), Some(elsewhere));

    // Of what was seen last, a change of the quantity knows whether it is enough.
    cart.look(&[offer(1).stocked(1), offer(2)], &[]);
    cart.change(offer(1).variant_id, Quantity::ONE).unwrap();
    assert_eq!(notices(&cart), [vec![], vec![]]);
}

#[test]
fn a_price_in_another_currency_is_not_taken_on() {
    let mut cart = cart();
    cart.add(&offer(1), Quantity::ONE, &[]).unwrap();
    cart.add(&offer(2), Quantity::ONE, &[]).unwrap();
    let dollars = Money::new(100, "USD".parse().unwrap()).unwrap();
    assert!(!cart.look(&[priced(&offer(1), dollars), offer(2)], &[]));
    let view = cart.view(Currency::EUR, None).unwrap();
    assert_eq!(view.lines[0].unit_price.amount(), 101);
    assert!(!view.lines[0].available && view.lines[1].available);
}

#[test]
fn a_line_of_before_is_read_as_one_that_nobody_has_looked_at() {
    let mut cart = cart();
    cart.add(&offer(1), Quantity::ONE, &[]).unwrap();
    let mut item = serde_json::to_value(&cart).unwrap();
    let line = item["lines"][0].as_object_mut().unwrap();
    line.remove("supply");
    line.insert("available".to_owned(), true.into());
    let read: Cart = serde_json::from_value(item).unwrap();
    assert_eq!(notices(&read), [vec![]]);
}

#[test]
fn an_order_takes_out_what_it_ordered_and_no_more() {
    let mut cart = cart();
    cart.add(&offer(1), pieces(2), &[]).unwrap();
    cart.add(&offer(2), pieces(1), &[]).unwrap();
    let (id, version, ordered) = (cart.id(), cart.version, ordered(&cart));

    let mut same = cart.clone();
    assert!(same.take_out(id, version, &ordered));
    assert!(same.lines.is_empty());
    assert!(!same.take_out(id, version, &ordered));

    cart.add(&offer(1), pieces(3), &[]).unwrap();
    cart.add(&offer(3), pieces(1), &[]).unwrap();
    cart.remove(offer(2).variant_id).unwrap();
    assert!(cart.take_out(id, version, &ordered));
    let left: Vec<_> = cart
        .lines
        .iter()
        .map(|line| (line.variant_id, line.quantity.get()))
        .collect();
    assert_eq!(left, [(offer(1).variant_id, 3), (offer(3).variant_id, 1)]);
}

#[test]
fn a_cart_ends_by_the_clock_and_is_then_as_one_that_never_was() {
    let until = now().plus(Duration::from_hours(24));
    let mut cart = cart();
    cart.add(&offer(1), Quantity::ONE, &[]).unwrap();
    let cart = cart.kept(now(), until);
    assert_eq!(cart.expires_at(), Some(until));
    let view = cart.view(Currency::EUR, None).unwrap();
    assert_eq!(view.expires_at, Some(until));
    assert_eq!(cart.at(now(), &owner()), cart);
    assert_eq!(cart.at(until, &owner()), self::cart());
}

#[test]
fn a_cart_that_begins_anew_never_has_a_version_that_was_ordered() {
    let mut cart = cart();
    let mut versions = Vec::new();
    let mut now = now();
    for _ in 0..3 {
        let until = now.plus(Duration::from_hours(24));
        for _ in 0..3 {
            cart.add(&offer(1), Quantity::ONE, &[]).unwrap();
            cart = cart.kept(now, until);
            versions.push(cart.version);
        }
        now = until;
        cart = cart.at(now, &owner());
    }
    assert!(
        versions.is_sorted_by(|one, next| one < next),
        "{versions:?}"
    );
}

#[test]
fn a_look_prolongs_a_cart_after_a_thirtieth_of_its_time() {
    let time = Duration::from_hours(30 * 24);
    let mut cart = cart();
    cart.add(&offer(1), Quantity::ONE, &[]).unwrap();
    assert!(!cart.is_to_prolong(now(), now().plus(time)), "never kept");
    let kept = cart.kept(now(), now().plus(time));
    let prolongs = |hours| {
        let now = now().plus(Duration::from_hours(hours));
        kept.is_to_prolong(now, now.plus(time))
    };
    assert_eq!([0, 23, 24, 600].map(prolongs), [false, false, true, true]);
    // A stage whose carts end sooner than before prolongs nothing.
    let sooner = now().plus(Duration::from_hours(24));
    assert!(!kept.is_to_prolong(now(), sooner));
}

#[test]
fn the_order_service_reads_the_cart_that_we_write() {
    let mut cart = cart();
    cart.add(&offer(1), pieces(2), &[]).unwrap();
    let item = serde_json::to_value(&cart).unwrap();
    let read: CartToOrder = serde_json::from_value(item).unwrap();
    assert_eq!((read.cart_id, read.version), (cart.id(), 1));
    assert_eq!(read.lines[0].quantity, pieces(2));
    let key = cart.key();
    assert_eq!(CartToOrder::key(&owner()), (key.pk, key.sk));

    let guest = Owner::Guest(contracts::CartToken::of([7; 32]).cart());
    let kept = Cart::empty(&guest).kept(now(), now());
    let item = serde_json::to_value(&kept).unwrap();
    let read: CartToOrder = serde_json::from_value(item).unwrap();
    assert_eq!(read.good_until, Some(now()));
    assert!(!read.is_good(now()));
    let key = kept.key();
    assert_eq!(CartToOrder::key(&guest), (key.pk, key.sk));
}

#[derive(Debug, Clone)]
enum Step {
    Add(u8, u32),
    Change(u8, u32),
    Remove(u8),
    Look(u8),
    Order,
    Emptied,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..60_u8, 1..2_000_000_u32).prop_map(|(number, pieces)| Step::Add(number, pieces)),
        1 => (0..60_u8, 1..1_000_000_u32).prop_map(|(number, pieces)| Step::Change(number, pieces)),
        1 => (0..60_u8).prop_map(Step::Remove),
        1 => (0..60_u8).prop_map(Step::Look),
        1 => Just(Step::Order),
        1 => Just(Step::Emptied),
    ]
}

proptest! {
    /// Whatever happens in whatever order: at most 50 lines, one a variant, the subtotal is the sum of the
    /// totals, and the version never goes back. An order takes out no more than it ordered.
    #[test]
    fn a_cart_stays_a_cart(steps in prop::collection::vec(step(), 0..120)) {
        let mut cart = cart();
        let mut placed = None;
        for step in steps {
            let before = cart.clone();
            let done = match step {
                Step::Add(number, pieces) => Quantity::new(pieces)
                    .is_ok_and(|pieces| cart.add(&offer(number), pieces, &[]).is_ok()),
                Step::Change(number, pieces) => {
                    cart.change(offer(number).variant_id, Quantity::new(pieces).unwrap()).is_ok()
                }
                Step::Remove(number) => cart.remove(offer(number).variant_id).is_ok(),
                Step::Look(number) => {
                    let price = Money::new(u64::from(number), Currency::EUR).unwrap();
                    cart.look(&[priced(&offer(number), price)], &[])
                }
                Step::Order => {
                    placed = Some((cart.version, ordered(&cart)));
                    false
                }
                Step::Emptied => placed.take().is_some_and(|(version, ordered)| {
                    let id = cart.id();
                    cart.take_out(id, version, &ordered)
                }),
            };
            // What is refused is never written.
            if !done {
                cart = before.clone();
            }
            prop_assert_eq!(cart.version, before.version + u64::from(done));
            prop_assert!(cart.lines.len() <= MOST_LINES);
            let mut variants = cart.variants();
            variants.sort_unstable();
            variants.dedup();
            prop_assert_eq!(variants.len(), cart.lines.len());
            let view = cart.view(Currency::EUR, None).unwrap();
            let sum: u64 = view.lines.iter().map(|line| line.total.amount()).sum();
            prop_assert_eq!(view.subtotal.amount(), sum);
        }
    }
}
