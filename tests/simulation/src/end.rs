//! What a simulation comes to.

use std::collections::BTreeMap;

use serde_json::Value;
use testkit::Cloud;

use crate::{
    referee::{disputed, moved},
    variant::Variant,
};

/// What it comes to, without the names that chance gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Of each order where it stands and why, and what has become of the pieces of each line.
    pub orders: Vec<(String, Vec<[u64; 2]>)>,
    /// Of each order where its returns stand.
    pub returns: Vec<Vec<String>>,
    /// What there is of each variant: on hand, reserved, available.
    pub stock: Vec<[u64; 3]>,
    /// Of each order how often its money was held and let go, and how much was moved, given and taken back.
    pub money: Vec<[i64; 5]>,
    /// What each kind of account stands at.
    pub accounts: BTreeMap<String, i64>,
}

impl End {
    /// Of the orders with these ids.
    ///
    /// # Errors
    /// An order that is not there.
    pub fn of(cloud: &Cloud, orders: &[String]) -> Result<Self, String> {
        let count = |value: &Value| value.as_u64().unwrap_or(u64::MAX);
        let all = cloud.items("order-orders");
        let charges = cloud.items("payment-provider-ledger");
        let mut end = Self {
            orders: Vec::new(),
            returns: Vec::new(),
            stock: Vec::new(),
            money: Vec::new(),
            accounts: BTreeMap::new(),
        };
        for id in orders {
            let is_it = |item: &&Value| item["kind"] == "order" && item["order_id"] == id.as_str();
            let order = all.iter().find(is_it);
            let order = order.ok_or_else(|| format!("there is no order {id:?}"))?;
            let reason = order["cancel_reason"].as_str().unwrap_or_default();
            let status = format!("{} {reason}", order["status"].as_str().unwrap_or_default());
            let lines = order["lines"].as_array().into_iter().flatten();
            let lines = lines.map(|line| ["shipped", "cancelled"].map(|what| count(&line[what])));
            end.orders.push((status.trim().to_owned(), lines.collect()));
            let returns = order["returns"].as_array().into_iter().flatten();
            let returns = returns.map(|it| it["status"].as_str().unwrap_or_default().to_owned());
            end.returns.push(returns.collect());
            let key = id.replacen("ord_", "pay_", 1);
            let charge = charges.iter().find(|item| item["key"] == key.as_str());
            end.money.push(charge.map_or([0; 5], |charge| {
                let times = |what: &str| charge[what].as_i64().unwrap_or(i64::MAX);
                let moved = |direction| moved(charge, direction);
                [
                    times("held"),
                    times("voided"),
                    moved("capture"),
                    moved("refund"),
                    disputed(charge),
                ]
            }));
        }
        let stocks = cloud.items("inventory-stock").into_iter();
        for stock in stocks.filter(|item| item["kind"] == "stock") {
            let levels = ["on_hand", "reserved", "available"].map(|level| count(&stock[level]));
            end.stock.push(levels);
        }
        for account in cloud.items("payment-ledger") {
            if account["kind"] == "ledger-account" {
                let side = |name: &str| account[name].as_i64().unwrap_or(i64::MAX);
                let name = account["account"].as_str().unwrap_or_default();
                let kind = name.split(':').next().unwrap_or_default().to_owned();
                *end.accounts.entry(kind).or_default() += side("debited") - side("credited");
            }
        }
        Ok(end)
    }

    /// Whether it is one of those that a variant may come to.
    ///
    /// # Errors
    /// That it is not.
    pub fn fits(&self, variant: &Variant) -> Result<(), String> {
        let others = self
            .orders
            .iter()
            .find(|(status, _)| !variant.ends.contains(&status.as_str()));
        match others {
            Some((status, _)) => Err(format!(
                "an order ends `{status}`, not {}",
                variant.ends.join(" or ")
            )),
            None => Ok(()),
        }
    }
}
