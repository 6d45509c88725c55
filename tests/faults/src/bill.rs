//! What an order costs, from the cart until it is shipped.

use crate::{World, journey::offer, seller, shopper};

/// What one function has used.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub function: String,
    /// Calls to a backend.
    pub calls: usize,
    pub read_units: f64,
    /// Those of tables.
    pub write_units: f64,
    /// Those of indexes.
    pub index_units: f64,
}

/// What each function has used on the way of an order of three lines from one seller, in the order in which
/// they first had to do with it.
///
/// # Panics
/// When the order does not get shipped.
pub async fn bill() -> Vec<Line> {
    let mut world = World::new(1);
    let seller = seller(&mut world, "seller").await;
    let shopper = shopper(&mut world, "shopper").await;
    let mut goods = Vec::new();
    for number in 0..3 {
        goods.push(offer(&mut world, &seller, &format!("Goods number {number}"), 9).await);
    }
    for (number, variant) in goods.iter().enumerate().skip(1) {
        shopper
            .add(&mut world, variant, 1, &format!("add {number}"))
            .await;
    }
    world.calls.clear();
    let order = shopper.buy(&mut world, &goods[0], 1, "pm_sandbox_ok").await;
    world.settle().await;
    seller.ship(&mut world, &order).await;
    world.settle().await;

    let mut lines: Vec<Line> = Vec::new();
    for call in &world.calls {
        let known = lines.iter().position(|line| line.function == call.function);
        let place = known.unwrap_or_else(|| {
            lines.push(Line {
                function: call.function.clone(),
                calls: 0,
                read_units: 0.0,
                write_units: 0.0,
                index_units: 0.0,
            });
            lines.len() - 1
        });
        let line = &mut lines[place];
        line.calls += 1;
        line.read_units += call.read_units;
        line.write_units += call.write_units;
        line.index_units += call.index_units;
    }
    assert_eq!(shopper.see(&mut world, &order).await["status"], "shipped");
    lines
}
