//! Who a seller legally is, and what nobody gets to see of it.

use std::time::Duration;

use contracts::Actor;
use dynamo::{Intent, SubjectKey};
use faults::{
    Person, World,
    journey::business::{
        IBAN, PDF, VAT_NUMBER, arrive, pdf, place, register, said, see, step, upload,
    },
    seller_and_admin,
};
use lambda::keys::SubjectKeys;
use serde_json::{Value, json};
use testkit::{Answer, Ask, Stage};

async fn market(seed: u64) -> (World, Person, Person) {
    let mut world = World::new(seed);
    let (seller, root) = seller_and_admin(&mut world, "seller").await;
    (world, seller, root)
}

async fn registered(world: &mut World, seller: &Person) {
    let answer = register(world, seller, &said(), "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn done(world: &mut World, function: &'static str, by: &Person, seller: &Person) -> Answer {
    let answer = step(world, function, by, seller).await;
    assert_eq!(answer.status, 200, "{function}: {}", answer.text);
    answer
}

/// Everything that is stored or was published, as text.
fn everything(world: &World) -> String {
    let stored = world.stage.cloud.snapshot(|_| true);
    let published: Vec<_> = world.published.values().collect();
    format!("{stored:?} {published:?}")
}

#[tokio::test(start_paused = true)]
async fn no_table_and_no_event_has_a_number_in_clear_text() {
    let (mut world, seller, root) = market(1).await;
    registered(&mut world, &seller).await;
    upload(&mut world, &seller, &pdf(None), PDF).await;
    done(&mut world, "submit-business", &seller, &seller).await;
    for function in [
        "start-business-review",
        "verify-business",
        "reveal-bank-account",
    ] {
        done(&mut world, function, &root, &seller).await;
    }
    world.settle().await;
    let everything = everything(&world);
    assert!(
        everything.contains("business.reveal-bank-account"),
        "it is in the audit log"
    );
    for secret in [IBAN, "0532013000", VAT_NUMBER, "136695976", "COBADEFF"] {
        assert!(!everything.contains(secret), "{secret} is stored");
    }
    let events = world
        .published
        .values()
        .map(|event| event.detail.to_string());
    for event in events.filter(|event| event.contains("business.")) {
        assert!(
            !event.contains("Ottersworth") && !event.contains("Observatory"),
            "{event}"
        );
    }
    let (seen, _) = see(&mut world, &seller).await;
    assert_eq!(
        (&seen["iban_last4"], &seen["vat_number_last4"]),
        (&json!("3000"), &json!("5976"))
    );
    assert!(!seen.to_string().contains("0532013000"));
}

#[tokio::test(start_paused = true)]
async fn without_its_key_nobody_reads_a_number_again() {
    let (mut world, seller, root) = market(2).await;
    registered(&mut world, &seller).await;
    let before = step(&mut world, "reveal-bank-account", &root, &seller).await;
    assert_eq!(before.body["iban"], IBAN, "{}", before.text);

    // No function of the platform erases a key yet: this one is none of them.
    let settings = Stage::settings_of("register-business");
    let platform = world.stage.platform_of("eraser", settings);
    let keys = SubjectKeys::open(platform, "business").unwrap();
    let subject = seller.id.replacen("cus_", "sel_", 1);
    let (table, key) = keys.place(&subject);
    let kept = table.get::<SubjectKey>(&key).await.unwrap().unwrap();
    let intent = Intent {
        scope: "test".to_owned(),
        key: "erase".to_owned(),
        request_hash: None,
        actor: Actor::system("test"),
        correlation_id: "test".to_owned(),
        causation_id: "test".to_owned(),
        traceparent: None,
        now: world.stage.clock.now(),
        ids: world.stage.ids.clone(),
    };
    let mut command = platform.commands("business").begin(&intent);
    keys.erase(&mut command, &kept);
    command.settle().await.unwrap();

    let after = step(&mut world, "reveal-bank-account", &root, &seller).await;
    assert_eq!(
        (after.status, after.code()),
        (404, "bank_account_not_found")
    );
    // What is said anew is sealed with a new key; what is not is lost.
    let (_, etag) = see(&mut world, &seller).await;
    let mut anew = said();
    anew.as_object_mut().unwrap().remove("vat_number");
    let answer = register(&mut world, &seller, &anew, &etag).await;
    assert_eq!(
        (answer.status, &answer.body["vat_number_last4"]),
        (200, &Value::Null),
        "{}",
        answer.text
    );
    let again = step(&mut world, "reveal-bank-account", &root, &seller).await;
    assert_eq!(again.body["iban"], IBAN, "{}", again.text);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_number_names_its_field_and_changes_nothing() {
    let (mut world, seller, _) = market(3).await;
    for (pointer, value) in [
        ("/vat_number", "DE136695977"),
        ("/vat_number", "GR094259216"),
        ("/ein", "07-1234567"),
        ("/bank_account/iban", "DE88370400440532013000"),
        ("/bank_account/bic", "COBA"),
        ("/bank_account/bic", "BREDFRPP"),
        ("/address/country", "de"),
        ("/legal_form", "gmbh"),
        ("/legal_name", " "),
    ] {
        let mut wrong = said();
        wrong["ein"] = "12-3456789".into();
        *wrong.pointer_mut(pointer).unwrap() = value.into();
        let before = world.stage.cloud.snapshot(|_| true);
        let answer = register(&mut world, &seller, &wrong, "").await;
        assert_eq!(
            (answer.status, answer.code()),
            (422, "validation_failed"),
            "{value}"
        );
        assert_eq!(
            answer.body["errors"][0]["pointer"], pointer,
            "{}",
            answer.text
        );
        assert!(
            !answer.text.contains("88370400440532013000"),
            "a refusal repeats no number"
        );
        assert!(
            world.stage.cloud.snapshot(|_| true) == before,
            "{value} changed something"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn anothers_business_is_the_same_as_none() {
    let (mut world, seller, _) = market(4).await;
    registered(&mut world, &seller).await;
    upload(&mut world, &seller, &pdf(None), PDF).await;
    let ask = Ask::get(&format!("{}/documents", place(&seller))).by(&seller.token);
    let list = world.send("list-business-documents", ask).await.body;
    let document = list["data"][0]["id"].as_str().unwrap().to_owned();
    assert!(
        list["data"][0]["url"]
            .as_str()
            .unwrap()
            .contains("X-Amz-Signature")
    );

    let roles = [kernel::Role::Customer, kernel::Role::Seller];
    let rival = world.stage.token(world.stage.customer(), &roles);
    let nobody = Person {
        id: world.stage.customer().to_string(),
        ..seller.clone()
    };
    let before = world.stage.cloud.snapshot(|_| true);
    for (function, method, path, body) in [
        ("get-business", "GET", "", None),
        ("register-business", "PUT", "", Some(said())),
        ("submit-business", "POST", "/submit", None),
        ("list-business-documents", "GET", "/documents", None),
        (
            "start-business-document-upload",
            "POST",
            "/documents",
            Some(pdf(None)),
        ),
        (
            "remove-business-document",
            "DELETE",
            &format!("/documents/{document}"),
            None,
        ),
    ] {
        let mut answers = Vec::new();
        for whose in [&seller, &nobody] {
            let ask = Ask::new(method, &format!("{}{path}", place(whose))).by(&rival);
            let ask = ask.key("theft").header("if-match", "\"1\"");
            let ask = match &body {
                Some(body) => ask.json(body),
                None => ask,
            };
            let answer = world.send(function, ask).await;
            let id = answer.body["request_id"].as_str().unwrap_or_default();
            answers.push((answer.status, answer.text.replace(id, "")));
        }
        assert_eq!(answers[0].0, 404, "{function}: {}", answers[0].1);
        assert_eq!(answers[0], answers[1], "{function}");
    }
    assert!(world.stage.cloud.snapshot(|_| true) == before);
}

#[tokio::test(start_paused = true)]
async fn a_change_is_made_to_the_version_that_was_seen() {
    let (mut world, seller, _) = market(5).await;
    registered(&mut world, &seller).await;
    let mut next = said();
    next["legal_name"] = "Lamp GmbH".into();
    let answer = register(&mut world, &seller, &next, "").await;
    assert_eq!(answer.code(), "precondition_required");
    let answer = register(&mut world, &seller, &next, "\"7\"").await;
    assert_eq!(answer.code(), "precondition_failed");
    let (_, etag) = see(&mut world, &seller).await;
    let answer = register(&mut world, &seller, &next, &etag).await;
    assert_eq!(
        (answer.status, answer.header("etag")),
        (200, "\"2\""),
        "{}",
        answer.text
    );
    // The same again is nothing new.
    let answer = register(&mut world, &seller, &next, "\"2\"").await;
    assert_eq!(
        (answer.status, answer.header("etag")),
        (200, "\"2\""),
        "{}",
        answer.text
    );
}

#[tokio::test(start_paused = true)]
async fn a_form_that_is_sent_again_changes_no_document() {
    let (mut world, seller, _) = market(6).await;
    registered(&mut world, &seller).await;
    let document = upload(&mut world, &seller, &pdf(None), PDF).await;
    let id = seller.id.replacen("cus_", "sel_", 1);
    let kept = format!("local-souk-business-documents-000000000000/documents/{id}/{document}");
    assert_eq!(world.stage.cloud.object(&kept).as_deref(), Some(PDF));
    let other = b"%PDF-1.7 who we r'n't";
    arrive(
        &mut world,
        &format!("arrivals/{id}/{document}"),
        &other[..PDF.len()],
    )
    .await;
    assert_eq!(world.stage.cloud.object(&kept).as_deref(), Some(PDF));
    for odd in ["arrivals/", "arrivals/x/y", &format!("arrivals/{id}/{id}")] {
        arrive(&mut world, odd, PDF).await;
    }
    assert!(world.letters.is_empty(), "{:?}", world.letters);

    let ask = Ask::new(
        "DELETE",
        &format!("{}/documents/{document}", place(&seller)),
    );
    let ask = ask.by(&seller.token).key("regret");
    assert_eq!(
        world.send("remove-business-document", ask).await.status,
        204
    );
    let hour = Duration::from_hours(1);
    world.tick("expire-business-documents", hour).await;
    assert_eq!(world.stage.cloud.object(&kept), None);
}

#[tokio::test(start_paused = true)]
async fn a_document_that_expires_ends_being_verified_once() {
    let (mut world, seller, root) = market(7).await;
    registered(&mut world, &seller).await;
    upload(&mut world, &seller, &pdf(Some("2026-01-01")), PDF).await;
    done(&mut world, "submit-business", &seller, &seller).await;
    done(&mut world, "start-business-review", &root, &seller).await;
    done(&mut world, "verify-business", &root, &seller).await;
    let hour = Duration::from_hours(1);
    world.tick("expire-business-documents", hour).await;
    assert_eq!(see(&mut world, &seller).await.0["status"], "verified");
    for _ in 0..2 {
        world.tick("expire-business-documents", 23 * hour).await;
        world.settle().await;
    }
    let kind = "business.reverification-required.v1";
    let told = world.events(kind);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["reason"], "document_expired");
    let stored = world.stage.cloud.items("business-businesses");
    assert_eq!(
        (&stored[0]["status"], &stored[0]["by_due_pk"]),
        (&json!("pending"), &Value::Null)
    );
}
