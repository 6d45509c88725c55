use contracts::{
    Event,
    events::{OrderPlaced, ProductPublished},
    views::{CartToOrder, View},
};
use kernel::Ids;
use proptest::prelude::*;

use super::*;

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000)
}

fn owner() -> Owner {
    Owner::Customer(Ids::seeded(1).fresh(now()))
}

fn cart() -> Cart {
    Cart::empty(&owner())
}

fn pieces(number: u32) -> Quantity {
    Quantity::new(number).unwrap()
}

/// The variant with this number, at 100 minor units more than that number.
fn offer(number: u8) -> Offer {
    let product = ProductPublished::example().0;
    let mut listing = Listing::of(&product, &product.variants[0]);
    listing.price = Money::new(100 + u64::from(number), Currency::EUR).unwrap();
    let variant = Ids::seeded(u64::from(number)).fresh(now());
    Offer::unknown(variant).listed(listing).stocked(1_000_000)
}

fn priced(offer: &Offer, price: Money) -> Offer {
    let mut listing = offer.listing.clone().unwrap();
    listing.price = price;
    offer.listed(listing)
}

fn ordered(cart: &Cart) -> Vec<OrderLine> {
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

#[test]
fn looking_keeps_what_it_shows() {
    let mut cart = cart();
    cart.add(&offer(1), pieces(2), &[]).unwrap();
    assert!(!cart.look(&[offer(1)], &[]));
    // Fewer pieces are no change of the cart: what is ordered stays the same.
    assert!(!cart.look(&[offer(1).stocked(1)], &[]));
    assert!(!cart.view(Currency::EUR, None).unwrap().lines[0].available);

    let dearer = priced(&offer(1), Money::new(200, Currency::EUR).unwrap());
    assert!(cart.look(std::slice::from_ref(&dearer), &[]));
    assert_eq!((cart.version, subtotal(&cart)), (2, 400));
    assert!(!cart.look(&[dearer.withdrawn()], &[]));
    assert!(!cart.look(&[], &[]));
    assert_eq!(subtotal(&cart), 400);
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
fn a_guests_cart_ends_by_the_clock_and_a_customers_never() {
    let guest = Owner::Guest(contracts::CartToken::of([0; 32]).cart());
    let mut cart = Cart::empty(&guest);
    cart.add(&offer(1), Quantity::ONE, &[]).unwrap();
    let cart = cart.kept(&guest, now());
    let end = cart.expires_at().unwrap();
    assert_eq!(end.since(now()), GUEST_TIME);
    assert_eq!(cart.at(now()), cart);
    assert!(cart.at(end).lines.is_empty());
    assert_eq!(self::cart().kept(&owner(), now()).expires_at(), None);
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
    let kept = Cart::empty(&guest).kept(&guest, now());
    let item = serde_json::to_value(&kept).unwrap();
    let read: CartToOrder = serde_json::from_value(item).unwrap();
    assert_eq!(read.guest_until, kept.guest_until);
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
