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
        self.within(MOST_ALLOWANCES, graph)
    }

    fn within(&self, most: usize, graph: &Graph) -> InForce {
        let mut found = InForce::default();
        for (id, _) in self.iter() {
            let mut more = found.allowances.clone();
            more.extend(graph.effective(id));
            if more.len() > most {
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

#[cfg(test)]
mod tests {
    use kernel::Role;
    use proptest::prelude::*;

    use super::*;
    use crate::graph::tests::{id, said};

    fn customer(number: u8) -> CustomerId {
        format!("cus_{number:032x}").parse().unwrap()
    }

    fn graph() -> Graph {
        Graph::default()
            .and(1, &said("Clerk", &["order:read@any"], &[]))
            .unwrap()
            .and(2, &said("Auditor", &["payment:read@any"], &[id(1)]))
            .unwrap()
            .and(3, &said("Crown", &["role:assign-admin@any"], &[]))
            .unwrap()
    }

    fn give(
        held: &Assignments,
        role: usize,
        graph: &Graph,
        powers: &Powers,
    ) -> Result<Assignments, Code> {
        let now = Timestamp::from_second(i64::try_from(role).unwrap());
        held.with((id(role), graph), (customer(9), powers), now)
            .map_err(|problem| problem.code())
    }

    fn admin() -> Powers {
        Powers::of_roles([Role::Admin])
    }

    #[test]
    fn roles_are_given_and_taken_with_all_that_they_allow() {
        let graph = graph();
        let held = give(&Assignments::none(customer(1)), 2, &graph, &admin()).unwrap();
        let told: Vec<_> = held.told().iter().map(Allowance::to_string).collect();
        assert_eq!(told, ["order:read@any", "payment:read@any"]);
        // Once more changes nothing, neither when nor by whom.
        assert_eq!(give(&held, 2, &graph, &admin()).unwrap(), held);
        let (gone, assigned) = held.without((id(2), &graph), &admin()).unwrap();
        assert_eq!(assigned.at, Timestamp::from_second(2));
        assert!(gone.told().is_empty());
        let again = gone.without((id(2), &graph), &admin()).unwrap_err();
        assert_eq!(again.code(), Code::RoleNotFound);
    }

    #[test]
    fn nobody_gives_or_takes_what_they_lack() {
        let (graph, none) = (graph(), Assignments::none(customer(1)));
        assert_eq!(give(&none, 3, &graph, &admin()), Err(Code::Forbidden));
        let root = Powers::of_roles([Role::SuperAdmin]);
        let crowned = give(&none, 3, &graph, &root).unwrap();
        let refused = crowned.without((id(3), &graph), &admin()).unwrap_err();
        assert_eq!(refused.code(), Code::Forbidden);
        assert_eq!(give(&none, 8, &graph, &root), Err(Code::RoleNotFound));
    }

    #[test]
    fn a_customer_has_so_many_roles_and_no_more() {
        let root = Powers::of_roles([Role::SuperAdmin]);
        let graph = (0..=MOST_ASSIGNED).fold(Graph::default(), |graph, number| {
            graph
                .and(number, &said(&format!("Role {number}"), &[], &[]))
                .unwrap()
        });
        let mut held = Assignments::none(customer(1));
        for number in 0..MOST_ASSIGNED {
            held = give(&held, number, &graph, &root).unwrap();
        }
        let refused = give(&held, MOST_ASSIGNED, &graph, &root);
        assert_eq!(refused, Err(Code::TooManyRoles));
    }

    #[test]
    fn a_role_that_has_grown_too_much_gives_nothing_and_the_others_what_they_gave() {
        let (graph, root) = (graph(), Powers::of_roles([Role::SuperAdmin]));
        let mut held = Assignments::none(customer(1));
        for role in [1, 2, 3] {
            held = give(&held, role, &graph, &root).unwrap();
        }
        let all = |most| held.within(most, &graph);
        assert_eq!(all(3).left_out, BTreeSet::new());
        let two = all(2);
        assert_eq!(two.left_out, [id(3)].into());
        assert_eq!(two.allowances, graph.effective(id(2)));
        let one = all(1);
        assert_eq!(one.left_out, [id(2), id(3)].into());
        assert_eq!(one.allowances, graph.effective(id(1)));
    }

    #[test]
    fn a_holder_lies_where_it_was_laid() {
        let assigned = Assigned {
            at: Timestamp::from_second(5),
            by: customer(9),
        };
        let holder = Holder {
            role_id: id(1),
            customer_id: customer(1),
            assigned,
        };
        assert_eq!(holder.key().pk, Holders::place(id(1)).pk);
        assert!(holder.key().sk.starts_with(Holder::PREFIX));
        assert!(!Holders::place(id(1)).sk.starts_with(Holder::PREFIX));
        assert_eq!(holder.stored().rev, 1);
    }

    proptest! {
        #[test]
        fn what_roles_allow_together_does_not_depend_on_the_order_they_are_given_in(
            order in Just(vec![1_usize, 2, 3]).prop_shuffle(),
            taken in 1..=3_usize,
        ) {
            let (graph, root) = (graph(), Powers::of_roles([Role::SuperAdmin]));
            let mut held = Assignments::none(customer(1));
            for role in order {
                held = give(&held, role, &graph, &root).unwrap();
            }
            let (held, _) = held.without((id(taken), &graph), &root).unwrap();
            let left = (1..=3).filter(|role| *role != taken);
            let all: BTreeSet<Allowance> = left.flat_map(|role| graph.effective(id(role))).collect();
            prop_assert_eq!(held.in_force(&graph).allowances, all);
            prop_assert_eq!(held.retold(&graph), held);
        }

        #[test]
        fn nobody_gives_more_than_they_have(roles in proptest::collection::vec(1..=3_usize, 0..6), giver in 0..4_usize) {
            let (graph, powers) = (graph(), Powers::of_roles([Role::ALL[giver]]));
            let mut held = Assignments::none(customer(1));
            for role in roles {
                held = give(&held, role, &graph, &powers).unwrap_or(held);
            }
            prop_assert!(held.told().into_iter().all(|allowed| powers.hold(allowed)));
        }
    }
}
