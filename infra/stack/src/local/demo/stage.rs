//! What the demo plays on: the API, the bus and the mails, each with a way to show what is said.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail};
use console::style;
use serde_json::{Value, json};

use super::LIMIT;
use crate::local::api::{Api, Ask, text};
use crate::local::aws::Emulator;
use crate::local::events::{Event, Tap};
use crate::local::place::{Place, Platform};
use crate::local::term::say;

/// The running platform and what has been seen of it.
pub(super) struct Stage {
    pub(super) platform: Platform,
    pub(super) emulator: Emulator,
    api: Api,
    tap: Tap,
    sellers: HashMap<String, String>,
    read: HashSet<String>,
    chapter: u8,
}

/// The stock of one variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stock {
    pub(super) on_hand: i64,
    pub(super) reserved: i64,
    pub(super) available: i64,
}

/// The sign of something that went well.
pub(super) fn tick() -> impl std::fmt::Display {
    style("✓").green()
}

/// Shows something that was found to be so.
pub(super) fn fact(fact: impl std::fmt::Display) {
    say(format!("    {} {fact}", tick()));
}

/// A key that makes a repeated request harmless.
pub(super) fn key() -> Result<String> {
    crate::local::up::password()
}

impl Stage {
    /// On the platform that is up.
    pub(super) fn open(place: &Place) -> Result<Self> {
        let platform = place.platform()?;
        let emulator = Emulator::new(place);
        let api = Api::new(&platform.api);
        let mut sellers = HashMap::new();
        for who in &platform.sellers {
            let token = api
                .log_in(who)?
                .with_context(|| format!("{} cannot log in", who.email))?;
            let profile = api.expect(200, "GET", "/v1/customers/me", Ask::default().by(&token))?;
            sellers.insert(bare(text(&profile, "id")?).to_owned(), token);
        }
        let tap = Tap::open(&emulator)?;
        Ok(Self {
            platform,
            emulator,
            api,
            tap,
            sellers,
            read: HashSet::new(),
            chapter: 0,
        })
    }

    /// Begins a chapter.
    pub(super) fn chapter(&mut self, title: &str) {
        self.chapter += 1;
        say(format!(
            "\n{}",
            style(format!("{:>2}  {title}", self.chapter)).bold()
        ));
    }

    /// A request that must be answered with that status; both are shown.
    pub(super) fn ask(
        &mut self,
        token: Option<&str>,
        status: u16,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        self.request(token, status, method, path, body, None)
    }

    /// The same with an `Idempotency-Key`.
    pub(super) fn ask_keyed(
        &mut self,
        token: Option<&str>,
        status: u16,
        method: &str,
        path: &str,
        body: Option<&Value>,
        key: &str,
    ) -> Result<Value> {
        self.request(token, status, method, path, body, Some(key))
    }

    fn request(
        &mut self,
        token: Option<&str>,
        status: u16,
        method: &str,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<Value> {
        let shown = body
            .map(|body| shorten(&hide(body).to_string(), 150))
            .unwrap_or_default();
        say(format!(
            "    {} {} {}",
            style(format!("{method:<5}")).cyan(),
            style(path).cyan(),
            style(shown).dim()
        ));
        let mut ask = body.map_or_else(Ask::default, Ask::json);
        ask.token = token;
        if let Some(key) = key {
            ask = ask.with("idempotency-key", key);
        }
        let reply = self.api.send(method, path, ask)?;
        let colour = if reply.status == status {
            style(reply.status).green()
        } else {
            style(reply.status).red()
        };
        say(format!(
            "    {colour}   {}",
            style(shorten(&hide(&reply.body).to_string(), 200)).dim()
        ));
        if reply.status != status {
            bail!(
                "{method} {path} was answered {} in place of {status}: {}",
                reply.status,
                reply.body
            );
        }
        Ok(reply.body)
    }

    /// Reads something without showing it.
    pub(super) fn get(&self, path: &str) -> Result<Value> {
        self.api.expect(200, "GET", path, Ask::default())
    }

    /// Whether the cart knows a variant already: a guest tries.
    pub(super) fn sellable(&self, variant: &str) -> Result<bool> {
        let item = json!({ "variant_id": variant, "quantity": 1 });
        let reply = self.api.send("POST", "/v1/cart/items", Ask::json(&item))?;
        Ok(reply.status == 200)
    }

    /// Waits for these events about `id`, showing each as it comes.
    pub(super) fn watch(&mut self, id: &str, kinds: &[&str], never: &[&str]) -> Result<Vec<Event>> {
        self.tap.until(id, kinds, never, LIMIT, |event| {
            let time = event.detail["metadata"]["time"]
                .as_str()
                .unwrap_or_default();
            let clock = time.get(11..23).unwrap_or(time);
            let data = shorten(&event.detail["data"].to_string(), 110);
            say(format!(
                "    {} {:<26} {}",
                style(clock).dim(),
                style(&event.kind).magenta(),
                style(data).dim()
            ));
        })
    }

    /// The token of the seller with that id: a seller shares the uuid of its customer account.
    pub(super) fn seller(&self, id: &str) -> Result<String> {
        self.sellers
            .get(bare(id))
            .cloned()
            .with_context(|| format!("{id} is none of the demo's sellers"))
    }

    /// The stock of a variant, as its seller sees it.
    pub(super) fn stock(&self, seller: &str, variant: &str) -> Result<Stock> {
        let found = self.api.send(
            "GET",
            &format!("/v1/stock/{variant}"),
            Ask::default().by(seller),
        )?;
        let count = |field: &str| found.body[field].as_i64().unwrap_or_default();
        match found.status {
            200 => Ok(Stock {
                on_hand: count("on_hand"),
                reserved: count("reserved"),
                available: count("available"),
            }),
            // Never received, or not yet known from its product's event.
            404 => Ok(Stock {
                on_hand: 0,
                reserved: 0,
                available: 0,
            }),
            status => bail!(
                "GET /v1/stock/{variant} was answered {status}: {}",
                found.body
            ),
        }
    }

    /// Whether a mail has not been shown yet.
    pub(super) fn unread(&self, mail: &Value) -> bool {
        mail["MessageId"]
            .as_str()
            .is_some_and(|id| !self.read.contains(id))
    }

    /// Shows a mail.
    pub(super) fn read(&mut self, mail: &Value) {
        let part = |name: &str| mail[name].as_str().unwrap_or_default();
        self.read.insert(part("MessageId").to_owned());
        fact(format!(
            "a mail from {} to {}",
            part("Source"),
            mail["To"]
                .as_array()
                .and_then(|to| to[0].as_str())
                .unwrap_or_default()
        ));
        say(format!("      {}", style(part("Subject")).bold()));
        for line in part("BodyText").lines().take(14) {
            say(format!("      {}", style(line).dim()));
        }
    }
}

/// An id without its prefix.
fn bare(id: &str) -> &str {
    id.split_once('_').map_or(id, |(_, bare)| bare)
}

/// Hides what a screen should not show.
fn hide(value: &Value) -> Value {
    let mut shown = value.clone();
    for field in ["password", "access_token", "refresh_token", "device_token"] {
        if let Some(secret) = shown.get_mut(field) {
            *secret = json!("…");
        }
    }
    shown
}

fn shorten(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length - 1).chain(['…']).collect()
}
