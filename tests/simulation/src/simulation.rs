//! One simulation: the functions as they are deployed, and a model of what carries their calls and events. Time goes
//! on from one thing that is due to the next, and nothing happens but what is due.
//!
//! | | by AWS's documents |
//! |---|---|
//! | SQS | at least once, in no order; a message that was received shows again after its visibility timeout, or when its function has asked for; after so many tries it is laid aside ([visibility], [dead letters]) |
//! | Lambda on SQS | batches, of which some may fail; if the function fails, all come again ([batches]) |
//! | Lambda on streams | a shard in order, one batch at a time; if it fails, from the first that failed, in smaller batches; after so many tries a record is laid aside ([streams]) |
//! | EventBridge | at least once, in no order ([delivery]) |
//! | schedules | every minute |
//!
//! [visibility]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
//! [dead letters]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
//! [batches]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
//! [streams]: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
//! [delivery]: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-patterns.html

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    rc::Rc,
    time::Duration,
};

use dynamo::inspection;
use futures_util::future::join_all;
use kernel::Timestamp;
use serde_json::{Value, json};
use testkit::{Answer, Ask, BusEvent, Ended, Lambda, Stage, StreamRecord};

use crate::{
    chance::Chance,
    end::End,
    market::{Cast, Ready},
    nature::{Nature, Trouble},
    referee::Referee,
    story::Story,
    variant::{Buyer, Placed, Sent, Step, Variant, When, opening},
};

/// An order that has not ended so long after the last thing that came from outside never does.
const PATIENCE: Duration = Duration::from_mins(30);
/// That an order is off, which it is by then, is said once more ten minutes later, at the next tick.
const TOLD_AGAIN: Duration = Duration::from_mins(15);
/// How long a client waits before it sends an unanswered request again.
const CLIENT_WAITS: Duration = Duration::from_secs(2);
/// How long until people look after what was laid aside.
const PEOPLE_WAIT: Duration = Duration::from_mins(10);
/// How long Lambda waits before it reads on in a stream that could not be read on.
const STREAM_WAITS: Duration = Duration::from_secs(1);
/// How often it tries, and how many records it takes at most.
const STREAM_TRIES: u32 = 5;
const STREAM_BATCH: usize = 50;
const MINUTE: Duration = Duration::from_mins(1);

/// What is simulated.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the people do.
    pub variant: &'static Variant,
    /// What the cloud does.
    pub nature: Nature,
    /// What goes wrong.
    pub troubles: Vec<Trouble>,
    /// What chance does.
    pub seed: u64,
}

/// How it went.
#[derive(Debug)]
pub struct Report {
    /// What it came to, or what is wrong.
    pub end: Result<End, String>,
    /// The calls to a backend, by their operation.
    pub calls: Vec<String>,
    /// How many invocations there were.
    pub invocations: usize,
    /// How many calls and invocations there had been before each step.
    pub moments: Vec<Moment>,
    /// What happened.
    pub story: Story,
}

/// Between two steps of a simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// How many calls there have been.
    pub calls: usize,
    /// How many invocations there have been.
    pub invocations: usize,
}

/// Says at each moment what is to go wrong from there on, if anything is.
pub type Fate<'a> = &'a mut dyn FnMut(Moment) -> Option<Trouble>;

/// A message on its way to a function.
#[derive(Debug, Clone)]
struct Delivery {
    function: &'static str,
    id: String,
    body: String,
    received: u32,
}

/// A request on its way.
#[derive(Debug, Clone)]
struct Request {
    actor: usize,
    function: &'static str,
    ask: Ask,
    /// What was answered to it before, if it is sent once more to be answered the same.
    answered: Option<Answer>,
}

/// What is due at some time.
#[derive(Debug, Clone)]
enum Due {
    Message(Delivery),
    Request(Request),
    /// The stream of a service is read.
    Stream(String),
    /// A schedule fires.
    Tick(&'static str),
}

/// What a function is set off with.
#[derive(Debug, Clone)]
enum Work {
    Request(Box<Request>),
    Messages(&'static str, Vec<Delivery>),
    Records(&'static str, String, usize),
    Tick(&'static str),
}

impl Work {
    fn function(&self) -> &'static str {
        match self {
            Self::Request(request) => request.function,
            Self::Messages(function, _) | Self::Records(function, ..) | Self::Tick(function) => {
                function
            }
        }
    }
}

/// What came of it.
enum Done {
    Answer(Answer),
    Value(Value),
}

/// The stream of a service.
#[derive(Default)]
struct Shard {
    records: VecDeque<Value>,
    tries: u32,
    batch: usize,
    is_due: bool,
}

/// Whose order goes through the script.
struct Actor {
    buyer: Buyer,
    /// What is sent before the order is placed.
    opening: VecDeque<Sent>,
    has_begun: bool,
    placed: Option<Placed>,
    next: usize,
    is_waiting: bool,
}

/// A simulation under way.
pub struct Simulation {
    variant: &'static Variant,
    nature: Nature,
    troubles: Vec<Trouble>,
    chance: Chance,
    stage: Stage,
    cast: Cast,
    functions: HashMap<&'static str, Rc<Lambda>>,
    agenda: BTreeMap<(i64, u64), Due>,
    numbered: u64,
    shards: BTreeMap<String, Shard>,
    actors: Vec<Actor>,
    referee: Referee,
    story: Story,
    invocations: usize,
    calls: Vec<String>,
    /// Of each type that is lost once, the event that was.
    lost: HashMap<String, String>,
    moments: Vec<Moment>,
    last_input: Timestamp,
    next_tick: Timestamp,
    schedules: Vec<&'static str>,
}

impl Case {
    /// Simulates it.
    pub async fn run(&self, ready: &Ready) -> Report {
        self.run_into(ready, &mut |_| None).await
    }

    /// Simulates it with what more is to go wrong.
    pub async fn run_into(&self, ready: &Ready, fate: Fate<'_>) -> Report {
        let mut simulation = Simulation::new(self, ready);
        let end = simulation.run(fate).await;
        let report = Report {
            end,
            calls: simulation.calls,
            invocations: simulation.invocations,
            moments: simulation.moments,
            story: simulation.story,
        };
        simulation.stage.cloud.forget();
        report
    }
}

impl Simulation {
    fn new(case: &Case, ready: &Ready) -> Self {
        let stage = ready.stage.thaw(case.seed.wrapping_mul(2).wrapping_add(1));
        let cloud = &stage.cloud;
        cloud.reorder(case.seed);
        cloud.faults(case.troubles.iter().filter_map(|trouble| match trouble {
            Trouble::Call(number, fault) => Some((*number, *fault)),
            Trouble::Again(_) => None,
        }));
        let now = stage.clock.now();
        let scheduled = Stage::scheduled().into_iter();
        let mine = ["inventory", "order", "payment"];
        // No order takes a week, which is how long its sellers wait for the money.
        let is_in_time = |name: &str| name != "schedule-payouts";
        let schedules =
            scheduled.filter(|(name, service)| mine.contains(service) && is_in_time(name));
        let actors = case.variant.buyers.iter().map(|&buyer| Actor {
            buyer,
            opening: opening(buyer, case.variant, &ready.cast),
            has_begun: false,
            placed: None,
            next: 0,
            is_waiting: false,
        });
        Self {
            variant: case.variant,
            nature: case.nature.clone(),
            troubles: case.troubles.clone(),
            chance: Chance::new(case.seed),
            referee: Referee::new(cloud),
            cast: ready.cast.clone(),
            functions: HashMap::new(),
            agenda: BTreeMap::new(),
            numbered: 0,
            shards: BTreeMap::new(),
            actors: actors.collect(),
            story: Story::new(now),
            invocations: 0,
            calls: Vec::new(),
            lost: HashMap::new(),
            moments: Vec::new(),
            last_input: now,
            next_tick: now.plus(case.nature.tick),
            schedules: schedules.map(|(name, _)| name).collect(),
            stage,
        }
    }

    fn now(&self) -> Timestamp {
        self.stage.clock.now()
    }

    fn put_off(&mut self, by: Duration, due: Due) {
        self.numbered += 1;
        let at = self.now().plus(by).as_millisecond();
        self.agenda.insert((at, self.numbered), due);
    }

    async fn run(&mut self, fate: Fate<'_>) -> Result<End, String> {
        loop {
            self.go_on();
            if self.agenda.is_empty() && self.is_over() {
                break;
            }
            self.leave_time_to_act();
            let more = if self.referee.is_all_off() {
                TOLD_AGAIN
            } else {
                Duration::ZERO
            };
            if self.now().since(self.last_input) > PATIENCE + more && !self.is_over() {
                return Err("an order has not ended in time".to_owned());
            }
            self.meet(fate);
            self.step().await?;
        }
        // What looks for mistakes finds none, once all is old enough to be looked at.
        let at_rest = inspection::PATIENCE + MINUTE;
        for name in self.schedules.clone() {
            self.put_off(at_rest, Due::Tick(name));
        }
        self.next_tick = self.now().plus(at_rest).plus(self.nature.tick);
        while !self.agenda.is_empty() {
            self.meet(fate);
            self.step().await?;
        }
        let ids = self.actors.iter().map(|actor| {
            let placed = actor.placed.as_ref();
            placed.map(|placed| placed.id.clone()).unwrap_or_default()
        });
        self.referee.close(&self.stage.cloud)?;
        let end = End::of(&self.stage.cloud, &ids.collect::<Vec<_>>())?;
        end.fits(self.variant)?;
        Ok(end)
    }

    fn send(&mut self, actor: usize, function: &'static str, ask: Ask) {
        self.last_input = self.now();
        let delay = self.chance.within(self.nature.delay);
        let request = Request {
            actor,
            function,
            ask,
            answered: None,
        };
        self.put_off(delay, Due::Request(request));
    }

    /// A customer who is asked to act is outside: their time is not the platform's.
    fn leave_time_to_act(&mut self) {
        let placed = self.actors.iter().filter_map(|actor| actor.placed.as_ref());
        let until = placed.filter_map(|placed| self.referee.acts_until(&placed.id));
        self.last_input = until.fold(self.last_input, Timestamp::max);
    }

    /// Whether all have done what they wanted, no order waits for anything, and every document is printed.
    fn is_over(&self) -> bool {
        let is_done = |actor: &Actor| {
            let is_waiting = actor.is_waiting || !actor.opening.is_empty();
            !is_waiting && (actor.next >= self.variant.steps.len() || self.is_off(actor))
        };
        let is_at_rest = !self.referee.is_any_waiting() && !self.referee.is_any_pending();
        self.actors.iter().all(is_done) && is_at_rest
    }

    /// Whether an order has come to where nothing more is done to it.
    fn is_off(&self, actor: &Actor) -> bool {
        let placed = actor.placed.as_ref();
        placed.is_none_or(|placed| self.referee.status(&placed.id) == "cancelled")
    }

    /// Lets people do what it is time for.
    fn go_on(&mut self) {
        for index in 0..self.actors.len() {
            let opening = self.opens(index);
            let Some((function, ask)) = opening.or_else(|| self.goes_through(index)) else {
                continue;
            };
            self.actors[index].is_waiting = true;
            self.send(index, function, ask);
        }
    }

    /// What someone sends before the order is placed, if it is time for it.
    fn opens(&mut self, index: usize) -> Option<Sent> {
        let actor = &self.actors[index];
        if actor.is_waiting {
            return None;
        }
        let waits = actor.buyer == Buyer::Again && !actor.has_begun;
        if waits && !self.is_cart_empty() {
            return None;
        }
        let actor = &mut self.actors[index];
        actor.has_begun = true;
        actor.opening.pop_front()
    }

    /// Whether what was in the carts was ordered, and has left them.
    fn is_cart_empty(&self) -> bool {
        let carts = self.stage.cloud.items("cart-carts");
        let mut lines = carts.iter().map(|cart| &cart["lines"]);
        lines.all(|lines| lines.as_array().is_none_or(Vec::is_empty))
    }

    /// What someone does next to the order, if it is time for it.
    fn goes_through(&mut self, index: usize) -> Option<Sent> {
        let actor = &self.actors[index];
        let placed = actor.placed.clone()?;
        let next = self.variant.steps.get(actor.next);
        let step = next.filter(|_| !actor.is_waiting)?;
        if self.is_off(actor) || !self.is_time(step, &placed) {
            return None;
        }
        let sent = step.ask(actor.next, &placed, actor.buyer, &self.cast);
        self.actors[index].next += 1;
        Some(sent)
    }

    fn is_time(&self, step: &Step, placed: &Placed) -> bool {
        match step.0 {
            When::AtOnce => true,
            When::Is(status) => self.referee.has_been(&placed.id, status),
            When::Captured(amount) => self.referee.captured(&placed.id) >= amount,
            When::Payment(status) => self.referee.payment(&placed.id) == status,
            When::Charge(state) => self.referee.charge(&placed.id) == state,
        }
    }

    /// Takes on what is to go wrong from this moment on.
    fn meet(&mut self, fate: Fate<'_>) {
        let moment = Moment {
            calls: self.calls.len(),
            invocations: self.invocations,
        };
        self.moments.push(moment);
        let Some(trouble) = fate(moment) else { return };
        if let Trouble::Call(number, fault) = trouble {
            // Calls are counted from now on.
            let ahead = number.saturating_sub(moment.calls);
            self.stage.cloud.fault(ahead, fault);
        }
        self.troubles.push(trouble);
    }

    /// Lets time go on to what is due next, and lets it happen.
    async fn step(&mut self) -> Result<(), String> {
        let next = self.agenda.first_key_value().map(|(&(at, _), _)| at);
        let tick = self.next_tick.as_millisecond();
        if next.is_none_or(|at| at > tick) {
            self.move_on_to(tick);
            self.next_tick = self.next_tick.plus(self.nature.tick);
            for name in self.schedules.clone() {
                self.put_off(Duration::ZERO, Due::Tick(name));
            }
        } else if let Some(at) = next {
            self.move_on_to(at);
        }
        let mut together: Vec<Work> = Vec::new();
        while together.len() < self.nature.at_once {
            let Some(work) = self.take() else { break };
            together.push(work);
            if !self.chance.percent(60) {
                break;
            }
        }
        let started = self.start(&together).await;
        let cloud = self.stage.cloud.clone();
        let running = together.iter().zip(started).map(|(work, function)| {
            let payload = self.payload(work);
            async move {
                let function = function?;
                match work {
                    Work::Request(request) => function
                        .try_send(request.ask.clone())
                        .await
                        .map(Done::Answer),
                    _ => function.invoke(payload).await.map(Done::Value),
                }
            }
        });
        let outcomes = join_all(running).await;
        let waits: HashMap<String, u64> = cloud.take_waits().into_iter().collect();
        let made = cloud.take_calls();
        self.calls
            .extend(made.iter().map(|call| call.operation.clone()));
        for (work, outcome) in together.into_iter().zip(outcomes) {
            self.invocations += 1;
            self.tell(&work, &outcome);
            self.conclude(work, outcome, &waits)?;
        }
        for line in self.stage.take_log() {
            if !line["cause"].is_null() {
                let now = self.now();
                self.story.tell(now, &format!("  {}", line["cause"]));
            }
            self.referee.read(&line)?;
        }
        let made: Vec<String> = made
            .iter()
            .map(|call| {
                let table = call.table.as_deref().unwrap_or_default();
                format!("{} {}", call.operation, table.trim_start_matches("local-"))
            })
            .collect();
        let now = self.now();
        self.story.tell(now, &format!("  {}", made.join(", ")));
        self.collect()
    }

    fn move_on_to(&self, at: i64) {
        let by = u64::try_from(at - self.now().as_millisecond()).unwrap_or(0);
        self.stage.clock.advance(Duration::from_millis(by));
    }

    /// Takes what is due, if anything is; messages in a batch.
    fn take(&mut self) -> Option<Work> {
        let now = self.now().as_millisecond();
        let entry = self.agenda.first_entry()?;
        if entry.key().0 > now {
            return None;
        }
        Some(match entry.remove() {
            Due::Request(request) => Work::Request(Box::new(request)),
            Due::Tick(name) => Work::Tick(name),
            Due::Stream(service) => self.read(service),
            Due::Message(first) => {
                let (function, mut batch) = (first.function, vec![first]);
                let most = Stage::queue_of(function).map_or(1, |queue| queue.batch);
                if self.nature.batches && most > 1 {
                    let is_its =
                        |due: &Due| matches!(due, Due::Message(it) if it.function == function);
                    let due = self.agenda.range(..=(now, u64::MAX));
                    let keys: Vec<_> = due
                        .filter(|(_, due)| is_its(due))
                        .map(|(key, _)| *key)
                        .take(most - 1)
                        .collect();
                    let others = keys.iter().filter_map(|key| self.agenda.remove(key));
                    batch.extend(others.filter_map(|due| match due {
                        Due::Message(delivery) => Some(delivery),
                        _ => None,
                    }));
                }
                Work::Messages(function, batch)
            }
        })
    }

    fn read(&mut self, service: String) -> Work {
        let relay = format!("relay-{service}-events");
        let shard = self.shards.entry(service.clone()).or_default();
        let number = shard.records.len().min(shard.batch.max(1));
        Work::Records(known(&relay).unwrap_or_default(), service, number)
    }

    fn payload(&self, work: &Work) -> Value {
        match work {
            Work::Request(_) | Work::Tick(_) => json!({}),
            Work::Messages(_, batch) => {
                let record = |delivery: &Delivery| {
                    json!({
                        "messageId": delivery.id, "receiptHandle": delivery.id, "body": delivery.body,
                        "eventSource": "aws:sqs",
                        "attributes": { "ApproximateReceiveCount": delivery.received.to_string() },
                    })
                };
                json!({ "Records": batch.iter().map(record).collect::<Vec<_>>() })
            }
            Work::Records(_, service, number) => {
                let records = self.shards.get(service).map(|shard| &shard.records);
                testkit::stream(records.into_iter().flatten().take(*number))
            }
        }
    }

    /// The functions, started if they are not.
    async fn start(&mut self, together: &[Work]) -> Vec<Result<Rc<Lambda>, Ended>> {
        let mut started = Vec::new();
        for work in together {
            let name = work.function();
            if let Some(function) = self.functions.get(name) {
                started.push(Ok(Rc::clone(function)));
                continue;
            }
            let main = fleet::FLEET.iter().find(|(known, _)| *known == name);
            let Some((name, main)) = main else {
                started.push(Err(Ended::Killed));
                continue;
            };
            let function = self.stage.try_start(name, *main).await;
            started.push(function.map_err(Ended::Failed).map(|function| {
                let function = Rc::new(function);
                self.functions.insert(name, Rc::clone(&function));
                function
            }));
        }
        started
    }

    fn tell(&mut self, work: &Work, outcome: &Result<Done, Ended>) {
        let what = match work {
            Work::Request(request) if request.answered.is_some() => "once more".to_owned(),
            Work::Request(_) => "is asked".to_owned(),
            Work::Messages(_, batch) => {
                let heard = |delivery: &Delivery| {
                    let body: Value = serde_json::from_str(&delivery.body).unwrap_or_default();
                    let kind = body["detail-type"]
                        .as_str()
                        .unwrap_or("a message")
                        .to_owned();
                    match delivery.received {
                        1 => kind,
                        times => format!("{kind} ({times}.)"),
                    }
                };
                batch.iter().map(heard).collect::<Vec<_>>().join(" + ")
            }
            Work::Records(_, _, number) => format!("{number} records"),
            Work::Tick(_) => "the clock".to_owned(),
        };
        let came = match outcome {
            Ok(Done::Answer(answer)) => format!("{} {}", answer.status, answer.code()),
            Ok(Done::Value(value)) => {
                let failed = value["batchItemFailures"].as_array().map_or(0, Vec::len);
                if failed == 0 {
                    "done".to_owned()
                } else {
                    format!("{failed} to come again")
                }
            }
            Err(Ended::Killed) => "its process ends".to_owned(),
            Err(Ended::Failed(problem)) => format!("fails: {}", problem.causes()),
        };
        let now = self.now();
        let number = self.invocations - 1;
        let function = work.function();
        self.story
            .tell(now, &format!("#{number} {function} ← {what}: {came}"));
    }

    fn conclude(
        &mut self,
        work: Work,
        outcome: Result<Done, Ended>,
        waits: &HashMap<String, u64>,
    ) -> Result<(), String> {
        let again = self
            .troubles
            .contains(&Trouble::Again(self.invocations - 1));
        if matches!(outcome, Err(Ended::Killed)) {
            self.functions.remove(work.function());
        }
        match work {
            Work::Tick(name) => {
                if again {
                    self.put_off(Duration::ZERO, Due::Tick(name));
                }
                Ok(())
            }
            Work::Request(request) => self.answered(*request, outcome, again),
            Work::Messages(function, batch) => {
                let queue = Stage::queue_of(function).ok_or("a queue is missing")?;
                let answer = match outcome {
                    Ok(Done::Value(answer)) => Some(answer),
                    _ => None,
                };
                let failed = |id: &str| {
                    let failed = answer.as_ref().map(|answer| &answer["batchItemFailures"]);
                    let failed = failed.map(|failed| failed.as_array().into_iter().flatten());
                    failed.is_none_or(|mut failed| failed.any(|it| it["itemIdentifier"] == id))
                };
                for delivery in batch {
                    if !failed(&delivery.id) {
                        if again || self.chance.percent(self.nature.doubles) {
                            let delay = self.chance.within(self.nature.delay);
                            self.put_off(delay, Due::Message(delivery));
                        }
                        continue;
                    }
                    let asked = waits.get(&delivery.id).copied().map(Duration::from_secs);
                    let later = asked.filter(|_| answer.is_some());
                    self.come_again(delivery, later.unwrap_or(queue.visibility), queue.tries)?;
                }
                Ok(())
            }
            Work::Records(_, service, number) => {
                let shard = self.shards.entry(service.clone()).or_default();
                let done = match &outcome {
                    Ok(Done::Value(answer)) => {
                        let first = &answer["batchItemFailures"][0]["itemIdentifier"];
                        let first = first.as_str().and_then(|it| it.strip_prefix("seq-"));
                        first.and_then(|it| it.parse().ok()).unwrap_or(number)
                    }
                    _ => 0,
                };
                let done = if again { 0 } else { done };
                shard.records.drain(..done.min(shard.records.len()));
                if done == number {
                    (shard.tries, shard.batch) = (0, STREAM_BATCH);
                } else if !again {
                    (shard.tries, shard.batch) = (shard.tries + 1, (number - done).div_ceil(2));
                    if shard.tries > STREAM_TRIES {
                        return Err(format!("the stream of {service} does not get on"));
                    }
                }
                shard.is_due = !shard.records.is_empty();
                if shard.is_due {
                    let wait = if done == number {
                        Duration::ZERO
                    } else {
                        STREAM_WAITS
                    };
                    self.put_off(wait, Due::Stream(service));
                }
                Ok(())
            }
        }
    }

    fn come_again(
        &mut self,
        delivery: Delivery,
        after: Duration,
        tries: u32,
    ) -> Result<(), String> {
        if delivery.received < tries {
            let received = delivery.received + 1;
            self.put_off(
                after,
                Due::Message(Delivery {
                    received,
                    ..delivery
                }),
            );
            return Ok(());
        }
        if !self.nature.redrives {
            return Err(format!("{} has laid a message aside", delivery.function));
        }
        let now = self.now();
        self.story.tell(
            now,
            &format!("  {} lays a message aside", delivery.function),
        );
        // Whoever lays it back is outside, too.
        self.last_input = now.plus(PEOPLE_WAIT);
        self.put_off(
            PEOPLE_WAIT,
            Due::Message(Delivery {
                received: 1,
                ..delivery
            }),
        );
        Ok(())
    }

    fn answered(
        &mut self,
        request: Request,
        outcome: Result<Done, Ended>,
        again: bool,
    ) -> Result<(), String> {
        let is_final = |answer: &Answer| {
            let passing = ["idempotency_in_flight", "conflict"];
            answer.status < 500 && !passing.contains(&answer.code())
        };
        let answer = match outcome {
            Ok(Done::Answer(answer)) if is_final(&answer) => answer,
            _ => {
                self.put_off(CLIENT_WAITS, Due::Request(request));
                return Ok(());
            }
        };
        if let Some(before) = &request.answered {
            if (before.status, &before.text) != (answer.status, &answer.text) {
                let (before, now) = (&before.text, &answer.text);
                return Err(format!(
                    "{}: a replay has answered {now}, not {before}",
                    request.function
                ));
            }
            return Ok(());
        }
        let actor = &mut self.actors[request.actor];
        actor.is_waiting = false;
        if actor.placed.is_none() && answer.status == 201 {
            actor.placed = Some(Placed::read(actor.buyer, &answer.body));
        }
        // Who claims an order that is theirs is shown it as it is by now: there is nothing to keep.
        let is_kept = request.function != "claim-order";
        if is_kept && answer.status < 300 && (again || self.chance.percent(self.nature.replays)) {
            let delay = self.chance.within(self.nature.delay);
            let answered = Some(answer);
            self.put_off(
                delay,
                Due::Request(Request {
                    answered,
                    ..request
                }),
            );
        }
        Ok(())
    }

    /// Takes what the functions left in the backends to where it goes next, and has it looked at.
    fn collect(&mut self) -> Result<(), String> {
        let cloud = self.stage.cloud.clone();
        let records = cloud.take_stream();
        self.referee.hear(&records)?;
        for StreamRecord { service, image } in records {
            if known(&format!("relay-{service}-events")).is_none() {
                continue;
            }
            let shard = self.shards.entry(service.clone()).or_insert_with(|| Shard {
                batch: STREAM_BATCH,
                ..Shard::default()
            });
            shard.records.push_back(image);
            if !std::mem::replace(&mut shard.is_due, true) {
                self.put_off(Duration::ZERO, Due::Stream(service));
            }
        }
        for event in cloud.take_bus() {
            self.referee.published(&event);
            self.route(&event);
        }
        for queue in cloud.queues() {
            let messages = cloud.take_messages(&queue);
            if queue.ends_with("-dlq") {
                return Err(format!("{queue} has {messages:?}"));
            }
            for message in messages {
                let Some(worker) = Stage::worker_of(&queue) else {
                    continue;
                };
                if !self.variant.unheard.contains(&("webhook", worker)) {
                    self.enqueue(worker, message.body);
                }
            }
        }
        self.referee.look(&cloud, &cloud.take_written())
    }

    fn route(&mut self, event: &BusEvent) {
        let kind = event.detail_type.as_str();
        if self.is_lost(kind, event) {
            return;
        }
        let listeners = fleet::LISTENERS.iter().find(|(known, _)| *known == kind);
        let body = json!({ "detail-type": kind, "source": event.source, "detail": event.detail });
        for listener in listeners.map_or(&[][..], |(_, listeners)| listeners) {
            if self.variant.unheard.contains(&(kind, listener)) {
                continue;
            }
            self.enqueue(listener, body.to_string());
            if self.chance.percent(self.nature.doubles) {
                self.enqueue(listener, body.to_string());
            }
        }
    }

    /// Whether nobody ever hears of an event, however often it is published.
    fn is_lost(&mut self, kind: &str, event: &BusEvent) -> bool {
        if !self.variant.lost.contains(&kind) {
            return false;
        }
        let id = event.detail["metadata"]["id"].as_str().unwrap_or_default();
        let lost = self.lost.entry(kind.to_owned());
        lost.or_insert_with(|| id.to_owned()) == id
    }

    fn enqueue(&mut self, function: &'static str, body: String) {
        let id = format!("message-{}", self.numbered);
        let delay = self.chance.within(self.nature.delay);
        let delivery = Delivery {
            function,
            id,
            body,
            received: 1,
        };
        self.put_off(delay, Due::Message(delivery));
    }
}

fn known(name: &str) -> Option<&'static str> {
    let found = fleet::FLEET.iter().find(|(known, _)| *known == name);
    found.map(|(name, _)| *name)
}
