//! The demo catalogue: three sellers and some sixty products, imported through the public API like anyone's.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::api::{Api, Ask, text};
use super::place::{Place, Platform};
use super::term::{Step, wait_for};

/// A seller of the demo; its products are `infra/local/catalogue/<slug>.csv`.
pub(super) struct Seller {
    slug: &'static str,
    name: &'static str,
}

/// The demo's sellers, in the order of `platform.json`.
pub(super) const SELLERS: [Seller; 3] = [
    Seller {
        slug: "ossery",
        name: "Ossery Kitchen & Garden",
    },
    Seller {
        slug: "quillmoor",
        name: "Quillmoor Paper & Light",
    },
    Seller {
        slug: "tamarind-row",
        name: "Tamarind Row",
    },
];

impl Seller {
    /// Its address; `.example` is nobody's (RFC 2606).
    pub(super) fn email(&self) -> String {
        format!("{}@souk.example", self.slug)
    }
}

/// Registers the sellers and imports their products, unless the running platform has these very files.
pub(super) fn import(place: &Place, platform: &Platform) -> Result<()> {
    let step = Step::of("catalogue", SELLERS.len());
    let files: Vec<Vec<u8>> = SELLERS
        .iter()
        .map(|seller| {
            let path = place.at(format!("infra/local/catalogue/{}.csv", seller.slug));
            std::fs::read(&path).with_context(|| format!("{} is missing", path.display()))
        })
        .collect::<Result<_>>()?;
    let digest = format!(
        "{} {:x?}",
        platform.admin.password,
        Sha256::digest(files.concat()).as_slice()
    );
    let digest = format!("{:x?}", Sha256::digest(digest).as_slice());
    if place
        .read::<String>("catalogue.json")
        .is_some_and(|imported| imported == digest)
    {
        step.done("nothing changed");
        return Ok(());
    }
    let api = Api::new(&platform.api);
    let admin = api
        .log_in(&platform.admin)?
        .context("the admin of .local/platform.json cannot log in")?;
    let mut running = Vec::new();
    for ((seller, who), file) in SELLERS.iter().zip(&platform.sellers).zip(files) {
        step.note(seller.name);
        let token = api.enter(who, seller.name)?;
        let profile = api.expect(200, "GET", "/v1/customers/me", Ask::default().by(&token))?;
        let roles = format!("/v1/customers/{}/roles", text(&profile, "id")?);
        api.expect(
            200,
            "PUT",
            &roles,
            Ask::json(&json!({ "roles": ["customer", "seller"] })).by(&admin),
        )?;
        // A token carries the roles it was made with.
        let token = api
            .log_in(who)?
            .with_context(|| format!("{} cannot log in", who.email))?;
        let ask = Ask {
            body: Some(("text/csv", file)),
            ..Ask::default().by(&token)
        };
        let import = api.expect(202, "POST", "/v1/product-imports?currency=EUR", ask)?;
        running.push((seller, token, text(&import, "id")?.to_owned()));
    }
    let mut products = 0;
    for (seller, token, id) in running {
        let done = wait_for(
            &format!("the import of {}", seller.name),
            Duration::from_secs(90),
            || {
                let import = api.expect(
                    200,
                    "GET",
                    &format!("/v1/product-imports/{id}"),
                    Ask::default().by(&token),
                )?;
                Ok((import["status"] != "running").then_some(import))
            },
        )?;
        if done["status"] != "completed" || done["failed"] != 0 {
            bail!("the import of {} ended badly: {done}", seller.name);
        }
        products += ["created", "updated", "unchanged"]
            .iter()
            .filter_map(|count| done[count].as_u64())
            .sum::<u64>();
        step.part(seller.name);
    }
    step.note("until the shop shows them");
    wait_for(
        "the shop to show the products",
        Duration::from_secs(30),
        || {
            let list = api.expect(200, "GET", "/v1/products?limit=1", Ask::default())?;
            Ok(list["data"]
                .as_array()
                .is_some_and(|found| !found.is_empty())
                .then_some(()))
        },
    )?;
    place.write("catalogue.json", &Value::String(digest))?;
    step.done(format!("{products} products of {} sellers", SELLERS.len()));
    Ok(())
}
