//! DynamoDB's JSON calls, answered by an engine in memory, and items as plain JSON.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use dynoxide::{AttributeValue, Database, Item, actions::scan::ScanRequest};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Answers a call by its operation (`GetItem`) with a status and a body.
pub fn answer(database: &Database, operation: &str, request: &Value) -> (u16, Value) {
    macro_rules! run {
        ($method:ident) => {
            match Deserialize::deserialize(request) {
                Ok(request) => match database.$method(request) {
                    Ok(response) => (200, serde_json::to_value(&response).unwrap_or_default()),
                    Err(error) => {
                        let said = serde_json::from_str(&error.to_json());
                        (error.status_code(), said.unwrap_or_default())
                    }
                },
                Err(error) => refused(&error.to_string()),
            }
        };
    }
    match operation {
        "GetItem" => run!(get_item),
        "BatchGetItem" => run!(batch_get_item),
        "Query" => run!(query),
        "TransactWriteItems" => run!(transact_write_items),
        // Counters of requests and last uses are no facts; every other write is a command, and nothing is ever scanned.
        "UpdateItem" if counts(request) => run!(update_item),
        other => refused(&format!("Souk does not call {other}")),
    }
}

/// Whether a call is for a table of counters.
fn counts(request: &Value) -> bool {
    let table = request["TableName"].as_str();
    let counters = ["-gateway-limits", "-gateway-key-uses"];
    table.is_some_and(|table| counters.iter().any(|end| table.ends_with(end)))
}

fn refused(message: &str) -> (u16, Value) {
    let body = json!({ "__type": "ValidationException", "message": message });
    (400, body)
}

/// Makes a table with `pk` and `sk`, and indexes named by their attributes' stems.
///
/// # Panics
/// When the engine refuses it.
pub fn create_table(database: &Database, name: &str, indexes: &[String]) {
    let attribute = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let keys = |pk: &str, sk: &str| json!([{ "AttributeName": pk, "KeyType": "HASH" }, { "AttributeName": sk, "KeyType": "RANGE" }]);
    let mut attributes = vec![attribute("pk"), attribute("sk")];
    let mut secondary = Vec::new();
    // As the templates have it: an index of command records shows their keys alone.
    let shown = if name.ends_with("-commands") {
        "KEYS_ONLY"
    } else {
        "ALL"
    };
    for index in indexes {
        let stem = index.replace('-', "_");
        let (pk, sk) = (format!("{stem}_pk"), format!("{stem}_sk"));
        attributes.extend([attribute(&pk), attribute(&sk)]);
        secondary.push(json!({
            "IndexName": index, "KeySchema": keys(&pk, &sk), "Projection": { "ProjectionType": shown },
        }));
    }
    let mut request = json!({
        "TableName": name, "AttributeDefinitions": attributes, "KeySchema": keys("pk", "sk"),
        "BillingMode": "PAY_PER_REQUEST",
    });
    if !secondary.is_empty() {
        request["GlobalSecondaryIndexes"] = Value::Array(secondary);
    }
    let made = serde_json::from_value(request)
        .map_err(|error| error.to_string())
        .and_then(|request| {
            database
                .create_table(request)
                .map_err(|error| error.to_string())
        });
    if let Err(error) = made {
        panic!("the table {name} was not made: {error}");
    }
}

/// What the names of saved databases begin with; the process that uses them comes next.
const FILE: &str = "souk-testkit";

/// Removes the databases of processes that were ended before they could.
fn remove_what_is_left(folder: &Path) {
    if !Path::new("/proc/self").exists() {
        return;
    }
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for file in files {
        let name = file.file_name();
        let name = name.to_str().and_then(|name| name.strip_prefix(FILE));
        let mut words = name.unwrap_or_default().split('-').skip(1);
        let process: Option<u32> = words.next().and_then(|id| id.parse().ok());
        let is_gone = |id: u32| !Path::new("/proc").join(id.to_string()).exists();
        if process.is_some_and(is_gone) {
            let _ = std::fs::remove_file(file.path());
        }
    }
}

/// A database in a file, which is gone with this.
#[derive(Debug)]
pub(crate) struct Saved(PathBuf);

impl Saved {
    /// Page by page: item by item it takes a hundred times as long.
    ///
    /// # Panics
    /// When the engine cannot write into the folder for temporary files.
    pub(crate) fn of(database: &Database) -> Self {
        static FILES: AtomicUsize = AtomicUsize::new(0);
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        // In memory, where the system has a folder for that: a disk is waited for.
        let memory = PathBuf::from("/dev/shm");
        let folder = Some(memory).filter(|memory| memory.is_dir());
        let folder = folder.unwrap_or_else(std::env::temp_dir);
        if number == 0 {
            remove_what_is_left(&folder);
        }
        let name = format!("{FILE}-{}-{number}.db", std::process::id());
        let saved = Self(folder.join(name));
        // The number of a process that was ended is given to another.
        let _ = std::fs::remove_file(&saved.0);
        match database.vacuum_into(&saved.0.to_string_lossy()) {
            Ok(()) => saved,
            Err(error) => panic!("the database was not saved: {error}"),
        }
    }

    /// A database with all that was saved.
    ///
    /// # Panics
    /// When the engine cannot read the file.
    pub(crate) fn load(&self) -> Database {
        let path = self.0.to_string_lossy();
        let loaded = Database::memory();
        match loaded.and_then(|copy| copy.restore_from(&path).map(|()| copy)) {
            Ok(copy) => copy,
            Err(error) => panic!("the database was not loaded: {error}"),
        }
    }
}

impl Drop for Saved {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Every item of a table as plain JSON, in the order of its keys.
///
/// # Panics
/// When there is no such table.
pub fn items(database: &Database, table: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut start = None;
    loop {
        let request = ScanRequest {
            table_name: table.to_owned(),
            exclusive_start_key: start,
            ..ScanRequest::default()
        };
        let page = match database.scan(request) {
            Ok(page) => page,
            Err(error) => panic!("{table} was not read: {error}"),
        };
        items.extend(page.items.into_iter().flatten().map(shown));
        start = page.last_evaluated_key;
        if start.is_none() {
            break;
        }
    }
    items.sort_by_cached_key(|item| (item["pk"].to_string(), item["sk"].to_string()));
    items
}

/// An item as plain JSON, without a way over its JSON of types: whole tables are compared often.
fn shown(item: Item) -> Value {
    fn value(attribute: AttributeValue) -> Value {
        match attribute {
            AttributeValue::S(text) => Value::String(text),
            AttributeValue::N(number) => serde_json::from_str(&number).unwrap_or(Value::Null),
            AttributeValue::BOOL(value) => Value::Bool(value),
            AttributeValue::NULL(_) => Value::Null,
            AttributeValue::L(values) => values.into_iter().map(value).collect(),
            AttributeValue::M(members) => shown(members),
            other => serde_json::to_value(&other)
                .map(|other| plain(&other))
                .unwrap_or_default(),
        }
    }
    let members = item.into_iter().map(|(name, held)| (name, value(held)));
    Value::Object(members.collect())
}

/// Deletes an item by its key.
///
/// # Panics
/// When the engine refuses it.
pub fn delete(database: &Database, table: &str, pk: &str, sk: &str) {
    let request = json!({ "TableName": table, "Key": { "pk": { "S": pk }, "sk": { "S": sk } } });
    let deleted = serde_json::from_value(request)
        .map_err(|error| error.to_string())
        .and_then(|request| {
            database
                .delete_item(request)
                .map_err(|error| error.to_string())
        });
    if let Err(error) = deleted {
        panic!("nothing was deleted from {table}: {error}");
    }
}

/// Puts an item that is given as plain JSON.
///
/// # Panics
/// When the engine refuses it.
pub fn put(database: &Database, table: &str, item: &Value) {
    let request = json!({ "TableName": table, "Item": typed(item)["M"] });
    let put = serde_json::from_value(request)
        .map_err(|error| error.to_string())
        .and_then(|request| {
            database
                .put_item(request)
                .map_err(|error| error.to_string())
        });
    if let Err(error) = put {
        panic!("nothing was put into {table}: {error}");
    }
}

/// An attribute value as plain JSON: `{"S": "a"}` is `"a"`.
pub fn plain(attribute: &Value) -> Value {
    let Some((kind, value)) = attribute
        .as_object()
        .and_then(|object| object.iter().next())
    else {
        return Value::Null;
    };
    match kind.as_str() {
        "N" => {
            let text = value.as_str().unwrap_or_default();
            serde_json::from_str(text).unwrap_or(Value::Null)
        }
        "NULL" => Value::Null,
        "L" => value.as_array().into_iter().flatten().map(plain).collect(),
        "M" => {
            let members = value.as_object().into_iter().flatten();
            let members = members.map(|(name, value)| (name.clone(), plain(value)));
            Value::Object(members.collect())
        }
        _ => value.clone(),
    }
}

/// Plain JSON as an attribute value: `"a"` is `{"S": "a"}`.
pub fn typed(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(value) => json!({ "BOOL": value }),
        Value::Number(value) => json!({ "N": value.to_string() }),
        Value::String(value) => json!({ "S": value }),
        Value::Array(values) => json!({ "L": values.iter().map(typed).collect::<Vec<_>>() }),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.clone(), typed(value)));
            json!({ "M": members.collect::<Map<_, _>>() })
        }
    }
}
