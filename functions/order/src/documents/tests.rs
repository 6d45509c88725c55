//! What is written down of an order, whatever is shipped, paid and given back in whatever order.

use std::{collections::BTreeMap, time::Duration};

use contracts::{Event, events::PaymentRefunded};
use kernel::{Currency, Ids, Line as Text};
use proptest::prelude::*;

use super::*;
use crate::{
    money::{Repayment, TroubleKind},
    order::{
        REMINDERS,
        tests::{confirmed, placed},
    },
    parts::{Carriage, Parts, Pieces},
    returns::{NewReturn, Received},
};

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_second(1_795_427_000).plus(Duration::from_secs(seconds))
}

fn euro(cents: u64) -> Money {
    Money::new(cents, Currency::EUR).unwrap()
}

/// Every number that was given, by its series.
type Numbers = BTreeMap<(Option<SellerId>, &'static str), Series>;

/// Issues all that an order owes.
fn issue_all(order: &Order, numbers: &mut Numbers, now: Timestamp) -> (Order, Vec<Document>) {
    let (mut order, mut documents) = (order.clone(), Vec::new());
    while let Some(owed) = order.owed_document() {
        let (seller, kind) = (owed.seller_id, owed.kind());
        let series = numbers.entry((seller, kind.name()));
        let series = series.or_insert_with(|| Series::new(seller, kind));
        let stamp = Stamp {
            document_id: Ids::system().fresh(now),
            number: series.give(),
            issuer: seller.map(|_| Issuer::named("Wick & Lamp", Some("IE".parse().unwrap()))),
            order_revision: 7,
            now,
        };
        documents.push(order.issue(&owed, stamp).expect("it owes it"));
    }
    order.rest();
    (order, documents)
}

/// The same, of which everything is written down that is to be.
pub(crate) fn written(order: &Order, now: Timestamp) -> Order {
    issue_all(order, &mut Numbers::new(), now).0
}

fn ship(order: &Order, line: usize, quantity: u32, now: Timestamp) -> Order {
    let pieces = [Pieces {
        variant_id: order.lines[line].variant_id,
        quantity: Quantity::new(quantity).unwrap(),
    }];
    let stamp = (&Ids::system(), now);
    let turn = order.ship(Parts::ALL, Some(&pieces), &Carriage::default(), stamp);
    turn.unwrap().order
}

fn captured(order: &Order, cents: u64, now: Timestamp) -> Order {
    let heard = order.hear_captured(euro(cents), now);
    heard.map_or_else(|| order.clone(), |turn| turn.order)
}

fn refunded(refund: u32, cents: u64, so_far: u64, returned: Option<u32>) -> Repayment {
    Repayment::Done(PaymentRefunded {
        refund,
        amount: euro(cents),
        refunded: euro(so_far),
        returned,
        ..PaymentRefunded::example()
    })
}

/// Two pieces at 5.00 of one seller in two parcels, one at 7.00 of another, all of it paid.
fn paid() -> Order {
    let order = ship(&confirmed(), 0, 1, at(1));
    let order = ship(&order, 1, 1, at(2));
    let order = ship(&order, 0, 1, at(3));
    captured(&order, 1_700, at(4))
}

/// A return of so many pieces of the first line, that has come and was given back.
fn given_back(order: &Order, pieces: u32) -> Order {
    let variant_id = order.lines[0].variant_id;
    let asked = NewReturn {
        lines: vec![Pieces {
            variant_id,
            quantity: Quantity::new(pieces).unwrap(),
        }],
        reason: contracts::events::ReturnReason::Unwanted,
    };
    let back = Received {
        variant_id,
        restocked: pieces,
        written_off: 0,
    };
    let month = Duration::from_hours(720);
    let order = order.ask_return(&asked, month, at(5)).unwrap().order;
    let order = order.approve_return((Parts::ALL, 1), at(6)).unwrap().order;
    let order = order.receive_return((Parts::ALL, 1), &[back], at(7));
    let cents = u64::from(pieces) * 500;
    let said = refunded(1, cents, cents, Some(1));
    let heard = order.unwrap().order.hear_repayment(&said, at(8));
    heard.unwrap().order
}

#[test]
fn a_parcel_that_is_paid_has_its_invoice_the_first_first() {
    let order = ship(&confirmed(), 0, 1, at(1));
    let order = ship(&order, 1, 1, at(2));
    assert!(!order.owes_documents(), "nothing is paid");
    let part = captured(&order, 1_199, at(3));
    let mut numbers = Numbers::new();
    let (part, first) = issue_all(&part, &mut numbers, at(3));
    let [invoice] = &first[..] else {
        panic!("{first:?}")
    };
    assert_eq!(
        (invoice.kind, invoice.number.as_str(), invoice.total),
        (DocumentKind::Invoice, "INV-000001", euro(500))
    );
    assert_eq!(invoice.seller_id, Some(order.lines[0].seller_id));
    assert_eq!(invoice.happened_at, at(1));
    assert_eq!(invoice.recipient.subject, order.shipping_address.subject);
    let shown = part.fulfilments[0].shipments[0].invoice.as_ref();
    assert_eq!(shown.map(|one| one.document_id), Some(invoice.document_id));

    let all = part.hear_captured(euro(1_200), at(4)).unwrap();
    let due = OrderDocumentsDue { order_id: order.id };
    assert_eq!(all.facts, [Fact::DocumentsDue(due)]);
    let (all, second) = issue_all(&all.order, &mut numbers, at(4));
    // The other seller counts for itself.
    assert_eq!(second.len(), 1);
    assert_eq!(second[0].number, "INV-000001");
    assert_eq!(second[0].seller_id, Some(order.lines[1].seller_id));
    assert!(!all.owes_documents(), "each once");
    let third = captured(&ship(&all, 0, 1, at(5)), 1_700, at(6));
    let (_, third) = issue_all(&third, &mut numbers, at(6));
    assert_eq!(third[0].number, "INV-000002");
}

#[test]
fn what_costs_nothing_is_paid_when_it_is_shipped() {
    let order = placed(&[(1, 1, 0)]);
    let order = order.hear(crate::Input::StockReserved, at(0)).unwrap();
    let order = order.order.hear(crate::Input::PaymentAuthorized, at(0));
    let stamp = (&Ids::seeded(3), at(1));
    let order = order.unwrap().order;
    let turn = order.ship(Parts::ALL, None, &Carriage::default(), stamp);
    let turn = turn.unwrap();
    let due = OrderDocumentsDue { order_id: order.id };
    assert!(turn.facts.contains(&Fact::DocumentsDue(due)));
    let (_, documents) = issue_all(&turn.order, &mut Numbers::new(), at(2));
    assert_eq!(documents[0].total, euro(0));
}

#[test]
fn a_return_that_was_given_back_has_a_credit_note_for_its_pieces_and_names_their_invoices() {
    let order = written(&paid(), at(4));
    let back = given_back(&order, 2);
    let mut numbers = Numbers::new();
    let (back, notes) = issue_all(&back, &mut numbers, at(9));
    let [note] = &notes[..] else {
        panic!("{notes:?}")
    };
    assert_eq!(
        (note.kind, note.number.as_str(), note.total),
        (DocumentKind::CreditNote, "CRN-000001", euro(1_000))
    );
    assert_eq!(note.lines[0].quantity.get(), 2);
    assert_eq!(note.lines[0].variant_id, Some(order.lines[0].variant_id));
    let parcels = &back.fulfilments[0].shipments;
    let invoices: Vec<_> = parcels
        .iter()
        .filter_map(|one| one.invoice.clone())
        .collect();
    assert_eq!((invoices.len(), &note.invoices), (2, &invoices));
    let [one, other] = [0, 1].map(|line| Viewer::Seller(order.lines[line].seller_id));
    let seen = [one, other, Viewer::Whole].map(|viewer| note.is_for(viewer));
    assert_eq!(seen, [true, false, true]);
    assert!(!back.owes_documents());
    // Heard again, it is not given back again.
    let again = back.hear_repayment(&refunded(1, 1_000, 1_000, Some(1)), at(10));
    assert_eq!(again, None);
}

#[test]
fn what_an_admin_gives_back_is_the_marketplaces_and_about_all_invoices() {
    // The refund is heard of before the money is, and waits for an invoice that it can name.
    let order = ship(&ship(&confirmed(), 0, 2, at(1)), 1, 1, at(2));
    let early = order.hear_repayment(&refunded(1, 300, 300, None), at(3));
    let early = early.unwrap();
    assert!(early.facts.is_empty() && !early.order.owes_documents());
    let order = captured(&early.order, 1_700, at(4));
    let (order, documents) = issue_all(&order, &mut Numbers::new(), at(5));
    let kinds: Vec<_> = documents.iter().map(|one| one.kind.name()).collect();
    assert_eq!(kinds, ["invoice", "invoice", "credit_note"]);
    let note = &documents[2];
    assert_eq!((note.seller_id, &note.issuer), (None, &None));
    assert_eq!((note.invoices.len(), note.total), (2, euro(300)));
    let seller = Viewer::Seller(order.lines[0].seller_id);
    assert!(note.is_for(Viewer::Whole) && !note.is_for(seller));
}

#[test]
fn an_order_waits_for_its_documents_and_calls_for_someone_in_the_end() {
    let rested = |order: &Order| order.remind(at(700), at(700)).unwrap().order;
    let order = rested(&written(&paid(), at(4)));
    assert_eq!(order.waiting, None);
    let back = order.hear_repayment(&refunded(1, 300, 300, None), at(800));
    let mut order = back.unwrap().order;
    for asked in 1..=u64::from(REMINDERS) {
        let now = at(800 + 600 * asked);
        let turn = order.remind(now, now).unwrap();
        let due = Fact::DocumentsDue(OrderDocumentsDue { order_id: order.id });
        assert!(turn.facts.contains(&due));
        order = turn.order;
    }
    let left = order.remind(at(9_000), at(9_000)).unwrap().order;
    assert_eq!(left.trouble.unwrap().kind, TroubleKind::DocumentsMissing);
    let late = written(&left, at(9_001));
    assert_eq!((late.trouble, late.waiting), (None, None));
}

#[test]
fn what_is_told_of_a_document_names_nobody() {
    let order = captured(&ship(&confirmed(), 0, 1, at(1)), 500, at(2));
    let (_, documents) = issue_all(&order, &mut Numbers::new(), at(3));
    let document = &documents[0];
    let told = serde_json::to_string(&document.told()).unwrap();
    let recipient = document.recipient.expose();
    for personal in [recipient.name.as_str(), recipient.line1.as_str()] {
        assert!(!told.contains(personal), "{told}");
        assert!(!document.place().contains(personal));
    }
    assert!(
        serde_json::to_string(document).is_err(),
        "to its store alone"
    );
}

/// A document of so many lines, to someone of this name.
fn document(name: &str, lines: usize) -> Document {
    let order = captured(&ship(&confirmed(), 0, 1, at(1)), 500, at(2));
    let (_, documents) = issue_all(&order, &mut Numbers::new(), at(3));
    let mut document = documents[0].clone();
    let recipient = PostalAddress {
        name: name.parse::<Text<1, 200>>().unwrap(),
        ..document.recipient.expose().clone()
    };
    document.recipient = Personal::new(document.recipient.subject, recipient);
    document.lines = vec![document.lines[0].clone(); lines];
    document.total = euro(500 * u64::try_from(lines).unwrap());
    document
}

#[test]
fn a_paper_says_what_its_document_says() {
    let document = document("Zoë Łukasz Ωμέγα Жанна", 1);
    let paper = print::pdf(&document).unwrap();
    assert!(paper.starts_with(b"%PDF-1.7"));
    let texts = print::read::texts(&paper);
    let recipient = document.recipient.expose();
    for expected in [
        "Invoice",
        &document.number,
        &document.order_id.to_string(),
        "2026-11-23",
        "Wick & Lamp",
        "Zoë Łukasz Ωμέγα Жанна",
        recipient.line1.as_str(),
        "H91 X0Y1 Galway",
        &document.lines[0].title,
        "1",
        "5.00 EUR",
        "Total",
        "Invoice INV-000001, page 1 of 1",
    ] {
        assert!(
            texts.iter().any(|text| text == expected),
            "{expected}: {texts:?}"
        );
    }
    let totals = texts.iter().filter(|text| *text == "5.00 EUR").count();
    assert_eq!(totals, 3, "of a piece, of the line, of all: {texts:?}");
    assert!(paper.len() < 40_000, "{} bytes", paper.len());
}

#[test]
fn the_same_document_is_the_same_paper_whatever_became_of_it_since() {
    let document = document("Rosa Okafor", 3);
    let paper = print::pdf(&document).unwrap();
    assert_eq!(print::pdf(&document).unwrap(), paper);
    let later = document.told_again(at(1_000), at(1_000)).unwrap();
    let later = later.printed(at(2_000));
    assert_eq!(print::pdf(&later).unwrap(), paper);
    assert_eq!(later.told_again(at(9_000), at(9_000)), None);
    assert_eq!(
        [document.status(), later.status()],
        [DocumentStatus::Pending, DocumentStatus::Ready]
    );
}

#[test]
fn a_letter_that_the_typeface_lacks_is_an_empty_box_and_the_document_has_it_all_the_same() {
    let document = document("王 Rosa", 1);
    let texts = print::read::texts(&print::pdf(&document).unwrap());
    assert!(
        texts.iter().any(|text| text == "\u{fffd} Rosa"),
        "{texts:?}"
    );
    let shown = serde_json::to_value(document.view(None)).unwrap();
    assert_eq!(shown["recipient"]["name"], "王 Rosa");
}

#[test]
fn a_long_document_goes_on_over_the_page_and_a_long_name_over_the_line() {
    let word = "Donaudampfschifffahrtsgesellschaftskapitän".repeat(4);
    let mut document = document(&word, 50);
    document.lines[49].title = "A lamp with everything that one could wish for. ".repeat(4);
    let paper = print::pdf(&document).unwrap();
    let texts = print::read::texts(&paper);
    let pages = texts.iter().filter(|text| text.contains(", page ")).count();
    assert!(pages >= 3, "{pages}");
    let last = format!("page {pages} of {pages}");
    assert!(texts.iter().any(|text| text.ends_with(&last)));
    let pieces = texts.iter().filter(|text| *text == "TEA-1").count();
    assert_eq!(pieces, 50, "each line is there");
    assert!(
        texts.iter().any(|text| text == "250.00 EUR"),
        "and the total"
    );
    let name: String = texts
        .iter()
        .skip_while(|text| *text != "To")
        .skip(1)
        .take_while(|text| word.contains(text.as_str()))
        .map(String::as_str)
        .collect();
    assert_eq!(name, word);
}

/// What happens to an order.
#[derive(Debug, Clone)]
enum Happens {
    Ship(usize, u32),
    Cancel(usize, u32),
    Capture,
    CapturePart(u64),
    GiveBack(u64),
    Issue,
}

fn happenings() -> impl Strategy<Value = Happens> {
    prop_oneof![
        (0..2_usize, 1..3_u32).prop_map(|(line, pieces)| Happens::Ship(line, pieces)),
        (0..2_usize, 1..2_u32).prop_map(|(line, pieces)| Happens::Cancel(line, pieces)),
        Just(Happens::Capture),
        (1..1_700_u64).prop_map(Happens::CapturePart),
        (1..400_u64).prop_map(Happens::GiveBack),
        Just(Happens::Issue),
    ]
}

proptest! {
    #[test]
    fn documents_add_up_to_what_was_captured_and_given_back(
        happenings in prop::collection::vec(happenings(), 0..24)
    ) {
        let (mut order, mut numbers, mut documents) = (confirmed(), Numbers::new(), Vec::new());
        let (mut refunds, mut back) = (0, 0);
        let then = happenings.iter().chain([&Happens::Capture, &Happens::Issue]);
        for (i, what) in (1..).zip(then) {
            let now = at(i);
            let pieces = |line: usize, quantity| [Pieces {
                variant_id: order.lines[line].variant_id,
                quantity: Quantity::new(quantity).unwrap(),
            }];
            let next = match what {
                Happens::Ship(line, quantity) => {
                    let (named, stamp) = (pieces(*line, *quantity), (&Ids::system(), now));
                    order.ship(Parts::ALL, Some(&named), &Carriage::default(), stamp).ok()
                }
                Happens::Cancel(line, quantity) => order.cancel_pieces(&pieces(*line, *quantity), now).ok(),
                Happens::Capture => order.hear_captured(order.due(), now),
                Happens::CapturePart(cents) => {
                    order.hear_captured(euro((*cents).min(order.due().amount())), now)
                }
                Happens::GiveBack(cents) if back + cents <= order.captured().amount() => {
                    (refunds, back) = (refunds + 1, back + cents);
                    order.hear_repayment(&refunded(refunds, *cents, back, None), now)
                }
                Happens::GiveBack(_) => None,
                Happens::Issue => {
                    let (next, issued) = issue_all(&order, &mut numbers, now);
                    documents.extend(issued);
                    order = next;
                    None
                }
            };
            if let Some(turn) = next {
                order = turn.order;
            }
            let sum = |kind| {
                let own = documents.iter().filter(|one: &&Document| one.kind == kind);
                own.map(|one| one.total.amount()).sum::<u64>()
            };
            prop_assert!(sum(DocumentKind::Invoice) <= order.captured().amount());
            prop_assert!(sum(DocumentKind::CreditNote) <= back);
        }
        let of = |kind| documents.iter().filter(move |one| one.kind == kind);
        let sum = |kind| of(kind).map(|one| one.total.amount()).sum::<u64>();
        prop_assert_eq!(sum(DocumentKind::Invoice), order.captured().amount());
        prop_assert_eq!(sum(DocumentKind::CreditNote), back);
        for document in &documents {
            let lines = document.lines.iter().map(|line| line.total.amount()).sum::<u64>();
            prop_assert_eq!(lines, document.total.amount());
            for line in &document.lines {
                prop_assert_eq!(line.unit_price.times(line.quantity), Ok(line.total));
            }
        }
        // Each shipped piece is on one invoice, and no other is.
        for line in &order.lines {
            let own = of(DocumentKind::Invoice).flat_map(|one| &one.lines);
            let own = own.filter(|one| one.variant_id == Some(line.variant_id));
            prop_assert_eq!(own.map(|one| one.quantity.get()).sum::<u32>(), line.shipped);
        }
        // No number is left out, and none is given twice.
        for ((seller, kind), series) in &numbers {
            let own = documents.iter().filter(|one| (one.seller_id, one.kind.name()) == (*seller, *kind));
            let mut given: Vec<_> = own.map(|one| one.number.clone()).collect();
            given.sort();
            let mut anew = Series::new(*seller, series.kind);
            let all: Vec<_> = (0..series.last).map(|_| anew.give()).collect();
            prop_assert_eq!(given, all);
        }
    }
}
