//! Values that identify a person.
//!
//! A [`Personal`] value prints as `[personal]` and refuses to be serialised, so that it cannot slip into a
//! log, an event or a reply. Two doors are left: [`Personal::expose`], at the one place that shows it to
//! whom it belongs, and [`storing`], inside which the store of `shared/dynamo` writes it to a table.

use std::{cell::Cell, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error};

use crate::ids::{CustomerId, InvalidId, OrderId};

/// Whom a personal value identifies. Written as the id alone, whose prefix says which it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    /// Someone with an account.
    Customer(CustomerId),
    /// Someone without one, of whom no more is known than this order.
    GuestOf(OrderId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(customer) => customer.fmt(f),
            Self::GuestOf(order) => order.fmt(f),
        }
    }
}

impl FromStr for Subject {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let guest = || text.parse().ok().map(Self::GuestOf);
        match text.parse() {
            Ok(customer) => Ok(Self::Customer(customer)),
            Err(error) => guest().ok_or(error),
        }
    }
}

impl TryFrom<String> for Subject {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

crate::written_as_text!(Subject);

impl JsonSchema for Subject {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Subject".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^(cus|ord)_[0-9a-f]{32}$" })
    }
}

impl From<CustomerId> for Subject {
    fn from(customer: CustomerId) -> Self {
        Self::Customer(customer)
    }
}

impl From<OrderId> for Subject {
    fn from(order: OrderId) -> Self {
        Self::GuestOf(order)
    }
}

/// A value that identifies the person `subject`.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
pub struct Personal<T> {
    /// Whose it is: what an export collects and an erasure removes it by.
    pub subject: Subject,
    value: T,
}

impl<T> Personal<T> {
    /// Marks a value as `subject`'s.
    pub fn new(subject: impl Into<Subject>, value: T) -> Self {
        let subject = subject.into();
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
    subject: Subject,
    value: T,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::Ids, time::Timestamp};

    #[test]
    fn a_personal_value_goes_to_its_store_and_nowhere_else() {
        let subject: CustomerId = Ids::seeded(1).fresh(Timestamp::from_second(1));
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

    #[test]
    fn a_subject_is_a_customer_or_the_guest_of_an_order() {
        let (ids, now) = (Ids::seeded(1), Timestamp::from_second(1));
        let customer = Subject::from(ids.fresh::<CustomerId>(now));
        let guest = Subject::from(ids.fresh::<OrderId>(now));
        for subject in [customer, guest] {
            assert_eq!(subject.to_string().parse(), Ok(subject));
        }
        assert_ne!(customer, guest);
        assert!("sel_0".parse::<Subject>().is_err());
    }
}
