//! A thousand values that nobody has written by a command, each found by who looks for it.
//!
//! A market is played to where nothing moves any more, and the reconcilers find nothing. Then each corruption goes on
//! from there in a process of its own: one item is altered, taken away, doubled or moved, days go by, and the reconcilers
//! of its area must say so.

mod kinds;

use std::time::Duration;

use faults::{
    Person, Stimulus, World,
    branch::{self, Branch},
    journey::{
        credit::{buy_with, give},
        payments::refund,
        payouts::round,
        rounds::{RECONCILERS, rest, rounds},
        seller_and_admin,
        stock::adjust,
    },
    offer, shopper,
};
use serde_json::{Value, json};
use testkit::{Ask, StreamRecord};

use self::kinds::{Deed, Kind, OF_LEDGER, OF_PAYMENTS, OF_RESERVATIONS, OF_STOCK};

/// So many corruptions of each of five areas.
const CASES: u64 = 200;
/// What a branch says in which the corruption was found.
const FOUND: &str = "found";
/// What becomes of the orders in the market.
const ENDS: [&str; 5] = [
    "stays",
    "is cancelled",
    "is shipped in part",
    "is shipped",
    "is given back",
];
const DAY: Duration = Duration::from_hours(24);
/// By then all that is a day or two old is looked at again.
const DAYS: Duration = Duration::from_hours(4 * 24);

/// Chance, which follows from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, number: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % number.max(1)
    }

    fn one_of<'a, T>(&mut self, things: &'a [T]) -> Option<&'a T> {
        things.get(self.below(things.len()))
    }
}

/// Who sells and buys in the market.
struct Market {
    seller: Person,
    admin: Person,
    shopper: Person,
    goods: [String; 2],
}

impl Market {
    /// A few dozen orders in all states, and reconcilers that have found nothing in them.
    async fn open(world: &mut World) -> Self {
        let (seller, admin) = seller_and_admin(world, "seller").await;
        let shopper = shopper(world, "shopper").await;
        let lamps = offer(world, &seller, "Lamps", 200).await;
        let chairs = offer(world, &seller, "Chairs", 90).await;
        give(world, &admin, &shopper, 20_000).await;
        let market = Self {
            seller,
            admin,
            shopper,
            goods: [lamps, chairs],
        };
        for method in [
            "pm_sandbox_ok",
            "pm_sandbox_declined",
            "pm_sandbox_lost_reply",
            "pm_sandbox_capture_lost_reply",
            "pm_sandbox_refund_lost_reply",
            "pm_sandbox_refund_declined",
        ] {
            for ends in ENDS {
                market.order(world, (method, 0), ends).await;
            }
        }
        // Beside a card, and without one.
        for ends in ENDS {
            market.order(world, ("pm_sandbox_ok", 1_500), ends).await;
            market.order(world, ("pm_sandbox_ok", 2_500), ends).await;
        }
        let declined = ("pm_sandbox_declined", 1_000);
        market.order(world, declined, "stays").await;
        // More than there is.
        let chairs = &market.goods[1];
        market.shopper.buy(world, chairs, 95, "pm_sandbox_ok").await;
        world.settle().await;
        for change in [-2, 3] {
            adjust(world, &market.seller, &market.goods[0], change).await;
            world.settle().await;
        }

        round(world).await;
        rest(world, Duration::from_mins(20)).await;
        world.log = Some(Vec::new());
        for after in [Duration::from_mins(1), DAY, DAY] {
            rounds(world, &RECONCILERS, after).await;
        }
        let log = world.log.take().unwrap_or_default();
        let flagged: Vec<&String> = log.iter().filter(|line| is_flag(line)).collect();
        assert!(flagged.is_empty(), "nothing is wrong: {flagged:?}");
        market.log_in(world).await
    }

    /// The same a few days later, when nobody is logged in any more.
    async fn log_in(self, world: &mut World) -> Self {
        let people = [self.seller, self.admin, self.shopper];
        let [seller, admin, shopper] = people.map(|person| (person.id, person.email));
        let market = Self {
            seller: Person::log_in(world, &seller.0, &seller.1).await,
            admin: Person::log_in(world, &admin.0, &admin.1).await,
            shopper: Person::log_in(world, &shopper.0, &shopper.1).await,
            goods: self.goods,
        };
        world.settle().await;
        market
    }

    /// An order of 25.00, of which so much is paid with store credit.
    async fn order(&self, world: &mut World, (method, credit): (&str, u64), ends: &str) {
        let goods = &self.goods[0];
        let order = if credit == 0 {
            self.shopper.buy(world, goods, 2, method).await
        } else {
            buy_with(world, &self.shopper, (goods, 2), (method, credit)).await
        };
        world.settle().await;
        match ends {
            "is cancelled" => drop(self.shopper.cancel(world, &order).await),
            "is shipped in part" => {
                let path = format!("/v1/orders/{order}/ship");
                let one = json!({ "lines": [{ "variant_id": goods, "quantity": 1 }] });
                let ask = Ask::post(&path).by(&self.seller.token).json(&one);
                world.send("ship-order", ask.key(&order)).await;
            }
            "is shipped" | "is given back" => drop(self.seller.ship(world, &order).await),
            _ => {}
        }
        world.settle().await;
        if ends == "is given back" {
            let order = json!({ "id": order });
            // More than a card has paid beside store credit.
            let amount = if credit == 0 { 300 } else { 1_200 };
            let ask = refund(&self.admin, &order, Some(amount), &format!("back {order}"));
            world.send("request-refund", ask).await;
            world.settle().await;
        }
    }

    /// Does something, of which nothing follows yet.
    async fn do_something(&self, world: &mut World, chance: &mut Chance) {
        let goods = &self.goods[chance.below(2)];
        let key = format!("one more {}", chance.below(usize::MAX));
        match chance.below(3) {
            0 => self.seller.receive(world, goods, 1, &key).await,
            1 => drop(adjust(world, &self.seller, goods, 1).await),
            _ => drop(self.shopper.buy(world, goods, 1, "pm_sandbox_ok").await),
        }
    }
}

/// Whether a line of the log is one that someone is woken by.
fn is_flag(line: &str) -> bool {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    let members = line.as_object().into_iter().flatten();
    let mut names = members.map(|(name, _)| name.as_str());
    line["level"] == "ERROR"
        || names.any(|name| name.ends_with("_discrepancies") || name == "commands_unrelayed")
}

/// Does what a kind of corruption does to one of the items that it fits, chosen by chance; which it was.
fn corrupt(world: &World, kind: &Kind, chance: &mut Chance) -> Option<Value> {
    let cloud = &world.stage.cloud;
    let items = cloud.items(kind.table).into_iter();
    let items: Vec<Value> = items
        .filter(|item| item["kind"] == kind.item && (kind.fits)(item))
        .collect();
    let item = chance.one_of(&items)?.clone();
    let key = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let mut next = item.clone();
    match kind.deed {
        Deed::Alter(alter) => {
            alter(&mut next, chance.below(1_000));
            assert_ne!(next, item, "{}", kind.what);
            cloud.put(kind.table, &next);
        }
        Deed::Remove => cloud.delete(kind.table, &key("pk"), &key("sk")),
        Deed::Double => {
            next["sk"] = json!(format!("{}0", key("sk")));
            cloud.put(kind.table, &next);
        }
        Deed::Move(to) => {
            cloud.delete(kind.table, &key("pk"), &key("sk"));
            next["pk"] = json!(to);
            cloud.put(kind.table, &next);
        }
    }
    Some(item)
}

/// What the log says that someone is woken by, once these have looked.
async fn found(world: &mut World, reconcilers: &[&'static str]) -> bool {
    world.log = Some(Vec::new());
    world.stage.clock.advance(DAYS);
    // A payment that differs is handed from one look to the next.
    for _ in 0..2 {
        for reconciler in reconcilers {
            // One that fails is flagged as well: it says so, and stays at it.
            let _ = world.once(reconciler, &Stimulus::Tick).await;
        }
        world.stage.clock.advance(Duration::from_mins(1));
    }
    let log = world.log.take().unwrap_or_default();
    log.iter().any(|line| is_flag(line))
}

/// In what nobody has altered these find nothing, however late they look.
async fn nothing_is_found(world: &mut World, reconcilers: &[&'static str]) {
    const QUIET: &str = "quiet";
    match Branch::off().expect("another process") {
        Branch::Other(said) => {
            let is_flagged = found(world, reconcilers).await;
            branch::end(said, if is_flagged { "flagged" } else { QUIET });
        }
        Branch::Trunk(words) => assert_eq!(words, QUIET, "nothing is wrong"),
    }
}

/// Of all cases of an area none went unseen.
fn none_is_lost(lost: &[String]) {
    let told = lost.join("\n");
    assert!(lost.is_empty(), "{} of {CASES}:\n{told}", lost.len());
}

/// Injects corruptions of some kinds, each kind in its turn, and has these look for them.
async fn each_is_found(kinds: &[Kind], reconcilers: &[&'static str], seed: u64) {
    let mut world = World::new(seed);
    Market::open(&mut world).await;
    nothing_is_found(&mut world, reconcilers).await;
    let mut lost = Vec::new();
    for (number, kind) in (0..CASES).zip(kinds.iter().cycle()) {
        let mut chance = Chance((seed << 32) | number);
        match Branch::off().expect("another process") {
            Branch::Other(said) => {
                let words = match corrupt(&world, kind, &mut chance) {
                    None => "nothing that it fits".to_owned(),
                    Some(_) if found(&mut world, reconcilers).await => FOUND.to_owned(),
                    Some(item) => format!("not found: {item}"),
                };
                branch::end(said, &words);
            }
            Branch::Trunk(words) if words == FOUND => {}
            Branch::Trunk(words) => lost.push(format!("{number} {}: {words}", kind.what)),
        }
    }
    none_is_lost(&lost);
}

#[tokio::test(start_paused = true)]
async fn whatever_is_altered_in_stock_is_found() {
    each_is_found(OF_STOCK, &["reconcile-stock"], 11).await;
}

#[tokio::test(start_paused = true)]
async fn whatever_is_altered_in_reservations_is_found() {
    let both = ["reconcile-reservations", "reconcile-stock"];
    each_is_found(OF_RESERVATIONS, &both, 12).await;
}

#[tokio::test(start_paused = true)]
async fn whatever_is_altered_in_the_ledger_is_found() {
    each_is_found(OF_LEDGER, &["reconcile-ledger"], 13).await;
}

#[tokio::test(start_paused = true)]
async fn whatever_is_altered_in_payments_or_the_providers_books_is_found() {
    each_is_found(OF_PAYMENTS, &["reconcile-payments"], 14).await;
}

/// Whether anything is flagged, minutes later, because it is in no audit log.
async fn unrelayed(world: &mut World) -> bool {
    world.log = Some(Vec::new());
    world
        .tick("find-unrelayed-commands", Duration::from_mins(5))
        .await;
    let log = world.log.take().unwrap_or_default();
    log.iter().any(|line| is_flag(line))
}

/// Does something, lets some of what follows follow, and loses what a relay was to be handed next.
async fn lose(world: &mut World, market: &Market, chance: &mut Chance) -> Vec<StreamRecord> {
    loop {
        market.do_something(world, chance).await;
        for _ in 0..chance.below(12) {
            world.step().await;
        }
        if let Some(lost) = world.lose_stream(chance.below(100)) {
            world.settle().await;
            return lost;
        }
        world.stage.clock.advance(Duration::from_secs(1));
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_no_relay_has_seen_is_found_and_is_made_good_by_handing_it_over_again() {
    let mut world = World::new(15);
    let market = Market::open(&mut world).await;
    nothing_is_found(&mut world, &["find-unrelayed-commands"]).await;
    let mut lost = Vec::new();
    for number in 0..CASES {
        let mut chance = Chance((15 << 32) | number);
        match Branch::off().expect("another process") {
            Branch::Other(said) => {
                let records = lose(&mut world, &market, &mut chance).await;
                let mut words = FOUND;
                if !unrelayed(&mut world).await {
                    words = "not found";
                }
                let relay = format!("relay-{}-events", records[0].service);
                let handed = Stimulus::Stream(records);
                world.persist(&relay, &handed).await;
                world.settle().await;
                if unrelayed(&mut world).await {
                    words = "still missing";
                }
                branch::end(said, words);
            }
            Branch::Trunk(words) if words == FOUND => {}
            Branch::Trunk(words) => lost.push(format!("{number}: {words}")),
        }
    }
    none_is_lost(&lost);
}

#[tokio::test(start_paused = true)]
async fn an_entry_whose_event_was_lost_with_all_its_deliveries_is_told_again_and_carried_once() {
    let mut world = World::new(16);
    let market = Market::open(&mut world).await;
    let deaf = ("ledger.posted.v1", "carry-entry-on-ledger-posted");
    let lines = |world: &World| {
        let items = world.stage.cloud.items("payment-ledger").into_iter();
        items.filter(|item| item["kind"] == "ledger-line").count()
    };
    let before = lines(&world);
    world.lose(deaf);
    market
        .order(&mut world, ("pm_sandbox_ok", 0), "is shipped")
        .await;
    assert_eq!(lines(&world), before, "nobody has heard of it");
    let told = world.events(deaf.0).len();

    world.lost.clear();
    world.log = Some(Vec::new());
    let ledger = ["reconcile-ledger"];
    rounds(&mut world, &ledger, Duration::from_mins(16)).await;
    assert_eq!(world.events(deaf.0).len(), told + 1);
    // A sale: the provider's, the customer's two, the commission and the seller's.
    assert_eq!(lines(&world), before + 5);
    for after in [Duration::from_mins(16), DAYS] {
        rounds(&mut world, &ledger, after).await;
    }
    let log = world.log.take().unwrap_or_default();
    assert!(!log.iter().any(|line| is_flag(line)), "it is whole again");
    assert_eq!(lines(&world), before + 5);
}
