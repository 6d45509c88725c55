//! Roles as the API shows them.

use std::{fmt, str::FromStr};

use kernel::{Allowance, Code, CustomerId, Permission, Problem, Role, RoleId, Scope, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use crate::{
    Assignments, Graph, Holder,
    graph::{Description, RoleName},
};

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the name of a built-in role or rol_ and 32 lower-case hexadecimal digits")]
pub struct InvalidRole;

/// What names a role: a built-in one's name or a custom one's id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RoleKey {
    /// One of the program's.
    BuiltIn(Role),
    /// One that an admin has made.
    Custom(RoleId),
}

impl RoleKey {
    /// The custom role.
    ///
    /// # Errors
    /// `built_in_role` for the others.
    pub fn custom(self) -> Result<RoleId, Problem> {
        match self {
            Self::Custom(id) => Ok(id),
            Self::BuiltIn(_) => Err(Code::BuiltInRole.into()),
        }
    }
}

impl fmt::Display for RoleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(role) => role.fmt(f),
            Self::Custom(id) => id.fmt(f),
        }
    }
}

impl FromStr for RoleKey {
    type Err = InvalidRole;
    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        let built_in = Role::ALL.into_iter().find(|role| role.name() == text);
        built_in
            .map(Self::BuiltIn)
            .or_else(|| text.parse().ok().map(Self::Custom))
            .ok_or(InvalidRole)
    }
}

impl TryFrom<String> for RoleKey {
    type Error = InvalidRole;
    fn try_from(text: String) -> Result<Self, InvalidRole> {
        text.parse()
    }
}

kernel::written_as_text!(RoleKey);

impl JsonSchema for RoleKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RoleKey".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        json_schema!({
            "type": "string",
            "pattern": format!("^({}|rol_[0-9a-f]{{32}})$", names.join("|")),
        })
    }
}

/// A role.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct RoleView {
    /// A custom role's id, or a built-in role's name.
    pub id: RoleKey,
    /// What it is called.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// Whether it is part of the program: such a one is never changed.
    pub built_in: bool,
    /// What it allows itself.
    pub allowances: Vec<Allowance>,
    /// The roles that it inherits from directly.
    pub inherits: Vec<RoleKey>,
    /// What it allows beyond that, by the roles that it inherits from, directly or not.
    pub inherited: Vec<Inherited>,
    /// When it was made; not for built-in ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// Something that a role allows because another one does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Inherited {
    /// What.
    pub allowance: Allowance,
    /// The nearest role that allows it itself.
    pub from: RoleKey,
}

fn inherit(inherited: &mut Vec<Inherited>, own: &[Allowance], allowance: Allowance, from: RoleKey) {
    let known = own.contains(&allowance) || inherited.iter().any(|it| it.allowance == allowance);
    if !known {
        inherited.push(Inherited { allowance, from });
    }
}

/// What a built-in role holds itself.
pub(crate) fn held_by(role: Role) -> Vec<Allowance> {
    let rows = Permission::ALL.iter().flat_map(|permission| {
        let scopes = Scope::ALL.into_iter();
        scopes.map(|scope| Allowance {
            permission: *permission,
            scope,
        })
    });
    rows.filter(|row| row.permission.holders().contains(&(role, row.scope)))
        .collect()
}

impl RoleView {
    /// A built-in role.
    pub fn built_in(role: Role) -> Self {
        let own = held_by(role);
        let lower = Role::ALL.into_iter().rev().filter(|other| *other < role);
        let mut inherited = Vec::new();
        for other in lower.clone() {
            for allowance in held_by(other) {
                inherit(&mut inherited, &own, allowance, RoleKey::BuiltIn(other));
            }
        }
        inherited.sort_by_key(|it| it.allowance);
        Self {
            id: RoleKey::BuiltIn(role),
            name: role.name().to_owned(),
            description: None,
            built_in: true,
            allowances: own,
            inherits: lower.take(1).map(RoleKey::BuiltIn).collect(),
            inherited,
            created_at: None,
            updated_at: None,
        }
    }

    /// A custom role.
    ///
    /// # Errors
    /// `role_not_found` if there is none.
    pub fn custom(graph: &Graph, id: RoleId) -> Result<Self, Problem> {
        let role = graph.get(id)?;
        let own: Vec<Allowance> = role.allowances.iter().copied().collect();
        let mut inherited = Vec::new();
        for reached in graph.reached(id) {
            for allowance in &reached.role.allowances {
                inherit(
                    &mut inherited,
                    &own,
                    *allowance,
                    RoleKey::Custom(reached.id),
                );
            }
        }
        inherited.sort_by_key(|it| it.allowance);
        Ok(Self {
            id: RoleKey::Custom(id),
            name: role.name.to_string(),
            description: role.description.clone(),
            built_in: false,
            allowances: own,
            inherits: role.inherits.iter().copied().map(RoleKey::Custom).collect(),
            inherited,
            created_at: Some(role.created_at),
            updated_at: Some(role.updated_at),
        })
    }

    /// All roles, the built-in ones first.
    pub fn all(graph: &Graph) -> Vec<Self> {
        let custom = graph
            .iter()
            .filter_map(|(id, _)| Self::custom(graph, id).ok());
        Role::ALL
            .into_iter()
            .map(Self::built_in)
            .chain(custom)
            .collect()
    }
}

/// One who has a role.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct HolderView {
    /// Who.
    pub customer_id: CustomerId,
    /// When it was given.
    pub assigned_at: Timestamp,
    /// By whom.
    pub assigned_by: CustomerId,
}

impl From<&Holder> for HolderView {
    fn from(holder: &Holder) -> Self {
        Self {
            customer_id: holder.customer_id,
            assigned_at: holder.assigned.at,
            assigned_by: holder.assigned.by,
        }
    }
}

/// The custom roles of a customer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct CustomerRoles {
    /// Whose.
    pub customer_id: CustomerId,
    /// The roles, the first given first.
    pub roles: Vec<CustomerRole>,
    /// What they allow together, with what they inherit.
    pub allowances: Vec<Allowance>,
}

/// A custom role that a customer has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct CustomerRole {
    /// Which.
    pub id: RoleId,
    /// What it is called.
    pub name: RoleName,
    /// When it was given.
    pub assigned_at: Timestamp,
    /// By whom.
    pub assigned_by: CustomerId,
    /// Whether it gives anything: not while it allows, with those given before it, more than a customer can have.
    pub in_force: bool,
}

impl CustomerRoles {
    /// Of a customer's roles as they are now.
    pub fn of(assignments: &Assignments, graph: &Graph) -> Self {
        let in_force = assignments.in_force(graph);
        let role = |(id, assigned): (RoleId, crate::Assigned)| {
            let role = graph.get(id).ok()?;
            Some(CustomerRole {
                id,
                name: role.name.clone(),
                assigned_at: assigned.at,
                assigned_by: assigned.by,
                in_force: !in_force.left_out.contains(&id),
            })
        };
        Self {
            customer_id: assignments.customer_id(),
            roles: assignments.iter().filter_map(role).collect(),
            allowances: in_force.allowances.iter().copied().collect(),
        }
    }
}
