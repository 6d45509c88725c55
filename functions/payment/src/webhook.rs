//! What the provider tells unasked. A webhook is a hint and no truth: it may come twice, late, out of order, before
//! the answer that it is about, or never. Its signature is checked, it is laid into a queue, and whoever takes it from
//! there looks into the provider's books ([`Payments::follow`](crate::Payments::follow)).

use kernel::{Code, Problem, Timestamp};
use lambda::{
    Platform,
    aws::{Secrets, Sqs},
};

use crate::{provider::Provider, signature::SigningKey};

/// Where webhooks are taken.
#[derive(Debug)]
pub struct Webhooks {
    pub(crate) provider: Provider,
    pub(crate) key: SigningKey,
    sqs: Sqs,
    queue: String,
}

impl Webhooks {
    /// Reads the provider's secret, once in the life of the process.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let secrets = Secrets::connect(&platform.connection);
        let key = secrets.get(platform.setting("SECRET_PAYMENT_WEBHOOK_KEY")?);
        Ok(Self {
            key: SigningKey::new(&key.await?)?,
            provider: platform.parsed("PAYMENT_PROVIDER")?,
            sqs: Sqs::connect(&platform.connection),
            queue: platform.setting("QUEUE_WEBHOOKS_URL")?.to_owned(),
        })
    }

    /// Takes a webhook of a provider's, in the very bytes that it has signed. One that is about none of our charges is
    /// taken too, and nothing is made of it: told that it is wrong, a provider tells it again and again.
    ///
    /// # Errors
    /// `route_not_found` for a provider that is not ours; `webhook_invalid` for what it has not signed, or long ago.
    pub async fn take(
        &self,
        provider: &str,
        signature: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Problem> {
        if provider != self.provider.name() {
            return Err(Code::RouteNotFound.into());
        }
        self.key.verify(signature.unwrap_or_default(), body, now)?;
        let Some(hint) = self.provider.hint(body)? else {
            return Ok(());
        };
        let message = serde_json::to_string(&hint).map_err(Problem::internal)?;
        self.sqs.send(&self.queue, message, &[]).await
    }
}
