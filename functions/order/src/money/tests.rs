//! How an order waits for its money, whatever is said in whatever order.

use std::time::Duration;

use contracts::Event;
use kernel::{Currency, Ids};
use proptest::prelude::*;

use super::*;
use crate::{
    documents::tests::written,
    facts::Fact,
    lifecycle::Status,
    order::{REMINDERS, tests::confirmed},
    parts::{Carriage, Parts, Pieces},
};

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_second(1_795_427_000).plus(Duration::from_secs(seconds))
}

fn euro(cents: u64) -> Money {
    Money::new(cents, Currency::EUR).unwrap()
}

fn shipped(order: &Order, now: Timestamp) -> Order {
    let stamp = (&Ids::seeded(3), now);
    let turn = order.ship(Parts::ALL, None, &Carriage::default(), stamp);
    turn.unwrap().order
}

/// Two pieces at 5.00 and one at 7.00, all on their way.
fn on_its_way() -> Order {
    shipped(&confirmed(), at(0))
}

fn captured(order: &Order, cents: u64, now: Timestamp) -> Order {
    let heard = order.hear_captured(euro(cents), now);
    heard.map_or_else(|| order.clone(), |turn| turn.order)
}

fn reminded(order: &Order, now: Timestamp) -> Turn {
    order.remind(now, now).expect("it waits")
}

#[test]
fn an_order_that_is_paid_says_where_it_stands_once_more_and_rests() {
    let order = on_its_way();
    assert_eq!(order.status, Status::Shipped);
    assert!(order.awaits_money() && order.waiting.is_some());
    let delivered = order.deliver(Parts::ALL, None, at(1)).unwrap().order;
    assert_eq!(delivered.waiting, order.waiting, "whatever its parcels do");

    let paid = captured(&delivered, 1_700, at(2));
    assert_eq!(paid.captured(), euro(1_700));
    assert!(!paid.awaits_money() && paid.waiting.is_some());
    let paid = written(&paid, at(3));
    let turn = reminded(&paid, at(600));
    assert_eq!(turn.facts, [Fact::Progressed(paid.progress())]);
    assert_eq!((turn.order.waiting, turn.order.trouble), (None, None));
}

#[test]
fn an_order_that_nobody_pays_stops_waiting_and_is_not_given_up() {
    let mut order = on_its_way();
    for asked in 1..=REMINDERS {
        let turn = reminded(&order, at(600 * u64::from(asked)));
        assert_eq!(turn.facts, [Fact::Progressed(order.progress())]);
        order = turn.order;
        assert!(order.waiting.is_some());
    }
    let late = captured(&order, 1_700, at(2_000));
    assert!(late.waiting.is_some(), "its invoices are owed");
    let late = written(&late, at(2_001));
    assert_eq!((late.waiting, late.trouble), (None, None), "told twice");

    let turn = reminded(&order, at(2_400));
    assert_eq!((turn.facts, turn.action), (vec![], "order.stop-waiting"));
    let left = turn.order;
    assert_eq!((left.status, left.waiting), (Status::Shipped, None));
    assert_eq!(left.trouble.unwrap().kind, TroubleKind::PaymentUnanswered);
    assert_eq!(captured(&left, 1_000, at(2_401)).trouble, left.trouble);
    assert_eq!(captured(&left, 1_700, at(2_401)).trouble, None);
}

#[test]
fn an_order_whose_money_is_refused_shows_it_and_asks_no_more() {
    let refused = on_its_way().hear_refused(at(1)).unwrap().order;
    assert_eq!(refused.trouble.unwrap().kind, TroubleKind::CaptureFailed);
    assert_eq!(refused.hear_refused(at(2)), None);
    // Inventory may not have heard of it all the same.
    let turn = reminded(&refused, at(600));
    assert_eq!(turn.facts.len(), 1);
    assert_eq!(turn.order.waiting, None);
    assert_eq!(turn.order.trouble, refused.trouble);

    let paid = captured(&on_its_way(), 1_700, at(1));
    assert_eq!(paid.hear_refused(at(2)), None, "it is paid");
}

#[test]
fn an_order_that_moves_on_forgets_who_was_silent_and_not_who_refused() {
    let with = |kind: TroubleKind| {
        let mut order = on_its_way();
        order.trouble = Some(Trouble { kind, at: at(1) });
        order.wait(at(2));
        order.trouble.map(|trouble| trouble.kind)
    };
    let refused = TroubleKind::CaptureFailed;
    assert_eq!(with(refused), Some(refused));
    for silent in [
        TroubleKind::PaymentUnanswered,
        TroubleKind::RefundUnanswered,
        TroubleKind::DocumentsMissing,
    ] {
        assert_eq!(with(silent), None, "{silent:?}");
    }
}

#[test]
fn each_move_is_a_wait_of_its_own_and_what_is_only_cancelled_is_said_twice() {
    let order = confirmed();
    let one = [Pieces {
        variant_id: order.lines[0].variant_id,
        quantity: kernel::Quantity::ONE,
    }];
    let less = order.cancel_pieces(&one, at(0)).unwrap().order;
    assert!(less.waiting.is_some() && !less.awaits_money());
    let told = reminded(&less, at(600));
    assert_eq!(told.facts, [Fact::Progressed(less.progress())]);
    assert_eq!(told.order.waiting, None);

    let shipped = shipped(&told.order, at(700));
    let anew = Waiting {
        since: at(700),
        reminders: 0,
    };
    assert_eq!(shipped.waiting, Some(anew));
    let off = less.cancel(at(701)).unwrap().order;
    assert_eq!(off.status, Status::Cancelled);
    assert_eq!(
        off.waiting.unwrap().since,
        at(701),
        "that is said twice too"
    );
}

#[test]
fn steps_are_remembered_up_to_a_number_and_the_sum_always() {
    let mut order = on_its_way();
    for cents in 1..=250 {
        order = captured(&order, cents, at(cents));
    }
    assert_eq!(order.money.len(), MOST_STEPS);
    assert_eq!(order.captured(), euro(250));
    let back = Repayment::Done(PaymentRefunded {
        refunded: euro(5),
        ..PaymentRefunded::example()
    });
    let back = order.hear_repayment(&back, at(300)).unwrap().order;
    assert_eq!(
        (back.captured(), back.moved(MoneyKind::Refunded)),
        (euro(250), euro(5))
    );
    assert_eq!(back.money.len(), MOST_STEPS + 1);
}

proptest! {
    #[test]
    fn in_whatever_order_it_is_told_the_largest_sum_counts(sums in prop::collection::vec(0..2_000_u64, 0..12)) {
        let mut order = on_its_way();
        for (i, &cents) in (1..).zip(&sums) {
            let next = captured(&order, cents, at(i));
            prop_assert!(next.captured().amount() >= order.captured().amount());
            prop_assert_eq!(next.awaits_money(), next.captured().amount() < 1_700);
            prop_assert!(next.waiting.is_some(), "it was told once");
            order = next;
        }
        let largest = sums.iter().copied().max().unwrap_or(0);
        prop_assert_eq!(order.captured(), euro(largest));
    }
}
