//! Sessions: families of refresh tokens, of which one is good at a time (RFC 9700 §4.14.2).
//!
//! A refresh token is exchanged for its successor. Whoever presents an older one either has stolen it or has
//! been robbed of it, and nobody can tell which: the whole family ends. Only the token just exchanged is
//! good for a minute more, for those who never got the answer; they get the very same successor, because
//! it is computed from the token and a secret of the session. Only digests of tokens are stored.

use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use dynamo::{Item, Key};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{CustomerId, Ids, Line, Owned, Personal, SessionId, Timestamp};
use lambda::http::Incoming;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use sha2::{Digest, Sha256};

use crate::{Authenticated, Credential};

/// How long the token just exchanged is answered once more, for an answer that got lost. Whoever waited for it may
/// have done so for the 30 seconds that API Gateway allows; a minute is what other issuers allow at most.
const GRACE: Duration = Duration::from_mins(1);

/// A session: one log-in on one device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Which one.
    pub session_id: SessionId,
    /// Whose.
    pub customer_id: CustomerId,
    /// When the customer has shown who it is.
    pub authenticated_at: Timestamp,
    /// The revision of the credential that it was begun with.
    #[serde(default = "first")]
    pub credential_rev: u64,
    /// When the customer has last shown the second factor in it, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor_at: Option<Timestamp>,
    /// What the browser or the app calls itself, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<Personal<Device>>,
    /// Until when it can be refreshed; each refresh moves it on.
    ends_at: Timestamp,
    /// Why it has ended before, if it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<End>,
    /// The digest of the token that is good.
    current: String,
    /// The token that was good before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Exchanged>,
    secret: Secret,
}

/// What a browser or an app calls itself in `User-Agent`.
pub type Device = Line<1, 200>;

/// What the browser or the app calls itself, so that its customer knows it again. It is cut where it is long, and
/// left out where it is no text.
pub fn device_of(request: &Incoming) -> Option<Device> {
    let text = request.header("user-agent")?;
    text.chars().take(200).collect::<String>().parse().ok()
}

/// Sessions of the time before revisions were written into them.
fn first() -> u64 {
    1
}

/// A log-in that succeeded.
#[derive(Clone, Debug)]
pub struct LogIn {
    /// Whose.
    pub customer_id: CustomerId,
    /// The revision of the credential that it was done with.
    pub credential_rev: u64,
    /// By what browser or app.
    pub device: Option<Device>,
}

impl LogIn {
    /// Of a customer who has shown who it is, on a device.
    pub fn of(known: &Authenticated, device: Option<Device>) -> Self {
        Self {
            customer_id: known.customer.customer_id,
            credential_rev: Credential::generation(&known.credential),
            device,
        }
    }
}

/// Why a session has ended before its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Its customer logged out.
    LoggedOut,
    /// Its customer ended it from elsewhere.
    Revoked,
    /// A token was presented that had been exchanged long before.
    Reused,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Exchanged {
    digest: String,
    at: Timestamp,
}

/// What becomes of a token that is presented.
#[derive(Debug, PartialEq, Eq)]
pub enum Presented {
    /// It is the good one: the session as it goes on, and the successor.
    Good(Box<Session>, RefreshToken),
    /// It was exchanged moments ago: the same successor again.
    Again(RefreshToken),
    /// It was exchanged before that: the session, ended.
    Reused(Box<Session>),
    /// It is not this session's, or the session is over.
    Worthless,
}

impl Session {
    /// A new session of a customer who has just shown who it is, and its first token.
    pub fn begin(
        log_in: LogIn,
        now: Timestamp,
        lifetime: Duration,
        ids: &Ids,
    ) -> (Self, RefreshToken) {
        let secret = Secret(ids.bytes());
        let session_id = ids.fresh(now);
        let token = RefreshToken::new(session_id, ids.bytes(), &secret);
        let session = Self {
            session_id,
            customer_id: log_in.customer_id,
            authenticated_at: now,
            credential_rev: log_in.credential_rev,
            second_factor_at: None,
            device: log_in
                .device
                .map(|device| Personal::new(log_in.customer_id, device)),
            ends_at: now.plus(lifetime),
            ended: None,
            current: token.digest(),
            previous: None,
            secret,
        };
        (session, token)
    }

    /// The same session after the customer has shown the second factor in it.
    pub fn with_second_factor(&self, now: Timestamp) -> Self {
        Self {
            second_factor_at: Some(now),
            ..self.clone()
        }
    }

    /// What becomes of this token now.
    pub fn present(&self, token: &RefreshToken, now: Timestamp, lifetime: Duration) -> Presented {
        // A token that was never made here ends nothing, or whoever knows a session's id could end it.
        let ours = token.session == self.session_id && token.is_made_with(&self.secret);
        if !ours || self.is_over(now) {
            return Presented::Worthless;
        }
        let digest = token.digest();
        if digest == self.current {
            let successor = token.successor(&self.secret);
            let next = Self {
                ends_at: now.plus(lifetime),
                current: successor.digest(),
                previous: Some(Exchanged { digest, at: now }),
                ..self.clone()
            };
            return Presented::Good(Box::new(next), successor);
        }
        match &self.previous {
            Some(last) if last.digest == digest && now.since(last.at) <= GRACE => {
                Presented::Again(token.successor(&self.secret))
            }
            _ => Presented::Reused(Box::new(self.end(End::Reused))),
        }
    }

    /// Whether it cannot be refreshed any more.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ended.is_some() || now >= self.ends_at
    }

    /// The same session, ended.
    pub fn end(&self, why: End) -> Self {
        Self {
            ended: Some(why),
            ..self.clone()
        }
    }

    /// What its customer sees of it: `last_used_at` is when it was last refreshed, `current` whether it is the
    /// one that asks.
    pub fn view(&self, last_used_at: Timestamp, current: SessionId) -> SessionView {
        SessionView {
            id: self.session_id,
            device: self.device.as_ref().map(|device| device.expose().clone()),
            begun_at: self.authenticated_at,
            last_used_at,
            ends_at: self.ends_at,
            current: self.session_id == current,
        }
    }

    /// Where a session is.
    pub fn place(session: SessionId) -> Key {
        Key::new(format!("session#{session}"), "session")
    }
}

impl Item for Session {
    const KIND: &'static str = "session";

    fn key(&self) -> Key {
        Self::place(self.session_id)
    }

    /// Only as long as it goes on: a session that has ended is on nobody's list.
    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        if self.ended.is_some() {
            return Vec::new();
        }
        let run = sessions_of(self.customer_id);
        vec![("by-customer", run, self.session_id.to_string())]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

/// The run of a customer's sessions in the index.
pub(crate) fn sessions_of(customer: CustomerId) -> String {
    format!("customer#{customer}")
}

impl Owned for Session {
    fn of_customer(&self, customer: CustomerId) -> bool {
        self.customer_id == customer
    }
}

/// A session as its customer sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionView {
    /// Which one.
    pub id: SessionId,
    /// What the browser or the app calls itself, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// When its customer logged in.
    pub begun_at: Timestamp,
    /// When it was last refreshed.
    pub last_used_at: Timestamp,
    /// Until when it can be refreshed, if it is not before.
    pub ends_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// A refresh token: `ses_….` and 64 characters that are a secret of whoever holds them. Of its 48 bytes, 32
/// are random or follow from the token before; 16 say that the session made it.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    session: SessionId,
    value: [u8; 32],
    mark: [u8; 16],
}

impl RefreshToken {
    fn new(session: SessionId, value: [u8; 32], secret: &Secret) -> Self {
        Self {
            session,
            value,
            mark: secret.mark(&value),
        }
    }

    /// Reads a token as it was sent; nothing for what is none.
    pub fn read(text: &str) -> Option<Self> {
        let (session, rest) = text.split_once('.')?;
        let bytes: [u8; 48] = URL_SAFE_NO_PAD.decode(rest).ok()?.try_into().ok()?;
        let (value, mark) = bytes.split_at(32);
        Some(Self {
            session: session.parse().ok()?,
            value: value.try_into().ok()?,
            mark: mark.try_into().ok()?,
        })
    }

    /// The session that it says it is of.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// As it is sent.
    pub fn reveal(&self) -> String {
        let bytes = [&self.value[..], &self.mark].concat();
        format!("{}.{}", self.session, URL_SAFE_NO_PAD.encode(bytes))
    }

    fn successor(&self, secret: &Secret) -> Self {
        Self::new(
            self.session,
            secret.derive(b"successor", &self.value),
            secret,
        )
    }

    fn is_made_with(&self, secret: &Secret) -> bool {
        secret
            .mac(b"mark", &self.value)
            .verify_truncated_left(&self.mark)
            .is_ok()
    }

    /// SHA-256: the value is random, so nothing slower is needed.
    fn digest(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.value))
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// What a session computes the successors of its tokens with. It alone makes no token: the last one is needed
/// beside it, and only whom it was sent to has that.
#[derive(Clone, PartialEq, Eq)]
struct Secret([u8; 32]);

impl Secret {
    fn mac(&self, purpose: &[u8], value: &[u8; 32]) -> Hmac<Sha256> {
        // A key shorter than a block is filled up with zeros (RFC 2104 §2).
        let mut key = [0; 64];
        key[..32].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&key.into());
        mac.update(purpose);
        mac.update(value);
        mac
    }

    fn derive(&self, purpose: &[u8], value: &[u8; 32]) -> [u8; 32] {
        self.mac(purpose, value).finalize().into_bytes().into()
    }

    fn mark(&self, value: &[u8; 32]) -> [u8; 16] {
        let mut mark = [0; 16];
        mark.copy_from_slice(&self.derive(b"mark", value)[..16]);
        mark
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| D::Error::custom("a session's secret is 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTH: Duration = Duration::from_hours(30 * 24);

    fn start() -> Timestamp {
        Timestamp::from_second(1_795_426_200)
    }

    fn after(seconds: u64) -> Timestamp {
        start().plus(Duration::from_secs(seconds))
    }

    fn log_in(customer_id: CustomerId) -> LogIn {
        LogIn {
            customer_id,
            credential_rev: 1,
            device: Some("Lynx/2.9".parse().unwrap()),
        }
    }

    fn begun() -> (Session, RefreshToken) {
        let ids = Ids::seeded(1);
        Session::begin(log_in(ids.fresh(start())), start(), MONTH, &ids)
    }

    fn exchanged(
        session: &Session,
        token: &RefreshToken,
        at: Timestamp,
    ) -> (Session, RefreshToken) {
        match session.present(token, at, MONTH) {
            Presented::Good(next, successor) => (*next, successor),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_token_is_exchanged_for_its_successor_again_and_again() {
        let (mut session, mut token) = begun();
        for hour in 1..100 {
            let (next, successor) = exchanged(&session, &token, after(hour * 3600));
            assert_ne!(successor, token);
            (session, token) = (next, successor);
        }
        assert_eq!(session.authenticated_at, start());
    }

    #[test]
    fn who_never_got_the_answer_gets_the_same_successor_for_a_minute() {
        let (session, first) = begun();
        let (session, second) = exchanged(&session, &first, after(60));
        assert_eq!(
            session.present(&first, after(61), MONTH),
            Presented::Again(second.clone())
        );
        assert_eq!(
            session.present(&first, after(120), MONTH),
            Presented::Again(second.clone())
        );
        assert!(matches!(
            session.present(&first, after(121), MONTH),
            Presented::Reused(_)
        ));
        assert!(matches!(
            session.present(&second, after(121), MONTH),
            Presented::Good(..)
        ));
    }

    #[test]
    fn reuse_ends_the_whole_family() {
        let (session, first) = begun();
        let (session, second) = exchanged(&session, &first, after(60));
        let (session, third) = exchanged(&session, &second, after(61));
        // Within the minute, but two generations old: its holder had the second.
        let Presented::Reused(ended) = session.present(&first, after(62), MONTH) else {
            panic!("reuse was not seen");
        };
        for token in [&first, &second, &third] {
            assert_eq!(ended.present(token, after(63), MONTH), Presented::Worthless);
        }
    }

    #[test]
    fn a_token_that_was_never_made_here_ends_nothing() {
        let (session, token) = begun();
        let forged = RefreshToken {
            value: [7; 32],
            ..token.clone()
        };
        assert_eq!(
            session.present(&forged, after(1), MONTH),
            Presented::Worthless
        );
        let (_, other) =
            Session::begin(log_in(session.customer_id), start(), MONTH, &Ids::seeded(2));
        let foreign = RefreshToken {
            session: session.session_id,
            ..other
        };
        assert_eq!(
            session.present(&foreign, after(1), MONTH),
            Presented::Worthless
        );
        assert!(matches!(
            session.present(&token, after(1), MONTH),
            Presented::Good(..)
        ));
    }

    #[test]
    fn a_session_ends_when_it_is_not_used_and_when_its_customer_logs_out() {
        let (session, token) = begun();
        let month = MONTH.as_secs();
        assert!(matches!(
            session.present(&token, after(month - 1), MONTH),
            Presented::Good(..)
        ));
        assert_eq!(
            session.present(&token, after(month), MONTH),
            Presented::Worthless
        );
        let ended = session.end(End::LoggedOut);
        assert_eq!(ended.present(&token, after(1), MONTH), Presented::Worthless);

        let (used, successor) = exchanged(&session, &token, after(month - 1));
        assert!(matches!(
            used.present(&successor, after(month), MONTH),
            Presented::Good(..)
        ));
    }

    #[test]
    fn a_session_is_on_its_customers_list_until_it_ends() {
        let (session, _) = begun();
        assert_eq!(session.indexes().len(), 1);
        assert!(session.end(End::Revoked).indexes().is_empty());
        let shown = session.view(after(9), session.session_id);
        assert!(shown.current);
        assert_eq!(shown.device.unwrap().as_str(), "Lynx/2.9");
    }

    #[test]
    fn a_token_reads_back_as_itself_and_is_not_stored_nor_printed() {
        let (session, token) = begun();
        let text = token.reveal();
        assert_eq!(RefreshToken::read(&text), Some(token.clone()));
        for wrong in [
            "",
            "ses_1.x",
            "ses_1",
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text}A"),
        ] {
            assert_eq!(RefreshToken::read(wrong), None, "{wrong}");
        }
        let stored = kernel::personal::storing(|| serde_json::to_string(&session)).unwrap();
        assert!(!stored.contains(text.split('.').next_back().unwrap()));
        assert!(!stored.contains(&URL_SAFE_NO_PAD.encode(token.value)));
        assert_eq!(serde_json::from_str::<Session>(&stored).unwrap(), session);
        assert!(
            !format!("{session:?}{token:?}").contains(&URL_SAFE_NO_PAD.encode(session.secret.0))
        );
    }
}
