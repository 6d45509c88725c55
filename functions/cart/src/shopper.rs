//! Whose cart a request is about.
//!
//! A customer's cart is found by the customer. A guest's is found by a token of 256 bits, which the guest gets
//! once and sends as `X-Cart-Token`; only its SHA-256 is kept.

use std::{fmt, time::Duration};

pub use contracts::CartOwner as Owner;
use contracts::{Actor, ActorKind, CartToken};
use dynamo::Intent;
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Code, Permission, Problem, Scope, Timestamp};
use lambda::http::Incoming;
use sha2::Sha256;

/// The token of a guest who puts something into a cart for the first time. It is made of the request with the
/// stage's secret, so that the same request, sent again, means the same cart, although the token is kept nowhere.
fn token_of(intent: &Intent, secret: &str) -> Result<CartToken, Problem> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(Problem::internal)?;
    for part in ["cart token", &intent.scope, &intent.key] {
        mac.update(part.as_bytes());
        mac.update(&[0]);
    }
    Ok(CartToken::of(mac.finalize().into_bytes().into()))
}

/// Who shops.
#[derive(Clone)]
pub struct Shopper {
    owner: Owner,
    /// The token of a guest who has none yet.
    new_token: Option<CartToken>,
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
        Self::of(request, || Ok(CartToken::of(request.platform.ids.bytes())))
    }

    /// Who changes a cart: a guest without a token gets one that belongs to this request.
    ///
    /// # Errors
    /// `cart_not_found` for a token that cannot be one; `forbidden` for a caller who may not order.
    pub fn changing(request: &Incoming) -> Result<Self, Problem> {
        Self::of(request, || {
            token_of(request.intent(), request.platform.setting("CURSOR_KEY")?)
        })
    }

    /// The guest whose cart's token a request brings, whoever makes it.
    ///
    /// # Errors
    /// `cart_not_found` without a token that can be one.
    pub fn guest(request: &Incoming) -> Result<Self, Problem> {
        let token = request.header("x-cart-token").and_then(CartToken::read);
        let cart = token.ok_or(Code::CartNotFound)?.cart();
        Ok(Self::known(Owner::Guest(cart)))
    }

    fn of(
        request: &Incoming,
        new_token: impl FnOnce() -> Result<CartToken, Problem>,
    ) -> Result<Self, Problem> {
        if let Some(caller) = request.principal() {
            // A cart is there to be ordered: who may not, by an API key, has no business in it.
            if !caller.grant(Permission::OrderPlace).covers(Scope::Own) {
                return Err(Code::Forbidden.into());
            }
            return Ok(Self::known(Owner::Customer(caller.customer)));
        }
        if request.header("x-cart-token").is_some() {
            return Self::guest(request);
        }
        let token = new_token()?;
        Ok(Self {
            owner: Owner::Guest(token.cart()),
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
        self.new_token.as_ref().map(CartToken::reveal)
    }

    /// Until when the shopper's cart is good that is touched now.
    ///
    /// # Errors
    /// An internal problem where the stage does not say how long that is.
    pub fn keeps_until(&self, request: &Incoming) -> Result<Timestamp, Problem> {
        let seconds = request.platform.parsed(match self.owner {
            Owner::Customer(_) => "CUSTOMER_CART_SECONDS",
            Owner::Guest(_) => "GUEST_CART_SECONDS",
        })?;
        Ok(request.now.plus(Duration::from_secs(seconds)))
    }

    /// What a request is to do once, in the shopper's name: a guest is called by its cart.
    pub fn intent(&self, request: &Incoming) -> Result<Intent, Problem> {
        match &self.owner {
            Owner::Customer(_) => Ok(request.intent().clone()),
            Owner::Guest(_) => Ok(request.intent_of(Actor {
                kind: ActorKind::Guest,
                id: self.owner.cart_id().to_string(),
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
        let token = |key, secret| token_of(&intent(key), secret).unwrap().reveal();
        assert_eq!(token("a", "secret"), token("a", "secret"));
        assert_ne!(token("a", "secret"), token("b", "secret"));
        assert_ne!(token("a", "secret"), token("a", "another"));
    }
}
