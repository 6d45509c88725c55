//! Customers keep an address book, and orders go to an address of it.

use serde_json::{Value, json};
use stories::{Answer, Seller, Shop, Shopper, UNLIMITED, at_once};

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn home() -> Value {
    json!({
        "label": "Home", "name": "Robin Shopper", "line1": "1 Market Square", "city": "Utrecht",
        "postal_code": "3511 ab", "country": "NL", "phone": "+31 30 123 45 67",
    })
}

fn add(shopper: &Shopper, address: &Value) -> Answer {
    let ask = shopper.shop.post("/v1/addresses").bearer(&shopper.token);
    ask.json(address).send()
}

fn get(shopper: &Shopper, path: &str) -> Answer {
    shopper.shop.get(path).bearer(&shopper.token).send()
}

fn pointers(refused: &Answer) -> Vec<String> {
    let body = refused.json();
    let errors = body["errors"].as_array().expect("errors").iter();
    errors
        .map(|error| text(&error["pointer"]).to_owned())
        .collect()
}

#[test]
fn a_customer_keeps_an_address_book() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let added = add(&shopper, &home()).expect(201);
    let path = format!("/v1/addresses/{}", text(&added["id"]));
    assert_eq!(added["postal_code"], "3511 AB");
    assert_eq!(
        added["formatted"],
        json!(["Robin Shopper", "1 Market Square", "3511 AB UTRECHT"])
    );
    let work = add(&shopper, &home()).expect(201);
    let work_path = format!("/v1/addresses/{}", text(&work["id"]));

    // One default a purpose: the second takes it from the first.
    let prefer = |path: &str, purposes: Value| {
        let ask = shop.call("PUT", format!("{path}/default"));
        let ask = ask.bearer(&shopper.token).json(&json!({ "for": purposes }));
        ask.send().expect(200)["default_for"].clone()
    };
    let both = json!(["shipping", "billing"]);
    assert_eq!(prefer(&path, both.clone()), both);
    assert_eq!(prefer(&work_path, json!(["shipping"])), json!(["shipping"]));
    let list = get(&shopper, "/v1/addresses").expect(200);
    let defaults: Vec<_> = list["data"].as_array().unwrap().iter().collect();
    assert_eq!(defaults.len(), 2);
    assert_eq!(defaults[0]["default_for"], json!(["shipping"]));
    assert_eq!(defaults[1]["default_for"], json!(["billing"]));
    let first = get(&shopper, "/v1/addresses?limit=1").expect(200);
    let next = format!(
        "/v1/addresses?limit=1&cursor={}",
        text(&first["next_cursor"])
    );
    assert_eq!(
        get(&shopper, &next).expect(200)["data"][0]["id"],
        added["id"]
    );

    // A change needs the version that it was made to.
    let change = |version: &str| {
        let ask = shop.call("PATCH", path.clone()).bearer(&shopper.token);
        let ask = ask.header("if-match", version);
        ask.json(&json!({ "line1": "2 Market Square", "label": null }))
            .send()
    };
    let seen = get(&shopper, &path);
    let version = seen.header("etag").expect("a version").to_owned();
    let changed = change(&version).expect(200);
    assert_eq!(changed["formatted"][1], "2 Market Square");
    assert_eq!(changed["default_for"], json!(["billing"]));
    assert_eq!(changed.get("label"), None);
    change(&version).refused(412, "precondition_failed");

    let remove = || {
        shop.call("DELETE", path.clone())
            .bearer(&shopper.token)
            .send()
    };
    assert_eq!(remove().status, 204);
    remove().refused(404, "address_not_found");
    get(&shopper, &path).refused(404, "address_not_found");
    let left = get(&shopper, "/v1/addresses").expect(200);
    assert_eq!(left["data"].as_array().unwrap().len(), 1);
    assert_eq!(left["data"][0]["default_for"], json!(["shipping"]));
}

#[test]
fn an_address_says_all_that_is_wrong_with_it() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let mut address = home();
    address["postal_code"] = "0511 AB".into();
    let refused = add(&shopper, &address);
    refused.refused(422, "validation_failed");
    assert_eq!(pointers(&refused), ["/postal_code"]);

    address["name"] = "".into();
    address["region"] = "Utrecht".into();
    let refused = add(&shopper, &address);
    assert_eq!(pointers(&refused), ["/name", "/region", "/postal_code"]);
    let list = get(&shopper, "/v1/addresses").expect(200);
    assert_eq!(list["data"], json!([]));
}

#[test]
fn the_rules_of_a_country_are_there_for_everyone() {
    let shop = Shop::open();
    let answer = shop.get("/v1/address-rules/IE").send();
    let rules = answer.expect(200);
    assert_eq!(rules["names"]["postal_code"], "eircode");
    assert_eq!(rules["regions"].as_array().unwrap().len(), 26);
    let version = answer.header("etag").expect("a version").to_owned();
    let again = shop.get("/v1/address-rules/ie");
    assert_eq!(again.header("if-none-match", &version).send().status, 304);
    let unknown = shop.get("/v1/address-rules/XX").send();
    unknown.refused(404, "country_unknown");
}

#[test]
fn another_customers_address_is_as_good_as_none() {
    let shop = Shop::open();
    let (one, two) = (Shopper::register(&shop), Shopper::register(&shop));
    let id = text(&add(&one, &home()).expect(201)["id"]).to_owned();
    let path = format!("/v1/addresses/{id}");
    let missing = format!("/v1/addresses/adr_{}", "0".repeat(32));
    let ask = |path: &str| {
        let answers = [
            get(&two, path),
            shop.call("PATCH", path.to_owned())
                .bearer(&two.token)
                .header("if-match", "*")
                .json(&json!({ "label": "Mine" }))
                .send(),
            shop.call("DELETE", path.to_owned())
                .bearer(&two.token)
                .send(),
            shop.call("PUT", format!("{path}/default"))
                .bearer(&two.token)
                .json(&json!({ "for": ["billing"] }))
                .send(),
        ];
        answers.map(|answer| {
            answer.refused(404, "address_not_found");
            let mut body = answer.json();
            body["request_id"] = "".into();
            body
        })
    };
    assert_eq!(ask(&path), ask(&missing));
    let others = format!("/v1/addresses?customer_id={}", one.id);
    get(&two, &others).refused(403, "forbidden");
    let mine = get(&one, &path).expect(200);
    assert_eq!(mine["label"], "Home");
    assert_eq!(mine["default_for"], json!([]));

    let admin = stories::Admin::log_in(&shop);
    let seen = shop.get(path).bearer(&admin.token).send().expect(200);
    assert_eq!(seen, mine);
}

#[test]
fn a_book_holds_fifty_addresses_however_many_come_at_once() {
    let shop = Shop::open();
    let shopper = Shopper::register(&shop);
    let answers = at_once(vec![(); 60], 4, |()| add(&shopper, &home()).status);
    let added = answers.iter().filter(|status| **status == 201).count();
    assert!(
        answers.iter().all(|status| [201, 409].contains(status)),
        "{answers:?}"
    );
    // Some may have given way to others; one after another they fill the book.
    let later = (added..60).filter(|_| add(&shopper, &home()).status == 201);
    assert_eq!(added + later.count(), 50);
    add(&shopper, &home()).refused(409, "address_book_full");
    let list = get(&shopper, "/v1/addresses?limit=100").expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 50);
}

#[test]
fn an_order_keeps_the_address_that_it_went_to() {
    let shop = Shop::open();
    let goods = Seller::open(&shop).offer("Parcel", 1_200, UNLIMITED);
    let shopper = Shopper::register(&shop);
    let id = text(&add(&shopper, &home()).expect(201)["id"]).to_owned();
    shopper.add_to_cart(&goods.variant, 1);
    let order = |shopper: &Shopper, body: Value| {
        let ask = shop.post("/v1/orders").bearer(&shopper.token);
        ask.key(&shop.unique()).json(&body).send()
    };
    let to = |id: &str| json!({ "shipping_address_id": id, "payment_method": "pm_sandbox_ok" });

    let neither = order(&shopper, json!({ "payment_method": "pm_sandbox_ok" }));
    neither.refused(422, "validation_failed");
    let mut both = to(&id);
    both["shipping_address"] = json!({
        "name": "Robin Shopper", "line1": "1 Market Square", "city": "Utrecht", "postal_code": "3511 AB",
        "country": "NL",
    });
    order(&shopper, both).refused(422, "validation_failed");
    let stranger = Shopper::register(&shop);
    stranger.add_to_cart(&goods.variant, 1);
    order(&stranger, to(&id)).refused(404, "address_not_found");

    let placed = order(&shopper, to(&id)).expect(201);
    let ask = shop.call("PATCH", format!("/v1/addresses/{id}"));
    let ask = ask.bearer(&shopper.token).header("if-match", "*");
    ask.json(&json!({ "line1": "99 New Street" }))
        .send()
        .expect(200);
    let seen = shopper.order_becomes(text(&placed["id"]), "confirmed");
    assert_eq!(seen["shipping_address"]["line1"], "1 Market Square");
    assert_eq!(seen["shipping_address"]["phone"], "+31301234567");
    assert_eq!(seen["shipping_address"], placed["shipping_address"]);
}
