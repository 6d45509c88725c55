//! What services let others read. The owner declares a view in its manifest, with its attributes and its
//! readers; the type of what is read stands here; the reader's grant covers just those attributes.

use kernel::{
    CartId, CustomerId, Line, Money, OrderId, Personal, ProductId, Quantity, SellerId, TokenId, VariantId,
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

/// A change of a customer's address, under way or done. Item `customer#<id>` / `email-change#<token id>` of
/// customer's table `customers`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct EmailChange {
    /// The address to be.
    pub new_email: Personal<String>,
    /// The address until then.
    pub old_email: Personal<String>,
    /// What to call the customer.
    pub name: Personal<Line<1, 200>>,
}

impl View for EmailChange {
    const OWNER: &'static str = "customer";
    const TABLE: &'static str = "customers";
    const ATTRIBUTES: &'static [&'static str] = &["new_email", "old_email", "name"];
    type Key = (CustomerId, TokenId);
    fn key((customer, token): &(CustomerId, TokenId)) -> (String, String) {
        (
            format!("customer#{customer}"),
            format!("email-change#{token}"),
        )
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
