//! Access tokens that end before their time. What is written here is read by the edge of every function, within a
//! minute (`lambda`'s `revocation`).

use contracts::views::Revocation;
use dynamo::{Item, Key};
use kernel::{SessionId, Timestamp};
use lambda::LONGEST_TOKEN;
use serde::{Deserialize, Serialize};

use crate::{Customer, Session};

/// Tokens that were revoked, as long as any of them could still be good.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Revoked {
    at: Timestamp,
    #[serde(flatten)]
    tokens: Revocation,
}

impl Revoked {
    /// Those of one session.
    pub(crate) fn session(session: &Session, now: Timestamp) -> Self {
        Self {
            at: now,
            tokens: Revocation {
                session_id: Some(session.session_id),
                ..all(&session.customer_id)
            },
        }
    }

    /// Those that were made before the account became what it is now, but for a session's that goes on.
    pub(crate) fn older(customer: &Customer, except: Option<SessionId>, now: Timestamp) -> Self {
        Self {
            at: now,
            tokens: Revocation {
                below: Some(customer.ver),
                except,
                ..all(&customer.customer_id)
            },
        }
    }
}

fn all(customer_id: &kernel::CustomerId) -> Revocation {
    Revocation {
        sk: String::new(),
        customer_id: *customer_id,
        session_id: None,
        below: None,
        except: None,
    }
}

impl Item for Revoked {
    const KIND: &'static str = "revocation";

    fn key(&self) -> Key {
        let tokens = &self.tokens;
        let whose = tokens
            .session_id
            .map_or_else(|| tokens.customer_id.to_string(), |only| only.to_string());
        let sk = format!("{}#{whose}#{}", self.at, tokens.below.unwrap_or_default());
        Key::new(Revocation::RUN, sk)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.at.plus(LONGEST_TOKEN))
    }
}
