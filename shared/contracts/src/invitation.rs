//! The token of an invitation to a seller's staff, which works once.
//!
//! The seller service decides whether a token is good and notification writes it into a mail. An event carries no
//! secret, so neither tells the other the token: both derive it from the invitation's id, which may be known, and
//! the stage's key of one-time tokens, which only they can read (docs/decisions/0021). It is kept nowhere, not even
//! as a digest.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{InvitationId, Problem, SellerId, ids::Id};
use sha2::Sha256;

/// What tells these tokens from others that the same key makes; also the page of the shop that takes them.
pub const PURPOSE: &str = "accept-invitation";

/// Makes tokens, and tells those that it made.
#[derive(Clone)]
pub struct InvitationKey(Hmac<Sha256>);

impl fmt::Debug for InvitationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl InvitationKey {
    /// With the stage's `one-time-token-key`.
    pub fn new(secret: &str) -> Result<Self, Problem> {
        <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes())
            .map(Self)
            .map_err(Problem::internal)
    }

    /// The token of an invitation to this seller's staff.
    pub fn token(&self, invitation: InvitationId, seller: SellerId) -> InvitationToken {
        let code = self.mac(invitation, seller).finalize().into_bytes().into();
        InvitationToken {
            invitation,
            seller,
            code,
        }
    }

    /// Whether it was made with this key; told in constant time.
    pub fn has_made(&self, token: &InvitationToken) -> bool {
        let mac = self.mac(token.invitation, token.seller);
        mac.verify_slice(&token.code).is_ok()
    }

    fn mac(&self, invitation: InvitationId, seller: SellerId) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // The purpose ends with a zero, and both ids have one length: no two triples are one text.
        mac.update(PURPOSE.as_bytes());
        mac.update(&[0]);
        mac.update(invitation.uuid().as_bytes());
        mac.update(seller.uuid().as_bytes());
        mac
    }
}

/// A token: 86 characters that are a secret of whoever got the mail.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationToken {
    invitation: InvitationId,
    seller: SellerId,
    code: [u8; 32],
}

impl InvitationToken {
    /// Reads a token as it was sent; nothing for what is none.
    pub fn read(text: &str) -> Option<Self> {
        let bytes: [u8; 64] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (invitation, rest) = bytes.split_first_chunk::<16>()?;
        let (seller, code) = rest.split_first_chunk::<16>()?;
        Some(Self {
            invitation: InvitationId::from_uuid(uuid::Uuid::from_bytes(*invitation)),
            seller: SellerId::from_uuid(uuid::Uuid::from_bytes(*seller)),
            code: code.try_into().ok()?,
        })
    }

    /// As it goes into a link.
    pub fn reveal(&self) -> String {
        let (invitation, seller) = (self.invitation.uuid(), self.seller.uuid());
        URL_SAFE_NO_PAD.encode([&invitation.as_bytes()[..], seller.as_bytes(), &self.code].concat())
    }

    /// Which invitation it says to accept.
    pub fn invitation(&self) -> InvitationId {
        self.invitation
    }

    /// Whose.
    pub fn seller(&self) -> SellerId {
        self.seller
    }
}

impl fmt::Debug for InvitationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Ids, Timestamp};

    use super::*;

    fn some<T: Id>(seed: u64) -> T {
        Ids::seeded(seed).fresh(Timestamp::from_second(1))
    }

    #[test]
    fn both_who_have_the_key_derive_the_same_token() {
        let key = || InvitationKey::new("a key").unwrap();
        let mailed = key().token(some(1), some(2)).reveal();
        let sent = InvitationToken::read(&mailed).unwrap();
        assert!(key().has_made(&sent));
        assert_eq!((sent.invitation(), sent.seller()), (some(1), some(2)));
    }

    #[test]
    fn a_token_is_good_for_one_invitation_of_one_seller_and_with_one_key() {
        let key = InvitationKey::new("a key").unwrap();
        let token = key.token(some(1), some(2));
        assert!(!InvitationKey::new("another").unwrap().has_made(&token));
        let foreign = InvitationToken {
            seller: some(3),
            ..token.clone()
        };
        let later = InvitationToken {
            invitation: some(3),
            ..token
        };
        assert!(!key.has_made(&foreign) && !key.has_made(&later));
    }

    #[test]
    fn what_is_no_token_reads_as_none_and_a_token_is_not_printed() {
        let key = InvitationKey::new("a key").unwrap();
        let token = key.token(some(1), some(2));
        let text = token.reveal();
        assert_eq!(text.len(), 86);
        for wrong in [
            "",
            "x",
            &text[1..],
            &format!("{text}A"),
            &format!("={}", &text[1..]),
        ] {
            assert_eq!(InvitationToken::read(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{key:?}{token:?}"), "[secret][secret]");
    }
}
