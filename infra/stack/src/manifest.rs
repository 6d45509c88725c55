//! `functions/<service>/service.toml`: the one place that says what is deployed.
//!
//! The types here are the grammar (docs/manifest.md explains it to people); everything else in this crate is a
//! function of them.

mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;

pub use values::{Access, Bytes, Events, Every, Idempotency, Route, Seconds, ViewRef};

/// The table every service that writes has without naming it: requests done, events to publish, audit entries.
pub const COMMANDS: &str = "commands";
/// The table beside it: the chain of the audit log, which the relay appends to.
pub const AUDIT: &str = "audit";
/// How records are found that should be in the audit log by now.
pub const COMMANDS_BY_TIME: &str = "by-time";

/// The indexes of `commands` and of `audit`.
static COMMANDS_INDEXES: LazyLock<Vec<String>> =
    LazyLock::new(|| vec![COMMANDS_BY_TIME.to_owned()]);
static AUDIT_INDEXES: LazyLock<Vec<String>> = LazyLock::new(|| {
    ["by-actor", "by-subject", "by-time"]
        .map(str::to_owned)
        .to_vec()
});

/// A service: what it stores, what others may read of it, and its functions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The service's name, the same as its folder's.
    pub name: String,
    /// One sentence for the API reference.
    pub summary: Option<String>,
    /// State tables, by name.
    #[serde(default)]
    pub tables: BTreeMap<String, Table>,
    /// What other services may read, by name.
    #[serde(default)]
    pub views: BTreeMap<String, View>,
    /// Object stores, by name.
    #[serde(default)]
    pub buckets: BTreeMap<String, Bucket>,
    /// Work queues of the service's own, by name.
    #[serde(default)]
    pub queues: BTreeMap<String, Queue>,
    /// The functions, by name.
    #[serde(default)]
    pub functions: BTreeMap<String, Function>,
    /// The services that have an audit log, itself or not.
    #[serde(skip)]
    pub audited: Vec<String>,
    /// Where it was read from.
    #[serde(skip)]
    pub path: PathBuf,
    /// Its text, to find the line of an entry.
    #[serde(skip)]
    pub text: String,
}

/// A state table: `pk`, `sk`, `expires_at` and no stream; personal data never enters a stream.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Names of global indexes: `by-due` reads `by_due_pk` and `by_due_sk`.
    #[serde(default)]
    pub indexes: Vec<String>,
    /// Fields that identify a person: the inventory for export and erasure.
    #[serde(default)]
    pub personal: Vec<String>,
}

/// What others may read of one table, and who.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The owner's table.
    pub table: String,
    /// Attributes beyond the standard ones.
    pub attributes: Vec<String>,
    /// Services that may read it; `*` for all.
    pub readers: Vec<String>,
    /// Indexes that may be queried.
    #[serde(default)]
    pub indexes: Vec<String>,
}

/// The reader that stands for all of them: what the edge of every endpoint reads.
pub const EVERY_READER: &str = "*";

impl View {
    /// Whether a service may read it.
    pub fn is_for(&self, service: &str) -> bool {
        let mut readers = self.readers.iter();
        readers.any(|reader| reader == service || reader == EVERY_READER)
    }
}

/// An object store.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Days after which objects are deleted: 30, where the bucket is not locked.
    pub keep_days: Option<u32>,
    /// Days for which nobody deletes or replaces an object, nor is one ever deleted by itself.
    pub lock_days: Option<u32>,
}

impl Bucket {
    /// Days after which objects are deleted, if they are.
    pub fn expires(&self) -> Option<u32> {
        self.keep_days.or(self.lock_days.is_none().then_some(30))
    }
}

/// A work queue.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Days after which a message that nobody took is dropped: 1 to 14.
    #[serde(default = "four")]
    pub keep_days: u32,
}

/// What a function may use beyond its own service's tables, and how it is run.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch that stands for itself"
)]
pub struct Function {
    /// The endpoint: `POST /v1/orders`.
    pub route: Option<Route>,
    /// Whether its caller must just have given its second factor.
    #[serde(default, rename = "step-up")]
    pub step_up: bool,
    /// One sentence for the API reference.
    pub summary: Option<String>,
    /// Who may call it: `order:place@own`, alternatives by `|`, or `public`.
    pub allow: Option<String>,
    /// Whether `Idempotency-Key` is taken.
    pub idempotency: Option<Idempotency>,
    /// Whether `If-Match` is taken (and demanded from admins).
    #[serde(default, rename = "if-match")]
    pub if_match: bool,
    /// Whether the answer has an `ETag`, and `If-None-Match` is taken; a `GET` of one thing has, where it is not said.
    pub etag: Option<bool>,
    /// The codes of the problems it may answer with, beyond those of the edge; where they are not said, those that
    /// the service's sources name.
    #[serde(default)]
    pub codes: Vec<String>,
    /// The status of success; 200 where it is not said.
    pub status: Option<u16>,
    /// The media type of success; JSON where it is not said.
    pub produces: Option<String>,
    /// Request headers the endpoint reads beyond the standard ones.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Event types it listens to.
    pub on: Option<Events>,
    /// How often it runs by itself.
    pub every: Option<Every>,
    /// The service's own work queue it takes from.
    pub from: Option<String>,
    /// Objects under this prefix announce themselves in the queue it takes from.
    #[serde(rename = "on-object")]
    pub on_object: Option<String>,
    /// Whether an operator calls it by name.
    #[serde(default)]
    pub invoke: bool,
    /// Whether it publishes the service's facts from the stream of `commands`.
    #[serde(default)]
    pub relay: bool,
    /// Tables it reads.
    #[serde(default)]
    pub reads: Vec<String>,
    /// Tables it reads and writes.
    #[serde(default)]
    pub writes: Vec<String>,
    /// Tables it deletes from.
    #[serde(default)]
    pub deletes: Vec<String>,
    /// Views of other services it reads.
    #[serde(default)]
    pub views: Vec<ViewRef>,
    /// Whether it reads the audit logs of all services.
    #[serde(default)]
    pub audits: bool,
    /// Whether it proves these logs to be whole: by the keys of all commands.
    #[serde(default)]
    pub proves: bool,
    /// Work queues of its own service it sends to.
    #[serde(default)]
    pub sends: Vec<String>,
    /// Buckets of its own service it uses.
    #[serde(default)]
    pub objects: BTreeMap<String, Access>,
    /// Whether it unwraps (`r`) and makes (`w`) the keys of subjects, with the platform's master key.
    pub keys: Option<Access>,
    /// Secrets it reads.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Stack parameters it is given.
    #[serde(default)]
    pub settings: Vec<String>,
    /// Whether it sends mail.
    #[serde(default)]
    pub mail: bool,
    /// Bounds of a request.
    #[serde(default)]
    pub limits: Limits,
    /// Memory in MB.
    pub memory: Option<u32>,
    /// The longest run.
    pub timeout: Option<Seconds>,
    /// Messages an invocation takes at most.
    pub batch: Option<u32>,
    /// Invocations at one time at most, for what takes from a queue.
    pub concurrency: Option<u32>,
}

/// Bounds of a request.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The largest body.
    pub body: Option<Bytes>,
    /// How many requests are borne: a class of `kernel::rate`.
    pub rate: Option<String>,
}

fn four() -> u32 {
    4
}

impl Manifest {
    /// Reads a manifest; an error names the file and the line.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        Self::parse(path, text)
    }

    /// Reads a manifest from its text; `path` is for messages.
    pub fn parse(path: &Path, text: String) -> Result<Self> {
        let mut manifest: Self = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_at(&text, span.start));
            anyhow!("{}:{line}: {}", path.display(), error.message())
        })?;
        path.clone_into(&mut manifest.path);
        manifest.text = text;
        Ok(manifest)
    }

    /// Whether the service has the implicit tables `commands` and `audit`: it has as soon as a function writes.
    pub fn has_commands(&self) -> bool {
        self.functions.values().any(|function| {
            function.relay || !function.writes.is_empty() || !function.deletes.is_empty()
        })
    }

    /// Every table, the implicit ones included, with its indexes.
    pub fn all_tables(&self) -> BTreeMap<&str, &[String]> {
        let mut tables: BTreeMap<&str, &[String]> = self
            .tables
            .iter()
            .map(|(name, table)| (name.as_str(), table.indexes.as_slice()))
            .collect();
        if self.has_commands() {
            tables.insert(COMMANDS, COMMANDS_INDEXES.as_slice());
            tables.insert(AUDIT, AUDIT_INDEXES.as_slice());
        }
        tables
    }

    /// `functions/order/service.toml:12`, the place of `[functions.place-order]` or of any other header.
    pub fn place(&self, header: &str) -> String {
        let wanted = [format!("[{header}]"), format!("[{header}.")];
        let line = self
            .text
            .lines()
            .position(|line| wanted.iter().any(|wanted| line.trim().starts_with(wanted)))
            .map_or(1, |index| index + 1);
        format!("functions/{}/service.toml:{line}", self.name)
    }

    /// The place of a function's entry.
    pub fn place_of(&self, function: &str) -> String {
        self.place(&format!("functions.{function}"))
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let path = Path::new("functions/order/service.toml");
        Manifest::parse(path, text.to_owned())
            .map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn an_unknown_field_is_refused_with_its_line() {
        let message = refusal(
            "name = \"order\"\n\n[functions.place-order]\nroute = \"POST /v1/orders\"\nmemroy = 1\n",
        );
        assert!(
            message.starts_with("functions/order/service.toml:5: unknown field `memroy`"),
            "{message}"
        );
    }

    #[test]
    fn a_value_that_says_nothing_is_refused_with_its_line() {
        let message = refusal("name = \"order\"\n[functions.a]\nroute = \"orders\"\n");
        assert!(
            message.starts_with("functions/order/service.toml:3:"),
            "{message}"
        );
        assert!(message.contains("METHOD /path"), "{message}");
    }

    #[test]
    fn a_place_names_the_line_of_the_entry() {
        let text = "name = \"order\"\n\n[functions.a]\nreads = []\n[functions.b]\n".to_owned();
        let manifest = Manifest::parse(Path::new("x"), text).unwrap();
        assert_eq!(manifest.place_of("b"), "functions/order/service.toml:5");
    }
}
