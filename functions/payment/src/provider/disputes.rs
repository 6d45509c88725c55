//! What a provider says of disputes, and is told about them.

use kernel::{Money, Timestamp};

use crate::dispute::{Reason, Status};

/// What a provider's books have of a dispute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// What it is called there.
    pub reference: String,
    /// Of which charge: under which key it was asked for it.
    pub charge: String,
    /// How much of the charge's money was taken back.
    pub amount: Money,
    /// What the customer's bank says.
    pub reason: Reason,
    /// Where it stands.
    pub status: Status,
    /// Until when it can be answered.
    pub respond_by: Timestamp,
    /// Under which key we have answered it last.
    pub answered: Option<String>,
    /// When it came to this.
    pub changed_at: Timestamp,
}

/// What has become of disputes since a moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// Each as it stands now, the longest ago first.
    pub cases: Vec<Case>,
    /// When the last of what was looked at has changed: it may be none of ours, and nothing may be.
    pub until: Option<Timestamp>,
    /// Whether there is more behind that.
    pub has_more: bool,
}

/// Our answer to a dispute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plea {
    /// Under which key: told again, the provider does nothing twice and says the same.
    pub key: String,
    /// What we have to say; nothing, where we give up.
    pub evidence: Option<String>,
}
