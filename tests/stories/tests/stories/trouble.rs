//! Things break, and heal.

use serde_json::json;
use stories::{Emulator, Seller, Shop, Shopper, until};

#[test]
fn an_order_whose_event_was_lost_is_finished_by_the_watchdog() {
    let shop = Shop::open();
    let emulator = Emulator::open(&shop);
    let seller = Seller::open(&shop);
    let goods = seller.offer("Lost and found", 1_500, 5);
    let shopper = Shopper::register(&shop);
    shopper.add_to_cart(&goods.variant, 1);
    let chain = shop.unique();
    let (service, function) = ("payment", "authorize-payment-on-order-stock-reserved");
    let order = emulator.losing_events(service, function, &chain, || {
        let order = shopper.order_in(&chain, "pm_sandbox_ok");
        shopper.order_becomes(&order, "stock_reserved");
        order
    });
    // Schedules tick once a minute: patience twice over.
    shopper.order_ends_late(&order);
    shopper.order_becomes(&order, "confirmed");
}

#[test]
fn a_poisoned_queue_goes_on() {
    let shop = Shop::open();
    let emulator = Emulator::open(&shop);
    let (service, function) = ("inventory", "reserve-stock-on-order-placed");
    let mark = shop.unique();
    let poison = emulator.event("order.placed.v1", &json!({ "order_id": mark }));
    emulator.send_to(service, function, &poison.to_string());
    emulator.send_to(service, function, &format!("no JSON {mark}"));

    let seller = Seller::open(&shop);
    let goods = seller.offer("Healthy herb", 300, 5);
    let shopper = Shopper::register(&shop);
    let order = shopper.buy(&goods.variant, 1, "pm_sandbox_ok");
    shopper.order_becomes(&order, "confirmed");

    let letters = until("the dead letters are there", || {
        let letters = emulator.dead_letters(service, function, &mark);
        (letters.len() == 2).then_some(letters)
    });
    for letter in letters {
        let attributes = &letter["MessageAttributes"];
        assert!(attributes["reason"]["StringValue"].is_string(), "{letter}");
        assert_eq!(attributes["function"]["StringValue"], function);
    }
}
