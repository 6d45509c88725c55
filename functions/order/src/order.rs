//! An order: what was bought, in which parts it is shipped, where it stands. Pure: time and ids are passed in,
//! nothing is read or written.

use std::{collections::HashSet, time::Duration};

use contracts::{
    GuestCart,
    events::CancelReason,
    views::{CartToOrder, PostalAddress},
};
use kernel::{
    Buyer, CartId, Code, CustomerId, EmailAddress, FulfilmentId, Ids, Locale, Money, OrderId,
    Owned, PaymentMethod, Personal, Problem, ProductId, Quantity, SellerId, Subject, Timestamp,
    VariantId, money::MoneyError,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    documents::Refund,
    facts::Fact,
    lifecycle::{Input, Status, transition},
    money::{MoneyStep, Trouble},
    parts::Fulfilment,
    returns::Return,
    timeline::Note,
};

/// An order has at most this many lines: reserving their stock is one transaction.
pub const MOST_LINES: usize = 50;

/// How often the watchdog asks again before it gives up.
pub const REMINDERS: u32 = 3;

/// No payment has its order wait longer than this from when it says that it waits.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// An order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Order {
    /// Its id; the attribute is named as the view `order-summary` has it.
    #[serde(rename = "order_id")]
    pub id: OrderId,
    /// Who ordered, or has claimed it since.
    #[serde(
        rename = "customer_id",
        default,
        skip_serializing_if = "Buyer::is_guest"
    )]
    pub buyer: Buyer,
    /// Where mail about it goes as long as it is a guest's; an account has an address of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Personal<EmailAddress>>,
    /// Where the cart is found that was ordered, if it was a guest's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest_cart: Option<GuestCart>,
    /// The cart that was ordered.
    pub cart_id: CartId,
    /// The version of the cart that was ordered: one version makes one order.
    pub cart_version: u64,
    /// Where it stands.
    pub status: Status,
    /// Why it is cancelled, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<CancelReason>,
    /// What was bought, one line a variant.
    pub lines: Vec<Line>,
    /// The parts that it is shipped in, one a seller.
    pub fulfilments: Vec<Fulfilment>,
    /// What it costs: the sum of its lines.
    pub total: Money,
    /// The language that it was bought in.
    pub locale: Locale,
    /// Where it goes: a copy, which later changes of an address book leave as it is.
    pub shipping_address: Personal<PostalAddress>,
    /// How it is paid.
    pub payment_method: PaymentMethod,
    /// How much of it is paid with its customer's store credit, if any is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_credit: Option<Money>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Every state that it has been in.
    pub history: Vec<Passage>,
    /// What of it is sent back, or was to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<Return>,
    /// What staff has written down about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// What was moved of its money.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub money: Vec<MoneyStep>,
    /// What was given back of it, each refund once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// What someone has to look at, if there is such a thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// The answer that it waits for, if it waits for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
}

/// A line of an order, as the cart had it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderLine")]
pub struct Line {
    /// What was bought.
    pub variant_id: VariantId,
    /// The product that it is a variant of.
    pub product_id: ProductId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// The seller's own name for it.
    pub sku: String,
    /// What it was called.
    pub title: String,
    /// How many pieces.
    pub quantity: Quantity,
    /// How many of them are shipped.
    pub shipped: u32,
    /// How many of them are cancelled.
    pub cancelled: u32,
    /// How many of the shipped ones have come back, or are to.
    #[serde(default)]
    pub returned: u32,
    /// The price of one.
    pub unit_price: Money,
    /// The price of all.
    pub total: Money,
    /// The part that it is shipped in.
    pub fulfilment_id: FulfilmentId,
}

/// A state that an order came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderHistoryEntry")]
pub struct Passage {
    /// The state.
    pub status: Status,
    /// When.
    pub at: Timestamp,
}

/// That an order waits for another service.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Waiting {
    /// Since when: since it was announced last.
    pub since: Timestamp,
    /// How often it has been announced again.
    pub reminders: u32,
}

/// Who orders.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Purchaser {
    /// Someone with an account.
    Customer(CustomerId),
    /// Someone without one.
    Guest {
        /// Where mail about the order goes.
        email: EmailAddress,
        /// Whose cart it is.
        cart: GuestCart,
    },
}

/// What makes an order.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// Who orders.
    pub by: Purchaser,
    /// What.
    pub cart: CartToOrder,
    /// Where it goes.
    pub shipping_address: PostalAddress,
    /// How it is paid.
    pub payment_method: PaymentMethod,
    /// How much of it is to be paid with store credit, if any is.
    pub store_credit: Option<Money>,
    /// In which language.
    pub locale: Locale,
}

/// What has become of an order, to be written.
#[derive(Clone, PartialEq, Debug)]
pub struct Turn {
    /// The order now.
    pub order: Order,
    /// What the world is told.
    pub facts: Vec<Fact>,
    /// What the audit log calls it.
    pub action: &'static str,
}

impl Turn {
    /// The same, and what an input makes of it besides, if that is anything.
    pub(crate) fn then(mut self, input: Input, now: Timestamp) -> Self {
        if let Some(next) = self.order.hear(input, now) {
            self.order = next.order;
            self.facts.extend(next.facts);
        }
        self
    }
}

impl Order {
    /// Makes an order of a cart at the prices that the cart shows.
    ///
    /// # Errors
    /// `cart_empty`; `cart_full`; `validation_failed` where the total is more than an amount can be, or less than is to
    /// be paid with store credit.
    pub fn place(purchase: Purchase, ids: &Ids, now: Timestamp) -> Result<Self, Problem> {
        let cart = purchase.cart;
        let currency = cart
            .lines
            .first()
            .ok_or(Code::CartEmpty)?
            .unit_price
            .currency();
        if cart.lines.len() > MOST_LINES {
            return Err(Code::CartFull.into());
        }
        let variants: HashSet<_> = cart.lines.iter().map(|line| line.variant_id).collect();
        if variants.len() < cart.lines.len() {
            return Err(Problem::internal("a cart has two lines of one variant"));
        }

        let mut fulfilments: Vec<Fulfilment> = Vec::new();
        let mut lines = Vec::with_capacity(cart.lines.len());
        for line in cart.lines {
            let part = fulfilments
                .iter()
                .find(|part| part.seller_id == line.seller_id);
            let fulfilment_id = part.map_or_else(|| ids.fresh(now), |part| part.id);
            if part.is_none() {
                fulfilments.push(Fulfilment::new(fulfilment_id, line.seller_id));
            }
            lines.push(Line {
                variant_id: line.variant_id,
                product_id: line.product_id,
                seller_id: line.seller_id,
                sku: line.sku,
                title: line.title,
                quantity: line.quantity,
                shipped: 0,
                cancelled: 0,
                returned: 0,
                unit_price: line.unit_price,
                total: line.unit_price.times(line.quantity).map_err(unpayable)?,
                fulfilment_id,
            });
        }
        let total = Money::sum(lines.iter().map(|line| line.total), currency).map_err(unpayable)?;
        let store_credit = purchase.store_credit;
        store_credit.map_or(Ok(()), |credit| payable_with(credit, total))?;
        let id: OrderId = ids.fresh(now);
        let (buyer, subject, email, guest_cart) = match purchase.by {
            Purchaser::Customer(customer) => (
                Buyer::Customer(customer),
                Subject::from(customer),
                None,
                None,
            ),
            Purchaser::Guest { email, cart } => {
                let email = Personal::new(id, email);
                (Buyer::Guest, Subject::from(id), Some(email), Some(cart))
            }
        };
        Ok(Self {
            id,
            buyer,
            email,
            guest_cart,
            cart_id: cart.cart_id,
            cart_version: cart.version,
            status: Status::Placed,
            cancel_reason: None,
            lines,
            fulfilments,
            total,
            locale: purchase.locale,
            shipping_address: Personal::new(subject, purchase.shipping_address),
            payment_method: purchase.payment_method,
            store_credit,
            placed_at: now,
            history: vec![Passage {
                status: Status::Placed,
                at: now,
            }],
            returns: Vec::new(),
            notes: Vec::new(),
            money: Vec::new(),
            refunds: Vec::new(),
            trouble: None,
            waiting: Some(Waiting {
                since: now,
                reminders: 0,
            }),
        })
    }

    /// What becomes of it by an answer of another service. None: the answer comes too late to change anything.
    pub fn hear(&self, input: Input, now: Timestamp) -> Option<Turn> {
        let path = transition(self.status, input)?.path;
        let mut order = self.clone();
        let passages = path.iter().map(|&status| Passage { status, at: now });
        order.history.extend(passages);
        if let Some(&status) = path.last() {
            order.status = status;
            let anew = Waiting {
                since: now,
                reminders: 0,
            };
            order.waiting = match status {
                // What is shipped waits for its money, wherever its parcels are.
                Status::Shipped | Status::Delivered => order.waiting,
                // Nobody answers that an order is off: it is said twice, for whoever has not heard it.
                Status::Cancelled => Some(anew),
                _ => status.waits().then_some(anew),
            };
        }
        if order.status == Status::Cancelled {
            order.cancel_reason = input.reason();
            order.take_back_all();
        }
        let told = path.iter().filter_map(|&status| order.fact_of(status));
        Some(Turn {
            facts: told.collect(),
            order,
            action: input.action(),
        })
    }

    /// Cancels it for its customer.
    ///
    /// # Errors
    /// `order_not_cancellable` once a part of it is shipped, or when it is over anyway.
    pub fn cancel(&self, now: Timestamp) -> Result<Turn, Problem> {
        if self.is_on_its_way() {
            return Err(Code::OrderNotCancellable.into());
        }
        self.hear(Input::Cancel, now)
            .ok_or_else(|| Code::OrderNotCancellable.into())
    }

    /// A guest's order as this customer's, who has shown to be that guest; its state stays. None, where it is a
    /// customer's already: nobody takes an order from an account.
    pub fn claimed_by(&self, customer: CustomerId) -> Option<Self> {
        self.buyer.is_guest().then(|| Self {
            buyer: Buyer::Customer(customer),
            // The account's own address is written to from now on.
            email: None,
            shipping_address: Personal::new(customer, self.shipping_address.expose().clone()),
            ..self.clone()
        })
    }

    /// Whether mail about it goes to this address, while it is a guest's.
    pub fn is_of_guest_at(&self, email: &EmailAddress) -> bool {
        let its_own = self.email.as_ref().map(|its_own| its_own.expose().digest());
        self.buyer.is_guest() && its_own == Some(email.digest())
    }

    /// What the watchdog does about it, if it has waited since `quiet_since` or longer: says once more where it
    /// stands, so that whoever missed it can answer. After [`REMINDERS`] times, gives it up; once it is on its way,
    /// gives up waiting.
    pub fn remind(&self, quiet_since: Timestamp, now: Timestamp) -> Option<Turn> {
        let waiting = self
            .waiting
            .filter(|waiting| waiting.since <= quiet_since)?;
        if waiting.reminders >= REMINDERS {
            let given_up = self.hear(Input::GiveUp, now);
            return Some(given_up.unwrap_or_else(|| self.stop_waiting(now)));
        }
        let mut order = self.clone();
        order.waiting = Some(Waiting {
            since: now,
            reminders: waiting.reminders + 1,
        });
        order.rest();
        Some(Turn {
            facts: order.unheard(),
            order,
            action: "order.remind",
        })
    }

    /// What becomes of it when its payment waits for the customer: the watchdog is patient until then. Nothing, where
    /// it waits for something else, or as long anyway.
    pub fn wait_until(&self, until: Timestamp, now: Timestamp) -> Option<Turn> {
        if self.status != Status::StockReserved {
            return None;
        }
        let since = until.min(now.plus(LONGEST_WAIT));
        let waiting = self.waiting.filter(|waiting| waiting.since < since)?;
        Some(Turn {
            order: Self {
                waiting: Some(Waiting { since, ..waiting }),
                ..self.clone()
            },
            facts: Vec::new(),
            action: "order.wait",
        })
    }

    /// Who sells something of it, each once.
    pub fn sellers(&self) -> impl Iterator<Item = SellerId> {
        self.fulfilments.iter().map(|part| part.seller_id)
    }
}

impl Owned for Order {
    fn of_customer(&self, customer: CustomerId) -> bool {
        self.buyer.is(customer)
    }

    fn of_seller(&self, seller: SellerId) -> bool {
        self.sellers().any(|of| of == seller)
    }
}

/// Whether so much of an order can be paid with store credit. Whether its customer has that, payment knows.
fn payable_with(credit: Money, total: Money) -> Result<(), Problem> {
    if credit.currency() != total.currency() {
        let detail = format!("the order is in {}", total.currency());
        return Err(Problem::invalid("/store_credit/currency", detail));
    }
    if credit.is_zero() || credit.amount() > total.amount() {
        let detail = format!("expected 1 to {}, which the order costs", total.amount());
        return Err(Problem::invalid("/store_credit/amount", detail));
    }
    Ok(())
}

fn unpayable(error: MoneyError) -> Problem {
    Problem::new(Code::ValidationFailed).detail(format!("The order's total: {error}."))
}

#[cfg(test)]
pub(crate) mod tests;
