//! Which orders are listed.

use std::fmt;

use kernel::{
    Code, CustomerId, Id, OrderId, Permission, Problem, Scope, SellerId, Timestamp, page::Limit,
};
use lambda::http::Incoming;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{lifecycle::Status, order::Order, parts::FulfilmentStatus, view::Viewer};

/// Which orders someone asks for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// How many at most: 1 to 100, 20 unless told.
    #[serde(default)]
    pub limit: Limit,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Only those in this state. A page may then be short and still have more to come.
    status: Option<Status>,
    /// Only those of which a part is in this state; for a seller, its own part. Pages may be short, too.
    fulfilment_status: Option<FulfilmentStatus>,
    /// Only those that were placed then or later.
    placed_from: Option<Timestamp>,
    /// Only those that were placed before then.
    placed_to: Option<Timestamp>,
    /// `seller`: those that the caller ships a part of, each with that part alone.
    r#as: Option<As>,
    /// Those of this customer: for admins.
    customer_id: Option<CustomerId>,
}

/// As whom someone asks.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum As {
    Seller,
}

/// Whose orders are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// Those that a customer has placed.
    Customer(CustomerId),
    /// Those that a seller ships a part of.
    Seller(SellerId),
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(customer) => customer.fmt(f),
            Self::Seller(seller) => seller.fmt(f),
        }
    }
}

impl Whose {
    /// As whom they are seen.
    pub(crate) fn viewer(self) -> Viewer {
        match self {
            Self::Customer(_) => Viewer::Whole,
            Self::Seller(seller) => Viewer::Seller(seller),
        }
    }
}

/// Which of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    status: Option<Status>,
    fulfilment_status: Option<FulfilmentStatus>,
    placed_from: Option<Timestamp>,
    placed_to: Option<Timestamp>,
}

impl Filter {
    /// Whose orders are asked for.
    ///
    /// # Errors
    /// `forbidden`; `invalid_parameter` where it asks for two things at once.
    pub fn whose(&self, request: &Incoming) -> Result<Whose, Problem> {
        let caller = request.customer()?;
        let sells = || request.grant(Permission::OrderRead).covers(Scope::Seller);
        match (self.r#as, self.customer_id) {
            (Some(As::Seller), Some(_)) => Err(Code::InvalidParameter.into()),
            (Some(As::Seller), None) if sells() => Ok(Whose::Seller(request.seller()?)),
            (None, None) => Ok(Whose::Customer(caller)),
            (None, Some(other)) if other == caller || request.reaches_all() => {
                Ok(Whose::Customer(other))
            }
            _ => Err(Code::Forbidden.into()),
        }
    }

    /// Which of them.
    pub fn wanted(&self) -> Wanted {
        Wanted {
            status: self.status,
            fulfilment_status: self.fulfilment_status,
            placed_from: self.placed_from,
            placed_to: self.placed_to,
        }
    }
}

impl Wanted {
    pub(crate) fn has(&self, order: &Order, viewer: Viewer) -> bool {
        let fits = |status| {
            let mut parts = order.fulfilments.iter();
            parts.any(|part| viewer.sees(part.seller_id) && part.status == status)
        };
        self.status.is_none_or(|status| order.status == status)
            && self.fulfilment_status.is_none_or(fits)
    }

    /// Between which ids they lie: ids sort by when they were made, which is when the order was placed.
    pub(crate) fn ids(&self) -> (String, String) {
        let prefix = OrderId::PREFIX;
        let bound = |at: Timestamp| format!("{prefix}_{:012x}", at.as_millisecond().max(0));
        let first = self.placed_from.map_or(format!("{prefix}_"), bound);
        // A tilde sorts behind every digit.
        let last = self.placed_to.map_or(format!("{prefix}_~"), bound);
        (first, last)
    }
}
