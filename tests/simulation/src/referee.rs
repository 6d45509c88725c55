//! What must hold, looked at after every step. The referee of money is the provider's own ledger, of stock the sum of
//! what was told to have moved in the transactions that moved it, and of store credit the journal.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Display,
};

use kernel::Timestamp;
use order::lifecycle::TRANSITIONS;
use serde_json::Value;
use testkit::{BusEvent, Cloud, StreamRecord};

use crate::credit::{Credit, Purse, Spent, is_inside};

const LEVELS: [&str; 3] = ["on_hand", "reserved", "available"];

/// Who watches.
#[derive(Debug)]
pub struct Referee {
    /// What each level of each variant must be by what has moved.
    levels: BTreeMap<String, [i64; 3]>,
    /// The orders as they were seen last.
    orders: BTreeMap<String, Value>,
    /// The payments as they were seen last.
    payments: BTreeMap<String, Value>,
    /// The provider's charges, by their keys: those of an order follow each other.
    charges: BTreeMap<String, Value>,
    /// What the journal says of store credit.
    credit: Credit,
    /// How much of it each customer was told to be given.
    given: BTreeMap<String, i64>,
    /// The invoices and credit notes as they were seen last.
    documents: Vec<Value>,
    /// What was committed to be published, and what was.
    promised: BTreeMap<String, String>,
    published: BTreeSet<String>,
    /// The states that were told of each order.
    told: BTreeSet<(String, String)>,
    /// How many entries there were when they were seen last.
    entries: usize,
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(crate) fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(i64::MIN)
}

pub(crate) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn of_kind(cloud: &Cloud, table: &str, kind: &str) -> Vec<Value> {
    let items = cloud.items(table).into_iter();
    items.filter(|item| item["kind"] == kind).collect()
}

fn must(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

fn same<T: PartialEq + Display>(what: &str, these: T, those: T) -> Result<(), String> {
    must(these == those, || format!("{what}: {these} and {those}"))
}

/// What a movement does to each level (docs/stock.md).
fn shift(kind: &str, pieces: i64) -> [i64; 3] {
    match kind {
        "received" | "returned" | "adjusted" => [pieces, 0, pieces],
        "reserved" => [0, pieces, -pieces],
        "released" => [0, -pieces, pieces],
        "sold" => [-pieces, -pieces, 0],
        _ => [i64::MIN, 0, 0],
    }
}

/// The price of the pieces of an order that are shipped: what may be captured.
pub(crate) fn due(order: &Value) -> i64 {
    let price = |line: &Value| number(&line["unit_price"]["amount"]) * number(&line["shipped"]);
    list(&order["lines"]).map(price).sum()
}

/// How much of a charge was moved in a direction.
pub(crate) fn moved(charge: &Value, direction: &str) -> i64 {
    let done = list(&charge["moves"])
        .filter(|it| it["direction"] == direction && it["declined"].is_null());
    done.map(|it| number(&it["amount"]["amount"])).sum()
}

/// How much of a charge customers' banks have taken back, and have not given up again.
pub(crate) fn disputed(charge: &Value) -> i64 {
    let taken = list(&charge["disputes"]).filter(|it| it["status"] != "won");
    taken.map(|it| number(&it["amount"]["amount"])).sum()
}

/// What is disputed of something, and how it stands.
fn disputes(of: &Value) -> Vec<(i64, String)> {
    let disputes = list(&of["disputes"]);
    let stands = |it: &Value| {
        (
            number(&it["amount"]["amount"]),
            text(&it["status"]).to_owned(),
        )
    };
    disputes.map(stands).collect()
}

/// The order that a charge pays, whichever attempt at it the charge is.
pub(crate) fn order_of(charge: &Value) -> String {
    let key = text(&charge["key"]);
    let (payment, _) = key.split_once('#').unwrap_or((key, ""));
    payment.replacen("pay_", "ord_", 1)
}

/// How much of something is of store credit, if any of it is.
fn by_credit(part: &Value) -> i64 {
    if part["source"] == "store_credit" {
        return number(&part["amount"]["amount"]);
    }
    part["store_credit"]["amount"].as_i64().unwrap_or(0)
}

impl Referee {
    /// From what there is in the beginning.
    pub fn new(cloud: &Cloud) -> Self {
        let stocks = of_kind(cloud, "inventory-stock", "stock");
        let levels = stocks.iter().map(|stock| {
            let levels = LEVELS.map(|level| number(&stock[level]));
            (text(&stock["variant_id"]).to_owned(), levels)
        });
        let orders = of_kind(cloud, "order-orders", "order").into_iter();
        let payments = of_kind(cloud, "payment-payments", "payment").into_iter();
        let charges = of_kind(cloud, "payment-provider-ledger", "charge").into_iter();
        let entries = of_kind(cloud, "payment-ledger", "journal-entry");
        let credit = Credit::by(&entries).unwrap_or_default();
        let purses = credit.purses.iter();
        let given = purses.map(|(customer, purse)| (customer.clone(), purse.given));
        Self {
            levels: levels.collect(),
            orders: orders
                .map(|it| (text(&it["order_id"]).to_owned(), it))
                .collect(),
            payments: payments
                .map(|it| (text(&it["payment_id"]).to_owned(), it))
                .collect(),
            charges: charges
                .map(|it| (text(&it["key"]).to_owned(), it))
                .collect(),
            given: given.collect(),
            credit,
            documents: of_kind(cloud, "order-documents", "order-document"),
            promised: BTreeMap::new(),
            published: BTreeSet::new(),
            told: BTreeSet::new(),
            entries: entries.len(),
        }
    }

    /// Where an order stands.
    pub fn status(&self, order: &str) -> &str {
        self.orders.get(order).map_or("", |it| text(&it["status"]))
    }

    /// Whether an order is in a state, or has been.
    pub fn has_been(&self, order: &str, status: &str) -> bool {
        let history = self.orders.get(order).map(|it| &it["history"]);
        history.is_some_and(|it| list(it).any(|passage| passage["status"] == status))
    }

    /// How much of an order's money was captured, by our own books.
    pub fn captured(&self, order: &str) -> u64 {
        let payment = self.payments.get(&order.replacen("ord_", "pay_", 1));
        let captures = payment.into_iter().flat_map(|it| list(&it["captures"]));
        let done = captures.filter(|it| it["status"] == "succeeded");
        done.filter_map(|it| it["amount"]["amount"].as_u64()).sum()
    }

    /// Where an order's payment stands.
    pub fn payment(&self, order: &str) -> &str {
        let payment = self.payments.get(&order.replacen("ord_", "pay_", 1));
        payment.map_or("", |it| text(&it["status"]))
    }

    /// Until when an order's customer may act, while that is waited for.
    pub fn acts_until(&self, order: &str) -> Option<Timestamp> {
        let payment = self.payments.get(&order.replacen("ord_", "pay_", 1))?;
        serde_json::from_value(payment["next_action"]["until"].clone()).ok()
    }

    /// Where the provider's last charge for an order stands.
    pub fn charge(&self, order: &str) -> &str {
        let last = self.charges_of(order).next_back();
        last.map_or("", |it| text(&it["state"]))
    }

    /// The provider's charges for an order, the first first.
    fn charges_of(&self, order: &str) -> impl DoubleEndedIterator<Item = &Value> {
        let all = self.charges.values();
        all.filter(move |charge| order_of(charge) == order)
    }

    /// How much of an order's money the provider has moved in a direction.
    fn moved(&self, order: &str, direction: &str) -> i64 {
        let charges = self.charges_of(order);
        charges.map(|charge| moved(charge, direction)).sum()
    }

    /// Whether some orders wait, and all of them are off: for no more than to be told of once more.
    pub fn is_all_off(&self) -> bool {
        let mut all = self.orders.values();
        self.is_any_waiting()
            && all.all(|order| order["waiting"].is_null() || order["status"] == "cancelled")
    }

    /// Whether any order waits for anything.
    pub fn is_any_waiting(&self) -> bool {
        self.orders
            .values()
            .any(|order| !order["waiting"].is_null())
    }

    /// Whether any document is issued and not printed.
    pub fn is_any_pending(&self) -> bool {
        let mut documents = self.documents.iter();
        documents.any(|document| document["printed_at"].is_null())
    }

    /// What was committed: the movements of stock, and the events to come.
    pub fn hear(&mut self, records: &[StreamRecord]) -> Result<(), String> {
        for record in records {
            let image: serde_dynamo::Item =
                serde_json::from_value(record.image.clone()).map_err(|it| it.to_string())?;
            let outbox = dynamo::record::outbox(image).map_err(|it| it.causes())?;
            for event in outbox.into_iter().flat_map(|it| it.events) {
                let detail: Value =
                    serde_json::from_str(&event.detail).map_err(|it| it.to_string())?;
                let id = text(&detail["metadata"]["id"]).to_owned();
                match event.r#type.as_str() {
                    "stock.changed.v1" => self.move_stock(&detail["data"])?,
                    "payment.store-credit-given.v1" => self.give(&detail["data"]),
                    _ => {}
                }
                self.promised.insert(id, event.r#type);
            }
        }
        Ok(())
    }

    fn move_stock(&mut self, told: &Value) -> Result<(), String> {
        for movement in list(&told["movements"]) {
            let variant = text(&movement["variant_id"]).to_owned();
            let pieces = number(&movement["pieces"]);
            let shift = shift(text(&movement["kind"]), pieces);
            let levels = self.levels.entry(variant).or_default();
            for (level, change) in levels.iter_mut().zip(shift) {
                *level = level
                    .checked_add(change)
                    .ok_or_else(|| format!("what is this movement: {movement}"))?;
            }
        }
        Ok(())
    }

    fn give(&mut self, told: &Value) {
        let customer = text(&told["customer_id"]).to_owned();
        *self.given.entry(customer).or_default() += number(&told["amount"]["amount"]);
    }

    /// An event is on the bus.
    pub fn published(&mut self, event: &BusEvent) {
        let id = text(&event.detail["metadata"]["id"]).to_owned();
        self.published.insert(id);
        if let Some(status) = event.detail_type.strip_prefix("order.") {
            let status = status.trim_end_matches(".v1").replace('-', "_");
            let order = text(&event.detail["data"]["order_id"]).to_owned();
            self.told.insert((order, status));
        }
    }

    /// Looks at what was written.
    ///
    /// # Errors
    /// What is wrong.
    pub fn look(&mut self, cloud: &Cloud, written: &BTreeSet<String>) -> Result<(), String> {
        let is_written = |table: &str| written.contains(&format!("local-{table}"));
        if is_written("order-orders") {
            self.look_at_orders(of_kind(cloud, "order-orders", "order"))?;
        }
        if is_written("order-documents") {
            self.documents = of_kind(cloud, "order-documents", "order-document");
        }
        if is_written("inventory-stock") || is_written("inventory-reservations") {
            self.look_at_stock(cloud)?;
        }
        if is_written("payment-payments") {
            let payments = of_kind(cloud, "payment-payments", "payment").into_iter();
            let named = payments.map(|it| (text(&it["payment_id"]).to_owned(), it));
            self.payments = named.collect();
        }
        // Store credit is taken first.
        if is_written("payment-ledger") {
            self.look_at_ledger(cloud)?;
        }
        if is_written("payment-provider-ledger") {
            self.look_at_provider(of_kind(cloud, "payment-provider-ledger", "charge"))?;
        }
        Ok(())
    }

    /// An order goes through the table of transitions, and its pieces never back.
    fn look_at_orders(&mut self, orders: Vec<Value>) -> Result<(), String> {
        for order in orders {
            let id = text(&order["order_id"]).to_owned();
            let history: Vec<&str> = list(&order["history"])
                .map(|it| text(&it["status"]))
                .collect();
            same(
                "where an order stands",
                history.last().copied().unwrap_or_default(),
                text(&order["status"]),
            )?;
            for pair in history.windows(2) {
                must(is_step(pair[0], pair[1]), || {
                    format!("{id} went from {} to {}", pair[0], pair[1])
                })?;
            }
            if let Some(before) = self.orders.get(&id) {
                let then: Vec<&str> = list(&before["history"])
                    .map(|it| text(&it["status"]))
                    .collect();
                must(history.starts_with(&then), || {
                    format!("{id} has forgotten its past")
                })?;
                for (line, now) in list(&before["lines"]).zip(list(&order["lines"])) {
                    for count in ["shipped", "cancelled"] {
                        must(number(&line[count]) <= number(&now[count]), || {
                            format!("{count} of {id} has shrunk: {now}")
                        })?;
                    }
                }
            }
            for line in list(&order["lines"]) {
                let gone = number(&line["shipped"]) + number(&line["cancelled"]);
                must(gone <= number(&line["quantity"]), || {
                    format!("more has become of a line of {id} than there was: {line}")
                })?;
            }
            let held = self.charges_of(&id).filter(|it| number(&it["held"]) == 1);
            let held: i64 = held.map(|it| number(&it["amount"]["amount"])).sum();
            must(due(&order) <= held + self.credit.of(&id).held, || {
                format!("{id} is shipped, and nobody holds its money")
            })?;
            self.orders.insert(id, order);
        }
        Ok(())
    }

    /// No level is below zero, they add up, and they are what has moved; what is reserved is held for an order.
    fn look_at_stock(&self, cloud: &Cloud) -> Result<(), String> {
        let mut held: HashMap<String, i64> = HashMap::new();
        for reservation in of_kind(cloud, "inventory-reservations", "reservation") {
            if reservation["state"] == "held" {
                for line in list(&reservation["lines"]) {
                    let gone = number(&line["shipped"]) + number(&line["cancelled"]);
                    let left = number(&line["quantity"]) - gone;
                    *held
                        .entry(text(&line["variant_id"]).to_owned())
                        .or_default() += left;
                }
            }
        }
        for stock in of_kind(cloud, "inventory-stock", "stock") {
            let variant = text(&stock["variant_id"]);
            let levels @ [on_hand, reserved, available] = LEVELS.map(|level| number(&stock[level]));
            must(levels.iter().all(|it| *it >= 0), || {
                format!("oversold: {stock}")
            })?;
            same(
                "on hand, and reserved and available",
                on_hand,
                reserved + available,
            )?;
            same(
                "reserved, and held for orders",
                reserved,
                held.get(variant).copied().unwrap_or(0),
            )?;
            let moved = self.levels.get(variant).copied().unwrap_or_default();
            must(levels == moved, || {
                format!("the levels of {variant} are {levels:?}, and {moved:?} by what has moved")
            })?;
        }
        Ok(())
    }

    /// Money is held once, let go once, each part of it moved once; never more than what is shipped, nor is more given
    /// back than was moved.
    fn look_at_provider(&mut self, charges: Vec<Value>) -> Result<(), String> {
        let mut orders = BTreeSet::new();
        for charge in charges {
            let id = order_of(&charge);
            for what in ["held", "voided"] {
                must(number(&charge[what]) <= 1, || {
                    format!("{what} twice: {charge}")
                })?;
            }
            let keys: Vec<&str> = list(&charge["moves"]).map(|it| text(&it["key"])).collect();
            let once: BTreeSet<&&str> = keys.iter().collect();
            same("parts, and their keys", keys.len(), once.len())?;
            let misused = |it: &&Value| it["declined"] == "amount_too_large";
            must(list(&charge["moves"]).find(misused).is_none(), || {
                format!("more was asked for than there was: {charge}")
            })?;
            let (captured, refunded) = (moved(&charge, "capture"), moved(&charge, "refund"));
            let taken = disputed(&charge);
            must(refunded + taken <= captured, || {
                format!("{refunded} of {id} are given back of {captured}, and {taken} are disputed")
            })?;
            self.charges.insert(text(&charge["key"]).to_owned(), charge);
            orders.insert(id);
        }
        orders.iter().try_for_each(|id| self.look_at_money(id))
    }

    /// Of an order's charges no two are held at once. What is moved of its money is no more than what is shipped; it is
    /// store credit first, as much as was held and no more, and then the card's.
    fn look_at_money(&self, id: &str) -> Result<(), String> {
        let charges = self.charges_of(id);
        let held = charges.filter(|it| number(&it["held"]) > number(&it["voided"]));
        must(held.count() <= 1, || {
            format!("two charges are held for {id}")
        })?;
        let spent = self.credit.of(id);
        let Spent {
            held, taken, back, ..
        } = spent;
        let captured = self.moved(id, "capture");
        let due = self.orders.get(id).map_or(0, due);
        must(captured + taken <= due, || {
            format!("{captured} of {id} are captured and {taken} taken, and {due} are due")
        })?;
        must(spent.left() >= 0, || {
            format!("more store credit of {id} has moved than was held: {spent:?}")
        })?;
        must(captured == 0 || taken == held, || {
            format!("the card has paid for {id} before its store credit: {spent:?}")
        })?;
        must(back <= taken, || {
            format!("more store credit of {id} is given back than was taken: {spent:?}")
        })
    }

    /// What was given of store credit is what was told, and no more is spent of it; nobody has less than nothing.
    fn look_at_credit(&self, accounts: &[Value]) -> Result<(), String> {
        for (customer, Purse { given, left }) in &self.credit.purses {
            let told = self.given.get(customer).copied().unwrap_or(0);
            same("store credit that is given, and told", *given, told)?;
            must(*left >= 0, || {
                format!("{customer} was given {given} of store credit, and has spent more")
            })?;
        }
        let mut own = accounts.iter();
        let short = own.find(|it| {
            let is_credit = text(&it["account"]).starts_with("store-credit:");
            is_credit && number(&it["debited"]) > number(&it["credited"])
        });
        must(short.is_none(), || {
            format!("store credit is below nothing: {short:?}")
        })?;
        let mut orders = self.credit.orders.keys();
        orders.try_for_each(|id| self.look_at_money(id))
    }

    /// Each entry balances, and none is ever gone; no store credit is there that was not given.
    fn look_at_ledger(&mut self, cloud: &Cloud) -> Result<(), String> {
        let items = cloud.items("payment-ledger").into_iter();
        let (entries, others): (Vec<Value>, Vec<Value>) =
            items.partition(|it| it["kind"] == "journal-entry");
        for entry in &entries {
            let side = |side: &str| -> i64 {
                let legs = list(&entry["legs"]).filter(|leg| leg["side"] == side);
                legs.map(|leg| number(&leg["amount"]["amount"])).sum()
            };
            same(
                "debit and credit of an entry",
                side("debit"),
                side("credit"),
            )?;
        }
        must(entries.len() >= self.entries, || {
            "an entry is gone".to_owned()
        })?;
        self.entries = entries.len();
        self.credit = Credit::by(&entries)?;
        self.look_at_credit(&others)
    }

    /// What must hold once nothing more happens.
    ///
    /// # Errors
    /// What is wrong.
    pub fn close(&self, cloud: &Cloud) -> Result<(), String> {
        for (id, kind) in &self.promised {
            must(self.published.contains(id), || {
                format!("a {kind} was never published")
            })?;
        }
        for (id, order) in &self.orders {
            self.close_order(id, order)?;
        }
        close_series(cloud, &self.documents)?;
        close_stock(cloud)?;
        self.close_ledger(cloud)?;
        let flaws = faults::flaws(cloud);
        must(flaws.is_empty(), || format!("the audit logs: {flaws:?}"))
    }

    /// Reads a line that a function has logged: a reconciler counts what it finds, and in books that only commands have
    /// written there is nothing.
    ///
    /// # Errors
    /// What it has found.
    pub fn read(&self, line: &Value) -> Result<(), String> {
        let metrics = line.as_object().into_iter().flatten();
        let mut found = metrics.filter(|(name, _)| name.ends_with("_discrepancies"));
        match found.next() {
            Some((name, number)) => Err(format!("in clean books there are {number} {name}")),
            None => Ok(()),
        }
    }

    /// Each state was told; money and stock are where the order is.
    fn close_order(&self, id: &str, order: &Value) -> Result<(), String> {
        for passage in list(&order["history"]) {
            let status = text(&passage["status"]);
            let is_told = self.told.contains(&(id.to_owned(), status.to_owned()));
            must(is_told || status == "payment_authorized", || {
                format!("{id} was {status}, and nobody was told")
            })?;
        }
        let payment = self.payments.get(&id.replacen("ord_", "pay_", 1));
        let charges: Vec<&Value> = self.charges_of(id).collect();
        let spent = self.credit.of(id);
        if charges.is_empty() && spent.held == 0 {
            return must(order["status"] == "cancelled", || {
                format!("{id} is paid by nobody")
            });
        }
        let Some(payment) = payment else {
            return Err(format!("someone pays {id}, and we do not know"));
        };
        let open = list(&order["lines"]).any(|line| {
            number(&line["shipped"]) + number(&line["cancelled"]) < number(&line["quantity"])
        });
        self.close_credit((id, order), payment, open)?;
        let (captured, due) = (self.moved(id, "capture"), due(order));
        let failed = payment["status"] == "capture_failed";
        must(captured + spent.taken == due || failed, || {
            format!(
                "{captured} of {id} are captured and {} taken, and {due} are due",
                spent.taken
            )
        })?;
        for (kind, moved) in [
            ("invoice", captured + spent.taken),
            ("credit_note", self.moved(id, "refund") + spent.back),
        ] {
            let own = self.documents.iter().filter(|it| it["order_id"] == id);
            let own = own.filter(|it| it["document_kind"] == kind);
            same(
                &format!("each {kind} of {id}, and what has moved"),
                own.map(|it| number(&it["total"]["amount"])).sum(),
                moved,
            )?;
        }
        for charge in &charges {
            let is_rest = moved(charge, "capture") < number(&charge["amount"]["amount"]);
            if number(&charge["held"]) == 1 && !open && is_rest && !failed {
                same("money that is let go", number(&charge["voided"]), 1)?;
            }
            if open {
                same(
                    "money that is let go of an open order",
                    number(&charge["voided"]),
                    0,
                )?;
            }
        }
        for (parts, direction, by_journal) in [
            ("captures", "capture", spent.taken),
            ("refunds", "refund", spent.back),
        ] {
            let done = list(&payment[parts]).filter(|it| it["status"] == "succeeded");
            let done: Vec<&Value> = done.collect();
            let ours: i64 = done.iter().map(|it| number(&it["amount"]["amount"])).sum();
            let as_credit: i64 = done.iter().map(|it| by_credit(it)).sum();
            same(
                &format!("{parts} of {id}, ours and the provider's"),
                ours - as_credit,
                self.moved(id, direction),
            )?;
            same(
                &format!("{parts} of {id} by store credit, ours and the journal's"),
                as_credit,
                by_journal,
            )?;
            let pending = list(&payment[parts]).any(|it| it["status"] == "pending");
            must(!pending, || {
                format!("one of the {parts} of {id} is pending for ever")
            })?;
        }
        let ours = disputes(payment);
        let theirs: Vec<_> = charges.iter().flat_map(|it| disputes(it)).collect();
        must(ours == theirs, || {
            format!("disputes of {id}, ours and the provider's: {ours:?} and {theirs:?}")
        })
    }

    /// What was to be paid with store credit was held, or nothing; it is held no more once nothing more is shipped, and
    /// given back after all that the card has paid. The card was asked for the rest, and our books say the same.
    fn close_credit(
        &self,
        (id, order): (&str, &Value),
        payment: &Value,
        open: bool,
    ) -> Result<(), String> {
        let spent = self.credit.of(id);
        let (total, wanted) = (number(&order["total"]["amount"]), by_credit(order));
        must([0, wanted].contains(&spent.held), || {
            format!("{wanted} of {id} were to be paid with store credit: {spent:?}")
        })?;
        for charge in self.charges_of(id).filter(|it| number(&it["held"]) > 0) {
            same(
                &format!("what the card holds for {id}, and the rest of its price"),
                number(&charge["amount"]["amount"]),
                total - wanted,
            )?;
        }
        must(open || spent.left() == 0, || {
            format!("{id} is over and holds store credit: {spent:?}")
        })?;
        must(!open || spent.released == 0, || {
            format!("{id} is open, and its store credit let go: {spent:?}")
        })?;
        let refused = list(&payment["refunds"]).any(|it| it["status"] == "failed");
        let back = self.moved(id, "refund");
        // What a bank has given up again does not make it wrong.
        let disputed = self.charges_of(id).flat_map(disputes);
        let disputed: i64 = disputed.map(|(amount, _)| amount).sum();
        let all = back + disputed >= self.moved(id, "capture");
        must(spent.back == 0 || all || refused, || {
            format!("{back} of {id} are given back to the card, and store credit: {spent:?}")
        })?;
        let ours = &payment["store_credit"];
        let ours =
            [&ours["amount"], &ours["released"]].map(|it| it["amount"].as_i64().unwrap_or(0));
        must(ours == [spent.held, spent.released], || {
            format!("store credit of {id}, held and let go: {ours:?}, and by the journal {spent:?}")
        })
    }

    /// The accounts are what the entries come to, and every movement of the provider's is an entry.
    fn close_ledger(&self, cloud: &Cloud) -> Result<(), String> {
        let entries = of_kind(cloud, "payment-ledger", "journal-entry");
        let mut accounts: BTreeMap<(String, String), i64> = BTreeMap::new();
        for leg in entries.iter().flat_map(|entry| list(&entry["legs"])) {
            let account = (
                text(&leg["account"]).to_owned(),
                text(&leg["side"]).to_owned(),
            );
            *accounts.entry(account).or_default() += number(&leg["amount"]["amount"]);
        }
        let mut all = [0, 0];
        for account in of_kind(cloud, "payment-ledger", "ledger-account") {
            for (sum, (side, column)) in all
                .iter_mut()
                .zip([("debit", "debited"), ("credit", "credited")])
            {
                let name = text(&account["account"]).to_owned();
                let booked = accounts
                    .remove(&(name.clone(), side.to_owned()))
                    .unwrap_or(0);
                let stands = number(&account[column]);
                same(
                    &format!("the {side} of {name}, and its entries"),
                    stands,
                    booked,
                )?;
                *sum += stands;
            }
        }
        must(accounts.is_empty(), || {
            format!("not carried to their accounts: {accounts:?}")
        })?;
        same("all debit and all credit", all[0], all[1])?;
        let moves: usize = self
            .charges
            .values()
            .map(|charge| {
                let moves = list(&charge["moves"]).filter(|it| it["declined"].is_null());
                // Money is taken back, and comes back or is lost.
                let opened = list(&charge["disputes"]);
                let closed = list(&charge["disputes"])
                    .filter(|it| ["won", "lost"].contains(&text(&it["status"])));
                moves.count() + opened.count() + closed.count()
            })
            .sum();
        let outside = entries.iter().filter(|entry| !is_inside(entry));
        same(
            "entries, and movements of the provider's",
            outside.count(),
            moves + close_payouts(cloud)?,
        )
    }
}

/// Each payout has ended as the provider says, and it has paid each seller what they come to; how many entries they
/// have: one when they were made, and one when they ended.
///
/// # Errors
/// What is wrong.
pub fn close_payouts(cloud: &Cloud) -> Result<usize, String> {
    let payouts = of_kind(cloud, "payment-ledger", "payout");
    let remitted = of_kind(cloud, "payment-provider-ledger", "remittance");
    same(
        "payouts, ours and the provider's",
        payouts.len(),
        remitted.len(),
    )?;
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for payout in &payouts {
        let id = text(&payout["payout_id"]);
        let mut said = remitted.iter().filter(|it| it["key"] == id);
        let said = said
            .next()
            .ok_or_else(|| format!("{id} was never asked for"))?;
        let ended = if said["declined"].is_null() {
            "paid"
        } else {
            "failed"
        };
        same(
            &format!("where {id} stands"),
            text(&payout["status"]),
            ended,
        )?;
        if ended == "paid" {
            let sum = sums.entry(text(&payout["seller_id"])).or_default();
            *sum += number(&payout["amount"]["amount"]);
        }
    }
    for paid in of_kind(cloud, "payment-provider-ledger", "remittances") {
        let seller = text(&paid["seller_id"]);
        let ours = sums.remove(seller).unwrap_or_default();
        same(
            &format!("what {seller} was paid"),
            ours,
            number(&paid["sum"]),
        )?;
    }
    must(sums.is_empty(), || format!("never paid: {sums:?}"))?;
    Ok(2 * payouts.len())
}

/// Each series of numbers has each of them once, and each paper is in its place.
fn close_series(cloud: &Cloud, documents: &[Value]) -> Result<(), String> {
    let objects = cloud.objects();
    for document in documents {
        let place = format!(
            "/documents/{}/{}.pdf",
            text(&document["order_id"]),
            text(&document["document_id"])
        );
        must(objects.iter().any(|it| it.ends_with(&place)), || {
            format!("there is no paper at {place}")
        })?;
    }
    for series in of_kind(cloud, "order-documents", "document-series") {
        let is_own = |it: &&Value| {
            it["seller_id"] == series["seller_id"] && it["document_kind"] == series["document_kind"]
        };
        let own = documents.iter().filter(is_own);
        let given: BTreeSet<i64> = own
            .filter_map(|it| text(&it["number"]).rsplit('-').next()?.parse().ok())
            .collect();
        let all: BTreeSet<i64> = (1..=number(&series["last"])).collect();
        must(given == all, || format!("{series} has given {given:?}"))?;
        let number = documents.iter().filter(is_own).count();
        same("documents of a series, and its numbers", number, all.len())?;
    }
    Ok(())
}

/// Each ledger of stock has seen each revision, and says the same.
fn close_stock(cloud: &Cloud) -> Result<(), String> {
    let ledgers = of_kind(cloud, "inventory-ledger", "stock-ledger");
    for stock in of_kind(cloud, "inventory-stock", "stock") {
        let variant = &stock["variant_id"];
        let ledger = ledgers.iter().find(|it| it["variant_id"] == *variant);
        let Some(ledger) = ledger else {
            return Err(format!("there is no ledger of {variant}"));
        };
        same(
            "movements, and revisions",
            number(&ledger["movements"]),
            number(&stock["rev"]),
        )?;
        for level in LEVELS {
            same(level, number(&ledger[level]), number(&stock[level]))?;
        }
    }
    Ok(())
}

/// Whether the table of transitions leads from one state to the other.
fn is_step(from: &str, to: &str) -> bool {
    TRANSITIONS.iter().any(|step| {
        let path = std::iter::once(&step.from).chain(step.path);
        let path: Vec<&str> = path.map(|status| status.name()).collect();
        path.windows(2).any(|pair| pair == [from, to])
    })
}
