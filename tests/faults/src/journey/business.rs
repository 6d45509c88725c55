//! A seller's business: registered, reviewed, rejected, mended, verified, changed.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Answer, Ask};

use super::{Person, ok, text};
use crate::World;

/// Numbers that pass every check; nobody may ever find them in a log or a table.
pub const IBAN: &str = "DE89370400440532013000";
pub const VAT_NUMBER: &str = "DE136695976";
/// What stands at the start of every PDF.
pub const PDF: &[u8] = b"%PDF-1.7 who we are";

/// What goes into `PUT /v1/sellers/{id}/business`.
pub fn said() -> Value {
    json!({
        "legal_name": super::NAME, "legal_form": "private_limited_company",
        "address": { "line1": super::STREET, "city": "Hamburg", "postal_code": "20457", "country": "DE" },
        "registration_number": "HRB 12345",
        "vat_number": VAT_NUMBER,
        "bank_account": { "iban": IBAN, "bic": "COBADEFFXXX" },
    })
}

/// The place of the business of a seller.
pub fn place(seller: &Person) -> String {
    let id = seller.id.replacen("cus_", "sel_", 1);
    format!("/v1/sellers/{id}/business")
}

/// Says who the business is, over the version with this tag, if there is one.
pub async fn register(world: &mut World, seller: &Person, said: &Value, etag: &str) -> Answer {
    let id: kernel::EventId = world.stage.ids.fresh(world.stage.clock.now());
    let ask = Ask::new("PUT", &place(seller)).by(&seller.token);
    let ask = ask.key(&format!("register {id}")).json(said);
    let ask = if etag.is_empty() {
        ask
    } else {
        ask.header("if-match", etag)
    };
    world.send("register-business", ask).await
}

/// Uploads a document that is said to be of this type, and returns its id.
pub async fn upload(world: &mut World, seller: &Person, said: &Value, file: &[u8]) -> String {
    let id: kernel::EventId = world.stage.ids.fresh(world.stage.clock.now());
    let ask = Ask::post(&format!("{}/documents", place(seller))).by(&seller.token);
    let ask = ask.key(&format!("upload {id}")).json(said);
    let form = ok(world.send("start-business-document-upload", ask).await, 201).body;
    arrive(world, &text(&form["fields"]["key"]), file).await;
    text(&form["id"])
}

/// Lets a file arrive, and what follows from it happen.
pub async fn arrive(world: &mut World, key: &str, file: &[u8]) {
    let path = format!("local-souk-business-arrivals-000000000000/{key}");
    let signer = "start-business-document-upload";
    world
        .upload(signer, &path, "application/octet-stream", file.to_vec())
        .await;
    world.settle().await;
}

/// What is said of a file that is a PDF.
pub fn pdf(expires_on: Option<&str>) -> Value {
    let mut said = json!({
        "kind": "register_extract", "media_type": "application/pdf", "size": PDF.len(),
    });
    if let Some(day) = expires_on {
        said["expires_on"] = day.into();
    }
    said
}

/// Takes a step that needs no body.
pub async fn step(
    world: &mut World,
    function: &'static str,
    by: &Person,
    seller: &Person,
) -> Answer {
    let id: kernel::EventId = world.stage.ids.fresh(world.stage.clock.now());
    let path = match function {
        "submit-business" => "submit",
        "start-business-review" => "review",
        "verify-business" => "verify",
        _ => "bank-account/reveal",
    };
    let ask = Ask::post(&format!("{}/{path}", place(seller))).by(&by.token);
    world.send(function, ask.key(&format!("{path} {id}"))).await
}

/// The business as its seller sees it, and its tag.
pub async fn see(world: &mut World, seller: &Person) -> (Value, String) {
    let ask = Ask::get(&place(seller)).by(&seller.token);
    let seen = ok(world.send("get-business", ask).await, 200);
    let etag = seen.header("etag").to_owned();
    (seen.body, etag)
}

/// Goes through every function of the service.
pub(super) async fn business(world: &mut World, seller: &Person, root: &Person) {
    ok(register(world, seller, &said(), "").await, 200);
    upload(world, seller, &pdf(None), PDF).await;
    upload(world, seller, &pdf(None), b"<svg/> is no PDF...").await;
    let regretted = upload(world, seller, &pdf(None), PDF).await;
    let documents = format!("{}/documents", place(seller));
    let ask = Ask::new("DELETE", &format!("{documents}/{regretted}")).by(&seller.token);
    ok(
        world
            .send("remove-business-document", ask.key("regret"))
            .await,
        204,
    );
    world
        .tick("expire-business-documents", Duration::from_hours(1))
        .await;
    let ask = Ask::get(&documents).by(&seller.token);
    let list = ok(world.send("list-business-documents", ask).await, 200).body;
    let list = list["data"].as_array().into_iter().flatten();
    let statuses: Vec<_> = list.map(|document| text(&document["status"])).collect();
    assert_eq!(statuses, ["attached", "wrong_type"]);

    ok(step(world, "submit-business", seller, seller).await, 200);
    let ask = Ask::get("/v1/businesses?status=in_review").by(&root.token);
    let list = ok(world.send("list-businesses-to-review", ask).await, 200).body;
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
    ok(
        step(world, "start-business-review", root, seller).await,
        200,
    );
    let ask = Ask::post(&format!("{}/reject", place(seller))).by(&root.token);
    let reasons = json!({ "reasons": ["address_mismatch"] });
    let ask = ask.key("reject").json(&reasons);
    ok(world.send("reject-business", ask).await, 200);

    let (seen, etag) = see(world, seller).await;
    assert_eq!(seen["rejection_reasons"], reasons["reasons"]);
    let mut mended = said();
    mended["address"]["city"] = "Bremen".into();
    ok(register(world, seller, &mended, &etag).await, 200);
    ok(step(world, "submit-business", seller, seller).await, 200);
    ok(
        step(world, "start-business-review", root, seller).await,
        200,
    );
    ok(step(world, "verify-business", root, seller).await, 200);
    let account = ok(step(world, "reveal-bank-account", root, seller).await, 200).body;
    assert_eq!(account["iban"], IBAN);

    let (_, etag) = see(world, seller).await;
    mended["bank_account"] = json!({ "iban": "AT611904300234573201", "bic": "BKAUATWW" });
    ok(register(world, seller, &mended, &etag).await, 200);
    world.settle().await;
    assert_eq!(
        see(world, seller).await.0["reverification_reason"],
        "bank_account_changed"
    );
}
