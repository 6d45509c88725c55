//! A cart: at most 50 lines, one a variant, in one currency, whose sum can always be told.

use std::time::Duration;

use contracts::events::OrderLine;
use dynamo::{Item, Key};
use kernel::{
    CartId, Code, Currency, Locale, Money, Problem, ProductId, Quantity, SellerId, Timestamp,
    VariantId, money::MoneyError,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    offer::{Listing, Offer},
    shopper::Owner,
};

/// The most lines of a cart: as many as an order can have.
pub const MOST_LINES: usize = 50;

/// How long a guest's cart is kept after its last change.
const GUEST_TIME: Duration = Duration::from_hours(30 * 24);

/// One line of a cart, with what it was last shown as.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Line {
    variant_id: VariantId,
    product_id: ProductId,
    seller_id: SellerId,
    sku: String,
    title: String,
    quantity: Quantity,
    unit_price: Money,
    /// Whether there were enough pieces when the line was last looked at.
    available: bool,
}

/// What a shopper means to buy. Item `cart#<owner>` / `cart`; others read it as `contracts::views::CartToOrder`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "others read the attribute by this name"
)]
pub struct Cart {
    cart_id: CartId,
    /// Counts its changes: one version makes one order.
    version: u64,
    owner: String,
    lines: Vec<Line>,
    /// Until when a guest's cart is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    guest_until: Option<Timestamp>,
}

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
}

impl Line {
    fn new(variant_id: VariantId, listing: &Listing, locales: &[Locale]) -> Self {
        Self {
            variant_id,
            product_id: listing.product_id,
            seller_id: listing.seller_id,
            sku: listing.sku.clone(),
            title: listing.shown_title(locales),
            quantity: Quantity::ONE,
            unit_price: listing.price,
            available: false,
        }
    }

    fn total(&self) -> Result<Money, MoneyError> {
        self.unit_price.times(self.quantity)
    }

    fn view(&self) -> Result<LineView, MoneyError> {
        Ok(LineView {
            variant_id: self.variant_id,
            product_id: self.product_id,
            seller_id: self.seller_id,
            sku: self.sku.clone(),
            title: self.title.clone(),
            quantity: self.quantity,
            unit_price: self.unit_price,
            total: self.total()?,
            available: self.available,
        })
    }
}

impl Cart {
    /// An owner's cart before anything was put into it.
    pub fn empty(owner: &Owner) -> Self {
        Self {
            cart_id: owner.cart_id(),
            version: 0,
            owner: owner.to_string(),
            lines: Vec::new(),
            guest_until: None,
        }
    }

    /// The cart.
    pub fn id(&self) -> CartId {
        self.cart_id
    }

    /// The variants that lie in it.
    pub fn variants(&self) -> Vec<VariantId> {
        self.lines.iter().map(|line| line.variant_id).collect()
    }

    /// The cart as it is now: a guest's whose time is over holds nothing, cleaned up or not.
    pub fn at(&self, now: Timestamp) -> Self {
        let mut cart = self.clone();
        if self.guest_until.is_some_and(|until| until <= now) {
            cart.lines.clear();
        }
        cart
    }

    /// Puts pieces into it: what lies there already adds up, and takes the offer's price of now.
    ///
    /// # Errors
    /// `variant_not_found` if it is not in the shop, `cart_full`, or `validation_failed` where the quantity,
    /// the sum or the currency does not fit.
    pub fn add(
        &mut self,
        offer: &Offer,
        quantity: Quantity,
        locales: &[Locale],
    ) -> Result<(), Problem> {
        let listing = offer.in_shop().ok_or(Code::VariantNotFound)?;
        let mut line = Line::new(offer.variant_id, listing, locales);
        let place = self.place_of(offer.variant_id);
        line.quantity = match place {
            Some(place) => self.lines[place].quantity.plus(quantity),
            None => Ok(quantity),
        }
        .map_err(no_quantity)?;
        line.available = offer.has(line.quantity.get());
        match place {
            Some(place) => self.lines[place] = line,
            None if self.lines.len() >= MOST_LINES => return Err(Code::CartFull.into()),
            None => self.lines.push(line),
        }
        self.version += 1;
        self.adds_up()
    }

    /// How many pieces of a line there are.
    ///
    /// # Errors
    /// `cart_line_not_found`.
    pub fn quantity(&self, variant: VariantId) -> Result<Quantity, Problem> {
        let place = self.place_of(variant).ok_or(Code::CartLineNotFound)?;
        Ok(self.lines[place].quantity)
    }

    /// Sets how many pieces of a line there are.
    ///
    /// # Errors
    /// `cart_line_not_found`, or `validation_failed` if the sum does not fit.
    pub fn change(&mut self, variant: VariantId, quantity: Quantity) -> Result<(), Problem> {
        let place = self.place_of(variant).ok_or(Code::CartLineNotFound)?;
        self.lines[place].quantity = quantity;
        self.version += 1;
        self.adds_up()
    }

    /// Takes a line out.
    ///
    /// # Errors
    /// `cart_line_not_found`.
    pub fn remove(&mut self, variant: VariantId) -> Result<(), Problem> {
        let place = self.place_of(variant).ok_or(Code::CartLineNotFound)?;
        self.lines.remove(place);
        self.version += 1;
        Ok(())
    }

    /// Takes out what was ordered of `version`, and leaves what has come in since. Whether anything changed.
    pub fn take_out(&mut self, cart: CartId, version: u64, ordered: &[OrderLine]) -> bool {
        if self.cart_id != cart || self.lines.is_empty() {
            return false;
        }
        let before = self.lines.clone();
        if self.version == version {
            self.lines.clear();
        } else {
            self.lines.retain_mut(|line| {
                let was_ordered = |other: &&OrderLine| other.variant_id == line.variant_id;
                let pieces = ordered.iter().find(was_ordered);
                let pieces = pieces.map_or(0, |ordered| ordered.quantity.get());
                let left = line.quantity.get().saturating_sub(pieces);
                // What is left of a quantity is one, or nothing.
                Quantity::new(left).is_ok_and(|left| {
                    line.quantity = left;
                    true
                })
            });
        }
        let changed = self.lines != before;
        self.version += u64::from(changed);
        changed
    }

    /// Looks at what the lines are offered as now. Whether a title or a price has changed, so that what is
    /// shown must be kept.
    ///
    /// A price with which the cart would not add up (another currency, or beyond all sums) is not taken on:
    /// the line stays as it was and is shown as not available.
    pub fn look(&mut self, offers: &[Offer], locales: &[Locale]) -> bool {
        let mut changed = false;
        for place in 0..self.lines.len() {
            let line = &mut self.lines[place];
            let offer = offers
                .iter()
                .find(|offer| offer.variant_id == line.variant_id);
            line.available = offer.is_some_and(|offer| offer.has(line.quantity.get()));
            let Some(listing) = offer.and_then(Offer::in_shop) else {
                continue;
            };
            let before = line.clone();
            line.title = listing.shown_title(locales);
            line.unit_price = listing.price;
            if *line == before {
                continue;
            }
            if self.subtotal(listing.price.currency()).is_ok() {
                changed = true;
            } else {
                self.lines[place] = Line {
                    available: false,
                    ..before
                };
            }
        }
        self.version += u64::from(changed);
        changed
    }

    /// The same, good for another while if it is a guest's.
    pub fn kept(self, owner: &Owner, now: Timestamp) -> Self {
        Self {
            guest_until: match owner {
                Owner::Customer(_) => None,
                Owner::Guest(_) => Some(now.plus(GUEST_TIME)),
            },
            ..self
        }
    }

    /// What all lines cost; nothing, in `currency`, for none.
    pub fn subtotal(&self, currency: Currency) -> Result<Money, MoneyError> {
        let currency = self
            .lines
            .first()
            .map_or(currency, |line| line.unit_price.currency());
        self.lines
            .iter()
            .try_fold(Money::zero(currency), |sum, line| sum.plus(line.total()?))
    }

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
            cart_token,
        })
    }

    /// Refuses a change after which the sum could not be told.
    fn adds_up(&self) -> Result<(), Problem> {
        match self.subtotal(Currency::EUR) {
            Ok(_) => Ok(()),
            Err(MoneyError::CurrencyMismatch) => Err(Problem::invalid(
                "/variant_id",
                "it is sold in another currency than what lies in the cart",
            )),
            Err(error) => Err(no_quantity(error)),
        }
    }

    fn place_of(&self, variant: VariantId) -> Option<usize> {
        self.lines
            .iter()
            .position(|line| line.variant_id == variant)
    }

    /// The key of an owner's cart.
    pub fn key_of(owner: &Owner) -> Key {
        let (pk, sk) = owner.key();
        Key::new(pk, sk)
    }
}

fn no_quantity(error: MoneyError) -> Problem {
    Problem::invalid("/quantity", error)
}

impl Item for Cart {
    const KIND: &'static str = "cart";

    fn key(&self) -> Key {
        Key::new(format!("cart#{}", self.owner), "cart")
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.guest_until
    }
}

#[cfg(test)]
mod tests;
