use aws_sdk_sqs::{Client, types::MessageAttributeValue};
use dynamo::{Connection, Pending};
use kernel::Problem;

use super::{client, failure};

/// Queues.
#[derive(Debug, Clone)]
pub struct Sqs {
    client: Client,
}

impl Sqs {
    /// A client over this connection.
    pub fn connect(connection: &Connection) -> Self {
        Self {
            client: Client::from_conf(client!(aws_sdk_sqs, connection).build()),
        }
    }

    /// Sends a message, with text attributes.
    pub fn send<'a>(
        &'a self,
        queue_url: &'a str,
        body: String,
        attributes: &'a [(&'a str, &'a str)],
    ) -> Pending<'a, Result<(), Problem>> {
        Box::pin(async move {
            let mut call = self
                .client
                .send_message()
                .queue_url(queue_url)
                .message_body(body);
            for (name, text) in attributes {
                let value = MessageAttributeValue::builder()
                    .data_type("String")
                    .string_value(*text)
                    .build()
                    .map_err(Problem::internal)?;
                call = call.message_attributes(*name, value);
            }
            call.send().await.map_err(failure)?;
            Ok(())
        })
    }

    /// Makes a received message visible again after so many seconds.
    pub fn change_visibility<'a>(
        &'a self,
        queue_url: &'a str,
        receipt: &'a str,
        seconds: u64,
    ) -> Pending<'a, Result<(), Problem>> {
        let seconds = i32::try_from(seconds).unwrap_or(i32::MAX);
        Box::pin(async move {
            let call = self.client.change_message_visibility().queue_url(queue_url);
            call.receipt_handle(receipt)
                .visibility_timeout(seconds)
                .send()
                .await
                .map_err(failure)?;
            Ok(())
        })
    }
}
