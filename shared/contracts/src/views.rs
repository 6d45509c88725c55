//! What services let others read. The owner declares a view in its manifest, with its attributes and its
//! readers; the type of what is read stands here; the reader's grant covers just those attributes.

use kernel::{
    CartId, CustomerId, InvitationId, Line, Money, OrderId, Personal, ProductId, Quantity,
    SellerId, SessionId, StaffRole, VariantId,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What one service may read of an item that another owns.
pub trait View: DeserializeOwned {
    /// The service that owns it.
    const OWNER: &'static str;
    /// The table that it is read from.
    const TABLE: &'static str;
    /// The attributes that are read, as the owner's manifest has them.
    const ATTRIBUTES: &'static [&'static str];
    /// What its key is made of.
    type Key;
    /// `pk` and `sk` of the item.
    fn key(key: &Self::Key) -> (String, String);
}

/// One line of a cart, with what it was last shown as.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CartLine {
    /// What lies in the cart.
    pub variant_id: VariantId,
    /// The product that it is a variant of.
    pub product_id: ProductId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// The seller's own name for it.
    pub sku: String,
    /// What it is called, with its options.
    pub title: String,
    /// How many pieces.
    pub quantity: Quantity,
    /// The price of one that was last shown.
    pub unit_price: Money,
}

/// A customer's cart, for ordering it. Item `cart#<customer id>` / `cart` of cart's table `carts`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CartToOrder {
    /// The cart.
    pub cart_id: CartId,
    /// Counts its changes: one version makes one order.
    pub version: u64,
    /// What lies in it.
    pub lines: Vec<CartLine>,
}

impl View for CartToOrder {
    const OWNER: &'static str = "cart";
    const TABLE: &'static str = "carts";
    const ATTRIBUTES: &'static [&'static str] = &["cart_id", "version", "lines"];
    type Key = CustomerId;
    fn key(customer: &CustomerId) -> (String, String) {
        (format!("cart#{customer}"), "cart".to_owned())
    }
}

/// Who sells a variant. Item `variant#<id>` / `variant` of product's table `products`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VariantOwner {
    /// Who sells it.
    pub seller_id: SellerId,
}

impl View for VariantOwner {
    const OWNER: &'static str = "product";
    const TABLE: &'static str = "products";
    const ATTRIBUTES: &'static [&'static str] = &["seller_id"];
    type Key = VariantId;
    fn key(variant: &VariantId) -> (String, String) {
        (format!("variant#{variant}"), "variant".to_owned())
    }
}

/// What there is of a variant. Item `stock#<variant id>` / `stock` of inventory's table `stock`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StockLevel {
    /// The variant.
    pub variant_id: VariantId,
    /// How many pieces can be bought.
    pub available: u32,
}

impl View for StockLevel {
    const OWNER: &'static str = "inventory";
    const TABLE: &'static str = "stock";
    const ATTRIBUTES: &'static [&'static str] = &["variant_id", "available"];
    type Key = VariantId;
    fn key(variant: &VariantId) -> (String, String) {
        (format!("stock#{variant}"), "stock".to_owned())
    }
}

/// Where a customer's mail goes. Item `customer#<id>` / `profile` of customer's table `customers`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct CustomerContact {
    /// The address.
    pub email: Personal<String>,
    /// What to call them.
    pub name: Personal<Line<1, 200>>,
}

impl View for CustomerContact {
    const OWNER: &'static str = "customer";
    const TABLE: &'static str = "customers";
    const ATTRIBUTES: &'static [&'static str] = &["email", "name"];
    type Key = CustomerId;
    fn key(customer: &CustomerId) -> (String, String) {
        (format!("customer#{customer}"), "profile".to_owned())
    }
}

/// What a mail about an order shows. Item `order#<id>` / `order` of order's table `orders`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct OrderSummary {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered.
    pub customer_id: CustomerId,
    /// What was ordered, as it was called then.
    pub lines: Vec<OrderedLine>,
    /// What it costs.
    pub total: Money,
}

/// A line of an order as a person reads it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderedLine {
    /// What it was called.
    pub title: String,
    /// How many pieces.
    pub quantity: Quantity,
    /// The price of all.
    pub total: Money,
}

impl View for OrderSummary {
    const OWNER: &'static str = "order";
    const TABLE: &'static str = "orders";
    const ATTRIBUTES: &'static [&'static str] = &["order_id", "customer_id", "lines", "total"];
    type Key = OrderId;
    fn key(order: &OrderId) -> (String, String) {
        (format!("order#{order}"), "order".to_owned())
    }
}

/// Where a seller stands. Item `seller#<id>` / `seller` of seller's table `sellers`. A seller without one was made by
/// an admin alone, and sells.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct SellerStanding {
    /// Which seller.
    pub seller_id: SellerId,
    /// Where it stands.
    pub status: String,
}

impl SellerStanding {
    /// Whether what it offers can be bought.
    pub fn sells(&self) -> bool {
        // Who waits for an approval may have been made a seller by an admin before.
        !matches!(self.status.as_str(), "rejected" | "suspended" | "closed")
    }
}

impl View for SellerStanding {
    const OWNER: &'static str = "seller";
    const TABLE: &'static str = "sellers";
    const ATTRIBUTES: &'static [&'static str] = &["seller_id", "status"];
    type Key = SellerId;
    fn key(seller: &SellerId) -> (String, String) {
        (format!("seller#{seller}"), "seller".to_owned())
    }
}

/// Where an invitation to a seller's staff goes, and what it says. Item `seller#<id>` / `invitation#<id>` of seller's
/// table `staff`; it is gone once it is accepted or revoked.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct StaffInvitation {
    /// The address.
    pub email: Personal<String>,
    /// What the seller calls itself.
    pub seller_name: Line<1, 100>,
    /// As what they are wanted.
    pub role: StaffRole,
}

impl View for StaffInvitation {
    const OWNER: &'static str = "seller";
    const TABLE: &'static str = "staff";
    const ATTRIBUTES: &'static [&'static str] = &["email", "seller_name", "role"];
    type Key = (SellerId, InvitationId);
    fn key((seller, invitation): &(SellerId, InvitationId)) -> (String, String) {
        (
            format!("seller#{seller}"),
            format!("invitation#{invitation}"),
        )
    }
}

/// Access tokens that are good by their own word and are no longer: those of one session, or those of a customer
/// that were made for an older version of the account. Item `revocations` / `<when>#<whose>` of customer's table
/// `revocations`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Revocation {
    /// When, and whose: later ones come after.
    #[serde(default, skip_serializing)]
    pub sk: String,
    /// Whose tokens.
    pub customer_id: CustomerId,
    /// Only those of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Only those for a version of the account below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<u64>,
    /// But not those of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<SessionId>,
}

impl Revocation {
    /// The partition of all of them.
    pub const RUN: &'static str = "revocations";

    /// Whether it is about a token.
    pub fn refuses(&self, customer: CustomerId, session: SessionId, version: u64) -> bool {
        self.customer_id == customer
            && self.session_id.is_none_or(|only| only == session)
            && self.below.is_none_or(|below| version < below)
            && self.except != Some(session)
    }
}

impl View for Revocation {
    const OWNER: &'static str = "customer";
    const TABLE: &'static str = "revocations";
    const ATTRIBUTES: &'static [&'static str] =
        &["sk", "customer_id", "session_id", "below", "except"];
    type Key = String;
    fn key(sk: &String) -> (String, String) {
        (Self::RUN.to_owned(), sk.clone())
    }
}
