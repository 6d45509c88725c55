//! Money moves with the goods, comes back when an admin says so, and is booked.

use serde_json::{Value, json};
use stories::{Admin, Seller, Shop, Shopper, order_body, until};

pub(crate) fn refunds_of(order: &str) -> String {
    format!("/v1/payments/{}/refunds", order.replacen("ord_", "pay_", 1))
}

pub(crate) fn back(cents: u64) -> Value {
    json!({ "amount": { "amount": cents, "currency": "EUR" }, "reason": "defective" })
}

/// Waits until the bank wants a customer to act; where.
#[track_caller]
pub(crate) fn asked_to_act(shopper: &Shopper, order: &str) -> String {
    until("the customer is to act", || {
        let shown = shopper.payment_of(order);
        // Until the pieces are held there is none.
        let payment = (shown.status == 200).then(|| shown.json())?;
        let url = payment["next_action"]["url"].as_str().map(str::to_owned);
        url.filter(|_| payment["status"] == "action_required")
    })
}

#[test]
fn an_admin_gives_a_part_back_and_the_seller_sees_what_it_is_owed() {
    let shop = Shop::open();
    let (admin, seller) = (Admin::log_in(&shop), Seller::open(&shop));
    let goods = seller.offer("Walnut tray", 2_000, 5);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 2, "pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");
    seller.ship(&order).expect(200);
    let paid = shopper.payment_becomes(&order, "captured");
    assert_eq!(paid["captured"]["amount"], 4_000);

    let ask = |token: &str, cents| {
        let ask = shop.post(refunds_of(&order)).bearer(token);
        ask.key(&shop.unique()).json(&back(cents)).send()
    };
    ask(&shopper.token, 1_000).refused(403, "forbidden");
    ask(&admin.token, 4_001).refused(409, "refund_exceeds_captured");
    let refund = ask(&admin.token, 1_500).expect(202);
    assert_eq!(refund["status"], "pending");
    ask(&admin.token, 2_501).refused(409, "refund_exceeds_captured");
    let paid = until("the money is given back", || {
        let payment = shopper.payment_of(&order).expect(200);
        (payment["refunded"]["amount"] == 1_500).then_some(payment)
    });
    assert_eq!(paid["refunds"][0]["status"], "succeeded");

    let account = |id: &str, token: &str| {
        let path = format!("/v1/ledger/accounts/{id}");
        shop.get(path).bearer(token).send()
    };
    let own = format!("seller:{}", seller.person.id.replacen("cus_", "sel_", 1));
    until("the sale is booked", || {
        let shown = account(&own, &seller.person.token);
        let is_booked = shown.status == 200 && shown.json()["balance"]["amount"]["amount"] == 3_600;
        is_booked.then_some(())
    });
    account(&own, &Seller::open(&shop).person.token).refused(404, "ledger_account_not_found");
    account("commission", &seller.person.token).refused(404, "ledger_account_not_found");
    account("commission", &admin.token).expect(200);
}

#[test]
fn store_credit_pays_beside_a_card_and_comes_back_last() {
    let shop = Shop::open();
    let (admin, seller) = (Admin::log_in(&shop), Seller::open(&shop));
    let goods = seller.offer("Beech tray", 2_000, 5);
    let shopper = Shopper::register(&shop);
    let given = format!("/v1/customers/{}/store-credit", shopper.id);
    let give = |token: &str| {
        let amount = json!({ "amount": 1_500, "currency": "EUR" });
        let ask = shop.post(given.clone()).bearer(token).key(&shop.unique());
        ask.json(&json!({ "amount": amount, "reason": "goodwill" }))
            .send()
    };
    give(&shopper.token).refused(403, "forbidden");
    give(&admin.token).expect(201);
    let balance = || {
        let ask = shop.get("/v1/store-credit").bearer(&shopper.token);
        ask.send().expect(200)["balance"]["amount"].clone()
    };
    assert_eq!(balance(), 1_500);

    shopper.add_to_cart(&goods.variant, 1);
    let mut body = order_body("pm_sandbox_ok");
    body["store_credit"] = json!({ "amount": 1_500, "currency": "EUR" });
    let ask = shop.post("/v1/orders").bearer(&shopper.token);
    let order = ask.key(&shop.unique()).json(&body).send().expect(201);
    let order = order["id"].as_str().unwrap();
    shopper.order_becomes(order, "confirmed");
    assert_eq!(balance(), 0);
    seller.ship(order).expect(200);
    let paid = shopper.payment_becomes(order, "captured");
    assert_eq!(paid["captured"]["amount"], 2_000);
    assert_eq!(paid["captures"][0]["source"], "store_credit");
    assert_eq!(paid["captures"][1]["amount"]["amount"], 500);

    let ask = shop.post(refunds_of(order)).bearer(&admin.token);
    let refund = ask.key(&shop.unique()).json(&back(800)).send().expect(202);
    assert_eq!(refund["store_credit"]["amount"], 300);
    until("some of it is back", || (balance() == 300).then_some(()));
}

#[test]
fn a_capture_that_is_refused_for_good_is_shown_and_nothing_can_be_given_back() {
    let shop = Shop::open();
    let (admin, seller) = (Admin::log_in(&shop), Seller::open(&shop));
    let goods = seller.offer("Birch tray", 2_000, 5);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 1, "pm_sandbox_capture_declined");
    shopper.order_becomes(&order, "confirmed");
    seller.ship(&order).expect(200);
    let failed = shopper.payment_becomes(&order, "capture_failed");
    assert_eq!(failed["captures"][0]["failure_reason"], "capture_declined");
    let ask = shop.post(refunds_of(&order)).bearer(&admin.token);
    let answer = ask.key(&shop.unique()).json(&back(1)).send();
    answer.refused(409, "refund_exceeds_captured");
}

#[test]
fn a_customer_shows_the_bank_who_they_are_and_the_order_is_confirmed() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("Cherry tray", 2_000, 5);
    let shopper = Shopper::register(&shop);
    let act = |url: &str, outcome: &str| {
        let ask = shop.post(url.to_owned());
        ask.json(&json!({ "outcome": outcome })).send()
    };
    let order = shopper.buy(&goods.variant, 1, "pm_sandbox_3ds");
    let url = asked_to_act(&shopper, &order);
    assert_eq!(act(&url, "succeeded").status, 204);
    shopper.order_becomes(&order, "confirmed");

    let order = shopper.buy(&goods.variant, 1, "pm_sandbox_3ds");
    let url = asked_to_act(&shopper, &order);
    assert_eq!(act(&url, "failed").status, 204);
    shopper.order_becomes(&order, "cancelled");
    act(&url, "succeeded").refused(409, "charge_not_waiting");

    let forged = shop.post("/v1/payments/webhooks/sandbox".to_owned());
    let forged = forged.json(&json!({ "id": "evt_1", "type": "charge.succeeded" }));
    forged.send().refused(400, "webhook_invalid");
}

#[test]
fn a_bank_takes_money_back_and_evidence_brings_it_back_again() {
    let shop = Shop::open();
    let (admin, seller) = (Admin::log_in(&shop), Seller::open(&shop));
    let goods = seller.offer("Plum tray", 2_000, 5);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 1, "pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");
    seller.ship(&order).expect(200);
    shopper.payment_becomes(&order, "captured");
    let charge = order.replacen("ord_", "pay_", 1);
    let bank = shop.post(format!("/v1/sandbox/charges/{charge}/dispute"));
    let body = json!({ "reason": "product_not_received" });
    assert_eq!(bank.json(&body).send().status, 204);
    let disputed = || {
        let payment = shopper.payment_of(&order).expect(200);
        payment["disputed"]["amount"].as_u64()
    };
    until("the money is gone", || {
        (disputed() == Some(2_000)).then_some(())
    });
    let refund = shop.post(refunds_of(&order)).bearer(&admin.token);
    let refund = refund.key(&shop.unique()).json(&back(1)).send();
    refund.refused(409, "refund_exceeds_captured");

    let list = |token: &str| shop.get("/v1/disputes?limit=100").bearer(token).send();
    list(&seller.person.token).refused(403, "forbidden");
    let listed = list(&admin.token).expect(200);
    let mut all = listed["data"].as_array().into_iter().flatten();
    let dispute = all.find(|dispute| dispute["order_id"] == order.as_str());
    let id = dispute.and_then(|dispute| dispute["id"].as_str()).unwrap();
    let answer = || {
        let ask = shop.post(format!("/v1/disputes/{id}/evidence"));
        let ask = ask.bearer(&admin.token).key(&shop.unique());
        ask.json(&json!({ "text": "Signed for: winning_evidence." }))
            .send()
    };
    let taken = answer().expect(202);
    assert_eq!(taken["response"]["kind"], "evidence");
    answer().refused(409, "dispute_step_refused");
    until("the money is back", || {
        (disputed() == Some(0)).then_some(())
    });
    let seen = shop.get(format!("/v1/disputes/{id}"));
    let seen = seen.bearer(&admin.token).send().expect(200);
    assert_eq!(seen["status"], "won");
}

#[test]
fn what_was_sold_today_is_not_paid_out_yet_and_nobody_sees_what_others_are_paid() {
    let shop = Shop::open();
    let (admin, seller) = (Admin::log_in(&shop), Seller::open(&shop));
    let goods = seller.offer("Pear tray", 2_000, 5);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 1, "pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");
    seller.ship(&order).expect(200);
    let own = seller.person.id.replacen("cus_", "sel_", 1);
    let account = || {
        let shown = shop.get(format!("/v1/ledger/accounts/seller:{own}"));
        shown.bearer(&seller.person.token).send()
    };
    until("the sale is booked", || {
        (account().status == 200).then_some(())
    });
    let entry = &account().json()["entries"]["data"][0];
    assert_eq!(entry["order_id"], order.as_str());

    let list = |token: &str, query: &str| {
        let list = shop.get(format!("/v1/payouts{query}"));
        list.bearer(token).send()
    };
    let others = Seller::open(&shop).person;
    let of_seller = format!("?seller_id={own}");
    for query in ["", of_seller.as_str()] {
        let listed = list(&seller.person.token, query).expect(200);
        assert_eq!(listed["data"], json!([]), "{query}");
    }
    let listed = list(&admin.token, &of_seller).expect(200);
    assert_eq!(listed["data"], json!([]));
    list(&others.token, &of_seller).refused(403, "forbidden");
    list(&shopper.token, "").refused(403, "forbidden");

    let nothing = "/v1/payouts/pot_01a21cee6c2273aa8a6dada2b4d9bd7b";
    for path in [nothing.to_owned(), format!("{nothing}/statement")] {
        let seen = shop.get(path.clone()).bearer(&seller.person.token).send();
        seen.refused(404, "payout_not_found");
        let seen = shop.get(path).bearer(&shopper.token).send();
        seen.refused(403, "forbidden");
    }
}
