//! What it costs in DynamoDB that people use a shop, and how that grows with an order and with what was before it.

use std::time::Duration;

use testkit::{Ask, Call, take_own_cpu};

use crate::{
    Person, World,
    journey::{
        offer, ok,
        returns::{agreed, receive},
        seller, shopper,
    },
};

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Someone looks at a page of twenty products.
    Browse,
    /// Someone looks at one product.
    Look,
    /// Someone lays a last line into the cart.
    AddToCart,
    /// Someone orders the cart: the request alone.
    PlaceOrder,
    /// The same with all that follows, until the order is shipped and paid.
    Order,
    /// A piece comes back: asked for, agreed to, received, restocked and paid back.
    Return,
}

/// The market in which it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scene {
    /// The lines of the order.
    pub lines: u32,
    /// How many orders the same customer has had shipped by the same seller before.
    pub orders_before: u32,
}

/// What it has used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Used {
    /// Calls to a backend.
    pub calls: usize,
    pub read_units: f64,
    /// Those of tables and indexes.
    pub write_units: f64,
    /// The processor time of the functions themselves, without that of the backends.
    pub own_cpu: Duration,
}

impl Used {
    fn by(calls: &[Call], own_cpu: Duration) -> Self {
        Self {
            calls: calls.len(),
            read_units: calls.iter().map(|call| call.read_units).sum(),
            write_units: calls
                .iter()
                .map(|call| call.write_units + call.index_units)
                .sum(),
            own_cpu,
        }
    }
}

/// What was used by the deeds so far.
#[derive(Default)]
struct Meter {
    noted: Vec<(Deed, Used)>,
    own_cpu: Duration,
}

impl Meter {
    /// What was used so far is nothing of what comes.
    fn begin(&mut self, world: &mut World) {
        world.calls.clear();
        take_own_cpu();
        self.own_cpu = Duration::ZERO;
    }

    /// What was used since it has begun is a deed's.
    fn note(&mut self, world: &World, deed: Deed) {
        self.own_cpu += take_own_cpu();
        let used = Used::by(&world.calls, self.own_cpu);
        self.noted.push((deed, used));
    }
}

/// As many products as fill a page.
const PAGE: u32 = 20;

/// What each deed uses in a scene.
///
/// # Panics
/// When something of it does not work.
pub async fn deeds(scene: Scene) -> Vec<(Deed, Used)> {
    let mut world = World::new(1);
    let seller = seller(&mut world, "seller").await;
    let shopper = shopper(&mut world, "shopper").await;
    let mut goods = Vec::new();
    for number in 0..PAGE.max(scene.lines) {
        goods.push(offer(&mut world, &seller, &format!("Goods {number}"), 99).await);
    }
    for _ in 0..scene.orders_before {
        let order = shopper.buy(&mut world, &goods[0], 1, "pm_sandbox_ok").await;
        world.settle().await;
        ok(seller.ship(&mut world, &order).await, 200);
        world.settle().await;
    }
    // History, and not the hour before: what is held for a buyer of late counts for a while.
    world.stage.clock.advance(Duration::from_hours(2));
    let lines = usize::try_from(scene.lines).unwrap_or_default();
    let (last, others) = goods[..lines].split_last().expect("an order has a line");
    for (number, variant) in others.iter().enumerate() {
        ok(
            shopper
                .add(&mut world, variant, 1, &format!("line {number}"))
                .await,
            200,
        );
    }
    world.settle().await;

    let mut meter = Meter::default();
    meter.begin(&mut world);
    let page = world.send("list-products", Ask::get("/v1/products?limit=20"));
    let page = ok(page.await, 200).body;
    meter.note(&world, Deed::Browse);

    meter.begin(&mut world);
    let path = format!(
        "/v1/products/{}",
        page["data"][0]["id"].as_str().unwrap_or_default()
    );
    ok(world.send("get-product", Ask::get(&path)).await, 200);
    meter.note(&world, Deed::Look);

    meter.begin(&mut world);
    ok(shopper.add(&mut world, last, 1, "last line").await, 200);
    meter.note(&world, Deed::AddToCart);

    world.settle().await;
    meter.begin(&mut world);
    let order = ok(
        shopper.order(&mut world, "pm_sandbox_ok", "order").await,
        201,
    )
    .body;
    let order = order["id"].as_str().unwrap_or_default().to_owned();
    meter.note(&world, Deed::PlaceOrder);
    world.settle().await;
    ok(seller.ship(&mut world, &order).await, 200);
    world.settle().await;
    meter.note(&world, Deed::Order);

    meter.begin(&mut world);
    give_back(&mut world, (&shopper, &seller), &order, last).await;
    meter.note(&world, Deed::Return);
    meter.noted
}

async fn give_back(
    world: &mut World,
    (shopper, seller): (&Person, &Person),
    order: &str,
    variant: &str,
) {
    let number = agreed(world, (shopper, seller), order, variant, 1).await;
    world.settle().await;
    ok(
        receive(world, seller, (order, number), variant, [1, 0]).await,
        200,
    );
    world.settle().await;
    let seen = shopper.see(world, order).await;
    assert_eq!(seen["returns"][0]["status"], "refunded", "{seen}");
}
