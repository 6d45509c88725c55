//! A value that fits a schema, for raw invocations: the schema's own example where it has one.

use serde_json::{Map, Value, json};

/// A value of a root schema.
pub fn of(root: &Value) -> Value {
    sample(root, root, 0)
}

fn sample(schema: &Value, root: &Value, depth: usize) -> Value {
    if depth > 12 {
        return Value::Null;
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = reference
            .strip_prefix('#')
            .and_then(|pointer| root.pointer(pointer));
        return target.map_or(Value::Null, |target| sample(target, root, depth + 1));
    }
    for given in ["const", "default", "example"] {
        if let Some(value) = schema.get(given).filter(|value| !value.is_null()) {
            return value.clone();
        }
    }
    for list in ["examples", "enum"] {
        if let Some(first) = schema
            .get(list)
            .and_then(Value::as_array)
            .and_then(|all| all.first())
        {
            return first.clone();
        }
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema
            .get(choice)
            .and_then(Value::as_array)
            .and_then(|all| all.first())
        {
            return sample(first, root, depth + 1);
        }
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        kind => kind.and_then(Value::as_str),
    };
    match kind {
        Some("object") => object(schema, root, depth),
        Some("array") => match schema.get("items") {
            Some(items) => json!([sample(items, root, depth + 1)]),
            None => json!([]),
        },
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| 1.into()),
        Some("boolean") => true.into(),
        Some("string") => text(schema),
        _ => Value::Null,
    }
}

fn object(schema: &Value, root: &Value, depth: usize) -> Value {
    let required = schema.get("required").and_then(Value::as_array);
    let fields: Map<_, _> = required
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter_map(|name| {
            let field = schema.get("properties")?.get(name)?;
            Some((name.to_owned(), sample(field, root, depth + 1)))
        })
        .collect();
    fields.into()
}

fn text(schema: &Value) -> Value {
    let text = match schema.get("format").and_then(Value::as_str) {
        Some("email") => "someone@souk.example".to_owned(),
        Some("date-time") => "2026-11-23T09:30:00.000Z".to_owned(),
        _ => "example".to_owned(),
    };
    let shortest = schema.get("minLength").and_then(Value::as_u64).unwrap_or(0);
    let missing = usize::try_from(shortest)
        .unwrap_or(0)
        .saturating_sub(text.len());
    format!("{text}{}", "x".repeat(missing)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_required_and_the_schema_s_own_example_first() {
        let schema = json!({
            "type": "object",
            "required": ["email", "lines", "kind"],
            "properties": {
                "email": { "type": "string", "format": "email" },
                "lines": { "type": "array", "items": { "$ref": "#/$defs/Line" } },
                "kind": { "enum": ["a", "b"] },
                "note": { "type": "string" },
            },
            "$defs": { "Line": { "type": "integer", "examples": [7] } },
        });
        assert_eq!(
            of(&schema),
            json!({ "email": "someone@souk.example", "lines": [7], "kind": "a" })
        );
    }
}
