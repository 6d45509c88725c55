//! A stage of the platform in process, and its functions.

use std::{collections::HashMap, future::poll_fn, pin::pin, rc::Rc, task::Poll, time::Duration};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dynamo::Connection;
use kernel::{Clock, CustomerId, Ids, Problem, Role, Timestamp};
use lambda::{Exit, Platform, harness::Function};
use serde_json::{Value, json};
use tokio::task::LocalSet;

use crate::{
    ask::{Answer, Ask},
    cloud::{Cloud, Frozen},
    effort, keys,
    manifest::{self, Queue},
};

/// A stage: its backends, its clock, its ids.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The backends.
    pub cloud: Cloud,
    /// The time, which stands still until it is told.
    pub clock: Clock,
    /// Ids that repeat from test to test.
    pub ids: Ids,
    settings: HashMap<String, String>,
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

/// Why an invocation has no answer.
#[derive(Debug)]
pub enum Ended {
    /// Lambda counts it as failed.
    Failed(Problem),
    /// Its process was ended by a fault.
    Killed,
}

impl Stage {
    /// A new, empty stage.
    pub fn new() -> Self {
        Self::seeded(1)
    }

    /// A new, empty stage, whose ids and order of calls follow from a seed.
    pub fn seeded(seed: u64) -> Self {
        let cloud = Cloud::new(seed);
        cloud.secret("/souk/local/jwt-signing-key", keys::secret());
        cloud.secret("/souk/local/second-factor-key", "of the tests".to_owned());
        let one_time = "a key of tests".to_owned();
        cloud.secret("/souk/local/one-time-token-key", one_time);
        cloud.secret("/souk/local/guest-order-key", "another of tests".to_owned());
        cloud.secret("/souk/local/audit-signing-key", keys::secret());
        let webhooks = "what a provider signs with".to_owned();
        cloud.secret("/souk/local/payment-webhook-key", webhooks);
        let provider = "sk_test_of_tests".to_owned();
        cloud.secret("/souk/local/payment-provider-key", provider);
        Self {
            cloud,
            // 2026-01-01
            clock: Clock::manual(Timestamp::from_second(1_767_225_600)),
            ids: Ids::seeded(seed),
            settings: HashMap::new(),
        }
    }

    /// With another value of a setting, for all functions that are started after.
    pub fn with(mut self, setting: &str, value: &str) -> Self {
        self.settings.insert(setting.to_owned(), value.to_owned());
        self
    }

    /// With a table that no manifest knows: `notebook-notes`, with these indexes.
    ///
    /// # Panics
    /// When there is one with its name.
    pub fn with_table(self, name: &str, indexes: &[&str]) -> Self {
        self.cloud.create_table(name, indexes);
        self
    }

    /// The same stage, apart from now on: its own backends and clock, and ids that no other fork has.
    pub fn fork(&self, seed: u64) -> Self {
        Self {
            cloud: self.cloud.fork(),
            clock: Clock::manual(self.clock.now()),
            ids: Ids::seeded(seed),
            settings: self.settings.clone(),
        }
    }

    /// The stage as it is now, to be gone on from again and again.
    pub fn freeze(&self) -> FrozenStage {
        FrozenStage {
            cloud: self.cloud.freeze(),
            now: self.clock.now(),
            settings: self.settings.clone(),
        }
    }

    /// Lets every call to a backend take so long by the stage's clock.
    pub fn with_latency(self, latency: Duration) -> Self {
        self.cloud.slow_down(&self.clock, latency);
        self
    }

    /// Starts a function of the platform, with the settings that its manifest gives it.
    ///
    /// # Panics
    /// When it would not start in Lambda either.
    pub async fn start(&self, name: &str, main: fn() -> Exit) -> Lambda {
        self.start_with(name, manifest::settings(name), main).await
    }

    /// Starts a function of the platform that may be kept from starting.
    ///
    /// # Errors
    /// Why it would not start in Lambda either.
    pub async fn try_start(&self, name: &str, main: fn() -> Exit) -> Result<Lambda, Problem> {
        self.load(name, manifest::settings(name), main).await
    }

    /// Starts a function that no manifest knows: for tests of what all functions share.
    ///
    /// # Panics
    /// When it would not start in Lambda either.
    pub async fn start_with(
        &self,
        name: &str,
        settings: HashMap<String, String>,
        main: fn() -> Exit,
    ) -> Lambda {
        match self.load(name, settings, main).await {
            Ok(function) => function,
            Err(problem) => panic!("{name} did not start: {}", problem.causes()),
        }
    }

    async fn load(
        &self,
        name: &str,
        settings: HashMap<String, String>,
        main: fn() -> Exit,
    ) -> Result<Lambda, Problem> {
        let route = settings.get("ROUTE").cloned().unwrap_or_default();
        let platform = self.platform_of(name, settings);
        Ok(Lambda {
            name: name.to_owned(),
            route,
            function: Function::load(platform, main).await?,
            stage: self.clone(),
        })
    }

    /// What a function of the platform is given, to start its state without the function.
    pub fn platform(&self, name: &str) -> &'static Platform {
        self.platform_of(name, manifest::settings(name))
    }

    /// What a function is given that no manifest knows.
    pub fn platform_of(
        &self,
        name: &str,
        mut settings: HashMap<String, String>,
    ) -> &'static Platform {
        // What Lambda itself sets; the key is the caller's name, by which the backends know who calls.
        let own = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", name),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_ENDPOINT_URL", "http://aws.test"),
        ];
        settings.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        settings.extend(self.settings.clone());
        let http = SharedHttpClient::new(self.cloud.clone());
        let endpoint = Some("http://aws.test".to_owned());
        let connection = Connection::new("eu-central-1", endpoint, (name, "secret", None), http);
        let platform = Platform::new(settings, connection, self.clock.clone(), self.ids.clone());
        // A function lives as long as its process; a test's is short.
        Box::leak(Box::new(platform))
    }

    /// The settings that a manifest gives a function, to start another with.
    pub fn settings_of(name: &str) -> HashMap<String, String> {
        manifest::settings(name)
    }

    /// The method and path of a function's route.
    pub fn route_of(name: &str) -> Option<(String, String)> {
        manifest::route(name)
    }

    /// The function that takes from a service's own queue of this name.
    pub fn worker_of(queue: &str) -> Option<&'static str> {
        manifest::worker(queue)
    }

    /// The queue in front of a function, if there is one.
    pub fn queue_of(function: &str) -> Option<Queue> {
        manifest::queue(function)
    }

    /// The functions that a schedule sets off, each with its service.
    pub fn scheduled() -> Vec<(&'static str, &'static str)> {
        manifest::scheduled().collect()
    }

    /// A new customer's id.
    pub fn customer(&self) -> CustomerId {
        self.ids.fresh(self.clock.now())
    }

    /// A good access token, for an hour.
    pub fn token(&self, customer: CustomerId, roles: &[Role]) -> String {
        let now = self.clock.now();
        keys::token(customer, self.ids.fresh(now), roles, now)
    }

    /// What the functions on this thread have logged since this was last asked.
    pub fn take_log(&self) -> Vec<Value> {
        let lines = lambda::harness::take_log();
        let read = |line: String| serde_json::from_str(&line).unwrap_or_default();
        lines.into_iter().map(read).collect()
    }
}

/// A stage as it was at some time.
#[derive(Debug)]
pub struct FrozenStage {
    cloud: Frozen,
    now: Timestamp,
    settings: HashMap<String, String>,
}

impl FrozenStage {
    /// A stage of its own that goes on from there, with ids that no other has.
    pub fn thaw(&self, seed: u64) -> Stage {
        Stage {
            cloud: self.cloud.thaw(),
            clock: Clock::manual(self.now),
            ids: Ids::seeded(seed),
            settings: self.settings.clone(),
        }
    }
}

/// A function that has started.
#[derive(Debug)]
pub struct Lambda {
    /// Its name.
    pub name: String,
    route: String,
    function: Function,
    stage: Stage,
}

impl Lambda {
    /// Sends it a request and waits for the answer.
    ///
    /// # Panics
    /// When there is none, since the process was killed.
    pub async fn send(&self, ask: Ask) -> Answer {
        match self.try_send(ask).await {
            Ok(answer) => answer,
            Err(ended) => panic!("{} has not answered: {ended:?}", self.name),
        }
    }

    /// Sends it requests all at once, and waits for all answers.
    ///
    /// # Panics
    /// When a handler panics.
    pub async fn at_once(self: &Rc<Self>, asks: Vec<Ask>) -> Vec<Answer> {
        let mine = asks.into_iter().map(|ask| (Rc::clone(self), ask));
        Self::all_at_once(mine).await
    }

    /// Sends requests to several functions all at once, and waits for all answers.
    ///
    /// # Panics
    /// When a handler panics.
    pub async fn all_at_once(asks: impl IntoIterator<Item = (Rc<Self>, Ask)>) -> Vec<Answer> {
        let together = LocalSet::new();
        let sent: Vec<_> = asks
            .into_iter()
            .map(|(function, ask)| together.spawn_local(async move { function.send(ask).await }))
            .collect();
        together.await;
        let mut answers = Vec::new();
        for answer in sent {
            match answer.await {
                Ok(answer) => answers.push(answer),
                Err(error) => panic!("a function has not answered: {error}"),
            }
        }
        answers
    }

    /// Sends it a request that may have no answer.
    pub async fn try_send(&self, ask: Ask) -> Result<Answer, Ended> {
        let id: kernel::EventId = self.stage.ids.fresh(self.stage.clock.now());
        let payload = ask.payload(&self.route, &id.to_string());
        self.invoke(payload)
            .await
            .map(|answer| Answer::read(&answer))
    }

    /// Delivers one message of a queue to it, and tells whether it was taken.
    pub async fn deliver(&self, id: &str, body: &str, received: u32) -> Result<bool, Ended> {
        self.deliver_for(id, body, received, None).await
    }

    /// The same with so much time, where that is not what its manifest gives it.
    pub async fn deliver_for(
        &self,
        id: &str,
        body: &str,
        received: u32,
        time: Option<Duration>,
    ) -> Result<bool, Ended> {
        let record = json!({
            "messageId": id, "receiptHandle": id, "body": body, "eventSource": "aws:sqs",
            "attributes": { "ApproximateReceiveCount": received.to_string() },
        });
        let payload = json!({ "Records": [record] });
        let answer = match time {
            Some(time) => self.invoke_for(payload, time).await?,
            None => self.invoke(payload).await?,
        };
        let failed = answer["batchItemFailures"].as_array();
        Ok(failed.is_none_or(Vec::is_empty))
    }

    /// Invokes it with a raw payload, and the time to answer that its manifest gives it.
    pub async fn invoke(&self, payload: Value) -> Result<Value, Ended> {
        let time = manifest::timeout(&self.name).unwrap_or(Duration::from_secs(30));
        self.invoke_for(payload, time).await
    }

    /// Invokes it with a raw payload and so much time to answer, by the stage's clock.
    pub async fn invoke_for(&self, payload: Value, time: Duration) -> Result<Value, Ended> {
        let deadline = self.stage.clock.now().plus(time).as_millisecond();
        let invocation = self.function.invoke(payload, deadline);
        let mut invocation = pin!(effort::of_function(invocation));
        let cloud = &self.stage.cloud;
        poll_fn(|context| match invocation.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(answer.map_err(Ended::Failed)),
            // The call that killed it never answers; what it did until then stays.
            Poll::Pending if cloud.take_killed() => Poll::Ready(Err(Ended::Killed)),
            Poll::Pending => Poll::Pending,
        })
        .await
    }
}

/// What a stream sends to its relay: an insert of each of these items, which are in DynamoDB's JSON. Their sequence
/// numbers are `seq-0`, `seq-1`, …
pub fn stream<'a>(images: impl IntoIterator<Item = &'a Value>) -> Value {
    let record = |(number, image): (usize, &Value)| {
        json!({
            "eventID": number.to_string(), "eventName": "INSERT", "eventVersion": "1.1",
            "eventSource": "aws:dynamodb", "awsRegion": "eu-central-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_767_225_600, "Keys": {}, "SizeBytes": 1,
                "SequenceNumber": format!("seq-{number}"), "StreamViewType": "NEW_IMAGE",
                "NewImage": image,
            },
        })
    };
    let records: Vec<Value> = images.into_iter().enumerate().map(record).collect();
    json!({ "Records": records })
}
