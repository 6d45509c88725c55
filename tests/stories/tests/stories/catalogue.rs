//! The shop window, and how it is filled.

use std::{collections::BTreeSet, path::PathBuf};

use serde_json::{Value, json};
use stories::{Emulator, Seller, Shop, until};

fn import(seller: &Seller, content_type: &str, file: &[u8]) -> Value {
    let answer = seller
        .shop()
        .post("/v1/product-imports")
        .bearer(&seller.person.token)
        .body(content_type, file)
        .send()
        .expect(202);
    let id = answer["id"].as_str().expect("an id").to_owned();
    assert!(id.starts_with("imp_"));
    follow(seller, &id)
}

fn follow(seller: &Seller, id: &str) -> Value {
    until("the import has ended", || {
        let path = format!("/v1/product-imports/{id}");
        let import = seller
            .shop()
            .get(path)
            .bearer(&seller.person.token)
            .send()
            .expect(200);
        (import["status"] != "running").then_some(import)
    })
}

/// A catalogue that lies beside the repository, where there is one; it is not ours to commit.
fn outside_catalogue(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/catalogues")
        .join(name);
    let found = std::fs::read(&path).ok();
    if found.is_none() {
        eprintln!("SKIPPED: there is no {name} beside the repository");
    }
    found
}

#[test]
fn catalogues_of_other_shops_import_whole_and_again_without_a_change() {
    let shop = Shop::open();
    for (name, content_type) in [
        ("apparel.csv", "text/csv"),
        ("retail-store.json", "application/json"),
    ] {
        let Some(file) = outside_catalogue(name) else {
            continue;
        };
        let seller = Seller::open(&shop);
        let first = import(&seller, content_type, &file);
        assert_eq!(first["status"], "completed", "{first}");
        assert_eq!(first["failed"], 0, "{first}");
        let created = first["created"].as_u64().unwrap();
        assert!(created > 5, "{first}");
        let again = import(&seller, content_type, &file);
        assert_eq!(
            (&again["created"], &again["updated"], &again["unchanged"]),
            (&0.into(), &0.into(), &created.into()),
            "{again}"
        );
    }
}

#[test]
fn three_hundred_lines_import_and_each_bad_one_is_named() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let mut file = String::from(
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price\n",
    );
    for i in 0..300 {
        let price = if i % 100 == 50 {
            "not a price".to_owned()
        } else {
            format!("{i}.50")
        };
        file.push_str(&format!("thing-{i},Thing {i},<p>Good</p>,,Things,\"bulk, thing\",true,Title,Default Title,,7,{price}\n"));
    }
    let ended = import(&seller, "text/csv", file.as_bytes());
    assert_eq!(ended["status"], "completed", "{ended}");
    assert_eq!(
        (&ended["created"], &ended["failed"]),
        (&297.into(), &3.into()),
        "{ended}"
    );
    let lines: BTreeSet<u64> = ended["errors"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|error| error["line"].as_u64())
        .collect();
    // Line 1 is the header.
    assert_eq!(lines, BTreeSet::from([52, 152, 252]));
}

/// Uploads a file by the form that the marketplace hands out, and returns the import's id.
#[track_caller]
fn upload(seller: &Seller, file: &str) -> String {
    let shop = &seller.person.shop;
    let upload = shop
        .post("/v1/product-imports/uploads")
        .bearer(&seller.person.token)
        .json(&json!({}))
        .send()
        .expect(201);
    let boundary = "souk-story-boundary";
    let mut form = Vec::new();
    for (name, value) in upload["fields"].as_object().expect("a form has fields") {
        let value = value.as_str().expect("a field is text");
        form.extend(
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
            .bytes(),
        );
    }
    form.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--{boundary}--\r\n").bytes());
    let answer = shop.post_form(
        upload["url"].as_str().expect("a form has a URL"),
        boundary,
        form,
    );
    assert!(
        (200..300).contains(&answer),
        "the upload was answered with {answer}"
    );
    upload["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_large_file_is_uploaded_by_a_form() {
    let seller = Seller::open(&Shop::open());
    let file = "Handle,Title,Published,Variant Price\nposted,Posted,true,5.00\n";
    let ended = follow(&seller, &upload(&seller, file));
    assert_eq!(
        (&ended["status"], &ended["created"]),
        (&json!("completed"), &json!(1)),
        "{ended}"
    );
}

#[test]
fn a_file_of_any_size_is_read_in_little_memory() {
    let seller = Seller::open(&Shop::open());
    // 64 MB of products, none of which can be read, so that the file and not the catalogue is what costs.
    let text = "What cannot be priced is described at length. ".repeat(180);
    let mut file = "Handle,Title,Body (HTML),Published,Variant Price\n".to_owned();
    let mut products = 0;
    while file.len() < 64 * 1024 * 1024 {
        products += 1;
        file.push_str(&format!(
            "p-{products},P {products},\"{text}\",true,priceless\n"
        ));
    }
    let ended = follow(&seller, &upload(&seller, &file));
    assert_eq!(
        (&ended["status"], &ended["failed"]),
        (&json!("completed"), &json!(products)),
        "{ended}"
    );
    let peaks = Emulator::peak_memory("run-product-import");
    assert!(!peaks.is_empty(), "no process of the function was found");
    for peak in peaks {
        assert!(peak <= 64 * 1024, "it took {peak} kB");
    }
}

#[test]
fn too_large_a_body_is_refused() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    shop.post("/v1/product-imports")
        .bearer(&seller.person.token)
        .body("text/csv", vec![b'x'; 4 * 1024 * 1024 + 1])
        .send()
        .refused(413, "payload_too_large");
}

#[test]
fn the_shop_window_is_paged_filtered_and_sorted() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let tag = format!("window{}", shop.unique());
    for i in 0..7_u64 {
        let body = json!({
            "title": format!("Window piece {i}"), "description": "x", "category": "windows", "tags": [tag],
            "variants": [{ "price": { "amount": 100 * (7 - i), "currency": "EUR" } }],
        });
        let product = shop
            .post("/v1/products")
            .bearer(&seller.person.token)
            .json(&body)
            .send()
            .expect(201);
        seller.publish(product["id"].as_str().unwrap());
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = shop
            .get(format!("/v1/products?tag={tag}&sort=price&limit=3{cursor}"))
            .send()
            .expect(200);
        for product in page["data"].as_array().unwrap() {
            seen.push(product["title"].as_str().unwrap().to_owned());
        }
        if page["has_more"] == false {
            assert!(page.get("next_cursor").is_none_or(Value::is_null));
            break;
        }
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap());
    }
    let expected: Vec<String> = (0..7).rev().map(|i| format!("Window piece {i}")).collect();
    assert_eq!(seen, expected, "cheapest first, each once");
    let both = shop
        .get(format!("/v1/products?tag={tag}&category=windows&q=window"))
        .send()
        .expect(200);
    assert_eq!(both["data"].as_array().unwrap().len(), 7);
    let none = shop
        .get(format!("/v1/products?tag={tag}&category=doors"))
        .send()
        .expect(200);
    assert_eq!(none["data"], json!([]));
}

#[test]
fn a_change_is_made_to_the_version_that_was_read() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let draft = seller.draft("Versioned vase", 1_000);
    let path = format!("/v1/products/{}", draft["id"].as_str().unwrap());
    let read = shop.get(&path).bearer(&seller.person.token).send();
    read.expect(200);
    let etag = read.header("etag").unwrap().to_owned();
    let patch = |version: Option<&str>, body: &str| {
        let mut call = shop
            .call("PATCH", &path)
            .bearer(&seller.person.token)
            .body("application/merge-patch+json", body);
        if let Some(version) = version {
            call = call.header("if-match", version);
        }
        call.send()
    };
    patch(None, r#"{"title":"New vase"}"#).refused(428, "precondition_required");
    assert_eq!(
        patch(Some(&etag), r#"{"title":"New vase"}"#).expect(200)["title"],
        "New vase"
    );
    patch(Some(&etag), r#"{"title":"Newer vase"}"#).refused(412, "precondition_failed");
    let fresh = shop.get(&path).bearer(&seller.person.token).send();
    let unchanged = shop
        .get(&path)
        .bearer(&seller.person.token)
        .header("if-none-match", fresh.header("etag").unwrap())
        .send();
    assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""));
}

#[test]
fn a_sku_is_its_sellers_once() {
    let shop = Shop::open();
    let (seller, other) = (Seller::open(&shop), Seller::open(&shop));
    let make = |seller: &Seller, title: &str| {
        let body = json!({
            "title": title, "description": "x", "category": "skus", "tags": [],
            "variants": [{ "sku": "SKU-1", "price": { "amount": 100, "currency": "EUR" } }],
        });
        shop.post("/v1/products")
            .bearer(&seller.person.token)
            .json(&body)
            .send()
    };
    make(&seller, "First").expect(201);
    make(&seller, "Second").refused(409, "sku_taken");
    make(&other, "First").expect(201);
}

#[test]
fn the_api_describes_itself() {
    let shop = Shop::open();
    let description = shop.get("/v1/openapi.json").send().expect(200);
    assert_eq!(description["openapi"], "3.1.0");
    for path in [
        "/v1/orders",
        "/v1/products/{id}",
        "/v1/cart/items/{variant_id}",
    ] {
        assert!(description["paths"][path].is_object(), "{path}");
    }
    assert_eq!(shop.get("/v1/health").send().expect(200)["status"], "up");
    assert!(shop.get("/docs").send().text.contains("<html"));
    assert!(shop.get("/.well-known/jwks.json").send().expect(200)["keys"][0]["kid"].is_string());
}
