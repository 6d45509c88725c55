//! The document's schemas: each type once, under its own name, lifted out of the `$defs` of those that use it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::names;
use crate::node::Node;
use crate::render::events::SCHEMA_ORDER;

/// The schemas of a document.
#[derive(Default)]
pub(super) struct Schemas {
    /// As they came, to see whether two of one name are the same.
    raw: BTreeMap<String, Value>,
    /// As they are written.
    written: BTreeMap<String, Value>,
}

impl Schemas {
    /// Takes in a root schema and everything in its `$defs`; gives the name it is found under. Two types of one
    /// name and different content are told apart by the function that uses the second.
    pub(super) fn add(&mut self, function: &str, root: &Value) -> String {
        let mut renamed = BTreeMap::new();
        let defs = root.get("$defs").and_then(Value::as_object);
        for (name, schema) in defs.into_iter().flatten() {
            renamed.insert(name.clone(), self.claim(function, name, schema));
        }
        for (name, schema) in defs.into_iter().flatten() {
            if let Some(claimed) = renamed.get(name) {
                self.written
                    .insert(claimed.clone(), rewrite(schema, &renamed));
            }
        }

        let title = super::text(root, "title").map_or_else(|| names::pascal(function), clean);
        let mut body = root.clone();
        if let Some(fields) = body.as_object_mut() {
            // Elsewhere the same type stands in `$defs`, where its name is its title.
            for field in ["$defs", "$schema", "title"] {
                fields.remove(field);
            }
        }
        let name = self.claim(function, &title, &body);
        self.written.insert(name.clone(), rewrite(&body, &renamed));
        name
    }

    /// The properties of an object schema, with their references rewritten, and which of them are required.
    pub(super) fn properties(
        &mut self,
        function: &str,
        root: &Value,
    ) -> Vec<(String, Value, bool)> {
        let mut renamed = BTreeMap::new();
        for (name, schema) in root
            .get("$defs")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let claimed = self.claim(function, name, schema);
            renamed.insert(name.clone(), claimed);
        }
        for (name, schema) in root
            .get("$defs")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            self.written
                .insert(renamed[name].clone(), rewrite(schema, &renamed));
        }
        let required: Vec<&str> = root
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let properties = root.get("properties").and_then(Value::as_object);
        properties
            .into_iter()
            .flatten()
            .map(|(name, schema)| {
                (
                    name.clone(),
                    rewrite(schema, &renamed),
                    required.contains(&name.as_str()),
                )
            })
            .collect()
    }

    /// Whether there is a schema of that name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.written.contains_key(name)
    }

    fn claim(&mut self, function: &str, name: &str, schema: &Value) -> String {
        let wanted = clean(name);
        let free = match self.raw.get(&wanted) {
            None => wanted,
            Some(there) if there == schema => wanted,
            Some(_) => format!("{}{wanted}", names::pascal(function)),
        };
        self.raw.insert(free.clone(), schema.clone());
        free
    }

    /// Every schema, in alphabetical order.
    pub(super) fn into_entries(self) -> Vec<(String, Node)> {
        self.written
            .iter()
            .map(|(name, schema)| (name.clone(), Node::from(schema).with_first(&SCHEMA_ORDER)))
            .collect()
    }
}

/// `Page_for_Order` → `PageForOrder`, and nothing that a component's name may not have.
fn clean(name: &str) -> String {
    if name.contains(['_', ' ', '<', '>', ',']) {
        name.split(['_', ' ', '<', '>', ','])
            .map(names::pascal)
            .collect()
    } else {
        name.to_owned()
    }
}

fn rewrite(schema: &Value, renamed: &BTreeMap<String, String>) -> Value {
    match schema {
        Value::Object(fields) => {
            let rewritten = fields.iter().map(|(key, value)| {
                let value = match value
                    .as_str()
                    .and_then(|text| text.strip_prefix("#/$defs/"))
                {
                    Some(name) if key == "$ref" => {
                        let name = renamed.get(name).cloned().unwrap_or_else(|| clean(name));
                        Value::from(format!("#/components/schemas/{name}"))
                    }
                    _ => rewrite(value, renamed),
                };
                (key.clone(), value)
            });
            Value::Object(rewritten.collect())
        }
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| rewrite(item, renamed)).collect())
        }
        other => other.clone(),
    }
}
