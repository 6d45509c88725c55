//! A large file of products.

use std::{fmt::Write, time::Duration};

use faults::{World, seller};
use serde_json::Value;
use testkit::{Ask, Stage};

const BUCKET: &str = "local-souk-imports-000000000000";

/// Ten thousand lines: products of twenty variants, every twentieth product with a price that is none.
fn file() -> (String, usize, usize) {
    let mut file = String::from(
        "Handle,Title,Body (HTML),Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price\n",
    );
    let (mut good, mut bad) = (0, 0);
    for number in 0..500 {
        let is_bad = number % 20 == 19;
        let price = if is_bad { "a lot" } else { "12.50" };
        *(if is_bad { &mut bad } else { &mut good }) += 1;
        for size in 1..=20 {
            let first = if size == 1 {
                format!("Lamp {number},\"Line one\nand two, {number}\",lights,lamps,true,Size")
            } else {
                ",,,,,".to_owned()
            };
            let _ = writeln!(
                file,
                "lamp-{number},{first},{size},L-{number}-{size},3,{price}"
            );
        }
    }
    (file, good, bad)
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_lines_come_in_over_several_invocations() {
    // Every call takes 150 ms, so that two minutes are not enough.
    let stage = Stage::seeded(1).with("ACCESS_TOKEN_SECONDS", "86400");
    let mut world = World::over(stage.with_latency(Duration::from_millis(150)));
    let seller = seller(&mut world, "seller").await;
    let ask = Ask::post("/v1/product-imports/uploads")
        .by(&seller.token)
        .key("upload");
    let upload = world.send("start-import-upload", ask).await;
    let key = upload.body["fields"]["key"]
        .as_str()
        .expect("a key")
        .to_owned();
    let (file, good, bad) = file();
    world
        .stage
        .cloud
        .upload(&format!("{BUCKET}/{key}"), "text/csv", file.into_bytes());

    world.silence();
    world.settle().await;
    let path = format!("/v1/product-imports/{}", key.trim_start_matches("imports/"));
    let ask = Ask::get(&path).by(&seller.token);
    let import = world.send("get-product-import", ask).await.body;
    assert_eq!(import["status"], "completed", "{import}");
    assert_eq!(
        (&import["created"], &import["failed"]),
        (&good.into(), &bad.into())
    );
    let errors = import["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), bad);
    assert!(errors.iter().all(|error| error["code"] == "invalid_price"));
    // Each line of a product, and one more for the break in its description.
    assert_eq!(errors[0]["line"], Value::from(19 * 21 + 2));
    assert!(
        world.invocations("run-product-import") >= 2,
        "it was done in one go"
    );
    assert_eq!(world.events("product.imported.v1").len(), good);
    assert!(world.letters.is_empty());
}
