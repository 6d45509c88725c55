//! What holds of every order, whatever is in the cart and whatever comes in whatever order.

use std::{collections::HashSet, time::Duration};

use contracts::views::CartLine;
use kernel::Currency;
use proptest::prelude::*;

use super::*;
use crate::{
    parts::{Carriage, Parts},
    view::Viewer,
};

fn now() -> Timestamp {
    Timestamp::from_second(1_795_426_200)
}

fn later(seconds: u64) -> Timestamp {
    now().plus(Duration::from_secs(seconds))
}

fn purchase(lines: Vec<CartLine>) -> Purchase {
    let ids = Ids::seeded(7);
    let address = serde_json::json!({
        "name": "Rosa Okafor", "line1": "12 Quay Street", "city": "Galway",
        "postal_code": "H91 X0Y1", "country": "IE",
    });
    Purchase {
        by: Purchaser::Customer(ids.fresh(now())),
        cart: CartToOrder {
            cart_id: ids.fresh(now()),
            version: 3,
            lines,
            good_until: None,
        },
        shipping_address: serde_json::from_value(address).unwrap(),
        payment_method: "pm_sandbox_ok".parse().unwrap(),
        store_credit: None,
        locale: Locale::en(),
    }
}

/// A line for each `(seller, quantity, price)`.
fn lines(wanted: &[(u64, u32, u64)]) -> Vec<CartLine> {
    let ids = Ids::seeded(1);
    let line = |&(seller, quantity, price): &(u64, u32, u64)| CartLine {
        variant_id: ids.fresh(now()),
        product_id: ids.fresh(now()),
        seller_id: Ids::seeded(100 + seller).fresh(now()),
        sku: "TEA-1".to_owned(),
        title: "Tea".to_owned(),
        quantity: Quantity::new(quantity).unwrap(),
        unit_price: Money::new(price, Currency::EUR).unwrap(),
    };
    wanted.iter().map(line).collect()
}

pub(crate) fn placed(wanted: &[(u64, u32, u64)]) -> Order {
    Order::place(purchase(lines(wanted)), &Ids::seeded(2), now()).unwrap()
}

/// An order of two sellers that has come as far as `confirmed`.
pub(crate) fn confirmed() -> Order {
    let order = placed(&[(1, 2, 500), (2, 1, 700)]);
    let order = order.hear(Input::StockReserved, later(1)).unwrap().order;
    order
        .hear(Input::PaymentAuthorized, later(2))
        .unwrap()
        .order
}

fn shipped_whole(order: &Order, at: Timestamp) -> Result<Turn, Problem> {
    let stamp = (&Ids::seeded(3), at);
    order.ship(Parts::ALL, None, &Carriage::default(), stamp)
}

fn states(order: &Order) -> Vec<Status> {
    order.history.iter().map(|passage| passage.status).collect()
}

#[test]
fn a_cart_that_cannot_be_ordered_is_refused() {
    let refused = |lines| {
        let outcome = Order::place(purchase(lines), &Ids::seeded(2), now());
        outcome.unwrap_err().code()
    };
    assert_eq!(refused(Vec::new()), Code::CartEmpty);
    assert_eq!(refused(lines(&[(1, 1, 1); 51])), Code::CartFull);
    let dear = [(1, Quantity::MAX, Money::MAX)];
    assert_eq!(refused(lines(&dear)), Code::ValidationFailed);
    let dear = [(1, 1, Money::MAX), (1, 1, 1)];
    assert_eq!(refused(lines(&dear)), Code::ValidationFailed);
    let twice = [lines(&[(1, 1, 1)]), lines(&[(1, 1, 1)])].concat();
    assert_eq!(refused(twice), Code::Internal);
}

#[test]
fn store_credit_pays_some_or_all_of_an_order_in_its_own_currency() {
    let of = |amount, currency| Money::new(amount, currency).unwrap();
    let total = of(1_700, Currency::EUR);
    let refused = |credit: Money| {
        let problem = payable_with(credit, total).err()?;
        Some(problem.body("req_1").errors[0].pointer.clone())
    };
    for amount in [1, 1_699, 1_700] {
        assert_eq!(refused(of(amount, Currency::EUR)), None, "{amount}");
    }
    for amount in [0, 1_701] {
        let pointer = refused(of(amount, Currency::EUR));
        assert_eq!(pointer.as_deref(), Some("/store_credit/amount"), "{amount}");
    }
    let dollars = refused(of(5, "USD".parse().unwrap()));
    assert_eq!(dollars.as_deref(), Some("/store_credit/currency"));
}

#[test]
fn an_order_is_of_who_sells_some_of_it() {
    let order = placed(&[(1, 2, 500), (2, 1, 700)]);
    let sellers: HashSet<SellerId> = order.sellers().collect();
    assert_eq!(sellers.len(), 2);
    assert!(sellers.iter().all(|seller| order.of_seller(*seller)));
    assert!(!order.of_seller(Ids::seeded(999).fresh(now())));
}

#[test]
fn the_saga_that_goes_well_passes_every_state_once() {
    let order = confirmed();
    assert_eq!(order.waiting, None);
    let turn = shipped_whole(&order, later(3)).unwrap();
    assert!(matches!(
        turn.facts[..],
        [Fact::Progressed(_), Fact::Shipped(_)]
    ));
    assert_eq!(
        states(&turn.order),
        [
            Status::Placed,
            Status::StockReserved,
            Status::PaymentAuthorized,
            Status::Confirmed,
            Status::Shipped,
        ]
    );
    let Some(Fact::Shipped(fact)) = turn.order.fact() else {
        panic!("it is shipped")
    };
    assert_eq!((fact.fulfilments.len(), fact.total), (2, order.total));
}

#[test]
fn an_answer_that_comes_late_changes_nothing() {
    let order = placed(&[(1, 1, 1)]);
    let cancelled = order.cancel(later(1)).unwrap().order;
    for input in Input::ALL {
        assert_eq!(cancelled.hear(input, later(2)), None, "{input:?}");
    }
    let reserved = order.hear(Input::StockReserved, later(1)).unwrap().order;
    assert_eq!(reserved.hear(Input::StockReserved, later(2)), None);
    assert_eq!(order.hear(Input::PaymentAuthorized, later(2)), None);
    let confirmed = confirmed();
    for late in [
        Input::ReservationExpired,
        Input::PaymentDeclined,
        Input::StockRefused,
        Input::StockReserved,
    ] {
        assert_eq!(confirmed.hear(late, later(3)), None, "{late:?}");
    }
}

#[test]
fn each_end_has_its_reason() {
    let order = placed(&[(1, 1, 1)]);
    let reserved = order.hear(Input::StockReserved, later(1)).unwrap().order;
    for (order, input, reason) in [
        (&order, Input::StockRefused, CancelReason::OutOfStock),
        (&order, Input::HoldRefused, CancelReason::HoldLimit),
        (
            &reserved,
            Input::PaymentDeclined,
            CancelReason::PaymentDeclined,
        ),
        (&reserved, Input::ReservationExpired, CancelReason::Expired),
        (&order, Input::GiveUp, CancelReason::Expired),
        (&order, Input::Cancel, CancelReason::Customer),
    ] {
        let turn = order.hear(input, later(2)).unwrap();
        assert_eq!(turn.order.cancel_reason, Some(reason));
        let Some(Fact::Cancelled(fact)) = turn.order.fact() else {
            panic!("it is cancelled")
        };
        assert_eq!(fact.reason, reason);
        assert_eq!(turn.facts, [Fact::Cancelled(fact)]);
        assert!(turn.order.waiting.is_some(), "it is said twice");
    }
}

#[test]
fn the_watchdog_asks_three_times_and_gives_up() {
    let mut order = placed(&[(1, 1, 1)]);
    let patience = Duration::from_mins(10);
    assert_eq!(order.remind(later(599).minus(patience), later(599)), None);
    for asked in 1..=3 {
        let at = later(600 * asked);
        let turn = order.remind(at.minus(patience), at).unwrap();
        let said = order.fact().into_iter().collect::<Vec<_>>();
        assert_eq!(turn.facts, said, "it says the same again");
        assert_eq!(states(&turn.order), [Status::Placed]);
        order = turn.order;
        assert_eq!(order.remind(at.minus(patience), at), None, "once a wait");
    }
    let at = later(2400);
    let turn = order.remind(at.minus(patience), at).unwrap();
    assert_eq!(turn.order.cancel_reason, Some(CancelReason::Expired));

    let reserved = order.hear(Input::StockReserved, later(2000)).unwrap().order;
    let anew = Waiting {
        since: later(2000),
        reminders: 0,
    };
    assert_eq!(reserved.waiting, Some(anew), "a new answer, a new wait");
    assert_eq!(confirmed().remind(later(9999), later(9999)), None);
}

#[test]
fn that_an_order_is_off_is_said_twice_whenever_it_is_called_off() {
    let order = placed(&[(1, 1, 1)]);
    let reserved = order.hear(Input::StockReserved, later(1)).unwrap().order;
    for order in [order, reserved, confirmed()] {
        let off = order.cancel(later(10)).unwrap().order;
        assert_eq!(off.remind(later(9), later(609)), None, "not at once");
        let again = off.remind(later(10), later(610)).unwrap();
        assert_eq!(again.facts, off.fact().into_iter().collect::<Vec<_>>());
        assert!(matches!(again.facts[..], [Fact::Cancelled(_)]));
        assert_eq!(again.order.waiting, None);
        assert_eq!(again.order.history, off.history);
    }
}

#[test]
fn the_watchdog_is_patient_with_a_payment_that_waits_for_its_customer() {
    let patience = Duration::from_mins(10);
    let order = placed(&[(1, 1, 1)]);
    assert_eq!(order.wait_until(later(900), later(1)), None);
    let reserved = order.hear(Input::StockReserved, later(1)).unwrap().order;
    let turn = reserved.wait_until(later(900), later(2)).unwrap();
    assert!(turn.facts.is_empty());
    let waits = turn.order;
    assert_eq!(states(&waits), states(&reserved));
    assert_eq!(waits.wait_until(later(900), later(3)), None, "told again");
    let at = later(1_499);
    assert_eq!(waits.remind(at.minus(patience), at), None);
    let at = later(1_500);
    assert!(waits.remind(at.minus(patience), at).is_some());
    // However long a payment says that it waits.
    let turn = reserved.wait_until(later(99_999), later(2)).unwrap();
    let at = later(2 + 3_600 + 600);
    assert!(turn.order.remind(at.minus(patience), at).is_some());
    assert_eq!(confirmed().wait_until(later(9_999), later(9_000)), None);
}

#[test]
fn a_seller_sees_its_part_and_its_sum() {
    let order = confirmed();
    let seller = order.fulfilments[0].seller_id;
    let seen = order.view(Viewer::Seller(seller));
    assert_eq!((seen.lines.len(), seen.fulfilments.len()), (1, 1));
    assert_eq!(seen.total.amount(), 1000);
    assert_eq!(seen.payment_method, None);
    assert_eq!(&seen.shipping_address, order.shipping_address.expose());
    let whole = order.view(Viewer::Whole);
    assert_eq!((whole.lines.len(), whole.total), (2, order.total));
}

prop_compose! {
    fn carts()(wanted in prop::collection::vec((0..5_u64, 1..=100_u32, 0..=1_000_000_u64), 1..=50)) -> Vec<(u64, u32, u64)> {
        wanted
    }
}

proptest! {
    #[test]
    fn the_lines_add_up_to_the_total_and_each_seller_has_one_part(wanted in carts()) {
        let order = placed(&wanted);
        let sum: u64 = wanted.iter().map(|(_, quantity, price)| u64::from(*quantity) * price).sum();
        prop_assert_eq!(order.total.amount(), sum);
        prop_assert_eq!(order.lines.iter().map(|line| line.total.amount()).sum::<u64>(), sum);

        let sellers: HashSet<_> = wanted.iter().map(|(seller, ..)| seller).collect();
        prop_assert_eq!(order.sellers().collect::<HashSet<_>>().len(), sellers.len());
        prop_assert_eq!(order.fulfilments.len(), sellers.len());
        for line in &order.lines {
            let part = order.fulfilments.iter().find(|part| part.id == line.fulfilment_id);
            prop_assert_eq!(part.map(|part| part.seller_id), Some(line.seller_id));
        }
        // What the sellers see is the whole order, each line once.
        let seen: u64 = order.sellers().map(|seller| order.view(Viewer::Seller(seller)).total.amount()).sum();
        prop_assert_eq!(seen, sum);
    }

    #[test]
    fn whatever_comes_an_order_keeps_its_rules(inputs in prop::collection::vec(0..Input::ALL.len(), 0..12)) {
        let mut order = placed(&[(1, 2, 500), (2, 1, 700)]);
        for (i, input) in inputs.into_iter().map(|i| Input::ALL[i]).enumerate() {
            let at = later(i as u64);
            let Some(turn) = order.hear(input, at) else { continue };
            let next = turn.order;
            prop_assert_eq!(!turn.facts.is_empty(), next.status != order.status);
            prop_assert!(next.history.starts_with(&order.history));
            prop_assert_eq!(next.history.last().map(|passage| passage.status), Some(next.status));
            let waits = next.status.waits() || next.status == Status::Cancelled;
            prop_assert_eq!(next.waiting.is_some(), waits);
            prop_assert_eq!(next.cancel_reason.is_some(), next.status == Status::Cancelled);
            prop_assert!(next.fact().is_some());
            prop_assert_eq!(next.total, order.total);
            let off = next.status == Status::Cancelled;
            prop_assert!(next.lines.iter().all(|line| (line.left() == 0) == off));
            order = next;
        }
    }
}

fn guests(lines: Vec<CartLine>) -> Order {
    let guest = Purchaser::Guest {
        email: "Rosa@example.com".parse().unwrap(),
        cart: contracts::CartToken::of([7; 32]).cart(),
    };
    let purchase = Purchase {
        by: guest,
        ..purchase(lines)
    };
    Order::place(purchase, &Ids::seeded(2), now()).unwrap()
}

#[test]
fn a_guests_order_is_nobodys_and_its_personal_values_are_its_own() {
    let order = guests(lines(&[(1, 2, 500)]));
    let anyone: CustomerId = Ids::seeded(9).fresh(now());
    let seller = order.lines[0].seller_id;
    assert!(!order.of_customer(anyone) && order.of_seller(seller));
    assert_eq!(order.shipping_address.subject, Subject::GuestOf(order.id));
    assert!(order.is_of_guest_at(&"rosa@EXAMPLE.com".parse().unwrap()));
    assert!(!order.is_of_guest_at(&"rosa@example.org".parse().unwrap()));

    // What the world is told has no customer, and no address.
    let Some(Fact::Placed(placed)) = order.fact() else {
        panic!("it is placed")
    };
    let told = serde_json::to_value(&placed).unwrap();
    assert_eq!(told.get("customer_id"), None);
    assert_eq!(told["guest_cart"].as_str().map(str::len), Some(64));
    assert!(!told.to_string().contains('@'), "{told}");
    let shown = serde_json::to_value(order.view(Viewer::Whole)).unwrap();
    assert_eq!(shown.get("customer_id"), None);
    assert!(!shown.to_string().contains('@'), "{shown}");
}

#[test]
fn a_guests_order_is_claimed_once_and_in_any_state() {
    let [one, other]: [CustomerId; 2] = [1, 2].map(|seed| Ids::seeded(seed).fresh(now()));
    let order = guests(lines(&[(1, 2, 500)]));
    for order in [order.clone(), order.cancel(later(1)).unwrap().order] {
        let claimed = order.claimed_by(one).unwrap();
        assert!(claimed.of_customer(one) && !claimed.of_customer(other));
        assert_eq!(claimed.status, order.status);
        assert_eq!(claimed.email, None);
        assert_eq!(claimed.shipping_address.subject, Subject::Customer(one));
        assert_eq!(
            claimed.shipping_address.expose(),
            order.shipping_address.expose()
        );
        assert_eq!(claimed.claimed_by(other), None);
        assert_eq!(claimed.claimed_by(one), None);
        assert!(!claimed.is_of_guest_at(&"rosa@example.com".parse().unwrap()));
    }
    assert_eq!(placed(&[(1, 1, 1)]).claimed_by(other), None);
}

#[test]
fn an_order_that_was_claimed_while_it_waits_goes_on_and_empties_the_guests_cart() {
    let customer: CustomerId = Ids::seeded(1).fresh(now());
    let order = guests(lines(&[(1, 2, 500)])).claimed_by(customer).unwrap();
    let again = order.remind(later(600), later(600)).unwrap().order;
    let Some(Fact::Placed(placed)) = again.fact() else {
        panic!("it is placed")
    };
    assert_eq!(placed.guest_cart, order.guest_cart);
    assert!(placed.buyer.is(customer));
    let reserved = again.hear(Input::StockReserved, later(601)).unwrap().order;
    assert!(matches!(reserved.fact(), Some(Fact::StockReserved(fact)) if fact.buyer.is(customer)));
}
