//! What has happened to an account that its owner should be able to look up: each is written by the very command
//! that does it, and kept for ninety days.

use std::time::Duration;

use dynamo::{Item, Key};
use kernel::{ApiKeyId, CustomerId, EventId, Ids, Line, Personal, SessionId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Device, Session};

/// Why an admin looks at the marketplace in a customer's name, in words.
pub type ImpersonationReason = Line<1, 500>;

/// How long one is kept.
const KEPT: Duration = Duration::from_hours(90 * 24);

/// What has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// Someone logged in with the password.
    LoggedIn,
    /// The account's owner, or an admin, ended a session.
    SessionEnded,
    /// A refresh token was used twice, and its session ended.
    TokenReused,
    /// The password was changed with the old one.
    PasswordChanged,
    /// The password was reset by a mail.
    PasswordReset,
    /// The address was confirmed by a mail.
    EmailVerified,
    /// Another address was asked for.
    EmailChangeRequested,
    /// The address was changed.
    EmailChanged,
    /// A key for a machine was made.
    ApiKeyCreated,
    /// What a key may do, or from where, was changed.
    ApiKeyChanged,
    /// A key got another secret.
    ApiKeyRotated,
    /// A key was taken away.
    ApiKeyRevoked,
    /// The account is to be closed.
    Closing,
    /// The account stays after all.
    Reopened,
    /// Someone of the marketplace looked at it in the customer's name, which changes nothing.
    Impersonated,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SecurityEvent {
    event_id: EventId,
    customer_id: CustomerId,
    what: Happening,
    at: Timestamp,
    /// The session that it was about, if it was about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session_id: Option<SessionId>,
    /// The API key that it was about, if it was about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_key_id: Option<ApiKeyId>,
    /// What the browser or the app calls itself, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<Personal<Device>>,
    /// How many wrong passwords came before it.
    #[serde(default)]
    refused: u32,
    /// Who did it, where it was an admin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<CustomerId>,
    /// Why, in that one's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Personal<ImpersonationReason>>,
}

impl SecurityEvent {
    /// That something has happened to a customer's account now.
    pub fn new(customer_id: CustomerId, what: Happening, now: Timestamp, ids: &Ids) -> Self {
        Self {
            event_id: ids.fresh(now),
            customer_id,
            what,
            at: now,
            session_id: None,
            api_key_id: None,
            device: None,
            refused: 0,
            by: None,
            reason: None,
        }
    }

    /// The same, by what this browser or app has sent.
    pub fn on(self, device: Option<Device>) -> Self {
        Self {
            device: device.map(|device| Personal::new(self.customer_id, device)),
            ..self
        }
    }

    /// The same, by or about a session.
    pub fn of_session(self, session: SessionId) -> Self {
        Self {
            session_id: Some(session),
            ..self
        }
    }

    /// The same, about an API key.
    pub fn of_key(self, key: ApiKeyId) -> Self {
        Self {
            api_key_id: Some(key),
            ..self
        }
    }

    /// The same, about a session and the device that it is on.
    pub fn in_session(self, session: &Session) -> Self {
        Self {
            session_id: Some(session.session_id),
            device: session.device.clone(),
            ..self
        }
    }

    /// The same, after so many wrong passwords.
    pub fn after_refused(self, refused: u32) -> Self {
        Self { refused, ..self }
    }

    /// The same, by an admin who says why.
    pub fn by(self, admin: CustomerId, reason: &ImpersonationReason) -> Self {
        Self {
            by: Some(admin),
            reason: Some(Personal::new(self.customer_id, reason.clone())),
            ..self
        }
    }

    /// What admins see of it.
    pub fn record(&self) -> SecurityEventRecord {
        SecurityEventRecord {
            event: self.view(),
            by: self.by,
            reason: self.reason.as_ref().map(|why| why.expose().clone()),
        }
    }

    /// What its customer sees of it.
    pub fn view(&self) -> SecurityEventView {
        SecurityEventView {
            id: self.event_id,
            what: self.what,
            at: self.at,
            session_id: self.session_id,
            api_key_id: self.api_key_id,
            device: self.device.as_ref().map(|device| device.expose().clone()),
            refused_log_ins: self.refused,
        }
    }
}

/// The run of a customer's.
pub(crate) fn events_of(customer: CustomerId) -> String {
    format!("customer#{customer}")
}

impl Item for SecurityEvent {
    const KIND: &'static str = "security-event";

    /// Ids sort by their time of birth.
    fn key(&self) -> Key {
        Key::new(events_of(self.customer_id), self.event_id.to_string())
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.at.plus(KEPT))
    }
}

/// What has happened to an account, as its customer sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecurityEventView {
    /// Which one.
    pub id: EventId,
    /// What.
    pub what: Happening,
    /// When.
    pub at: Timestamp,
    /// The session that it was about, if it was about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// The API key that it was about, if it was about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_id: Option<ApiKeyId>,
    /// What the browser or the app calls itself, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// How many wrong passwords came just before a log-in: someone may be guessing.
    pub refused_log_ins: u32,
}

/// One of them, as admins see it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecurityEventRecord {
    /// What its customer sees as well.
    #[serde(flatten)]
    pub event: SecurityEventView,
    /// Which admin did it, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<CustomerId>,
    /// Why, in that one's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ImpersonationReason>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    #[test]
    fn the_last_comes_last_and_goes_after_ninety_days() {
        let ids = Ids::seeded(1);
        let rosa = ids.fresh(at(1));
        let early = SecurityEvent::new(rosa, Happening::LoggedIn, at(2), &ids);
        let late = SecurityEvent::new(rosa, Happening::EmailChanged, at(3), &ids);
        assert_eq!(early.key().pk, late.key().pk);
        assert!(early.key().sk < late.key().sk);
        assert_eq!(early.expires_at(), Some(at(2 + 90 * 86_400)));
    }

    #[test]
    fn its_customer_sees_the_device_and_nobody_else_does() {
        let ids = Ids::seeded(1);
        let rosa = ids.fresh(at(1));
        let event = SecurityEvent::new(rosa, Happening::LoggedIn, at(2), &ids)
            .on(Some("Lynx/2.9".parse().unwrap()))
            .of_session(ids.fresh(at(2)))
            .after_refused(3);
        assert!(serde_json::to_string(&event).is_err());
        assert!(!format!("{event:?}").contains("Lynx"));
        let shown = serde_json::to_value(event.view()).unwrap();
        assert_eq!(shown["device"], "Lynx/2.9");
        assert_eq!(
            (&shown["what"], &shown["refused_log_ins"]),
            (&"logged_in".into(), &3.into())
        );
    }

    #[test]
    fn its_customer_does_not_see_what_an_admin_has_written() {
        let ids = Ids::seeded(1);
        let (rosa, admin) = (ids.fresh(at(1)), ids.fresh(at(1)));
        let reason = "She cannot find her order.".parse().unwrap();
        let event = SecurityEvent::new(rosa, Happening::Impersonated, at(2), &ids);
        let event = event.by(admin, &reason);
        let shown = serde_json::to_string(&event.view()).unwrap();
        assert!(
            shown.contains("impersonated") && !shown.contains("order"),
            "{shown}"
        );
        let record = serde_json::to_value(event.record()).unwrap();
        assert_eq!(record["reason"], "She cannot find her order.");
        assert_eq!(record["by"], admin.to_string());
        assert_eq!(record["what"], "impersonated");
        assert!(!format!("{event:?}").contains("order"));
    }
}
