//! DynamoDB's JSON calls, answered by an in-process engine.

use anyhow::{Result, bail};
use dynoxide::Database;
use serde_json::{Value, json};

/// Answers a call by its target (`DynamoDB_20120810.GetItem`) with a status and a body.
pub(crate) fn answer(database: &Database, target: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let operation = target.rsplit('.').next().unwrap_or_default();
    macro_rules! run {
        ($method:ident) => {
            match serde_json::from_slice(body) {
                Ok(request) => match database.$method(request) {
                    Ok(response) => (200, serde_json::to_vec(&response).unwrap_or_default()),
                    Err(error) => (error.status_code(), error.to_json().into_bytes()),
                },
                Err(error) => refused(&error.to_string()),
            }
        };
    }
    match operation {
        "GetItem" => run!(get_item),
        "BatchGetItem" => run!(batch_get_item),
        "PutItem" => run!(put_item),
        "Query" => run!(query),
        "TransactWriteItems" => run!(transact_write_items),
        other => refused(&format!("the benchmark's database does not know {other}")),
    }
}

fn refused(message: &str) -> (u16, Vec<u8>) {
    let body = json!({ "__type": "ValidationException", "message": message });
    (400, body.to_string().into_bytes())
}

/// Makes a table with `pk` and `sk`, and indexes named by their attributes' stems.
pub(crate) fn create_table(database: &Database, name: &str, indexes: &[String]) -> Result<()> {
    let attribute = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let keys = |pk: &str, sk: &str| json!([{ "AttributeName": pk, "KeyType": "HASH" }, { "AttributeName": sk, "KeyType": "RANGE" }]);
    let mut attributes = vec![attribute("pk"), attribute("sk")];
    let mut secondary = Vec::new();
    for index in indexes {
        let stem = index.replace('-', "_");
        let (pk, sk) = (format!("{stem}_pk"), format!("{stem}_sk"));
        attributes.extend([attribute(&pk), attribute(&sk)]);
        secondary.push(json!({
            "IndexName": index, "KeySchema": keys(&pk, &sk), "Projection": { "ProjectionType": "ALL" },
        }));
    }
    let mut request = json!({
        "TableName": name, "AttributeDefinitions": attributes, "KeySchema": keys("pk", "sk"),
        "BillingMode": "PAY_PER_REQUEST",
    });
    if !secondary.is_empty() {
        request["GlobalSecondaryIndexes"] = Value::Array(secondary);
    }
    if let Err(error) = database.create_table(serde_json::from_value(request)?) {
        bail!("{name}: {error}");
    }
    Ok(())
}
