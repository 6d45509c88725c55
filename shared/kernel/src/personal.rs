//! Values that identify a person.
//!
//! A [`Personal`] value prints as `[personal]` and refuses to be serialised, so that it cannot slip into a
//! log, an event or a reply. Two doors are left: [`Personal::expose`], at the one place that shows it to
//! whom it belongs, and [`storing`], inside which the store of `shared/dynamo` writes it to a table.

use std::{cell::Cell, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error};

use crate::ids::CustomerId;

/// A value that identifies the person `subject`.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
pub struct Personal<T> {
    /// Whose it is: what an export collects and an erasure removes it by.
    pub subject: CustomerId,
    value: T,
}

impl<T> Personal<T> {
    /// Marks a value as `subject`'s.
    pub fn new(subject: CustomerId, value: T) -> Self {
        Self { subject, value }
    }

    /// The value, to be shown to its owner or to whom the owner's purpose needs.
    pub fn expose(&self) -> &T {
        &self.value
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

thread_local! {
    static STORING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `write`, inside which personal values may be serialised: for the store alone.
pub fn storing<R>(write: impl FnOnce() -> R) -> R {
    let before = STORING.replace(true);
    let result = write();
    STORING.set(before);
    result
}

/// Whether [`storing`] is at work.
pub fn is_storing() -> bool {
    STORING.get()
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !is_storing() {
            return Err(S::Error::custom(
                "personal values go to their store and nowhere else",
            ));
        }
        Sealed {
            subject: self.subject,
            value: &self.value,
        }
        .serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Sealed { subject, value } = Sealed::deserialize(deserializer)?;
        Ok(Self { subject, value })
    }
}

/// How it lies in a table: with its subject, so that a key of the subject can come to seal `value`.
#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    subject: CustomerId,
    value: T,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::Ids, time::Timestamp};

    #[test]
    fn a_personal_value_goes_to_its_store_and_nowhere_else() {
        let subject = Ids::seeded(1).fresh(Timestamp::from_second(1));
        let email = Personal::new(subject, "rosa@example.com".to_owned());
        assert!(serde_json::to_string(&email).is_err());
        assert_eq!(format!("{email:?}"), "[personal]");

        let stored = storing(|| serde_json::to_string(&email)).unwrap();
        assert_eq!(
            serde_json::from_str::<Personal<String>>(&stored).unwrap(),
            email
        );
        assert!(
            serde_json::to_string(&email).is_err(),
            "the door is shut again"
        );
    }
}
