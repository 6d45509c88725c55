//! What DynamoDB bears: so many write units an item and second, and one transaction on an item at a time.
//!
//! A partition takes 1,000 write units a second, and an item lies in one. A transactional write costs two a kB. A
//! transaction that meets another one on one of its items, before that has ended, is cancelled as a conflict, and pays
//! all the same: by AWS's documents on [partitions] and [transactions]. How long one takes is what is assumed.
//!
//! [partitions]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
//! [transactions]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::Instant;

/// Of an item, in a second.
const WRITE_UNITS: usize = 1_000;
/// Of a transactional write, for each kB.
const UNITS: usize = 2;

/// An item: its table and key.
type Item = String;

#[derive(Clone)]
pub(crate) struct Traffic {
    takes: Duration,
    since: Instant,
    /// The items of the transactions that go on.
    busy: HashSet<Item>,
    /// What was spent on an item, in which second.
    spent: HashMap<Item, (u64, usize)>,
}

impl Traffic {
    /// Transactions take so long from now on.
    pub(crate) fn new(takes: Duration) -> Self {
        Self {
            takes,
            since: Instant::now(),
            busy: HashSet::new(),
            spent: HashMap::new(),
        }
    }

    /// Lets a transaction on, and says how long it takes; or why not.
    pub(crate) fn enter(&mut self, request: &Value) -> Result<Duration, Value> {
        let second = self.since.elapsed().as_secs();
        let items = items(request);
        let mut reasons = Vec::new();
        for (item, units) in &items {
            let (of, spent) = self.spent.entry(item.clone()).or_default();
            if *of != second {
                (*of, *spent) = (second, 0);
            }
            *spent += units;
            reasons.push(if *spent > WRITE_UNITS {
                "ThrottlingError"
            } else if self.busy.contains(item) {
                "TransactionConflict"
            } else {
                "None"
            });
        }
        if reasons.iter().any(|reason| *reason != "None") {
            let reasons = reasons.iter().map(|reason| json!({ "Code": reason }));
            return Err(json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "message": "Transaction cancelled",
                "CancellationReasons": reasons.collect::<Vec<_>>(),
            }));
        }
        self.busy.extend(items.into_iter().map(|(item, _)| item));
        Ok(self.takes)
    }

    /// It has ended.
    pub(crate) fn leave(&mut self, request: &Value) {
        for (item, _) in items(request) {
            self.busy.remove(&item);
        }
    }
}

/// The items of a transaction, and what each costs.
fn items(request: &Value) -> Vec<(Item, usize)> {
    let actions = request["TransactItems"].as_array().into_iter().flatten();
    let deeds = actions.filter_map(|action| action.as_object()?.values().next());
    let items = deeds.map(|deed| {
        let key = deed.get("Key").unwrap_or(&deed["Item"]);
        let item = format!("{} {} {}", deed["TableName"], key["pk"], key["sk"]);
        // What is changed by an expression stays below one.
        let kilobytes = match deed.get("Item") {
            Some(whole) => whole.to_string().len().div_ceil(1_024),
            None => 1,
        };
        (item, UNITS * kilobytes)
    });
    items.collect()
}
