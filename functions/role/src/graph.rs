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
