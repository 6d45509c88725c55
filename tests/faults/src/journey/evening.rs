//! What seldom happens: long walks that are gone on with, files that are looked at, guests who are logged in.

use std::{fmt::Write as _, time::Duration};

use kernel::{Allowance, Permission};
use serde_json::json;
use testkit::{Ask, Stage};

use super::{
    PASSWORD, Person, admin, audit, business, guests, offer, ok, roles, selling, stock, text,
};
use crate::{World, endpoints::endpoints};

/// More than are told of a role's change at once, more than are hidden of a seller's products at once.
const MANY: usize = 60;

/// Goes through what the day has left out.
pub async fn evening(world: &mut World) {
    let root = admin(world).await;
    let owner = Person::register(world, "evening").await;
    let seller = selling::apply(world, &root, &owner).await;
    let owner = Person::log_in(world, &owner.id, &owner.email).await;
    prices(world, &owner).await;
    invited(world, &owner, &seller).await;
    documents(world, &owner).await;
    copies(world, &root).await;
    without_roles(world, &root, &owner).await;
    many_holders(world, &root).await;
    guests::many(world, &owner).await;
    many_products(world, &root, &owner, &seller).await;
    by_device(world, &owner).await;
    known_guests(world, &owner).await;
    machines(world, &root).await;
}

/// Someone logs in with a device that says what it is.
async fn by_device(world: &mut World, person: &Person) {
    let body = json!({ "email": person.email, "password": PASSWORD });
    let ask = Ask::post("/v1/auth/login").json(&body);
    let ask = ask.header("user-agent", "Evening Browser 7 on a lighthouse");
    ok(world.send("log-in", ask).await, 200);
}

/// A price changes between two looks at a cart; and there never was any stock of something that is looked for.
async fn prices(world: &mut World, owner: &Person) {
    let goods = offer(world, owner, "Evening goods", 9).await;
    let ask = Ask::get("/v1/cart").by(&owner.token);
    ok(owner.add(world, &goods, 1, "one").await, 200);
    let shown = ok(world.send("get-cart", ask.clone()).await, 200).body;
    let product = text(&shown["lines"][0]["product_id"]);
    let path = format!("/v1/products/{product}");
    let seen = ok(world.send("get-product", Ask::get(&path)).await, 200);
    let variants = json!([{ "price": { "amount": 999, "currency": "EUR" } }]);
    let ask = Ask::new("PATCH", &path).by(&owner.token).key("cheaper");
    let ask = ask.header("if-match", seen.header("etag")).body(
        "application/merge-patch+json",
        json!({ "variants": variants }).to_string(),
    );
    ok(world.send("update-product", ask).await, 200);
    world.settle().await;
    let ask = Ask::get("/v1/cart").by(&owner.token);
    let shown = ok(world.send("get-cart", ask).await, 200).body;
    assert_eq!(shown["lines"][0]["unit_price"]["amount"], 999, "{shown}");
    let none = offer(world, owner, "Sold elsewhere", 0).await;
    assert_eq!(owner.stock(world, &none).await["available"], 0);
    assert!(stock::movements(world, owner, &none).await.is_empty());
    stock::reorder_at(world, owner, &none, json!(1)).await;
    ok(stock::adjust(world, owner, &none, 1).await, 201);
    let hot = offer(world, owner, "Hot before there is any", 0).await;
    ok(stock::spread(world, owner, &hot, 2).await, 200);
}

/// An invitation is mailed before anyone takes it.
async fn invited(world: &mut World, owner: &Person, seller: &str) {
    selling::invite(world, owner, seller, "finance", "late").await;
    world.settle().await;
}

/// A document is opened by the link that shows it.
async fn documents(world: &mut World, owner: &Person) {
    let mut said = business::said();
    said["ein"] = "12-3456789".into();
    ok(business::register(world, owner, &said, "").await, 200);
    business::upload(world, owner, &business::pdf(None), business::PDF).await;
    let ask = Ask::get(&format!("{}/documents", business::place(owner))).by(&owner.token);
    let list = ok(world.send("list-business-documents", ask).await, 200).body;
    let link = text(&list["data"][0]["url"]);
    let path = link
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'));
    let path = path
        .and_then(|(_, path)| path.split_once('?'))
        .map(|(path, _)| path);
    world
        .download("list-business-documents", path.unwrap_or_default())
        .await;
}

/// A copy of the audit log is fetched by the link that shows it.
async fn copies(world: &mut World, root: &Person) {
    // It has what was done before its millisecond.
    world.stage.clock.advance(Duration::from_secs(1));
    let wanted = json!({ "service": "customer" });
    let export = audit::export(world, root, &wanted).await;
    let (_, lines) = audit::exported(world, root, &export).await;
    assert!(!lines.is_empty());
    let objects = world.stage.cloud.objects().into_iter();
    let mut of_export = objects.filter(|object| object.contains(&export));
    let file = of_export.next().unwrap_or_default();
    world.download("get-audit-export", &file).await;
}

/// Somebody who was never given a role is looked up, and a role that was not given is taken.
async fn without_roles(world: &mut World, root: &Person, person: &Person) {
    let path = format!("/v1/customers/{}/custom-roles", person.id);
    let ask = Ask::get(&path).by(&root.token);
    ok(world.send("list-customer-roles", ask).await, 200);
    let role = roles::make_role(world, root, "Nobody's", &["order:read@any"], &[]).await;
    let ask = roles::take_role(root, &person.id, &role);
    ok(world.send("revoke-role", ask).await, 404);
}

async fn many_holders(world: &mut World, root: &Person) {
    let role = roles::make_role(world, root, "Many", &["order:read@any"], &[]).await;
    for number in 0..MANY {
        let person = Person::register(world, &format!("holder-{number}")).await;
        let ask = roles::give_role(root, &person.id, &role);
        ok(world.send("assign-role", ask).await, 200);
    }
    world.settle().await;
    let more = json!({ "allowances": ["order:read@any", "payment:read@any"] });
    let ask = roles::change_role(world, root, &role, more).await;
    ok(world.send("change-role", ask).await, 200);
    world.settle().await;
}

/// An import and a suspension that do not end in the time that they have.
async fn many_products(world: &mut World, root: &Person, owner: &Person, seller: &str) {
    let mut file =
        "Handle,Title,Type,Published,Variant SKU,Variant Inventory Qty,Variant Price\n".to_owned();
    for number in 0..MANY {
        let _ = writeln!(
            file,
            "late-{number},Late {number},lights,true,LATE-{number},1,9.00"
        );
    }
    let ask = Ask::post("/v1/product-imports?currency=EUR").by(&owner.token);
    let ask = ask.key("late import").body("text/csv", file);
    ok(world.send("import-products", ask).await, 202);
    world.hurry = Some(Duration::from_secs(5));
    world.settle().await;
    let ask = Ask::post(&format!("{seller}/suspend")).by(&root.token);
    let ask = ask.key("late").json(&json!({ "reason": "It is late." }));
    ok(world.send("suspend-seller", ask).await, 200);
    world.settle().await;
    world.hurry = None;
}

/// Whoever is logged in is known at the doors that are open to all, too.
async fn known_guests(world: &mut World, person: &Person) {
    let open = fleet::SETTINGS
        .iter()
        .filter(|(_, settings)| settings.contains(&("ALLOW", "public")));
    for (function, _) in open {
        // What has no route of its own answers for all that is not there.
        let nowhere = ("GET".to_owned(), "/nowhere".to_owned());
        let (method, path) = Stage::route_of(function).unwrap_or(nowhere);
        let ask = Ask::new(&method, &path).by(&person.token).key("known");
        world.send(function, ask).await;
    }
}

/// A key knocks at every door, each an hour later: its use is kept anew.
async fn machines(world: &mut World, root: &Person) {
    let root = Person::log_in(world, &root.id, &root.email).await;
    let all = Permission::ALL.iter();
    let may = all.filter_map(|permission| {
        let scope = permission.holders().iter().map(|(_, scope)| *scope).max()?;
        let allowed = Allowance {
            permission: *permission,
            scope,
        };
        (!permission.is_in_person()).then(|| allowed.to_string())
    });
    let may: Vec<String> = may.collect();
    let may: Vec<&str> = may.iter().map(String::as_str).collect();
    let key = root.key(world, "Of the evening", &may).await;
    for endpoint in endpoints() {
        world.stage.clock.advance(Duration::from_hours(1));
        let ask = endpoint.ask(&world.stage).by(&key.secret);
        world.send(endpoint.function, ask).await;
    }
}
