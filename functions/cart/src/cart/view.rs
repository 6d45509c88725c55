//! A cart as its owner sees it, and what its owner ought to know of a line.

use kernel::{
    CartId, Currency, Money, Problem, ProductId, Quantity, SellerId, Timestamp, VariantId,
    money::MoneyError,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cart, Line, MergeNotice, Supply};

/// A cart as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CartView {
    /// The cart.
    pub id: CartId,
    /// What lies in it.
    pub lines: Vec<LineView>,
    /// What that costs.
    pub subtotal: Money,
    /// Counts the changes of the cart.
    pub version: u64,
    /// When it ends, unless it is looked at or changed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Opens the cart of a guest, who sends it as `X-Cart-Token` from now on. Shown once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cart_token: Option<String>,
}

/// A line of a cart as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LineView {
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
    /// The price of one.
    pub unit_price: Money,
    /// The price of all.
    pub total: Money,
    /// Whether so many pieces could be bought when the line was last looked at; `GET /v1/cart` looks anew.
    pub available: bool,
    /// What has changed since it was put in, or stands against buying it.
    #[serde(default)]
    pub notices: Vec<LineNotice>,
}

/// What the owner of a cart ought to know of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum LineNotice {
    /// It is sold at another price than it was put in with; the line already has the new one.
    PriceChanged {
        /// The price that it was put in with.
        old_price: Money,
        /// The price that it has.
        new_price: Money,
    },
    /// There is nothing left of it.
    OutOfStock,
    /// There are fewer pieces than wanted.
    FewerAvailable {
        /// How many there are.
        available: u32,
    },
    /// It is not for sale any more.
    NoLongerForSale,
    /// It is sold at a price that the cart cannot have, in another currency or beyond all sums: take it out.
    PriceNotTaken {
        /// The price that it is sold at.
        new_price: Money,
    },
}

/// A cart that another went into.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MergedCart {
    /// The cart.
    pub cart: CartView,
    /// What of the guest's cart did not go into it whole.
    pub notices: Vec<MergeNotice>,
}

impl Line {
    fn view(&self) -> Result<LineView, MoneyError> {
        let pieces = self.quantity.get();
        Ok(LineView {
            variant_id: self.variant_id,
            product_id: self.product_id,
            seller_id: self.seller_id,
            sku: self.sku.clone(),
            title: self.title.clone(),
            quantity: self.quantity,
            unit_price: self.unit_price,
            total: self.total()?,
            available: matches!(self.supply, Supply::Pieces(available) if available >= pieces),
            notices: self.notices(),
        })
    }

    fn notices(&self) -> Vec<LineNotice> {
        let price = self.put_in_at.map(|old_price| LineNotice::PriceChanged {
            old_price,
            new_price: self.unit_price,
        });
        let supply = match self.supply {
            Supply::Withdrawn => Some(LineNotice::NoLongerForSale),
            Supply::OtherPrice(new_price) => Some(LineNotice::PriceNotTaken { new_price }),
            Supply::Pieces(0) => Some(LineNotice::OutOfStock),
            Supply::Pieces(available) if available < self.quantity.get() => {
                Some(LineNotice::FewerAvailable { available })
            }
            Supply::Pieces(_) => None,
        };
        price.into_iter().chain(supply).collect()
    }
}

impl Cart {
    /// What its owner sees.
    pub fn view(
        &self,
        currency: Currency,
        cart_token: Option<String>,
    ) -> Result<CartView, Problem> {
        let lines = self.lines.iter().map(Line::view);
        Ok(CartView {
            id: self.cart_id,
            lines: lines.collect::<Result<_, _>>().map_err(Problem::internal)?,
            subtotal: self.subtotal(currency).map_err(Problem::internal)?,
            version: self.version,
            expires_at: self.good_until,
            cart_token,
        })
    }
}
