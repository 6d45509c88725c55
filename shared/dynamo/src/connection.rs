//! How to reach AWS.

use std::time::Duration;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};

/// What every AWS client of a function is made of.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The region, `eu-central-1`.
    pub region: String,
    /// Where to call instead of AWS: the local platform's endpoint.
    pub endpoint: Option<String>,
    /// As what to call. In Lambda they stay the same for an environment's life.
    pub credentials: SharedCredentialsProvider,
    /// The connector: TLS over TCP in Lambda, an in-process DynamoDB in tests.
    pub http: SharedHttpClient,
}

impl Connection {
    /// A connection with fixed credentials.
    pub fn new(
        region: &str,
        endpoint: Option<String>,
        (key_id, secret, token): (&str, &str, Option<String>),
        http: SharedHttpClient,
    ) -> Self {
        let credentials = Credentials::new(key_id, secret, token, None, "environment");
        Self {
            region: region.to_owned(),
            endpoint,
            credentials: SharedCredentialsProvider::new(credentials),
            http,
        }
    }

    /// Connect within 500 ms, each attempt within 1 s, all of them within 2.5 s: a slow backend must fail
    /// while the function still has time to say so. What answers in the place of AWS is one process that shares
    /// the machine with the callers, and functions have more time there: six times as much.
    pub fn timeouts(&self) -> TimeoutConfig {
        let times = if self.endpoint.is_some() { 6 } else { 1 };
        TimeoutConfig::builder()
            .connect_timeout(times * Duration::from_millis(500))
            .operation_attempt_timeout(times * Duration::from_secs(1))
            .operation_timeout(times * Duration::from_millis(2_500))
            .build()
    }

    /// Three attempts, the first retry after at most 50 ms: DynamoDB recovers in milliseconds or not at all.
    pub fn retries() -> RetryConfig {
        RetryConfig::standard()
            .with_max_attempts(3)
            .with_initial_backoff(Duration::from_millis(50))
    }

    /// The timer of the runtime.
    pub fn sleep() -> SharedAsyncSleep {
        SharedAsyncSleep::new(TokioSleep::new())
    }
}
