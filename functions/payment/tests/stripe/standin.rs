//! A stand-in of Stripe: an HTTP server that does what Stripe's documentation says of the few calls that payment
//! makes, and keeps its own ledger of what it did with whose money. It is part of the tests, and is not Stripe.
//!
//! Of what is documented it holds callers to: the key and the version, forms of known fields, idempotency keys (the
//! same again for the same, `idempotency_error` for another), the states of a payment intent, amounts, and that parts
//! can be captured where multicapture is available. On demand it loses replies, fails, or is too busy.

use std::{
    collections::{BTreeMap, HashMap},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
    thread,
};

use kernel::Timestamp;
use payment::signature::SigningKey;
use serde_json::{Value, json};

/// The key that it knows its only account by.
pub(crate) const KEY: &str = "sk_test_of_tests";
const VERSION: &str = "2024-06-20";

/// What happens to a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// The connection breaks before it is read.
    Unreached,
    /// It is carried out, and the connection breaks.
    LostReply,
    /// It is carried out, and half of the answer comes.
    HalfReply,
    /// It is carried out, and the answer is a failure: under a key, the same is said from then on.
    Broken,
    /// It is not begun, for there were too many.
    TooMany,
    /// It is not begun, for another call under its key is being carried out.
    InProgress,
    /// It is not begun, for nobody is there to.
    Unavailable,
}

impl Fault {
    pub(crate) const ALL: [Self; 7] = [
        Self::Unreached,
        Self::LostReply,
        Self::HalfReply,
        Self::Broken,
        Self::TooMany,
        Self::InProgress,
        Self::Unavailable,
    ];
}

/// What was done with the money of a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Deed {
    Held,
    Captured,
    Released,
    Refunded,
    Withdrawn,
    Reinstated,
}

/// A call that came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) key: Option<String>,
    pub(crate) form: BTreeMap<String, String>,
}

#[derive(Clone, Default)]
struct Intent {
    id: String,
    amount: u64,
    currency: String,
    method: String,
    status: &'static str,
    capturable: u64,
    received: u64,
    metadata: BTreeMap<String, String>,
    multicapture: bool,
    /// Of its charge, where its card was asked.
    charge: Option<&'static str>,
    error: Option<Value>,
}

#[derive(Clone)]
struct Refund {
    id: String,
    intent: String,
    amount: u64,
    currency: String,
    status: &'static str,
    metadata: BTreeMap<String, String>,
}

#[derive(Clone)]
struct Dispute {
    id: String,
    intent: String,
    amount: u64,
    currency: String,
    reason: String,
    status: &'static str,
    metadata: BTreeMap<String, String>,
}

#[derive(Default)]
struct Books {
    intents: Vec<Intent>,
    refunds: Vec<Refund>,
    disputes: Vec<Dispute>,
    /// What was asked under a key, and what was said.
    keys: HashMap<String, (String, Answer)>,
    ledger: Vec<(String, Deed, u64)>,
    seen: Vec<Seen>,
    events: Vec<Value>,
    /// By the number of the call, counted from when it was set.
    fault: Option<(usize, Fault)>,
    /// So many refunds are on a page.
    page: usize,
}

type Answer = (u16, Value);
type Outcome = Result<Value, Answer>;

/// The server.
#[derive(Clone)]
pub(crate) struct StandIn {
    pub(crate) url: String,
    books: Arc<Mutex<Books>>,
}

impl StandIn {
    /// On a port of its own, as long as the test.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let books = Arc::new(Mutex::new(Books {
            page: 100,
            ..Books::default()
        }));
        let shared = Arc::clone(&books);
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let books = Arc::clone(&shared);
                thread::spawn(move || serve(socket, &books));
            }
        });
        Self { url, books }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// Sets a fault for the call of this number, counted from now.
    pub(crate) fn disturb(&self, call: usize, fault: Fault) {
        self.books().fault = Some((call, fault));
    }

    /// Whether the fault that was set has happened; none is set afterwards.
    pub(crate) fn heal(&self) -> bool {
        self.books().fault.take().is_none()
    }

    /// Has so many refunds on a page.
    pub(crate) fn page(&self, refunds: usize) {
        self.books().page = refunds;
    }

    /// The calls that came.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.books().seen.clone()
    }

    /// How often something was done with a card's money, and with how much in all.
    pub(crate) fn done(&self, deed: Deed) -> (usize, u64) {
        let books = self.books();
        let done = books.ledger.iter().filter(|(_, of, _)| *of == deed);
        let amounts: Vec<u64> = done.map(|(_, _, amount)| *amount).collect();
        (amounts.len(), amounts.iter().sum())
    }

    /// How many intents there are.
    pub(crate) fn intents(&self) -> usize {
        self.books().intents.len()
    }

    /// The customer of the only intent acts at their bank's page, or fails to.
    pub(crate) fn act(&self, is_agreed: bool) {
        let mut books = self.books();
        let mut intent = books.intents[0].clone();
        assert_eq!(intent.status, "requires_action");
        if is_agreed {
            books.hold(&mut intent);
        } else {
            intent.decline("payment_intent_authentication_failure", None);
            books.tell("payment_intent.payment_failed", &intent);
        }
        books.keep(intent);
    }

    /// A refund that was made is said to have failed after all.
    pub(crate) fn fail_refund(&self) {
        self.books().refunds[0].status = "failed";
    }

    /// The bank of the only intent's customer takes money back.
    pub(crate) fn dispute(&self, amount: u64, reason: &str) {
        let mut books = self.books();
        let intent = books.intents[0].clone();
        books.write(&intent, Deed::Withdrawn, amount);
        books.open_dispute(&intent, amount, reason);
    }

    /// Money is taken back by what else the account is used for.
    pub(crate) fn dispute_of_others(&self) {
        let mut books = self.books();
        let intent = Intent {
            id: format!("pi_of_others_{}", books.disputes.len()),
            metadata: BTreeMap::new(),
            ..books.intents[0].clone()
        };
        books.open_dispute(&intent, intent.amount, "general");
        books.keep(intent);
    }

    /// It decides about the only dispute.
    pub(crate) fn decide(&self, is_won: bool) {
        let mut books = self.books();
        let mut dispute = books.disputes[0].clone();
        books.decided(&mut dispute, if is_won { "won" } else { "lost" });
        books.disputes[0] = dispute;
    }

    /// Somebody captures at Stripe's own desk.
    pub(crate) fn capture_past_us(&self, amount: u64) {
        let mut books = self.books();
        let mut intent = books.intents[0].clone();
        intent.received += amount;
        intent.capturable -= amount;
        books.keep(intent);
    }

    /// The webhooks that it has sent so far, signed at this moment: header and body.
    pub(crate) fn webhooks(&self, secret: &str, now: Timestamp) -> Vec<(String, Vec<u8>)> {
        let key = SigningKey::new(secret).unwrap();
        let events = self.books().events.clone();
        let signed = |event: Value| {
            let body = event.to_string().into_bytes();
            (key.sign(&body, now), body)
        };
        events.into_iter().map(signed).collect()
    }
}

fn serve(socket: TcpStream, books: &Mutex<Books>) {
    let mut writer = socket.try_clone().unwrap();
    let mut reader = BufReader::new(socket);
    while let Some(request) = Request::read(&mut reader) {
        let (status, body) = match books.lock().unwrap().take(&request) {
            Reply::Nothing => return,
            Reply::Half => {
                let _ = writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{\"id\":");
                return;
            }
            Reply::Whole(answer) => answer,
        };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\nrequest-id: req_1\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        if writer.write_all((head + &body).as_bytes()).is_err() {
            return;
        }
    }
}

enum Reply {
    Whole(Answer),
    Half,
    Nothing,
}

struct Request {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    headers: HashMap<String, String>,
    form: BTreeMap<String, String>,
}

impl Request {
    fn read(reader: &mut BufReader<TcpStream>) -> Option<Self> {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let mut words = line.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        let length = headers.get("content-length").map_or(Ok(0), |n| n.parse());
        let mut body = vec![0; length.ok()?];
        reader.read_exact(&mut body).ok()?;
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        Some(Self {
            method,
            path: path.to_owned(),
            query: form(query),
            headers,
            form: form(std::str::from_utf8(&body).ok()?),
        })
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn number(&self, name: &str) -> Result<Option<u64>, Answer> {
        let Some(text) = self.form.get(name) else {
            return Ok(None);
        };
        let wrong = |_| invalid("parameter_invalid_integer", name);
        text.parse().map(Some).map_err(wrong)
    }

    fn text(&self, name: &str) -> Result<String, Answer> {
        let found = self.form.get(name).cloned();
        found.ok_or_else(|| invalid("parameter_missing", name))
    }

    fn metadata(&self) -> Result<BTreeMap<String, String>, Answer> {
        let mut found = BTreeMap::new();
        for (field, value) in &self.form {
            let name = field.strip_prefix("metadata[");
            if let Some(name) = name.and_then(|name| name.strip_suffix(']')) {
                if name.len() > 40 || value.len() > 500 {
                    return Err(invalid("parameter_invalid_string_length", field));
                }
                found.insert(name.to_owned(), value.clone());
            }
        }
        Ok(found)
    }

    /// Stripe refuses fields that it does not know.
    fn only(&self, known: &[&str]) -> Result<(), Answer> {
        let is_known = |field: &str| known.contains(&field) || field.starts_with("metadata[");
        match self.form.keys().find(|field| !is_known(field)) {
            Some(field) => Err(invalid("parameter_unknown", field)),
            None => Ok(()),
        }
    }
}

/// `a%5Bb%5D=c+d` is `a[b]`: `c d`.
fn form(text: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'+' => b' ',
                b'%' => {
                    let hex = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
                }
                byte => byte,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn error(status: u16, kind: &str, code: Option<&str>, param: Option<&str>) -> Answer {
    let error = json!({ "type": kind, "code": code, "param": param, "message": "for people" });
    (status, json!({ "error": error }))
}

fn invalid(code: &str, param: &str) -> Answer {
    error(400, "invalid_request_error", Some(code), Some(param))
}

fn unexpected_state() -> Answer {
    let code = Some("payment_intent_unexpected_state");
    error(400, "invalid_request_error", code, None)
}

impl Intent {
    fn shown(&self, is_expanded: bool) -> Value {
        let charge = format!("ch_{}", self.id);
        let latest_charge = self.charge.map(|status| {
            let expanded = json!({
                "id": charge, "object": "charge", "status": status, "amount": self.amount,
                "amount_captured": self.received, "captured": self.status == "succeeded",
            });
            if is_expanded { expanded } else { json!(charge) }
        });
        let waits = self.status == "requires_action";
        let next_action = waits.then(|| {
            let url = format!("https://hooks.stripe.test/redirect/{}", self.id);
            json!({ "type": "redirect_to_url", "redirect_to_url": { "url": url, "return_url": "https://shop" } })
        });
        json!({
            "id": self.id, "object": "payment_intent", "amount": self.amount, "currency": self.currency,
            "status": self.status, "amount_capturable": self.capturable, "amount_received": self.received,
            "capture_method": "manual", "livemode": false, "metadata": self.metadata,
            "latest_charge": latest_charge, "last_payment_error": self.error, "next_action": next_action,
            "client_secret": format!("{}_secret", self.id),
        })
    }

    fn decline(&mut self, code: &str, decline_code: Option<&str>) {
        self.status = "requires_payment_method";
        self.charge = Some("failed");
        self.error = Some(json!({
            "type": "card_error", "code": code, "decline_code": decline_code, "message": "for people",
        }));
    }
}

impl Refund {
    fn shown(&self) -> Value {
        json!({
            "id": self.id, "object": "refund", "amount": self.amount, "currency": self.currency,
            "payment_intent": self.intent, "status": self.status, "metadata": self.metadata,
            "failure_reason": if self.status == "failed" { json!("lost_or_stolen_card") } else { Value::Null },
        })
    }
}

impl Dispute {
    fn shown(&self, intent: Option<Value>) -> Value {
        json!({
            "id": self.id, "object": "dispute", "amount": self.amount, "currency": self.currency,
            "charge": format!("ch_{}", self.intent), "reason": self.reason, "status": self.status,
            "created": 1_700_000_000, "livemode": false, "metadata": self.metadata,
            "evidence_details": { "due_by": 1_700_600_000, "has_evidence": false, "submission_count": 0 },
            "payment_intent": intent.unwrap_or_else(|| json!(self.intent)),
        })
    }
}

impl Books {
    /// What comes of a call, with whatever is to happen to it.
    fn take(&mut self, request: &Request) -> Reply {
        let fault = match &mut self.fault {
            Some((0, fault)) => {
                let fault = *fault;
                self.fault = None;
                Some(fault)
            }
            Some((calls, _)) => {
                *calls -= 1;
                None
            }
            None => None,
        };
        match fault {
            Some(Fault::Unreached) => return Reply::Nothing,
            Some(Fault::TooMany) => {
                return Reply::Whole(error(
                    429,
                    "invalid_request_error",
                    Some("rate_limit"),
                    None,
                ));
            }
            Some(Fault::InProgress) => {
                let code = Some("idempotency_key_in_use");
                return Reply::Whole(error(409, "idempotency_error", code, None));
            }
            Some(Fault::Unavailable) => return Reply::Whole((503, json!("a page"))),
            _ => {}
        }
        let answer = self.answer(request, fault == Some(Fault::Broken));
        match fault {
            Some(Fault::LostReply) => Reply::Nothing,
            Some(Fault::HalfReply) => Reply::Half,
            _ => Reply::Whole(answer),
        }
    }

    /// The answer to a call, once under a key.
    fn answer(&mut self, request: &Request, is_broken: bool) -> Answer {
        if request.header("authorization") != format!("Bearer {KEY}") {
            return error(401, "invalid_request_error", None, None);
        }
        if request.header("stripe-version") != VERSION {
            return invalid("version", "stripe-version");
        }
        let key = Some(request.header("idempotency-key")).filter(|key| !key.is_empty());
        self.seen.push(Seen {
            path: format!("{} {}", request.method, request.path),
            key: key.map(str::to_owned),
            form: request.form.clone(),
        });
        let asked = format!("{} {:?}", request.path, request.form);
        if let Some((before, said)) = key.and_then(|key| self.keys.get(key)) {
            let is_same = *before == asked;
            let misused = || error(400, "idempotency_error", None, None);
            return if is_same { said.clone() } else { misused() };
        }
        let outcome = self.act(request);
        let broken = || error(500, "api_error", None, None);
        let answer = match outcome {
            _ if is_broken => broken(),
            Ok(object) => (200, object),
            Err(refused) => refused,
        };
        // What is not valid was not begun, and is not kept.
        if let Some(key) = key.filter(|_| answer.0 != 400) {
            self.keys.insert(key.to_owned(), (asked, answer.clone()));
        }
        answer
    }

    fn act(&mut self, request: &Request) -> Outcome {
        let mut parts = request.path.trim_start_matches("/v1/").split('/');
        let place = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        match (request.method.as_str(), place) {
            ("POST", ("payment_intents", None, None)) => self.make(request),
            ("GET", ("payment_intents", Some(id), None)) => {
                let is_expanded = request.query.contains_key("expand[]");
                Ok(self.intent(id)?.shown(is_expanded))
            }
            ("POST", ("payment_intents", Some(id), Some("confirm"))) => self.confirm(id, request),
            ("POST", ("payment_intents", Some(id), Some("capture"))) => self.capture(id, request),
            ("POST", ("payment_intents", Some(id), Some("cancel"))) => self.cancel(id, request),
            ("POST", ("refunds", None, None)) => self.refund(request),
            ("GET", ("refunds", None, None)) => Ok(self.list(request)),
            ("GET", ("disputes", None, None)) => {
                let of = request.query.get("payment_intent");
                let all = self.disputes.iter().rev();
                let all = all.filter(|dispute| Some(&dispute.intent) == of);
                let page: Vec<Value> = all.map(|dispute| dispute.shown(None)).collect();
                Ok(json!({ "object": "list", "data": page, "has_more": false }))
            }
            ("GET", ("events", None, None)) => Ok(self.happened(request)),
            ("GET", ("disputes", Some(id), None)) => {
                let dispute = self.disputed(id)?;
                let is_expanded = request.query.get("expand[]");
                let is_expanded = is_expanded.is_some_and(|of| of == "payment_intent");
                let intent = is_expanded.then(|| self.intent(&dispute.intent));
                let intent = intent.transpose()?.map(|intent| intent.shown(false));
                Ok(dispute.shown(intent))
            }
            ("POST", ("disputes", Some(id), None)) => self.answer_dispute(id, request),
            ("POST", ("disputes", Some(id), Some("close"))) => self.close(id, request),
            _ => Err(error(404, "invalid_request_error", None, None)),
        }
    }

    fn intent(&self, id: &str) -> Result<Intent, Answer> {
        let found = self.intents.iter().find(|intent| intent.id == id).cloned();
        let missing = || {
            let code = Some("resource_missing");
            error(404, "invalid_request_error", code, Some("intent"))
        };
        found.ok_or_else(missing)
    }

    fn keep(&mut self, intent: Intent) {
        match self.intents.iter_mut().find(|kept| kept.id == intent.id) {
            Some(kept) => *kept = intent,
            None => self.intents.push(intent),
        }
    }

    fn write(&mut self, intent: &Intent, deed: Deed, amount: u64) {
        self.ledger.push((intent.id.clone(), deed, amount));
    }

    fn tell(&mut self, kind: &str, intent: &Intent) {
        let id = format!("evt_{}", self.events.len());
        self.events.push(json!({
            "id": id, "object": "event", "type": kind, "livemode": false, "api_version": VERSION,
            "data": { "object": intent.shown(false) },
        }));
    }

    fn open_dispute(&mut self, intent: &Intent, amount: u64, reason: &str) {
        let dispute = Dispute {
            id: format!("dp_{}", self.disputes.len()),
            intent: intent.id.clone(),
            amount,
            currency: intent.currency.clone(),
            reason: reason.to_owned(),
            status: "needs_response",
            metadata: BTreeMap::new(),
        };
        self.tell_dispute("charge.dispute.created", &dispute);
        self.disputes.push(dispute);
    }

    fn tell_dispute(&mut self, kind: &str, dispute: &Dispute) {
        let number = self.events.len();
        self.events.push(json!({
            "id": format!("evt_{number}"), "object": "event", "type": kind, "livemode": false,
            "api_version": VERSION, "created": 1_700_000_000 + number, "data": { "object": dispute.shown(None) },
        }));
    }

    /// The events about disputes since a moment, the last first.
    fn happened(&self, request: &Request) -> Value {
        let since = request.query["created[gte]"].parse::<u64>().unwrap();
        assert!(request.query["types[]"].starts_with("charge.dispute."));
        let all = self.events.iter().rev();
        let asked = all.filter(|event| {
            let kind = event["type"].as_str().unwrap();
            kind.starts_with("charge.dispute.") && event["created"].as_u64().unwrap() >= since
        });
        let page: Vec<&Value> = asked.collect();
        json!({ "object": "list", "data": page, "has_more": false })
    }

    fn disputed(&self, id: &str) -> Result<Dispute, Answer> {
        let found = self.disputes.iter().find(|dispute| dispute.id == id);
        let missing = || {
            let code = Some("resource_missing");
            error(404, "invalid_request_error", code, Some("dispute"))
        };
        found.cloned().ok_or_else(missing)
    }

    fn decided(&mut self, dispute: &mut Dispute, status: &'static str) {
        dispute.status = status;
        if status == "won" {
            let intent = self.intent(&dispute.intent).unwrap();
            self.write(&intent, Deed::Reinstated, dispute.amount);
        }
        self.tell_dispute("charge.dispute.closed", dispute);
    }

    fn keep_dispute(&mut self, dispute: &Dispute) {
        let mut all = self.disputes.iter_mut();
        *all.find(|kept| kept.id == dispute.id).unwrap() = dispute.clone();
    }

    fn answer_dispute(&mut self, id: &str, request: &Request) -> Outcome {
        request.only(&["evidence[uncategorized_text]", "submit"])?;
        let mut dispute = self.disputed(id)?;
        if dispute.status != "needs_response" {
            return Err(error(400, "invalid_request_error", None, None));
        }
        dispute.metadata.extend(request.metadata()?);
        if request.form.get("submit").is_some_and(|it| it == "true") {
            // The texts by which Stripe's test mode decides.
            let text = request.text("evidence[uncategorized_text]")?;
            if text.contains("winning_evidence") {
                self.decided(&mut dispute, "won");
            } else if text.contains("losing_evidence") {
                self.decided(&mut dispute, "lost");
            } else {
                dispute.status = "under_review";
                self.tell_dispute("charge.dispute.updated", &dispute);
            }
        }
        self.keep_dispute(&dispute);
        Ok(dispute.shown(None))
    }

    fn close(&mut self, id: &str, request: &Request) -> Outcome {
        request.only(&[])?;
        let mut dispute = self.disputed(id)?;
        if dispute.status != "needs_response" {
            return Err(error(400, "invalid_request_error", None, None));
        }
        self.decided(&mut dispute, "lost");
        self.keep_dispute(&dispute);
        Ok(dispute.shown(None))
    }

    fn make(&mut self, request: &Request) -> Outcome {
        request.only(&[
            "amount",
            "currency",
            "capture_method",
            "payment_method_types[]",
            "payment_method",
            "payment_method_options[card][request_multicapture]",
            "expand[]",
        ])?;
        let amount = request.number("amount")?;
        let amount = amount.ok_or_else(|| invalid("parameter_missing", "amount"))?;
        if amount < 50 {
            return Err(invalid("amount_too_small", "amount"));
        }
        assert_eq!(request.text("capture_method")?, "manual");
        let method = request.text("payment_method")?;
        if !method.starts_with("pm_card_") {
            return Err(invalid("resource_missing", "payment_method"));
        }
        let wants_parts = "payment_method_options[card][request_multicapture]";
        let has_parts = method != "pm_card_credit_disableEnterpriseCardFeatures";
        let intent = Intent {
            id: format!("pi_{}", self.intents.len()),
            amount,
            currency: request.text("currency")?,
            status: "requires_confirmation",
            metadata: request.metadata()?,
            multicapture: has_parts && request.form.contains_key(wants_parts),
            method,
            ..Intent::default()
        };
        self.keep(intent.clone());
        Ok(intent.shown(true))
    }

    fn hold(&mut self, intent: &mut Intent) {
        intent.status = "requires_capture";
        intent.charge = Some("succeeded");
        intent.capturable = intent.amount;
        intent.error = None;
        self.write(intent, Deed::Held, intent.amount);
        self.tell("payment_intent.amount_capturable_updated", intent);
    }

    fn confirm(&mut self, id: &str, request: &Request) -> Outcome {
        request.only(&["return_url", "expand[]"])?;
        let mut intent = self.intent(id)?;
        if !["requires_confirmation", "requires_payment_method"].contains(&intent.status) {
            return Err(unexpected_state());
        }
        let declined = match intent.method.as_str() {
            "pm_card_chargeDeclined" => Some(("card_declined", Some("generic_decline"))),
            "pm_card_chargeDeclinedInsufficientFunds" => {
                Some(("card_declined", Some("insufficient_funds")))
            }
            "pm_card_chargeDeclinedExpiredCard" => Some(("expired_card", Some("expired_card"))),
            "pm_card_authenticationRequired" => {
                request.text("return_url")?;
                intent.status = "requires_action";
                self.tell("payment_intent.requires_action", &intent);
                None
            }
            _ => {
                self.hold(&mut intent);
                None
            }
        };
        if let Some((code, decline_code)) = declined {
            intent.decline(code, decline_code);
            self.tell("payment_intent.payment_failed", &intent);
            let error = intent.error.clone();
            self.keep(intent);
            return Err((402, json!({ "error": error })));
        }
        self.keep(intent.clone());
        Ok(intent.shown(true))
    }

    fn capture(&mut self, id: &str, request: &Request) -> Outcome {
        request.only(&["amount_to_capture", "final_capture", "expand[]"])?;
        let mut intent = self.intent(id)?;
        if intent.status != "requires_capture" {
            return Err(unexpected_state());
        }
        let amount = request.number("amount_to_capture")?;
        let amount = amount.unwrap_or(intent.capturable);
        let is_final = request
            .form
            .get("final_capture")
            .is_none_or(|f| f == "true");
        if amount > intent.capturable {
            return Err(invalid("amount_too_large", "amount_to_capture"));
        }
        if amount == 0 && (intent.received == 0 || !is_final) {
            return Err(invalid("parameter_invalid_integer", "amount_to_capture"));
        }
        if !is_final && !intent.multicapture {
            return Err(error(
                400,
                "invalid_request_error",
                None,
                Some("final_capture"),
            ));
        }
        intent.received += amount;
        intent.capturable -= amount;
        intent.metadata.extend(request.metadata()?);
        if amount > 0 {
            self.write(&intent, Deed::Captured, amount);
        }
        if is_final {
            if intent.capturable > 0 {
                self.write(&intent, Deed::Released, intent.capturable);
            }
            intent.capturable = 0;
            intent.status = "succeeded";
            self.tell("payment_intent.succeeded", &intent);
        }
        self.keep(intent.clone());
        Ok(intent.shown(true))
    }

    fn cancel(&mut self, id: &str, request: &Request) -> Outcome {
        request.only(&["cancellation_reason", "expand[]"])?;
        let mut intent = self.intent(id)?;
        if ["succeeded", "canceled"].contains(&intent.status) || intent.received > 0 {
            return Err(unexpected_state());
        }
        if intent.capturable > 0 {
            self.write(&intent, Deed::Released, intent.capturable);
        }
        intent.capturable = 0;
        intent.status = "canceled";
        self.tell("payment_intent.canceled", &intent);
        self.keep(intent.clone());
        Ok(intent.shown(true))
    }

    fn refund(&mut self, request: &Request) -> Outcome {
        request.only(&["payment_intent", "amount"])?;
        let id = request.text("payment_intent")?;
        let intent = self.intent(&id)?;
        let amount = request.number("amount")?;
        let amount = amount.ok_or_else(|| invalid("parameter_missing", "amount"))?;
        let given = self.refunds.iter();
        let given = given.filter(|refund| refund.intent == id && refund.status != "failed");
        let given: u64 = given.map(|refund| refund.amount).sum();
        if amount == 0 || amount > intent.received - given {
            return Err(error(400, "invalid_request_error", None, Some("amount")));
        }
        let refund = Refund {
            id: format!("re_{}", self.refunds.len()),
            intent: id,
            amount,
            currency: intent.currency.clone(),
            status: "succeeded",
            metadata: request.metadata()?,
        };
        self.write(&intent, Deed::Refunded, amount);
        self.tell("charge.refunded", &intent);
        self.refunds.push(refund.clone());
        Ok(refund.shown())
    }

    fn list(&self, request: &Request) -> Value {
        let of = request.query.get("payment_intent");
        let all = self.refunds.iter().rev();
        let all: Vec<&Refund> = all.filter(|refund| Some(&refund.intent) == of).collect();
        let after = request.query.get("starting_after");
        let from = after.map_or(0, |after| {
            let at = all.iter().position(|refund| refund.id == *after);
            at.unwrap() + 1
        });
        let page: Vec<Value> = all[from..]
            .iter()
            .take(self.page)
            .map(|r| r.shown())
            .collect();
        let has_more = all.len() > from + page.len();
        json!({ "object": "list", "data": page, "has_more": has_more })
    }
}
