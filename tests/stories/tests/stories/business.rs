//! Who a seller legally is: from the first word to verified.

use serde_json::{Value, json};
use stories::{Admin, Answer, Seller, Shop, until};

const PDF: &str = "%PDF-1.7 an extract of the register";

fn said() -> Value {
    json!({
        "legal_name": "Lantern GmbH", "legal_form": "private_limited_company",
        "address": { "line1": "Hafen 1", "city": "Hamburg", "postal_code": "20457", "country": "DE" },
        "vat_number": "DE136695976",
        "bank_account": { "iban": "DE89 3704 0044 0532 0130 00", "bic": "COBADEFFXXX" },
    })
}

fn place(seller: &Seller) -> String {
    let id = seller.person.id.replacen("cus_", "sel_", 1);
    format!("/v1/sellers/{id}/business")
}

fn register(seller: &Seller, said: &Value, etag: Option<&str>) -> Answer {
    let ask = seller.shop().call("PUT", place(seller));
    let ask = ask.bearer(&seller.person.token).json(said);
    match etag {
        Some(etag) => ask.header("if-match", etag).send(),
        None => ask.send(),
    }
}

fn see(seller: &Seller) -> Answer {
    let ask = seller.shop().get(place(seller));
    ask.bearer(&seller.person.token).send()
}

fn step(shop: &Shop, token: &str, seller: &Seller, step: &str, body: &Value) -> Answer {
    let ask = shop.post(format!("{}/{step}", place(seller)));
    ask.bearer(token).json(body).send()
}

fn documents(seller: &Seller) -> Vec<Value> {
    let ask = seller.shop().get(format!("{}/documents", place(seller)));
    let list = ask.bearer(&seller.person.token).send().expect(200);
    list["data"].as_array().cloned().unwrap_or_default()
}

/// Uploads a PDF by the form that is handed out, and returns what the form was answered with.
#[track_caller]
fn upload(seller: &Seller, size: usize, file: &str) -> u16 {
    let said = json!({ "kind": "register_extract", "media_type": "application/pdf", "size": size });
    let shop = seller.shop();
    let upload = step(shop, &seller.person.token, seller, "documents", &said).expect(201);
    let boundary = "souk-story-boundary";
    let mut form = String::new();
    for (name, value) in upload["fields"].as_object().expect("a form has fields") {
        let value = value.as_str().expect("a field is text");
        form.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    form.push_str(&format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.pdf\"\r\nContent-Type: application/pdf\r\n\r\n{file}\r\n--{boundary}--\r\n"
    ));
    let url = upload["url"].as_str().expect("a form has a URL");
    shop.post_form(url, boundary, form.into_bytes())
}

#[test]
fn a_seller_is_rejected_mends_its_business_and_is_verified() {
    let shop = Shop::open();
    let (seller, admin) = (Seller::open(&shop), Admin::log_in(&shop));
    let token = &seller.person.token;
    let first = register(&seller, &said(), None).expect(200);
    assert_eq!(
        (&first["status"], &first["iban_last4"]),
        (&json!("pending"), &json!("3000"))
    );
    let incomplete = step(&shop, token, &seller, "submit", &json!({}));
    incomplete.refused(409, "business_incomplete");

    assert!((200..300).contains(&upload(&seller, PDF.len(), PDF)));
    until("the document is attached", || {
        documents(&seller)
            .iter()
            .find(|it| it["status"] == "attached")
            .map(|_| ())
    });
    step(&shop, token, &seller, "submit", &json!({})).expect(200);
    let reasons = json!({ "reasons": ["address_mismatch"] });
    step(&shop, &admin.token, &seller, "reject", &reasons).refused(409, "review_not_yours");
    step(&shop, &admin.token, &seller, "review", &json!({})).expect(200);
    step(&shop, &admin.token, &seller, "reject", &reasons).expect(200);

    let rejected = see(&seller);
    assert_eq!(
        rejected.expect(200)["rejection_reasons"],
        reasons["reasons"]
    );
    let mut mended = said();
    mended["address"]["line1"] = "Hafen 2".into();
    // What is sealed and left out stays as it is.
    for sealed in ["vat_number", "bank_account"] {
        mended.as_object_mut().expect("an object").remove(sealed);
    }
    register(&seller, &mended, rejected.header("etag")).expect(200);
    step(&shop, token, &seller, "submit", &json!({})).expect(200);
    step(&shop, &admin.token, &seller, "review", &json!({})).expect(200);
    let verified = step(&shop, &admin.token, &seller, "verify", &json!({})).expect(200);
    assert_eq!(
        (&verified["status"], &verified["vat_number_last4"]),
        (&json!("verified"), &json!("5976"))
    );

    let account = step(
        &shop,
        &admin.token,
        &seller,
        "bank-account/reveal",
        &json!({}),
    )
    .expect(200);
    assert_eq!(account["iban"], "DE89370400440532013000");
    step(&shop, token, &seller, "bank-account/reveal", &json!({})).refused(403, "forbidden");
}

#[test]
fn a_file_of_another_size_is_refused_and_one_of_another_type_is_not_kept() {
    let seller = Seller::open(&Shop::open());
    register(&seller, &said(), None).expect(200);
    let answer = upload(&seller, PDF.len() + 1, PDF);
    assert!((400..500).contains(&answer), "{answer}");
    let page = "<html>that is no PDF</html>";
    assert!((200..300).contains(&upload(&seller, page.len(), page)));
    let wrong = until("the file was looked at", || {
        documents(&seller)
            .into_iter()
            .find(|it| it["status"] == "wrong_type")
    });
    assert_eq!(wrong.get("url"), None);
}

#[test]
fn a_wrong_number_names_its_field() {
    let seller = Seller::open(&Shop::open());
    let mut wrong = said();
    wrong["vat_number"] = "DE136695977".into();
    let answer = register(&seller, &wrong, None);
    answer.refused(422, "validation_failed");
    assert_eq!(answer.json()["errors"][0]["pointer"], "/vat_number");
    see(&seller).refused(404, "business_not_found");
}

#[test]
fn anothers_business_is_the_same_as_none() {
    let shop = Shop::open();
    let (seller, rival) = (Seller::open(&shop), Seller::open(&shop));
    register(&seller, &said(), None).expect(200);
    let look = shop.get(place(&seller)).bearer(&rival.person.token).send();
    look.refused(404, "business_not_found");
    let none = shop.get(place(&rival)).bearer(&rival.person.token).send();
    none.refused(404, "business_not_found");
}
