use aws_sdk_sesv2::{
    Client,
    types::{Body, Content, Destination, EmailContent, Message},
};
use dynamo::{Connection, Pending};
use kernel::{Personal, Problem};

use super::{client, failure};

/// A mail.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Where it goes.
    pub to: Personal<String>,
    /// One line.
    pub subject: String,
    /// For readers with HTML. It greets by name, so it is as personal as the address.
    pub html: Personal<String>,
    /// For those without.
    pub text: Personal<String>,
}

/// Mails by SES.
#[derive(Debug, Clone)]
pub struct Ses {
    client: Client,
}

impl Ses {
    /// A client over this connection.
    pub fn connect(connection: &Connection) -> Self {
        Self {
            client: Client::from_conf(client!(aws_sdk_sesv2, connection).build()),
        }
    }

    /// Sends a mail, and returns the id that SES gave it.
    pub fn send<'a>(&'a self, from: &'a str, mail: Mail) -> Pending<'a, Result<String, Problem>> {
        Box::pin(async move {
            let content = |text: &str| {
                Content::builder()
                    .data(text)
                    .charset("UTF-8")
                    .build()
                    .map_err(Problem::internal)
            };
            let body = Body::builder()
                .html(content(mail.html.expose())?)
                .text(content(mail.text.expose())?)
                .build();
            let message = Message::builder()
                .subject(content(&mail.subject)?)
                .body(body)
                .build();
            let answer = self
                .client
                .send_email()
                .from_email_address(from)
                .destination(
                    Destination::builder()
                        .to_addresses(mail.to.expose())
                        .build(),
                )
                .content(EmailContent::builder().simple(message).build())
                .send()
                .await
                .map_err(failure)?;
            Ok(answer.message_id.unwrap_or_default())
        })
    }
}
