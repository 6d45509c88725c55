//! What a customer may do by the word of others: the seller service says whose staff it is of, the role service
//! what it was given. Their events come in any order, each with the revision of what it is about.

use std::collections::BTreeMap;

use kernel::{Allowance, Membership, SellerId, StaffRole};
use serde::{Deserialize, Serialize};

/// Where a customer works, as far as this service was told.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Staff {
    /// The last word on each membership that was heard of, those that have ended too.
    #[serde(default)]
    heard: BTreeMap<SellerId, Word>,
}

/// What was said last of a membership.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Word {
    revision: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<StaffRole>,
}

impl Staff {
    /// The place, if there is one. The seller service gives nobody two; that one was left may be heard of after
    /// the other.
    pub fn membership(&self) -> Option<Membership> {
        self.heard.iter().find_map(|(seller, word)| {
            Some(Membership {
                seller_id: *seller,
                role: word.role?,
            })
        })
    }

    /// Whether nothing was ever said.
    pub fn is_empty(&self) -> bool {
        self.heard.is_empty()
    }

    pub(crate) fn told(
        &self,
        seller: SellerId,
        role: Option<StaffRole>,
        revision: u64,
    ) -> Option<Self> {
        let known = self.heard.get(&seller);
        if known.is_some_and(|word| word.revision >= revision) {
            return None;
        }
        let mut next = self.clone();
        next.heard.insert(seller, Word { revision, role });
        Some(next)
    }
}

/// Whether a customer sells, as far as the seller service has said.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Selling {
    #[serde(default)]
    heard: u64,
}

impl Selling {
    /// Whether nothing was ever said.
    pub fn is_empty(&self) -> bool {
        self.heard == 0
    }

    pub(crate) fn told(&self, revision: u64) -> Option<Self> {
        (revision > self.heard).then_some(Self { heard: revision })
    }
}

/// What a customer was given beyond its roles, as far as this service was told.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Given {
    /// Single allowances.
    #[serde(default, deserialize_with = "kernel::permission::known")]
    pub allowances: Vec<Allowance>,
    #[serde(default)]
    heard: u64,
}

impl Given {
    /// Whether nothing was ever said.
    pub fn is_empty(&self) -> bool {
        self.heard == 0
    }

    pub(crate) fn told(&self, allowances: Vec<Allowance>, revision: u64) -> Option<Self> {
        (revision > self.heard).then_some(Self {
            allowances,
            heard: revision,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seller(number: u8) -> SellerId {
        format!("sel_{number:032x}").parse().unwrap()
    }

    #[test]
    fn who_leaves_one_seller_for_another_stays_with_the_other_in_any_order() {
        let said = [
            (seller(1), Some(StaffRole::Manager), 1),
            (seller(1), None, 2),
            (seller(2), Some(StaffRole::Finance), 1),
        ];
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0], [1, 0, 2]] {
            let mut staff = Staff::default();
            for said in order.map(|i| said[i]) {
                staff = staff.told(said.0, said.1, said.2).unwrap_or(staff);
            }
            let place = staff.membership().map(|place| place.seller_id);
            assert!(place == Some(seller(2)), "{order:?}: {staff:?}");
        }
    }

    proptest! {
        #[test]
        fn the_last_word_of_a_seller_counts(mut order in Just((1..=6_u64).collect::<Vec<_>>()).prop_shuffle()) {
            let role = |revision: u64| revision.is_multiple_of(2).then_some(StaffRole::Manager);
            order.push(3);
            let mut staff = Staff::default();
            for revision in order {
                staff = staff.told(seller(1), role(revision), revision).unwrap_or(staff);
            }
            prop_assert_eq!(staff.membership().map(|place| place.role), role(6));
        }

        #[test]
        fn the_last_word_of_the_roles_counts(order in Just((1..=6_u64).collect::<Vec<_>>()).prop_shuffle()) {
            let all: Vec<Allowance> = Allowance::all().collect();
            let given = |revision: u64| all[..usize::try_from(revision).unwrap()].to_vec();
            let mut now = Given::default();
            for revision in order {
                now = now.told(given(revision), revision).unwrap_or(now);
            }
            prop_assert_eq!(now.allowances, given(6));
        }
    }
}
