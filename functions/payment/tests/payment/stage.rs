//! The three consumers of payment: delivers events to them, stops them at any call to the backend or lets another
//! delivery slip in there, and reads what they left behind.

use std::{sync::Arc, time::Duration};

use contracts::{
    Event,
    events::{OrderCancelled, OrderShipped, OrderStockReserved},
};
use dynamo::Pending;
use kernel::{EventId, OrderId};
use payment::{Payments, Status};
use serde_json::{Value, json};
use testkit::Lambda;

#[path = "../../src/bin/authorize-payment-on-order-stock-reserved.rs"]
mod authorize;
#[path = "../../src/bin/capture-payment-on-order-shipped.rs"]
mod capture;
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
    Capture,
    Void,
}

/// What the provider has done, over all charges.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Books {
    pub(crate) held: u64,
    pub(crate) captured: u64,
    pub(crate) voided: u64,
}

/// Payment with one order to pay.
#[derive(Clone)]
pub(crate) struct Stage {
    aws: testkit::Stage,
    order: OrderId,
    method: String,
    authorize: Arc<Lambda>,
    capture: Arc<Lambda>,
    void: Arc<Lambda>,
    payments: &'static Payments,
}

impl Stage {
    pub(crate) async fn with(method: &str) -> Self {
        let stage = testkit::Stage::new();
        let authorize = "authorize-payment-on-order-stock-reserved";
        let capture = "capture-payment-on-order-shipped";
        let void = "void-payment-on-order-cancelled";
        let payments = Payments::start(stage.platform(authorize)).await.unwrap();
        Self {
            order: stage.ids.fresh(stage.clock.now()),
            method: method.to_owned(),
            authorize: Arc::new(stage.start(authorize, authorize::main).await),
            capture: Arc::new(stage.start(capture, capture::main).await),
            void: Arc::new(stage.start(void, void::main).await),
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
            To::Capture => self.envelope(&OrderShipped {
                order_id,
                ..OrderShipped::example()
            }),
            To::Void => self.envelope(&OrderCancelled {
                order_id,
                ..OrderCancelled::example()
            }),
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
            To::Capture => &self.capture,
            To::Void => &self.void,
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
        }
        books
    }

    /// The types of the events that payment has published, sorted.
    pub(crate) fn published(&self) -> Vec<String> {
        let records = self.aws.cloud.items("payment-commands");
        let events = records
            .iter()
            .filter_map(|record| record["events"].as_array())
            .flatten();
        let mut types: Vec<_> = events
            .map(|event| event["type"].as_str().unwrap().to_owned())
            .collect();
        types.sort();
        types
    }
}
