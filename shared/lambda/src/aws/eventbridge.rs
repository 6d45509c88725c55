use aws_sdk_eventbridge::{Client, types::PutEventsRequestEntry};
use dynamo::{Connection, Pending, record::OutboxEvent};
use kernel::Problem;

use super::{client, failure};

/// The bus.
#[derive(Debug, Clone)]
pub struct EventBridge {
    client: Client,
}

impl EventBridge {
    /// A client over this connection.
    pub fn connect(connection: &Connection) -> Self {
        Self {
            client: Client::from_conf(client!(aws_sdk_eventbridge, connection).build()),
        }
    }

    /// Publishes up to ten events of a service and returns those that were refused: a call that succeeds may
    /// still have refused some (`FailedEntryCount`).
    pub fn put<'a>(
        &'a self,
        bus: &'a str,
        service: &'a str,
        events: Vec<OutboxEvent>,
    ) -> Pending<'a, Result<Vec<OutboxEvent>, Problem>> {
        Box::pin(async move {
            if events.is_empty() {
                return Ok(events);
            }
            let entries = events.iter().map(|event| {
                PutEventsRequestEntry::builder()
                    .event_bus_name(bus)
                    .source(service)
                    .detail_type(&event.r#type)
                    .detail(&event.detail)
                    .build()
            });
            let entries = entries.collect();
            let answer = self
                .client
                .put_events()
                .set_entries(Some(entries))
                .send()
                .await
                .map_err(failure)?;
            let refused = events
                .into_iter()
                .zip(answer.entries())
                .filter(|(_, entry)| entry.error_code().is_some())
                .map(|(event, _)| event);
            Ok(refused.collect())
        })
    }
}
