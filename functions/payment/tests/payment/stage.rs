//! The consumers of payment: delivers events to them, stops them at any call to the backend or lets another
//! delivery slip in there, and reads what they left behind.

use std::{rc::Rc, sync::Arc, time::Duration};

use contracts::{
    Event,
    events::{
        LineProgress, OrderCancelled, OrderProgressed, OrderStockReserved, PaymentRefundRequested,
    },
};
use dynamo::Pending;
use kernel::{EventId, Money, OrderId, Role};
use payment::{Payments, Status};
use serde_json::{Value, json};
use testkit::{Answer, Ask, Lambda};

#[path = "../../src/bin/authorize-payment-on-order-stock-reserved.rs"]
mod authorize;
#[path = "../../src/bin/capture-payment-on-order-progressed.rs"]
mod capture;
#[path = "../../src/bin/carry-entry-on-ledger-posted.rs"]
mod carry;
#[path = "../../src/bin/give-refund-on-payment-refund-requested.rs"]
mod give;
#[path = "../../src/bin/request-refund.rs"]
mod request;
#[path = "../../src/bin/void-payment-on-order-cancelled.rs"]
mod void;

/// What happens at a call to the backend.
pub(crate) enum Fault {
    /// The call fails in one of the ways there are.
    Of(testkit::Fault),
    /// Something else happens in between, to its end.
    Meanwhile(Pending<'static, ()>),
}

/// Which of payment's consumers an event goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum To {
    Authorize,
    /// One of the order's two pieces is shipped.
    Part,
    /// Both are.
    Capture,
    /// One is shipped, and the other called off.
    Rest,
    Void,
    /// The refund of this number was decided on.
    Refund(u32),
}

/// What the provider has done, over all charges.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Books {
    pub(crate) held: u64,
    pub(crate) captured: u64,
    pub(crate) voided: u64,
    /// How much was moved to us, in minor units.
    pub(crate) moved: u64,
    /// How often some of it was given back, and how much.
    pub(crate) refunded: u64,
    pub(crate) given: u64,
}

/// Payment with one order to pay.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) aws: testkit::Stage,
    order: OrderId,
    method: String,
    authorize: Arc<Lambda>,
    capture: Arc<Lambda>,
    void: Arc<Lambda>,
    give: Arc<Lambda>,
    request: Arc<Lambda>,
    carry: Arc<Lambda>,
    /// The token of an admin.
    admin: String,
    payments: &'static Payments,
}

impl Stage {
    pub(crate) async fn with(method: &str) -> Self {
        Self::seeded(1, method).await
    }

    /// The seed decides who comes first, of those who come at once.
    pub(crate) async fn seeded(seed: u64, method: &str) -> Self {
        Self::on(testkit::Stage::seeded(seed), method).await
    }

    /// On a stage with settings of its own.
    pub(crate) async fn on(stage: testkit::Stage, method: &str) -> Self {
        let authorize = "authorize-payment-on-order-stock-reserved";
        let capture = "capture-payment-on-order-progressed";
        let void = "void-payment-on-order-cancelled";
        let give = "give-refund-on-payment-refund-requested";
        let (request, carry) = ("request-refund", "carry-entry-on-ledger-posted");
        let payments = Payments::start(stage.platform(authorize)).await.unwrap();
        Self {
            order: stage.ids.fresh(stage.clock.now()),
            method: method.to_owned(),
            authorize: Arc::new(stage.start(authorize, authorize::main).await),
            capture: Arc::new(stage.start(capture, capture::main).await),
            void: Arc::new(stage.start(void, void::main).await),
            give: Arc::new(stage.start(give, give::main).await),
            request: Arc::new(stage.start(request, request::main).await),
            carry: Arc::new(stage.start(carry, carry::main).await),
            admin: stage.token(stage.customer(), &[Role::Customer, Role::Admin]),
            payments: Box::leak(Box::new(payments)),
            aws: stage,
        }
    }

    /// An event about the order, with an id of its own; to be delivered as often as one likes.
    pub(crate) fn event(&self, to: To) -> Value {
        let order_id = self.order;
        match to {
            To::Authorize => self.envelope(&OrderStockReserved {
                order_id,
                payment_method: self.method.clone(),
                ..OrderStockReserved::example()
            }),
            To::Part => self.envelope(&self.progress(1, 0)),
            To::Capture => self.envelope(&self.progress(2, 0)),
            To::Rest => self.envelope(&self.progress(1, 1)),
            To::Void => self.envelope(&OrderCancelled {
                order_id,
                ..OrderCancelled::example()
            }),
            To::Refund(refund) => self.envelope(&PaymentRefundRequested {
                order_id,
                refund,
                ..PaymentRefundRequested::example()
            }),
        }
    }

    /// How far the order has come, of its two pieces.
    fn progress(&self, shipped: u32, cancelled: u32) -> OrderProgressed {
        let example = OrderProgressed::example();
        let price = example.lines[0].unit_price;
        let pieces =
            |count: u32| Money::new(price.amount() * u64::from(count), price.currency()).unwrap();
        OrderProgressed {
            order_id: self.order,
            lines: vec![LineProgress {
                shipped,
                cancelled,
                ..example.lines[0].clone()
            }],
            due: pieces(shipped),
            open: pieces(2 - shipped - cancelled),
            ..example
        }
    }

    fn envelope<T: Event>(&self, data: &T) -> Value {
        let now = self.aws.clock.now();
        let id: EventId = self.aws.ids.fresh(now);
        let aggregate = json!({ "kind": T::AGGREGATE, "id": data.aggregate_id(), "revision": 1 });
        let metadata = json!({
            "id": id, "type": T::TYPE, "schema": "", "time": now, "aggregate": aggregate,
            "correlation_id": "test", "causation_id": "test", "actor": { "kind": "system", "id": "test" },
        });
        json!({ "detail-type": T::TYPE, "detail": { "metadata": metadata, "data": data } })
    }

    /// Delivers an event once; whether it was worked off.
    pub(crate) async fn deliver(&self, to: To, event: &Value) -> bool {
        self.aws.clock.advance(Duration::from_secs(1));
        let function = match to {
            To::Authorize => &self.authorize,
            To::Part | To::Capture | To::Rest => &self.capture,
            To::Void => &self.void,
            To::Refund(_) => &self.give,
        };
        let taken = function.deliver("m", &event.to_string(), 1).await;
        taken.unwrap_or(false)
    }

    /// Delivers an event until it is worked off, as its queue does; how many deliveries it took.
    pub(crate) async fn settle(&self, to: To, event: &Value) -> usize {
        for delivery in 1..=5 {
            if self.deliver(to, event).await {
                return delivery;
            }
        }
        panic!("{to:?} would be a dead letter");
    }

    /// Delivers a new event until it is worked off.
    pub(crate) async fn happens(&self, to: To) -> usize {
        self.settle(to, &self.event(to)).await
    }

    /// Delivers an event with something happening at the backend call of that number; whether the call was
    /// reached.
    pub(crate) async fn disturb(&self, to: To, event: &Value, call: usize, fault: Fault) -> bool {
        let cloud = &self.aws.cloud;
        match fault {
            Fault::Of(fault) => cloud.fault(call, fault),
            Fault::Meanwhile(other) => cloud.meanwhile(call, other),
        }
        self.deliver(to, event).await;
        !cloud.heal()
    }

    /// Where the payment stands; none if there is none.
    pub(crate) async fn status(&self) -> Option<Status> {
        let payment = self.payments.of_order(self.order).await.unwrap();
        payment.map(|payment| payment.status)
    }

    /// Whether a customer can look at the payment.
    pub(crate) async fn is_shown(&self) -> bool {
        let id = payment::payment::payment_id(self.order);
        self.payments.find(id).await.unwrap().is_some()
    }

    /// What the provider's books say.
    pub(crate) fn books(&self) -> Books {
        let mut books = Books::default();
        for entry in self.aws.cloud.items("payment-provider-ledger") {
            let count = |name: &str| entry[name].as_u64().unwrap();
            books.held += count("held");
            books.captured += count("captured");
            books.voided += count("voided");
            books.refunded += count("refunded");
            for moved in entry["moves"].as_array().unwrap() {
                let amount = moved["amount"]["amount"].as_u64().unwrap();
                match moved["direction"].as_str() {
                    _ if !moved["declined"].is_null() => {}
                    Some("refund") => books.given += amount,
                    _ => books.moved += amount,
                }
            }
        }
        books
    }

    /// What an admin sends to have so much given back.
    pub(crate) fn ask_back(&self, amount: u64, key: &str) -> Ask {
        let id = payment::payment::payment_id(self.order);
        let ask = Ask::post(&format!("/v1/payments/{id}/refunds")).by(&self.admin);
        let amount = json!({ "amount": amount, "currency": "EUR" });
        ask.key(key)
            .json(&json!({ "amount": amount, "reason": "goodwill" }))
    }

    /// An admin has so much given back.
    pub(crate) async fn refund(&self, amount: u64, key: &str) -> Answer {
        self.request.send(self.ask_back(amount, key)).await
    }

    /// Several admins have so much given back, all at once.
    pub(crate) async fn refund_at_once(&self, amounts: &[u64]) -> Vec<Answer> {
        let asks = amounts.iter().enumerate();
        let asks = asks.map(|(i, amount)| self.ask_back(*amount, &format!("key {i}")));
        let function = self.aws.start("request-refund", request::main).await;
        Rc::new(function).at_once(asks.collect()).await
    }

    /// The same events as payment has published them, of one type; all of them where none is named.
    fn outbox(&self, kind: Option<&str>) -> Vec<Value> {
        let records = self.aws.cloud.items("payment-commands");
        let events = records
            .iter()
            .filter_map(|record| record["events"].as_array())
            .flatten();
        events
            .filter(|event| kind.is_none_or(|kind| event["type"] == kind))
            .cloned()
            .collect()
    }

    /// The types of the events that payment has published, sorted; but for those of the ledger.
    pub(crate) fn published(&self) -> Vec<String> {
        let events = self.outbox(None).into_iter();
        let types = events.map(|event| event["type"].as_str().unwrap().to_owned());
        let mut types: Vec<_> = types.filter(|kind| kind != "ledger.posted.v1").collect();
        types.sort();
        types
    }

    /// Carries all that was booked to its accounts, each entry twice and the last first: what they stand at, debit
    /// less credit. What was booked is what the provider has moved, and all accounts together stand at nothing.
    pub(crate) async fn balances(&self) -> Vec<(String, i64)> {
        let posted = self.outbox(Some("ledger.posted.v1"));
        for event in posted.iter().rev().chain(&posted) {
            let detail: Value = serde_json::from_str(event["detail"].as_str().unwrap()).unwrap();
            let body = json!({ "detail-type": event["type"], "detail": detail });
            let taken = self.carry.deliver("m", &body.to_string(), 1).await;
            assert!(taken.unwrap());
        }
        let items = self.aws.cloud.items("payment-ledger");
        let of = |kind: &'static str| items.iter().filter(move |item| item["kind"] == kind);
        let books = self.books();
        assert_eq!(
            of("journal-entry").count() as u64,
            books.captured + books.refunded
        );
        let mut balances: Vec<(String, i64)> = of("ledger-account")
            .map(|account| {
                let side = |name: &str| account[name].as_i64().unwrap();
                let name = account["account"].as_str().unwrap();
                let name = name.split(':').next().unwrap().to_owned();
                (name, side("debited") - side("credited"))
            })
            .collect();
        balances.sort();
        assert_eq!(balances.iter().map(|(_, stands)| stands).sum::<i64>(), 0);
        let provider = balances.iter().find(|(name, _)| name == "provider");
        let there = provider.map_or(0, |(_, stands)| *stands);
        assert_eq!(there, books.moved.cast_signed() - books.given.cast_signed());
        balances
    }
}
