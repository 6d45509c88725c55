//! Types that are written as text in JSON and in the database: through [`Display`], and back through
//! [`FromStr`], without a copy on the way where the text itself isn't kept.

use std::{fmt, fmt::Display, marker::PhantomData, str::FromStr};

use serde::de::{self, Deserializer, Visitor};

/// Reads a `T` from text.
///
/// # Errors
/// What `T` says of the text.
pub fn read<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display> + TryFrom<String, Error: Display>,
    D: Deserializer<'de>,
{
    struct Text<T>(PhantomData<T>);

    impl<T> Visitor<'_> for Text<T>
    where
        T: FromStr<Err: Display> + TryFrom<String, Error: Display>,
    {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }

        fn visit_string<E: de::Error>(self, text: String) -> Result<T, E> {
            text.try_into().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(PhantomData))
}

/// `Serialize` and `Deserialize` for a type that is written as text: it has `Display`, `FromStr` and
/// `TryFrom<String>`.
#[macro_export]
macro_rules! written_as_text {
    ($name:ident $(<$(const $bound:ident),+>)?) => {
        impl $(<$(const $bound: usize),+>)? serde::Serialize for $name $(<$($bound),+>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de $($(, const $bound: usize)+)?> serde::Deserialize<'de> for $name $(<$($bound),+>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::written::read(deserializer)
            }
        }
    };
}
