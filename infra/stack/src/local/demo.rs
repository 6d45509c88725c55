//! `make demo`: one order that ships and one that is declined, with each request and each event as it happens.

mod stage;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::api::text;
use super::place::{LogIn, Place};
use super::term::{say, wait_for};
use stage::{Stage, Stock};

/// Long for a laptop that is busy with other things; each wait ends with its fact.
const LIMIT: Duration = Duration::from_mins(1);

/// Plays both stories.
pub(super) fn demo(place: &Place) -> Result<()> {
    let mut stage = Stage::open(place)?;
    let shopper = stage.shopper()?;
    let goods = choose(&mut stage)?;
    order_and_ship(&mut stage, &shopper, &goods)?;
    declined(&mut stage, &shopper, &goods)?;
    say(format!(
        "\n{} Both stories went as they should. Mails: {}\n",
        stage::tick(),
        stage.platform.mails
    ));
    Ok(())
}

/// Someone who has registered and logged in.
struct Shopper {
    account: LogIn,
    token: String,
}

/// What is bought, and the seller who ships it.
struct Goods {
    variant: String,
    seller: String,
}

impl Stage {
    fn shopper(&mut self) -> Result<Shopper> {
        self.chapter("A customer registers and logs in");
        let password = super::up::password()?;
        let email = format!("shopper-{}@souk.example", password[..6].to_lowercase());
        let account = LogIn { email, password };
        let body =
            json!({ "email": account.email, "password": account.password, "name": "Demo Shopper" });
        let customer = self.ask(None, 201, "POST", "/v1/customers", Some(&body))?;
        let login = json!({ "email": account.email, "password": account.password });
        let session = self.ask(None, 200, "POST", "/v1/auth/login", Some(&login))?;
        let token = text(&session, "access_token")?.to_owned();
        self.watch(text(&customer, "id")?, &["customer.registered.v1"], &[])?;
        Ok(Shopper { account, token })
    }
}

/// Browses until something is in stock.
fn choose(stage: &mut Stage) -> Result<Goods> {
    stage.chapter("…browses the shop");
    let list = stage.ask(
        None,
        200,
        "GET",
        "/v1/products?category=kitchen&limit=3",
        None,
    )?;
    let products = list["data"].as_array().filter(|found| !found.is_empty());
    let products = products
        .context("the shop has nothing in `kitchen`; `make up` imports the catalogue")?
        .clone();
    // A shop that has just been filled: stock and prices come to the other services by events.
    let (path, goods) = wait_for("something of `kitchen` that can be bought", LIMIT, || {
        for product in &products {
            let path = format!("/v1/products/{}", text(product, "id")?);
            if let Some(goods) = in_stock(stage, &path)? {
                return Ok(Some((path, goods)));
            }
        }
        Ok(None)
    })?;
    stage.ask(None, 200, "GET", &path, None)?;
    Ok(goods)
}

/// The first variant of a product that two customers can buy.
fn in_stock(stage: &Stage, path: &str) -> Result<Option<Goods>> {
    let product = stage.get(path)?;
    let seller = stage.seller(text(&product, "seller_id")?)?;
    for variant in product["variants"].as_array().into_iter().flatten() {
        let variant = text(variant, "id")?.to_owned();
        if stage.stock(&seller, &variant)?.available >= 2 && stage.sellable(&variant)? {
            return Ok(Some(Goods { variant, seller }));
        }
    }
    Ok(None)
}

/// The story that ends well.
fn order_and_ship(stage: &mut Stage, shopper: &Shopper, goods: &Goods) -> Result<()> {
    let before = stage.stock(&goods.seller, &goods.variant)?;

    stage.chapter("…fills the cart and orders");
    let order = place_order(stage, shopper, goods, "pm_sandbox_ok")?;

    stage.chapter("The saga, as it happens: stock, payment, confirmation");
    let told = [
        "order.placed.v1",
        "stock.reserved.v1",
        "order.stock-reserved.v1",
        "payment.authorized.v1",
        "order.confirmed.v1",
    ];
    stage.watch(
        &order,
        &told,
        &[
            "order.cancelled.v1",
            "stock.refused.v1",
            "payment.declined.v1",
        ],
    )?;
    let reserved = Stock {
        reserved: before.reserved + 1,
        available: before.available - 1,
        ..before
    };
    stage.stock_becomes(goods, reserved)?;

    stage.chapter("The mail that was sent");
    stage.mail(&shopper.account.email, &order)?;

    stage.chapter("The seller ships");
    let path = format!("/v1/orders/{order}/ship");
    let key = stage::key()?;
    stage.ask_keyed(Some(&goods.seller), 200, "POST", &path, None, &key)?;
    stage.watch(
        &order,
        &["order.shipped.v1", "payment.captured.v1"],
        &["order.cancelled.v1"],
    )?;
    let gone = Stock {
        on_hand: before.on_hand - 1,
        reserved: before.reserved,
        available: before.available - 1,
    };
    stage.stock_becomes(goods, gone)?;
    stage.history(shopper, &order, "shipped")
}

/// The story that is taken back.
fn declined(stage: &mut Stage, shopper: &Shopper, goods: &Goods) -> Result<()> {
    let before = stage.stock(&goods.seller, &goods.variant)?;

    stage.chapter("A second order, with a card that will be declined");
    let order = place_order(stage, shopper, goods, "pm_sandbox_declined")?;

    stage.chapter("The saga takes it back: no charge, stock released");
    let told = [
        "order.placed.v1",
        "stock.reserved.v1",
        "order.stock-reserved.v1",
        "payment.declined.v1",
        "order.cancelled.v1",
    ];
    stage.watch(
        &order,
        &told,
        &[
            "order.confirmed.v1",
            "payment.authorized.v1",
            "payment.captured.v1",
        ],
    )?;
    stage.stock_becomes(goods, before)?;
    stage.mail(&shopper.account.email, &order)?;
    stage.history(shopper, &order, "cancelled")
}

/// Puts one piece into the cart and orders it; the order's id.
fn place_order(
    stage: &mut Stage,
    shopper: &Shopper,
    goods: &Goods,
    method: &str,
) -> Result<String> {
    let token = Some(shopper.token.as_str());
    let item = json!({ "variant_id": goods.variant, "quantity": 1 });
    stage.ask(token, 200, "POST", "/v1/cart/items", Some(&item))?;
    let cart = stage.ask(token, 200, "GET", "/v1/cart", None)?;
    let body = json!({
        "shipping_address": {
            "name": "Demo Shopper",
            "line1": "1 Market Lane",
            "city": "Lisbon",
            "postal_code": "1100-001",
            "country": "PT",
        },
        "payment_method": method,
    });
    let key = stage::key()?;
    let order = stage.ask_keyed(token, 201, "POST", "/v1/orders", Some(&body), &key)?;
    ensure!(
        order["status"] == "placed",
        "a new order is not `placed`: {order}"
    );
    ensure!(
        order["total"] == cart["subtotal"],
        "what was shown is not what is paid: {} and {}",
        cart["subtotal"],
        order["total"]
    );
    Ok(text(&order, "id")?.to_owned())
}

impl Stage {
    /// Waits until the stock is as it must be now, and shows it.
    fn stock_becomes(&mut self, goods: &Goods, wanted: Stock) -> Result<()> {
        let mut last = None;
        let found = wait_for("the stock", LIMIT, || {
            let stock = self.stock(&goods.seller, &goods.variant)?;
            last = Some(stock);
            Ok((stock == wanted).then_some(stock))
        });
        let stock =
            found.with_context(|| format!("the stock should be {wanted:?} and is {last:?}"))?;
        stage::fact(format!(
            "stock: on hand {}, reserved {}, available {}",
            stock.on_hand, stock.reserved, stock.available
        ));
        Ok(())
    }

    /// Shows the order's history, which must end with that status.
    fn history(&mut self, shopper: &Shopper, order: &str, status: &str) -> Result<()> {
        let found = self.ask(
            Some(&shopper.token),
            200,
            "GET",
            &format!("/v1/orders/{order}"),
            None,
        )?;
        ensure!(
            found["status"] == status,
            "the order should be `{status}`: {found}"
        );
        let steps = found["history"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|step| step["status"].as_str());
        stage::fact(format!(
            "history: {}",
            steps.collect::<Vec<_>>().join(" → ")
        ));
        if let Some(reason) = found["cancel_reason"].as_str() {
            ensure!(
                reason == "payment_declined",
                "cancelled for another reason: {reason}"
            );
            stage::fact(format!("cancelled because: {reason}"));
        }
        Ok(())
    }

    /// Waits for the newest mail to that address about that order, and shows it.
    fn mail(&mut self, to: &str, order: &str) -> Result<()> {
        let mail = wait_for(&format!("a mail to {to} about {order}"), LIMIT, || {
            let page = self
                .emulator
                .page("/_ministack/ses/messages")
                .context("the emulator's mails cannot be read")?;
            let all: Value = serde_json::from_str(&page)?;
            let mails = all["messages"]
                .as_object()
                .into_iter()
                .flat_map(|accounts| accounts.values());
            let mut mails = mails.flat_map(|mails| mails.as_array().into_iter().flatten());
            Ok(mails
                .find(|mail| is_to(mail, to) && self.unread(mail) && mentions(mail, order))
                .cloned())
        })?;
        self.read(&mail);
        Ok(())
    }
}

fn is_to(mail: &Value, address: &str) -> bool {
    mail["To"]
        .as_array()
        .is_some_and(|to| to.iter().any(|to| to == address))
}

fn mentions(mail: &Value, order: &str) -> bool {
    ["Subject", "BodyText", "BodyHtml"]
        .iter()
        .any(|part| mail[part].as_str().is_some_and(|text| text.contains(order)))
}
