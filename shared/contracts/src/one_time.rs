//! Tokens that customers get by mail and that work once.
//!
//! Customer decides what a token is good for and notification writes it into a mail. An event carries no secret,
//! so neither tells the other the token: both derive it from its id, which may be known, and a key of the stage,
//! which only they can read (docs/decisions/0016). It is kept nowhere, not even as a digest.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{CustomerId, InvitationId, Problem, SellerId, TokenId, ids::Id};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// What a token is good for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To show that the account's address is read by its owner.
    VerifyEmail,
    /// To show that of the address that the account is to have.
    ChangeEmail,
    /// To take another password without the old one.
    ResetPassword,
    /// To keep an account that is about to be closed.
    ReopenAccount,
    /// To become a seller's staff. Whoever has the token acts for itself: its subject is who invites, the seller's
    /// owner.
    AcceptInvitation,
    /// To become an admin. Whoever has the token acts for itself: its subject is who invites.
    AcceptAdminInvitation,
}

impl Purpose {
    /// Its name in keys, and the page of the shop that takes the token.
    pub fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::ChangeEmail => "change-email",
            Self::ResetPassword => "reset-password",
            Self::ReopenAccount => "reopen-account",
            Self::AcceptInvitation => "accept-invitation",
            Self::AcceptAdminInvitation => "accept-admin-invitation",
        }
    }
}

/// Makes tokens, and tells those that it made.
#[derive(Clone)]
pub struct TokenKey(Hmac<Sha256>);

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl TokenKey {
    /// With the stage's `one-time-token-key`.
    pub fn new(secret: &str) -> Result<Self, Problem> {
        <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes())
            .map(Self)
            .map_err(Problem::internal)
    }

    /// The token of this id, whose holder acts for `subject`.
    pub fn token(&self, purpose: Purpose, id: TokenId, subject: CustomerId) -> OneTimeToken {
        let code = self
            .mac(purpose, id, subject)
            .finalize()
            .into_bytes()
            .into();
        OneTimeToken { id, subject, code }
    }

    /// Whether it was made with this key, for this purpose; told in constant time.
    pub fn has_made(&self, purpose: Purpose, token: &OneTimeToken) -> bool {
        self.mac(purpose, token.id, token.subject)
            .verify_slice(&token.code)
            .is_ok()
    }

    /// The token of an invitation to a seller's staff.
    pub fn invitation(&self, id: InvitationId, seller: SellerId) -> OneTimeToken {
        // An invitation's token has its id, and a seller's owner the seller's: the same bits.
        let (id, owner) = (id.uuid(), seller.uuid());
        let (id, owner) = (TokenId::from_uuid(id), CustomerId::from_uuid(owner));
        self.token(Purpose::AcceptInvitation, id, owner)
    }

    /// The token of an invitation to become an admin.
    pub fn admin_invitation(&self, id: InvitationId, by: CustomerId) -> OneTimeToken {
        let id = TokenId::from_uuid(id.uuid());
        self.token(Purpose::AcceptAdminInvitation, id, by)
    }

    fn mac(&self, purpose: Purpose, id: TokenId, subject: CustomerId) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // The name ends with a zero, and both ids have one length: no two triples are one text.
        mac.update(purpose.name().as_bytes());
        mac.update(&[0]);
        mac.update(id.uuid().as_bytes());
        mac.update(subject.uuid().as_bytes());
        mac
    }
}

/// A token: 86 characters that are a secret of whoever got the mail.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeToken {
    id: TokenId,
    subject: CustomerId,
    code: [u8; 32],
}

impl OneTimeToken {
    /// Reads a token as it was sent; nothing for what is none.
    pub fn read(text: &str) -> Option<Self> {
        let bytes: [u8; 64] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (id, rest) = bytes.split_first_chunk::<16>()?;
        let (subject, code) = rest.split_first_chunk::<16>()?;
        Some(Self {
            id: TokenId::from_uuid(uuid::Uuid::from_bytes(*id)),
            subject: CustomerId::from_uuid(uuid::Uuid::from_bytes(*subject)),
            code: code.try_into().ok()?,
        })
    }

    /// As it goes into a link.
    pub fn reveal(&self) -> String {
        let (id, subject) = (self.id.uuid(), self.subject.uuid());
        URL_SAFE_NO_PAD.encode([&id.as_bytes()[..], subject.as_bytes(), &self.code].concat())
    }

    /// Which one it says it is.
    pub fn id(&self) -> TokenId {
        self.id
    }

    /// Which invitation it says to accept, and to whose staff.
    pub fn invitation(&self) -> (InvitationId, SellerId) {
        let invitation = InvitationId::from_uuid(self.id.uuid());
        (invitation, SellerId::of(self.subject))
    }

    /// Which invitation of an admin it says to accept, and by whom it is.
    pub fn admin_invitation(&self) -> (InvitationId, CustomerId) {
        (InvitationId::from_uuid(self.id.uuid()), self.subject)
    }

    /// For whom its holder says to act.
    pub fn subject(&self) -> CustomerId {
        self.subject
    }
}

impl fmt::Debug for OneTimeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Ids, Timestamp};

    use super::*;

    const PURPOSES: [Purpose; 6] = [
        Purpose::VerifyEmail,
        Purpose::ChangeEmail,
        Purpose::ResetPassword,
        Purpose::ReopenAccount,
        Purpose::AcceptInvitation,
        Purpose::AcceptAdminInvitation,
    ];

    fn some<T: Id>(seed: u64) -> T {
        Ids::seeded(seed).fresh(Timestamp::from_second(1))
    }

    #[test]
    fn both_who_have_the_key_derive_the_same_token() {
        let key = || TokenKey::new("a key").unwrap();
        for purpose in PURPOSES {
            let mailed = key().token(purpose, some(1), some(2)).reveal();
            let sent = OneTimeToken::read(&mailed).unwrap();
            assert!(key().has_made(purpose, &sent));
            assert_eq!((sent.id(), sent.subject()), (some(1), some(2)));
        }
    }

    #[test]
    fn an_invitation_is_read_off_its_token() {
        let key = TokenKey::new("a key").unwrap();
        let sent = OneTimeToken::read(&key.invitation(some(1), some(2)).reveal()).unwrap();
        assert!(key.has_made(Purpose::AcceptInvitation, &sent));
        assert_eq!(sent.invitation(), (some(1), some(2)));
    }

    #[test]
    fn no_invitation_to_a_staff_makes_an_admin() {
        let key = TokenKey::new("a key").unwrap();
        let sent = OneTimeToken::read(&key.admin_invitation(some(1), some(2)).reveal()).unwrap();
        assert!(key.has_made(Purpose::AcceptAdminInvitation, &sent));
        assert!(!key.has_made(Purpose::AcceptInvitation, &sent));
        assert_eq!(sent.admin_invitation(), (some(1), some(2)));
    }

    #[test]
    fn a_token_is_good_for_one_purpose_one_id_one_subject_and_with_one_key() {
        let key = TokenKey::new("a key").unwrap();
        let token = key.token(Purpose::VerifyEmail, some(1), some(2));
        for other in &PURPOSES[1..] {
            assert!(!key.has_made(*other, &token), "{other:?}");
        }
        let (purpose, elsewhere) = (Purpose::VerifyEmail, TokenKey::new("another").unwrap());
        assert!(!elsewhere.has_made(purpose, &token));
        let foreign = OneTimeToken {
            subject: some(3),
            ..token.clone()
        };
        assert!(!key.has_made(purpose, &foreign));
        let later = OneTimeToken {
            id: some(3),
            ..token
        };
        assert!(!key.has_made(purpose, &later));
    }

    #[test]
    fn what_is_no_token_reads_as_none_and_a_token_is_not_printed() {
        let key = TokenKey::new("a key").unwrap();
        let token = key.token(Purpose::VerifyEmail, some(1), some(2));
        let text = token.reveal();
        for wrong in [
            "",
            "x",
            &text[1..],
            &format!("{text}A"),
            &text.replace(char::is_alphanumeric, "="),
        ] {
            assert_eq!(OneTimeToken::read(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{key:?}{token:?}"), "[secret][secret]");
    }
}
