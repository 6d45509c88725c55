//! Two hundred want what fifty can have.

use std::collections::BTreeMap;

use stories::{Seller, Shop, Shopper, at_once, until};

const SHOPPERS: usize = 200;
const PIECES: u32 = 50;

#[test]
fn two_hundred_shoppers_race_for_fifty_pieces() {
    let shop = Shop::open();
    let seller = Seller::open(&shop);
    let goods = seller.offer("The last lanterns", 2_500, PIECES);

    let shoppers = at_once((0..SHOPPERS).collect(), 8, |_| {
        let shopper = Shopper::register(&shop);
        shopper.add_to_cart(&goods.variant, 1);
        shopper
    });
    let orders = at_once(shoppers, 30, |shopper| {
        let order = shopper.order("pm_sandbox_ok");
        (shopper, order)
    });
    let ended = at_once(orders, 8, |(shopper, order)| {
        let end = shopper.order_ends_late(&order);
        (shopper, order, end)
    });

    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for (_, _, end) in &ended {
        *ends
            .entry(format!("{} {}", end["status"], end["cancel_reason"]))
            .or_default() += 1;
    }
    let expected = [
        ("\"cancelled\" \"out_of_stock\"", 150),
        ("\"confirmed\" null", 50),
    ];
    assert_eq!(
        ends,
        expected
            .map(|(end, number)| (end.to_owned(), number))
            .into()
    );

    let stock = seller.stock(&goods.variant);
    assert_eq!(
        (&stock["available"], &stock["reserved"], &stock["on_hand"]),
        (&0.into(), &PIECES.into(), &PIECES.into())
    );

    let (confirmed, cancelled): (Vec<_>, Vec<_>) = ended
        .into_iter()
        .partition(|(_, _, end)| end["status"] == "confirmed");
    for (shopper, order, _) in &cancelled {
        shopper.payment_of(order).refused(404, "payment_not_found");
    }
    at_once(confirmed, 8, |(shopper, order, _)| {
        assert_eq!(
            shopper.payment_of(&order).expect(200)["status"],
            "authorized"
        );
        seller.ship(&order).expect(200);
        until("the payment is captured", || {
            (shopper.payment_of(&order).expect(200)["status"] == "captured").then_some(())
        });
    });
    until("all pieces have left", || {
        let stock = seller.stock(&goods.variant);
        (stock["on_hand"] == 0 && stock["reserved"] == 0 && stock["available"] == 0).then_some(())
    });
}
