//! Guessing passwords is slow: few tries a window for an address, however many arrive at once.
//!
//! A try is counted before the password is looked at, and forgotten when it was right. Whoever knows an address
//! could so lock its owner out; therefore a device that has logged in before is counted apart, by a token that
//! it got then (OWASP's "device cookies", <https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies>).

use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use dynamo::{Item, Key};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Ids, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::EmailAddress;

/// How many wrong passwords a window bears.
const TRIES: u32 = 5;
/// How long a window is, from its first try.
const WINDOW: Duration = Duration::from_mins(15);

/// The tries of one window for an address: of one device that is known, or of all that are not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Guesses {
    email_digest: String,
    from: Origin,
    #[serde(flatten)]
    tries: Tries,
}

/// How many tries there were in a window that began then.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Tries {
    since: Timestamp,
    tries: u32,
}

impl Tries {
    /// What is counted once this try is: refused with 429 where there were enough of them.
    pub(crate) fn one_more(before: Option<&Self>, now: Timestamp) -> Result<Self, Problem> {
        match before {
            Some(before) if now < before.over_at() => {
                if before.tries >= TRIES {
                    return Err(Problem::too_many_requests(before.over_at().since(now)));
                }
                Ok(Self {
                    tries: before.tries + 1,
                    ..before.clone()
                })
            }
            _ => Ok(Self {
                since: now,
                tries: 1,
            }),
        }
    }

    fn over_at(&self) -> Timestamp {
        self.since.plus(WINDOW)
    }
}

impl Guesses {
    /// What is counted once this try is: refused with 429 where there were enough of them.
    pub fn one_more(
        before: Option<&Self>,
        email: &EmailAddress,
        from: &Origin,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        Ok(Self {
            email_digest: email.digest(),
            from: from.clone(),
            tries: Tries::one_more(before.map(|before| &before.tries), now)?,
        })
    }

    /// How many of them were wrong, where the last was right.
    pub fn wrong(&self) -> u32 {
        self.tries.tries.saturating_sub(1)
    }

    /// Where they are counted.
    pub fn place(email: &EmailAddress, from: &Origin) -> Key {
        Self::at(&email.digest(), from)
    }

    fn at(digest: &str, from: &Origin) -> Key {
        let device = match from {
            Origin::Unknown => "unknown",
            Origin::LoggedIn => "logged-in",
            Origin::Known(device) => device,
        };
        Key::new(format!("email#{digest}"), format!("device#{device}"))
    }
}

impl Item for Guesses {
    const KIND: &'static str = "guesses";

    fn key(&self) -> Key {
        Self::at(&self.email_digest, &self.from)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.tries.over_at())
    }
}

/// From where a try comes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// From anywhere.
    Unknown,
    /// From someone who is logged in to the account and gives the password once more.
    LoggedIn,
    /// From a device that has logged in to the account before.
    Known(String),
}

/// Makes and reads the tokens of known devices. They are not kept: a token says by its code that it was made
/// here, for this address.
pub struct Devices {
    key: Hmac<Sha256>,
}

impl fmt::Debug for Devices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Devices")
    }
}

impl Devices {
    /// With a secret of the stage.
    pub fn new(secret: &[u8]) -> Result<Self, Problem> {
        let mut key =
            <Hmac<Sha256> as KeyInit>::new_from_slice(secret).map_err(Problem::internal)?;
        // The secret signs other things too: what is signed begins with what it is.
        key.update(b"known device\0");
        Ok(Self { key })
    }

    /// From where a try comes that shows this token, if it shows one.
    pub fn origin(&self, email: &EmailAddress, token: Option<&str>) -> Origin {
        let known = || {
            let (device, code) = token?.split_once('.')?;
            let code = URL_SAFE_NO_PAD.decode(code).ok()?;
            let right = self.code(email, device).verify_slice(&code).is_ok();
            right.then(|| Origin::Known(device.to_owned()))
        };
        known().unwrap_or(Origin::Unknown)
    }

    /// The token of a device after its log-in: the one that it has, or its first.
    pub fn token(&self, email: &EmailAddress, from: &Origin, ids: &Ids) -> String {
        let device = match from {
            Origin::Known(device) => device.clone(),
            Origin::Unknown | Origin::LoggedIn => URL_SAFE_NO_PAD.encode(ids.bytes::<16>()),
        };
        let code = self.code(email, &device).finalize().into_bytes();
        format!("{device}.{}", URL_SAFE_NO_PAD.encode(code))
    }

    fn code(&self, email: &EmailAddress, device: &str) -> Hmac<Sha256> {
        let mut code = self.key.clone();
        code.update(email.digest().as_bytes());
        code.update(device.as_bytes());
        code
    }
}

#[cfg(test)]
mod tests {
    use kernel::Code;

    use super::*;

    fn email(text: &str) -> EmailAddress {
        text.parse().unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    /// How many of the tries at these seconds are let through.
    fn let_through(seconds: impl IntoIterator<Item = i64>) -> usize {
        let (rosa, mut counted) = (email("rosa@example.com"), None);
        let mut through = 0;
        for second in seconds {
            let tried = Guesses::one_more(counted.as_ref(), &rosa, &Origin::Unknown, at(second));
            if let Ok(next) = tried {
                (counted, through) = (Some(next), through + 1);
            }
        }
        through
    }

    #[test]
    fn five_tries_a_window_are_let_through() {
        assert_eq!(let_through(0..900), 5);
        assert_eq!(let_through(0..901), 6);
        assert_eq!(let_through((0..3_600).step_by(300)), 12);
        assert_eq!(let_through(0..3_600), 20);
    }

    #[test]
    fn the_refusal_says_when_the_window_is_over() {
        let full = Guesses {
            email_digest: String::new(),
            from: Origin::Unknown,
            tries: Tries {
                since: at(0),
                tries: TRIES,
            },
        };
        let rosa = email("rosa@example.com");
        let refused = Guesses::one_more(Some(&full), &rosa, &Origin::Unknown, at(300)).unwrap_err();
        assert_eq!(refused.code(), Code::TooManyRequests);
        assert_eq!(refused.retry_after(), Some(600));
    }

    #[test]
    fn a_device_is_known_for_its_address_alone() {
        let (rosa, ids) = (email("rosa@example.com"), Ids::seeded(1));
        let devices = Devices::new(b"secret").unwrap();
        let token = devices.token(&rosa, &Origin::Unknown, &ids);
        let known = devices.origin(&rosa, Some(&token));
        assert!(matches!(known, Origin::Known(_)));
        assert_eq!(devices.token(&rosa, &known, &ids), token);
        assert_eq!(
            devices.origin(&email("ROSA@example.com"), Some(&token)),
            known
        );

        let (device, code) = token.split_once('.').unwrap();
        for wrong in [
            "",
            ".",
            device,
            &format!("{device}."),
            &format!("{device}.{}", &code[1..]),
            &format!("A{device}.{code}"),
            &format!("{token}A"),
        ] {
            assert_eq!(
                devices.origin(&rosa, Some(wrong)),
                Origin::Unknown,
                "{wrong}"
            );
        }
        assert_eq!(devices.origin(&rosa, None), Origin::Unknown);
        let other = email("robin@example.com");
        assert_eq!(devices.origin(&other, Some(&token)), Origin::Unknown);
        let elsewhere = Devices::new(b"another secret").unwrap();
        assert_eq!(elsewhere.origin(&rosa, Some(&token)), Origin::Unknown);
    }
}
