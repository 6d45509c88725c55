//! The states of a seller as data. The domain code, the tests and docs/seller-lifecycle.md are made from the one
//! table below: what it does not name does not happen.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a seller stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SellerStatus")]
pub enum Status {
    /// It waits for an admin's decision.
    Pending,
    /// It sells.
    Active,
    /// It may not sell; it may apply again.
    Rejected,
    /// It is out of the shop, and ships what was ordered.
    Suspended,
    /// It has ended.
    Closed,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Active,
        Self::Rejected,
        Self::Suspended,
        Self::Closed,
    ];

    /// Its name in the API and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Rejected => "rejected",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What can be done with a seller.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// Its owner applies, again where it was rejected.
    Apply,
    /// An admin lets it sell.
    Approve,
    /// An admin does not.
    Reject,
    /// An admin takes it out of the shop.
    Suspend,
    /// An admin lets it back.
    Reinstate,
    /// Its owner or an admin ends it.
    Close,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Apply,
        Self::Approve,
        Self::Reject,
        Self::Suspend,
        Self::Reinstate,
        Self::Close,
    ];

    /// Where a seller stands after it.
    pub fn to(self) -> Status {
        match self {
            Self::Apply => Status::Pending,
            Self::Approve | Self::Reinstate => Status::Active,
            Self::Reject => Status::Rejected,
            Self::Suspend => Status::Suspended,
            Self::Close => Status::Closed,
        }
    }

    /// What the audit log calls it.
    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::Apply => "seller.apply",
            Self::Approve => "seller.approve",
            Self::Reject => "seller.reject",
            Self::Suspend => "seller.suspend",
            Self::Reinstate => "seller.reinstate",
            Self::Close => "seller.close",
        }
    }

    /// Whether its owner is free afterwards to work for another seller.
    pub(crate) fn frees_the_owner(self) -> bool {
        matches!(self, Self::Reject | Self::Close)
    }
}

/// Every step that there is: from where, and which.
pub const TRANSITIONS: &[(Status, Step)] = &[
    (Status::Pending, Step::Approve),
    (Status::Pending, Step::Reject),
    (Status::Pending, Step::Close),
    (Status::Rejected, Step::Apply),
    (Status::Active, Step::Suspend),
    (Status::Active, Step::Close),
    (Status::Suspended, Step::Reinstate),
    (Status::Suspended, Step::Close),
];

/// Whether a seller that stands there can take the step.
pub fn allows(from: Status, step: Step) -> bool {
    TRANSITIONS.contains(&(from, step))
}

#[cfg(test)]
mod tests;
