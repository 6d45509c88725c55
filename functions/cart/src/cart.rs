//! A cart: at most 50 lines, one a variant, in one currency, whose sum can always be told.

use contracts::events::OrderLine;
use dynamo::{Item, Key};
use kernel::{
    CartId, Code, Currency, Locale, Money, Problem, ProductId, Quantity, SellerId, Timestamp,
    VariantId, money::MoneyError,
};
use serde::{Deserialize, Serialize};

use crate::{
    offer::{Listing, Offer},
    shopper::Owner,
};

mod merge;
mod view;

use self::merge::Merge;
pub use self::{
    merge::{MergeCode, MergeLimit, MergeNotice, MergeStrategy, Shift},
    view::{CartView, LineNotice, LineView, MergedCart},
};

/// The most lines of a cart: as many as an order can have.
pub const MOST_LINES: usize = 50;

/// A look prolongs a cart once a thirtieth of its time has gone by: not every look is a write.
const PROLONGED_AFTER: u32 = 30;

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
    /// The price that it was put in with, where the price has changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    put_in_at: Option<Money>,
    /// What the shop had of it when it was last looked at.
    #[serde(default = "Supply::unseen")]
    supply: Supply,
}

/// What the shop has of a variant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Supply {
    /// So many pieces.
    Pieces(u32),
    /// It is for sale at a price with which the cart would not add up.
    OtherPrice(Money),
    /// It is not for sale any more.
    Withdrawn,
}

impl Supply {
    /// What was not looked at yet is taken to be there.
    fn unseen() -> Self {
        Self::Pieces(u32::MAX)
    }
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
    /// Until when it is good: the clock decides, whether it was cleaned up or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    good_until: Option<Timestamp>,
    /// The last times that it went into a customer's cart, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    merges: Vec<Merge>,
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
            put_in_at: None,
            supply: Supply::unseen(),
        }
    }

    fn total(&self) -> Result<Money, MoneyError> {
        self.unit_price.times(self.quantity)
    }

    /// Shows what it is offered as now. Its first price is kept as long as it has another.
    fn look(&mut self, offer: Option<&Offer>, locales: &[Locale]) {
        let Some((offer, listing)) = offer.and_then(|offer| Some((offer, offer.in_shop()?))) else {
            self.supply = Supply::Withdrawn;
            return;
        };
        self.supply = Supply::Pieces(offer.available);
        self.title = listing.shown_title(locales);
        let put_in_at = self.put_in_at.unwrap_or(self.unit_price);
        self.unit_price = listing.price;
        self.put_in_at = (put_in_at != listing.price).then_some(put_in_at);
    }

    fn is_shown_as(&self, other: &Self) -> bool {
        self.title == other.title && self.unit_price == other.unit_price
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
            good_until: None,
            merges: Vec::new(),
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

    /// Whether nothing lies in it.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The cart as it is now: one whose time is over is as one that never was, cleaned up or not.
    pub fn at(&self, now: Timestamp, owner: &Owner) -> Self {
        if self.good_until.is_some_and(|until| until <= now) {
            Self::empty(owner)
        } else {
            self.clone()
        }
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
        line.supply = Supply::Pieces(offer.available);
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
                let pieces = merge::pieces_of(ordered, line.variant_id);
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
    /// A price with which the cart would not add up (another currency, or beyond all sums) is not taken on: the line
    /// stays as it was, is shown as not available, and a notice says why.
    pub fn look(&mut self, offers: &[Offer], locales: &[Locale]) -> bool {
        let mut changed = false;
        for place in 0..self.lines.len() {
            let before = self.lines[place].clone();
            let offer = offers
                .iter()
                .find(|offer| offer.variant_id == before.variant_id);
            self.lines[place].look(offer, locales);
            if self.lines[place].is_shown_as(&before) {
                continue;
            }
            let price = self.lines[place].unit_price;
            if self.subtotal(price.currency()).is_ok() {
                changed = true;
            } else {
                self.lines[place] = Line {
                    supply: Supply::OtherPrice(price),
                    ..before
                };
            }
        }
        self.version += u64::from(changed);
        changed
    }

    /// The same, good until then. One that begins counts its versions from the millisecond of that: its owner's
    /// next cart, made after this one has ended, never has a version that was ordered.
    pub fn kept(mut self, now: Timestamp, until: Timestamp) -> Self {
        if self.good_until.is_none() {
            self.version = u64::try_from(now.as_millisecond()).unwrap_or(self.version);
        }
        self.good_until = Some(until);
        self
    }

    /// Whether a look is to prolong it until then.
    pub fn is_to_prolong(&self, now: Timestamp, until: Timestamp) -> bool {
        let gained = |good: Timestamp| until.since(good) * PROLONGED_AFTER >= until.since(now);
        !self.lines.is_empty() && self.good_until.is_some_and(gained)
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
        self.good_until
    }
}

#[cfg(test)]
mod tests;
