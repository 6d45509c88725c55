//! How the cloud behaves, within what AWS's documents allow, and what goes wrong in it.

use std::{fmt, str::FromStr, time::Duration};

use testkit::Fault;

use crate::chance::Chance;

/// How the cloud behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nature {
    /// How many of a hundred messages come twice: SQS and EventBridge deliver at least once.
    pub doubles: usize,
    /// How long an event is on its way at most. Nothing on the way keeps order.
    pub delay: Duration,
    /// How many functions run at the same time.
    pub at_once: usize,
    /// Whether a function gets several messages at once, and some of them may fail.
    pub batches: bool,
    /// How many of a hundred answered requests are sent once more under their key.
    pub replays: usize,
    /// How long it is from one firing of the schedules to the next: a minute, or more where some are missed.
    pub tick: Duration,
    /// Whether people lay what was laid aside into its queue again.
    pub redrives: bool,
}

impl Nature {
    /// Everything comes once, at once, and in order; what is laid aside stays there.
    pub fn calm() -> Self {
        Self {
            doubles: 0,
            delay: Duration::ZERO,
            at_once: 1,
            batches: false,
            replays: 0,
            tick: Duration::from_mins(5),
            redrives: false,
        }
    }

    /// Somewhere between calm and as rough as it gets.
    pub fn by(chance: &mut Chance) -> Self {
        let delays = [0, 50, 2_000, 20_000, 90_000];
        Self {
            doubles: *chance.one_of(&[0, 5, 30, 60]),
            delay: Duration::from_millis(*chance.one_of(&delays)),
            at_once: *chance.one_of(&[1, 2, 3]),
            batches: chance.percent(50),
            replays: *chance.one_of(&[0, 30, 100]),
            tick: Duration::from_mins(*chance.one_of(&[1, 2, 5])),
            redrives: true,
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Something happens to the call with this number, of all calls that the functions make.
    Call(usize, Fault),
    /// What has set off the invocation with this number comes once more.
    Again(usize),
}

const NAMES: [(&str, Fault); 11] = [
    ("throttled", Fault::Throttled),
    ("server-error", Fault::ServerError),
    ("conflict", Fault::Conflict),
    ("denied", Fault::Denied),
    ("unreachable", Fault::Unreachable),
    ("lost-reply", Fault::LostReply),
    ("late-reply", Fault::LateReply),
    ("corrupt-reply", Fault::CorruptReply),
    ("partial", Fault::Partial),
    ("killed-before", Fault::KilledBefore),
    ("killed-after", Fault::KilledAfter),
];

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(number, fault) => {
                let named = NAMES.iter().find(|(_, known)| known == fault);
                let name = named.map_or("unknown", |(name, _)| name);
                write!(f, "{number}:{name}")
            }
            Self::Again(number) => write!(f, "{number}:again"),
        }
    }
}

impl FromStr for Trouble {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            let names = NAMES.map(|(name, _)| name).join(", ");
            format!("expected a number, a colon and one of {names}, again; not `{text}`")
        };
        let (number, name) = text.split_once(':').ok_or_else(expected)?;
        let number = number.parse().map_err(|_| expected())?;
        if name == "again" {
            return Ok(Self::Again(number));
        }
        let named = NAMES.iter().find(|(known, _)| *known == name);
        let (_, fault) = named.ok_or_else(expected)?;
        Ok(Self::Call(number, *fault))
    }
}
