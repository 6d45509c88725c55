//! The calls that Souk makes to DynamoDB.
//!
//! An `async fn` of the SDK is compiled where it is awaited, at 14 CPU seconds a binary. Here each call is a
//! plain function that returns a boxed future: the SDK is compiled once, in this crate.

use std::{collections::HashMap, fmt, pin::Pin, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{
        BehaviorVersion, Region,
        endpoint::{DefaultResolver, Params, ResolveEndpoint},
    },
    error::{ProvideErrorMetadata, SdkError},
    operation::{transact_write_items::TransactWriteItemsError, update_item::UpdateItemError},
    types::{
        AttributeValue, KeysAndAttributes, ReturnConsumedCapacity, ReturnValue,
        ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    },
};
use kernel::Problem;

use crate::{connection::Connection, item::Key};

/// An item's attributes by name.
pub type Attributes = HashMap<String, AttributeValue>;

/// A future on the heap: what keeps callers from compiling what it awaits.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A DynamoDB client, and the stage whose tables it reads and writes.
#[derive(Clone)]
pub struct Db {
    client: Client,
    stage: String,
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db")
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}

/// A call to DynamoDB failed, after the client's own retries.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// It is too busy, does not answer, or the connection broke: later may do.
    #[error("DynamoDB does not answer: {0}")]
    Unavailable(String),
    /// It refuses the call: a grant is missing or the call is wrong, which is a fault of ours.
    #[error("DynamoDB refuses: {0}")]
    Refused(String),
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) => Self::unavailable(error),
            DbError::Refused(_) => Self::internal(error),
        }
    }
}

/// What a transaction failed of, action by action.
#[derive(Debug, Clone)]
pub(crate) struct Reason {
    /// `None`, `ConditionalCheckFailed`, `TransactionConflict`, …
    pub(crate) code: String,
    /// The item as it was, where a condition failed.
    pub(crate) item: Option<Attributes>,
}

impl Reason {
    /// Whether its condition is what failed.
    pub(crate) fn is_condition(&self) -> bool {
        self.code == "ConditionalCheckFailed"
    }
}

/// A transaction changed nothing.
#[derive(Debug)]
pub(crate) enum TransactError {
    /// At least one action was refused.
    Cancelled(Vec<Reason>),
    /// The call failed.
    Failed(DbError),
}

/// A change of one item that has no record.
#[derive(Debug, Clone)]
pub(crate) struct RawUpdate {
    pub(crate) set: &'static str,
    pub(crate) when: &'static str,
    pub(crate) values: Attributes,
}

/// How a change of one item ended that DynamoDB has judged.
#[derive(Debug, Clone)]
pub(crate) enum Updated {
    /// It was made; the attributes that it changed.
    Made(Attributes),
    /// Its condition failed; the item as it is, if there is one.
    Not(Option<Attributes>),
}

/// What one query asks for; see [`crate::Query`] for the typed form.
#[derive(Debug, Clone)]
pub(crate) struct RawQuery {
    pub(crate) index: Option<&'static str>,
    /// Only these, if they are given.
    pub(crate) attributes: Option<&'static [&'static str]>,
    pub(crate) condition: String,
    pub(crate) values: Attributes,
    pub(crate) descending: bool,
    pub(crate) limit: i32,
    pub(crate) start: Option<Attributes>,
}

/// What one query found, and where the next one starts.
pub(crate) type RawPage = (Vec<Attributes>, Option<Attributes>);

fn failure<E: ProvideErrorMetadata + fmt::Debug>(error: &SdkError<E>) -> DbError {
    // Codes by https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
    match error {
        SdkError::ServiceError(context) => {
            let code = context.err().code().unwrap_or("unknown").to_owned();
            let text = format!("{code}: {}", context.err().message().unwrap_or_default());
            let throttled = code.contains("Throttl")
                || code.ends_with("LimitExceeded")
                || code == "ProvisionedThroughputExceededException"
                || code == "InternalServerError"
                || code == "ServiceUnavailable"
                || code == "TransactionInProgressException"
                || context.raw().status().as_u16() >= 500;
            if throttled {
                DbError::Unavailable(text)
            } else {
                DbError::Refused(text)
            }
        }
        SdkError::ConstructionFailure(_) => DbError::Refused(format!("{error:?}")),
        _ => DbError::Unavailable(format!("{error}: {error:?}")),
    }
}

impl Db {
    /// A client over this connection, for the tables of this stage.
    pub fn connect(connection: &Connection, stage: &str) -> Self {
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(connection.region.clone()))
            .credentials_provider(connection.credentials.clone())
            .http_client(connection.http.clone())
            .sleep_impl(Connection::sleep())
            .timeout_config(connection.timeouts())
            .retry_config(Connection::retries())
            .stalled_stream_protection(
                aws_sdk_dynamodb::config::StalledStreamProtectionConfig::disabled(),
            );
        config.set_endpoint_url(connection.endpoint.clone());
        Self {
            client: Client::from_conf(config.build()),
            stage: stage.to_owned(),
        }
    }

    /// The URL that calls go to: what to open a connection to before the first of them.
    pub async fn endpoint(connection: &Connection) -> Option<String> {
        if connection.endpoint.is_some() {
            return connection.endpoint.clone();
        }
        let region = Params::builder().region(&connection.region).build().ok()?;
        let endpoint = DefaultResolver::new().resolve_endpoint(&region).await;
        Some(endpoint.ok()?.url().to_owned())
    }

    /// The full name of a service's table in this stage.
    pub(crate) fn table_name(&self, service: &str, table: &str) -> String {
        format!("{}-{service}-{table}", self.stage)
    }

    /// Reads one item consistently; only `attributes` of it, if they are given.
    pub(crate) fn get<'a>(
        &'a self,
        table: &'a str,
        key: &Key,
        attributes: Option<&[&str]>,
    ) -> Pending<'a, Result<Option<Attributes>, DbError>> {
        let mut call = self
            .client
            .get_item()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .consistent_read(true);
        if let Some(attributes) = attributes {
            let (projection, names) = projection(attributes);
            call = call
                .projection_expression(projection)
                .set_expression_attribute_names(names);
        }
        Box::pin(async move {
            let answer = call.send().await.map_err(|error| failure(&error))?;
            Ok(answer.item)
        })
    }

    /// Reads up to 100 items of any tables consistently, in no order; what is missing is left out.
    pub(crate) fn get_many<'a>(
        &'a self,
        keys: Vec<(String, Key)>,
        attributes: Option<&'a [&'a str]>,
    ) -> Pending<'a, Result<Vec<(String, Attributes)>, DbError>> {
        Box::pin(async move {
            let mut wanted: HashMap<String, KeysAndAttributes> = HashMap::new();
            let mut by_table: HashMap<String, Vec<Attributes>> = HashMap::new();
            for (table, key) in keys {
                by_table.entry(table).or_default().push(key.attributes());
            }
            for (table, keys) in by_table {
                let mut asked = KeysAndAttributes::builder()
                    .set_keys(Some(keys))
                    .consistent_read(true);
                if let Some(attributes) = attributes {
                    let (projection, names) = projection(attributes);
                    asked = asked
                        .projection_expression(projection)
                        .set_expression_attribute_names(names);
                }
                let asked = asked
                    .build()
                    .map_err(|error| DbError::Refused(error.to_string()))?;
                wanted.insert(table, asked);
            }

            let mut found = Vec::new();
            // DynamoDB may answer only in part and names what is left; it asks for patience between tries.
            for attempt in 0..5_u32 {
                if wanted.is_empty() {
                    return Ok(found);
                }
                if attempt > 0 {
                    tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
                }
                let call = self.client.batch_get_item().set_request_items(Some(wanted));
                let answer = call.send().await.map_err(|error| failure(&error))?;
                for (table, items) in answer.responses.unwrap_or_default() {
                    found.extend(items.into_iter().map(|item| (table.clone(), item)));
                }
                wanted = answer.unprocessed_keys.unwrap_or_default();
            }
            if wanted.is_empty() {
                Ok(found)
            } else {
                Err(DbError::Unavailable(
                    "keys are still unprocessed".to_owned(),
                ))
            }
        })
    }

    /// Reads a run of items with one partition key. Tables are read consistently, indexes cannot be.
    pub(crate) fn query<'a>(
        &'a self,
        table: &'a str,
        query: RawQuery,
    ) -> Pending<'a, Result<RawPage, DbError>> {
        let mut call = self
            .client
            .query()
            .table_name(table)
            .set_index_name(query.index.map(str::to_owned))
            .key_condition_expression(query.condition)
            .set_expression_attribute_values(Some(query.values))
            .scan_index_forward(!query.descending)
            .consistent_read(query.index.is_none())
            .limit(query.limit)
            .set_exclusive_start_key(query.start);
        if let Some(attributes) = query.attributes {
            let (projection, names) = projection(attributes);
            call = call
                .projection_expression(projection)
                .set_expression_attribute_names(names);
        }
        Box::pin(async move {
            let answer = call.send().await.map_err(|error| failure(&error))?;
            Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
        })
    }

    /// Changes one item under a condition, outside of any command: for counters, whose changes are no facts. A
    /// lost answer is asked for again by the SDK, and the change may then be made twice.
    pub(crate) fn update<'a>(
        &'a self,
        table: &'a str,
        key: &Key,
        update: RawUpdate,
    ) -> Pending<'a, Result<Updated, DbError>> {
        let call = self
            .client
            .update_item()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .update_expression(update.set)
            .condition_expression(update.when)
            .set_expression_attribute_values(Some(update.values))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Box::pin(async move {
            match call.send().await {
                Ok(answer) => Ok(Updated::Made(answer.attributes.unwrap_or_default())),
                Err(error) => match error.as_service_error() {
                    Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                        Ok(Updated::Not(failed.item().cloned()))
                    }
                    _ => Err(failure(&error)),
                },
            }
        })
    }

    /// Writes all of these or none. The SDK sends the same token with each of its own retries, so that a
    /// lost answer does not apply them twice.
    pub(crate) fn transact(
        &self,
        actions: Vec<TransactWriteItem>,
    ) -> Pending<'_, Result<(), TransactError>> {
        let call = self
            .client
            .transact_write_items()
            .set_transact_items(Some(actions))
            .return_consumed_capacity(ReturnConsumedCapacity::None);
        Box::pin(async move {
            let Err(error) = call.send().await else {
                return Ok(());
            };
            if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            {
                let reasons = cancelled
                    .cancellation_reasons()
                    .iter()
                    .map(|reason| Reason {
                        code: reason.code().unwrap_or("None").to_owned(),
                        item: reason.item().cloned(),
                    });
                return Err(TransactError::Cancelled(reasons.collect()));
            }
            Err(TransactError::Failed(failure(&error)))
        })
    }
}

/// A projection of these attributes, each behind an alias: some names are reserved words.
fn projection(attributes: &[&str]) -> (String, Option<HashMap<String, String>>) {
    let alias = |i: usize| format!("#a{i}");
    let expression = (0..attributes.len())
        .map(alias)
        .collect::<Vec<_>>()
        .join(", ");
    let names = attributes
        .iter()
        .enumerate()
        .map(|(i, name)| (alias(i), (*name).to_owned()));
    (expression, Some(names.collect()))
}
