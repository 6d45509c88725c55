//! What sellers and customers do to the parts of an order, and what holds of them whatever they do.

use std::time::Duration;

use kernel::Currency;
use proptest::prelude::*;

use super::*;
use crate::{
    lifecycle::Status,
    order::tests::{confirmed, placed},
};

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_second(1_795_426_200).plus(Duration::from_secs(seconds))
}

fn of(seller: SellerId) -> Parts {
    Parts {
        seller: Some(seller),
        only: None,
    }
}

fn pieces(order: &Order, line: usize, quantity: u32) -> Pieces {
    Pieces {
        variant_id: order.lines[line].variant_id,
        quantity: Quantity::new(quantity).unwrap(),
    }
}

fn ship(order: &Order, parts: Parts, pieces: Option<&[Pieces]>) -> Result<Turn, Problem> {
    let carriage = Carriage {
        carrier: Some("An Post".parse().unwrap()),
        tracking_number: Some("CE123456789IE".parse().unwrap()),
    };
    order.ship(parts, pieces, &carriage, (&Ids::seeded(3), at(10)))
}

fn code(outcome: Result<Turn, Problem>) -> Code {
    outcome.unwrap_err().code()
}

fn euro(cents: u64) -> Money {
    Money::new(cents, Currency::EUR).unwrap()
}

fn sellers(order: &Order) -> [SellerId; 2] {
    [0, 1].map(|i| order.fulfilments[i].seller_id)
}

fn statuses(order: &Order) -> Vec<FulfilmentStatus> {
    order.fulfilments.iter().map(|part| part.status).collect()
}

/// How far the order has come, as the last thing that was told of its pieces.
fn told(turn: &Turn) -> (Vec<(u32, u32)>, Money, Money) {
    let progress = turn.facts.iter().find_map(|fact| match fact {
        Fact::Progressed(progress) => Some(progress),
        _ => None,
    });
    let progress = progress.expect("its pieces have moved");
    let counts = progress
        .lines
        .iter()
        .map(|line| (line.shipped, line.cancelled));
    (counts.collect(), progress.due, progress.open)
}

#[test]
fn an_order_is_shipped_when_each_seller_has_shipped_and_no_piece_twice() {
    // Two pieces at 5.00 of one seller, one at 7.00 of another.
    let order = confirmed();
    let [first, second] = sellers(&order);

    let some = ship(&order, of(first), Some(&[pieces(&order, 0, 1)])).unwrap();
    assert_eq!(told(&some), (vec![(1, 0), (0, 0)], euro(500), euro(1200)));
    assert_eq!(some.facts.len(), 1, "it is not shipped");
    let order = some.order;
    assert_eq!(
        statuses(&order),
        [FulfilmentStatus::PartlyShipped, FulfilmentStatus::Pending]
    );
    assert_eq!(code(order.cancel(at(11))), Code::OrderNotCancellable);

    let too_many = ship(&order, of(first), Some(&[pieces(&order, 0, 2)]));
    assert_eq!(code(too_many), Code::ValidationFailed);
    let anothers = ship(&order, of(first), Some(&[pieces(&order, 1, 1)]));
    assert_eq!(code(anothers), Code::ValidationFailed);
    let twice = [pieces(&order, 0, 1), pieces(&order, 0, 1)];
    assert_eq!(
        code(ship(&order, of(first), Some(&twice))),
        Code::ValidationFailed
    );
    let foreign = Parts {
        seller: Some(first),
        only: Some(order.fulfilments[1].id),
    };
    assert_eq!(code(ship(&order, foreign, None)), Code::ValidationFailed);

    let order = ship(&order, of(first), None).unwrap().order;
    assert_eq!(order.status, Status::Confirmed);
    assert_eq!(order.fulfilments[0].shipments.len(), 2, "two parcels");
    let again = ship(&order, of(first), None);
    assert_eq!(code(again), Code::OrderNotShippable);

    let whole = ship(&order, of(second), None).unwrap();
    assert_eq!(told(&whole), (vec![(2, 0), (1, 0)], euro(1700), euro(0)));
    assert_eq!(whole.order.status, Status::Shipped);
    assert!(matches!(&whole.facts[..], [_, Fact::Shipped(shipped)] if shipped.total == euro(1700)));
    let over = ship(&whole.order, Parts::ALL, None);
    assert_eq!(code(over), Code::OrderNotShippable);
    let early = ship(&placed(&[(1, 1, 1)]), Parts::ALL, None);
    assert_eq!(code(early), Code::OrderNotShippable);
}

#[test]
fn what_is_cancelled_of_an_order_is_neither_shipped_nor_paid() {
    let order = confirmed();
    let one = order.cancel_pieces(&[pieces(&order, 0, 1)], at(5)).unwrap();
    assert_eq!(told(&one), (vec![(0, 1), (0, 0)], euro(0), euro(1200)));
    let shipped = ship(&one.order, Parts::ALL, None).unwrap();
    assert_eq!(told(&shipped).1, euro(1200));
    let Some(Fact::Shipped(fact)) = shipped.order.fact() else {
        panic!("it is shipped")
    };
    assert_eq!(
        (fact.lines[0].quantity, fact.total),
        (Quantity::ONE, euro(1200))
    );
    let late = shipped.order.cancel_pieces(&[pieces(&order, 0, 1)], at(9));
    assert_eq!(code(late), Code::OrderNotCancellable);

    // What is left of a half shipped order is cancelled: it is shipped.
    let half = ship(&order, of(sellers(&order)[0]), None).unwrap().order;
    let rest = half.cancel_pieces(&[pieces(&order, 1, 1)], at(9)).unwrap();
    assert_eq!(rest.order.status, Status::Shipped);
    assert_eq!(
        statuses(&rest.order),
        [FulfilmentStatus::Shipped, FulfilmentStatus::Cancelled]
    );

    // The last piece of an order of which nothing is shipped: it is cancelled as a whole.
    let all = [pieces(&order, 0, 2), pieces(&order, 1, 1)];
    let off = order.cancel_pieces(&all, at(9)).unwrap();
    assert_eq!(off.order.status, Status::Cancelled);
    assert!(matches!(&off.facts[..], [Fact::Cancelled(_)]));

    let refused = |pieces: &[Pieces]| code(order.cancel_pieces(pieces, at(9)));
    assert_eq!(refused(&[]), Code::ValidationFailed);
    assert_eq!(refused(&[pieces(&order, 0, 3)]), Code::ValidationFailed);
    let unpaid = placed(&[(1, 2, 1)]);
    let early = unpaid.cancel_pieces(&[pieces(&unpaid, 0, 1)], at(1));
    assert_eq!(code(early), Code::OrderNotCancellable);
}

#[test]
fn a_seller_accepts_or_rejects_its_part_and_no_one_elses() {
    let order = confirmed();
    let [first, second] = sellers(&order);
    let sorry = "Sold out at the stall.".parse().unwrap();

    let accepted = order.accept(of(first), at(3)).unwrap();
    assert!(accepted.facts.is_empty());
    let order = accepted.order;
    assert_eq!(
        statuses(&order),
        [FulfilmentStatus::Accepted, FulfilmentStatus::Pending]
    );
    assert_eq!(
        code(order.accept(of(first), at(4))),
        Code::OrderNotAcceptable
    );

    let rejected = order.reject(of(second), &sorry, at(4)).unwrap();
    assert_eq!(told(&rejected), (vec![(0, 0), (0, 1)], euro(0), euro(1000)));
    assert_eq!(statuses(&rejected.order)[1], FulfilmentStatus::Rejected);
    let shipped = ship(&rejected.order, Parts::ALL, None).unwrap().order;
    assert_eq!(shipped.status, Status::Shipped);
    assert_eq!(shipped.progress().due, euro(1000));

    // A seller may find out late; but not after it has shipped.
    let off = rejected.order.reject(of(first), &sorry, at(5)).unwrap();
    assert_eq!(
        off.order.cancel_reason,
        Some(contracts::events::CancelReason::Rejected)
    );
    let some = ship(&order, of(first), Some(&[pieces(&order, 0, 1)])).unwrap();
    let late = some.order.reject(of(first), &sorry, at(6));
    assert_eq!(code(late), Code::OrderNotAcceptable);
    let early = placed(&[(1, 1, 1)]).accept(Parts::ALL, at(1));
    assert_eq!(code(early), Code::OrderNotAcceptable);
}

#[test]
fn an_order_is_delivered_when_its_last_parcel_has_arrived() {
    let order = confirmed();
    let [first, second] = sellers(&order);
    let half = ship(&order, of(first), None).unwrap().order;
    let parcel = half.fulfilments[0].shipments[0].id;
    let nowhere = half.deliver(of(second), None, at(20));
    assert_eq!(code(nowhere), Code::OrderNotDeliverable);
    let anothers = half.deliver(of(second), Some(parcel), at(20));
    assert_eq!(code(anothers), Code::ValidationFailed);

    let arrived = half.deliver(of(first), Some(parcel), at(20)).unwrap();
    assert!(arrived.facts.is_empty(), "another part is not shipped yet");
    assert_eq!(
        statuses(&arrived.order),
        [FulfilmentStatus::Delivered, FulfilmentStatus::Pending]
    );
    let again = arrived.order.deliver(of(first), None, at(21));
    assert_eq!(code(again), Code::OrderNotDeliverable);

    let whole = ship(&arrived.order, of(second), None).unwrap().order;
    assert_eq!(whole.status, Status::Shipped);
    let done = whole.deliver(Parts::ALL, None, at(30)).unwrap();
    assert_eq!(done.order.status, Status::Delivered);
    assert!(matches!(&done.facts[..], [Fact::Delivered(_)]));

    // All that is shipped has arrived, and the rest is cancelled: both states in one step, each told.
    let rest = [pieces(&order, 1, 1)];
    let both = arrived.order.cancel_pieces(&rest, at(31)).unwrap();
    assert!(matches!(
        &both.facts[..],
        [Fact::Progressed(_), Fact::Shipped(_), Fact::Delivered(_)]
    ));
}

/// What someone tries with an order.
#[derive(Debug, Clone)]
enum Try {
    Ship(usize, Option<(usize, u32)>),
    Cancel(usize, u32),
    Accept(usize),
    Reject(usize),
    Deliver(usize),
}

fn tries() -> impl Strategy<Value = Try> {
    let seller = 0..2_usize;
    let line = 0..3_usize;
    prop_oneof![
        (seller.clone(), prop::option::of((line.clone(), 1..4_u32)))
            .prop_map(|(seller, some)| Try::Ship(seller, some)),
        (line, 1..4_u32).prop_map(|(line, quantity)| Try::Cancel(line, quantity)),
        seller.clone().prop_map(Try::Accept),
        seller.clone().prop_map(Try::Reject),
        seller.prop_map(Try::Deliver),
    ]
}

fn attempt(order: &Order, what: &Try, now: Timestamp) -> Result<Turn, Problem> {
    let by = |seller: &usize| of(sellers(order)[*seller]);
    match what {
        Try::Ship(seller, None) => ship(order, by(seller), None),
        Try::Ship(seller, Some((line, quantity))) => {
            ship(order, by(seller), Some(&[pieces(order, *line, *quantity)]))
        }
        Try::Cancel(line, quantity) => order.cancel_pieces(&[pieces(order, *line, *quantity)], now),
        Try::Accept(seller) => order.accept(by(seller), now),
        Try::Reject(seller) => order.reject(by(seller), &"No.".parse().unwrap(), now),
        Try::Deliver(seller) => order.deliver(by(seller), None, now),
    }
}

proptest! {
    #[test]
    fn whatever_is_tried_counts_only_grow_and_every_cent_is_due_open_or_cancelled(
        tries in prop::collection::vec(tries(), 0..24)
    ) {
        let order = placed(&[(1, 3, 500), (2, 1, 700), (2, 2, 333)]);
        let order = order.hear(Input::StockReserved, at(1)).unwrap().order;
        let mut order = order.hear(Input::PaymentAuthorized, at(2)).unwrap().order;
        for (i, what) in (3..).zip(&tries) {
            let Ok(turn) = attempt(&order, what, at(i)) else { continue };
            let next = turn.order;
            for (before, after) in order.lines.iter().zip(&next.lines) {
                prop_assert!(after.shipped >= before.shipped && after.cancelled >= before.cancelled);
                prop_assert!(after.shipped + after.cancelled <= after.quantity.get());
            }
            let progress = next.progress();
            let cancelled = next.lines.iter().map(|line| line.price_of(line.cancelled).amount());
            let all = progress.due.amount() + progress.open.amount() + cancelled.sum::<u64>();
            prop_assert_eq!(all, next.total.amount());

            // What is told is how far it has come, whenever its pieces have moved and some of it is wanted.
            let moved = next.lines != order.lines && next.status != Status::Cancelled;
            let told = turn.facts.contains(&Fact::Progressed(progress));
            prop_assert_eq!(told, moved);
            // Each new state is told, once and in turn.
            let news: Vec<_> = next.history[order.history.len()..].iter().map(|passage| passage.status).collect();
            let facts: Vec<_> = turn.facts.iter().filter(|fact| !matches!(fact, Fact::Progressed(_))).collect();
            prop_assert_eq!(news.len(), facts.len());

            // The pieces of a part are those of its parcels.
            for part in &next.fulfilments {
                let sent: u32 = part.shipments.iter().flat_map(|shipment| &shipment.lines).map(|pieces| pieces.quantity.get()).sum();
                let lines = next.lines.iter().filter(|line| line.fulfilment_id == part.id);
                prop_assert_eq!(sent, lines.map(|line| line.shipped).sum::<u32>());
            }
            let left: u32 = next.lines.iter().map(Line::left).sum();
            prop_assert_eq!(next.status == Status::Confirmed, left > 0);
            order = next;
        }
    }
}
