//! The values of a manifest that are written as text and are more than text.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// `POST /v1/orders/{id}`, or `$default` for everything no other route takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    /// A method and a path.
    Path {
        /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
        method: String,
        /// The path with its `{parameters}`.
        path: String,
    },
    /// Whatever no other route takes.
    Default,
}

impl Route {
    /// Reads a route.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "$default" {
            return Ok(Self::Default);
        }
        let refusal = || {
            format!(
                "`{text}` is no route; write `METHOD /path` (GET, POST, PUT, PATCH or DELETE) or `$default`"
            )
        };
        let (method, path) = text.split_once(' ').ok_or_else(refusal)?;
        let known = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method);
        let fits = path.starts_with('/')
            && path
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "/-_.{}".contains(c));
        if !known || !fits {
            return Err(refusal());
        }
        Ok(Self::Path {
            method: method.to_owned(),
            path: path.to_owned(),
        })
    }

    /// The method, where there is one.
    pub fn method(&self) -> Option<&str> {
        match self {
            Self::Path { method, .. } => Some(method),
            Self::Default => None,
        }
    }

    /// The path, where there is one.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Path { path, .. } => Some(path),
            Self::Default => None,
        }
    }

    /// The names of the path's parameters.
    pub fn parameters(&self) -> Vec<&str> {
        self.path()
            .unwrap_or_default()
            .split('/')
            .filter_map(parameter)
            .collect()
    }

    /// The path as a permission's `SourceArn` says it: a parameter is `*`.
    pub fn pattern(&self) -> String {
        match self {
            Self::Default => "$default".to_owned(),
            Self::Path { method, path } => {
                let parts: Vec<_> = path
                    .split('/')
                    .map(|part| if parameter(part).is_some() { "*" } else { part })
                    .collect();
                format!("{method}{}", parts.join("/"))
            }
        }
    }
}

fn parameter(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

impl fmt::Display for Route {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path { method, path } => write!(out, "{method} {path}"),
            Self::Default => write!(out, "$default"),
        }
    }
}

/// Whether a route takes `Idempotency-Key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Idempotency {
    /// A request without a key is refused.
    Required,
    /// A key is used where there is one.
    Optional,
    /// A key means nothing.
    None,
}

impl Idempotency {
    /// The word in the manifest and in the function's environment.
    pub fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::None => "none",
        }
    }
}

/// What a function may do with the objects of a bucket: some of `r`, `w`, `d`, `l`, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a letter that stands for itself"
)]
pub struct Access {
    /// `GetObject`.
    pub read: bool,
    /// `PutObject`.
    pub write: bool,
    /// `ListBucket`.
    pub list: bool,
    /// `DeleteObject`.
    pub delete: bool,
}

/// One event type or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Events(pub Vec<String>);

/// `<owner>:<view>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ViewRef {
    /// The service that owns the view.
    pub owner: String,
    /// The view's name in the owner's manifest.
    pub view: String,
}

/// `5 s`, `2 minutes`: a length of time in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub u32);

/// `1 minute`, `6 hours`, `1 day`: how often something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Every {
    /// How many of the unit.
    pub count: u32,
    /// Minutes in the unit.
    unit: u32,
}

impl Every {
    /// The schedule expression: `rate(1 minute)`.
    pub fn expression(self) -> String {
        let unit = match self.unit {
            1 => "minute",
            60 => "hour",
            _ => "day",
        };
        let plural = if self.count == 1 { "" } else { "s" };
        format!("rate({} {unit}{plural})", self.count)
    }

    /// Minutes between two runs.
    pub fn minutes(self) -> u32 {
        self.count * self.unit
    }
}

/// `64 kB`, `4 MB`, in bytes (1 kB is 1,024 bytes, as Lambda counts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u32);

/// `5 s` → (5, "s").
fn amount(text: &str) -> Option<(u32, &str)> {
    let (count, unit) = text.trim().split_once(' ')?;
    let count: u32 = count.parse().ok().filter(|count| *count > 0)?;
    Some((
        count,
        unit.trim()
            .strip_suffix('s')
            .filter(|rest| !rest.is_empty())
            .unwrap_or(unit.trim()),
    ))
}

fn from_text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).map_err(D::Error::custom)
}

impl<'de> Deserialize<'de> for Route {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, Self::parse)
    }
}

impl<'de> Deserialize<'de> for Access {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, |text| {
            let access = Self {
                read: text.contains('r'),
                write: text.contains('w'),
                delete: text.contains('d'),
                list: text.contains('l'),
            };
            // Each letter once, in this order.
            let plain: String = [
                (access.read, 'r'),
                (access.write, 'w'),
                (access.delete, 'd'),
                (access.list, 'l'),
            ]
            .into_iter()
            .filter_map(|(has, letter)| has.then_some(letter))
            .collect();
            if text.is_empty() || text != plain {
                return Err(format!(
                    "`{text}` is no access; write `r`, `w`, `d`, `l` or some of them in this order"
                ));
            }
            Ok(access)
        })
    }
}

impl<'de> Deserialize<'de> for ViewRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, |text| match text.split_once(':') {
            Some((owner, view)) => Ok(Self {
                owner: owner.to_owned(),
                view: view.to_owned(),
            }),
            None => Err(format!("`{text}` is no view; write `<owner>:<view>`")),
        })
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, |text| match amount(text) {
            Some((count, "s" | "second")) => Ok(Self(count)),
            Some((count, "minute")) => Ok(Self(count * 60)),
            _ => Err(format!(
                "`{text}` is no length of time; write `5 s` or `2 minutes`"
            )),
        })
    }
}

impl<'de> Deserialize<'de> for Every {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, |text| {
            let (count, unit) = amount(text).unwrap_or_default();
            match unit {
                "minute" => Ok(Self { count, unit: 1 }),
                "hour" => Ok(Self { count, unit: 60 }),
                "day" => Ok(Self { count, unit: 1440 }),
                _ => Err(format!(
                    "`{text}` is no interval; write `1 minute`, `6 hours` or `1 day`"
                )),
            }
        })
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, |text| match amount(text) {
            Some((count, "kB")) => Ok(Self(count * 1024)),
            Some((count, "MB")) => Ok(Self(count * 1024 * 1024)),
            _ => Err(format!("`{text}` is no size; write `64 kB` or `4 MB`")),
        })
    }
}

impl<'de> Deserialize<'de> for Events {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum OneOrMany {
            One(String),
            Many(Vec<String>),
        }
        Ok(match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(event) => Self(vec![event]),
            OneOrMany::Many(events) => Self(events),
        })
    }
}
