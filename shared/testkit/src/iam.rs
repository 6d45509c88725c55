//! What a function may do: the policy of its role as it was rendered, judged as IAM judges it.
//!
//! A call asks for one or more things, a transaction for one an item; each needs a statement that allows its action
//! on its resource, under its condition
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>).

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde_json::Value;

/// A statement of a role's policy.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) sid: String,
    actions: Vec<String>,
    resources: Vec<String>,
    /// The attributes that may be read, where a condition says so: they must be asked for by name.
    attributes: Option<BTreeSet<String>>,
}

/// One thing that a call asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) action: String,
    pub(crate) resource: String,
    /// What of an item is asked for by name; none when it is the whole item.
    pub(crate) attributes: Option<BTreeSet<String>>,
}

impl Need {
    pub(crate) fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            resource: resource.into(),
            attributes: None,
        }
    }
}

impl Statement {
    /// As functions.json has it, its names being those of stage `local`.
    pub(crate) fn read(statement: &Value, name: impl Fn(&str) -> String) -> Self {
        let texts = |list: &Value| -> Vec<String> {
            let list = list.as_array().into_iter().flatten();
            list.filter_map(Value::as_str).map(&name).collect()
        };
        let attributes = &statement["attributes"];
        Self {
            sid: statement["sid"].as_str().unwrap_or_default().to_owned(),
            actions: texts(&statement["actions"]),
            resources: texts(&statement["resources"]),
            attributes: attributes
                .is_array()
                .then(|| texts(attributes).into_iter().collect()),
        }
    }

    fn allows(&self, need: &Need) -> bool {
        let shown = match (&self.attributes, &need.attributes) {
            (None, _) => true,
            (Some(allowed), Some(asked)) => asked.is_subset(allowed),
            (Some(_), None) => false,
        };
        let reaches = |pattern: &String| matches(pattern.as_bytes(), need.resource.as_bytes());
        shown && self.actions.contains(&need.action) && self.resources.iter().any(reaches)
    }
}

/// The policies by function, without one statement where a test has taken it away, and what was used of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Iam {
    /// The same for all forks of a stage.
    policies: Arc<HashMap<String, Vec<Statement>>>,
    pub(crate) taken: Option<(String, String)>,
    pub(crate) used: BTreeSet<(String, String)>,
}

impl Iam {
    pub(crate) fn new(policies: HashMap<String, Vec<Statement>>) -> Self {
        Self {
            policies: Arc::new(policies),
            ..Self::default()
        }
    }

    /// Every statement there is: the function's name, and the statement's.
    pub(crate) fn statements(&self) -> BTreeSet<(String, String)> {
        let of = |(function, statements): (&String, &Vec<Statement>)| {
            let name = |statement: &Statement| (function.clone(), statement.sid.clone());
            statements.iter().map(name).collect::<Vec<_>>()
        };
        self.policies.iter().flat_map(of).collect()
    }

    /// Lets a call pass that asks for these things. A caller without a policy is no function of the platform.
    ///
    /// # Errors
    /// The first thing that the caller has no right to.
    pub(crate) fn judge(&mut self, function: &str, needs: &[Need]) -> Result<(), Need> {
        let Some(policy) = self.policies.get(function) else {
            return Ok(());
        };
        let is_taken = |statement: &Statement| {
            let taken = self.taken.as_ref();
            taken.is_some_and(|(whose, sid)| whose == function && *sid == statement.sid)
        };
        let mut used = Vec::new();
        for need in needs {
            let mut granting = policy.iter().filter(|it| !is_taken(it) && it.allows(need));
            let Some(statement) = granting.next() else {
                return Err(need.clone());
            };
            used.push((function.to_owned(), statement.sid.clone()));
        }
        self.used.extend(used);
        Ok(())
    }
}

/// Whether a text is what a pattern with `*` and `?` describes.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            matches(rest, text)
                || text
                    .split_first()
                    .is_some_and(|(_, text)| matches(pattern, text))
        }
        (Some((one, rest)), Some((known, text))) => {
            (*one == b'?' || one == known) && matches(rest, text)
        }
        _ => false,
    }
}

/// The ARN of something of the stage's account.
pub(crate) fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:eu-central-1:000000000000:{resource}")
}

/// What a call to DynamoDB asks for.
pub(crate) fn of_dynamodb(operation: &str, request: &Value) -> Vec<Need> {
    let table = |request: &Value| {
        let name = request["TableName"].as_str().unwrap_or_default();
        match request["IndexName"].as_str() {
            Some(index) => arn("dynamodb", &format!("table/{name}/index/{index}")),
            None => arn("dynamodb", &format!("table/{name}")),
        }
    };
    let need = |action: &str, request: &Value| Need {
        attributes: projected(request),
        ..Need::new(format!("dynamodb:{action}"), table(request))
    };
    match operation {
        "TransactWriteItems" => {
            let items = request["TransactItems"].as_array().into_iter().flatten();
            let one = |item: &Value| {
                let (kind, inner) = item.as_object()?.iter().next()?;
                let action = match kind.as_str() {
                    "ConditionCheck" => "ConditionCheckItem".to_owned(),
                    kind => format!("{kind}Item"),
                };
                Some(need(&action, inner))
            };
            items.filter_map(one).collect()
        }
        "BatchGetItem" => {
            let tables = request["RequestItems"].as_object().into_iter().flatten();
            let one = |(name, keys): (&String, &Value)| Need {
                attributes: projected(keys),
                ..Need::new(
                    "dynamodb:BatchGetItem",
                    arn("dynamodb", &format!("table/{name}")),
                )
            };
            tables.map(one).collect()
        }
        operation => vec![need(operation, request)],
    }
}

/// The names in a projection.
fn projected(request: &Value) -> Option<BTreeSet<String>> {
    let names = &request["ExpressionAttributeNames"];
    let projection = request["ProjectionExpression"].as_str()?.split(',');
    let name = |alias: &str| {
        let alias = alias.trim();
        names[alias].as_str().unwrap_or(alias).to_owned()
    };
    Some(projection.map(name).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn iam() -> Iam {
        let statements = [
            json!({ "sid": "Table", "actions": ["dynamodb:GetItem", "dynamodb:PutItem"],
                    "resources": [arn("dynamodb", "table/local-a")] }),
            json!({ "sid": "View", "actions": ["dynamodb:GetItem"], "attributes": ["pk", "name"],
                    "resources": [arn("dynamodb", "table/local-b")] }),
            json!({ "sid": "Secret", "actions": ["secretsmanager:GetSecretValue"],
                    "resources": [arn("secretsmanager", "secret:/s-??????")] }),
        ];
        let read = |statement: &Value| Statement::read(statement, str::to_owned);
        let statements = statements.iter().map(read).collect();
        Iam::new(HashMap::from([("f".to_owned(), statements)]))
    }

    fn get(table: &str, names: &[&str]) -> Vec<Need> {
        let mut request = json!({ "TableName": table });
        if !names.is_empty() {
            let aliases: Vec<String> = (0..names.len()).map(|i| format!("#a{i}")).collect();
            request["ProjectionExpression"] = aliases.join(", ").into();
            for (alias, name) in aliases.iter().zip(names) {
                request["ExpressionAttributeNames"][alias] = (*name).into();
            }
        }
        of_dynamodb("GetItem", &request)
    }

    #[test]
    fn a_call_needs_a_statement_for_each_thing_that_it_asks_for() {
        let mut iam = iam();
        assert!(iam.judge("f", &get("local-a", &[])).is_ok());
        assert!(iam.judge("f", &get("local-c", &[])).is_err());
        let both = json!({ "TransactItems": [
            { "Put": { "TableName": "local-a" } }, { "Delete": { "TableName": "local-a" } },
        ] });
        let refused = iam.judge("f", &of_dynamodb("TransactWriteItems", &both));
        assert_eq!(refused.unwrap_err().action, "dynamodb:DeleteItem");
        assert_eq!(iam.used, BTreeSet::from([("f".into(), "Table".into())]));
    }

    #[test]
    fn a_view_shows_what_it_names_to_who_names_it() {
        let mut iam = iam();
        assert!(iam.judge("f", &get("local-b", &["name"])).is_ok());
        assert!(iam.judge("f", &get("local-b", &["name", "email"])).is_err());
        assert!(iam.judge("f", &get("local-b", &[])).is_err());
    }

    #[test]
    fn what_was_taken_away_is_missing() {
        let mut iam = iam();
        let secret = Need::new(
            "secretsmanager:GetSecretValue",
            arn("secretsmanager", "secret:/s-AbCdEf"),
        );
        assert!(iam.judge("f", std::slice::from_ref(&secret)).is_ok());
        iam.taken = Some(("f".into(), "Secret".into()));
        assert!(iam.judge("f", std::slice::from_ref(&secret)).is_err());
        assert!(iam.judge("strange", &[secret]).is_ok());
    }
}
