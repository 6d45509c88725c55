//! The part of the day in which someone keeps an address book and orders by it.

use std::time::Duration;

use serde_json::json;
use testkit::Ask;

use super::{NAME, PHONE, Person, STREET, ok, text};
use crate::World;

/// Goes through every function of `address`, and leaves an address in the book: its id.
pub(super) async fn address_book(world: &mut World, shopper: &Person, root: &Person) -> String {
    let rules = ok(
        world
            .send("get-address-rules", Ask::get("/v1/address-rules/nl"))
            .await,
        200,
    );
    assert_eq!(rules.body["required"][1], "line1");

    let home = add(world, shopper, "home").await;
    // The latest comes first, which ids of one millisecond don't tell.
    world.stage.clock.advance(Duration::from_secs(1));
    let work = add(world, shopper, "work").await;
    let prefer = |id: &str, purposes: &[&str]| {
        Ask::new("PUT", &format!("/v1/addresses/{id}/default"))
            .by(&shopper.token)
            .key(&format!("prefer {id}"))
            .json(&json!({ "for": purposes }))
    };
    let ask = prefer(&work, &["shipping", "billing"]);
    ok(world.send("set-default-address", ask).await, 200);
    let ask = prefer(&home, &["shipping"]);
    ok(world.send("set-default-address", ask).await, 200);
    let list = Ask::get("/v1/addresses?limit=5").by(&shopper.token);
    let list = ok(world.send("list-addresses", list).await, 200).body;
    assert_eq!(list["data"][0]["default_for"], json!(["billing"]), "{list}");
    assert_eq!(
        list["data"][1]["default_for"],
        json!(["shipping"]),
        "{list}"
    );

    let path = format!("/v1/addresses/{home}");
    let seen = ok(
        world
            .send("get-address", Ask::get(&path).by(&shopper.token))
            .await,
        200,
    );
    let ask = Ask::get(&path).by(&root.token);
    assert_eq!(
        ok(world.send("get-address", ask).await, 200).body,
        seen.body
    );
    let theirs = format!("/v1/addresses?customer_id={}", shopper.id);
    let ask = Ask::get(&theirs).by(&root.token);
    let found = ok(world.send("list-addresses", ask).await, 200).body;
    assert_eq!(found["data"].as_array().map(Vec::len), Some(2), "{found}");
    let ask = Ask::new("PATCH", &path).by(&shopper.token).key("move");
    let ask = ask.header("if-match", seen.header("etag"));
    let ask = ask.body(
        "application/merge-patch+json",
        json!({ "postal_code": "3512 JC" }).to_string(),
    );
    let changed = ok(world.send("change-address", ask).await, 200).body;
    assert_eq!(changed["formatted"][2], "3512 JC UTRECHT", "{changed}");

    let ask = Ask::new("DELETE", &format!("/v1/addresses/{work}")).by(&shopper.token);
    ok(world.send("remove-address", ask.key("left")).await, 204);
    home
}

async fn add(world: &mut World, shopper: &Person, label: &str) -> String {
    let address = json!({
        "label": label, "name": NAME, "line1": STREET, "city": "Utrecht", "postal_code": "3511 AB",
        "country": "NL", "phone": format!("+{PHONE}"),
    });
    let ask = Ask::post("/v1/addresses").by(&shopper.token).key(label);
    let added = ok(world.send("add-address", ask.json(&address)).await, 201);
    text(&added.body["id"])
}

/// An order that goes to an address of the book, which changes afterwards: the order keeps what it was.
pub(super) async fn order_by_the_book(
    world: &mut World,
    shopper: &Person,
    variant: &str,
    address: &str,
) {
    ok(shopper.add(world, variant, 1, "for the book").await, 200);
    let order = |id: &str| json!({ "shipping_address_id": id, "payment_method": "pm_sandbox_ok" });
    let ask = Ask::post("/v1/orders").by(&shopper.token);
    let ask = ask.key("by the book").json(&order(address));
    let order = text(&ok(world.send("place-order", ask).await, 201).body["id"]);
    world.settle().await;

    let ask = Ask::new("DELETE", &format!("/v1/addresses/{address}")).by(&shopper.token);
    ok(
        world.send("remove-address", ask.key("moved out")).await,
        204,
    );
    let seen = shopper.see(world, &order).await;
    assert_eq!(seen["shipping_address"]["postal_code"], "3512 JC", "{seen}");
    assert_eq!(seen["status"], "confirmed", "{seen}");
}
