//! The custom roles and how they inherit from each other: no cycle, bounded in number, depth and size, and of
//! nothing that whoever changes them lacks.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use dynamo::{Item, Key};
use kernel::{Allowance, Code, Line, Powers, Problem, Role, RoleId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// So many custom roles there are at most. With the bounds of a role's parts they fit into one item, which DynamoDB
/// limits to 400 kB.
pub(crate) const MOST_ROLES: usize = 100;
/// So many roles one role inherits from directly at most.
pub(crate) const MOST_PARENTS: usize = 10;
/// A chain of roles that inherit from each other has so many roles at most.
pub(crate) const DEEPEST: usize = 10;
/// So much a role allows at most with what it inherits, and so much the roles of one customer together: all of it is
/// in every access token.
pub(crate) const MOST_ALLOWANCES: usize = 64;

/// What a role is called.
pub type RoleName = Line<1, 60>;

/// What a role is for.
pub type Description = Line<1, 200>;

/// What an admin says of a role.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleInput {
    /// What it is called: no two roles alike.
    pub name: RoleName,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// What it allows itself: what some built-in role holds, and the caller holds too.
    #[serde(default)]
    pub allowances: Vec<Allowance>,
    /// The custom roles that it inherits from, at most ten.
    #[serde(default)]
    pub inherits: Vec<RoleId>,
}

/// A role that an admin has made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CustomRole {
    /// What it is called.
    pub name: RoleName,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// What it allows itself.
    #[serde(default, deserialize_with = "kernel::permission::known")]
    pub allowances: BTreeSet<Allowance>,
    /// What it inherits from.
    #[serde(default)]
    pub inherits: BTreeSet<RoleId>,
    /// Counts its own changes, for its events.
    pub revision: u64,
    /// The revision of the graph at which it, or something that it inherits, was last changed: what is shown of it is
    /// the same as long as this is.
    pub shown: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed itself.
    pub updated_at: Timestamp,
}

impl CustomRole {
    /// What an admin says of it.
    pub fn input(&self) -> RoleInput {
        RoleInput {
            name: self.name.clone(),
            description: self.description.clone(),
            allowances: self.allowances.iter().copied().collect(),
            inherits: self.inherits.iter().copied().collect(),
        }
    }
}

/// A role that another one is made of, and the way to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reached<'a> {
    /// Which.
    pub id: RoleId,
    /// What it is.
    pub role: &'a CustomRole,
    /// The roles from the first to this one, without the first: empty for the first itself.
    pub through: Vec<RoleId>,
}

/// Who changes the roles, when, and which revision of the graph that makes.
#[derive(Clone, Copy, Debug)]
pub struct Author<'a> {
    /// What they may do: they give and take nothing else.
    pub powers: &'a Powers,
    /// When.
    pub now: Timestamp,
    /// The revision.
    pub revision: u64,
}

/// All custom roles.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Graph {
    #[serde(default)]
    roles: BTreeMap<RoleId, CustomRole>,
}

impl Graph {
    /// Where it is.
    pub fn place() -> Key {
        Key::new("roles", "roles")
    }

    /// All of them, the first made first.
    pub fn iter(&self) -> impl Iterator<Item = (RoleId, &CustomRole)> {
        self.roles.iter().map(|(id, role)| (*id, role))
    }

    /// A role; `role_not_found` if there is none.
    pub fn get(&self, id: RoleId) -> Result<&CustomRole, Problem> {
        self.roles.get(&id).ok_or_else(|| Code::RoleNotFound.into())
    }

    /// The role itself and every one that it inherits from, each once and by the shortest way, the nearest first.
    pub fn reached(&self, id: RoleId) -> Vec<Reached<'_>> {
        let mut reached = Vec::new();
        let mut seen = BTreeSet::from([id]);
        let mut next = VecDeque::from([(id, Vec::new())]);
        while let Some((id, through)) = next.pop_front() {
            let Some(role) = self.roles.get(&id) else {
                continue;
            };
            for parent in &role.inherits {
                if seen.insert(*parent) {
                    let way = through.iter().copied().chain([*parent]).collect();
                    next.push_back((*parent, way));
                }
            }
            reached.push(Reached { id, role, through });
        }
        reached
    }

    /// All that a role allows, with what it inherits.
    pub fn effective(&self, id: RoleId) -> BTreeSet<Allowance> {
        let reached = self.reached(id).into_iter();
        reached
            .flat_map(|reached| reached.role.allowances.iter().copied())
            .collect()
    }

    /// The role and every one that inherits from it: those that may be others when it is.
    pub fn dependents(&self, id: RoleId) -> BTreeSet<RoleId> {
        let mut found = BTreeSet::from([id]);
        let mut next = vec![id];
        while let Some(parent) = next.pop() {
            for (heir, role) in &self.roles {
                if role.inherits.contains(&parent) && found.insert(*heir) {
                    next.push(*heir);
                }
            }
        }
        found
    }

    /// How long the longest chain from each role up is; nothing if there is a cycle anywhere.
    fn levels(&self) -> Option<BTreeMap<RoleId, usize>> {
        let mut levels: BTreeMap<RoleId, usize> = BTreeMap::new();
        while levels.len() < self.roles.len() {
            let before = levels.len();
            for (id, role) in &self.roles {
                let above: Option<Vec<usize>> = role
                    .inherits
                    .iter()
                    .map(|parent| levels.get(parent).copied())
                    .collect();
                if let Some(above) = above {
                    levels.insert(*id, 1 + above.into_iter().max().unwrap_or(0));
                }
            }
            if levels.len() == before {
                return None;
            }
        }
        Some(levels)
    }

    /// The roles with this one made or changed.
    ///
    /// # Errors
    /// `validation_failed`, `role_name_taken`, `too_many_roles`, `role_cycle`, `role_too_deep`,
    /// `too_many_allowances`; `forbidden` where the role allows, or did, what the author lacks.
    pub fn with(&self, id: RoleId, said: &RoleInput, by: Author<'_>) -> Result<Self, Problem> {
        self.check(id, said)?;
        let before = self.roles.get(&id);
        let mut next = self.clone();
        let role = CustomRole {
            name: said.name.clone(),
            description: said.description.clone(),
            allowances: said.allowances.iter().copied().collect(),
            inherits: said.inherits.iter().copied().collect(),
            revision: before.map_or(1, |role| role.revision + 1),
            shown: by.revision,
            created_at: before.map_or(by.now, |role| role.created_at),
            updated_at: by.now,
        };
        next.roles.insert(id, role);
        next.check_shape(id)?;
        let touched = self.effective(id).into_iter().chain(next.effective(id));
        must_hold(by.powers, touched)?;
        for heir in next.dependents(id) {
            if let Some(role) = next.roles.get_mut(&heir) {
                role.shown = by.revision;
            }
        }
        Ok(next)
    }

    /// The roles without this one.
    ///
    /// # Errors
    /// `role_not_found`; `role_in_use` while another inherits from it; `forbidden` where it allows what the author
    /// lacks.
    pub fn without(&self, id: RoleId, powers: &Powers) -> Result<Self, Problem> {
        self.get(id)?;
        let heir = self.roles.values().find(|role| role.inherits.contains(&id));
        if let Some(heir) = heir {
            return Err(
                Problem::new(Code::RoleInUse).detail(format!("“{}” inherits from it.", heir.name))
            );
        }
        must_hold(powers, self.effective(id))?;
        let mut next = self.clone();
        next.roles.remove(&id);
        Ok(next)
    }

    /// What is wrong with it by itself.
    fn check(&self, id: RoleId, said: &RoleInput) -> Result<(), Problem> {
        if said.inherits.len() > MOST_PARENTS {
            let most = format!("expected at most {MOST_PARENTS} roles");
            return Err(Problem::invalid("/inherits", most));
        }
        let given: BTreeSet<Allowance> = Allowance::all().collect();
        let mut wrong = Problem::new(Code::ValidationFailed);
        let mut right = true;
        for (place, parent) in said.inherits.iter().enumerate() {
            if !self.roles.contains_key(parent) {
                wrong = wrong.error(format!("/inherits/{place}"), "there is no such custom role");
                right = false;
            }
        }
        for (place, allowed) in said.allowances.iter().enumerate() {
            if !given.contains(allowed) {
                wrong = wrong.error(
                    format!("/allowances/{place}"),
                    "no built-in role holds this permission at this scope",
                );
                right = false;
            }
        }
        if !right {
            return Err(wrong);
        }
        let name = said.name.to_lowercase();
        let built_in = Role::ALL.iter().any(|role| role.name() == name);
        let taken = |(other, role): (&RoleId, &CustomRole)| {
            *other != id && role.name.to_lowercase() == name
        };
        if built_in || self.roles.iter().any(taken) {
            return Err(Code::RoleNameTaken.into());
        }
        Ok(())
    }

    /// What is wrong with all of them now that this one is another.
    fn check_shape(&self, changed: RoleId) -> Result<(), Problem> {
        if self.roles.len() > MOST_ROLES {
            return Err(Problem::new(Code::TooManyRoles)
                .detail(format!("There are at most {MOST_ROLES} custom roles.")));
        }
        let levels = self.levels().ok_or(Code::RoleCycle)?;
        if levels.values().any(|level| *level > DEEPEST) {
            return Err(Problem::new(Code::RoleTooDeep)
                .detail(format!("A chain has at most {DEEPEST} roles.")));
        }
        for heir in self.dependents(changed) {
            let size = self.effective(heir).len();
            if size > MOST_ALLOWANCES {
                let name = self.get(heir)?.name.clone();
                return Err(Problem::new(Code::TooManyAllowances).detail(format!(
                    "“{name}” would allow {size} things with what it inherits, of at most {MOST_ALLOWANCES}."
                )));
            }
        }
        Ok(())
    }
}

/// Refuses what someone with these powers may neither give nor take.
///
/// # Errors
/// `forbidden`, with what is lacking.
pub(crate) fn must_hold(
    powers: &Powers,
    allowances: impl IntoIterator<Item = Allowance>,
) -> Result<(), Problem> {
    let lacking: BTreeSet<Allowance> = allowances
        .into_iter()
        .filter(|allowed| !powers.hold(*allowed))
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = lacking.iter().map(Allowance::to_string).collect();
    Err(Problem::new(Code::Forbidden).detail(format!(
        "Nobody gives or takes what they lack; you lack {}.",
        names.join(", ")
    )))
}

impl Item for Graph {
    const KIND: &'static str = "role-graph";

    fn key(&self) -> Key {
        Self::place()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::{Id, Ids};
    use proptest::{collection::vec, prelude::*, sample::Index};

    use super::*;

    pub(crate) fn id(number: usize) -> RoleId {
        format!("rol_{number:032x}").parse().unwrap()
    }

    pub(crate) fn allowed(listed: &[&str]) -> Vec<Allowance> {
        listed.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn all() -> Vec<Allowance> {
        Allowance::all().collect()
    }

    pub(crate) fn said(name: &str, allowances: &[&str], inherits: &[RoleId]) -> RoleInput {
        RoleInput {
            name: name.parse().unwrap(),
            description: None,
            allowances: allowed(allowances),
            inherits: inherits.to_vec(),
        }
    }

    fn root() -> Powers {
        Powers::of_roles([Role::SuperAdmin])
    }

    fn by(powers: &Powers) -> Author<'_> {
        Author {
            powers,
            now: Timestamp::from_second(1),
            revision: 7,
        }
    }

    impl Graph {
        /// With a role, by someone who may do everything.
        pub(crate) fn and(&self, number: usize, said: &RoleInput) -> Result<Self, Code> {
            let powers = root();
            self.with(id(number), said, by(&powers))
                .map_err(|problem| problem.code())
        }
    }

    fn chain(length: usize) -> Graph {
        (0..length).fold(Graph::default(), |graph, number| {
            let above: Vec<RoleId> = number.checked_sub(1).map(id).into_iter().collect();
            graph
                .and(number, &said(&format!("Role {number}"), &[], &above))
                .unwrap()
        })
    }

    #[test]
    fn a_role_allows_what_it_inherits() {
        let graph = Graph::default()
            .and(1, &said("Clerk", &["order:read@any"], &[]))
            .unwrap()
            .and(2, &said("Auditor", &["payment:read@any"], &[id(1)]))
            .unwrap();
        let both = allowed(&["order:read@any", "payment:read@any"]);
        assert_eq!(graph.effective(id(2)), both.into_iter().collect());
        assert_eq!(graph.reached(id(2))[1].through, [id(1)]);
        assert_eq!(graph.dependents(id(1)), [id(1), id(2)].into());
        // What inherits is shown as another when what it inherits is.
        let changed = graph.with(
            id(1),
            &said("Clerk", &[], &[]),
            Author {
                revision: 9,
                ..by(&root())
            },
        );
        let changed = changed.unwrap();
        let auditor = changed.get(id(2)).unwrap();
        assert_eq!((auditor.shown, auditor.revision), (9, 1));
        assert_eq!(changed.get(id(1)).unwrap().revision, 2);
    }

    #[test]
    fn what_is_wrong_with_a_role_is_said_by_its_place() {
        let wrong = said("Clerk", &["order:read@any", "order:place@any"], &[id(5)]);
        let refused = Graph::default().with(id(1), &wrong, by(&root()));
        let body = refused.unwrap_err().body("r");
        let places: Vec<_> = body.errors.iter().map(|it| it.pointer.as_str()).collect();
        assert_eq!(places, ["/inherits/0", "/allowances/1"]);
        let many: Vec<RoleId> = (0..=MOST_PARENTS).map(id).collect();
        let refused = chain(3).and(50, &said("Heir", &[], &many));
        assert_eq!(refused, Err(Code::ValidationFailed));
    }

    #[test]
    fn names_are_taken_once_however_they_are_written() {
        let graph = Graph::default().and(1, &said("Clerk", &[], &[])).unwrap();
        for name in ["clerk", "CLERK", "Super_Admin", "seller"] {
            assert_eq!(
                graph.and(2, &said(name, &[], &[])),
                Err(Code::RoleNameTaken)
            );
        }
        assert!(graph.and(1, &said("CLERK", &[], &[])).is_ok());
    }

    #[test]
    fn no_role_inherits_from_itself() {
        let graph = chain(3);
        for above in [0, 1, 2] {
            let refused = graph.and(0, &said("Role 0", &[], &[id(above)]));
            assert_eq!(refused, Err(Code::RoleCycle), "{above}");
        }
    }

    #[test]
    fn chains_numbers_and_allowances_are_bounded() {
        let graph = chain(DEEPEST);
        let heir = said("One more", &[], &[id(DEEPEST - 1)]);
        assert_eq!(graph.and(DEEPEST, &heir), Err(Code::RoleTooDeep));
        // In the middle a chain grows at both ends.
        let graph = graph.and(20, &said("Above", &[], &[])).unwrap();
        let first = said("Role 0", &[], &[id(20)]);
        assert_eq!(graph.and(0, &first), Err(Code::RoleTooDeep));

        let full = (0..MOST_ROLES).fold(Graph::default(), |graph, number| {
            graph
                .and(number, &said(&format!("Role {number}"), &[], &[]))
                .unwrap()
        });
        let more = said("One more", &[], &[]);
        assert_eq!(full.and(MOST_ROLES, &more), Err(Code::TooManyRoles));
        assert!(full.and(3, &more).is_ok());
    }

    #[test]
    fn all_roles_together_fit_into_an_item_at_their_largest() {
        let longest = |number: usize| CustomRole {
            // Four bytes a character is the most that UTF-8 has.
            name: "\u{1f511}".repeat(60).parse().unwrap(),
            description: Some("\u{1f511}".repeat(200).parse().unwrap()),
            allowances: BTreeSet::new(),
            inherits: (0..MOST_PARENTS).map(|one| id(number + one)).collect(),
            revision: u64::MAX,
            shown: u64::MAX,
            created_at: Timestamp::from_second(1),
            updated_at: Timestamp::from_second(1),
        };
        let roles = (0..MOST_ROLES).map(|number| (id(number), longest(number)));
        let graph = Graph {
            roles: roles.collect(),
        };
        let longest_name = all().iter().map(|one| one.to_string().len()).max();
        let allowances = MOST_ROLES * MOST_ALLOWANCES * (longest_name.unwrap() + 3);
        let size = serde_json::to_vec(&graph).unwrap().len() + allowances;
        assert!(size < 400_000, "{size}");
    }

    #[test]
    fn nobody_makes_changes_or_deletes_what_they_lack() {
        let admin = Powers::of_roles([Role::Admin]);
        let code = |outcome: Result<Graph, Problem>| outcome.map_err(|problem| problem.code());
        let crown = said("Crown", &["role:assign-admin@any"], &[]);
        let refused = Graph::default().with(id(1), &crown, by(&admin));
        assert_eq!(code(refused), Err(Code::Forbidden));

        let graph = Graph::default().and(1, &crown).unwrap();
        let heir = said("Heir", &["order:read@any"], &[id(1)]);
        let plain = said("Crown", &[], &[]);
        for (number, said) in [(2, &heir), (1, &plain)] {
            let refused = graph.with(id(number), said, by(&admin));
            assert_eq!(code(refused), Err(Code::Forbidden));
        }
        assert_eq!(code(graph.without(id(1), &admin)), Err(Code::Forbidden));
        let inherited = graph.and(2, &heir).unwrap();
        assert_eq!(
            code(inherited.without(id(1), &root())),
            Err(Code::RoleInUse)
        );
        assert_eq!(code(graph.without(id(3), &root())), Err(Code::RoleNotFound));
        assert!(graph.without(id(1), &root()).is_ok());
    }

    /// One thing that an admin does to the roles.
    #[derive(Clone, Debug)]
    enum Step {
        Put(usize, Vec<Index>, Vec<usize>),
        Delete(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let put = (
            0..12_usize,
            vec(any::<Index>(), 0..6),
            vec(0..12_usize, 0..4),
        )
            .prop_map(|(role, allowances, above)| Step::Put(role, allowances, above));
        let delete = (0..12_usize).prop_map(Step::Delete);
        vec(prop_oneof![4 => put, 1 => delete], 1..60)
    }

    fn take(graph: &Graph, step: &Step, powers: &Powers) -> Option<Graph> {
        match step {
            Step::Put(number, allowances, above) => {
                let listed = all();
                let said = RoleInput {
                    allowances: allowances.iter().map(|one| *one.get(&listed)).collect(),
                    ..said(
                        &format!("Role {number}"),
                        &[],
                        &above.iter().copied().map(id).collect::<Vec<_>>(),
                    )
                };
                graph.with(id(*number), &said, by(powers)).ok()
            }
            Step::Delete(number) => graph.without(id(*number), powers).ok(),
        }
    }

    /// What each role allows, by going over all of them until nothing more is found.
    fn naive(graph: &Graph) -> BTreeMap<RoleId, BTreeSet<Allowance>> {
        let mut found: BTreeMap<RoleId, BTreeSet<Allowance>> = graph
            .iter()
            .map(|(id, role)| (id, role.allowances.clone()))
            .collect();
        loop {
            let before = found.clone();
            for (id, role) in graph.iter() {
                for parent in &role.inherits {
                    let above = before.get(parent).cloned().unwrap_or_default();
                    found.entry(id).or_default().extend(above);
                }
            }
            if found == before {
                return found;
            }
        }
    }

    /// Whether a walk up from a role comes back to it.
    fn returns(graph: &Graph, start: RoleId) -> bool {
        let mut next: Vec<RoleId> = graph.roles[&start].inherits.iter().copied().collect();
        let mut seen = BTreeSet::new();
        while let Some(role) = next.pop() {
            if role == start {
                return true;
            }
            if seen.insert(role) {
                next.extend(graph.roles[&role].inherits.iter().copied());
            }
        }
        false
    }

    fn powers() -> impl Strategy<Value = Powers> {
        (vec(any::<Index>(), 0..12), 0..4_usize).prop_map(|(allowances, role)| {
            let listed = all();
            Powers {
                allowances: allowances.iter().map(|one| *one.get(&listed)).collect(),
                ..Powers::of_roles([Role::ALL[role]])
            }
        })
    }

    proptest! {
        #[test]
        fn whatever_is_done_there_is_no_cycle_and_every_role_is_what_it_should_be(steps in steps()) {
            let mut graph = Graph::default();
            for step in &steps {
                graph = take(&graph, step, &root()).unwrap_or(graph);
                for (role, all) in naive(&graph) {
                    prop_assert!(!returns(&graph, role));
                    prop_assert_eq!(graph.effective(role), all);
                    let above = &graph.roles[&role].inherits;
                    prop_assert!(above.iter().all(|id| graph.roles.contains_key(id)));
                }
            }
        }

        #[test]
        fn nobody_makes_a_role_of_more_than_they_have(steps in steps(), powers in powers()) {
            let mut graph = Graph::default();
            for step in &steps {
                graph = take(&graph, step, &powers).unwrap_or(graph);
            }
            for (role, _) in graph.iter() {
                for allowed in graph.effective(role) {
                    prop_assert!(powers.hold(allowed), "{allowed}");
                }
            }
        }

        #[test]
        fn what_a_role_allows_does_not_depend_on_the_order_in_which_roles_are_listed(
            steps in steps(),
            names in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let graph = steps
                .iter()
                .fold(Graph::default(), |graph, step| take(&graph, step, &root()).unwrap_or(graph));
            // The same roles under other ids, which sort otherwise.
            let ids = Ids::seeded(1);
            let mut renamed: Vec<RoleId> = (0..12)
                .map(|_| RoleId::from_uuid(ids.fresh::<RoleId>(Timestamp::from_second(1)).uuid()))
                .collect();
            renamed.sort();
            let other = |role: RoleId| renamed[names[(0..12).find(|one| id(*one) == role).unwrap()]];
            let roles = graph.roles.iter().map(|(id, role)| {
                let inherits = role.inherits.iter().copied().map(other).collect();
                (other(*id), CustomRole { inherits, ..role.clone() })
            });
            let twin = Graph { roles: roles.collect() };
            for (role, _) in graph.iter() {
                prop_assert_eq!(graph.effective(role), twin.effective(other(role)));
            }
        }
    }
}
