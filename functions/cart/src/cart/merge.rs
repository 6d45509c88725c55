//! A guest's cart goes into a customer's: whose wish counts, what does not fit, and what leaves the customer's cart
//! again because the guest has ordered it.

use contracts::events::OrderLine;
use kernel::{CartId, Currency, CustomerId, Quantity, VariantId, money::MoneyError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cart, Line, MOST_LINES};

/// How many merges a guest's cart remembers: an order of before one of them is on its way for seconds.
const MOST_MERGES: usize = 3;

/// Whose wish counts where both carts have a variant. What only one of them has is kept in any case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MergeStrategy {
    /// Both: the quantities add up.
    Sum,
    /// The guest's.
    Guest,
    /// The customer's.
    Customer,
}

/// What of a guest's cart did not go into the customer's whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MergeNotice {
    /// Of which variant.
    pub variant_id: VariantId,
    /// What was done.
    pub code: MergeCode,
    /// Which limit of a cart it would have gone over.
    pub limit: MergeLimit,
    /// How many pieces the cart would have had without the limit.
    pub wanted: u32,
    /// How many pieces it has.
    pub quantity: u32,
}

/// What a limit has done to a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MergeCode {
    /// There are fewer pieces than wanted.
    QuantityCapped,
    /// There is no such line.
    LineDropped,
}

/// A limit of a cart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MergeLimit {
    /// A line has at most so many pieces.
    Quantity,
    /// A cart has at most so many lines.
    Lines,
    /// A cart has one currency.
    Currency,
    /// A cart costs at most so much.
    Subtotal,
}

/// That a guest's cart went into a customer's. Kept in the guest's cart, so that an order that the guest has placed
/// with it takes the goods out of the cart where they are now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Merge {
    customer: CustomerId,
    /// The version of the guest's cart that went.
    version: u64,
    strategy: MergeStrategy,
    lines: Vec<MergedLine>,
}

/// How many pieces of a variant the guest brought, without what has turned out to be ordered, and how many the
/// customer had.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct MergedLine {
    variant_id: VariantId,
    guest: u32,
    customer: u32,
}

/// A line of a merged cart, once it is known what the guest had ordered: it came to so many pieces, and is to be as if it
/// had come to so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shift {
    variant_id: VariantId,
    from: u32,
    to: u32,
}

impl MergeStrategy {
    /// How many pieces are wanted where the guest has so many and the customer so many.
    fn wanted(self, guest: u32, customer: u32) -> u32 {
        match self {
            Self::Sum => guest + customer,
            Self::Guest if guest > 0 => guest,
            Self::Customer if customer == 0 => guest,
            Self::Guest | Self::Customer => customer,
        }
    }

    /// The same, as far as a line can hold it.
    fn held(self, guest: u32, customer: u32) -> u32 {
        self.wanted(guest, customer).min(Quantity::MAX)
    }
}

impl Merge {
    /// Takes what was ordered out of what the guest brought, and tells what that changes in the customer's cart.
    fn take_out(&mut self, ordered: &[OrderLine]) -> Vec<Shift> {
        let strategy = self.strategy;
        let mut shifts = Vec::new();
        for line in &mut self.lines {
            let from = strategy.held(line.guest, line.customer);
            let pieces = pieces_of(ordered, line.variant_id);
            line.guest = line.guest.saturating_sub(pieces);
            let to = strategy.held(line.guest, line.customer);
            if from != to {
                shifts.push(Shift {
                    variant_id: line.variant_id,
                    from,
                    to,
                });
            }
        }
        shifts
    }
}

/// How many pieces of a variant were ordered.
pub(super) fn pieces_of(ordered: &[OrderLine], variant: VariantId) -> u32 {
    let line = ordered.iter().find(|line| line.variant_id == variant);
    line.map_or(0, |line| line.quantity.get())
}

impl Cart {
    /// Takes a guest's cart into this one, which is `customer`'s, and leaves it empty. Lines keep their order and the
    /// customer's their price; what a limit does not let in comes back as a notice.
    pub fn take_over(
        &mut self,
        guest: &mut Cart,
        strategy: MergeStrategy,
        customer: CustomerId,
    ) -> Vec<MergeNotice> {
        let before = self.lines.clone();
        let mut notices = Vec::new();
        let mut lines = Vec::new();
        for line in std::mem::take(&mut guest.lines) {
            let merged = MergedLine {
                variant_id: line.variant_id,
                guest: line.quantity.get(),
                customer: self.pieces(line.variant_id),
            };
            let wanted = strategy.wanted(merged.guest, merged.customer);
            let over = self.put(line, strategy.held(merged.guest, merged.customer));
            let quantity = self.pieces(merged.variant_id);
            if quantity < wanted {
                notices.push(MergeNotice {
                    variant_id: merged.variant_id,
                    code: match quantity {
                        0 => MergeCode::LineDropped,
                        _ => MergeCode::QuantityCapped,
                    },
                    limit: over.err().unwrap_or(MergeLimit::Quantity),
                    wanted,
                    quantity,
                });
            }
            if over.is_ok() {
                lines.push(merged);
            }
        }
        self.version += u64::from(self.lines != before);
        if guest.merges.len() == MOST_MERGES {
            guest.merges.remove(0);
        }
        guest.merges.push(Merge {
            customer,
            version: guest.version,
            strategy,
            lines,
        });
        guest.version += 1;
        notices
    }

    /// What an order of a version of this cart takes out of a customer's cart, because this one went there with that
    /// version or a later one.
    pub fn take_out_of_merged(
        &mut self,
        cart: CartId,
        version: u64,
        ordered: &[OrderLine],
    ) -> Option<(CustomerId, Vec<Shift>)> {
        let mut merges = self.merges.iter_mut();
        let merge = merges.find(|merge| self.cart_id == cart && merge.version >= version)?;
        Some((merge.customer, merge.take_out(ordered)))
    }

    /// Changes lines by what has turned out to be ordered, whatever has become of them since; one that is not there any
    /// more stays out. Whether anything changed.
    pub fn shift(&mut self, shifts: &[Shift]) -> bool {
        let before = self.lines.clone();
        for shift in shifts {
            let Some(place) = self.place_of(shift.variant_id) else {
                continue;
            };
            let pieces = (self.lines[place].quantity.get() + shift.to).saturating_sub(shift.from);
            match Quantity::new(pieces.min(Quantity::MAX)) {
                Ok(quantity) => {
                    let was = std::mem::replace(&mut self.lines[place].quantity, quantity);
                    if self.subtotal(Currency::EUR).is_err() {
                        self.lines[place].quantity = was;
                    }
                }
                // What is left of a quantity is one, or nothing.
                Err(_) => {
                    self.lines.remove(place);
                }
            }
        }
        let changed = self.lines != before;
        self.version += u64::from(changed);
        changed
    }

    /// How many pieces of a variant lie in it.
    fn pieces(&self, variant: VariantId) -> u32 {
        let place = self.place_of(variant);
        place.map_or(0, |place| self.lines[place].quantity.get())
    }

    /// Makes its line of the variant hold so many pieces, or leaves it as it is.
    fn put(&mut self, mut line: Line, pieces: u32) -> Result<(), MergeLimit> {
        let before = self.lines.clone();
        let quantity = Quantity::new(pieces).map_err(|_| MergeLimit::Quantity)?;
        match self.place_of(line.variant_id) {
            Some(place) => self.lines[place].quantity = quantity,
            None if self.lines.len() >= MOST_LINES => return Err(MergeLimit::Lines),
            None => {
                line.quantity = quantity;
                self.lines.push(line);
            }
        }
        let Err(error) = self.subtotal(Currency::EUR) else {
            return Ok(());
        };
        self.lines = before;
        Err(match error {
            MoneyError::CurrencyMismatch => MergeLimit::Currency,
            _ => MergeLimit::Subtotal,
        })
    }
}

#[cfg(test)]
mod tests;
