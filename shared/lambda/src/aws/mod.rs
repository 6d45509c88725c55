//! The few calls to AWS beside DynamoDB, each a plain function that returns a boxed future, so that an SDK is
//! compiled here once.

mod eventbridge;
mod form;
mod kms;
mod s3;
mod secrets;
mod ses;
mod sqs;

pub use self::{
    eventbridge::EventBridge,
    form::{Allowed, UploadForm},
    kms::{Kms, Wrapped},
    s3::{Bytes, ObjectRange, S3},
    secrets::Secrets,
    ses::{Mail, Ses},
    sqs::Sqs,
};

/// A client of an SDK over a connection of ours: all SDKs have the same configuration under different types.
macro_rules! client {
    ($sdk:ident, $connection:expr) => {{
        let connection: &dynamo::Connection = $connection;
        let mut config = $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new(connection.region.clone()))
            .credentials_provider(connection.credentials.clone())
            .http_client(connection.http.clone())
            .sleep_impl(dynamo::Connection::sleep())
            .timeout_config(connection.timeouts())
            .retry_config(dynamo::Connection::retries())
            .stalled_stream_protection($sdk::config::StalledStreamProtectionConfig::disabled());
        config.set_endpoint_url(connection.endpoint.clone());
        config
    }};
}
use client;

use aws_smithy_runtime_api::client::result::SdkError;
use kernel::Problem;

/// A failed call: what the service refuses is a fault of ours, the rest may pass.
fn failure<E, R>(error: SdkError<E, R>) -> Problem
where
    E: std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(_) | SdkError::ConstructionFailure(_) => Problem::internal(error),
        _ => Problem::unavailable(error),
    }
}
