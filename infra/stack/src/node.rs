//! A small document tree that keeps the order it was written in, and its two writers: YAML for templates that
//! people read, JSON for everything that machines read first. The same tree always gives the same bytes.

use std::fmt::Write as _;

use serde_json::Value;

/// One value of a rendered document.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Text.
    Text(String),
    /// A number, as it is written.
    Number(String),
    /// true or false.
    Bool(bool),
    /// Nothing.
    Null,
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of its making.
    Map(Vec<(String, Node)>),
    /// A `CloudFormation` function in its short form: `!Ref Stage`.
    Function(&'static str, Box<Node>),
}

/// Makes a mapping: `map! { "Type" => "AWS::SQS::Queue", "Properties" => properties }`.
#[macro_export]
macro_rules! map {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::node::Node::Map(vec![$((($key).to_string(), $crate::node::Node::from($value))),*])
    };
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Node {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Node {
    fn from(value: u32) -> Self {
        Self::Number(value.to_string())
    }
}

impl From<i32> for Node {
    fn from(value: i32) -> Self {
        Self::Number(value.to_string())
    }
}

impl<T: Into<Node>> From<Vec<T>> for Node {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl From<&Value> for Node {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(fields) => Self::Map(
                fields
                    .iter()
                    .map(|(key, value)| (key.clone(), Self::from(value)))
                    .collect(),
            ),
        }
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        Self::from(&value)
    }
}

/// `!Ref name`.
pub fn reference(name: &str) -> Node {
    Node::Function("Ref", Box::new(name.into()))
}

/// `!If [condition, one, other]`.
pub fn either(condition: &str, one: Node, other: Node) -> Node {
    Node::Function(
        "If",
        Box::new(Node::List(vec![condition.into(), one, other])),
    )
}

/// `!GetAtt resource.attribute`.
pub fn attribute(resource: &str, attribute: &str) -> Node {
    Node::Function("GetAtt", Box::new(format!("{resource}.{attribute}").into()))
}

/// `!Sub text`, or the text alone when there is nothing to substitute.
pub fn substitute(text: &str) -> Node {
    if text.contains("${") {
        Node::Function("Sub", Box::new(text.into()))
    } else {
        text.into()
    }
}

impl Node {
    /// Adds an entry at the end of a mapping; on anything else it does nothing.
    pub fn push(&mut self, key: &str, value: impl Into<Node>) {
        if let Self::Map(entries) = self {
            entries.push((key.to_owned(), value.into()));
        }
    }

    /// The entry of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Self::Map(entries) => entries
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, node)| node),
            _ => None,
        }
    }

    /// The same document with these keys of every mapping first, in this order; the others stay as they are.
    pub fn with_first(self, first: &[&str]) -> Self {
        match self {
            Self::Map(mut entries) => {
                let rank = |key: &str| {
                    first
                        .iter()
                        .position(|known| *known == key)
                        .unwrap_or(first.len())
                };
                entries.sort_by_key(|(key, _)| rank(key));
                Self::Map(
                    entries
                        .into_iter()
                        .map(|(key, node)| (key, node.with_first(first)))
                        .collect(),
                )
            }
            Self::List(items) => Self::List(
                items
                    .into_iter()
                    .map(|item| item.with_first(first))
                    .collect(),
            ),
            other => other,
        }
    }

    /// The document as YAML, as a person would write it.
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        self.write_yaml(&mut out, 0, false);
        out
    }

    fn write_yaml(&self, out: &mut String, depth: usize, in_list: bool) {
        match self {
            Self::Map(entries) if !entries.is_empty() => {
                for (position, (key, value)) in entries.iter().enumerate() {
                    if !(in_list && position == 0) {
                        indent(out, depth);
                    }
                    let _ = write!(out, "{}:", scalar(key));
                    value.write_yaml_value(out, depth);
                    // A blank line between resources makes a long template readable.
                    let resource = depth == 1 && value.get("Properties").is_some();
                    let section = depth == 0 && matches!(value, Self::Map(_));
                    if (resource || section) && position + 1 < entries.len() {
                        out.push('\n');
                    }
                }
            }
            Self::List(items) if !items.is_empty() => {
                for item in items {
                    indent(out, depth);
                    out.push('-');
                    match item {
                        Self::Map(entries) if !entries.is_empty() => {
                            out.push(' ');
                            item.write_yaml(out, depth + 1, true);
                        }
                        _ => item.write_yaml_value(out, depth),
                    }
                }
            }
            _ => {
                out.push_str(&self.inline());
                out.push('\n');
            }
        }
    }

    fn write_yaml_value(&self, out: &mut String, depth: usize) {
        match self {
            Self::Map(entries) if !entries.is_empty() => {
                out.push('\n');
                self.write_yaml(out, depth + 1, false);
            }
            Self::List(items) if !items.is_empty() => {
                let short = items
                    .iter()
                    .all(|item| matches!(item, Self::Text(_) | Self::Number(_)));
                let flow = self.inline();
                if short && flow.len() + depth * 2 < 100 {
                    let _ = writeln!(out, " {flow}");
                } else {
                    out.push('\n');
                    self.write_yaml(out, depth + 1, false);
                }
            }
            Self::Function(name, argument) if matches!(**argument, Self::Map(_)) => {
                let _ = writeln!(out, " !{name}");
                argument.write_yaml(out, depth + 1, false);
            }
            Self::Text(text) if text.contains('\n') => {
                out.push_str(" |\n");
                for line in text.trim_end().lines() {
                    indent(out, depth + 1);
                    out.push_str(line);
                    out.push('\n');
                }
            }
            _ => {
                let _ = writeln!(out, " {}", self.inline());
            }
        }
    }

    fn inline(&self) -> String {
        match self {
            Self::Text(text) => scalar(text),
            Self::Number(number) => number.clone(),
            Self::Bool(value) => value.to_string(),
            Self::Null => "null".to_owned(),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(Self::inline).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(_) => "{}".to_owned(),
            Self::Function(name, argument) => format!("!{name} {}", argument.inline()),
        }
    }

    /// The document as JSON with two spaces, ending in a newline.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out, 0);
        out.push('\n');
        out
    }

    fn write_json(&self, out: &mut String, depth: usize) {
        match self {
            Self::Text(text) => out.push_str(&Value::from(text.as_str()).to_string()),
            Self::List(items) if items.is_empty() => out.push_str("[]"),
            Self::Map(entries) if entries.is_empty() => out.push_str("{}"),
            Self::List(items) => {
                let short = items
                    .iter()
                    .all(|item| matches!(item, Self::Text(_) | Self::Number(_)));
                let mut flow = String::from("[");
                for (position, item) in items.iter().enumerate() {
                    flow.push_str(if position == 0 { "" } else { ", " });
                    item.write_json(&mut flow, depth);
                }
                flow.push(']');
                if short && flow.len() < 90 {
                    out.push_str(&flow);
                    return;
                }
                out.push_str("[\n");
                for (position, item) in items.iter().enumerate() {
                    indent(out, depth + 1);
                    item.write_json(out, depth + 1);
                    out.push_str(if position + 1 < items.len() {
                        ",\n"
                    } else {
                        "\n"
                    });
                }
                indent(out, depth);
                out.push(']');
            }
            Self::Map(entries) => {
                out.push_str("{\n");
                for (position, (key, value)) in entries.iter().enumerate() {
                    indent(out, depth + 1);
                    let _ = write!(out, "{}: ", Value::from(key.as_str()));
                    value.write_json(out, depth + 1);
                    out.push_str(if position + 1 < entries.len() {
                        ",\n"
                    } else {
                        "\n"
                    });
                }
                indent(out, depth);
                out.push('}');
            }
            Self::Function(..) | Self::Number(_) | Self::Bool(_) | Self::Null => {
                out.push_str(&self.inline());
            }
        }
    }
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// Text as a YAML scalar: plain where YAML reads it back as the same text, quoted otherwise.
fn scalar(text: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || "_-./$ ()+<>".contains(c) || c == ':';
    let plain = !text.is_empty()
        && text.chars().all(word)
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '$')
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !["true", "false", "yes", "no", "null", "on", "off", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    if plain {
        text.to_owned()
    } else if text.contains('"') || text.contains('\\') {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{text}\"")
    }
}

#[cfg(test)]
mod tests;
