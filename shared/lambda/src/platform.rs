//! What a function is given: its settings, the clock, ids and clients, all made once at init.

use std::{collections::HashMap, str::FromStr};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use contracts::Actor;
use dynamo::{Commands, Connection, Cursors, Db, Intent, Table, audit::AuditLog};
use kernel::{Clock, Currency, Ids, Locale, Problem};

use crate::{connector::Connector, log};

/// What a function is given.
#[derive(Debug, Clone)]
pub struct Platform {
    /// The time.
    pub clock: Clock,
    /// Fresh ids and secret bytes.
    pub ids: Ids,
    /// How to reach AWS.
    pub connection: Connection,
    /// DynamoDB.
    pub db: Db,
    settings: HashMap<String, String>,
    /// What opens connections ahead of the first request; tests bring a connector of their own, which has none.
    connector: Option<Connector>,
}

impl Platform {
    /// From the environment of the process.
    ///
    /// # Errors
    /// Names every setting that is missing, at once.
    pub(crate) fn from_env() -> Result<Self, Problem> {
        // Names and values that are no UTF-8 are none of ours.
        let utf8 = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let settings: HashMap<String, String> = std::env::vars_os().filter_map(utf8).collect();
        let missing: Vec<&str> = [
            "STAGE",
            "AWS_REGION",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
        ]
        .into_iter()
        .filter(|name| !settings.contains_key(*name))
        .collect();
        if !missing.is_empty() {
            return Err(Problem::internal(format!(
                "settings are missing: {}",
                missing.join(", ")
            )));
        }
        let get = |name: &str| settings.get(name).map_or("", String::as_str);
        let endpoint = settings
            .get("AWS_ENDPOINT_URL")
            .filter(|url| !url.is_empty())
            .cloned();
        let authorities = match settings.get("AWS_CA_BUNDLE") {
            Some(path) => Some(std::fs::read(path).map_err(|error| {
                Problem::internal(format!("the setting AWS_CA_BUNDLE: {path}: {error}"))
            })?),
            None => None,
        };
        let connector = Connector::new(endpoint.as_deref(), authorities.as_deref())?;
        let connection = Connection::new(
            get("AWS_REGION"),
            endpoint,
            (
                get("AWS_ACCESS_KEY_ID"),
                get("AWS_SECRET_ACCESS_KEY"),
                settings.get("AWS_SESSION_TOKEN").cloned(),
            ),
            SharedHttpClient::new(connector.clone()),
        );
        Ok(Self {
            connector: Some(connector),
            ..Self::new(settings, connection, Clock::system(), Ids::system())
        })
    }

    /// Of its parts: for tests, which bring their own clock, ids and connector.
    pub fn new(
        settings: HashMap<String, String>,
        connection: Connection,
        clock: Clock,
        ids: Ids,
    ) -> Self {
        let stage = settings.get("STAGE").map_or("local", String::as_str);
        let db = Db::connect(&connection, stage);
        Self {
            clock,
            ids,
            connection,
            db,
            settings,
            connector: None,
        }
    }

    /// Opens the connection to DynamoDB: Lambda gives a starting function a whole core, a request has less.
    pub(crate) async fn warm_up(&self) {
        if let Some(connector) = &self.connector
            && let Some(url) = dynamo::Db::endpoint(&self.connection).await
        {
            connector.open(&url).await;
        }
    }

    /// The stage: `local`, `dev`, `staging`, `prod`.
    pub fn stage(&self) -> &str {
        self.optional("STAGE").unwrap_or("local")
    }

    /// The service that this function belongs to.
    pub fn service(&self) -> &str {
        self.optional("SERVICE").unwrap_or("unknown")
    }

    /// The function's own name: `place-order`.
    pub fn function(&self) -> &str {
        let lambda = self
            .settings
            .get("AWS_LAMBDA_FUNCTION_NAME")
            .map_or("", String::as_str);
        self.settings.get("FUNCTION").map_or(lambda, String::as_str)
    }

    /// A setting that may be absent.
    ///
    /// Under `cargo lambda watch`, where all functions share one environment, the setting `X` of the function
    /// `place-order` may come as `PLACE_ORDER__X`.
    pub fn optional(&self, name: &str) -> Option<&str> {
        let own = || {
            let function = self.settings.get("AWS_LAMBDA_FUNCTION_NAME")?;
            let prefix = function.replace('-', "_").to_uppercase();
            self.settings.get(&format!("{prefix}__{name}"))
        };
        self.settings.get(name).or_else(own).map(String::as_str)
    }

    /// A setting that must be there.
    ///
    /// # Errors
    /// An internal problem that names it: the function does not start.
    pub fn setting(&self, name: &str) -> Result<&str, Problem> {
        self.optional(name)
            .ok_or_else(|| Problem::internal(format!("the setting {name} is missing")))
    }

    /// A setting that must be there and read as a `T`.
    pub fn parsed<T: FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Result<T, Problem> {
        self.setting(name)?
            .parse()
            .map_err(|error| Problem::internal(format!("the setting {name}: {error}")))
    }

    /// What the function does of its own accord, once by this key: for everything that no request asks for.
    pub(crate) fn intent(
        &self,
        key: String,
        correlation_id: String,
        causation_id: String,
    ) -> Intent {
        Intent {
            scope: self.function().to_owned(),
            key,
            request_hash: None,
            actor: Actor::system(self.function()),
            correlation_id,
            causation_id,
            traceparent: None,
            now: self.clock.now(),
            ids: self.ids.clone(),
        }
    }

    /// Counts something that happened: a business metric, by service and function.
    pub fn count(&self, name: &str, number: u64) {
        log::count(self, name, number);
    }

    /// A table of the function's own service.
    pub fn table(&self, service: &str, table: &str) -> Table {
        Table::new(&self.db, service, table)
    }

    /// The command records of the function's own service.
    pub fn commands(&self, service: &str) -> Commands {
        Commands::new(&self.db, service)
    }

    /// A service's audit log.
    pub fn audit_log(&self, service: &str) -> AuditLog {
        AuditLog::new(&self.db, service)
    }

    /// Cursors signed with the stage's key.
    pub fn cursors(&self) -> Result<Cursors, Problem> {
        Ok(Cursors::new(self.setting("CURSOR_KEY")?.as_bytes()))
    }

    /// The stack's currency.
    pub fn currency(&self) -> Result<Currency, Problem> {
        self.parsed("CURRENCY")
    }

    /// The stack's language: what text without a language is in.
    pub fn locale(&self) -> Result<Locale, Problem> {
        self.parsed("LOCALE")
    }
}
