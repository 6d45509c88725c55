//! Orders of those without an account: who has the cart places one, who has the link sees it.
//!
//! The link's token is handed out with the answer and by mail, and kept nowhere: it follows from the order's id and
//! a key of the stage. It comes back in the header `X-Order-Token`, which no log has.

use contracts::{Actor, ActorKind, CartOwner, CartToken, GuestCart, guest_order::GuestOrderKey};
use dynamo::{Intent, Stored};
use kernel::{Code, CustomerId, EmailAddress, OrderId, Owned, Problem, Reply};
use lambda::{
    Platform,
    aws::Secrets,
    http::{Incoming, Outcome},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    order::{Order, Purchaser},
    store::Orders,
    view::OrderView,
};

/// Orders of guests, and the key that their links are made with.
#[derive(Debug)]
pub struct GuestOrders {
    /// The orders.
    pub orders: Orders,
    key: GuestOrderKey,
}

/// Who shops without an account.
#[derive(Debug)]
pub struct Visitor {
    /// The cart.
    pub cart: GuestCart,
    /// What is to be done once, in the name of the cart.
    pub intent: Intent,
}

impl Visitor {
    /// The same as someone who orders.
    pub fn purchaser(&self, email: EmailAddress) -> Purchaser {
        let cart = self.cart;
        Purchaser::Guest { email, cart }
    }
}

/// An order that a guest has placed, and what opens it.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "GuestOrder")]
pub struct PlacedByGuest {
    /// The order.
    pub order: OrderView,
    /// Opens the order for ninety days, sent as `X-Order-Token`. A secret: whoever has it sees and cancels the
    /// order. The mail that confirms the order has a link with it.
    pub order_token: String,
}

impl GuestOrders {
    /// Reads the key, once in the life of the process.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        let secrets = Secrets::connect(&platform.connection);
        let key = secrets.get(platform.setting("SECRET_GUEST_ORDER_KEY")?);
        Ok(Self {
            key: GuestOrderKey::new(&key.await?)?,
            orders: Orders::start(platform).await?,
        })
    }

    /// Who shops without an account, by the token of the cart.
    ///
    /// # Errors
    /// `forbidden` for who is logged in, and orders as a customer; `cart_not_found` without a token that can be one.
    pub fn visitor(&self, request: &Incoming) -> Result<Visitor, Problem> {
        if request.principal().is_some() {
            return Err(
                Problem::new(Code::Forbidden).detail("Whoever is logged in orders at /v1/orders.")
            );
        }
        let token = request.header("x-cart-token").and_then(CartToken::read);
        let cart = token.ok_or(Code::CartNotFound)?.cart();
        let id = CartOwner::Guest(cart).cart_id().to_string();
        let actor = Actor {
            kind: ActorKind::Guest,
            id: id.clone(),
        };
        // Under a name of its own: the edge would replay an answer without the token, which no record holds.
        let intent = Intent {
            scope: format!("{id}:{}", request.platform.function()),
            ..request.intent_of(actor)
        };
        Ok(Visitor { cart, intent })
    }

    /// The answer to who has placed an order, with the token that opens it; after a refusal the answer to the same
    /// request, if it was made before: its cart may be gone by now.
    pub async fn hand_over(
        &self,
        placed: Outcome<OrderView>,
        intent: &Intent,
    ) -> Outcome<PlacedByGuest> {
        let reply = match placed {
            Err(problem) if !problem.is_ours() => {
                self.orders.earlier(intent).await?.ok_or(problem)?
            }
            placed => placed?,
        };
        let order: OrderView = serde_json::from_slice(&reply.body).map_err(Problem::internal)?;
        let token = self.key.token(order.id, order.created_at);
        let shown = PlacedByGuest {
            order,
            order_token: token.reveal(),
        };
        let mut handed: Reply<PlacedByGuest> = reply.cast();
        handed.body = serde_json::to_vec(&shown).map_err(Problem::internal)?;
        Ok(handed)
    }

    /// The guest's order that a request names and has the token of.
    ///
    /// # Errors
    /// `order_not_found`, whether there is none, it is a customer's, or the token does not open it.
    pub async fn opened(&self, request: &Incoming) -> Result<Stored<Order>, Problem> {
        let found = self.named(request).await?;
        let guests = found.filter(|order| order.buyer.is_guest());
        guests.ok_or_else(|| Code::OrderNotFound.into())
    }

    /// The same for a customer who wants to have the order, and may have got it by this very request before.
    ///
    /// # Errors
    /// As [`GuestOrders::opened`].
    pub async fn claimable(
        &self,
        customer: CustomerId,
        request: &Incoming,
    ) -> Result<Stored<Order>, Problem> {
        let found = self.named(request).await?;
        let free = |order: &Stored<Order>| order.buyer.is_guest() || order.of_customer(customer);
        found.filter(free).ok_or_else(|| Code::OrderNotFound.into())
    }

    /// The order that a request names, if it has the token of it. Without one nothing is read.
    async fn named(&self, request: &Incoming) -> Result<Option<Stored<Order>>, Problem> {
        let id: OrderId = request.path("id", Code::OrderNotFound)?;
        let token = request.header("x-order-token");
        match token.and_then(|token| self.key.opens(token, request.now)) {
            Some(opened) if opened == id => self.orders.find(id).await,
            _ => Ok(None),
        }
    }
}
