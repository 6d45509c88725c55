//! Rates: how many requests a route bears, as its manifest says by the class's name (`kernel::rate`). A route that
//! names none asks nobody.

use std::{net::IpAddr, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use dynamo::{Key, Meter, Taken};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{
    Problem, Timestamp,
    rate::{By, Class, Pace, Quota, Standing, Unasked},
};
use sha2::Sha256;

use super::{Answer, Incoming};
use crate::platform::Platform;

/// The service and the table that keep the counters.
const TABLE: (&str, &str) = ("gateway", "limits");
/// For so long a counter is waited for that a request does not depend on.
const PATIENCE: Duration = Duration::from_millis(500);

/// Lets through what the class of the route bears.
pub(super) struct Limiter {
    platform: &'static Platform,
    class: &'static Class,
    meter: Meter,
    factor: u32,
    /// Addresses are personal: the table knows them by a code alone.
    key: Hmac<Sha256>,
}

/// What an answer says of the caller's quota
/// (draft-ietf-httpapi-ratelimit-headers-10, <https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/>).
pub(super) struct Told {
    class: &'static Class,
    quota: Quota,
    factor: u32,
    standing: Standing,
}

impl Limiter {
    /// The limiter of the function, if its manifest names a class.
    pub(super) fn of(platform: &'static Platform) -> Result<Option<Self>, Problem> {
        let Some(name) = platform.optional("RATE") else {
            return Ok(None);
        };
        let mut key =
            <Hmac<Sha256> as KeyInit>::new_from_slice(platform.setting("CURSOR_KEY")?.as_bytes())
                .map_err(Problem::internal)?;
        // The secret signs other things too: what is signed begins with what it is.
        key.update(b"rate limit\0");
        Ok(Some(Self {
            platform,
            class: name.parse().map_err(Problem::internal)?,
            meter: Meter::new(&platform.db, TABLE.0, TABLE.1),
            factor: match platform.optional("RATE_FACTOR") {
                Some(_) => platform.parsed("RATE_FACTOR")?,
                None => 1,
            },
            key,
        }))
    }

    /// Takes the request from the quotas that it counts for: `too_many_requests` if one of them is used up,
    /// `unavailable` if that cannot be found out and the class must not go without. `told` is what the answer says,
    /// whatever becomes of it.
    pub(super) async fn admit(
        &self,
        incoming: &Incoming,
        told: &mut Option<Told>,
    ) -> Result<(), Problem> {
        let asked = self.ask(incoming, told);
        match self.class.unasked {
            Unasked::Refused => asked.await,
            Unasked::Admitted => match tokio::time::timeout(PATIENCE, asked).await {
                Ok(Err(problem)) if problem.is_ours() => {
                    tracing::warn!(cause = problem.causes(), "a rate could not be asked for");
                    Ok(())
                }
                Ok(asked) => asked,
                Err(_) => {
                    tracing::warn!("a rate was not known in time");
                    Ok(())
                }
            },
        }
    }

    async fn ask(&self, incoming: &Incoming, told: &mut Option<Told>) -> Result<(), Problem> {
        for (number, quota) in self.class.quotas.iter().enumerate() {
            let pace = quota.pace(self.factor);
            let taken = self.take(*quota, pace, incoming).await;
            // A counter that does not work is a backend that does not answer, whatever is wrong with it.
            let taken = taken.map_err(Problem::unavailable)?;
            let now = Pace::now(incoming.now);
            let (Taken::Admitted(arrival) | Taken::Full(arrival)) = taken;
            if number == 0 {
                *told = Some(Told {
                    class: self.class,
                    quota: *quota,
                    factor: self.factor,
                    standing: match taken {
                        Taken::Admitted(_) => pace.standing(arrival, now),
                        // What is left is less than one.
                        Taken::Full(_) => Standing {
                            left: 0,
                            ..pace.standing(arrival, now)
                        },
                    },
                });
            }
            if let Taken::Full(arrival) = taken {
                return Err(Problem::too_many_requests(pace.wait(arrival, now)));
            }
        }
        Ok(())
    }

    async fn take(&self, quota: Quota, pace: Pace, incoming: &Incoming) -> Result<Taken, Problem> {
        let now = incoming.now;
        match (quota.by, incoming.principal()) {
            (By::Caller, Some(caller)) => {
                let whose = caller.who_acts().to_string();
                self.counter("caller", &whose, pace, now).await
            }
            (By::Caller | By::Client, _) => {
                let whose = self.code(&network(incoming.client_ip()));
                self.counter("client", &whose, pace, now).await
            }
            (By::Everyone { shards }, _) => {
                let shards = shards.max(1);
                let first = u32::from_be_bytes(self.platform.ids.bytes()) % shards;
                let taken = self.shard(first, pace, now).await?;
                if shards == 1 || matches!(taken, Taken::Admitted(_)) {
                    return Ok(taken);
                }
                // Chance may have filled this one alone.
                let step = 1 + u32::from_be_bytes(self.platform.ids.bytes()) % (shards - 1);
                self.shard((first + step) % shards, pace, now).await
            }
        }
    }

    async fn shard(&self, number: u32, pace: Pace, now: Timestamp) -> Result<Taken, Problem> {
        let number = number.to_string();
        self.counter("everyone", &number, pace, now).await
    }

    async fn counter(
        &self,
        by: &str,
        whose: &str,
        pace: Pace,
        now: Timestamp,
    ) -> Result<Taken, Problem> {
        let class = self.class.name;
        let key = Key::new(format!("{class}#{by}#{whose}"), "limit");
        self.meter.take(&key, pace, now).await
    }

    fn code(&self, network: &str) -> String {
        let mut code = self.key.clone();
        code.update(network.as_bytes());
        URL_SAFE_NO_PAD.encode(code.finalize().into_bytes())
    }
}

impl Told {
    /// Says it on an answer. What all callers share is nobody's to know.
    pub(super) fn say(&self, answer: &mut Answer) {
        if let By::Everyone { .. } = self.quota.by {
            return;
        }
        let name = self.class.name;
        let requests = u64::from(self.quota.requests) * u64::from(self.factor.max(1));
        let window = self.quota.window.as_secs();
        answer.set(
            "ratelimit-policy",
            format!("\"{name}\";q={requests};w={window}"),
        );
        let left = self.standing.left;
        // Whole seconds, and none too few.
        let rested = self.standing.rested_in.as_millis().div_ceil(1_000);
        answer.set("ratelimit", format!("\"{name}\";r={left};t={rested}"));
    }
}

/// Whom an address belongs to: itself, or the 64 bits of IPv6 that one line has (RFC 6177), in which anyone may
/// choose any of 2^64 addresses.
fn network(address: &str) -> String {
    match address
        .parse::<IpAddr>()
        .map(|address| address.to_canonical())
    {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        // Who has no address that we know is counted with all of the kind.
        Err(_) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_client() {
        for (address, line) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
            ("", "unknown"),
            ("nonsense", "unknown"),
        ] {
            assert_eq!(network(address), line);
        }
    }
}
