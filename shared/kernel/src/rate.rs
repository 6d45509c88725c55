//! How many requests are borne: the classes of rates that manifests name, in one table, and their arithmetic.
//!
//! The generic cell rate algorithm (ITU-T I.371, annex A): of whoever is counted one number is kept, the
//! *theoretical arrival time*, at which all that was let through would have come at an even pace. A request moves it
//! on by the interval of the pace; one that would move it further ahead of now than a burst reaches is refused.

use std::{fmt, str::FromStr, time::Duration};

use crate::time::Timestamp;

/// Who is counted together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// Those who call from one address; of IPv6 the first 64 bits, which one line has.
    Client,
    /// A customer, by the access token; without one, those who call from one address.
    Caller,
    /// Everyone. Spread over so many counters, each for its part, so that none of them is hot.
    Everyone {
        /// How many.
        shards: u32,
    },
}

/// How many requests are borne of whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quota {
    /// How many requests a window brings back.
    pub requests: u32,
    /// The window.
    pub window: Duration,
    /// How many may come at once after a rest.
    pub burst: u32,
    /// Who is counted together.
    pub by: By,
}

/// What becomes of a request when the counter cannot be asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unasked {
    /// It is refused as `unavailable`: where a limit protects accounts or money.
    Refused,
    /// It is let through: where a limit protects the platform's comfort alone.
    Admitted,
}

/// A class of rates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Class {
    /// Its name in manifests and in headers.
    pub name: &'static str,
    /// All of them must bear a request. The first is the one that its caller is told.
    pub quotas: &'static [Quota],
    /// What becomes of a request when the counter cannot be asked.
    pub unasked: Unasked,
}

const MINUTE: Duration = Duration::from_mins(1);
const QUARTER: Duration = Duration::from_mins(15);
const HOUR: Duration = Duration::from_hours(1);

const fn quota(by: By, requests: u32, window: Duration, burst: u32) -> Quota {
    Quota {
        requests,
        window,
        burst,
        by,
    }
}

impl Class {
    /// Every class there is.
    pub const ALL: &'static [Self] = &[
        // Accounts are free, so a machine would make any number; many addresses together make no more than a shop
        // that is the talk of the town needs.
        Self {
            name: "registration",
            quotas: &[
                quota(By::Client, 5, HOUR, 5),
                quota(By::Everyone { shards: 10 }, 3_000, HOUR, 300),
            ],
            unasked: Unasked::Refused,
        },
        // Guesses at one account are counted by its address (docs/decisions/0014); this is for lists of stolen
        // passwords, one guess an account. An office behind one address logs in too.
        Self {
            name: "log-in",
            quotas: &[quota(By::Client, 60, QUARTER, 60)],
            unasked: Unasked::Refused,
        },
        Self {
            name: "refresh",
            quotas: &[quota(By::Client, 300, QUARTER, 150)],
            unasked: Unasked::Refused,
        },
        // Each sends a mail to somebody who may not have asked for it.
        Self {
            name: "reset",
            quotas: &[
                quota(By::Client, 10, HOUR, 5),
                quota(By::Everyone { shards: 4 }, 1_200, HOUR, 120),
            ],
            unasked: Unasked::Refused,
        },
        // A password's hash takes a tenth of a second of a whole core.
        Self {
            name: "password",
            quotas: &[quota(By::Caller, 20, HOUR, 10)],
            unasked: Unasked::Refused,
        },
        // Whoever tries stolen cards needs no account for it here, and wants to try many.
        Self {
            name: "guest-order",
            quotas: &[quota(By::Client, 30, HOUR, 10)],
            unasked: Unasked::Refused,
        },
        Self {
            name: "import",
            quotas: &[quota(By::Caller, 60, HOUR, 20)],
            unasked: Unasked::Refused,
        },
        // What anyone may ask for and costs a backend call that nothing saves.
        Self {
            name: "expensive-read",
            quotas: &[quota(By::Caller, 120, MINUTE, 60)],
            unasked: Unasked::Admitted,
        },
    ];
}

/// There is no class of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no class of rates")]
pub struct UnknownClass(String);

/// A class, by its name.
impl FromStr for &'static Class {
    type Err = UnknownClass;
    fn from_str(name: &str) -> Result<Self, UnknownClass> {
        Class::ALL
            .iter()
            .find(|class| class.name == name)
            .ok_or_else(|| UnknownClass(name.to_owned()))
    }
}

/// `5 requests in 3600 s of a client`, for the API reference.
impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = match self.by {
            By::Client => "a client address",
            By::Caller => "a caller",
            By::Everyone { .. } => "all callers together",
        };
        let (requests, seconds) = (self.requests, self.window.as_secs());
        write!(f, "{requests} requests in {seconds} s of {whose}")
    }
}

impl Quota {
    /// The pace at which one counter of it runs, where `factor` times as many requests are borne (at least once).
    pub fn pace(self, factor: u32) -> Pace {
        let factor = u64::from(factor.max(1));
        let shards = match self.by {
            By::Everyone { shards } => u64::from(shards.max(1)),
            By::Client | By::Caller => 1,
        };
        let window = u64::try_from(self.window.as_micros()).unwrap_or(u64::MAX);
        let requests = u64::from(self.requests.max(1)) * factor;
        // Rounded so that never more are let through.
        let interval = (window.saturating_mul(shards)).div_ceil(requests).max(1);
        let burst = (u64::from(self.burst) * factor / shards).max(1);
        Pace {
            interval,
            room: interval.saturating_mul(burst),
        }
    }
}

/// An even pace with room for a burst. Times are microseconds since 1970, and never negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    interval: u64,
    room: u64,
}

/// Where a counter stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// How many requests may come at once now.
    pub left: u64,
    /// In how long as many as after a rest may.
    pub rested_in: Duration,
}

impl Pace {
    /// By how much a request moves the theoretical arrival time on.
    pub fn interval(self) -> u64 {
        self.interval
    }

    /// Now, as it is counted.
    pub fn now(now: Timestamp) -> u64 {
        u64::try_from(now.as_millisecond())
            .unwrap_or(0)
            .saturating_mul(1_000)
    }

    /// The latest theoretical arrival time at which another request is borne.
    pub fn latest(self, now: u64) -> u64 {
        (now.saturating_add(self.room)).saturating_sub(self.interval)
    }

    /// When the counter says nothing any more: it may be cleaned up then.
    pub fn forgotten_at(self, now: u64) -> u64 {
        now.saturating_add(self.room)
    }

    /// Where a counter stands at this theoretical arrival time.
    pub fn standing(self, arrival: u64, now: u64) -> Standing {
        let ahead = arrival.saturating_sub(now);
        Standing {
            left: self.room.saturating_sub(ahead) / self.interval,
            rested_in: Duration::from_micros(ahead),
        }
    }

    /// How long a refused request has to wait.
    pub fn wait(self, arrival: u64, now: u64) -> Duration {
        let wait = arrival.saturating_sub(self.latest(now));
        Duration::from_micros(wait.max(1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of the requests at these times are let through.
    fn admitted(pace: Pace, times: impl IntoIterator<Item = u64>) -> usize {
        let mut arrival = 0;
        let mut admitted = 0;
        for now in times {
            if arrival <= pace.latest(now) {
                arrival = arrival.max(now) + pace.interval();
                admitted += 1;
            }
        }
        admitted
    }

    const START: u64 = 1_767_225_600_000_000;

    #[test]
    fn a_burst_is_borne_at_once_and_the_pace_after_it() {
        let pace = quota(By::Client, 5, HOUR, 5).pace(1);
        assert_eq!(admitted(pace, [START; 100]), 5);
        // One comes back every twelve minutes.
        let minutes = (0..60).map(|minute| START + minute * 60_000_000);
        assert_eq!(admitted(pace, [START; 5].into_iter().chain(minutes)), 5 + 4);
        assert_eq!(
            pace.standing(START + 2 * pace.interval(), START),
            Standing {
                left: 3,
                rested_in: Duration::from_mins(24),
            }
        );
        let full = START + 5 * pace.interval();
        assert_eq!(pace.wait(full, START), Duration::from_mins(12));
    }

    #[test]
    fn no_window_brings_more_than_a_burst_and_the_requests_of_a_window() {
        for class in Class::ALL {
            for quota in class.quotas {
                for factor in [1, 7] {
                    let pace = quota.pace(factor);
                    let window = u64::try_from(quota.window.as_micros()).unwrap();
                    let step = window / 20_000;
                    let times = (0..20_000).map(|number| START + number * step);
                    let shards = match quota.by {
                        By::Everyone { shards } => shards,
                        _ => 1,
                    };
                    let most = factor * (quota.burst + quota.requests) / shards;
                    let admitted = u32::try_from(admitted(pace, times)).unwrap();
                    assert!(admitted <= most, "{}: {admitted} of {most}", class.name);
                    assert!(admitted > most / 2, "{}: {admitted} of {most}", class.name);
                }
            }
        }
    }

    #[test]
    fn the_parts_of_a_spread_quota_are_not_more_than_the_whole() {
        for class in Class::ALL {
            assert_eq!(class.name.parse(), Ok(class));
            assert!(!class.quotas.is_empty());
            for quota in class.quotas {
                assert!(quota.burst <= quota.requests && quota.burst > 0);
                if let By::Everyone { shards } = quota.by {
                    assert_eq!(quota.burst % shards, 0, "{}", class.name);
                    assert_eq!(quota.requests % shards, 0, "{}", class.name);
                }
            }
        }
        assert!("unheard-of".parse::<&'static Class>().is_err());
    }
}
