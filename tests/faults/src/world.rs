//! The world that functions live in: what carries their events, and a client that does not give up.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    pin::Pin,
    rc::Rc,
    time::Duration,
};

use kernel::Problem;
use serde_json::{Value, json};
use testkit::{Answer, Ask, BusEvent, Call, Ended, Lambda, Message, Stage, StreamRecord};

use crate::branch::{self, Branch};

/// How often a queue delivers a message before it is a dead letter.
const DELIVERIES: u32 = 5;
/// How long a message that was received does not show again: six times what its function may take.
const VISIBILITY: Duration = Duration::from_mins(1);
/// How often a client sends a request that was not answered.
const PATIENCE: u32 = 8;

/// A message on its way to a consumer.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub function: &'static str,
    pub id: String,
    pub body: String,
    pub received: u32,
}

/// What sets a function off.
#[derive(Debug, Clone)]
pub enum Stimulus {
    Request(Ask),
    Message(Delivery),
    Stream(Vec<StreamRecord>),
    Tick,
    Call(Value),
    /// A file that is sent by a form which the function has signed.
    Upload(Upload),
    /// A file that is looked at by a link which the function has signed: `bucket/key`.
    Download(String),
}

/// A file on its way to a bucket.
#[derive(Debug, Clone)]
pub struct Upload {
    /// `bucket/key`.
    pub path: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

impl Stimulus {
    /// Whether it is a request with a code of a second factor, which is good once.
    pub fn shows_code(&self) -> bool {
        matches!(self, Self::Request(ask) if ask.text().contains("\"code\":"))
    }
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Answer(Answer),
    /// Whether a message was taken, a stream read on, a tick or a call done.
    Done(bool),
}

impl Outcome {
    /// Whether nobody asks again.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Answer(answer) => answer.status < 500 && answer.code() != "idempotency_in_flight",
            Self::Done(done) => *done,
        }
    }
}

/// A function about to be set off, and the world as it is then.
pub struct Moment {
    pub function: &'static str,
    pub stimulus: Stimulus,
    /// The statements of the function's policy that let it do what no moment before has needed.
    pub grants: Vec<String>,
    world: World,
}

/// A request that was sent, and what has come of it.
pub struct Visit {
    pub function: &'static str,
    pub answer: Answer,
    /// The calls that it took.
    pub calls: Vec<Call>,
}

/// Which moments are kept.
#[derive(Clone, PartialEq, Eq)]
enum Kept {
    /// The first few of each function.
    First,
    /// Of these functions alone.
    Of(Vec<&'static str>),
    /// Those in which a function first uses a statement of its policy.
    Grants,
}

impl Moment {
    /// The world as it is then, to go on in. Each fork has ids of its own.
    pub fn world(&self, seed: u64) -> World {
        self.world.fork(seed)
    }
}

/// What is played with a moment, by the kinds of moments that were played before; it says of which kind this one is.
pub type Play = fn(Moment, HashSet<String>) -> Pin<Box<dyn Future<Output = String>>>;

/// Moments that are played as they come.
struct Playing {
    services: &'static [&'static str],
    play: Play,
    /// How often each function was met, with a code and without.
    met: HashMap<(&'static str, bool), usize>,
    kinds: HashSet<String>,
}

/// So many moments of a function are kept, or played.
const FEW: usize = 3;

pub struct World {
    pub stage: Stage,
    functions: HashMap<&'static str, Rc<Lambda>>,
    /// What waits in the queues.
    waiting: VecDeque<Delivery>,
    /// What waits in the streams, by service.
    streams: BTreeMap<String, Vec<StreamRecord>>,
    /// Every event that was ever published, by its id.
    pub published: BTreeMap<String, BusEvent>,
    /// Messages that were laid aside, or given up.
    pub letters: Vec<Message>,
    /// How often each event is delivered.
    pub copies: usize,
    /// Consumers that get no event of a type, workers that get nothing from a queue.
    pub lost: HashSet<(String, &'static str)>,
    /// Why functions have failed, for a test that fails.
    pub causes: Vec<String>,
    /// What the functions have logged, metrics among it, where it is kept.
    pub log: Option<Vec<String>>,
    /// Every call to a backend, once it was made.
    pub calls: Vec<Call>,
    /// Every request that was sent by itself.
    pub visits: Vec<Visit>,
    /// How often each function was set off.
    invocations: HashMap<&'static str, usize>,
    /// How long a function has for a message, where that is less than its manifest says.
    pub hurry: Option<Duration>,
    /// What decides which message comes first, where chance does.
    chance: Option<u64>,
    /// The moments that were kept, where any are.
    moments: Option<Vec<Moment>>,
    kept: Kept,
    playing: Option<Playing>,
    /// The statements that were used: the function's name, and the statement's.
    used: BTreeSet<(String, String)>,
}

impl Default for World {
    fn default() -> Self {
        Self::new(1)
    }
}

impl World {
    /// An empty world in which everything comes once and in order.
    pub fn new(seed: u64) -> Self {
        let stage = Stage::seeded(seed)
            // A day is long, and nobody logs in anew.
            .with("ACCESS_TOKEN_SECONDS", "86400")
            // Nor does anyone wait a week for the money.
            .with("PAYOUT_HOLD_DAYS", "0");
        Self::over(stage)
    }

    /// An empty world on this stage.
    pub fn over(stage: Stage) -> Self {
        Self {
            stage,
            functions: HashMap::new(),
            waiting: VecDeque::new(),
            streams: BTreeMap::new(),
            published: BTreeMap::new(),
            letters: Vec::new(),
            copies: 1,
            lost: HashSet::new(),
            causes: Vec::new(),
            log: None,
            calls: Vec::new(),
            visits: Vec::new(),
            invocations: HashMap::new(),
            hurry: None,
            chance: None,
            moments: None,
            kept: Kept::First,
            playing: None,
            used: BTreeSet::new(),
        }
    }

    /// A world in which every event comes thrice, and in an order that the seed decides.
    pub fn unruly(seed: u64) -> Self {
        Self::new(seed).made_unruly(seed)
    }

    /// The same world, that becomes such a one.
    pub fn made_unruly(self, seed: u64) -> Self {
        Self {
            copies: 3,
            chance: Some(seed),
            ..self
        }
    }

    /// Keeps the first few moments of each function.
    pub fn remembering(mut self) -> Self {
        self.moments = Some(Vec::new());
        self
    }

    /// Keeps the first few moments of these functions.
    pub fn remembering_of(self, functions: Vec<&'static str>) -> Self {
        Self {
            kept: Kept::Of(functions),
            ..self.remembering()
        }
    }

    /// Has something played with the first few moments of each function of some services, as they come and each in a
    /// process of its own: a moment is all of the world's memory, and hundreds of them are too much to begin with.
    pub fn playing(self, services: &'static [&'static str], play: Play) -> Self {
        let playing = Playing {
            services,
            play,
            met: HashMap::new(),
            kinds: HashSet::new(),
        };
        Self {
            playing: Some(playing),
            ..self
        }
    }

    /// Keeps the moments in which a function first uses a statement of its policy.
    pub fn remembering_grants(self) -> Self {
        Self {
            kept: Kept::Grants,
            ..self.remembering()
        }
    }

    /// What was kept.
    pub fn moments(self) -> Vec<Moment> {
        self.moments.unwrap_or_default()
    }

    /// The same world, apart from now on. Each fork has ids of its own.
    pub fn fork(&self, seed: u64) -> Self {
        Self {
            waiting: self.waiting.clone(),
            streams: self.streams.clone(),
            published: self.published.clone(),
            letters: self.letters.clone(),
            lost: self.lost.clone(),
            hurry: self.hurry,
            ..Self::over(self.stage.fork(seed))
        }
    }

    /// Gives all functions another value of a setting from now on: those that know it are started anew.
    pub fn set(&mut self, setting: &str, value: &str) {
        self.stage = self.stage.clone().with(setting, value);
        let knows = |name: &&'static str| Stage::settings_of(name).contains_key(setting);
        self.functions.retain(|name, _| !knows(name));
    }

    /// A function, started if it is not.
    async fn function(&mut self, name: &str) -> (&'static str, Rc<Lambda>) {
        match self.started(name).await {
            Ok(function) => function,
            Err(problem) => panic!("{name} did not start: {}", problem.causes()),
        }
    }

    async fn started(&mut self, name: &str) -> Result<(&'static str, Rc<Lambda>), Problem> {
        let found = fleet::FLEET.iter().find(|(known, _)| *known == name);
        let Some((name, main)) = found else {
            panic!("{name} is not in the fleet: run `make render`");
        };
        if let Some(function) = self.functions.get(name) {
            return Ok((name, Rc::clone(function)));
        }
        let function = Rc::new(self.stage.try_start(name, *main).await?);
        self.functions.insert(name, Rc::clone(&function));
        // What it does at its start is no part of a request.
        self.stage.cloud.take_calls();
        Ok((name, function))
    }

    /// The functions that were started.
    pub fn functions(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.functions.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// Starts a function before it is needed, so that no fault meets its start.
    pub async fn warm(&mut self, name: &str) {
        self.function(name).await;
    }

    /// Sets a function off, once.
    pub async fn once(&mut self, name: &str, stimulus: &Stimulus) -> Result<Outcome, Ended> {
        let arrives = matches!(stimulus, Stimulus::Message(_) | Stimulus::Stream(_));
        if arrives && !self.stage.cloud.hands_over(name) {
            return Ok(Outcome::Done(false));
        }
        if let Stimulus::Upload(file) = stimulus {
            let Upload {
                path,
                media_type,
                bytes,
            } = file.clone();
            let taken = self.stage.cloud.upload_by(name, &path, media_type, bytes);
            return Ok(Outcome::Done(taken));
        }
        if let Stimulus::Download(path) = stimulus {
            let shown = self.stage.cloud.download_by(name, path);
            return Ok(Outcome::Done(shown.is_some()));
        }
        let (name, function) = self.started(name).await.map_err(Ended::Failed)?;
        *self.invocations.entry(name).or_default() += 1;
        let outcome = match stimulus {
            Stimulus::Request(ask) => function.try_send(ask.clone()).await.map(Outcome::Answer),
            Stimulus::Message(delivery) => function
                .deliver_for(&delivery.id, &delivery.body, delivery.received, self.hurry)
                .await
                .map(Outcome::Done),
            Stimulus::Stream(records) => {
                let images = records.iter().map(|record| &record.image);
                let answer = function.invoke(testkit::stream(images)).await;
                answer.map(|answer| {
                    let failed = answer["batchItemFailures"].as_array();
                    Outcome::Done(failed.is_none_or(Vec::is_empty))
                })
            }
            Stimulus::Tick => function
                .invoke(json!({}))
                .await
                .map(|_| Outcome::Done(true)),
            Stimulus::Call(payload) => {
                let answer = function.invoke(payload.clone()).await;
                answer.map(|_| Outcome::Done(true))
            }
            Stimulus::Upload(_) | Stimulus::Download(_) => {
                unreachable!("no function is set off by it")
            }
        };
        // An environment that has ended is replaced by a new one.
        if matches!(outcome, Err(Ended::Killed)) {
            self.functions.remove(name);
        }
        self.read_log();
        self.calls.extend(self.stage.cloud.take_calls());
        outcome
    }

    /// Sets a function off again and again until it has done what it should: a client sends its request anew,
    /// a queue delivers its message anew.
    pub async fn persist(&mut self, name: &str, stimulus: &Stimulus) -> Outcome {
        let mut last = None;
        for _ in 0..PATIENCE {
            match self.once(name, stimulus).await {
                Ok(outcome) if outcome.is_final() => return outcome,
                unfinished => last = Some(unfinished),
            }
            self.stage.cloud.heal();
            self.wait(stimulus);
            if matches!(stimulus, Stimulus::Tick) {
                // The next one comes when a provider that has not answered is asked again.
                self.stage
                    .clock
                    .advance(payment::breaker::circuit::OPEN_FOR);
            }
        }
        panic!("{name} does not get done: {last:?}\n{:?}", self.causes);
    }

    /// Lets the time pass until whoever asked asks again: a client at once, a queue when the message shows
    /// again.
    pub fn wait(&self, stimulus: &Stimulus) {
        if matches!(stimulus, Stimulus::Message(_)) {
            self.stage.clock.advance(VISIBILITY);
        }
    }

    /// Lets someone send a request just before the call with this number of whatever is set off next.
    pub async fn meanwhile(&mut self, call: usize, name: &str, ask: Ask) {
        let found = fleet::FLEET.iter().find(|(known, _)| *known == name);
        let Some((name, main)) = found else {
            panic!("{name} is not in the fleet: run `make render`");
        };
        let function = self.stage.start(name, *main).await;
        self.stage.cloud.take_calls();
        let sending = async move {
            function.send(ask).await;
        };
        self.stage.cloud.meanwhile(call, Box::pin(sending));
    }

    async fn meet(&mut self, name: &'static str, stimulus: Stimulus) -> Outcome {
        let moment = self.remember(name, &stimulus).await;
        let before = self.calls.len();
        let outcome = self.persist(name, &stimulus).await;
        self.keep(moment);
        if let Outcome::Answer(answer) = &outcome {
            self.visits.push(Visit {
                function: name,
                answer: answer.clone(),
                calls: self.calls[before..].to_vec(),
            });
        }
        outcome
    }

    fn moment(&self, function: &'static str, stimulus: &Stimulus) -> Moment {
        Moment {
            function,
            stimulus: stimulus.clone(),
            grants: Vec::new(),
            world: self.fork(0),
        }
    }

    /// Plays a moment, if it is one that is played.
    async fn play(&mut self, function: &'static str, stimulus: &Stimulus) {
        let Some(playing) = &mut self.playing else {
            return;
        };
        let met = playing.met.entry((function, stimulus.shows_code()));
        let met = met.or_default();
        *met += 1;
        let settings = Stage::settings_of(function);
        if *met > FEW || !playing.services.contains(&settings["SERVICE"].as_str()) {
            return;
        }
        let (play, kinds) = (playing.play, playing.kinds.clone());
        let kind = match Branch::off().expect("another process") {
            Branch::Trunk(kind) => kind,
            Branch::Other(said) => {
                let kind = play(self.moment(function, stimulus), kinds).await;
                branch::end(said, &kind)
            }
        };
        assert!(
            !kind.is_empty(),
            "{function} does not come through: see above"
        );
        if let Some(playing) = &mut self.playing {
            playing.kinds.insert(kind);
        }
    }

    /// A moment that may be kept.
    async fn remember(&mut self, function: &'static str, stimulus: &Stimulus) -> Option<Moment> {
        self.play(function, stimulus).await;
        let moments = self.moments.as_ref()?;
        // A log-in with a code is another thing than one without.
        let shows_code = stimulus.shows_code();
        let seen = moments
            .iter()
            .filter(|moment| moment.function == function)
            .filter(|moment| moment.stimulus.shows_code() == shows_code)
            .count();
        let is_kept = match &self.kept {
            Kept::First => seen < FEW,
            Kept::Of(functions) => seen < FEW && functions.contains(&function),
            Kept::Grants => true,
        };
        is_kept.then(|| self.moment(function, stimulus))
    }

    /// Keeps a moment, now that it is known what it led to.
    fn keep(&mut self, moment: Option<Moment>) {
        let used = self.stage.cloud.take_used_grants().into_iter();
        let first = used.filter(|it| self.used.insert(it.clone()));
        let first: Vec<_> = first.collect();
        let (Some(mut moment), Some(moments)) = (moment, &mut self.moments) else {
            return;
        };
        let own = first.into_iter();
        let own = own.filter(|(function, _)| function == moment.function);
        moment.grants = own.map(|(_, grant)| grant).collect();
        if self.kept != Kept::Grants || !moment.grants.is_empty() {
            moments.push(moment);
        } else {
            moment.world.stage.cloud.forget();
        }
    }

    /// The statements that functions have used so far: the function's name, and the statement's.
    pub fn used_grants(&mut self) -> &BTreeSet<(String, String)> {
        self.used.extend(self.stage.cloud.take_used_grants());
        &self.used
    }

    /// Sends requests to a function all at once, and waits for all answers.
    pub async fn at_once(&mut self, name: &str, asks: Vec<Ask>) -> Vec<Answer> {
        let (_, function) = self.function(name).await;
        let answers = function.at_once(asks).await;
        self.read_log();
        answers
    }

    /// The same to several functions.
    pub async fn all_at_once(&mut self, asks: Vec<(&str, Ask)>) -> Vec<Answer> {
        let mut sent = Vec::new();
        for (name, ask) in asks {
            sent.push((self.function(name).await.1, ask));
        }
        let answers = Lambda::all_at_once(sent).await;
        self.read_log();
        answers
    }

    /// Sends a request, and lets nothing follow from it yet.
    pub async fn send(&mut self, name: &'static str, ask: Ask) -> Answer {
        match self.meet(name, Stimulus::Request(ask)).await {
            Outcome::Answer(answer) => answer,
            Outcome::Done(_) => unreachable!("a request has an answer"),
        }
    }

    /// Sends a file by a form that a function has signed.
    pub async fn upload(
        &mut self,
        signer: &'static str,
        path: &str,
        media_type: &'static str,
        bytes: Vec<u8>,
    ) {
        let path = path.to_owned();
        let file = Upload {
            path,
            media_type,
            bytes,
        };
        self.meet(signer, Stimulus::Upload(file)).await;
    }

    /// Looks at a file by a link that a function has signed.
    pub async fn download(&mut self, signer: &'static str, path: &str) {
        self.meet(signer, Stimulus::Download(path.to_owned())).await;
    }

    /// Hands a function for the last time what it cannot read.
    pub async fn poison(&mut self, function: &'static str) {
        let stimulus = if function.starts_with("relay-") {
            let image = json!({ "kind": { "S": "command" } });
            let service = function.to_owned();
            Stimulus::Stream(vec![StreamRecord { service, image }])
        } else {
            Stimulus::Message(Delivery {
                function,
                id: "poison".to_owned(),
                body: "poison".to_owned(),
                received: DELIVERIES,
            })
        };
        let moment = self.remember(function, &stimulus).await;
        let _ = self.once(function, &stimulus).await;
        self.keep(moment);
    }

    /// Calls a function by its name.
    pub async fn call(&mut self, name: &'static str, payload: Value) {
        self.meet(name, Stimulus::Call(payload)).await;
    }

    /// Lets a schedule fire after this time.
    pub async fn tick(&mut self, name: &'static str, after: Duration) {
        self.stage.clock.advance(after);
        self.meet(name, Stimulus::Tick).await;
    }

    /// Lets everything follow from what has happened, until nothing more does.
    pub async fn settle(&mut self) {
        while self.step().await {}
    }

    /// Lets one thing follow; whether there was one.
    pub async fn step(&mut self) -> bool {
        self.collect();
        let relays = self.streams.len();
        let number = relays + self.waiting.len();
        if number == 0 {
            return false;
        }
        let choice = self.choose(number);
        if choice < relays {
            self.relay(choice).await;
        } else if let Some(delivery) = self.waiting.remove(choice - relays) {
            self.deliver(delivery).await;
        }
        true
    }

    fn choose(&mut self, number: usize) -> usize {
        let Some(chance) = &mut self.chance else {
            return 0;
        };
        *chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*chance >> 33).unwrap_or(0) % number
    }

    /// Takes what the functions left in the backends to where it goes next.
    pub fn collect(&mut self) {
        let cloud = self.stage.cloud.clone();
        for record in cloud.take_stream() {
            let has_relay = fleet::FLEET
                .iter()
                .any(|(name, _)| *name == format!("relay-{}-events", record.service));
            if has_relay {
                let service = record.service.clone();
                self.streams.entry(service).or_default().push(record);
            }
        }
        for event in cloud.take_bus() {
            self.route(event);
        }
        for path in cloud.take_uploads() {
            let key = path.split_once('/').map_or("", |(_, key)| key);
            let notification = json!({ "Records": [{ "s3": { "object": { "key": key } } }] });
            let prefix = key.split('/').next().unwrap_or_default();
            let listener = match prefix {
                "imports" => "run-product-import",
                "arrivals" => "attach-business-document",
                // Nobody hears of what is kept elsewhere.
                _ => continue,
            };
            self.enqueue(listener, notification.to_string());
        }
        for queue in cloud.queues() {
            let messages = cloud.take_messages(&queue);
            if queue.ends_with("-dlq") {
                self.letters.extend(messages);
            } else if let Some(worker) = Stage::worker_of(&queue) {
                if self.lost.contains(&(queue, worker)) {
                    continue;
                }
                for message in messages {
                    self.enqueue(worker, message.body);
                }
            }
        }
    }

    fn route(&mut self, event: BusEvent) {
        let body = json!({
            "detail-type": event.detail_type, "source": event.source, "detail": event.detail,
        });
        let listeners = fleet::LISTENERS
            .iter()
            .find(|(kind, _)| *kind == event.detail_type)
            .map_or(&[][..], |(_, listeners)| listeners);
        for listener in listeners {
            if !self.lost.contains(&(event.detail_type.clone(), *listener)) {
                for _ in 0..self.copies {
                    self.enqueue(listener, body.to_string());
                }
            }
        }
        let id = event.detail["metadata"]["id"].as_str().unwrap_or_default();
        self.published.insert(id.to_owned(), event);
    }

    /// Lets a consumer hear no event of a type from now on.
    pub fn lose(&mut self, (kind, consumer): (&str, &'static str)) {
        self.lost.insert((kind.to_owned(), consumer));
    }

    /// Lets no consumer hear anything from now on: for a test of what publishes alone.
    pub fn silence(&mut self) {
        for (kind, listeners) in fleet::LISTENERS {
            let deaf = listeners
                .iter()
                .map(|listener| ((*kind).to_owned(), *listener));
            self.lost.extend(deaf);
        }
    }

    /// Loses all that the relay of some service was about to be handed, if there is any that says what it is; what it
    /// was.
    pub fn lose_stream(&mut self, chance: usize) -> Option<Vec<StreamRecord>> {
        self.collect();
        let is_told = |records: &[StreamRecord]| {
            let mut records = records.iter();
            records.any(|record| !record.image["audit"].is_null())
        };
        let told = self.streams.iter().filter(|(_, records)| is_told(records));
        let told: Vec<String> = told.map(|(service, _)| service.clone()).collect();
        let service = told.get(chance.checked_rem(told.len())?)?;
        self.streams.remove(service)
    }

    /// Lays a message into the queue of a function.
    pub fn enqueue(&mut self, function: &'static str, body: String) {
        let id: kernel::EventId = self.stage.ids.fresh(self.stage.clock.now());
        self.waiting.push_back(Delivery {
            function,
            id: id.to_string(),
            body,
            received: 1,
        });
    }

    async fn relay(&mut self, choice: usize) {
        let Some(service) = self.streams.keys().nth(choice).cloned() else {
            return;
        };
        let records = self.streams.remove(&service).unwrap_or_default();
        let name = format!("relay-{service}-events");
        let (name, _) = self.function(&name).await;
        self.meet(name, Stimulus::Stream(records)).await;
    }

    async fn deliver(&mut self, delivery: Delivery) {
        let stimulus = Stimulus::Message(delivery.clone());
        let moment = self.remember(delivery.function, &stimulus).await;
        let taken = self.once(delivery.function, &stimulus).await;
        self.keep(moment);
        if matches!(taken, Ok(Outcome::Done(true))) {
            return;
        }
        let again = Delivery {
            received: delivery.received + 1,
            ..delivery
        };
        if again.received > DELIVERIES {
            self.letters.push(Message {
                body: again.body,
                attributes: BTreeMap::new(),
            });
        } else {
            self.waiting.push_back(again);
        }
    }

    /// No function ever writes a secret or a personal value into the log.
    fn read_log(&mut self) {
        for line in self.stage.take_log() {
            let text = line.to_string();
            for secret in crate::journey::SECRETS {
                assert!(!text.contains(secret), "{secret:?} is in the log: {text}");
            }
            if let Some(log) = &mut self.log {
                log.push(text.clone());
            }
            if !line["cause"].is_null() {
                self.causes.push(text);
            }
        }
    }

    /// How often a function was set off.
    pub fn invocations(&self, name: &str) -> usize {
        self.invocations.get(name).copied().unwrap_or(0)
    }

    /// The published events of a type.
    pub fn events(&self, kind: &str) -> Vec<&Value> {
        let events = self.published.values();
        events
            .filter(|event| event.detail_type == kind)
            .map(|event| &event.detail["data"])
            .collect()
    }
}
