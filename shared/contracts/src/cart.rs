//! How a cart is found: a customer's by the customer, a guest's by a token of 256 bits, which the guest gets once
//! and sends as `X-Cart-Token`. Only the token's SHA-256 is kept; it opens nothing.

use std::fmt::{self, Write};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{CartId, CustomerId, Id};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A token that opens a guest's cart.
#[derive(Clone)]
pub struct CartToken([u8; 32]);

impl CartToken {
    /// Of these bytes, which are a secret.
    pub fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads a token as it was sent; nothing for what is none.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// As it is handed to the guest.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The cart that it opens.
    pub fn cart(&self) -> GuestCart {
        GuestCart(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for CartToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// The cart of a guest: the SHA-256 of its token, in 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct GuestCart([u8; 32]);

impl fmt::Display for GuestCart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The text is no cart of a guest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidGuestCart;

impl fmt::Display for InvalidGuestCart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected 64 lower-case hexadecimal digits")
    }
}

impl TryFrom<String> for GuestCart {
    type Error = InvalidGuestCart;
    fn try_from(text: String) -> Result<Self, InvalidGuestCart> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(InvalidGuestCart);
        }
        for (place, byte) in bytes.iter_mut().enumerate() {
            let digits = text.get(2 * place..2 * place + 2).ok_or(InvalidGuestCart)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| InvalidGuestCart)?;
        }
        Ok(Self(bytes))
    }
}

impl From<GuestCart> for String {
    fn from(cart: GuestCart) -> String {
        let mut text = String::with_capacity(64);
        // Writing to a string does not fail.
        let _ = write!(text, "{cart}");
        text
    }
}

impl JsonSchema for GuestCart {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "GuestCart".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
    }
}

/// Who owns a cart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CartOwner {
    /// Someone with an account.
    Customer(CustomerId),
    /// Whoever has the token of this cart.
    Guest(GuestCart),
}

impl CartOwner {
    /// The id of the owner's one cart: it shares the customer's bits, or the first of the token's hash, so that it
    /// is known before the cart is written.
    pub fn cart_id(&self) -> CartId {
        match self {
            Self::Customer(customer) => CartId::from_uuid(customer.uuid()),
            Self::Guest(GuestCart(hash)) => {
                let mut bits = [0; 16];
                bits.copy_from_slice(&hash[..16]);
                CartId::from_uuid(Uuid::from_bytes(bits))
            }
        }
    }

    /// The key of the owner's one cart in cart's table `carts`.
    pub fn key(&self) -> (String, String) {
        (format!("cart#{self}"), "cart".to_owned())
    }
}

/// As it is written in keys.
impl fmt::Display for CartOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(customer) => customer.fmt(f),
            Self::Guest(cart) => write!(f, "guest#{cart}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Ids, Timestamp};

    use super::*;

    #[test]
    fn a_token_is_43_characters_that_stand_for_256_bits() {
        let token = CartToken::of([7; 32]);
        assert_eq!(token.reveal().len(), 43);
        let read = CartToken::read(&token.reveal()).unwrap();
        assert_eq!(read.cart(), token.cart());
        for wrong in [
            "",
            "short",
            &token.reveal()[1..],
            &format!("{}A", token.reveal()),
            "crt_1",
        ] {
            assert!(CartToken::read(wrong).is_none(), "{wrong}");
        }
        assert_eq!(format!("{token:?}"), "[secret]");
    }

    #[test]
    fn a_guests_cart_is_read_as_it_is_written() {
        let cart = CartToken::of([7; 32]).cart();
        assert_eq!(GuestCart::try_from(cart.to_string()), Ok(cart));
        let text = cart.to_string();
        for wrong in [
            "",
            &text[1..],
            &text.to_uppercase(),
            &text.replace('a', "g"),
        ] {
            assert_eq!(GuestCart::try_from(wrong.to_owned()), Err(InvalidGuestCart));
        }
    }

    #[test]
    fn a_cart_has_the_same_id_before_and_after_it_is_written() {
        let guest = CartOwner::Guest(CartToken::of([7; 32]).cart());
        let CartOwner::Guest(cart) = guest else {
            panic!("it is a guest's")
        };
        assert_eq!(guest.cart_id().to_string()[4..], cart.to_string()[..32]);
        let customer: CustomerId = Ids::seeded(1).fresh(Timestamp::from_second(1_800_000_000));
        let cart = CartOwner::Customer(customer).cart_id();
        assert_eq!(cart.uuid(), customer.uuid());
    }
}
