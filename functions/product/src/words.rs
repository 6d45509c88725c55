//! Text as keys: slugs, handles, SKUs and the words that a product is found by.

use std::{collections::BTreeSet, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Lower-case letters and digits of a text, with one hyphen for whatever lies between them.
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The words of texts that a search finds them by: of two letters or more, each once.
pub fn words<'a>(texts: impl IntoIterator<Item = &'a str>, most: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in texts {
        for word in slug(text).split('-') {
            if word.chars().count() > 1 && found.len() < most {
                found.insert(word.to_owned());
            }
        }
    }
    found
}

/// The text is no SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SKU is 1 to 64 of the characters A-Z a-z 0-9 . _ -")]
pub struct InvalidSku;

/// A seller's own name for a variant: 1 to 64 of `[A-Za-z0-9._-]`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Sku(String);

impl Sku {
    /// The longest.
    pub const MAX: usize = 64;

    /// One made of a handle and the values of options, where the seller gives none.
    pub fn made_of<'a>(handle: &str, options: impl IntoIterator<Item = &'a str>) -> Self {
        let mut made = ascii(handle);
        for value in options {
            let value = ascii(value);
            if !value.is_empty() {
                made.push('-');
                made.push_str(&value);
            }
        }
        made.truncate(Self::MAX);
        let made = made.trim_matches('-');
        Self(if made.is_empty() {
            "variant".to_owned()
        } else {
            made.to_owned()
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same with a number, where it is taken by a sibling.
    pub fn numbered(&self, number: usize) -> Self {
        let suffix = format!("-{number}");
        let room = Self::MAX - suffix.len();
        Self(format!("{}{suffix}", &self.0[..self.0.len().min(room)]))
    }
}

/// A slug of ASCII alone: what other letters stand for is left out.
fn ascii(text: &str) -> String {
    let slug: String = slug(text)
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    slug.trim_matches('-').to_owned()
}

impl FromStr for Sku {
    type Err = InvalidSku;
    fn from_str(text: &str) -> Result<Self, InvalidSku> {
        let fits = (1..=Self::MAX).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidSku)
        }
    }
}

impl TryFrom<String> for Sku {
    type Error = InvalidSku;
    fn try_from(text: String) -> Result<Self, InvalidSku> {
        text.parse()
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

kernel::written_as_text!(Sku);

impl JsonSchema for Sku {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sku".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_lower_case_with_single_hyphens() {
        assert_eq!(slug("  Home & Garden! "), "home-garden");
        assert_eq!(slug("Crème brûlée 2"), "crème-brûlée-2");
        assert_eq!(slug("—"), "");
    }

    #[test]
    fn a_sku_is_made_where_there_is_none() {
        assert_eq!(
            Sku::made_of("linen-shirt", ["M", "Sky Blue"]).as_str(),
            "linen-shirt-m-sky-blue"
        );
        assert_eq!(Sku::made_of("茶", []).as_str(), "variant");
        let long = Sku::made_of(&"x".repeat(100), ["y"]);
        assert_eq!(long.as_str().len(), 64);
        assert_eq!(long.numbered(12).as_str().len(), 64);
        assert!(long.numbered(12).as_str().parse::<Sku>().is_ok());
    }

    #[test]
    fn a_sku_has_its_letters_and_no_others() {
        for right in ["A", "a.b_c-1", &"x".repeat(64)] {
            assert!(right.parse::<Sku>().is_ok(), "{right}");
        }
        for wrong in ["", "a b", "ä", "a/b", &"x".repeat(65)] {
            assert!(wrong.parse::<Sku>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn words_are_what_is_searched_for() {
        let found = words(["Oak Table", "oak & co"], 10);
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            ["co", "oak", "table"]
        );
        assert_eq!(words(["one two three four"], 2).len(), 2);
    }
}
