//! The relay carries a service's outbox to the bus. It is the only reader of the command records' stream.
//!
//! A shard is read in order and a failure stops it there: the batch is tried again from the first record that
//! was not published. An event may thus be published twice, never lost; its id stays the same.

use std::collections::BTreeMap;

use aws_lambda_events::event::dynamodb;
use dynamo::{
    Pending,
    record::{OutboxEvent, outbox},
};
use kernel::Problem;
use serde_json::{Value, json};

use crate::{
    aws::EventBridge,
    log,
    platform::Platform,
    runtime::{self, Entry, EventHandler, Exit, Running},
};

/// Serves the relay of the function's own service.
pub fn serve() -> Exit {
    let start = |platform: &'static Platform| -> Pending<'static, Result<Running, Problem>> {
        Box::pin(async move {
            let relay: &'static Relay = Box::leak(Box::new(Relay {
                platform,
                bus: EventBridge::connect(&platform.connection),
                bus_name: platform.setting("BUS")?.to_owned(),
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
}

impl Relay {
    async fn carry(&self, payload: Value) -> Result<Value, Problem> {
        let batch: dynamodb::Event = serde_json::from_value(payload)
            .inspect_err(|error| tracing::error!(%error, "this is no batch"))
            .map_err(Problem::internal)?;
        let mut carried = BTreeMap::new();
        let mut failed = Vec::new();
        for record in batch.records {
            let sequence = record.change.sequence_number.clone();
            if let Err(problem) = self.publish(record, &mut carried).await {
                tracing::error!(cause = %problem.causes(), %problem, "events were not published");
                // Lambda starts again from here; what follows must not overtake it.
                failed.push(json!({ "itemIdentifier": sequence }));
                break;
            }
        }
        for (event_type, number) in carried {
            log::count(self.platform, &event_type, number);
        }
        Ok(json!({ "batchItemFailures": failed }))
    }

    async fn publish(
        &self,
        record: dynamodb::EventRecord,
        carried: &mut BTreeMap<String, u64>,
    ) -> Result<(), Problem> {
        // The mapping's filter lets inserts through alone; what else comes is none of ours.
        if record.event_name != "INSERT" {
            return Ok(());
        }
        let Some(outbox) = outbox(record.change.new_image)? else {
            return Ok(());
        };
        for event in &outbox.events {
            *carried.entry(event.r#type.clone()).or_default() += 1;
        }
        self.put(outbox.events).await
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
