//! Sellers are paid what they are owed, once and no more, whatever comes twice, late, at once, in between or never.

use std::time::Duration;

use faults::{
    Person, Stimulus, World,
    journey::{
        disputes::shipped,
        payments::balances,
        payouts::{last, payouts, round, seller_of, statement},
        seller_and_admin,
    },
    offer, shopper,
};
use serde_json::{Value, json};
use testkit::{Ask, Fault, Stage};

/// The consumer that has the provider pay.
const SEND: (&str, &str) = (
    "payment.payout-scheduled.v1",
    "send-payout-on-payment-payout-scheduled",
);
/// What carries lines to accounts.
const CARRY: &str = "carry-entry-on-ledger-posted";
/// The worker that makes payouts.
const PAY: &str = "pay-seller-out";

/// A seller that has sold two pieces at 12.50, of which a tenth is the marketplace's.
struct Sold {
    admin: Person,
    seller: Person,
    shopper: Person,
    goods: String,
}

impl Sold {
    async fn open(world: &mut World) -> Self {
        let (seller, admin) = seller_and_admin(world, "seller").await;
        let shopper = shopper(world, "shopper").await;
        let goods = offer(world, &seller, "Goods", 90).await;
        let sold = Self {
            admin,
            seller,
            shopper,
            goods,
        };
        sold.sell(world).await;
        sold
    }

    /// Sells two pieces more.
    async fn sell(&self, world: &mut World) {
        let both = (&self.shopper, &self.seller);
        shipped(world, both, &self.goods, "pm_sandbox_ok").await;
    }

    /// The same people, who have logged in again after days.
    async fn later(&self, world: &mut World) -> Self {
        let mut people = Vec::new();
        for person in [&self.admin, &self.seller, &self.shopper] {
            people.push(Person::log_in(world, &person.id, &person.email).await);
        }
        let [admin, seller, shopper] = people.try_into().unwrap();
        Self {
            admin,
            seller,
            shopper,
            goods: self.goods.clone(),
        }
    }
}

/// A world with other terms.
fn with(settings: &[(&str, &str)]) -> World {
    let day = Stage::seeded(1).with("ACCESS_TOKEN_SECONDS", "86400");
    let stage = settings
        .iter()
        .fold(day.with("PAYOUT_HOLD_DAYS", "0"), |stage, (name, value)| {
            stage.with(name, value)
        });
    World::over(stage)
}

/// How often the provider has paid a seller, and how much in all: by its own books.
fn books(world: &World) -> (u64, u64) {
    let items = world.stage.cloud.items("payment-provider-ledger");
    let mut paid = items.iter().filter(|item| item["kind"] == "remittances");
    let count = |item: &Value, name: &str| item[name].as_u64().unwrap();
    let books = paid
        .next()
        .map_or((0, 0), |item| (count(item, "times"), count(item, "sum")));
    assert!(paid.next().is_none(), "there is one seller");
    books
}

/// What is on the seller's account and on its way, debit less credit; all accounts together stand at nothing.
fn stands(world: &World) -> (i64, i64) {
    let balances = balances(world);
    assert_eq!(balances.values().sum::<i64>(), 0, "{balances:?}");
    (
        balances["seller"],
        balances.get("payouts").copied().unwrap_or(0),
    )
}

fn told(world: &World) -> [usize; 3] {
    ["scheduled", "paid", "failed"]
        .map(|what| world.events(&format!("payment.payout-{what}.v1")).len())
}

async fn next_day(world: &mut World) {
    world.stage.clock.advance(Duration::from_hours(24));
    round(world).await;
}

#[tokio::test(start_paused = true)]
async fn a_seller_is_paid_what_it_is_owed_and_sees_what_for() {
    let mut world = World::new(1);
    let sold = Sold::open(&mut world).await;
    round(&mut world).await;
    assert_eq!(books(&world), (1, 2_250));
    assert_eq!(stands(&world), (0, 0));
    assert_eq!(told(&world), [1, 1, 0]);
    let [payout] = payouts(&mut world, &sold.seller, "")
        .await
        .try_into()
        .unwrap();
    assert_eq!(payout["status"], "paid", "{payout}");
    for (what, amount) in [
        ("opening_balance", 0),
        ("closing_balance", 2_250),
        ("held_back", 0),
        ("amount", 2_250),
    ] {
        assert_eq!(payout[what]["amount"], amount, "{payout}");
    }
    let id = payout["id"].as_str().unwrap();
    let rows = statement(&mut world, &sold.seller, id).await;
    let kinds: Vec<_> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(
        kinds,
        [
            "opening_balance",
            "capture",
            "closing_balance",
            "held_back",
            "paid_out"
        ]
    );
    assert_eq!(rows[1][5..8], ["22.50", "22.50", "credit"]);

    // The next one begins where it ends.
    world.stage.clock.advance(Duration::from_secs(1));
    sold.sell(&mut world).await;
    next_day(&mut world).await;
    let later = sold.later(&mut world).await;
    let [next, first] = payouts(&mut world, &later.seller, "")
        .await
        .try_into()
        .unwrap();
    assert_eq!(first, payout);
    assert_eq!(next["from"], first["until"]);
    assert_eq!(next["opening_balance"], first["closing_balance"]);
    let rows = statement(&mut world, &later.seller, next["id"].as_str().unwrap()).await;
    let kinds: Vec<_> = rows[1..3].iter().map(|row| row[1].as_str()).collect();
    assert_eq!(kinds, ["payout", "capture"]);
    assert_eq!(rows[1][3], id);
    assert_eq!(books(&world), (2, 4_500));
}

#[tokio::test(start_paused = true)]
async fn a_day_has_one_payout_however_often_it_is_told() {
    for seed in 1..=10 {
        let mut world = World::unruly(seed);
        let sold = Sold::open(&mut world).await;
        for _ in 0..3 {
            world.tick("schedule-payouts", Duration::from_mins(2)).await;
            for _ in 0..seed % 4 {
                world.step().await;
            }
        }
        world.settle().await;
        // What comes later on the day waits for the next.
        sold.sell(&mut world).await;
        round(&mut world).await;
        assert_eq!(books(&world), (1, 2_250), "seed {seed}");
        assert_eq!(stands(&world), (-2_250, 0), "seed {seed}");
        assert_eq!(told(&world), [1, 1, 0], "seed {seed}");
        assert!(world.letters.is_empty(), "{:?}", world.letters);
        next_day(&mut world).await;
        assert_eq!(books(&world), (2, 4_500), "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_seller_is_paid_once_under_every_fault() {
    for (function, most) in [("schedule-payouts", 6), (PAY, 14), (SEND.1, 14)] {
        let mut world = World::new(1).remembering();
        Sold::open(&mut world).await;
        round(&mut world).await;
        let moments = world.moments();
        let moment = moments.iter().find(|moment| moment.function == function);
        let moment = moment.expect("it was set off");
        for call in 0..most {
            for fault in Fault::SORTS {
                let mut world = moment.world(call + 10);
                world.warm(function).await;
                let number = usize::try_from(call).unwrap();
                world.stage.cloud.fault(number, fault);
                world.once(function, &moment.stimulus).await.ok();
                world.stage.cloud.heal();
                world.wait(&moment.stimulus);
                world.persist(function, &moment.stimulus).await;
                world.settle().await;
                let met = format!("{function}, call {call}, {fault:?}");
                assert_eq!(books(&world), (1, 2_250), "{met}");
                assert_eq!(stands(&world), (0, 0), "{met}");
                assert_eq!(told(&world), [1, 1, 0], "{met}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_is_lost_is_found_in_the_books() {
    // 0.92 per cent of 25.00 is 0.23, and 24.77 loses its reply.
    let mut world = with(&[("COMMISSION_BASIS_POINTS", "92")]);
    let sold = Sold::open(&mut world).await;
    round(&mut world).await;
    assert_eq!(books(&world), (1, 2_477));
    assert_eq!(stands(&world), (0, 0));
    assert_eq!(told(&world), [1, 1, 0]);
    assert!(world.letters.is_empty(), "{:?}", world.letters);
    let [payout] = payouts(&mut world, &sold.seller, "")
        .await
        .try_into()
        .unwrap();
    assert_eq!(payout["status"], "paid", "{payout}");
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_refuses_is_owed_again() {
    // 0.04 per cent of 25.00 is 0.01, and 24.99 is declined.
    let mut world = with(&[("COMMISSION_BASIS_POINTS", "4")]);
    let sold = Sold::open(&mut world).await;
    round(&mut world).await;
    assert_eq!(books(&world), (0, 0));
    assert_eq!(stands(&world), (-2_499, 0));
    assert_eq!(told(&world), [1, 0, 1]);
    let [failed] = payouts(&mut world, &sold.seller, "?status=failed")
        .await
        .try_into()
        .unwrap();
    assert_eq!(failed["failure_reason"], "payout_declined", "{failed}");

    // Another sale makes another amount of it.
    world.stage.clock.advance(Duration::from_secs(1));
    sold.sell(&mut world).await;
    next_day(&mut world).await;
    assert_eq!(books(&world), (1, 4_998));
    assert_eq!(stands(&world), (0, 0));
    let later = sold.later(&mut world).await;
    let next = last(&mut world, &later.seller).await;
    let rows = statement(&mut world, &later.seller, &next).await;
    let kinds: Vec<_> = rows[1..4].iter().map(|row| row[1].as_str()).collect();
    assert_eq!(kinds, ["payout", "payout_failed", "capture"]);
}

#[tokio::test(start_paused = true)]
async fn one_of_which_nobody_has_heard_the_end_is_told_again_and_no_other_is_made() {
    let mut world = World::new(1);
    let sold = Sold::open(&mut world).await;
    world.lose(SEND);
    round(&mut world).await;
    assert_eq!(stands(&world), (0, -2_250));
    sold.sell(&mut world).await;
    next_day(&mut world).await;
    assert_eq!((books(&world), told(&world)), ((0, 0), [2, 0, 0]));
    world.lost.clear();
    next_day(&mut world).await;
    assert_eq!((books(&world), told(&world)), ((1, 2_250), [3, 1, 0]));
    next_day(&mut world).await;
    assert_eq!((books(&world), told(&world)), ((2, 4_500), [4, 2, 0]));
    assert_eq!(stands(&world), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_was_captured_lately_waits_for_its_week() {
    let mut world = with(&[("PAYOUT_HOLD_DAYS", "7")]);
    let sold = Sold::open(&mut world).await;
    for _ in 0..3 {
        next_day(&mut world).await;
    }
    let sold = sold.later(&mut world).await;
    sold.sell(&mut world).await;
    for _ in 0..3 {
        next_day(&mut world).await;
        assert_eq!(books(&world), (0, 0));
    }
    next_day(&mut world).await;
    assert_eq!(books(&world), (1, 2_250));
    let sold = sold.later(&mut world).await;
    let [payout] = payouts(&mut world, &sold.seller, "")
        .await
        .try_into()
        .unwrap();
    assert_eq!(payout["closing_balance"]["amount"], 4_500, "{payout}");
    assert_eq!(payout["held_back"]["amount"], 2_250, "{payout}");
    for _ in 0..3 {
        next_day(&mut world).await;
    }
    assert_eq!(books(&world), (2, 4_500));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_paid_below_the_minimum() {
    let mut world = with(&[("PAYOUT_MINIMUM", "2251")]);
    let sold = Sold::open(&mut world).await;
    round(&mut world).await;
    assert_eq!(books(&world), (0, 0));
    sold.sell(&mut world).await;
    next_day(&mut world).await;
    assert_eq!(books(&world), (1, 4_500));
}

/// An event of a seller's, of that revision.
fn turn(world: &World, seller: &Person, (what, revision): (&str, u64)) -> String {
    let kind = format!("seller.{what}.v1");
    let seller_id = seller_of(seller);
    let aggregate = json!({ "kind": "seller", "id": seller_id, "revision": revision });
    let data = json!({ "seller_id": seller_id, "customer_id": seller.id });
    event(world, &kind, &aggregate, &data)
}

fn event(world: &World, kind: &str, aggregate: &Value, data: &Value) -> String {
    let now = world.stage.clock.now();
    let id: kernel::EventId = world.stage.ids.fresh(now);
    let metadata = json!({
        "id": id, "type": kind, "schema": "", "time": now, "aggregate": aggregate,
        "correlation_id": "test", "causation_id": "test", "actor": { "kind": "system", "id": "test" },
    });
    let detail = json!({ "metadata": metadata, "data": data });
    json!({ "detail-type": kind, "detail": detail }).to_string()
}

#[tokio::test(start_paused = true)]
async fn a_suspended_seller_is_not_paid_and_one_that_is_back_or_has_ended_is() {
    let (suspended, reinstated, closed) = (("suspended", 3), ("reinstated", 4), ("closed", 5));
    for (events, is_paid) in [
        (vec![suspended], false),
        (vec![suspended, reinstated], true),
        (vec![reinstated, suspended], true),
        (vec![suspended, closed], true),
        (vec![closed, suspended, reinstated, suspended], true),
        (vec![reinstated, ("suspended", 6)], false),
    ] {
        let mut world = World::new(1);
        let sold = Sold::open(&mut world).await;
        for turned in &events {
            let body = turn(&world, &sold.seller, *turned);
            world.enqueue("hold-payouts-on-seller-suspended", body);
            world.settle().await;
        }
        round(&mut world).await;
        let paid = if is_paid { (1, 2_250) } else { (0, 0) };
        assert_eq!(books(&world), paid, "{events:?}");
        assert!(world.letters.is_empty(), "{:?}", world.letters);
        // Whoever comes back is paid on the next day.
        let body = turn(&world, &sold.seller, ("reinstated", 7));
        world.enqueue("hold-payouts-on-seller-suspended", body);
        world.settle().await;
        next_day(&mut world).await;
        assert_eq!(books(&world), (1, 2_250), "{events:?}");
    }
}

/// A journal entry by which a seller gives 5.00 back.
fn given_back(world: &World, seller: &Person) -> String {
    let leg = |account: &str, side: &str| {
        let amount = json!({ "amount": 500, "currency": "EUR" });
        json!({ "account": account, "side": side, "amount": amount })
    };
    let own = format!("seller:{}", seller_of(seller));
    let payment = "pay_01a21cee6c22735fa66dada2b4d9bd7b";
    let entry = format!("{payment}#refund#1");
    let aggregate = json!({ "kind": "ledger-entry", "id": entry, "revision": 1 });
    let data = json!({
        "entry_id": entry, "kind": "refund", "payment_id": payment,
        "order_id": payment.replacen("pay_", "ord_", 1),
        "legs": [leg(&own, "debit"), leg("commission", "credit")],
    });
    event(world, "ledger.posted.v1", &aggregate, &data)
}

/// Lets another process take a message, to its end, just before the call with this number of what is set off next.
async fn meanwhile(world: &mut World, call: usize, (function, body): (&str, String)) {
    let found = fleet::FLEET.iter().find(|(name, _)| *name == function);
    let (_, main) = found.expect("it is in the fleet");
    let other = world.stage.start(function, *main).await;
    world.stage.cloud.take_calls();
    let taking = async move {
        other.deliver("m", &body, 1).await.ok();
    };
    world.stage.cloud.meanwhile(call, Box::pin(taking));
}

#[tokio::test(start_paused = true)]
async fn two_that_pay_at_once_make_one_payout() {
    let mut sold_world = World::new(1);
    let sold = Sold::open(&mut sold_world).await;
    let seller_id = seller_of(&sold.seller);
    // The same message, and one of another day, which is another piece of work.
    for day in ["2026-01-01", "2026-01-02"] {
        for call in 0..8 {
            let mut world = sold_world.fork(u64::try_from(call).unwrap() + 10);
            world.tick("schedule-payouts", Duration::from_mins(2)).await;
            world.warm(PAY).await;
            let due = json!({ "seller_id": seller_id, "day": day }).to_string();
            meanwhile(&mut world, call, (PAY, due)).await;
            world.settle().await;
            world.stage.cloud.heal();
            let told = told(&world);
            assert_eq!(books(&world), (1, 2_250), "{day}, call {call}: {told:?}");
            assert_eq!(stands(&world), (0, 0), "{day}, call {call}");
            assert_eq!(told[1..], [1, 0], "{day}, call {call}");
            assert!(world.letters.is_empty(), "{:?}", world.letters);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_comes_in_between_is_paid_for_or_is_in_the_next() {
    let mut sold_world = World::new(1);
    let sold = Sold::open(&mut sold_world).await;
    let mut met = [0, 0];
    for call in 0..10 {
        let mut world = sold_world.fork(u64::try_from(call).unwrap() + 10);
        world.tick("schedule-payouts", Duration::from_mins(2)).await;
        world.warm(PAY).await;
        let body = given_back(&world, &sold.seller);
        meanwhile(&mut world, call, (CARRY, body)).await;
        world.settle().await;
        let was_met = !world.stage.cloud.heal();
        let (_, sum) = books(&world);
        let (left, on_its_way) = stands(&world);
        let told = format!("call {call}: {sum} are paid, and {left} are left");
        assert_eq!(on_its_way, 0, "{told}");
        match sum {
            // It came first, and nothing is paid that was not owed.
            2_250 if was_met => assert_eq!(left, 500, "{told}"),
            1_750 | 2_250 => assert_eq!(left, 0, "{told}"),
            _ => panic!("{told}"),
        }
        met[usize::from(sum == 2_250)] += 1;
        // Either way its statement closes.
        let payout = last(&mut world, &sold.seller).await;
        statement(&mut world, &sold.seller, &payout).await;
    }
    assert!(met.iter().all(|times| *times > 0), "{met:?}");
}

#[tokio::test(start_paused = true)]
async fn a_seller_sees_its_own_payouts_in_pages_and_nobody_elses() {
    let mut world = World::new(1);
    let sold = Sold::open(&mut world).await;
    round(&mut world).await;
    for _ in 0..2 {
        let sold = sold.later(&mut world).await;
        sold.sell(&mut world).await;
        next_day(&mut world).await;
    }
    let sold = sold.later(&mut world).await;
    let list = |query: &str| Ask::get(&format!("/v1/payouts?{query}")).by(&sold.seller.token);
    let first = world.send("list-payouts", list("limit=2")).await.body;
    let numbers = |page: &Value| {
        let data = page["data"].as_array().into_iter().flatten();
        data.map(|payout| payout["number"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(&first), [3, 2]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = list(&format!("limit=2&cursor={cursor}"));
    let rest = world.send("list-payouts", rest).await.body;
    assert_eq!(numbers(&rest), [1]);
    let other = list(&format!("status=paid&cursor={cursor}"));
    let other = world.send("list-payouts", other).await;
    assert_eq!(other.code(), "invalid_cursor");

    let id = last(&mut world, &sold.seller).await;
    let stranger = faults::seller(&mut world, "stranger").await;
    let own = seller_of(&sold.seller);
    for (person, status, code) in [
        (&stranger, 404, "payout_not_found"),
        (&sold.shopper, 403, "forbidden"),
    ] {
        for (function, path) in [
            ("get-payout", format!("/v1/payouts/{id}")),
            (
                "get-payout-statement",
                format!("/v1/payouts/{id}/statement"),
            ),
        ] {
            let refused = world
                .send(function, Ask::get(&path).by(&person.token))
                .await;
            assert_eq!(
                (refused.status, refused.code()),
                (status, code),
                "{function}"
            );
        }
        let ask = Ask::get(&format!("/v1/payouts?seller_id={own}")).by(&person.token);
        assert_eq!(world.send("list-payouts", ask).await.status, 403);
    }
    assert!(payouts(&mut world, &stranger, "").await.is_empty());
    let query = format!("?seller_id={own}&status=paid");
    assert_eq!(payouts(&mut world, &sold.admin, &query).await.len(), 3);
    assert!(payouts(&mut world, &sold.admin, "").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn where_the_provider_pays_nobody_out_nothing_is_made() {
    let mut sandbox = World::new(1);
    Sold::open(&mut sandbox).await;
    let stage = sandbox.stage.fork(2).with("PAYMENT_PROVIDER", "stripe");
    let mut world = World::over(stage);
    round(&mut world).await;
    assert_eq!(world.invocations(PAY), 0);
    assert_eq!(stands(&world), (-2_250, 0));
}

#[tokio::test(start_paused = true)]
async fn a_line_stands_where_it_is_carried_however_late_its_event_is() {
    let mut world = World::new(1);
    let sold = Sold::open(&mut world).await;
    let late = given_back(&world, &sold.seller);
    round(&mut world).await;
    // It was booked before the payout, and is carried long after.
    world.enqueue(CARRY, late);
    world.settle().await;
    assert_eq!(stands(&world), (500, 0));
    let payout = last(&mut world, &sold.seller).await;
    assert_eq!(statement(&mut world, &sold.seller, &payout).await.len(), 5);
    sold.sell(&mut world).await;
    next_day(&mut world).await;
    assert_eq!(books(&world), (2, 2_250 + 1_750));
}

#[tokio::test(start_paused = true)]
async fn a_round_that_could_not_be_made_is_made_good_on_the_next_day() {
    let mut world = World::new(1);
    Sold::open(&mut world).await;
    world.warm("schedule-payouts").await;
    world.stage.cloud.outage(0, Fault::Unreachable);
    world.stage.clock.advance(Duration::from_mins(2));
    let failed = world.once("schedule-payouts", &Stimulus::Tick).await;
    assert!(failed.is_err());
    world.stage.cloud.heal();
    next_day(&mut world).await;
    assert_eq!(books(&world), (1, 2_250));
}
