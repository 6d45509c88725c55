//! What was done is in the audit log, and an admin proves that the log is whole.

use serde_json::{Value, json};
use stories::{Admin, Emulator, Seller, Shop, Shopper, until};

fn entries(shop: &Shop, admin: &Admin, filter: &str) -> Vec<Value> {
    let path = format!("/v1/audit?{filter}");
    let page = shop.get(path).bearer(&admin.token).send().expect(200);
    page["data"].as_array().expect("entries").clone()
}

#[test]
fn an_order_is_in_the_logs_of_all_who_had_to_do_with_it() {
    let shop = Shop::open();
    let (admin, seller) = (Admin::log_in(&shop), Seller::open(&shop));
    let goods = seller.offer("Lamp", 1_900, 5);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 1, "pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");

    let placed = until("the order in the audit log", || {
        let found = entries(&shop, &admin, &format!("subject={order}&limit=100"));
        let services = ["inventory", "order"];
        let all = services
            .iter()
            .all(|service| found.iter().any(|entry| entry["service"] == *service));
        let placed = found.iter().find(|entry| entry["action"] == "order.place");
        placed.filter(|_| all).cloned()
    });
    assert_eq!(
        placed["actor"],
        json!({ "kind": "customer", "id": shopper.id })
    );
    assert_eq!(placed["function"], "place-order");
    let own = entries(&shop, &admin, &format!("actor={}&limit=100", shopper.id));
    assert!(own.contains(&placed));

    let refused = shop.get("/v1/audit").bearer(&shopper.token).send();
    refused.refused(403, "forbidden");
    let refused = shop
        .get("/v1/audit/verify")
        .bearer(&seller.person.token)
        .send();
    refused.refused(403, "forbidden");
}

#[test]
fn the_logs_are_proven_to_their_signed_ends() {
    let shop = Shop::open();
    let admin = Admin::log_in(&shop);
    let platform = Emulator::open(&shop);
    platform.aws(&[
        "lambda",
        "invoke",
        "--function-name",
        "local-admin-sign-audit-checkpoints",
        "/dev/null",
    ]);
    let proof = shop.get("/v1/audit/verify?service=customer");
    let proof = proof.bearer(&admin.token).send().expect(200);
    let customer = &proof["services"][0];
    assert_eq!(customer["ok"], true, "{proof}");
    assert_eq!(customer["verified_up_to"], customer["entries"]);
    assert!(
        customer["checkpoints_checked"].as_u64() >= Some(1),
        "{proof}"
    );
}

#[test]
fn a_copy_of_the_log_is_written_and_fetched_by_its_links() {
    let shop = Shop::open();
    let (admin, shopper) = (Admin::log_in(&shop), Shopper::register(&shop));
    until("the account in the audit log", || {
        let found = entries(&shop, &admin, &format!("subject={}", shopper.id));
        (!found.is_empty()).then_some(())
    });
    let export = |token: &str, wanted: &Value| {
        let call = shop.post("/v1/audit/exports").bearer(token);
        call.json(wanted).send()
    };
    let wanted = json!({ "subject": shopper.id });
    export(&shopper.token, &wanted).refused(403, "forbidden");
    export(&admin.token, &json!({ "from": "today" })).refused(422, "validation_failed");

    // Asked for twice with one key, it is one.
    let key = shop.unique();
    let again = || {
        let call = shop
            .post("/v1/audit/exports")
            .bearer(&admin.token)
            .key(&key);
        call.json(&wanted).send().expect(202)
    };
    let id = again()["id"].clone();
    assert_eq!(again()["id"], id);
    let path = format!("/v1/audit/exports/{}", id.as_str().expect("an id"));
    let done = until("the export", || {
        let seen = shop
            .get(path.clone())
            .bearer(&admin.token)
            .send()
            .expect(200);
        (seen["status"] == "completed").then_some(seen)
    });
    let file = &done["files"][0];
    assert_eq!(done["entries"], file["entries"], "{done}");
    let link = file["url"].as_str().expect("a link");
    assert!(link.contains("X-Amz-Signature="), "{link}");
    let foreign = shop.get(path).bearer(&shopper.token).send();
    foreign.refused(403, "forbidden");
}
