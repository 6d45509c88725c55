//! Text that fits: trimmed, bounded, free of control characters; and text by locale.

use std::{collections::BTreeMap, fmt, ops::Deref, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The text is too short, too long, or holds control characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Fewer or more characters than allowed, after trimming.
    #[error("expected {min} to {max} characters")]
    Length {
        /// The fewest characters.
        min: usize,
        /// The most characters.
        max: usize,
    },
    /// A control character, or a line break where one line is expected.
    #[error("control characters are not allowed")]
    ControlCharacter,
    /// Not a language tag.
    #[error("expected a language tag such as en or pt-BR")]
    InvalidLocale,
}

fn fitted(text: &str, min: usize, max: usize, breaks: bool) -> Result<&str, InvalidText> {
    let text = text.trim();
    // Line breaks are text where paragraphs are; everything else that controls, hides or turns text is not.
    let refused = |c: char| {
        (c.is_control() && !(breaks && matches!(c, '\n' | '\r' | '\t')))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    // Characters, not bytes; most text has as many of both, and bytes are quicker to look at.
    let (refused, length) = if text.is_ascii() {
        let refused = text.bytes().any(|byte| refused(char::from(byte)));
        (refused, text.len())
    } else {
        (text.chars().any(refused), text.chars().count())
    };
    if refused {
        return Err(InvalidText::ControlCharacter);
    }
    if length < min || length > max {
        return Err(InvalidText::Length { min, max });
    }
    Ok(text)
}

macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident, breaks = $breaks:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name<const MIN: usize, const MAX: usize>(String);

        impl<const MIN: usize, const MAX: usize> $name<MIN, MAX> {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> FromStr for $name<MIN, MAX> {
            type Err = InvalidText;
            fn from_str(text: &str) -> Result<Self, InvalidText> {
                Ok(Self(fitted(text, MIN, MAX, $breaks)?.to_owned()))
            }
        }

        impl<const MIN: usize, const MAX: usize> TryFrom<String> for $name<MIN, MAX> {
            type Error = InvalidText;
            fn try_from(text: String) -> Result<Self, InvalidText> {
                let fit = fitted(&text, MIN, MAX, $breaks)?;
                let whole = fit.len() == text.len();
                Ok(Self(if whole { text } else { fit.to_owned() }))
            }
        }

        impl<const MIN: usize, const MAX: usize> Deref for $name<MIN, MAX> {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> fmt::Display for $name<MIN, MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<const MIN: usize, const MAX: usize> fmt::Debug for $name<MIN, MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        crate::written_as_text!($name<const MIN, const MAX>);

        impl<const MIN: usize, const MAX: usize> JsonSchema for $name<MIN, MAX> {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                format!(concat!(stringify!($name), "_{}_{}"), MIN, MAX).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "minLength": MIN, "maxLength": MAX })
            }
        }
    };
}

bounded! {
    /// One line of text: `MIN` to `MAX` characters after trimming, no line breaks.
    Line, breaks = false
}
bounded! {
    /// Text that may have line breaks: `MIN` to `MAX` characters after trimming.
    Paragraphs, breaks = true
}

/// A language tag of BCP 47 at the depth that a shop needs: `en`, `pt-BR`, `zh-Hant`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Locale(String);

impl Locale {
    /// English.
    pub fn en() -> Self {
        Self("en".to_owned())
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Locale {
    type Err = InvalidText;
    fn from_str(tag: &str) -> Result<Self, InvalidText> {
        let mut parts = tag.split('-');
        let language = parts.next().unwrap_or_default();
        let well_formed = (2..=3).contains(&language.len())
            && language.bytes().all(|b| b.is_ascii_lowercase())
            && parts.clone().count() <= 2
            && parts.all(|part| {
                (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
            });
        if well_formed {
            Ok(Self(tag.to_owned()))
        } else {
            Err(InvalidText::InvalidLocale)
        }
    }
}

impl TryFrom<String> for Locale {
    type Error = InvalidText;
    fn try_from(tag: String) -> Result<Self, InvalidText> {
        tag.parse()
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::written_as_text!(Locale);

impl JsonSchema for Locale {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Locale".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$" })
    }
}

/// A text in each language it has been given in; stored whole, shown in the caller's language.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Localized<T>(BTreeMap<Locale, T>);

impl<T> Localized<T> {
    /// A text in one language.
    pub fn new(locale: Locale, text: T) -> Self {
        Self(BTreeMap::from([(locale, text)]))
    }

    /// Adds or replaces the text of one language.
    pub fn set(&mut self, locale: Locale, text: T) {
        self.0.insert(locale, text);
    }

    /// The text in the first of these languages that it has, or else in the first it has at all.
    pub fn pick<'a>(&'a self, wanted: impl IntoIterator<Item = &'a Locale>) -> Option<&'a T> {
        wanted
            .into_iter()
            .find_map(|locale| self.0.get(locale))
            .or_else(|| self.0.values().next())
    }
}

/// Text as it is found whatever its case.
pub fn folded(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_bounded() {
        assert_eq!("  tea \n".parse::<Line<1, 5>>().unwrap().as_str(), "tea");
        assert!("   ".parse::<Line<1, 5>>().is_err());
        assert!("teapot".parse::<Line<1, 5>>().is_err());
        assert!("ünïcö".parse::<Line<1, 5>>().is_ok());
        assert!("a\nb".parse::<Line<1, 5>>().is_err());
        assert!("a\nb".parse::<Paragraphs<1, 5>>().is_ok());
        assert!("a\u{202e}b".parse::<Line<1, 5>>().is_err());
    }

    #[test]
    fn text_is_shown_in_the_first_language_that_it_has() {
        let mut title = Localized::new(Locale::en(), "tea");
        title.set("de".parse().unwrap(), "Tee");
        assert_eq!(
            title.pick(&["fr".parse().unwrap(), "de".parse().unwrap()]),
            Some(&"Tee")
        );
        assert_eq!(title.pick(&["fr".parse().unwrap()]), Some(&"Tee"));
        assert!("EN".parse::<Locale>().is_err());
        assert!("en-".parse::<Locale>().is_err());
        assert!("pt-BR".parse::<Locale>().is_ok());
    }
}
