//! What follows from a manifest entry, before it is written down in any format: how a function is started, what it
//! may do, what it is told. The SAM templates and the Terraform input are both written from here.

mod environment;
mod grants;

use crate::manifest::{Function, Idempotency, Manifest, Route};
use crate::names;

pub use environment::{Setting, common, environment, own};
pub use grants::{Condition, Grant, STANDARD_ATTRIBUTES, ViewGrant, grants};

/// What starts a function.
#[derive(Clone, Copy, Debug)]
pub enum Trigger<'a> {
    /// A request to an endpoint.
    Http(&'a Route),
    /// Events, by way of a queue of its own.
    Events(&'a [String]),
    /// The clock; the expression is EventBridge Scheduler's.
    Schedule(crate::manifest::Every),
    /// A work queue of its service.
    Queue(&'a str),
    /// The stream of its service's `commands`.
    Relay,
    /// An operator who may invoke it by name.
    Invoke,
}

/// A function with its place in the platform.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    /// The manifest that has it.
    pub manifest: &'a Manifest,
    /// Its name.
    pub name: &'a str,
    /// Its entry.
    pub entry: &'a Function,
    /// What starts it.
    pub trigger: Trigger<'a>,
}

/// A body larger than this is refused where the manifest says nothing else.
pub const DEFAULT_BODY: u32 = 64 * 1024;

/// How often a message is tried before it goes to the dead letters.
pub const TRIES: u32 = 5;

impl<'a> Planned<'a> {
    /// The functions of a manifest; what has no trigger, or two, is left to the lint (`check::lint::triggers`).
    pub fn all(manifest: &'a Manifest) -> Vec<Self> {
        manifest
            .functions
            .iter()
            .filter_map(|(name, entry)| {
                Some(Self {
                    manifest,
                    name,
                    entry,
                    trigger: trigger(entry)?,
                })
            })
            .collect()
    }

    /// The service's name.
    pub fn service(&self) -> &'a str {
        &self.manifest.name
    }

    /// Whether its service has events: some only have something to tell the audit log.
    pub fn publishes(&self) -> bool {
        contracts::catalogue()
            .iter()
            .any(|event| event.service == self.service())
    }

    /// `${Stage}-order-place-order`.
    pub fn deployed_name(&self) -> String {
        names::of(self.service(), self.name)
    }

    /// `PlaceOrder`.
    pub fn logical_id(&self) -> String {
        names::pascal(self.name)
    }

    /// The route, for an endpoint.
    pub fn route(&self) -> Option<&'a Route> {
        match self.trigger {
            Trigger::Http(route) => Some(route),
            _ => None,
        }
    }

    /// The longest run in seconds: 5 for a request, 30 for everything that nobody waits for.
    pub fn timeout(&self) -> u32 {
        let usual = if self.route().is_some() { 5 } else { 30 };
        self.entry.timeout.map_or(usual, |seconds| seconds.0)
    }

    /// Memory in MB.
    pub fn memory(&self) -> u32 {
        self.entry.memory.unwrap_or(256)
    }

    /// Whether it writes, and so leaves a command record.
    pub fn writes(&self) -> bool {
        !self.entry.writes.is_empty() || !self.entry.deletes.is_empty()
    }

    /// Whether `Idempotency-Key` is taken: by everything that writes, unless the manifest says otherwise.
    pub fn idempotency(&self) -> Idempotency {
        let reads = self
            .route()
            .and_then(Route::method)
            .is_none_or(|method| method == "GET");
        let usual = if reads || !self.writes() {
            Idempotency::None
        } else {
            Idempotency::Optional
        };
        self.entry.idempotency.unwrap_or(usual)
    }

    /// Whether the answer has an `ETag`: a `GET` of one thing has.
    pub fn etag(&self) -> bool {
        let one_thing = self.route().is_some_and(|route| {
            route.method() == Some("GET") && route.path().is_some_and(|path| path.ends_with('}'))
        });
        self.entry.etag.unwrap_or(one_thing)
    }

    /// The largest body in bytes.
    pub fn body_limit(&self) -> u32 {
        self.entry.limits.body.map_or(DEFAULT_BODY, |bytes| bytes.0)
    }

    /// The class of how many requests are borne.
    pub fn rate(&self) -> Option<&'a str> {
        self.entry.limits.rate.as_deref()
    }

    /// The name of the queue it takes from, without stage and service.
    pub fn queue(&self) -> Option<&'a str> {
        match self.trigger {
            Trigger::Events(_) => Some(self.name),
            Trigger::Queue(queue) => Some(queue),
            _ => None,
        }
    }

    /// The name of the queue for what it could not do, without stage and service.
    pub fn dead_letters(&self) -> Option<String> {
        match self.trigger {
            Trigger::Relay => Some(format!("{}-dlq", self.name)),
            _ => self.queue().map(|queue| format!("{queue}-dlq")),
        }
    }

    /// How long a message stays hidden after a crash: six times the function's timeout, as AWS asks for.
    pub fn visibility(&self) -> u32 {
        self.timeout() * 6
    }

    /// How many days its queue keeps what nobody takes: four, unless the queue says otherwise.
    pub fn keep_days(&self) -> u32 {
        let queue = self
            .queue()
            .and_then(|queue| self.manifest.queues.get(queue));
        queue.map_or(4, |queue| queue.keep_days)
    }

    /// Messages or records an invocation takes at most.
    pub fn batch(&self) -> u32 {
        let usual = if matches!(self.trigger, Trigger::Relay) {
            50
        } else {
            10
        };
        self.entry.batch.unwrap_or(usual)
    }
}

/// The one trigger of an entry, or nothing when it has none or several.
pub fn trigger(entry: &Function) -> Option<Trigger<'_>> {
    let mut found = Vec::new();
    found.extend(entry.route.as_ref().map(Trigger::Http));
    found.extend(entry.on.as_ref().map(|events| Trigger::Events(&events.0)));
    found.extend(entry.every.map(Trigger::Schedule));
    found.extend(entry.from.as_deref().map(Trigger::Queue));
    found.extend(entry.relay.then_some(Trigger::Relay));
    found.extend(entry.invoke.then_some(Trigger::Invoke));
    match found.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}
