//! The links that open orders of guests.
//!
//! Order checks them and notification writes them into mails; both derive them from the order's id and a key of the
//! stage, which no one else can read (docs/decisions/0027). A link is kept nowhere, not even as a digest.

use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Id, OrderId, Problem, Timestamp};
use sha2::Sha256;
use uuid::Uuid;

/// The page of the shop that takes a token.
pub const PAGE: &str = "guest-order";

/// How long a link opens its order: as long as most returns and complaints take.
pub const GOOD_FOR: Duration = Duration::from_hours(90 * 24);

/// Makes tokens, and tells those that it made.
#[derive(Clone)]
pub struct GuestOrderKey(Hmac<Sha256>);

impl fmt::Debug for GuestOrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl GuestOrderKey {
    /// With the stage's `guest-order-key`.
    pub fn new(secret: &str) -> Result<Self, Problem> {
        <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes())
            .map(Self)
            .map_err(Problem::internal)
    }

    /// The token of an order that is given out at this moment; the same for the same moment.
    pub fn token(&self, order: OrderId, given: Timestamp) -> GuestOrderToken {
        let until = given.plus(GOOD_FOR).as_second();
        let code = self.mac(order, until).finalize().into_bytes().into();
        GuestOrderToken { order, until, code }
    }

    /// The order that a token opens at this moment; none for one that was not made with this key, which is told in
    /// constant time, or whose time is over.
    pub fn opens(&self, sent: &str, now: Timestamp) -> Option<OrderId> {
        let token = GuestOrderToken::read(sent)?;
        let made = self
            .mac(token.order, token.until)
            .verify_slice(&token.code)
            .is_ok();
        (made && now.as_second() < token.until).then_some(token.order)
    }

    fn mac(&self, order: OrderId, until: i64) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // All that comes after the name has one length: no two pairs are one text.
        mac.update(b"guest order\0");
        mac.update(order.uuid().as_bytes());
        mac.update(&until.to_be_bytes());
        mac
    }
}

/// A token: 75 characters that are a secret of whoever placed the order.
#[derive(Clone, PartialEq, Eq)]
pub struct GuestOrderToken {
    order: OrderId,
    /// In seconds since 1970.
    until: i64,
    code: [u8; 32],
}

impl GuestOrderToken {
    fn read(text: &str) -> Option<Self> {
        let bytes: [u8; 56] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (order, rest) = bytes.split_first_chunk::<16>()?;
        let (until, code) = rest.split_first_chunk::<8>()?;
        Some(Self {
            order: OrderId::from_uuid(Uuid::from_bytes(*order)),
            until: i64::from_be_bytes(*until),
            code: code.try_into().ok()?,
        })
    }

    /// As it is handed out, and sent as `X-Order-Token`.
    pub fn reveal(&self) -> String {
        let (order, until) = (self.order.uuid(), self.until.to_be_bytes());
        URL_SAFE_NO_PAD.encode([&order.as_bytes()[..], &until, &self.code].concat())
    }

    /// The link to the shop at `shop`, with the token in its fragment, which no browser sends on: no log of a
    /// server ever has it.
    pub fn link(&self, shop: &str) -> String {
        format!("{shop}/{PAGE}#token={}", self.reveal())
    }
}

impl fmt::Debug for GuestOrderToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use kernel::Ids;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    fn order(seed: u64) -> OrderId {
        Ids::seeded(seed).fresh(at(1))
    }

    fn key(secret: &str) -> GuestOrderKey {
        GuestOrderKey::new(secret).unwrap()
    }

    #[test]
    fn both_who_have_the_key_derive_the_same_token_for_one_order() {
        let made = key("a key").token(order(1), at(10)).reveal();
        assert_eq!(made, key("a key").token(order(1), at(10)).reveal());
        assert_eq!(made.len(), 75);
        assert_eq!(key("a key").opens(&made, at(20)), Some(order(1)));
        assert_eq!(key("another").opens(&made, at(20)), None);
        assert_ne!(made, key("a key").token(order(2), at(10)).reveal());
    }

    #[test]
    fn a_token_ends_in_ninety_days_and_says_so_itself() {
        let made = key("a key").token(order(1), at(0)).reveal();
        let days = 90 * 24 * 3_600;
        assert_eq!(key("a key").opens(&made, at(days - 1)), Some(order(1)));
        assert_eq!(key("a key").opens(&made, at(days)), None);
        // Whoever writes another time into it has made another token.
        let stretched = GuestOrderToken {
            until: days * 2,
            ..key("a key").token(order(1), at(0))
        };
        assert_eq!(key("a key").opens(&stretched.reveal(), at(1)), None);
        let moved = GuestOrderToken {
            order: order(2),
            ..key("a key").token(order(1), at(0))
        };
        assert_eq!(key("a key").opens(&moved.reveal(), at(1)), None);
    }

    #[test]
    fn what_is_no_token_opens_nothing_and_a_token_is_not_printed() {
        let token = key("a key").token(order(1), at(0));
        let text = token.reveal();
        for wrong in [
            "",
            "x",
            &text[1..],
            &format!("{text}A"),
            &text.replace(char::is_alphanumeric, "="),
            &text.to_lowercase(),
        ] {
            assert_eq!(key("a key").opens(wrong, at(1)), None, "{wrong}");
        }
        assert_eq!(format!("{:?}{:?}", key("a key"), token), "[secret][secret]");
        assert_eq!(
            token.link("https://souk.test"),
            format!("https://souk.test/guest-order#token={text}")
        );
    }
}
