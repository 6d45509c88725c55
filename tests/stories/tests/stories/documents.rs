//! What was paid and given back of an order is on paper, for whom it is for.

use serde_json::{Value, json};
use stories::{Admin, Seller, Shop, Shopper, until};

/// The documents of an order, once there are so many and all are printed.
#[track_caller]
fn printed(shop: &Shop, token: &str, order: &str, number: usize) -> Vec<Value> {
    until(&format!("{number} documents are printed"), || {
        let list = shop.get(format!("/v1/orders/{order}/documents"));
        let page = list.bearer(token).send().expect(200);
        let documents = page["data"].as_array().cloned().unwrap_or_default();
        let ready = documents.iter().filter(|one| one["status"] == "ready");
        (ready.count() == number).then_some(documents)
    })
}

#[test]
fn a_parcel_has_its_invoice_and_money_that_was_given_back_its_credit_note() {
    let shop = Shop::open();
    let (admin, seller) = (Admin::log_in(&shop), Seller::open(&shop));
    let soap = seller.offer("Laurel soap", 500, 10);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&soap.variant, 2, "pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");
    seller.ship(&order).expect(200);
    let invoices = printed(&shop, &shopper.token, &order, 1);
    assert_eq!(invoices[0]["kind"], "invoice");
    assert_eq!(invoices[0]["total"]["amount"], 1_000);

    let one = format!(
        "/v1/orders/{order}/documents/{}",
        invoices[0]["id"].as_str().expect("an id")
    );
    for token in [&shopper.token, &seller.person.token] {
        let shown = shop.get(one.as_str()).bearer(token).send().expect(200);
        assert_eq!(shown["lines"][0]["quantity"], 2);
        let url = shown["url"].as_str().expect("a link");
        let (_, signature) = url.split_once('?').expect("it is signed");
        assert!(signature.contains("X-Amz-Expires=300"), "{url}");
    }
    let stranger = Shopper::register(&shop);
    let refused = shop.get(one.as_str()).bearer(&stranger.token).send();
    refused.refused(404, "order_not_found");

    let payment = order.replacen("ord_", "pay_", 1);
    let some = json!({ "amount": { "amount": 300, "currency": "EUR" }, "reason": "goodwill" });
    shop.post(format!("/v1/payments/{payment}/refunds"))
        .bearer(&admin.token)
        .key(&shop.unique())
        .json(&some)
        .send()
        .expect(202);
    let all = printed(&shop, &shopper.token, &order, 2);
    let note = all.iter().find(|one| one["kind"] == "credit_note");
    assert_eq!(note.expect("a credit note")["total"]["amount"], 300);
    // The marketplace has given back what is its own.
    printed(&shop, &seller.person.token, &order, 1);
}
