//! Whose cart a request is about.
//!
//! A customer's cart is found by the customer. A guest's is found by a token of 256 bits, which the guest gets
//! once and sends as `X-Cart-Token`; only its SHA-256 is kept.

use std::fmt::{self, Write};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use contracts::{Actor, ActorKind};
use dynamo::Intent;
use hmac::{Hmac, KeyInit, Mac};
use kernel::{CartId, Code, CustomerId, Id, Permission, Problem, Scope};
use lambda::http::Incoming;
use sha2::{Digest, Sha256};

/// Who owns a cart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Owner {
    /// Someone with an account.
    Customer(CustomerId),
    /// Whoever has the token with this SHA-256, in hexadecimal digits.
    Guest(String),
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(customer) => customer.fmt(f),
            Self::Guest(hash) => write!(f, "guest#{hash}"),
        }
    }
}

impl Owner {
    /// The id of the owner's one cart: it shares the customer's bits, or those of the token's hash, so that
    /// it is known before the cart is written.
    ///
    /// # Errors
    /// Never: a hash has the digits that an id has.
    pub fn cart_id(&self) -> Result<CartId, Problem> {
        match self {
            Self::Customer(customer) => Ok(CartId::from_uuid(customer.uuid())),
            Self::Guest(hash) => {
                format!("{}_{}", CartId::PREFIX, hash.get(..32).unwrap_or_default())
                    .parse()
                    .map_err(Problem::internal)
            }
        }
    }
}

/// A token that opens a guest's cart.
#[derive(Clone)]
struct Token([u8; 32]);

impl Token {
    /// The token of a guest who puts something into a cart for the first time. It is made of the request with
    /// the stage's secret, so that the same request, sent again, means the same cart, although the token is
    /// kept nowhere.
    fn of(intent: &Intent, secret: &str) -> Result<Self, Problem> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(Problem::internal)?;
        for part in ["cart token", &intent.scope, &intent.key] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        Ok(Self(mac.finalize().into_bytes().into()))
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    fn owner(&self) -> Owner {
        let hash = Sha256::digest(self.0);
        Owner::Guest(hash.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }
}

/// Who shops.
#[derive(Clone)]
pub struct Shopper {
    owner: Owner,
    /// The token of a guest who has none yet.
    new_token: Option<Token>,
}

impl fmt::Debug for Shopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shopper")
    }
}

impl Shopper {
    /// Who looks at a cart: a guest without a token gets a random one.
    ///
    /// # Errors
    /// `cart_not_found` for a token that cannot be one; `forbidden` for a caller who may not order.
    pub fn looking(request: &Incoming) -> Result<Self, Problem> {
        Self::of(request, || Ok(Token(request.platform.ids.bytes())))
    }

    /// Who changes a cart: a guest without a token gets one that belongs to this request.
    ///
    /// # Errors
    /// `cart_not_found` for a token that cannot be one; `forbidden` for a caller who may not order.
    pub fn changing(request: &Incoming) -> Result<Self, Problem> {
        Self::of(request, || {
            Token::of(request.intent(), request.platform.setting("CURSOR_KEY")?)
        })
    }

    fn of(
        request: &Incoming,
        new_token: impl FnOnce() -> Result<Token, Problem>,
    ) -> Result<Self, Problem> {
        if let Some(caller) = request.principal() {
            // A cart is there to be ordered: who may not, by an API key, has no business in it.
            if !caller.grant(Permission::OrderPlace).covers(Scope::Own) {
                return Err(Code::Forbidden.into());
            }
            return Ok(Self::known(Owner::Customer(caller.customer)));
        }
        if let Some(sent) = request.header("x-cart-token") {
            let token = Token::parse(sent).ok_or(Code::CartNotFound)?;
            return Ok(Self::known(token.owner()));
        }
        let token = new_token()?;
        Ok(Self {
            owner: token.owner(),
            new_token: Some(token),
        })
    }

    fn known(owner: Owner) -> Self {
        Self {
            owner,
            new_token: None,
        }
    }

    /// Whose cart it is.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Whether this is a guest who had no token.
    pub fn is_new(&self) -> bool {
        self.new_token.is_some()
    }

    /// The token to hand to a guest who had none.
    pub fn cart_token(&self) -> Option<String> {
        self.new_token.as_ref().map(Token::text)
    }

    /// What a request is to do once, in the shopper's name: a guest is called by its cart.
    pub fn intent(&self, request: &Incoming) -> Result<Intent, Problem> {
        match &self.owner {
            Owner::Customer(_) => Ok(request.intent().clone()),
            Owner::Guest(_) => Ok(request.intent_of(Actor {
                kind: ActorKind::Guest,
                id: self.owner.cart_id()?.to_string(),
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Ids, Timestamp};

    use super::*;

    fn intent(key: &str) -> Intent {
        Intent {
            scope: "anonymous-1:add-cart-item".to_owned(),
            key: key.to_owned(),
            request_hash: None,
            actor: Actor::guest(),
            correlation_id: String::new(),
            causation_id: String::new(),
            traceparent: None,
            now: Timestamp::from_second(1_800_000_000),
            ids: Ids::seeded(1),
        }
    }

    #[test]
    fn a_request_sent_again_means_the_same_cart() {
        let token = |key, secret| Token::of(&intent(key), secret).unwrap().text();
        assert_eq!(token("a", "secret"), token("a", "secret"));
        assert_ne!(token("a", "secret"), token("b", "secret"));
        assert_ne!(token("a", "secret"), token("a", "another"));
    }

    #[test]
    fn a_token_is_43_characters_that_stand_for_256_bits() {
        let token = Token([7; 32]);
        assert_eq!(token.text().len(), 43);
        let read = Token::parse(&token.text()).unwrap();
        assert_eq!(read.owner(), token.owner());
        for wrong in [
            "",
            "short",
            &token.text()[1..],
            &format!("{}A", token.text()),
            "crt_1",
        ] {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_cart_has_the_same_id_before_and_after_it_is_written() {
        let guest = Token([7; 32]).owner();
        assert_eq!(guest.cart_id().unwrap(), guest.cart_id().unwrap());
        let customer: CustomerId = Ids::seeded(1).fresh(Timestamp::from_second(1_800_000_000));
        let cart = Owner::Customer(customer).cart_id().unwrap();
        assert_eq!(cart.uuid(), customer.uuid());
    }
}
