//! Which customer has which roles, and what comes of it.

use std::collections::{BTreeMap, BTreeSet};

use dynamo::{Item, Key, Stored};
use kernel::{Allowance, Code, CustomerId, Powers, Problem, RoleId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::graph::{Graph, MOST_ALLOWANCES, must_hold};

/// So many custom roles one customer has at most.
const MOST_ASSIGNED: usize = 32;

/// That a customer was given a role.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Assigned {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: CustomerId,
}

/// The custom roles of a customer. It stays when the last one is taken: its revision, which its events carry, must go
/// on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Assignments {
    customer_id: CustomerId,
    #[serde(default)]
    roles: BTreeMap<RoleId, Assigned>,
    /// What was last announced.
    #[serde(default, deserialize_with = "kernel::permission::known")]
    told: BTreeSet<Allowance>,
}

/// What a customer's roles come to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct InForce {
    /// What they allow together.
    pub allowances: BTreeSet<Allowance>,
    /// Those that give nothing, because they have grown since and would now be too much together.
    pub left_out: BTreeSet<RoleId>,
}

impl Assignments {
    /// Those of a customer who was given none.
    pub fn none(customer_id: CustomerId) -> Self {
        Self {
            customer_id,
            roles: BTreeMap::new(),
            told: BTreeSet::new(),
        }
    }

    /// Where they are.
    pub fn place(customer: CustomerId) -> Key {
        Key::new(format!("customer#{customer}"), "custom-roles")
    }

    /// Whose they are.
    pub fn customer_id(&self) -> CustomerId {
        self.customer_id
    }

    /// The roles, with when and by whom they were given, the first given first.
    pub fn iter(&self) -> impl Iterator<Item = (RoleId, Assigned)> {
        let mut given: Vec<_> = self.roles.iter().map(|(id, how)| (*id, *how)).collect();
        given.sort_by_key(|(id, how)| (how.at, *id));
        given.into_iter()
    }

    /// Whether this is one of them.
    pub fn has(&self, id: RoleId) -> bool {
        self.roles.contains_key(&id)
    }

    /// What was last announced that they allow.
    pub fn told(&self) -> Vec<Allowance> {
        self.told.iter().copied().collect()
    }

    /// What they allow together as the roles are now. A role may grow after it was given; one that with those given
    /// before it would be too much gives nothing, rather than a part of it.
    pub fn in_force(&self, graph: &Graph) -> InForce {
        let mut found = InForce::default();
        for (id, _) in self.iter() {
            let mut more = found.allowances.clone();
            more.extend(graph.effective(id));
            if more.len() > MOST_ALLOWANCES {
                found.left_out.insert(id);
            } else {
                found.allowances = more;
            }
        }
        found
    }

    /// With one more role.
    ///
    /// # Errors
    /// `role_not_found`; `forbidden` where it allows what the giver lacks; `too_many_roles`, `too_many_allowances`.
    pub fn with(
        &self,
        (id, graph): (RoleId, &Graph),
        (by, powers): (CustomerId, &Powers),
        now: Timestamp,
    ) -> Result<Self, Problem> {
        graph.get(id)?;
        must_hold(powers, graph.effective(id))?;
        let mut next = self.clone();
        next.roles.entry(id).or_insert(Assigned { at: now, by });
        if next.roles.len() > MOST_ASSIGNED {
            return Err(Problem::new(Code::TooManyRoles)
                .detail(format!("A customer has at most {MOST_ASSIGNED}.")));
        }
        if !self.has(id) {
            let all = next.roles.keys().flat_map(|id| graph.effective(*id));
            let size = all.collect::<BTreeSet<_>>().len();
            if size > MOST_ALLOWANCES {
                return Err(Problem::new(Code::TooManyAllowances).detail(format!(
                    "The customer's roles would allow {size} things together, of at most {MOST_ALLOWANCES}."
                )));
            }
        }
        Ok(next.retold(graph))
    }

    /// Without one of them.
    ///
    /// # Errors
    /// `role_not_found` where it is none of them; `forbidden` where it allows what the taker lacks.
    pub fn without(
        &self,
        (id, graph): (RoleId, &Graph),
        powers: &Powers,
    ) -> Result<(Self, Assigned), Problem> {
        let mut next = self.clone();
        let assigned = next.roles.remove(&id).ok_or(Code::RoleNotFound)?;
        must_hold(powers, graph.effective(id))?;
        Ok((next.retold(graph), assigned))
    }

    /// The same roles, with what they allow as the roles are now.
    pub fn retold(&self, graph: &Graph) -> Self {
        Self {
            told: self.in_force(graph).allowances,
            ..self.clone()
        }
    }
}

impl Item for Assignments {
    const KIND: &'static str = "role-assignments";

    fn key(&self) -> Key {
        Self::place(self.customer_id)
    }
}

/// One who has a role.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Holder {
    /// Which role.
    pub role_id: RoleId,
    /// Who.
    pub customer_id: CustomerId,
    /// When and by whom it was given.
    #[serde(flatten)]
    pub assigned: Assigned,
}

impl Holder {
    /// The run of all who have a role.
    pub(crate) fn run(role: RoleId) -> String {
        format!("role#{role}")
    }

    /// How their sort keys begin.
    pub(crate) const PREFIX: &'static str = "holder#";

    /// As it lies in the table: written once, when the role was given, and never changed.
    pub(crate) fn stored(self) -> Stored<Self> {
        let at = self.assigned.at;
        Stored {
            value: self,
            rev: 1,
            created_at: at,
            updated_at: at,
        }
    }
}

impl Item for Holder {
    const KIND: &'static str = "role-holder";

    fn key(&self) -> Key {
        let sk = format!("{}{}", Self::PREFIX, self.customer_id);
        Key::new(Self::run(self.role_id), sk)
    }
}

/// How many have a role. It lives as long as the role does, so that a role cannot be given while it is deleted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Holders {
    role_id: RoleId,
    /// How many.
    pub count: u64,
}

impl Holders {
    /// Nobody has it yet.
    pub fn none(role_id: RoleId) -> Self {
        Self { role_id, count: 0 }
    }

    /// Where they are counted.
    pub fn place(role: RoleId) -> Key {
        Key::new(Holder::run(role), "count")
    }
}

impl Item for Holders {
    const KIND: &'static str = "role-holders";

    fn key(&self) -> Key {
        Self::place(self.role_id)
    }
}
