//! Instants to the millisecond in UTC, written as RFC 3339 with `Z`, so that their text sorts as they do.

use std::{
    fmt,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// An instant, to the millisecond: `2026-11-23T09:30:00.000Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The latest instant that can be written: the end of the year 9999.
    const MAX: i64 = 253_402_300_799_999;

    /// From milliseconds since 1970, held within the years 1970 to 9999.
    pub fn from_millisecond(millis: i64) -> Self {
        Self(millis.clamp(0, Self::MAX))
    }

    /// From whole seconds since 1970, as DynamoDB's TTL and JWT have them.
    pub fn from_second(seconds: i64) -> Self {
        Self::from_millisecond(seconds.saturating_mul(1000))
    }

    /// Milliseconds since 1970.
    pub fn as_millisecond(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970.
    pub fn as_second(self) -> i64 {
        self.0 / 1000
    }

    /// This much later.
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millisecond(self.0.saturating_add(millis))
    }

    /// This much earlier.
    pub fn minus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millisecond(self.0.saturating_sub(millis))
    }

    /// How long it is since `earlier`; zero when that lies in the future.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant =
            jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write!(f, "{instant:.3}")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not an RFC 3339 instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an RFC 3339 instant such as 2026-11-23T09:30:00.000Z")]
pub struct InvalidTimestamp;

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;
    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| InvalidTimestamp)?;
        Ok(Self::from_millisecond(instant.as_millisecond()))
    }
}

impl TryFrom<String> for Timestamp {
    type Error = InvalidTimestamp;
    fn try_from(text: String) -> Result<Self, InvalidTimestamp> {
        text.parse()
    }
}

crate::written_as_text!(Timestamp);

impl JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// Where the time comes from; passed in, so that a test moves it.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's own clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until it is told: for tests and simulations alone.
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(
            start.as_millisecond(),
        ))))
    }

    /// The time now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the system"
    )]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => {
                let since_epoch = std::time::SystemTime::now()
                    .duration_since(std::time::UNIX_EPOCH)
                    .unwrap_or_default();
                Timestamp::from_millisecond(0).plus(since_epoch)
            }
            Source::Manual(millis) => Timestamp::from_millisecond(millis.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock on; the system's clock goes its own way.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(millis) = &self.0 {
            let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            millis.fetch_add(by, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_milliseconds_and_sorts_as_time_does() {
        let instant = Timestamp::from_second(1_700_000_000);
        assert_eq!(instant.to_string(), "2023-11-14T22:13:20.000Z");
        assert_eq!(instant.to_string().parse(), Ok(instant));
        let later = instant.plus(Duration::from_millis(7));
        assert_eq!(later.to_string(), "2023-11-14T22:13:20.007Z");
        assert!(instant.to_string() < later.to_string());
        assert_eq!(later.since(instant), Duration::from_millis(7));
        assert_eq!(instant.since(later), Duration::ZERO);
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(Timestamp::from_second(10));
        assert_eq!(clock.now(), clock.now());
        clock.advance(Duration::from_secs(5));
        assert_eq!(clock.now(), Timestamp::from_second(15));
    }
}
