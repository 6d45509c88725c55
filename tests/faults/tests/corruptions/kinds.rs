//! What can be altered in the tables without a command, and is to be found: one value of one item, or the item.
//!
//! Left out is what nothing else repeats, so that nobody can say that it was another: what a receipt or an adjustment
//! was for, when something happened, until when pieces are held, what a buyer has held of late, and what a refused order
//! had wanted.

use serde_json::{Value, json};

/// What is done to an item; by a number that chance gives.
#[derive(Clone, Copy)]
pub(super) enum Deed {
    /// A value becomes another one.
    Alter(fn(&mut Value, usize)),
    /// The item is gone.
    Remove,
    /// It is there once more, under another key.
    Double,
    /// It is in the place of another item's partition.
    Move(&'static str),
}

/// A kind of corruption.
pub(super) struct Kind {
    pub(super) what: &'static str,
    pub(super) table: &'static str,
    /// The kind of items that it is done to.
    pub(super) item: &'static str,
    /// Whether it makes a difference of an item.
    pub(super) fits: fn(&Value) -> bool,
    pub(super) deed: Deed,
}

const fn kind(
    (table, item): (&'static str, &'static str),
    what: &'static str,
    fits: fn(&Value) -> bool,
    deed: Deed,
) -> Kind {
    Kind {
        what,
        table,
        item,
        fits,
        deed,
    }
}

fn any(_: &Value) -> bool {
    true
}

/// Another number, and not less than one.
fn more(value: &mut Value, by: usize) {
    *value = json!(value.as_i64().unwrap_or_default() + 1 + i64::try_from(by % 9).unwrap_or(0));
}

fn some(list: &Value) -> bool {
    list.as_array().is_some_and(|list| !list.is_empty())
}

fn pick(list: &mut Value, chance: usize) -> &mut Value {
    let list = list.as_array_mut().expect("a list");
    let place = chance % list.len();
    &mut list[place]
}

fn drop_one(list: &mut Value, chance: usize) {
    let list = list.as_array_mut().expect("a list");
    list.remove(chance % list.len());
}

fn double_one(list: &mut Value, chance: usize) {
    let one = pick(list, chance).clone();
    list.as_array_mut().expect("a list").push(one);
}

fn turn_side(side: &mut Value) {
    *side = json!(if *side == "debit" { "credit" } else { "debit" });
}

const STOCK: (&str, &str) = ("inventory-stock", "stock");
const BALANCE: (&str, &str) = ("inventory-ledger", "stock-ledger");
const MOVEMENT: (&str, &str) = ("inventory-ledger", "stock-movement");
const RESERVATION: (&str, &str) = ("inventory-reservations", "reservation");
const ENTRY: (&str, &str) = ("payment-ledger", "journal-entry");
const ACCOUNT: (&str, &str) = ("payment-ledger", "ledger-account");
const LINE: (&str, &str) = ("payment-ledger", "ledger-line");
const PAYMENT: (&str, &str) = ("payment-payments", "payment");
const CHARGE: (&str, &str) = ("payment-provider-ledger", "charge");

/// A movement that came of an order: of a receipt nothing else says what it was for, nor that it was no adjustment.
fn of_order(movement: &Value) -> bool {
    ["reserved", "sold", "released"].contains(&movement["movement"]["kind"].as_str().unwrap_or(""))
}

pub(super) const OF_STOCK: &[Kind] = &[
    kind(
        STOCK,
        "more is on hand",
        any,
        Deed::Alter(|it, by| more(&mut it["on_hand"], by)),
    ),
    kind(
        STOCK,
        "more is available",
        any,
        Deed::Alter(|it, by| more(&mut it["available"], by)),
    ),
    kind(
        STOCK,
        "more is reserved",
        any,
        Deed::Alter(|it, by| more(&mut it["reserved"], by)),
    ),
    kind(
        STOCK,
        "it has moved more often",
        any,
        Deed::Alter(|it, by| more(&mut it["rev"], by)),
    ),
    kind(STOCK, "stock is gone", any, Deed::Remove),
    kind(
        BALANCE,
        "the ledger has more on hand",
        any,
        Deed::Alter(|it, by| more(&mut it["on_hand"], by)),
    ),
    kind(
        BALANCE,
        "the ledger has more reserved",
        any,
        Deed::Alter(|it, by| more(&mut it["reserved"], by)),
    ),
    kind(
        BALANCE,
        "the ledger has seen more",
        any,
        Deed::Alter(|it, by| more(&mut it["movements"], by)),
    ),
    kind(BALANCE, "a ledger is gone", any, Deed::Remove),
    kind(
        MOVEMENT,
        "more has moved",
        any,
        Deed::Alter(|it, by| more(&mut it["movement"]["pieces"], by)),
    ),
    kind(
        MOVEMENT,
        "it has moved otherwise",
        of_order,
        Deed::Alter(|it, _| it["movement"]["kind"] = json!("returned")),
    ),
    kind(
        MOVEMENT,
        "it has moved for something else",
        of_order,
        Deed::Alter(|it, _| it["cause"] = json!("nothing")),
    ),
    kind(MOVEMENT, "a movement is gone", any, Deed::Remove),
    kind(MOVEMENT, "a movement is there twice", any, Deed::Double),
];

fn is_state(states: &[&str], it: &Value) -> bool {
    states.contains(&it["state"].as_str().unwrap_or_default())
}

/// One whose lines have moved: of a refused one nothing has.
fn has_moved(it: &Value) -> bool {
    is_state(&["held", "committed", "released"], it) && some(&it["lines"])
}

fn is_held(it: &Value) -> bool {
    is_state(&["held"], it)
}

fn is_announced(it: &Value) -> bool {
    is_held(it) && it["expiry_announced"] == true
}

fn is_closed(it: &Value) -> bool {
    !is_held(it) && some(&it["lines"])
}

pub(super) const OF_RESERVATIONS: &[Kind] = &[
    kind(
        RESERVATION,
        "it is of more pieces",
        has_moved,
        Deed::Alter(|it, by| {
            more(&mut pick(&mut it["lines"], by)["quantity"], by);
        }),
    ),
    kind(
        RESERVATION,
        "more was shipped",
        has_moved,
        Deed::Alter(|it, by| {
            more(&mut pick(&mut it["lines"], by)["shipped"], by);
        }),
    ),
    kind(
        RESERVATION,
        "more was called off",
        has_moved,
        Deed::Alter(|it, by| {
            more(&mut pick(&mut it["lines"], by)["cancelled"], by);
        }),
    ),
    kind(
        RESERVATION,
        "a line is gone",
        has_moved,
        Deed::Alter(|it, by| drop_one(&mut it["lines"], by)),
    ),
    kind(
        RESERVATION,
        "a line is there twice",
        has_moved,
        Deed::Alter(|it, by| double_one(&mut it["lines"], by)),
    ),
    kind(
        RESERVATION,
        "it is held again",
        is_closed,
        Deed::Alter(|it, _| it["state"] = json!("held")),
    ),
    kind(
        RESERVATION,
        "it is not held any more",
        is_held,
        Deed::Alter(|it, by| {
            it["state"] = json!(["released", "committed", "refused"][by % 3]);
        }),
    ),
    kind(
        RESERVATION,
        "nothing was refused",
        |it| is_state(&["refused"], it) && some(&it["lines"]),
        Deed::Alter(|it, by| {
            it["state"] = json!(["released", "committed", "held"][by % 3]);
        }),
    ),
    kind(
        RESERVATION,
        "its end is forgotten",
        is_closed,
        Deed::Alter(|it, _| it["closed_at"] = Value::Null),
    ),
    kind(
        RESERVATION,
        "nobody has said that its time is over",
        is_announced,
        Deed::Alter(|it, _| {
            it["expiry_announced"] = json!(false);
        }),
    ),
    kind(RESERVATION, "a reservation is gone", any, Deed::Remove),
];

fn is_of_credit(entry: &Value) -> bool {
    entry["books"]
        .as_str()
        .is_some_and(|books| books.starts_with("store_credit_"))
}

fn is_gift(entry: &Value) -> bool {
    entry["books"] == "store_credit_given"
}

/// Whether an account, or a line, is of a customer's store credit.
fn is_purse(it: &Value) -> bool {
    let account = it["account"].as_str();
    account.is_some_and(|account| account.starts_with("store-credit:"))
}

fn another_customer() -> Value {
    let other = kernel::Ids::seeded(99);
    let other = other.fresh::<kernel::CustomerId>(kernel::Timestamp::from_second(1));
    json!(other.to_string())
}

fn another_payment() -> Value {
    let other = kernel::Ids::seeded(99);
    let other = other.fresh::<kernel::PaymentId>(kernel::Timestamp::from_second(1));
    json!(other.to_string())
}

pub(super) const OF_LEDGER: &[Kind] = &[
    kind(
        ENTRY,
        "a leg is of more",
        any,
        Deed::Alter(|it, by| more(&mut pick(&mut it["legs"], by)["amount"]["amount"], by)),
    ),
    kind(
        ENTRY,
        "a leg is on the other side",
        any,
        Deed::Alter(|it, by| turn_side(&mut pick(&mut it["legs"], by)["side"])),
    ),
    kind(
        ENTRY,
        "a leg is on another account",
        any,
        Deed::Alter(|it, by| {
            let account = &mut pick(&mut it["legs"], by)["account"];
            *account = json!(if *account == "payouts" {
                "refunds"
            } else {
                "payouts"
            });
        }),
    ),
    kind(
        ENTRY,
        "a leg is gone",
        any,
        Deed::Alter(|it, by| drop_one(&mut it["legs"], by)),
    ),
    kind(
        ENTRY,
        "a leg is there twice",
        any,
        Deed::Alter(|it, by| double_one(&mut it["legs"], by)),
    ),
    kind(
        ENTRY,
        "it is of something else",
        any,
        Deed::Alter(|it, _| {
            it["books"] = json!(if it["books"] == "refund" {
                "capture"
            } else {
                "refund"
            });
        }),
    ),
    kind(
        ENTRY,
        "it has another name",
        any,
        Deed::Alter(|it, _| it["id"] = json!("another")),
    ),
    kind(ENTRY, "an entry is gone", any, Deed::Remove),
    kind(
        ACCOUNT,
        "more was debited",
        any,
        Deed::Alter(|it, by| more(&mut it["debited"], by)),
    ),
    kind(
        ACCOUNT,
        "more was credited",
        any,
        Deed::Alter(|it, by| more(&mut it["credited"], by)),
    ),
    kind(
        ACCOUNT,
        "it is in another currency",
        any,
        Deed::Alter(|it, _| it["currency"] = json!("USD")),
    ),
    kind(
        ACCOUNT,
        "it is another account",
        any,
        Deed::Alter(|it, _| it["account"] = json!("chargebacks")),
    ),
    kind(ACCOUNT, "an account is gone", any, Deed::Remove),
    kind(
        LINE,
        "a line is of more",
        any,
        Deed::Alter(|it, by| more(&mut it["line"]["amount"]["amount"], by)),
    ),
    kind(
        LINE,
        "a line is on the other side",
        any,
        Deed::Alter(|it, _| turn_side(&mut it["line"]["side"])),
    ),
    kind(
        LINE,
        "a line is of another entry",
        any,
        Deed::Alter(|it, _| it["line"]["entry_id"] = json!("another")),
    ),
    kind(
        LINE,
        "a line is of another leg",
        any,
        Deed::Alter(|it, by| more(&mut it["leg"], by)),
    ),
    kind(LINE, "a line is gone", any, Deed::Remove),
    kind(LINE, "a line is there twice", any, Deed::Double),
    kind(
        LINE,
        "a line is on another account",
        |it| it["pk"] != "account#commission",
        Deed::Move("account#commission"),
    ),
    kind(
        ENTRY,
        "it is of another payment",
        |it| it["payment_id"].is_string(),
        Deed::Alter(|it, _| it["payment_id"] = another_payment()),
    ),
    kind(
        ENTRY,
        "more store credit is given, held or let go",
        is_of_credit,
        Deed::Alter(|it, by| {
            for leg in it["legs"].as_array_mut().expect("legs") {
                more(&mut leg["amount"]["amount"], by);
            }
        }),
    ),
    kind(
        ENTRY,
        "store credit is given to someone else",
        is_gift,
        Deed::Alter(|it, _| it["customer_id"] = another_customer()),
    ),
    kind(
        ENTRY,
        "store credit is given for another reason",
        is_gift,
        Deed::Alter(|it, _| it["reason"] = json!("correction")),
    ),
    kind(
        ACCOUNT,
        "a customer has more store credit",
        is_purse,
        Deed::Alter(|it, by| more(&mut it["credited"], by)),
    ),
    kind(
        ACCOUNT,
        "a customer has spent more store credit",
        is_purse,
        Deed::Alter(|it, by| more(&mut it["debited"], by)),
    ),
    kind(
        ACCOUNT,
        "it is another customer's store credit",
        is_purse,
        Deed::Alter(|it, _| {
            let other = another_customer();
            let other = other.as_str().unwrap_or_default();
            it["account"] = json!(format!("store-credit:{other}"));
        }),
    ),
    kind(
        ACCOUNT,
        "a customer's store credit is gone",
        is_purse,
        Deed::Remove,
    ),
    kind(
        LINE,
        "a line of store credit is of more",
        is_purse,
        Deed::Alter(|it, by| more(&mut it["line"]["amount"]["amount"], by)),
    ),
    kind(
        LINE,
        "a line says another reason",
        |it| it["line"]["reason"].is_string(),
        Deed::Alter(|it, _| it["line"]["reason"] = json!("correction")),
    ),
    kind(
        LINE,
        "a line of store credit is gone",
        is_purse,
        Deed::Remove,
    ),
];

fn has_captured(it: &Value) -> bool {
    some(&it["captures"])
}

fn has_refunded(it: &Value) -> bool {
    let refunds = it["refunds"].as_array();
    refunds.is_some_and(|refunds| refunds.iter().any(|refund| refund["status"] == "succeeded"))
}

/// A part that was moved, or given back.
fn done<'a>(parts: &'a mut Value, chance: usize) -> &'a mut Value {
    let parts = parts.as_array_mut().expect("parts").iter_mut();
    let mut parts: Vec<&'a mut Value> = parts.filter(|it| it["status"] == "succeeded").collect();
    let place = chance % parts.len();
    parts.swap_remove(place)
}

fn has_shared_out(it: &Value) -> bool {
    has_captured(it) && it["captures"][0]["status"] == "succeeded"
}

fn was_asked_for(it: &Value) -> bool {
    it["method"].is_string()
}

fn was_let_go(it: &Value) -> bool {
    it["let_go"] == true
}

fn has_moves(it: &Value) -> bool {
    let moves = it["moves"].as_array();
    moves.is_some_and(|moves| moves.iter().any(|moved| moved["declined"].is_null()))
}

fn moved(it: &mut Value, chance: usize) -> &mut Value {
    let moves = it["moves"].as_array_mut().expect("moves").iter_mut();
    let mut moves: Vec<&mut Value> = moves.filter(|it| it["declined"].is_null()).collect();
    let place = chance % moves.len();
    moves.swap_remove(place)
}

fn was_held(it: &Value) -> bool {
    it["held"].as_u64().is_some_and(|held| held > 0)
}

/// One of which some is paid with store credit.
fn has_credit(it: &Value) -> bool {
    it["store_credit"].is_object()
}

/// The first part of which some is store credit, where there is one.
fn of_credit(parts: &mut Value) -> Option<&mut Value> {
    let mut parts = parts.as_array_mut()?.iter_mut();
    parts.find(|it| it["source"] == "store_credit" || it["store_credit"].is_object())
}

/// One that has taken some.
fn has_taken(it: &Value) -> bool {
    of_credit(&mut it["captures"].clone()).is_some_and(|it| it["status"] == "succeeded")
}

/// One that has given some back.
fn has_credited(it: &Value) -> bool {
    of_credit(&mut it["refunds"].clone()).is_some_and(|it| it["status"] == "succeeded")
}

pub(super) const OF_PAYMENTS: &[Kind] = &[
    kind(
        PAYMENT,
        "more was asked for",
        was_asked_for,
        Deed::Alter(|it, by| more(&mut it["amount"]["amount"], by)),
    ),
    kind(
        PAYMENT,
        "more was captured",
        has_shared_out,
        Deed::Alter(|it, by| {
            more(&mut done(&mut it["captures"], by)["amount"]["amount"], by);
        }),
    ),
    kind(
        PAYMENT,
        "a capture is still on its way",
        has_shared_out,
        Deed::Alter(|it, by| {
            done(&mut it["captures"], by)["status"] = json!("pending");
        }),
    ),
    kind(
        PAYMENT,
        "a capture was refused",
        has_shared_out,
        Deed::Alter(|it, by| {
            done(&mut it["captures"], by)["status"] = json!("failed");
        }),
    ),
    kind(
        PAYMENT,
        "the captures are gone",
        has_shared_out,
        Deed::Alter(|it, _| it["captures"] = json!([])),
    ),
    kind(
        PAYMENT,
        "a share of a capture is larger",
        |it| has_shared_out(it) && some(&it["captures"][0]["shares"]),
        Deed::Alter(|it, by| {
            more(
                &mut pick(&mut it["captures"][0]["shares"], by)["amount"]["amount"],
                by,
            );
        }),
    ),
    kind(
        PAYMENT,
        "more was given back",
        has_refunded,
        Deed::Alter(|it, by| {
            more(&mut done(&mut it["refunds"], by)["amount"]["amount"], by);
        }),
    ),
    kind(
        PAYMENT,
        "nothing was given back",
        has_refunded,
        Deed::Alter(|it, _| it["refunds"] = json!([])),
    ),
    kind(
        PAYMENT,
        "it stands elsewhere",
        any,
        Deed::Alter(|it, _| {
            it["status"] = json!(if it["status"] == "declined" {
                "authorized"
            } else {
                "declined"
            });
        }),
    ),
    kind(
        PAYMENT,
        "it has no past",
        any,
        Deed::Alter(|it, _| it["history"] = json!([])),
    ),
    kind(
        PAYMENT,
        "nothing was let go",
        was_let_go,
        Deed::Alter(|it, _| it["let_go"] = json!(false)),
    ),
    kind(
        PAYMENT,
        "it is not told whether anything was let go",
        was_let_go,
        Deed::Alter(|it, _| it["let_go"] = Value::Null),
    ),
    kind(
        PAYMENT,
        "it is another payment",
        any,
        Deed::Alter(|it, _| it["payment_id"] = another_payment()),
    ),
    kind(PAYMENT, "a payment is gone", any, Deed::Remove),
    kind(
        PAYMENT,
        "more store credit was held",
        has_credit,
        Deed::Alter(|it, by| more(&mut it["store_credit"]["amount"]["amount"], by)),
    ),
    kind(
        PAYMENT,
        "no store credit was held",
        has_credit,
        Deed::Alter(|it, _| it["store_credit"] = Value::Null),
    ),
    kind(
        PAYMENT,
        "someone else's store credit was held",
        has_credit,
        Deed::Alter(|it, _| it["store_credit"]["customer_id"] = another_customer()),
    ),
    kind(
        PAYMENT,
        "more store credit was let go",
        |it| it["store_credit"]["released"].is_object(),
        Deed::Alter(|it, by| more(&mut it["store_credit"]["released"]["amount"], by)),
    ),
    kind(
        PAYMENT,
        "no store credit was let go",
        |it| it["store_credit"]["released"].is_object(),
        Deed::Alter(|it, _| it["store_credit"]["released"] = Value::Null),
    ),
    kind(
        PAYMENT,
        "store credit was let go",
        |it| has_credit(it) && !it["store_credit"]["released"].is_object(),
        Deed::Alter(|it, _| it["store_credit"]["released"] = it["store_credit"]["amount"].clone()),
    ),
    kind(
        PAYMENT,
        "store credit was the card's",
        has_taken,
        Deed::Alter(|it, _| {
            let taken = of_credit(&mut it["captures"]).expect("a capture");
            taken["source"] = json!("card");
        }),
    ),
    kind(
        PAYMENT,
        "more store credit was taken, and owed to a seller",
        has_taken,
        Deed::Alter(|it, by| {
            let taken = of_credit(&mut it["captures"]).expect("a capture");
            more(&mut taken["amount"]["amount"], by);
            more(&mut taken["shares"][0]["amount"]["amount"], by);
        }),
    ),
    kind(
        PAYMENT,
        "no store credit was taken",
        has_taken,
        Deed::Alter(|it, _| {
            let captures = it["captures"].as_array_mut().expect("captures");
            captures.retain(|capture| capture["source"] != "store_credit");
        }),
    ),
    kind(
        PAYMENT,
        "more was given back as store credit",
        has_credited,
        Deed::Alter(|it, by| {
            let back = of_credit(&mut it["refunds"]).expect("a refund");
            more(&mut back["store_credit"]["amount"], by);
        }),
    ),
    kind(
        PAYMENT,
        "nothing was given back as store credit",
        has_credited,
        Deed::Alter(|it, _| {
            let back = of_credit(&mut it["refunds"]).expect("a refund");
            back["store_credit"] = Value::Null;
        }),
    ),
    kind(
        CHARGE,
        "the provider was asked for more",
        was_held,
        Deed::Alter(|it, by| more(&mut it["amount"]["amount"], by)),
    ),
    kind(
        CHARGE,
        "the provider has moved more",
        has_moves,
        Deed::Alter(|it, by| {
            more(&mut moved(it, by)["amount"]["amount"], by);
        }),
    ),
    kind(
        CHARGE,
        "the provider has not moved",
        has_moves,
        Deed::Alter(|it, by| {
            moved(it, by)["declined"] = json!("by hand");
        }),
    ),
    kind(
        CHARGE,
        "the provider has moved it the other way",
        has_moves,
        Deed::Alter(|it, by| {
            let way = &mut moved(it, by)["direction"];
            *way = json!(if *way == "capture" {
                "refund"
            } else {
                "capture"
            });
        }),
    ),
    kind(
        CHARGE,
        "the provider has moved it twice",
        has_moves,
        Deed::Alter(|it, by| {
            let again = moved(it, by).clone();
            it["moves"].as_array_mut().expect("moves").push(again);
        }),
    ),
    kind(
        CHARGE,
        "the provider never held it",
        was_held,
        Deed::Alter(|it, _| it["held"] = json!(0)),
    ),
    kind(CHARGE, "a charge is gone", was_held, Deed::Remove),
];
