//! What customers and sellers do to returns, and what holds of them whatever they do.

use contracts::{
    Event,
    events::{PaymentRefundFailed, PaymentRefunded},
};
use kernel::{Currency, Ids};
use proptest::prelude::*;

use super::*;
use crate::{
    documents::tests::written,
    money::{Repayment, TroubleKind},
    order::{
        REMINDERS,
        tests::{confirmed, placed},
    },
    parts::Carriage,
    view::Viewer,
};

const WINDOW: Duration = Duration::from_hours(24 * 30);

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_second(1_795_427_000).plus(Duration::from_secs(seconds))
}

fn euro(cents: u64) -> Money {
    Money::new(cents, Currency::EUR).unwrap()
}

/// Two pieces at 5.00 of one seller and one at 7.00 of another, all shipped.
fn shipped() -> Order {
    let stamp = (&Ids::seeded(3), at(0));
    let turn = confirmed().ship(Parts::ALL, None, &Carriage::default(), stamp);
    turn.unwrap().order
}

fn asked(order: &Order, pieces: &[(usize, u32)]) -> NewReturn {
    let pieces = pieces.iter().map(|&(line, quantity)| Pieces {
        variant_id: order.lines[line].variant_id,
        quantity: Quantity::new(quantity).unwrap(),
    });
    NewReturn {
        lines: pieces.collect(),
        reason: ReturnReason::Unwanted,
    }
}

fn ask(order: &Order, pieces: &[(usize, u32)]) -> Result<Turn, Problem> {
    order.ask_return(&asked(order, pieces), WINDOW, at(1))
}

fn came(order: &Order, line: usize, restocked: u32, written_off: u32) -> Received {
    Received {
        variant_id: order.lines[line].variant_id,
        restocked,
        written_off,
    }
}

fn code(outcome: Result<Turn, Problem>) -> Code {
    outcome.unwrap_err().code()
}

fn of(seller: SellerId) -> Parts {
    Parts {
        seller: Some(seller),
        only: None,
    }
}

fn approved(order: &Order, pieces: &[(usize, u32)]) -> Order {
    let order = ask(order, pieces).unwrap().order;
    let number = order.returns.last().unwrap().number;
    order
        .approve_return((Parts::ALL, number), at(2))
        .unwrap()
        .order
}

fn refunded(number: u32, cents: u64) -> Repayment {
    Repayment::Done(PaymentRefunded {
        returned: Some(number),
        refunded: euro(cents),
        ..PaymentRefunded::example()
    })
}

#[test]
fn each_step_has_its_name_in_the_audit_log() {
    let called = ReturnStep::ALL.map(ReturnStep::action);
    let steps = ["approve", "refuse", "withdraw", "receive", "end", "end"];
    assert_eq!(called, steps.map(|step| format!("order.{step}-return")));
}

#[test]
fn the_docs_have_every_step_and_no_other() {
    let docs = include_str!("../../../../docs/returns.md");
    let step = |(from, by, to): &(ReturnStatus, ReturnStep, ReturnStatus)| {
        let meaning = match by {
            ReturnStep::Approve => "its seller agrees",
            ReturnStep::Refuse => "its seller does not",
            ReturnStep::Withdraw => "its customer keeps the goods",
            ReturnStep::Receive => "its seller has the goods",
            ReturnStep::Refunded => "the provider has given the price back",
            ReturnStep::RefundFailed => "the provider refuses to",
        };
        format!("| `{}` | {meaning} | `{}` |\n", from.name(), to.name())
    };
    let table: String = STEPS.iter().map(step).collect();
    assert!(
        docs.contains(&format!("|---|---|---|\n{table}\n")),
        "{table}"
    );
}

#[test]
fn no_step_is_named_twice_and_each_end_is_an_end() {
    for (i, (from, by, to)) in STEPS.iter().enumerate() {
        let same = STEPS.iter().position(|(f, b, _)| (f, b) == (from, by));
        assert_eq!(same, Some(i));
        assert_ne!(from, to);
    }
    for status in ReturnStatus::ALL {
        assert_eq!(serde_json::json!(status), status.name());
        let goes_on = STEPS.iter().any(|(from, ..)| *from == status);
        let is_open = matches!(
            status,
            ReturnStatus::Requested | ReturnStatus::Approved | ReturnStatus::Received
        );
        assert_eq!(goes_on, is_open, "{status:?}");
    }
}

#[test]
fn goods_come_back_and_their_price_is_due_once() {
    let order = shipped();
    let asked = ask(&order, &[(0, 2)]).unwrap();
    assert!(matches!(&asked.facts[..], [Fact::ReturnRequested(told)] if told.0.number == 1));
    let order = asked.order;
    assert_eq!(order.lines[0].returned, 2);
    let seller = order.lines[0].seller_id;
    let other = order.lines[1].seller_id;
    let anothers = order.approve_return((of(other), 1), at(2));
    assert_eq!(code(anothers), Code::ReturnNotFound);
    let early = order.receive_return((of(seller), 1), &[came(&order, 0, 1, 0)], at(2));
    assert_eq!(code(early), Code::ReturnStepRefused);

    let order = order.approve_return((of(seller), 1), at(2)).unwrap().order;
    let back = order
        .receive_return((of(seller), 1), &[came(&order, 0, 1, 0)], at(3))
        .unwrap();
    let [Fact::ReturnReceived(told)] = &back.facts[..] else {
        panic!("it is told")
    };
    assert_eq!((told.lines[0].restocked, told.lines[0].written_off), (1, 0));
    assert_eq!(told.refunds[0].amount, euro(500));
    assert_eq!(back.order.lines[0].returned, 1, "the other has not come");
    assert!(back.order.awaits_refund() && back.order.waiting.is_some());
    let twice = back
        .order
        .receive_return((of(seller), 1), &[came(&order, 0, 1, 0)], at(4));
    assert_eq!(code(twice), Code::ReturnStepRefused);

    let paid = back.order.hear_repayment(&refunded(1, 500), at(5)).unwrap();
    assert_eq!(paid.order.returns[0].status, ReturnStatus::Refunded);
    assert_eq!(paid.order.hear_repayment(&refunded(1, 500), at(6)), None);
    // What is told later names nothing that is due, and all that has come.
    let told = paid.order.came_back().unwrap();
    assert_eq!((told.lines.len(), told.refunds.len()), (1, 0));

    // The piece that stayed can come another time.
    assert!(ask(&paid.order, &[(0, 2)]).is_err());
    assert_eq!(
        ask(&paid.order, &[(0, 1)]).unwrap().order.returns[1].number,
        2
    );
}

#[test]
fn what_comes_back_in_two_returns_is_counted_together() {
    let order = approved(&shipped(), &[(0, 1)]);
    let order = approved(&order, &[(0, 1)]);
    let first = order
        .receive_return((Parts::ALL, 1), &[came(&order, 0, 1, 0)], at(3))
        .unwrap()
        .order;
    let both = first
        .receive_return((Parts::ALL, 2), &[came(&order, 0, 0, 1)], at(4))
        .unwrap()
        .order;
    let told = both.came_back().unwrap();
    assert_eq!((told.number, told.lines.len()), (2, 1));
    assert_eq!((told.lines[0].restocked, told.lines[0].written_off), (1, 1));
    let due: Vec<_> = told
        .refunds
        .iter()
        .map(|due| (due.number, due.amount))
        .collect();
    assert_eq!(due, [(1, euro(500)), (2, euro(500))]);
}

#[test]
fn each_line_tells_what_has_come_of_it_by_the_return_that_came_last() {
    // The second return comes first.
    let order = approved(&shipped(), &[(0, 2)]);
    let order = approved(&order, &[(1, 1)]);
    let first = order.receive_return((Parts::ALL, 2), &[came(&order, 1, 0, 1)], at(3));
    let first = first.unwrap().order;
    let both = first.receive_return((Parts::ALL, 1), &[came(&order, 0, 2, 0)], at(4));
    let told = both.unwrap().order.came_back().unwrap();
    assert_eq!(told.number, 1);
    let lines = told.lines.iter();
    let lines: Vec<_> = lines
        .map(|line| (line.variant_id, line.restocked, line.written_off))
        .collect();
    let variants = [order.lines[0].variant_id, order.lines[1].variant_id];
    assert_eq!(lines, [(variants[0], 2, 0), (variants[1], 0, 1)]);
}

#[test]
fn what_cannot_come_back_is_refused() {
    let early = confirmed();
    assert_eq!(code(ask(&early, &[(0, 1)])), Code::OrderNotReturnable);
    let order = shipped();
    for wrong in [
        &[][..],
        &[(0, 3)],
        &[(0, 1), (0, 1)],
        // Of two sellers.
        &[(0, 1), (1, 1)],
    ] {
        assert_eq!(
            code(ask(&order, wrong)),
            Code::ValidationFailed,
            "{wrong:?}"
        );
    }
    let foreign = placed(&[(9, 1, 1), (9, 1, 1), (9, 1, 1)]);
    let foreign = order.ask_return(&asked(&foreign, &[(2, 1)]), WINDOW, at(1));
    assert_eq!(code(foreign), Code::ValidationFailed);

    let window = WINDOW.as_secs();
    let late =
        |order: &Order, seconds| order.ask_return(&asked(order, &[(0, 1)]), WINDOW, at(seconds));
    assert!(late(&order, window).is_ok());
    assert_eq!(code(late(&order, window + 1)), Code::ReturnWindowOver);
    let delivered = order.deliver(Parts::ALL, None, at(1_000)).unwrap().order;
    assert!(late(&delivered, window + 1_000).is_ok(), "from its arrival");
    assert_eq!(
        code(late(&delivered, window + 1_001)),
        Code::ReturnWindowOver
    );

    let order = approved(&order, &[(0, 2)]);
    let take = |received: &[Received]| code(order.receive_return((Parts::ALL, 1), received, at(3)));
    for wrong in [
        vec![],
        vec![came(&order, 0, 0, 0)],
        vec![came(&order, 0, 2, 1)],
        vec![came(&order, 0, u32::MAX, 1)],
        vec![came(&order, 1, 1, 0)],
        vec![came(&order, 0, 1, 0), came(&order, 0, 1, 0)],
    ] {
        assert_eq!(take(&wrong), Code::ValidationFailed, "{wrong:?}");
    }
    let missing = order.approve_return((Parts::ALL, 2), at(3));
    assert_eq!(code(missing), Code::ReturnNotFound);
}

#[test]
fn what_stays_can_be_asked_for_again_up_to_a_number() {
    let mut order = shipped();
    let sorry = "It was worn.".parse().unwrap();
    for number in 1..=20 {
        order = ask(&order, &[(0, 2)]).unwrap().order;
        let turn = if number % 2 == 0 {
            order.withdraw_return(number, at(2))
        } else {
            order.refuse_return((Parts::ALL, number), &sorry, at(2))
        };
        order = turn.unwrap().order;
        assert_eq!(order.lines[0].returned, 0);
    }
    assert_eq!(order.returns[0].refusal, Some(sorry));
    assert_eq!(code(ask(&order, &[(0, 2)])), Code::TooManyReturns);
}

#[test]
fn a_refund_that_nobody_tells_of_is_asked_for_again_and_called_for_in_the_end() {
    let order = approved(&shipped(), &[(0, 2)]);
    let paid = order.hear_captured(euro(1_700), at(2)).unwrap().order;
    let paid = written(&paid, at(2));
    let back = [came(&order, 0, 2, 0)];
    let mut order = paid
        .receive_return((Parts::ALL, 1), &back, at(3))
        .unwrap()
        .order;
    for asked in 1..=REMINDERS {
        let now = at(600 * u64::from(asked));
        let turn = order.remind(now, now).unwrap();
        assert!(matches!(
            &turn.facts[..],
            [Fact::Progressed(_), Fact::ReturnReceived(_)]
        ));
        order = turn.order;
    }
    let left = order.remind(at(9_000), at(9_000)).unwrap().order;
    assert_eq!(left.trouble.unwrap().kind, TroubleKind::RefundUnanswered);
    let ended = left.hear_repayment(&refunded(1, 1_000), at(9_001)).unwrap();
    assert!(ended.order.trouble.is_none() && ended.order.waiting.is_some());
    let ended = written(&ended.order, at(9_001));
    assert!(
        ended.waiting.is_some(),
        "it is told of its credit note twice"
    );

    let failed = Repayment::Failed(PaymentRefundFailed {
        returned: Some(1),
        ..PaymentRefundFailed::example()
    });
    let failed = order.hear_repayment(&failed, at(9_001)).unwrap().order;
    assert_eq!(failed.returns[0].status, ReturnStatus::RefundFailed);
    assert_eq!(failed.waiting, None);
}

#[test]
fn a_seller_sees_the_returns_of_its_part() {
    let order = approved(&shipped(), &[(0, 1)]);
    let order = approved(&order, &[(1, 1)]);
    for seller in order.sellers() {
        let seen = order.view(Viewer::Seller(seller)).returns;
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].seller_id, seller);
    }
    assert_eq!(order.view(Viewer::Whole).returns.len(), 2);
}

/// What someone tries with the returns of an order.
#[derive(Debug, Clone)]
enum Try {
    Ask(usize, u32),
    Approve(u32),
    Refuse(u32),
    Withdraw(u32),
    Receive(u32, u32, u32),
    Refunded(u32),
}

fn tries() -> impl Strategy<Value = Try> {
    let number = 1..6_u32;
    prop_oneof![
        (0..2_usize, 1..3_u32).prop_map(|(line, quantity)| Try::Ask(line, quantity)),
        number.clone().prop_map(Try::Approve),
        number.clone().prop_map(Try::Refuse),
        number.clone().prop_map(Try::Withdraw),
        (number.clone(), 0..3_u32, 0..3_u32).prop_map(|(n, back, off)| Try::Receive(n, back, off)),
        number.prop_map(Try::Refunded),
    ]
}

proptest! {
    #[test]
    fn whatever_is_tried_nothing_comes_back_twice_and_counts_only_grow(
        tries in prop::collection::vec(tries(), 0..30)
    ) {
        let mut order = shipped();
        for (i, what) in (3..).zip(&tries) {
            let turn = match what {
                Try::Ask(line, quantity) => ask(&order, &[(*line, *quantity)]).ok(),
                Try::Approve(number) => order.approve_return((Parts::ALL, *number), at(i)).ok(),
                Try::Refuse(number) => {
                    order.refuse_return((Parts::ALL, *number), &"No.".parse().unwrap(), at(i)).ok()
                }
                Try::Withdraw(number) => order.withdraw_return(*number, at(i)).ok(),
                Try::Receive(number, back, off) => {
                    let of = order.returns.iter().find(|of| of.number == *number);
                    let line = of.and_then(|of| {
                        order.lines.iter().position(|line| line.variant_id == of.lines[0].variant_id)
                    });
                    let received = [came(&order, line.unwrap_or(0), *back, *off)];
                    order.receive_return((Parts::ALL, *number), &received, at(i)).ok()
                }
                Try::Refunded(number) => order.hear_repayment(&refunded(*number, i), at(i)),
            };
            let Some(next) = turn.map(|turn| turn.order) else { continue };
            for line in &next.lines {
                prop_assert!(line.returned <= line.shipped);
            }
            let counts = |order: &Order| {
                let told = order.came_back();
                let lines = told.into_iter().flat_map(|told| told.lines);
                lines.map(|line| (line.variant_id, line.restocked, line.written_off)).collect::<Vec<_>>()
            };
            for (variant, restocked, written_off) in counts(&order) {
                let now = counts(&next).into_iter().find(|(of, ..)| *of == variant);
                prop_assert!(now.is_some_and(|(_, r, w)| r >= restocked && w >= written_off));
            }
            // What is due is the price of what came and was not given back.
            let told = next.came_back();
            let due: u64 = told.iter().flat_map(|told| &told.refunds).map(|due| due.amount.amount()).sum();
            let open = next.returns.iter().filter(|back| back.status == ReturnStatus::Received);
            prop_assert_eq!(due, open.filter_map(|back| back.refund).map(Money::amount).sum::<u64>());
            let given = next.returns.iter().filter_map(|back| back.refund).map(Money::amount).sum::<u64>();
            prop_assert!(given <= next.due().amount());
            order = next;
        }
    }
}
