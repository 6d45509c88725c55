//! Money moves with the goods, comes back when an admin says so, and is booked.

use serde_json::{Value, json};
use stories::{Admin, Seller, Shop, Shopper, until};

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
    let paid = until("the payment is captured", || {
        let payment = shopper.payment_of(&order).expect(200);
        (payment["status"] == "captured").then_some(payment)
    });
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
fn a_capture_that_is_refused_for_good_is_shown_and_nothing_can_be_given_back() {
    let shop = Shop::open();
    let (admin, seller) = (Admin::log_in(&shop), Seller::open(&shop));
    let goods = seller.offer("Birch tray", 2_000, 5);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 1, "pm_sandbox_capture_declined");
    shopper.order_becomes(&order, "confirmed");
    seller.ship(&order).expect(200);
    let failed = until("the capture has failed", || {
        let payment = shopper.payment_of(&order).expect(200);
        (payment["status"] == "capture_failed").then_some(payment)
    });
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
