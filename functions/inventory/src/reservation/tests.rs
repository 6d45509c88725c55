use MovementKind::{Released, Sold};
use contracts::Event;
use proptest::prelude::*;

use super::*;

const TIME: Duration = Duration::from_mins(15);

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000)
}

fn held() -> Reservation {
    Reservation::for_order(&OrderPlaced::example(), now(), TIME)
}

/// That so many of the two pieces of the example are shipped, and so many called off.
fn progressed(shipped: u32, cancelled: u32) -> OrderProgressed {
    let mut order = OrderProgressed::example();
    order.lines[0].shipped = shipped;
    order.lines[0].cancelled = cancelled;
    order
}

fn progress(reservation: &Reservation, shipped: u32, cancelled: u32) -> Option<Turn> {
    let order = progressed(shipped, cancelled);
    reservation.progress(&order, now()).unwrap()
}

fn moved(turn: &Turn) -> Vec<(MovementKind, i64)> {
    let movements = turn.movements.iter();
    movements
        .map(|movement| (movement.kind, movement.pieces))
        .collect()
}

#[test]
fn it_ends_by_the_orders_word_alone() {
    let held = held();
    assert_eq!(held.expire().state(), State::Held);
    let released = held.release(now()).unwrap();
    assert_eq!(released.next.state(), State::Released);
    assert_eq!(moved(&released), [(Released, 2)]);
    let committed = progress(&held, 2, 0).unwrap();
    assert_eq!(committed.next.state(), State::Committed);
    assert_eq!(moved(&committed), [(Sold, 2)]);
    assert_eq!(progress(&committed.next, 2, 0), None);
    assert_eq!(committed.next.release(now()), None);
}

#[test]
fn it_is_where_its_pieces_are_and_has_moved_as_they_have() {
    let variant = held().lines()[0].variant_id;
    let part = progress(&held(), 1, 0).unwrap().next;
    let sold = progress(&held(), 1, 1).unwrap().next;
    let released = held().release(now()).unwrap().next;
    let refused = held().refuse(Vec::new(), now());
    let tombstone = Reservation::tombstone(held().order_id(), now());
    for (whole, moved, left) in [
        (held(), [2, 0, 0], 2),
        (part, [2, 1, 0], 1),
        (sold, [2, 1, 1], 0),
        (released.clone(), [2, 0, 2], 0),
    ] {
        assert_eq!(whole.contradiction(now()), None, "{:?}", whole.state());
        assert_eq!(whole.moved(), BTreeMap::from([(variant, moved)]));
        assert_eq!(whole.held_of(variant), left);
    }
    for nothing in [refused.clone(), tombstone] {
        assert_eq!(nothing.contradiction(now()), None);
        assert!(nothing.moved().is_empty());
    }
    for state in [State::Held, State::Committed, State::Refused] {
        let elsewhere = Reservation {
            state,
            ..released.clone()
        };
        assert!(elsewhere.contradiction(now()).is_some(), "{state:?}");
    }
    let elsewhere = Reservation {
        state: State::Released,
        ..refused
    };
    assert!(elsewhere.contradiction(now()).is_some());
}

#[test]
fn it_is_where_its_pieces_are_only_if_each_count_fits_its_state() {
    let part = progress(&held(), 1, 0).unwrap().next;
    let sold = progress(&held(), 2, 0).unwrap().next;
    let released = held().release(now()).unwrap().next;
    let counted = |shipped, cancelled| Held {
        shipped,
        cancelled,
        ..held().lines[0].clone()
    };
    let with = |of: &Reservation, lines: Vec<Held>| Reservation {
        lines,
        ..of.clone()
    };
    let open = |of: &Reservation| Reservation {
        closed_at: None,
        ..of.clone()
    };
    let closed = |of: &Reservation| Reservation {
        closed_at: Some(now()),
        ..of.clone()
    };
    let shards = Held {
        parts: vec![Part {
            shard: 1,
            pieces: 3,
        }],
        ..counted(0, 0)
    };
    for wrong in [
        with(&part, vec![counted(3, 0)]),
        with(&part, vec![counted(2, 0)]),
        closed(&part),
        with(&sold, vec![counted(1, 0)]),
        with(&sold, vec![counted(0, 2)]),
        open(&sold),
        with(&released, vec![counted(1, 1)]),
        with(&released, vec![counted(0, 1)]),
        open(&released),
        with(&held().refuse(Vec::new(), now()), vec![counted(0, 1)]),
        with(&held().refuse(Vec::new(), now()), vec![counted(1, 0)]),
        open(&held().refuse(Vec::new(), now())),
        with(&held(), vec![shards]),
    ] {
        assert!(wrong.contradiction(now()).is_some(), "{wrong:?}");
    }
}

#[test]
fn a_buyer_who_would_hold_too_much_is_told_how_much_that_is() {
    let refused = held().refuse_beyond(7, now());
    assert_eq!(refused.state(), State::Refused);
    assert_eq!(held().pieces(), 2);
    assert_eq!(
        held().unpaid_until(),
        now().plus(TIME).plus(LONGEST_WAIT).plus(GRACE)
    );
    let Answer::Refused(told) = refused.answer() else {
        panic!("it is refused");
    };
    assert_eq!(
        (told.order_id, told.held_at_most),
        (held().order_id(), Some(7))
    );
}

#[test]
fn pieces_of_one_variant_are_from_the_shards_that_are_named_or_from_the_first() {
    let variant = held().lines()[0].variant_id;
    let part = |shard, pieces| Part { shard, pieces };
    let shards = |movements: Vec<StockMovement>| -> Vec<(u32, i64)> {
        let movements = movements.iter();
        movements.map(|it| (it.shard(), it.pieces)).collect()
    };
    assert!(held().is_anywhere(variant));
    assert_eq!(shards(held().held()), [(0, 2)]);
    assert_eq!(held().held_in(), BTreeMap::from([((variant, 0), 2)]));
    let named = HashMap::from([(variant, vec![part(3, 1), part(1, 1)])]);
    let taken = held().taken_from(&named);
    assert!(!taken.is_anywhere(variant));
    assert_eq!(shards(taken.held()), [(3, 1), (1, 1)]);
    let sold = progress(&taken, 1, 0).unwrap();
    assert_eq!(shards(sold.movements), [(3, 1)]);
    assert_eq!(sold.next.held_in(), BTreeMap::from([((variant, 1), 1)]));
    let other = kernel::Ids::seeded(1).fresh(now());
    assert!(!held().is_anywhere(other));
    assert_eq!(held().held_of(other), 0);
    assert_eq!(
        held().taken_from(&HashMap::from([(other, vec![part(3, 2)])])),
        held()
    );
    let released = taken.release(now()).unwrap().next;
    assert!(released.held_in().is_empty());
}

#[test]
fn that_its_time_is_over_is_said_or_missed() {
    let late = now().plus(TIME).plus(SAID_WITHIN);
    assert_eq!(held().contradiction(late), None);
    let later = late.plus(Duration::from_secs(1));
    assert!(held().contradiction(later).is_some());
    assert_eq!(held().expire().contradiction(later), None);
}

#[test]
fn it_is_held_longer_while_its_payment_waits_once_and_not_for_ever() {
    let until = |minutes| PaymentActionRequired {
        until: now().plus(Duration::from_mins(minutes)),
        ..PaymentActionRequired::example()
    };
    let longer = held().wait_for(&until(16), now()).unwrap();
    let held_until = now().plus(Duration::from_mins(16)).plus(GRACE);
    assert_eq!(longer.held_until, held_until);
    assert_eq!(longer.state(), State::Held);
    assert_eq!(longer.wait_for(&until(30), now()), None, "once");
    // As long as it is held anyway, or later than it should be.
    assert_eq!(held().wait_for(&until(10), now()), None);
    assert_eq!(held().expire().wait_for(&until(30), now()), None);
    let released = held().release(now()).unwrap().next;
    assert_eq!(released.wait_for(&until(30), now()), None);
    let longest = held().wait_for(&until(9_999), now()).unwrap();
    assert_eq!(longest.held_until, now().plus(LONGEST_WAIT).plus(GRACE));
}

#[test]
fn it_goes_on_in_parts_and_is_closed_with_the_last_piece() {
    let part = progress(&held(), 1, 0).unwrap();
    assert_eq!(part.next.state(), State::Held);
    assert_eq!(moved(&part), [(Sold, 1)]);
    // What comes late or twice has nothing to add.
    assert_eq!(progress(&part.next, 1, 0), None);
    assert_eq!(progress(&part.next, 0, 0), None);
    let rest = progress(&part.next, 1, 1).unwrap();
    assert_eq!(rest.next.state(), State::Committed);
    assert_eq!(moved(&rest), [(Released, 1)]);
    // Overtaken, both at once.
    let both = progress(&held(), 1, 1).unwrap();
    assert_eq!(both.next, rest.next);
    assert_eq!(moved(&both), [(Sold, 1), (Released, 1)]);
    // All called off, piece by piece or by the order's end.
    let off = progress(&progress(&held(), 0, 1).unwrap().next, 0, 2).unwrap();
    assert_eq!(off.next, held().release(now()).unwrap().next);
    // What is left when the order ends.
    let end = part.next.release(now()).unwrap();
    assert_eq!(end.next, rest.next);
    assert_eq!(moved(&end), [(Released, 1)]);
}

#[test]
fn what_was_never_held_cannot_be_shipped() {
    let tombstone = Reservation::tombstone(held().order_id(), now());
    assert_eq!(tombstone.release(now()), None);
    let refused = held().refuse(Vec::new(), now());
    for gone in [tombstone, refused] {
        assert_eq!(progress(&gone, 0, 2), None);
        let problem = gone.progress(&progressed(1, 0), now()).unwrap_err();
        assert!(problem.is_ours());
    }
    for (shipped, cancelled) in [(3, 0), (2, 1), (u32::MAX, 1)] {
        let order = progressed(shipped, cancelled);
        assert!(held().progress(&order, now()).unwrap_err().is_ours());
    }
}

#[test]
fn it_says_again_what_it_has_said() {
    let held = held();
    let expires_at = now().plus(TIME);
    assert!(
        matches!(held.answer(), Answer::Reserved(reserved) if reserved.expires_at == expires_at)
    );
    let is_over = |told: &StockReservationExpired| {
        (told.order_id, told.expired_at) == (held.order_id(), expires_at)
    };
    assert!(matches!(held.expire().answer(), Answer::Expired(told) if is_over(&told)));
    let shortage = Shortage {
        variant_id: held.lines()[0].variant_id,
        wanted: 2,
        available: 1,
    };
    let refused = held.refuse(vec![shortage.clone()], now());
    assert!(
        matches!(refused.answer(), Answer::Refused(refused) if refused.shortages == [shortage])
    );
    let released = held.release(now()).unwrap().next;
    assert_eq!(released.answer(), Answer::Nothing);
}

#[test]
fn it_is_due_once_and_cleaned_up_only_when_closed() {
    let held = held();
    let due = format!("{}#{}", now().plus(TIME), held.order_id());
    assert_eq!(held.indexes(), [(BY_DUE, DUE.to_owned(), due)]);
    assert_eq!(held.expires_at(), None);
    assert!(held.expire().indexes().is_empty());
    assert_eq!(held.expire().expires_at(), None);
    let released = held.release(now()).unwrap().next;
    assert!(released.indexes().is_empty());
    let kept_until = released.expires_at().unwrap();
    let replays_end = now().plus(Duration::from_hours(30 * 24));
    assert_eq!(kept_until, now().plus(KEPT_FOR));
    assert!(kept_until > replays_end);
}

proptest! {
    /// The steps of an order, each heard any number of times and in any order: in the end as much has moved as if
    /// the last had been the only one.
    #[test]
    fn the_order_of_arrival_does_not_matter(
        steps in prop::collection::vec(any::<bool>(), 1..=2),
        arrivals in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let mut counts = vec![];
        let (mut shipped, mut cancelled) = (0, 0);
        for is_shipped in steps {
            if is_shipped { shipped += 1 } else { cancelled += 1 }
            counts.push((shipped, cancelled));
        }
        let mut reservation = held();
        let mut sold = 0;
        let heard = arrivals.iter().map(|arrival| *arrival.get(&counts));
        for (shipped, cancelled) in heard.chain([(shipped, cancelled)]) {
            if let Some(turn) = progress(&reservation, shipped, cancelled) {
                sold += moved(&turn).iter().filter(|(kind, _)| *kind == Sold).map(|(_, n)| n).sum::<i64>();
                reservation = turn.next;
            }
        }
        prop_assert_eq!(sold, i64::from(shipped));
        let only = progress(&held(), shipped, cancelled).unwrap();
        prop_assert_eq!(reservation, only.next);
    }
}
