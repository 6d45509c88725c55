//! What a handler asks of a request, by its type: nothing, JSON, a merge patch, query parameters, bytes.

use kernel::{Code, Problem};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{describe::schema_of, http::Incoming};

/// Something that is read from a request.
pub trait Input: Sized + Send {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it, for the caller.
    fn read(incoming: &Incoming) -> Result<Self, Problem>;

    /// What it looks like, for the API's description.
    fn describe() -> Value;
}

impl Input for () {
    fn read(_: &Incoming) -> Result<Self, Problem> {
        Ok(())
    }
    fn describe() -> Value {
        json!({})
    }
}

/// A JSON body: an object.
#[derive(Debug, Clone, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send> Input for Json<T> {
    fn read(incoming: &Incoming) -> Result<Self, Problem> {
        content_type(incoming, &["application/json"])?;
        let body = parse(&incoming.body)?;
        // A list of the members' values would pass for the members, and an empty one for none of them.
        if incoming.body.trim_ascii_start().first() == Some(&b'[') {
            return Err(Problem::invalid("", "expected an object"));
        }
        Ok(Self(body))
    }
    fn describe() -> Value {
        json!({ "body": schema_of::<T>(), "content_types": ["application/json"] })
    }
}

/// A JSON body that may be left out.
impl<T: DeserializeOwned + JsonSchema + Send> Input for Option<Json<T>> {
    fn read(incoming: &Incoming) -> Result<Self, Problem> {
        if incoming.body.is_empty() {
            return Ok(None);
        }
        Json::read(incoming).map(Some)
    }
    fn describe() -> Value {
        let mut described = Json::<T>::describe();
        merge(&mut described, &json!({ "optional": true }));
        described
    }
}

/// A merge patch (RFC 7396): members that are there replace, `null` removes, the rest stays. It stays a JSON
/// value until it is applied, because absent and null say different things.
#[derive(Debug, Clone)]
pub struct MergePatch<T>(Value, std::marker::PhantomData<fn() -> T>);

impl<T: DeserializeOwned + JsonSchema + Serialize> Input for MergePatch<T> {
    fn read(incoming: &Incoming) -> Result<Self, Problem> {
        content_type(
            incoming,
            &["application/merge-patch+json", "application/json"],
        )?;
        let patch: Value = parse(&incoming.body)?;
        if !patch.is_object() {
            return Err(Problem::invalid("", "expected an object"));
        }
        Ok(Self(patch, std::marker::PhantomData))
    }
    fn describe() -> Value {
        json!({
            "body": schema_of::<T>(),
            "patch": true,
            "content_types": ["application/merge-patch+json", "application/json"],
        })
    }
}

impl<T: DeserializeOwned + Serialize> MergePatch<T> {
    /// What becomes of `target` by this patch.
    ///
    /// # Errors
    /// `validation_failed` where the result is no valid `T`.
    pub fn apply(&self, target: &T) -> Result<T, Problem> {
        let mut merged = serde_json::to_value(target).map_err(Problem::internal)?;
        merge(&mut merged, &self.0);
        serde_path_to_error::deserialize(merged).map_err(|error| invalid(&error))
    }
}

/// RFC 7396 §2.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    if let Value::Object(members) = target {
        for (name, change) in changes {
            if change.is_null() {
                members.remove(name);
            } else {
                merge(members.entry(name.clone()).or_insert(Value::Null), change);
            }
        }
    }
}

/// Query parameters.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send> Input for Query<T> {
    fn read(incoming: &Incoming) -> Result<Self, Problem> {
        serde_urlencoded::from_str(&incoming.query)
            .map(Self)
            .map_err(|error| Problem::new(Code::InvalidParameter).detail(error.to_string()))
    }
    fn describe() -> Value {
        json!({ "query": schema_of::<T>() })
    }
}

/// A body as it came, with its media type: for what is not JSON of ours.
#[derive(Debug, Clone)]
pub struct Body {
    /// The media type without parameters, in lower case; empty if none was sent.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Input for Body {
    fn read(incoming: &Incoming) -> Result<Self, Problem> {
        Ok(Self {
            media_type: media_type(incoming),
            bytes: incoming.body.clone(),
        })
    }
    fn describe() -> Value {
        json!({ "body": {}, "content_types": ["application/json", "text/csv"] })
    }
}

impl<A: Input, B: Input> Input for (A, B) {
    fn read(incoming: &Incoming) -> Result<Self, Problem> {
        Ok((A::read(incoming)?, B::read(incoming)?))
    }
    fn describe() -> Value {
        let mut both = A::describe();
        merge(&mut both, &B::describe());
        both
    }
}

fn media_type(incoming: &Incoming) -> String {
    let header = incoming.header("content-type").unwrap_or_default();
    header
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn content_type(incoming: &Incoming, accepted: &[&str]) -> Result<(), Problem> {
    let sent = media_type(incoming);
    if accepted.contains(&sent.as_str()) {
        return Ok(());
    }
    Err(Problem::new(Code::UnsupportedMediaType)
        .detail(format!("This request takes {}.", accepted.join(" or "))))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let reader = &mut serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut *reader).map_err(|error| {
        if error.inner().is_data() {
            invalid(&error)
        } else {
            no_json(error.inner())
        }
    })?;
    // Something behind the value is as wrong as something wrong in it.
    reader.end().map_err(|error| no_json(&error))?;
    Ok(value)
}

fn no_json(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    Problem::new(Code::InvalidJson).detail(format!("At line {line}, column {column}."))
}

fn invalid(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let mut pointer = String::new();
    for segment in error.path() {
        use serde_path_to_error::Segment;
        match segment {
            Segment::Seq { index } => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
            // RFC 6901 §3: ~ and / are escaped.
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    // serde_json ends with a place in the text, which a pointer says better.
    let detail = error.inner().to_string();
    let detail = detail.split(" at line ").next().unwrap_or_default();
    Problem::invalid(pointer, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_does_what_rfc_7396_says() {
        // The examples of its appendix A that change an object.
        for (target, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (
                r#"{"a":{"b":"c"}}"#,
                r#"{"a":{"b":"d","c":null}}"#,
                r#"{"a":{"b":"d"}}"#,
            ),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let mut merged: Value = serde_json::from_str(target).unwrap();
            merge(&mut merged, &serde_json::from_str(patch).unwrap());
            assert_eq!(
                merged,
                serde_json::from_str::<Value>(result).unwrap(),
                "{target} {patch}"
            );
        }
    }

    #[test]
    fn a_wrong_value_is_named_by_its_place() {
        let problem = parse::<Vec<kernel::Quantity>>(b"[1, 0]").unwrap_err();
        let body = problem.body("r");
        assert_eq!((body.status, body.errors[0].pointer.as_str()), (422, "/1"));
        assert_eq!(
            parse::<Vec<u32>>(b"[1,").unwrap_err().code(),
            Code::InvalidJson
        );
        assert_eq!(
            parse::<Vec<u32>>(b"[1] x").unwrap_err().code(),
            Code::InvalidJson
        );
    }
}
