//! What a simulation comes to.

use std::collections::BTreeMap;

use serde_json::Value;
use testkit::Cloud;

use crate::{
    credit::{Credit, Spent},
    referee::{disputed, moved, order_of},
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
    /// Of each order how much of its customer's store credit was held, taken, let go and given back.
    pub credit: Vec<[i64; 4]>,
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
        let ledger = cloud.items("payment-ledger");
        let entries = ledger.iter().filter(|item| item["kind"] == "journal-entry");
        let credit = Credit::by(&entries.cloned().collect::<Vec<Value>>())?;
        let mut end = Self {
            orders: Vec::new(),
            returns: Vec::new(),
            stock: Vec::new(),
            money: Vec::new(),
            credit: Vec::new(),
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
            let is_its = |item: &&Value| item["kind"] == "charge" && order_of(item) == *id;
            let mut money = [0; 5];
            for charge in charges.iter().filter(is_its) {
                let times = |what: &str| charge[what].as_i64().unwrap_or(i64::MAX);
                let moved = |direction| moved(charge, direction);
                let of_charge = [
                    times("held"),
                    times("voided"),
                    moved("capture"),
                    moved("refund"),
                    disputed(charge),
                ];
                for (sum, more) in money.iter_mut().zip(of_charge) {
                    *sum += more;
                }
            }
            end.money.push(money);
            let Spent {
                held,
                taken,
                released,
                back,
            } = credit.of(id);
            end.credit.push([held, taken, released, back]);
        }
        let stocks = cloud.items("inventory-stock").into_iter();
        for stock in stocks.filter(|item| item["kind"] == "stock") {
            let levels = ["on_hand", "reserved", "available"].map(|level| count(&stock[level]));
            end.stock.push(levels);
        }
        for account in &ledger {
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
        if let Some((status, _)) = others {
            let ends = variant.ends.join(" or ");
            return Err(format!("an order ends `{status}`, not {ends}"));
        }
        let is_somebodys = |end: &&str| self.orders.iter().any(|(status, _)| status == end);
        match variant.ends.iter().find(|end| !is_somebodys(end)) {
            Some(end) if variant.ends.len() == self.orders.len() => {
                Err(format!("no order ends `{end}`"))
            }
            _ => Ok(()),
        }
    }
}
