//! Days of the calendar, as documents have them printed.

use std::{fmt, str::FromStr, time::Duration};

use jiff::civil::{Date, date};
use kernel::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// The text is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a day such as 2027-05-31")]
pub struct InvalidDay;

/// `2027-05-31`: a day of the years 1970 to 9998, written as RFC 3339 §5.6 has dates.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Day(Date);

impl Day {
    /// When it is over in UTC.
    pub fn end(self) -> Timestamp {
        let since_1970 = self.0.duration_since(date(1970, 1, 1));
        Timestamp::from_second(since_1970.as_secs()).plus(Duration::from_hours(24))
    }
}

impl FromStr for Day {
    type Err = InvalidDay;
    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        let day: Date = text.parse().map_err(|_| InvalidDay)?;
        // One spelling a day, which is the one that it is written back with.
        let plain = day.to_string() == text && (1970..9999).contains(&day.year());
        plain.then_some(Self(day)).ok_or(InvalidDay)
    }
}

impl TryFrom<String> for Day {
    type Error = InvalidDay;
    fn try_from(text: String) -> Result<Self, InvalidDay> {
        text.parse()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

kernel::written_as_text!(Day);

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_when_the_next_one_begins() {
        let day: Day = "2028-02-29".parse().unwrap();
        assert_eq!(day.end(), "2028-03-01T00:00:00Z".parse().unwrap());
        assert_eq!(day.to_string(), "2028-02-29");
        assert!(day < "2028-03-01".parse().unwrap());
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for wrong in [
            "",
            "2027-02-29",
            "2027-13-01",
            "2027-1-1",
            "20270101",
            "01.01.2027",
            "2027-01-01T00:00:00Z",
            "1969-12-31",
            "9999-12-31",
            "-002027-01-01",
            " 2027-01-01",
        ] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong:?}");
        }
    }
}
