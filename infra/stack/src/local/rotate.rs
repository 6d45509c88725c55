//! `make rotate-keys`: another key signs the access tokens, and nobody notices.
//!
//! A token must be known to every function for as long as it is good, whichever of them was deployed when. So a
//! key changes in three deployments, and two waits:
//!
//! 1. **publish**: every function knows the new key; the old one signs. Then whoever keeps the key set has to have
//!    asked again.
//! 2. **sign**: the new key signs; every function still knows the old one. Then the last token of the old key has
//!    to have ended.
//! 3. **retire**: nobody knows the old key.
//!
//! Where it stands is read from the keys themselves. A run that was broken off is gone on with by the next one,
//! which deploys once more what is there and waits again.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cloud::Cloud;
use super::deploy;
use super::place::{Place, STAGE};
use super::term::{Step, say};
use super::tools::quiet;
use crate::project::Project;
use crate::render::settings;

/// For how long a key set may be kept: what `GET /.well-known/jwks.json` says.
const KEY_SET_KEPT: Duration = Duration::from_mins(5);

/// The keys of a stage: what the platform's parameters `JwtSigningKey` and `JwtKeys` hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ring {
    /// The private key that signs.
    pub(super) signing_key: SigningKey,
    /// The public keys that tokens are verified with, a JSON Web Key Set (RFC 7517 §5).
    pub(super) jwks: KeySet,
}

/// A private key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SigningKey {
    kid: String,
    pkcs8: String,
    /// The one that signs next, while everybody gets to know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<Box<SigningKey>>,
}

/// Public keys, the one that signs first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KeySet {
    keys: Vec<Value>,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Publish,
    Sign,
    Retire,
}

impl Ring {
    /// New keys, as `infra/local/keys.py` makes them.
    fn fresh(place: &Place) -> Result<Self> {
        let keys = quiet(place.tool("python").arg("infra/local/keys.py"))?;
        serde_json::from_str(&keys).context("infra/local/keys.py prints something else than keys")
    }

    fn turn(&self) -> Turn {
        if self.signing_key.next.is_some() {
            Turn::Sign
        } else if self.jwks.keys.len() > 1 {
            Turn::Retire
        } else {
            Turn::Publish
        }
    }

    /// The ring after its next turn; `fresh` is what a key that is published is taken from.
    fn turned(self, fresh: impl FnOnce() -> Result<Self>) -> Result<Self> {
        let Self {
            mut signing_key,
            mut jwks,
        } = self;
        match signing_key.next.take() {
            Some(next) => {
                // The one that signs comes first. The order is what changes here: it has the functions that sign
                // started anew, so that none goes on with what it read before.
                jwks.keys.sort_by_key(|key| key["kid"] != next.kid.as_str());
                signing_key = *next;
            }
            None if jwks.keys.len() > 1 => {
                jwks.keys
                    .retain(|key| key["kid"] == signing_key.kid.as_str());
            }
            None => {
                let fresh = fresh()?;
                jwks.keys.extend(fresh.jwks.keys);
                signing_key.next = Some(Box::new(fresh.signing_key));
            }
        }
        ensure!(
            !jwks.keys.is_empty(),
            "the key that signs is not in the key set; nothing was changed"
        );
        Ok(Self { signing_key, jwks })
    }
}

/// Where a stage keeps its keys.
enum Stage<'a> {
    Laptop(&'a Place),
    Cloud(Cloud<'a>),
}

impl Stage<'_> {
    fn ring(&self) -> Result<Ring> {
        match self {
            Self::Laptop(place) => place
                .read("keys.json")
                .context("the platform has no keys yet; start it with `make up`"),
            Self::Cloud(cloud) => cloud.ring(),
        }
    }

    /// How long a token may still be good when its key has stopped signing.
    fn token_life(&self) -> Result<Duration> {
        match self {
            Self::Laptop(_) => {
                let default = settings::SETTINGS
                    .iter()
                    .find(|(name, ..)| *name == "ACCESS_TOKEN_SECONDS")
                    .map(|(_, _, seconds, _)| seconds.unsigned_abs().into());
                Ok(Duration::from_secs(default.unwrap_or_default()))
            }
            Self::Cloud(cloud) => cloud.token_life(),
        }
    }

    /// Has every function go by this ring.
    fn deploy(&self, ring: &Ring) -> Result<()> {
        match self {
            Self::Laptop(place) => {
                let mut keys: Value = place.read("keys.json").unwrap_or_default();
                keys["signing_key"] = serde_json::to_value(&ring.signing_key)?;
                keys["jwks"] = serde_json::to_value(&ring.jwks)?;
                place.write("keys.json", &keys)?;
                let project = Project::read(&place.root)?;
                let services: Vec<String> = project.services.keys().cloned().collect();
                deploy::deploy(place, &services)
            }
            Self::Cloud(cloud) => cloud.put_ring(ring),
        }
    }
}

/// Rotates the keys of a stage to the end. `overlap`, in seconds, takes the place of both waits.
pub(super) fn rotate(place: &Place, stage: &str, overlap: Option<u64>) -> Result<()> {
    let stage = if stage == STAGE {
        place.platform()?;
        Stage::Laptop(place)
    } else {
        Stage::Cloud(Cloud::of(place, stage)?)
    };
    let mut ring = stage.ring()?;
    let mut began = false;
    loop {
        let turn = ring.turn();
        if turn != Turn::Publish {
            if !began {
                say("A rotation has begun before; it is gone on with.");
                stage.deploy(&ring)?;
            }
            let (name, until) = match turn {
                Turn::Sign => ("published", KEY_SET_KEPT),
                _ => ("signing", stage.token_life()?),
            };
            wait(name, overlap.map_or(until, Duration::from_secs));
        } else if began {
            say("The new key signs, and the old one is forgotten.");
            return Ok(());
        }
        ring = ring.turned(|| Ring::fresh(place))?;
        stage.deploy(&ring)?;
        began = true;
    }
}

fn wait(name: &'static str, until: Duration) {
    let step = Step::new(name);
    let began = Instant::now();
    while let Some(left) = until
        .checked_sub(began.elapsed())
        .filter(|left| !left.is_zero())
    {
        step.note(format!("{} s to go", left.as_secs()));
        std::thread::sleep(left.min(Duration::from_secs(1)));
    }
    step.done(format!("for {} s", until.as_secs()));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ring(kid: &str) -> Ring {
        let ring = json!({
            "signing_key": { "kid": kid, "pkcs8": format!("private {kid}") },
            "jwks": { "keys": [{ "kid": kid }] },
        });
        serde_json::from_value(ring).unwrap()
    }

    fn knows(ring: &Ring, kid: &str) -> bool {
        ring.jwks.keys.iter().any(|key| key["kid"] == kid)
    }

    #[test]
    fn a_key_is_published_then_signs_then_is_alone() {
        let published = ring("old").turned(|| Ok(ring("new"))).unwrap();
        assert_eq!(published.turn(), Turn::Sign);
        assert_eq!(published.signing_key.kid, "old");

        let signing = published.turned(|| panic!("no key is made")).unwrap();
        assert_eq!(signing.turn(), Turn::Retire);
        assert_eq!(
            signing.jwks.keys,
            [json!({ "kid": "new" }), json!({ "kid": "old" })]
        );

        let retired = signing.turned(|| panic!("no key is made")).unwrap();
        assert_eq!(retired, ring("new"));
        assert_eq!(retired.turn(), Turn::Publish);
    }

    /// A deployment reaches the functions one after another: those that have it verify what those sign that have
    /// not, and the other way around.
    #[test]
    fn at_each_deployment_the_old_and_the_new_know_each_others_keys() {
        let mut before = ring("0");
        for turn in 1..12 {
            let was = before.turn();
            let after = before
                .clone()
                .turned(|| Ok(ring(&turn.to_string())))
                .unwrap();
            assert!(knows(&before, &after.signing_key.kid));
            // What signed before may be forgotten after a wait alone, in which it signs nothing.
            assert!(knows(&after, &before.signing_key.kid), "{was:?}");
            before = after;
        }
    }

    #[test]
    fn a_ring_whose_signing_key_is_unknown_is_left_alone() {
        let mut broken = ring("old");
        broken.jwks.keys = vec![json!({ "kid": "a" }), json!({ "kid": "b" })];
        assert!(broken.turned(|| panic!("no key is made")).is_err());
    }
}
