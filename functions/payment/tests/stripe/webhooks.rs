//! What Stripe tells unasked: signed by the stand-in, taken at the door, followed into its books.

use std::time::Duration;

use payment::{Hint, Status};
use serde_json::{Value, json};
use testkit::{Answer, Ask, Lambda};

use crate::{
    payment_with, run,
    stage::{Stage, To},
    standin::{Deed, StandIn},
};

#[path = "../../src/bin/follow-payment-webhook.rs"]
mod follow;
#[path = "../../src/bin/receive-payment-webhook.rs"]
mod receive;

/// As `testkit` has it.
const SECRET: &str = "what a provider signs with";
const QUEUE: &str = "local-payment-webhooks";

/// The door, and who goes after what came in by it.
struct Door {
    stage: testkit::Stage,
    receive: Lambda,
    follow: Lambda,
}

impl Door {
    async fn of(standin: &StandIn, payment: &Stage) -> Self {
        let stage = payment.aws.clone();
        let (receive, follow) = ("receive-payment-webhook", "follow-payment-webhook");
        assert_eq!(
            stage.platform(follow).setting("STRIPE_URL").unwrap(),
            standin.url
        );
        Self {
            receive: stage.start(receive, receive::main).await,
            follow: stage.start(follow, follow::main).await,
            stage,
        }
    }

    async fn knocks(&self, provider: &str, signature: &str, body: &[u8]) -> Answer {
        let ask = Ask::post(&format!("/v1/payments/webhooks/{provider}"));
        let ask = ask.header(&format!("{provider}-signature"), signature);
        self.receive.send(ask.body("application/json", body)).await
    }

    /// All that Stripe has sent so far comes in; what was laid into the queue for it.
    async fn all_come_in(&self, standin: &StandIn) -> Vec<String> {
        for (signature, body) in standin.webhooks(SECRET, self.stage.clock.now()) {
            let answer = self.knocks("stripe", &signature, &body).await;
            assert_eq!(answer.status, 202, "{}", answer.text);
        }
        let messages = self.stage.cloud.take_messages(QUEUE);
        messages.into_iter().map(|message| message.body).collect()
    }

    async fn follows(&self, hint: &str) -> bool {
        self.follow.deliver("m", hint, 1).await.unwrap()
    }
}

/// A payment that waits for its customer.
async fn waiting() -> (StandIn, Stage, Door) {
    let (standin, payment) = payment_with("pm_card_authenticationRequired").await;
    payment.happens(To::Authorize).await;
    assert_eq!(payment.status().await, Some(Status::ActionRequired));
    let door = Door::of(&standin, &payment).await;
    (standin, payment, door)
}

#[test]
fn a_customer_who_has_acted_is_heard_of_whatever_comes_when_and_how_often() {
    run(async {
        for (is_agreed, status, held) in [
            (true, Status::Authorized, (1, 3_998)),
            (false, Status::Declined, (0, 0)),
        ] {
            let (standin, payment, door) = waiting().await;
            standin.act(is_agreed);
            let hints = door.all_come_in(&standin).await;
            assert_eq!(hints.len(), 2, "that it waits, and what has become of it");
            for hint in hints.iter().rev().chain(&hints) {
                assert!(door.follows(hint).await);
                assert_eq!(payment.status().await, Some(status));
            }
            assert_eq!(standin.done(Deed::Held), held);
        }
    });
}

#[test]
fn a_webhook_is_a_hint_and_the_books_are_the_truth() {
    run(async {
        let (standin, payment, door) = waiting().await;
        // It says that the money is held, in the name of Stripe, and it is not.
        let hints = door.all_come_in(&standin).await;
        assert!(door.follows(&hints[0]).await);
        assert_eq!(payment.status().await, Some(Status::ActionRequired));

        // Of the other mode, of which nothing is ours.
        let mut foreign: Hint = serde_json::from_str(&hints[0]).unwrap();
        assert_eq!(foreign.about.account, "stripe_test");
        standin.act(true);
        foreign.about.account = "stripe_live".to_owned();
        foreign.event = "evt_foreign".to_owned();
        assert!(
            door.follows(&serde_json::to_string(&foreign).unwrap())
                .await
        );
        assert_eq!(payment.status().await, Some(Status::ActionRequired));
    });
}

#[test]
fn what_is_late_forged_or_not_for_stripe_is_refused() {
    run(async {
        let (standin, _, door) = waiting().await;
        let now = door.stage.clock.now();
        let (signature, body) = standin.webhooks(SECRET, now).remove(0);
        let (forged, _) = standin.webhooks("another secret", now).remove(0);
        for wrong in [forged.as_str(), "", "t=1,v1=00"] {
            let answer = door.knocks("stripe", wrong, &body).await;
            assert_eq!((answer.status, answer.code()), (400, "webhook_invalid"));
        }
        let answer = door.knocks("sandbox", &signature, &body).await;
        assert_eq!((answer.status, answer.code()), (404, "route_not_found"));
        // While its secret changes, Stripe signs with both.
        let code = signature.split_once(",v1=").unwrap().1;
        let answer = door
            .knocks("stripe", &format!("{forged},v1={code}"), &body)
            .await;
        assert_eq!(answer.status, 202);
        door.stage.clock.advance(Duration::from_secs(301));
        let answer = door.knocks("stripe", &signature, &body).await;
        assert_eq!((answer.status, answer.code()), (400, "webhook_invalid"));
    });
}

#[test]
fn what_is_not_followed_is_acknowledged_and_dropped() {
    run(async {
        let (_, _, door) = waiting().await;
        let key = payment::signature::SigningKey::new(SECRET).unwrap();
        let event = |kind: &str, object: Value| json!({ "id": "evt_x", "type": kind, "livemode": false, "data": { "object": object } });
        let foreign = json!({ "amount": 100, "currency": "eur", "metadata": {} });
        for (event, status) in [
            (event("customer.created", json!({})), 202),
            (event("payment_intent.succeeded", foreign), 202),
            (
                event("payment_intent.succeeded", json!({ "amount": "much" })),
                400,
            ),
            (json!({}), 400),
        ] {
            let body = event.to_string().into_bytes();
            let signature = key.sign(&body, door.stage.clock.now());
            let answer = door.knocks("stripe", &signature, &body).await;
            assert_eq!(answer.status, status, "{event}");
        }
        assert!(door.stage.cloud.take_messages(QUEUE).is_empty());
    });
}
