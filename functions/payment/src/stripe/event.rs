//! What Stripe tells unasked (<https://docs.stripe.com/api/events>).

use std::collections::BTreeMap;

use kernel::{Code, Problem};
use serde::Deserialize;
use serde_json::Value;

use super::{account, books};
use crate::provider::Hint;

/// What is looked into the books for. Every other type is acknowledged, and nothing is made of it.
const FOLLOWED: [&str; 8] = [
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "charge.captured",
    "charge.expired",
    "charge.refunded",
];

#[derive(Deserialize)]
struct Event {
    id: String,
    r#type: String,
    #[serde(default)]
    livemode: bool,
    /// Whose it is, where it is an account's that is connected to ours.
    account: Option<String>,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

/// A payment intent or a charge: a charge has the metadata of its intent.
#[derive(Deserialize)]
struct Object {
    amount: u64,
    currency: String,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

/// What a webhook's body hints at; `None` where it is about nothing that we have asked for.
///
/// # Errors
/// `webhook_invalid` for what is no event of Stripe's.
pub fn hint(body: &[u8]) -> Result<Option<Hint>, Problem> {
    let event: Event = serde_json::from_slice(body).map_err(|_| Code::WebhookInvalid)?;
    if !FOLLOWED.contains(&event.r#type.as_str()) {
        return Ok(None);
    }
    let object: Object =
        serde_json::from_value(event.data.object).map_err(|_| Code::WebhookInvalid)?;
    let ours = account(event.livemode).to_owned();
    let account = event.account.unwrap_or(ours);
    let about = books::reference(&object.metadata, object.amount, &object.currency, account);
    Ok(about.map(|about| Hint {
        event: event.id,
        about,
    }))
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Money};
    use serde_json::json;

    use super::*;

    fn event(kind: &str, object: Value) -> Vec<u8> {
        let event = json!({
            "id": "evt_1", "object": "event", "type": kind, "livemode": false, "api_version": "2024-06-20",
            "data": { "object": object },
        });
        event.to_string().into_bytes()
    }

    fn intent() -> Value {
        json!({
            "id": "pi_1", "object": "payment_intent", "amount": 3998, "currency": "eur",
            "metadata": { "payment": "pay_1", "order": order() },
        })
    }

    /// As ids are written, which is not for this test to know.
    fn order() -> String {
        use contracts::Event as _;
        contracts::events::OrderStockReserved::example()
            .order_id
            .to_string()
    }

    #[test]
    fn what_is_followed_is_about_a_charge_with_all_that_identifies_it() {
        for kind in FOLLOWED {
            let hint = hint(&event(kind, intent())).unwrap().unwrap();
            assert_eq!(hint.event, "evt_1");
            assert_eq!(hint.about.key, "pay_1");
            assert_eq!(hint.about.order_id.to_string(), order());
            assert_eq!(hint.about.account, "stripe_test");
            let amount = Money::new(3_998, Currency::EUR).unwrap();
            assert_eq!(hint.about.amount, amount);
        }
    }

    #[test]
    fn what_is_of_another_kind_or_of_another_shop_is_dropped() {
        let none = |kind: &str, object: Value| hint(&event(kind, object)).unwrap().is_none();
        assert!(none("customer.created", json!({ "id": "cus_1" })));
        assert!(none("charge.dispute.created", json!({ "amount": -1 })));
        for missing in ["payment", "order"] {
            let mut object = intent();
            object["metadata"].as_object_mut().unwrap().remove(missing);
            assert!(none("payment_intent.succeeded", object), "{missing}");
        }
        let mut object = intent();
        object["metadata"]["order"] = json!("no order's id");
        assert!(none("payment_intent.succeeded", object));
    }

    #[test]
    fn whose_it_is_is_told() {
        let mut live: Value =
            serde_json::from_slice(&event("payment_intent.succeeded", intent())).unwrap();
        live["livemode"] = json!(true);
        let about = |event: &Value| hint(event.to_string().as_bytes()).unwrap().unwrap().about;
        assert_eq!(about(&live).account, "stripe_live");
        live["account"] = json!("acct_1");
        assert_eq!(about(&live).account, "acct_1");
    }

    #[test]
    fn what_is_no_event_is_invalid() {
        for body in [
            &b""[..],
            b"{}",
            b"[]",
            b"{\"id\":\"evt_1\",\"type\":\"payment_intent.succeeded\"}",
        ] {
            let refused = hint(body).unwrap_err();
            assert_eq!(refused.code(), Code::WebhookInvalid);
        }
        let broken = event("payment_intent.succeeded", json!({ "amount": "much" }));
        assert_eq!(hint(&broken).unwrap_err().code(), Code::WebhookInvalid);
    }
}
