use contracts::{
    Event,
    events::{LineProgress, OrderStockReserved},
};
use kernel::{Currency, Ids};
use proptest::prelude::*;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second)
}

fn eur(amount: u64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

fn seller(number: u64) -> SellerId {
    Ids::seeded(number).fresh(at(1))
}

/// A payment of 100.00 that is held.
fn held() -> Payment {
    let order = OrderStockReserved {
        total: eur(10_000),
        ..OrderStockReserved::example()
    };
    let asked = Payment::asked_for(&order, at(1));
    asked.after(Input::Held, at(2)).unwrap()
}

/// Four pieces of the first seller's and four of the second's at 12.50 each, of which so many are shipped and called off.
fn order(shipped: [u32; 2], cancelled: [u32; 2]) -> OrderProgressed {
    let example = OrderProgressed::example();
    let line = |i: usize| LineProgress {
        seller_id: seller(i as u64 + 1),
        quantity: Quantity::new(4).unwrap(),
        shipped: shipped[i],
        cancelled: cancelled[i],
        unit_price: eur(1_250),
        ..example.lines[0].clone()
    };
    let pieces = |counts: [u32; 2]| u64::from(counts[0] + counts[1]);
    let due = pieces(shipped);
    OrderProgressed {
        lines: vec![line(0), line(1)],
        due: eur(due * 1_250),
        open: eur((8 - due - pieces(cancelled)) * 1_250),
        ..example
    }
}

/// Does what is next until nothing is, with a provider that says this; what it was asked for.
fn go(payment: &mut Payment, order: &OrderProgressed, said: &Answer) -> Vec<u64> {
    let mut asked = Vec::new();
    loop {
        let next = payment.next(order, at(3)).unwrap();
        *payment = match next {
            Next::Begin(part) => payment.with(part),
            Next::Resume(part) => {
                asked.push(part.amount.amount());
                let heard = payment.after_capture(part.number, said, at(4));
                heard.unwrap().unwrap()
            }
            Next::Complete => payment.after(Input::OrderComplete, at(5)).unwrap(),
            Next::LetGo => Payment {
                let_go: Some(true),
                ..payment.clone()
            },
            Next::Nothing => return asked,
        };
    }
}

#[test]
fn each_shipment_is_captured_and_the_last_is_the_end() {
    let mut payment = held();
    assert_eq!(
        go(&mut payment, &order([1, 0], [0, 0]), &Answer::Done),
        [1_250]
    );
    assert_eq!(payment.status, Status::PartlyCaptured);
    assert_eq!(
        go(&mut payment, &order([4, 4], [0, 0]), &Answer::Done),
        [8_750]
    );
    assert_eq!(payment.status, Status::Captured);
    assert_eq!(payment.captured().unwrap(), payment.amount);
    assert_eq!(payment.let_go, None, "nothing was left to let go of");
}

#[test]
fn a_payment_is_captured_with_its_last_part_and_not_before() {
    for (shipped, status) in [([4, 3], Status::PartlyCaptured), ([4, 4], Status::Captured)] {
        let Next::Begin(part) = held().next(&order(shipped, [0, 0]), at(3)).unwrap() else {
            panic!("some is due");
        };
        let heard = held().with(part).after_capture(1, &Answer::Done, at(4));
        assert_eq!(heard.unwrap().unwrap().status, status);
    }
}

#[test]
fn what_is_called_off_is_let_go_once_nothing_more_is_shipped() {
    let mut payment = held();
    go(&mut payment, &order([2, 0], [0, 1]), &Answer::Done);
    assert_eq!(
        (payment.status, payment.let_go),
        (Status::PartlyCaptured, None)
    );
    go(&mut payment, &order([2, 0], [2, 4]), &Answer::Done);
    assert_eq!(
        (payment.status, payment.let_go),
        (Status::Captured, Some(true))
    );
    assert_eq!(payment.uncaptured().unwrap(), eur(7_500));

    let mut payment = held();
    assert!(go(&mut payment, &order([0, 0], [4, 4]), &Answer::Done).is_empty());
    assert_eq!(
        (payment.status, payment.let_go),
        (Status::Voided, Some(true))
    );
}

#[test]
fn a_part_that_was_begun_is_finished_before_another_begins() {
    let payment = held();
    let Next::Begin(part) = payment.next(&order([1, 0], [0, 0]), at(3)).unwrap() else {
        panic!("a part is due");
    };
    let begun = payment.with(part.clone());
    let further = begun.next(&order([4, 4], [0, 0]), at(4)).unwrap();
    assert_eq!(further, Next::Resume(part));
}

#[test]
fn a_part_that_is_refused_for_good_ends_it() {
    let mut payment = held();
    let refused = Answer::Declined("capture_declined".to_owned());
    assert_eq!(
        go(&mut payment, &order([1, 0], [0, 0]), &refused),
        [1_250],
        "it is asked for once"
    );
    assert_eq!(payment.status, Status::CaptureFailed);
    assert!(payment.captured().unwrap().is_zero());
    assert!(go(&mut payment, &order([4, 4], [0, 0]), &Answer::Done).is_empty());
}

#[test]
fn no_more_is_captured_than_is_held() {
    let mut payment = held();
    let more = OrderProgressed {
        due: eur(10_001),
        ..order([4, 4], [0, 0])
    };
    assert_eq!(go(&mut payment, &more, &Answer::Done), [10_000]);
}

#[test]
fn nothing_is_shipped_that_is_not_paid() {
    let shipped = order([1, 0], [0, 0]);
    let asked = Payment::asked_for(&OrderStockReserved::example(), at(1));
    assert!(asked.next(&shipped, at(2)).is_err(), "not yet");
    let declined = asked.after(Input::Refused, at(2)).unwrap();
    assert!(declined.next(&shipped, at(3)).is_err());
    let off = order([0, 0], [4, 4]);
    assert_eq!(declined.next(&off, at(3)).unwrap(), Next::Nothing);
}

#[test]
fn each_seller_gets_a_share_of_what_it_has_shipped_since() {
    let mut payment = held();
    for shipped in [[1, 0], [1, 2], [4, 4]] {
        go(&mut payment, &order(shipped, [0, 0]), &Answer::Done);
    }
    let shares = |capture: &Capture| {
        let of = |share: &Share| (share.seller_id, share.amount.amount());
        capture.shares.iter().map(of).collect::<Vec<_>>()
    };
    let shares: Vec<_> = payment.captures.iter().map(shares).collect();
    let (first, second) = (seller(1), seller(2));
    let mut last = vec![(first, 3_750), (second, 2_500)];
    last.sort();
    assert_eq!(shares, [vec![(first, 1_250)], vec![(second, 2_500)], last]);
}

#[test]
fn the_keys_of_a_payments_parts_are_apart() {
    let mut payment = held();
    go(&mut payment, &order([1, 0], [0, 0]), &Answer::Done);
    go(&mut payment, &order([1, 1], [0, 0]), &Answer::Done);
    let captures = payment.captures.iter();
    let keys: Vec<_> = captures
        .map(|capture| payment.transfer(capture).key)
        .collect();
    assert_eq!(keys[0], format!("{}#capture#1", payment.payment_id));
    assert_ne!(keys[0], keys[1]);
}

proptest! {
    /// Whatever an order tells, in whatever order and however often, what is captured in the end is what is due by
    /// the furthest of it, and never more on the way.
    #[test]
    fn captures_follow_the_furthest_that_was_heard(
        steps in proptest::collection::vec((0..2_usize, 0..2_usize), 1..12),
        order_of in proptest::collection::vec(0..64_usize, 1..40),
    ) {
        let (mut shipped, mut cancelled) = ([0_u32; 2], [0_u32; 2]);
        let mut told = vec![order(shipped, cancelled)];
        for (seller, what) in steps {
            if shipped[seller] + cancelled[seller] < 4 {
                [&mut shipped, &mut cancelled][what][seller] += 1;
                told.push(order(shipped, cancelled));
            }
        }
        let mut payment = held();
        let mut furthest = 0;
        for heard in order_of {
            let heard = &told[heard % told.len()];
            // A payment that is over hears of nothing more to be shipped.
            let is_over = payment.status == Status::Voided && !heard.due.is_zero();
            prop_assert!(!is_over);
            go(&mut payment, heard, &Answer::Done);
            furthest = furthest.max(heard.due.amount());
            prop_assert_eq!(payment.captured().unwrap().amount(), furthest);
            let shares = payment.captures.iter().flat_map(|capture| &capture.shares);
            prop_assert_eq!(shares.map(|share| share.amount.amount()).sum::<u64>(), furthest);
        }
        // Told the last of it, whatever came before.
        go(&mut payment, told.last().unwrap(), &Answer::Done);
        prop_assert_eq!(payment.captured().unwrap(), told.last().unwrap().due);
    }
}
