//! An order that is off holds neither money nor stock, whoever has not heard that it is.

use faults::{Person, World, journey::watch, offer, seller, shopper};
use serde_json::{Value, json};

const VOID: (&str, &str) = ("order.cancelled.v1", "void-payment-on-order-cancelled");
const RELEASE: (&str, &str) = ("order.cancelled.v1", "release-stock-on-order-cancelled");
const MAIL: (&str, &str) = ("order.cancelled.v1", "email-customer-on-order-cancelled");

/// How often the customer was written to that the order is off.
fn mails(world: &World, customer: &Person) -> usize {
    let mails = world.stage.cloud.mails().into_iter();
    let own = mails.filter(|mail| mail.to == customer.email);
    own.filter(|mail| mail.subject.contains("cancelled"))
        .count()
}

#[tokio::test(start_paused = true)]
async fn a_confirmed_order_that_is_called_off_lets_go_of_all_within_half_an_hour_whoever_was_deaf()
{
    for deaf in [
        vec![],
        vec![VOID],
        vec![RELEASE],
        vec![VOID, RELEASE],
        vec![VOID, RELEASE, MAIL],
    ] {
        for by_seller in [false, true] {
            let mut world = World::new(1);
            let seller = seller(&mut world, "seller").await;
            let shopper = shopper(&mut world, "shopper").await;
            let goods = offer(&mut world, &seller, "Goods", 9).await;
            let order = shopper.buy(&mut world, &goods, 3, "pm_sandbox_ok").await;
            world.settle().await;
            assert_eq!(shopper.see(&mut world, &order).await["status"], "confirmed");

            for lost in &deaf {
                world.lose(*lost);
            }
            if by_seller {
                let sorry = json!({ "reason": "Broken on the shelf." });
                seller
                    .part(&mut world, "reject-order", &order, &sorry)
                    .await;
            } else {
                assert_eq!(shopper.cancel(&mut world, &order).await.status, 200);
            }
            world.settle().await;
            world.lost.clear();
            // Twice eleven minutes.
            for _ in 0..2 {
                watch(&mut world).await;
            }
            let charge = &world.stage.cloud.items("payment-provider-ledger")[0];
            assert_eq!((&charge["held"], &charge["voided"]), (&json!(1), &json!(1)));
            let stock = seller.stock(&mut world, &goods).await;
            assert_eq!(stock["available"], 9, "{deaf:?}: {stock}");
            assert_eq!(mails(&world, &shopper), 1, "{deaf:?}");
            assert_eq!(world.events("payment.voided.v1").len(), 1, "{deaf:?}");
            assert_eq!(world.events("order.cancelled.v1").len(), 2, "{deaf:?}");
            let orders = world.stage.cloud.items("order-orders").into_iter();
            let waiting = orders.filter(|order| order["waiting"] != Value::Null);
            assert_eq!(waiting.count(), 0, "{deaf:?}");
            assert!(world.letters.is_empty(), "{:?}", world.letters);
        }
    }
}
