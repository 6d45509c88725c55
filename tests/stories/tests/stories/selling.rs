//! People become sellers, hire others, and are taken out of the shop.

use serde_json::{Value, json};
use stories::{Admin, Answer, Seller, Shop, Shopper, until};

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// Applies and is approved; the path of the seller.
fn approved(owner: &Shopper, admin: &Admin) -> String {
    let shop = &owner.shop;
    let said = json!({ "display_name": format!("Lamps {}", shop.unique()), "legal_country": "NL" });
    let apply = || {
        shop.post("/v1/sellers")
            .bearer(&owner.token)
            .json(&said)
            .send()
    };
    let applied = apply().expect(201);
    assert_eq!(applied["status"], "pending");
    apply().refused(409, "seller_exists");
    let path = format!("/v1/sellers/{}", text(&applied["id"]));
    shop.get(format!("{path}/page"))
        .send()
        .refused(404, "seller_not_found");
    step(admin, &path, "approve").expect(200);
    path
}

fn step(admin: &Admin, seller: &str, what: &str) -> Answer {
    let call = admin
        .shop
        .post(format!("{seller}/{what}"))
        .bearer(&admin.token);
    match what {
        "reject" | "suspend" => call.json(&json!({ "reason": "A story." })).send(),
        _ => call.send(),
    }
}

/// Who logs in until the role is in the token.
fn selling(mut owner: Shopper) -> Seller {
    until("the role is in the token", || {
        owner.log_in_again();
        let profile = owner
            .shop
            .get("/v1/customers/me")
            .bearer(&owner.token)
            .send();
        // The role ends the tokens that were handed out before it, this one too if it came just now.
        let roles = profile.json()["roles"].as_array().cloned();
        roles?.contains(&"seller".into()).then_some(())
    });
    owner.log_in_again();
    Seller { person: owner }
}

/// What the mail of an invitation has in its link.
fn token(invited: &Shopper) -> String {
    until("the invitation is in the mail", || {
        let mails = invited.mails();
        let text = mails.iter().map(Value::to_string).collect::<String>();
        let (_, rest) = text.split_once("accept-invitation#token=")?;
        Some(
            rest.chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
                .collect(),
        )
    })
}

/// Someone who is invited, comes, and has the place in the token.
fn hired(owner: &Seller, seller: &str, role: &str) -> Shopper {
    let shop = owner.shop();
    let mut person = Shopper::register(shop);
    let invite = json!({ "email": person.email, "role": role });
    let call = shop.post(format!("{seller}/staff/invitations"));
    call.bearer(&owner.person.token)
        .json(&invite)
        .send()
        .expect(201);
    let token = json!({ "token": token(&person) });
    let accept = |who: &Shopper| {
        let call = shop.post("/v1/staff-invitations/accept");
        call.bearer(&who.token).json(&token).send()
    };
    let joined = accept(&person).expect(200);
    assert_eq!(joined["role"], role);
    accept(&Shopper::register(shop)).refused(422, "invalid_token");
    until("the place is in the token", || {
        person.log_in_again();
        let seen = shop.get(seller).bearer(&person.token).send();
        (seen.status == 200).then_some(())
    });
    person
}

#[test]
fn someone_applies_is_approved_and_sells() {
    let shop = Shop::open();
    let (owner, admin) = (Shopper::register(&shop), Admin::log_in(&shop));
    let path = approved(&owner, &admin);
    let stranger = Shopper::register(&shop);
    let seen = shop.get(&path).bearer(&stranger.token).send();
    seen.refused(404, "seller_not_found");
    // With the role older tokens have ended.
    let seller = selling(owner);
    let seen = shop.get(&path).bearer(&seller.person.token).send();
    let seen = seen.expect(200);
    assert_eq!(seen["status"], "active");
    let page = shop.get(format!("{path}/page")).send().expect(200);
    assert_eq!(page["display_name"], seen["display_name"]);

    let goods = seller.offer("Lamp", 1_500, 3);
    let product = shop.get(format!("/v1/products/{}", goods.product)).send();
    assert_eq!(product.expect(200)["seller_id"], seen["id"]);
}

#[test]
fn staff_does_its_own_work_and_no_other_and_is_out_within_a_minute() {
    let shop = Shop::open();
    let (owner, admin) = (Shopper::register(&shop), Admin::log_in(&shop));
    let path = approved(&owner, &admin);
    let seller = selling(owner);
    let goods = seller.offer("Lamp", 1_500, 9);
    let packer = hired(&seller, &path, "fulfilment");
    let clerk = hired(&seller, &path, "finance");

    let buyer = Shopper::register(&shop);
    let order = buyer.buy(&goods.variant, 1, "pm_sandbox_ok");
    buyer.order_becomes(&order, "confirmed");
    let price = json!({ "title": "Cheaper" });
    for who in [&packer, &clerk] {
        let call = shop.call("PATCH", format!("/v1/products/{}", goods.product));
        let call = call.bearer(&who.token).header("if-match", "*");
        call.json(&price).send().refused(403, "forbidden");
    }
    let ship = |who: &Shopper, order: &str| {
        shop.post(format!("/v1/orders/{order}/ship"))
            .bearer(&who.token)
            .send()
    };
    ship(&clerk, &order).refused(403, "forbidden");
    assert_eq!(ship(&packer, &order).expect(200)["status"], "shipped");

    let place = |who: &Shopper| format!("{path}/staff/{}", who.id);
    let remove =
        |by: &Shopper, who: &Shopper| shop.call("DELETE", place(who)).bearer(&by.token).send();
    remove(&packer, &clerk).refused(404, "staff_not_found");
    remove(&seller.person, &seller.person).refused(409, "owner_stays");
    remove(&seller.person, &packer).expect(204);
    // The old token is good by its own word, and not for longer than a minute.
    until("who was removed is out", || {
        let orders = shop
            .get("/v1/orders?as=seller")
            .bearer(&packer.token)
            .send();
        (orders.status == 401).then_some(())
    });
}

#[test]
fn what_a_suspended_seller_has_leaves_the_shop_and_comes_back() {
    let shop = Shop::open();
    let (owner, admin) = (Shopper::register(&shop), Admin::log_in(&shop));
    let path = approved(&owner, &admin);
    let seller = selling(owner);
    let goods = seller.offer("Lamp", 1_500, 9);
    let buyer = Shopper::register(&shop);
    let open = buyer.buy(&goods.variant, 1, "pm_sandbox_ok");
    buyer.order_becomes(&open, "confirmed");
    buyer.add_to_cart(&goods.variant, 1);

    step(&admin, &path, "suspend").expect(200);
    let seen = || {
        shop.get(format!("/v1/products/{}", goods.product))
            .send()
            .status
    };
    until("the product has left the shop", || {
        (seen() == 404).then_some(())
    });
    let publish = shop.post(format!("/v1/products/{}/publish", goods.product));
    let publish = publish.bearer(&seller.person.token).send();
    assert!([200, 409].contains(&publish.status), "{}", publish.text);
    assert_eq!(seller.ship(&open).expect(200)["status"], "shipped");

    step(&admin, &path, "reinstate").expect(200);
    until("the product is back", || (seen() == 200).then_some(()));
    until("it can be ordered", || {
        let lines = buyer.cart()["lines"].clone();
        (lines[0]["available"] == true).then_some(())
    });
    buyer.order("pm_sandbox_ok");
}
