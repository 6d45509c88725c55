//! Invoices and credit notes: listed, looked at, fetched.

use std::time::Duration;

use serde_json::Value;
use testkit::Ask;

use super::{Person, guests::Guest, ok, text, watch};
use crate::{World, offer};

/// The consumer that prints, as it is named to lose what it hears.
pub const PRINT: (&str, &str) = (
    "order.invoice-issued.v1",
    "print-document-on-order-document-issued",
);

/// The documents of an order, as someone sees them.
pub async fn documents(world: &mut World, reader: &Person, order: &str) -> Vec<Value> {
    let ask = Ask::get(&format!("/v1/orders/{order}/documents?limit=100")).by(&reader.token);
    let page = ok(world.send("list-order-documents", ask).await, 200).body;
    page["data"].as_array().cloned().unwrap_or_default()
}

/// The request that shows one of them.
pub fn document(reader: &Person, order: &str, id: &Value) -> Ask {
    let id = id.as_str().unwrap_or_default();
    Ask::get(&format!("/v1/orders/{order}/documents/{id}")).by(&reader.token)
}

/// The paper that a document's link leads to, fetched by it.
pub async fn paper(world: &mut World, signer: &'static str, shown: &Value) -> Vec<u8> {
    assert_eq!(shown["status"], "ready", "{shown}");
    let url = text(&shown["url"]);
    let (place, signature) = url.split_once('?').unwrap_or_default();
    assert!(signature.contains("X-Amz-Signature"), "{url}");
    let objects = world.stage.cloud.objects().into_iter();
    let mut fitting = objects.filter(|object| place.ends_with(object.as_str()));
    let object = fitting.next().unwrap_or_default();
    world.download(signer, &object).await;
    world.stage.cloud.object(&object).unwrap_or_default()
}

/// An order is paid, invoiced and printed; another's invoice is printed late; a guest has one too.
pub(super) async fn papers(world: &mut World, shopper: &Person, seller: &Person) {
    let goods = offer(world, seller, "Goods with papers", 20).await;
    let order = shopper.buy(world, &goods, 2, "pm_sandbox_ok").await;
    world.settle().await;
    ok(seller.ship(world, &order).await, 200);
    world.settle().await;
    for reader in [shopper, seller] {
        let listed = documents(world, reader, &order).await;
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert_eq!(listed[0]["kind"], "invoice");
        let ask = document(reader, &order, &listed[0]["id"]);
        let shown = ok(world.send("get-order-document", ask).await, 200).body;
        assert_eq!(shown["total"]["amount"], 2_500, "{shown}");
        let paper = paper(world, "get-order-document", &shown).await;
        assert!(paper.starts_with(b"%PDF-"));
    }

    world.lose(PRINT);
    let late = shopper.buy(world, &goods, 1, "pm_sandbox_ok").await;
    world.settle().await;
    ok(seller.ship(world, &late).await, 200);
    world.settle().await;
    let listed = documents(world, shopper, &late).await;
    assert_eq!(listed[0]["status"], "pending", "{listed:?}");
    world.lost.remove(&(PRINT.0.to_owned(), PRINT.1));
    world
        .tick("watch-pending-documents", Duration::from_mins(11))
        .await;
    world.settle().await;
    let listed = documents(world, shopper, &late).await;
    assert_eq!(listed[0]["status"], "ready", "{listed:?}");

    let mut guest = Guest::new("wants-a-paper");
    let order = guest.buy(world, &goods, "pm_sandbox_ok", "paper").await;
    world.settle().await;
    ok(seller.ship(world, &order.id).await, 200);
    world.settle().await;
    let ask = order.ask("GET", "guest-orders", "/documents");
    let listed = ok(world.send("list-guest-order-documents", ask).await, 200).body;
    let end = format!("/documents/{}", text(&listed["data"][0]["id"]));
    let ask = order.ask("GET", "guest-orders", &end);
    let shown = ok(world.send("get-guest-order-document", ask).await, 200).body;
    let paper = paper(world, "get-guest-order-document", &shown).await;
    assert!(paper.starts_with(b"%PDF-"));
    let ask = order.ask("GET", "guest-orders", "/timeline");
    let seen = ok(world.send("get-guest-order-timeline", ask).await, 200).body;
    assert_eq!(seen["status"], "shipped", "{seen}");
    watch(world).await;
}
