//! Invoices and credit notes: each once, numbered without a gap, printed in the end, and seen by whom they are for.

use std::{collections::BTreeSet, time::Duration};

use faults::{
    Person, World,
    journey::{
        documents::{PRINT, document, documents, paper},
        guests::{Guest, GuestOrder},
        ok,
        payments::refund,
        returns::{agreed, receive},
        watch,
    },
    offer, seller_and_admin, shopper,
};
use serde_json::{Value, json};
use testkit::Ask;

const DUE: (&str, &str) = (
    "order.documents-due.v1",
    "issue-documents-on-order-documents-due",
);
const RECORD: (&str, &str) = ("payment.captured.v1", "record-capture-on-payment-captured");
const PRINT_NOTE: (&str, &str) = (
    "order.credit-note-issued.v1",
    "print-document-on-order-document-issued",
);

/// An order of three pieces at 12.50, confirmed and not shipped.
struct Sold {
    admin: Person,
    seller: Person,
    shopper: Person,
    goods: String,
    order: String,
}

impl Sold {
    async fn open(world: &mut World) -> Self {
        let (seller, admin) = seller_and_admin(world, "seller").await;
        let shopper = shopper(world, "shopper").await;
        let goods = offer(world, &seller, "Goods", 20).await;
        let order = shopper.buy(world, &goods, 3, "pm_sandbox_ok").await;
        world.settle().await;
        Self {
            admin,
            seller,
            shopper,
            goods,
            order,
        }
    }

    async fn ship(&self, world: &mut World, pieces: u32, number: &str) {
        let parcel = json!({
            "lines": [{ "variant_id": self.goods, "quantity": pieces }], "tracking_number": number,
        });
        self.seller
            .part(world, "ship-order", &self.order, &parcel)
            .await;
        world.settle().await;
    }

    /// Takes pieces back, whose price is given back.
    async fn take_back(&self, world: &mut World, pieces: u32) {
        let both = (&self.shopper, &self.seller);
        let number = agreed(world, both, &self.order, &self.goods, pieces).await;
        let which = (self.order.as_str(), number);
        let got = receive(world, &self.seller, which, &self.goods, [pieces, 0]).await;
        ok(got, 200);
        world.settle().await;
    }

    async fn give_back(&self, world: &mut World, cents: u64) {
        let order = json!({ "id": self.order });
        let ask = refund(&self.admin, &order, Some(cents), "goodwill");
        ok(world.send("request-refund", ask).await, 202);
        world.settle().await;
    }
}

/// What is kept of documents: kind, number and total of each, sorted; all are printed, each in a place of its own.
fn all_printed(world: &World) -> Vec<(String, String, u64)> {
    let cloud = &world.stage.cloud;
    let items = cloud.items("order-documents").into_iter();
    let mut kept = Vec::new();
    let mut places = BTreeSet::new();
    for item in items.filter(|item| item["kind"] == "order-document") {
        assert_ne!(item["printed_at"], Value::Null, "{item}");
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let place = format!(
            "local-souk-order-documents-000000000000/documents/{}/{}.pdf",
            text("order_id"),
            text("document_id")
        );
        let paper = cloud.object(&place).unwrap_or_default();
        assert!(
            paper.starts_with(b"%PDF-"),
            "{place}: {:?}",
            cloud.objects()
        );
        places.insert(place);
        let total = item["total"]["amount"].as_u64().unwrap_or_default();
        kept.push((text("document_kind"), text("number"), total));
    }
    let papers = cloud.objects().into_iter();
    let papers: BTreeSet<String> = papers
        .filter(|place| place.contains("order-documents"))
        .collect();
    assert_eq!(papers, places, "no paper is nobody's");
    kept.sort();
    kept
}

fn expected(documents: &[(&str, &str, u64)]) -> Vec<(String, String, u64)> {
    let documents = documents.iter();
    documents
        .map(|(kind, number, total)| ((*kind).to_owned(), (*number).to_owned(), *total))
        .collect()
}

/// The orders that wait for anything.
fn waiting(world: &World) -> usize {
    let orders = world.stage.cloud.items("order-orders").into_iter();
    orders.filter(|order| !order["waiting"].is_null()).count()
}

#[tokio::test(start_paused = true)]
async fn each_parcel_and_each_refund_has_one_document_however_often_it_is_told() {
    for seed in 1..=12 {
        let mut world = World::unruly(seed);
        let sold = Sold::open(&mut world).await;
        for number in ["3S1", "3S2", "3S3"] {
            sold.ship(&mut world, 1, number).await;
        }
        sold.take_back(&mut world, 2).await;
        sold.give_back(&mut world, 300).await;
        for _ in 0..3 {
            watch(&mut world).await;
        }
        let kept = expected(&[
            ("credit_note", "CRN-000001", 300),
            ("credit_note", "CRN-000001", 2_500),
            ("invoice", "INV-000001", 1_250),
            ("invoice", "INV-000002", 1_250),
            ("invoice", "INV-000003", 1_250),
        ]);
        assert_eq!(all_printed(&world), kept, "seed {seed}");
        assert_eq!(world.events("order.invoice-issued.v1").len(), 3);
        assert_eq!(world.events("order.credit-note-issued.v1").len(), 2);
        assert_eq!(waiting(&world), 0, "seed {seed}");
        assert!(world.letters.is_empty(), "{:?}", world.letters);
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_heard_of_a_document_is_made_good_by_the_watchdogs() {
    for deaf in [
        vec![DUE],
        vec![RECORD],
        vec![PRINT],
        vec![PRINT_NOTE],
        vec![DUE, PRINT],
        vec![RECORD, PRINT_NOTE],
    ] {
        let mut world = World::new(2);
        let sold = Sold::open(&mut world).await;
        for lost in &deaf {
            world.lose(*lost);
        }
        sold.ship(&mut world, 3, "3S1").await;
        sold.give_back(&mut world, 300).await;
        world.lost.clear();
        for _ in 0..2 {
            watch(&mut world).await;
            world.tick("watch-pending-documents", Duration::ZERO).await;
            world.settle().await;
        }
        let kept = expected(&[
            ("credit_note", "CRN-000001", 300),
            ("invoice", "INV-000001", 3_750),
        ]);
        assert_eq!(all_printed(&world), kept, "{deaf:?}");
        assert_eq!(waiting(&world), 0, "{deaf:?}");
        let seen = sold.shopper.see(&mut world, &sold.order).await;
        assert_eq!(seen["trouble"], Value::Null, "{deaf:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_whose_documents_nobody_issues_calls_for_someone_and_is_well_when_they_are_there()
{
    let mut world = World::new(3);
    let sold = Sold::open(&mut world).await;
    world.lose(DUE);
    sold.ship(&mut world, 3, "3S1").await;
    for _ in 0..4 {
        watch(&mut world).await;
    }
    let seen = sold.shopper.see(&mut world, &sold.order).await;
    assert_eq!(seen["trouble"]["kind"], "documents_missing", "{seen}");
    assert_eq!(waiting(&world), 0);
    world.lost.clear();
    // Whatever is heard of it next makes it good.
    sold.give_back(&mut world, 300).await;
    let seen = sold.shopper.see(&mut world, &sold.order).await;
    assert_eq!(seen["trouble"], Value::Null, "{seen}");
    assert_eq!(all_printed(&world).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_document_that_is_printed_again_is_the_same_paper() {
    let mut world = World::new(4);
    let sold = Sold::open(&mut world).await;
    sold.ship(&mut world, 3, "3S1").await;
    let cloud = world.stage.cloud.clone();
    let place = cloud
        .objects()
        .into_iter()
        .find(|it| it.rsplit('.').next() == Some("pdf"));
    let place = place.unwrap_or_default();
    let paper = cloud.object(&place).unwrap_or_default();
    assert!(!paper.is_empty());

    let items = cloud.items("order-documents").into_iter();
    let mut printed = items.filter(|item| item["kind"] == "order-document");
    let mut document = printed.next().unwrap_or_default();
    let told_at = document["told_at"].clone();
    let fields = document.as_object_mut().expect("it is kept");
    fields.remove("printed_at");
    fields.insert("by_pending_pk".to_owned(), json!("pending"));
    fields.insert("by_pending_sk".to_owned(), told_at);
    cloud.put("order-documents", &document);
    cloud.delete_object(&place);
    world
        .tick("watch-pending-documents", Duration::from_mins(11))
        .await;
    world.settle().await;
    assert_eq!(all_printed(&world).len(), 1);
    assert_eq!(cloud.object(&place), Some(paper));
}

#[tokio::test(start_paused = true)]
async fn each_sees_the_documents_that_are_theirs_and_nobody_elses_are_there() {
    let mut world = World::new(5);
    let sold = Sold::open(&mut world).await;
    let other = faults::seller(&mut world, "other").await;
    let others = offer(&mut world, &other, "Other goods", 9).await;
    ok(sold.shopper.add(&mut world, &others, 1, "other").await, 200);
    let both = sold
        .shopper
        .buy(&mut world, &sold.goods, 1, "pm_sandbox_ok")
        .await;
    world.settle().await;
    for seller in [&sold.seller, &other] {
        ok(seller.ship(&mut world, &both).await, 200);
        world.settle().await;
    }
    let sold = Sold {
        order: both,
        ..sold
    };
    sold.give_back(&mut world, 300).await;

    let all = documents(&mut world, &sold.shopper, &sold.order).await;
    assert_eq!(all.len(), 3, "{all:?}");
    assert_eq!(documents(&mut world, &sold.admin, &sold.order).await, all);
    let note = all.iter().find(|one| one["kind"] == "credit_note");
    let note = note.expect("an admin has given something back");
    assert_eq!(note["seller_id"], Value::Null);
    for (seller, name) in [(&sold.seller, "seller"), (&other, "other")] {
        let own = documents(&mut world, seller, &sold.order).await;
        assert_eq!(own.len(), 1, "{name}: {own:?}");
        let of = seller.id.replacen("cus_", "sel_", 1);
        assert_eq!(own[0]["seller_id"], of.as_str());
        for one in &all {
            let ask = document(seller, &sold.order, &one["id"]);
            let shown = world.send("get-order-document", ask).await;
            let expected = if one["id"] == own[0]["id"] { 200 } else { 404 };
            assert_eq!(shown.status, expected, "{name}: {}", shown.text);
        }
    }
    // What is another's is not there, in the same words as what is not there at all.
    let missing = json!("odc_00000000000070008000000000000000");
    let missing = document(&other, &sold.order, &missing);
    let missing = world.send("get-order-document", missing).await;
    let foreign = world
        .send(
            "get-order-document",
            document(&other, &sold.order, &note["id"]),
        )
        .await;
    assert_eq!(missing.code(), "order_document_not_found");
    assert_eq!(foreign.code(), missing.code());
    let stranger = shopper(&mut world, "stranger").await;
    let ask = document(&stranger, &sold.order, &note["id"]);
    let refused = world.send("get-order-document", ask).await;
    assert_eq!((refused.status, refused.code()), (404, "order_not_found"));

    // The document has who it is for; what is told of it, and where it lies, does not.
    let ask = document(&sold.shopper, &sold.order, &note["id"]);
    let shown = ok(world.send("get-order-document", ask).await, 200).body;
    assert_eq!(shown["recipient"]["city"], "Utrecht", "{shown}");
    assert_eq!(shown["invoices"].as_array().map(Vec::len), Some(2));
    assert!(
        !paper(&mut world, "get-order-document", &shown)
            .await
            .is_empty()
    );
    for kind in ["order.invoice-issued.v1", "order.credit-note-issued.v1"] {
        for told in world.events(kind) {
            assert!(!told.to_string().contains("Utrecht"), "{told}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_of_documents_goes_on_page_by_page() {
    let mut world = World::new(6);
    let sold = Sold::open(&mut world).await;
    for number in ["3S1", "3S2", "3S3"] {
        // Ids of one millisecond are in no order.
        world.stage.clock.advance(Duration::from_secs(1));
        sold.ship(&mut world, 1, number).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for _ in 0..5 {
        let path = format!("/v1/orders/{}/documents?limit=1{cursor}", sold.order);
        let ask = Ask::get(&path).by(&sold.shopper.token);
        let page = ok(world.send("list-order-documents", ask).await, 200).body;
        let data = page["data"].as_array().into_iter().flatten();
        seen.extend(data.map(|one| one["number"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["INV-000001", "INV-000002", "INV-000003"]);
}

#[tokio::test(start_paused = true)]
async fn a_guest_sees_the_documents_and_the_timeline_of_its_order_by_its_link_and_by_no_other() {
    let mut world = World::new(7);
    let sold = Sold::open(&mut world).await;
    let mut guest = Guest::new("guest");
    let order = guest
        .buy(&mut world, &sold.goods, "pm_sandbox_ok", "one")
        .await;
    let other = guest
        .buy(&mut world, &sold.goods, "pm_sandbox_ok", "two")
        .await;
    world.settle().await;
    ok(sold.seller.ship(&mut world, &order.id).await, 200);
    world.settle().await;
    for (text, visible) in [("Comes by post.", true), ("Was in a hurry.", false)] {
        let ask = Ask::post(&format!("/v1/orders/{}/notes", order.id)).by(&sold.seller.token);
        let body = json!({ "text": text, "visible_to_customer": visible });
        ok(
            world
                .send("add-order-note", ask.key(text).json(&body))
                .await,
            201,
        );
    }
    let ask = order.ask("GET", "guest-orders", "/documents");
    let listed = ok(world.send("list-guest-order-documents", ask).await, 200).body;
    let one = format!(
        "/documents/{}",
        listed["data"][0]["id"].as_str().unwrap_or_default()
    );

    let stolen = GuestOrder {
        token: other.token.clone(),
        ..order.clone()
    };
    let unknown = GuestOrder {
        token: "nonsense".to_owned(),
        ..order.clone()
    };
    for (by, status) in [(&order, 200), (&stolen, 404), (&unknown, 404)] {
        for (function, end) in [
            ("list-guest-order-documents", "/documents"),
            ("get-guest-order-document", one.as_str()),
            ("get-guest-order-timeline", "/timeline"),
        ] {
            let answer = world
                .send(function, by.ask("GET", "guest-orders", end))
                .await;
            assert_eq!(answer.status, status, "{function}: {}", answer.text);
            if status == 404 {
                assert_eq!(answer.code(), "order_not_found", "{function}");
            }
        }
    }
    // One of another order is not one of this.
    let ask = other.ask("GET", "guest-orders", &one);
    let foreign = world.send("get-guest-order-document", ask).await;
    assert_eq!(foreign.code(), "order_document_not_found");

    let ask = order.ask("GET", "guest-orders", "/timeline");
    let seen = ok(world.send("get-guest-order-timeline", ask).await, 200);
    assert!(seen.text.contains("Comes by post."), "{}", seen.text);
    assert!(!seen.text.contains("Was in a hurry."), "{}", seen.text);
    assert!(seen.text.contains("have been paid by now"), "{}", seen.text);

    // Whose it is has an account now: the link opens nothing more.
    let person = shopper(&mut world, "guest").await;
    ok(order.claim(&mut world, &person, "claim").await, 200);
    world.settle().await;
    let ask = order.ask("GET", "guest-orders", "/timeline");
    assert_eq!(
        world.send("get-guest-order-timeline", ask).await.status,
        404
    );
    assert_eq!(documents(&mut world, &person, &order.id).await.len(), 1);
}
