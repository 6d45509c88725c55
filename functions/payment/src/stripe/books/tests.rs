//! Domain tests of what Stripe's objects say to our questions.

use kernel::Currency;
use serde_json::{Value, json};

use super::*;

const KEY: &str = "pay_1";

/// A payment intent of 39.98 in a state, with more in it.
fn intent(status: &str, more: Value) -> PaymentIntent {
    let mut object = json!({
        "id": "pi_1", "object": "payment_intent", "amount": 3998, "currency": "eur", "status": status,
        "amount_capturable": 0, "amount_received": 0, "livemode": false,
        "metadata": { "payment": KEY, "order": "ord" },
        "latest_charge": null, "last_payment_error": null, "next_action": null,
    });
    for (name, value) in more.as_object().unwrap() {
        object[name] = value.clone();
    }
    serde_json::from_value(object).unwrap()
}

fn held(status: &str, received: u64, metadata: Value) -> PaymentIntent {
    let charge = json!({ "id": "ch_1", "status": "succeeded" });
    intent(
        status,
        json!({ "latest_charge": charge, "amount_received": received, "metadata": metadata }),
    )
}

fn refund(amount: u64, key: Option<&str>, status: &str) -> Refund {
    let metadata = key.map_or_else(|| json!({}), |key| json!({ "refund": key }));
    let refund = json!({
        "id": "re_1", "amount": amount, "currency": "eur", "status": status, "metadata": metadata,
        "failure_reason": if status == "failed" { json!("expired_or_canceled_card") } else { Value::Null },
    });
    serde_json::from_value(refund).unwrap()
}

fn eur(amount: u64) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

/// Entries in short: what, under which key, how much, whether it was done.
fn short(intent: &PaymentIntent, refunds: &[Refund]) -> Vec<(Deed, String, u64, bool)> {
    let entries = intent.entries(KEY, refunds).unwrap();
    let short = |entry: Entry| {
        let done = entry.answer == Answer::Done;
        (entry.deed, entry.key, entry.amount.amount(), done)
    };
    entries.into_iter().map(short).collect()
}

#[test]
fn each_state_of_an_intent_says_how_the_money_stands() {
    let declined = |reason: &str| Ok(Some(Hold::Declined(reason.to_owned())));
    let none = json!({});
    for (status, more, said) in [
        ("requires_confirmation", none.clone(), Ok(None)),
        (
            "requires_payment_method",
            none.clone(),
            declined("card_declined"),
        ),
        (
            "requires_payment_method",
            json!({ "last_payment_error": { "type": "card_error", "code": "expired_card" } }),
            declined("expired_card"),
        ),
        (
            "requires_action",
            json!({ "next_action": { "type": "redirect_to_url", "redirect_to_url": { "url": "https://bank" } } }),
            Ok(Some(Hold::ActionRequired("https://bank".to_owned()))),
        ),
        (
            "requires_action",
            json!({ "next_action": { "type": "use_stripe_sdk" } }),
            declined("action_unsupported"),
        ),
        ("requires_capture", none.clone(), Ok(Some(Hold::Held))),
        ("succeeded", none.clone(), Ok(Some(Hold::Held))),
        ("canceled", none.clone(), declined("voided")),
        ("processing", none.clone(), Err(Trouble::AnswerLost)),
        ("something_new", none, Err(Trouble::AnswerLost)),
    ] {
        assert_eq!(intent(status, more).hold(), said, "{status}");
    }
}

#[test]
fn the_books_have_the_parts_by_their_keys_and_add_up_to_what_stripe_received() {
    let two = json!({ "capture#10": "100", "capture#9": "1000" });
    let hold = (Deed::Hold, KEY.to_owned(), 3_998, true);
    let part = |number: u32, amount| {
        let key = format!("{KEY}#capture#{number}");
        (Deed::Capture, key, amount, true)
    };
    let open = held("requires_capture", 1_100, two.clone());
    assert_eq!(
        short(&open, &[]),
        [hold.clone(), part(9, 1_000), part(10, 100)]
    );

    let released = (Deed::Release, KEY.to_owned(), 2_898, true);
    let over = held("succeeded", 1_100, two.clone());
    assert_eq!(
        short(&over, &[]),
        [hold.clone(), part(9, 1_000), part(10, 100), released]
    );

    // Somebody has captured more past us.
    let foreign = (Deed::Capture, "pi_1".to_owned(), 2_898, true);
    let more = held("succeeded", 3_998, two.clone());
    assert_eq!(
        short(&more, &[]),
        [hold.clone(), part(9, 1_000), part(10, 100), foreign]
    );

    let less = held("succeeded", 1_000, two);
    let (foreign, released) = (
        (Deed::Capture, "pi_1".to_owned(), 1_000, true),
        (Deed::Release, KEY.to_owned(), 2_998, true),
    );
    assert_eq!(short(&less, &[]), [hold, foreign, released]);
}

#[test]
fn what_was_never_held_was_not_released() {
    let declined = (Deed::Hold, KEY.to_owned(), 3_998, false);
    let canceled = intent("canceled", json!({}));
    assert_eq!(
        (canceled.released(), short(&canceled, &[])),
        (0, vec![declined])
    );
    let waiting = intent("requires_confirmation", json!({}));
    assert!(short(&waiting, &[]).is_empty());
    assert_eq!(held("canceled", 0, json!({})).released(), 3_998);
    assert_eq!(held("requires_capture", 0, json!({})).released(), 0);
}

#[test]
fn a_refund_is_told_by_its_key_and_a_release_is_none() {
    let part = json!({ "capture#1": "1000" });
    let over = held("succeeded", 1_000, part);
    let refunds = [
        refund(300, Some("pay_1#refund#1"), "succeeded"),
        refund(200, Some("pay_1#refund#2"), "failed"),
        refund(100, None, "pending"),
        // Of what was held and not captured.
        refund(2_998, None, "succeeded"),
    ];
    let given: Vec<_> = short(&over, &refunds)
        .into_iter()
        .filter(|(deed, ..)| *deed == Deed::Refund)
        .collect();
    let expected = [
        (Deed::Refund, "pay_1#refund#1".to_owned(), 300, true),
        (Deed::Refund, "pay_1#refund#2".to_owned(), 200, false),
        (Deed::Refund, "re_1".to_owned(), 100, true),
    ];
    assert_eq!(given, expected);
    let failed = refunds[1].answer();
    let reason = "expired_or_canceled_card".to_owned();
    assert_eq!(failed, Answer::Declined(reason));
    assert_eq!(refunds[0].money(), Some(eur(300)));
}

#[test]
fn a_name_is_short_enough_for_the_metadata() {
    use contracts::Event as _;
    let order = contracts::events::OrderStockReserved::example().order_id;
    let charge = crate::payment::payment_id(order).to_string();
    let key = format!("{charge}#capture#{}", u32::MAX);
    assert_eq!(name_of(&charge, &key), "capture#4294967295");
    assert!(name_of(&charge, &key).len() <= 40);
    assert_eq!(name_of(&charge, "another"), "another");
    // So are those of a later attempt, which is another charge.
    let charge = format!("{charge}#attempt#{}", u32::MAX);
    let key = format!("{charge}#capture#{}", u32::MAX);
    assert_eq!(name_of(&charge, &key), "capture#4294967295");
}

#[test]
fn an_intent_of_another_shop_is_none_of_ours() {
    let foreign = intent("succeeded", json!({ "metadata": {} }));
    assert_eq!(foreign.reference(), Err(Trouble::Mismatch));
}
