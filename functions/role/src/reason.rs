//! Why someone may do something.

use kernel::{Allowance, CustomerId, Permission, Powers, Role, RoleId, Scope, SellerId, StaffRole};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Assignments, Graph, graph::RoleName};

/// All that the caller may do, as the access token says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct OwnPermissions {
    /// Who.
    pub customer_id: CustomerId,
    /// What, each with every reason for it.
    pub permissions: Vec<OwnPermission>,
}

/// Something that the caller may do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct OwnPermission {
    /// What, and how far.
    pub allowance: Allowance,
    /// What that is for.
    pub meaning: &'static str,
    /// Why; one would be enough.
    pub reasons: Vec<Reason>,
}

/// Why the caller may do it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// By a built-in role.
    Role {
        /// The role.
        role: Role,
        /// The roles below it, down to the one that holds it itself; empty if that is the role.
        through: Vec<Role>,
    },
    /// By a place in a seller's staff.
    Staff {
        /// Whose staff.
        seller_id: SellerId,
        /// As what.
        role: StaffRole,
    },
    /// By a custom role.
    CustomRole {
        /// Which.
        role_id: RoleId,
        /// What it is called.
        name: RoleName,
        /// The roles that it inherits from, down to the one that allows it itself; empty if that is the role.
        through: Vec<NamedRole>,
    },
    /// The access token carries it, and no role that the caller has now gives it.
    AccessToken,
}

/// A custom role on the way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct NamedRole {
    /// Which.
    pub id: RoleId,
    /// What it is called.
    pub name: RoleName,
}

/// All that someone with these powers may do, and why.
pub fn own_permissions(
    customer_id: CustomerId,
    powers: &Powers,
    assignments: &Assignments,
    graph: &Graph,
) -> OwnPermissions {
    let rows = Permission::ALL.iter().flat_map(|permission| {
        let scopes = Scope::ALL.into_iter();
        scopes.map(|scope| Allowance {
            permission: *permission,
            scope,
        })
    });
    // An API key has a part of it.
    let held = rows.filter(|allowance| powers.hold(*allowance));
    let permissions = held.filter_map(|allowance| {
        let mut reasons = by_role(powers, allowance);
        reasons.extend(by_staff(powers, allowance));
        // What was given after the token was made is not in it, and not allowed before the next one.
        if powers.allowances.contains(&allowance) {
            let given = by_custom_role(assignments, graph, allowance);
            let unexplained = given.is_empty() && reasons.is_empty();
            reasons.extend(given);
            reasons.extend(unexplained.then_some(Reason::AccessToken));
        }
        (!reasons.is_empty()).then(|| OwnPermission {
            allowance,
            meaning: allowance.permission.meaning(),
            reasons,
        })
    });
    OwnPermissions {
        customer_id,
        permissions: permissions.collect(),
    }
}

fn by_role(powers: &Powers, allowance: Allowance) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for role in &powers.roles {
        for (holder, scope) in allowance.permission.holders() {
            if *scope == allowance.scope && role >= holder {
                let below = Role::ALL.into_iter().rev();
                let through = below.filter(|other| other < role && other >= holder);
                reasons.push(Reason::Role {
                    role: *role,
                    through: through.collect(),
                });
            }
        }
    }
    reasons
}

fn by_staff(powers: &Powers, allowance: Allowance) -> Option<Reason> {
    let staff = powers.membership?;
    let held = allowance.scope == Scope::Seller && allowance.permission.is_held_by(staff.role);
    held.then_some(Reason::Staff {
        seller_id: staff.seller_id,
        role: staff.role,
    })
}

fn by_custom_role(assignments: &Assignments, graph: &Graph, allowance: Allowance) -> Vec<Reason> {
    let named = |id: RoleId| {
        let name = graph.get(id).ok()?.name.clone();
        Some(NamedRole { id, name })
    };
    let in_force = assignments.in_force(graph);
    let mut reasons = Vec::new();
    for (role_id, _) in assignments.iter() {
        if in_force.left_out.contains(&role_id) {
            continue;
        }
        let reached = graph.reached(role_id);
        for owner in reached
            .iter()
            .filter(|reached| reached.role.allowances.contains(&allowance))
        {
            reasons.extend(named(role_id).map(|first| Reason::CustomRole {
                role_id,
                name: first.name,
                through: owner.through.iter().filter_map(|id| named(*id)).collect(),
            }));
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use kernel::{Membership, Timestamp};

    use super::*;
    use crate::graph::tests::{allowed, id, said};

    fn customer() -> CustomerId {
        format!("cus_{:032x}", 1).parse().unwrap()
    }

    fn why(powers: &Powers, held: &Assignments, graph: &Graph, what: &str) -> Vec<Reason> {
        let own = own_permissions(customer(), powers, held, graph).permissions;
        let what = allowed(&[what])[0];
        own.into_iter()
            .find(|own| own.allowance == what)
            .map(|own| own.reasons)
            .unwrap_or_default()
    }

    #[test]
    fn every_permission_has_a_reason_and_every_power_is_listed() {
        let seller_id = format!("sel_{:032x}", 7).parse().unwrap();
        let powers = Powers {
            membership: Some(Membership {
                seller_id,
                role: StaffRole::Fulfilment,
            }),
            allowances: allowed(&["payment:read@any"]),
            ..Powers::of_roles([Role::Customer, Role::Admin])
        };
        let (none, graph) = (Assignments::none(customer()), Graph::default());
        let own = own_permissions(customer(), &powers, &none, &graph).permissions;
        for one in &own {
            assert!(powers.hold(one.allowance), "{}", one.allowance);
            assert!(!one.reasons.is_empty(), "{}", one.allowance);
        }
        for permission in Permission::ALL {
            let listed = own
                .iter()
                .any(|own| own.allowance.permission == *permission);
            assert_eq!(
                listed,
                powers.grant(*permission) != kernel::permission::Grant::default()
            );
        }
        let why = |what| why(&powers, &none, &graph, what);
        let through = vec![Role::Seller, Role::Customer];
        let (customer, admin) = (Role::Customer, Role::Admin);
        assert_eq!(
            why("order:place@own"),
            [
                Reason::Role {
                    role: customer,
                    through: Vec::new()
                },
                Reason::Role {
                    role: admin,
                    through
                },
            ]
        );
        let role = StaffRole::Fulfilment;
        assert_eq!(
            why("order:ship@seller")[1],
            Reason::Staff { seller_id, role }
        );
    }

    #[test]
    fn a_custom_role_says_by_which_way() {
        let graph = Graph::default()
            .and(1, &said("Clerk", &["payment:read@any"], &[]))
            .unwrap()
            .and(2, &said("Auditor", &["order:read@any"], &[id(1)]))
            .unwrap();
        let root = Powers::of_roles([Role::SuperAdmin]);
        let held = Assignments::none(customer())
            .with(
                (id(2), &graph),
                (customer(), &root),
                Timestamp::from_second(1),
            )
            .unwrap();
        let powers = Powers {
            allowances: held.told(),
            ..Powers::of_roles([Role::Customer])
        };
        let name = |text: &str| text.parse().unwrap();
        assert_eq!(
            why(&powers, &held, &graph, "payment:read@any"),
            [Reason::CustomRole {
                role_id: id(2),
                name: name("Auditor"),
                through: vec![NamedRole {
                    id: id(1),
                    name: name("Clerk")
                }],
            }]
        );
        // The token is behind: it carries what was taken, and lacks what was given.
        let none = Assignments::none(customer());
        let stale = why(&powers, &none, &graph, "payment:read@any");
        assert_eq!(stale, [Reason::AccessToken]);
        let fresh = Powers::of_roles([Role::Customer]);
        assert!(why(&fresh, &held, &graph, "payment:read@any").is_empty());
    }
}
