//! The three consumers of payment over an in-process DynamoDB: delivers events to them, stops them at any call
//! to the backend or lets another delivery slip in there, and reads what they left behind.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use contracts::{
    Event,
    events::{OrderCancelled, OrderShipped, OrderStockReserved},
};
use dynamo::{Connection, Pending};
use dynoxide::Database;
use kernel::{Clock, EventId, Ids, OrderId, Timestamp};
use lambda::{Platform, harness::Function};
use payment::{Payments, Status};
use serde_json::{Value, json};

#[path = "../../src/bin/authorize-payment-on-order-stock-reserved.rs"]
mod authorize;
#[path = "../../src/bin/capture-payment-on-order-shipped.rs"]
mod capture;
#[path = "../../src/bin/void-payment-on-order-cancelled.rs"]
mod void;

/// What happens at a call to the backend.
pub enum Fault {
    /// The function stops: neither this call nor a later one gets through.
    Stop,
    /// The function stops after this call has been carried out; its answer never arrives.
    LoseAnswer,
    /// Something else happens in between, to its end.
    Meanwhile(Pending<'static, ()>),
}

/// The connector under the SDK.
#[derive(Clone)]
struct Seam {
    database: Arc<Database>,
    plan: Arc<Mutex<Plan>>,
}

#[derive(Default)]
struct Plan {
    calls: usize,
    fault: Option<(usize, Fault)>,
    stopped: bool,
}

impl fmt::Debug for Seam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seam")
    }
}

impl HttpClient for Seam {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Seam {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (seam, fault) = (self.clone(), self.next_fault());
        HttpConnectorFuture::new(async move {
            let lost = || Err(ConnectorError::user("the function has stopped".into()));
            match fault {
                Some(Fault::Stop) => return lost(),
                Some(Fault::LoseAnswer) => {
                    answer(&seam.database, &request);
                    return lost();
                }
                Some(Fault::Meanwhile(other)) => other.await,
                None => {}
            }
            Ok(answer(&seam.database, &request))
        })
    }
}

impl Seam {
    fn next_fault(&self) -> Option<Fault> {
        let mut plan = self.plan.lock().unwrap();
        let call = plan.calls;
        plan.calls += 1;
        if plan.stopped {
            return Some(Fault::Stop);
        }
        let (_, fault) = plan.fault.take_if(|(at, _)| *at == call)?;
        plan.stopped = !matches!(fault, Fault::Meanwhile(_));
        Some(fault)
    }
}

fn answer(database: &Database, request: &HttpRequest) -> HttpResponse {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    let body = request.body().bytes().unwrap_or_default();
    let answer = match target.rsplit('.').next() {
        Some("GetItem") => database
            .get_item(serde_json::from_slice(body).unwrap())
            .map(|answer| serde_json::to_string(&answer).unwrap()),
        Some("TransactWriteItems") => database
            .transact_write_items(serde_json::from_slice(body).unwrap())
            .map(|answer| serde_json::to_string(&answer).unwrap()),
        other => panic!("payment does not call {other:?}"),
    };
    let (status, text) = match answer {
        Ok(text) => (200, text),
        Err(error) => (error.status_code(), error.to_json()),
    };
    HttpResponse::new(status.try_into().unwrap(), SdkBody::from(text))
}

/// Which of payment's consumers an event goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum To {
    Authorize,
    Capture,
    Void,
}

/// What the provider has done, over all charges.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Books {
    pub held: u64,
    pub captured: u64,
    pub voided: u64,
}

/// Payment with one order to pay.
#[derive(Clone)]
pub struct Stage {
    seam: Seam,
    clock: Clock,
    ids: Ids,
    order: OrderId,
    method: String,
    authorize: Arc<Function>,
    capture: Arc<Function>,
    void: Arc<Function>,
    payments: &'static Payments,
}

impl Stage {
    pub async fn with(method: &str) -> Self {
        let database = Database::memory().unwrap();
        for table in ["payments", "provider-ledger", "commands"] {
            create(&database, table);
        }
        let seam = Seam {
            database: Arc::new(database),
            plan: Arc::default(),
        };
        let (clock, ids) = (
            Clock::manual(Timestamp::from_second(1_800_000_000)),
            Ids::seeded(1),
        );
        let platform = |function: &str| -> &'static Platform {
            let settings = [
                ("STAGE", "local"),
                ("SERVICE", "payment"),
                ("FUNCTION", function),
                ("LOG_LEVEL", "error"),
            ];
            let settings: HashMap<_, _> = settings
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
            let http = SharedHttpClient::new(seam.clone());
            let endpoint = Some("http://in-process".to_owned());
            let connection = Connection::new("eu-central-1", endpoint, ("k", "s", None), http);
            let platform = Platform::new(settings, connection, clock.clone(), ids.clone());
            Box::leak(Box::new(platform))
        };
        let authorize = platform("authorize-payment-on-order-stock-reserved");
        let capture = platform("capture-payment-on-order-shipped");
        let void = platform("void-payment-on-order-cancelled");
        let authorize = Function::load(authorize, authorize::main).await.unwrap();
        let capture = Function::load(capture, capture::main).await.unwrap();
        let void = Function::load(void, void::main).await.unwrap();
        let payments = Payments::start(platform("test")).await.unwrap();
        Self {
            order: ids.fresh(clock.now()),
            method: method.to_owned(),
            authorize: Arc::new(authorize),
            capture: Arc::new(capture),
            void: Arc::new(void),
            payments: Box::leak(Box::new(payments)),
            seam,
            clock,
            ids,
        }
    }

    /// An event about the order, with an id of its own; to be delivered as often as one likes.
    pub fn event(&self, to: To) -> Value {
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
        let now = self.clock.now();
        let id: EventId = self.ids.fresh(now);
        let aggregate = json!({ "kind": T::AGGREGATE, "id": data.aggregate_id(), "revision": 1 });
        let metadata = json!({
            "id": id, "type": T::TYPE, "schema": "", "time": now, "aggregate": aggregate,
            "correlation_id": "test", "causation_id": "test", "actor": { "kind": "system", "id": "test" },
        });
        json!({ "detail-type": T::TYPE, "detail": { "metadata": metadata, "data": data } })
    }

    /// Delivers an event once; whether it was worked off.
    pub async fn deliver(&self, to: To, event: &Value) -> bool {
        self.clock.advance(Duration::from_secs(1));
        let function = match to {
            To::Authorize => &self.authorize,
            To::Capture => &self.capture,
            To::Void => &self.void,
        };
        let batch = json!({ "Records": [{ "messageId": "m", "body": event.to_string() }] });
        let deadline = self.clock.now().as_millisecond() + 15_000;
        let answer = function.invoke(batch, deadline).await.unwrap();
        answer["batchItemFailures"].as_array().unwrap().is_empty()
    }

    /// Delivers an event until it is worked off, as its queue does; how many deliveries it took.
    pub async fn settle(&self, to: To, event: &Value) -> usize {
        for delivery in 1..=5 {
            if self.deliver(to, event).await {
                return delivery;
            }
        }
        panic!("{to:?} would be a dead letter");
    }

    /// Delivers a new event until it is worked off.
    pub async fn happens(&self, to: To) -> usize {
        self.settle(to, &self.event(to)).await
    }

    /// Delivers an event with something happening at the backend call of that number; whether the call was
    /// reached.
    pub async fn disturb(&self, to: To, event: &Value, call: usize, fault: Fault) -> bool {
        *self.seam.plan.lock().unwrap() = Plan {
            fault: Some((call, fault)),
            ..Plan::default()
        };
        self.deliver(to, event).await;
        let plan = std::mem::take(&mut *self.seam.plan.lock().unwrap());
        plan.fault.is_none()
    }

    /// Where the payment stands; none if there is none.
    pub async fn status(&self) -> Option<Status> {
        let payment = self.payments.of_order(self.order).await.unwrap();
        payment.map(|payment| payment.status)
    }

    /// Whether a customer can look at the payment.
    pub async fn is_shown(&self) -> bool {
        let id = payment::payment::payment_id(self.order);
        self.payments.find(id).await.unwrap().is_some()
    }

    /// What the provider's books say.
    pub fn books(&self) -> Books {
        let mut books = Books::default();
        for entry in self.scan("provider-ledger") {
            let count = |name: &str| -> u64 { entry[name]["N"].as_str().unwrap().parse().unwrap() };
            books.held += count("held");
            books.captured += count("captured");
            books.voided += count("voided");
        }
        books
    }

    /// The types of the events that payment has published, sorted.
    pub fn published(&self) -> Vec<String> {
        let records = self.scan("commands");
        let events = records
            .iter()
            .filter_map(|record| record["events"]["L"].as_array())
            .flatten();
        let mut types: Vec<_> = events
            .map(|event| event["M"]["type"]["S"].as_str().unwrap().to_owned())
            .collect();
        types.sort();
        types
    }

    fn scan(&self, table: &str) -> Vec<Value> {
        let request = json!({ "TableName": format!("local-payment-{table}") });
        let request = serde_json::from_value(request).unwrap();
        let found = serde_json::to_value(self.seam.database.scan(request).unwrap()).unwrap();
        found["Items"].as_array().unwrap().clone()
    }
}

fn create(database: &Database, table: &str) {
    let attribute = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let key = |name: &str, kind: &str| json!({ "AttributeName": name, "KeyType": kind });
    let request = json!({
        "TableName": format!("local-payment-{table}"), "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("pk"), attribute("sk")],
        "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
    });
    let request = serde_json::from_value(request).unwrap();
    database.create_table(request).unwrap();
}
