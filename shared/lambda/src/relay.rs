//! The relay carries a service's outbox to the bus and to its audit log. It is the only reader of the command
//! records' stream.
//!
//! A shard is read in order and a failure stops it there: the batch is tried again from the first record that
//! was not published. An event may thus be published twice, never lost; its id stays the same. What the records
//! tell the audit log is appended when they are published, all at once; if that fails, the batch is tried again
//! from the first of them. The log takes each but once.

use std::collections::BTreeMap;

use aws_lambda_events::event::dynamodb;
use dynamo::{
    Pending,
    audit::{AuditLog, Told},
    record::{OutboxEvent, outbox},
};
use kernel::{Problem, Timestamp};
use serde_json::{Value, json};

use crate::{
    aws::EventBridge,
    log,
    platform::Platform,
    runtime::{self, Entry, EventHandler, Exit, Running},
};

/// The metric of how old a command was when it came into the audit log; the templates' alarm reads it.
const AUDIT_LAG: &str = "audit_lag_ms";

fn milliseconds(now: Timestamp, then: Timestamp) -> u64 {
    u64::try_from(now.since(then).as_millis()).unwrap_or(u64::MAX)
}

/// Serves the relay of the function's own service.
pub fn serve() -> Exit {
    let start = |platform: &'static Platform| -> Pending<'static, Result<Running, Problem>> {
        Box::pin(async move {
            let relay: &'static Relay = Box::leak(Box::new(Relay {
                platform,
                bus: EventBridge::connect(&platform.connection),
                bus_name: platform.setting("BUS")?.to_owned(),
                log: platform.audit_log(platform.service()),
            }));
            let handle: EventHandler = Box::new(|payload, _| Box::pin(relay.carry(payload)));
            Ok(Running::Event(handle))
        })
    };
    runtime::run(Entry::new(Box::new(start), || json!({ "kind": "relay" })))
}

struct Relay {
    platform: &'static Platform,
    bus: EventBridge,
    bus_name: String,
    log: AuditLog,
}

/// What a batch has come to so far.
#[derive(Default)]
struct Carried {
    /// How many events of each type are on the bus.
    events: BTreeMap<String, u64>,
    /// What the audit log is to be told.
    told: Vec<Told>,
    /// Where Lambda has to start again if it cannot be.
    first_told: Option<Value>,
}

impl Relay {
    async fn carry(&self, payload: Value) -> Result<Value, Problem> {
        let batch: dynamodb::Event = serde_json::from_value(payload)
            .inspect_err(|error| tracing::error!(%error, "this is no batch"))
            .map_err(Problem::internal)?;
        let mut carried = Carried::default();
        let mut failed = None;
        for record in batch.records {
            let place = json!({ "itemIdentifier": record.change.sequence_number });
            if let Err(problem) = self.publish(record, &place, &mut carried).await {
                tracing::error!(cause = %problem.causes(), %problem, "events were not published");
                // Lambda starts again from here; what follows must not overtake it.
                failed = Some(place);
                break;
            }
        }
        for (event_type, number) in &carried.events {
            log::count(self.platform, event_type, *number);
        }
        let first_told = carried.first_told.take();
        if let Err(problem) = self.tell(carried.told).await {
            tracing::error!(cause = %problem.causes(), %problem, "the audit log was not told");
            failed = first_told;
        }
        let failed: Vec<Value> = failed.into_iter().collect();
        Ok(json!({ "batchItemFailures": failed }))
    }

    async fn publish(
        &self,
        record: dynamodb::EventRecord,
        place: &Value,
        carried: &mut Carried,
    ) -> Result<(), Problem> {
        // The mapping's filter lets inserts through alone; what else comes is none of ours.
        if record.event_name != "INSERT" {
            return Ok(());
        }
        let Some(outbox) = outbox(record.change.new_image)? else {
            return Ok(());
        };
        for event in &outbox.events {
            *carried.events.entry(event.r#type.clone()).or_default() += 1;
        }
        self.put(outbox.events).await?;
        if let Some(told) = outbox.told {
            carried.told.push(told);
            carried.first_told.get_or_insert_with(|| place.clone());
        }
        Ok(())
    }

    /// Appends to the audit log, and says how late.
    async fn tell(&self, told: Vec<Told>) -> Result<(), Problem> {
        let Some(oldest) = told.iter().map(|one| one.at).min() else {
            return Ok(());
        };
        let now = self.platform.clock.now();
        self.log.append(told, now).await?;
        log::measure(self.platform, AUDIT_LAG, milliseconds(now, oldest));
        Ok(())
    }

    /// Puts events on the bus; EventBridge may take some of a call and refuse others.
    async fn put(&self, events: Vec<OutboxEvent>) -> Result<(), Problem> {
        // Ten a call and 256 KB in all; an event is at most 64 kB.
        for chunk in events.chunks(3) {
            let mut left: Vec<OutboxEvent> = chunk.to_vec();
            for _ in 0..3 {
                left = self
                    .bus
                    .put(&self.bus_name, self.platform.service(), left)
                    .await?;
                if left.is_empty() {
                    break;
                }
            }
            if !left.is_empty() {
                return Err(Problem::unavailable("the bus refused events"));
            }
        }
        Ok(())
    }
}
