//! Every permission there is.

use kernel::{Allowance, Page, Permission, Powers, Problem, Role, Scope, StaffRole};
use lambda::Platform;
use schemars::JsonSchema;
use serde::Serialize;

/// Rendered from all manifests: an allowance, a method and a path a line.
const ROUTES: &str = include_str!("routes.txt");

/// A permission: what can be allowed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct PermissionView {
    /// `resource:action`.
    pub permission: &'static str,
    /// What it is for.
    pub meaning: &'static str,
    /// The scopes at which it can be held, from the narrowest to the widest.
    pub scopes: Vec<ScopeView>,
    /// The routes that ask for it.
    pub routes: Vec<RouteView>,
}

/// A scope at which a permission can be held.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct ScopeView {
    /// `own`, `seller` or `any`.
    pub scope: &'static str,
    /// Both, as roles list them.
    pub allowance: Allowance,
    /// The built-in roles that hold it so, or wider.
    pub roles: Vec<Role>,
    /// Who among a seller's staff holds it so.
    pub staff: Vec<StaffRole>,
}

/// A route that asks for a permission.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct RouteView {
    /// Method and path.
    pub route: &'static str,
    /// What it asks for at least.
    pub asks: Allowance,
}

/// The permissions of this version.
#[derive(Debug)]
pub struct Catalogue(Vec<PermissionView>);

impl Catalogue {
    /// Those of the kernel's table, with the routes of all manifests.
    pub async fn start(_: &'static Platform) -> Result<Self, Problem> {
        Ok(Self::read(ROUTES))
    }

    /// All of them.
    pub fn page(&self) -> Page<PermissionView> {
        Page::new(self.0.clone(), None)
    }

    fn read(routes: &'static str) -> Self {
        let routes: Vec<RouteView> = routes
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| {
                let (asks, route) = line.split_once(' ')?;
                let asks = asks.parse().ok()?;
                Some(RouteView { route, asks })
            })
            .collect();
        let each = Permission::ALL.iter();
        Self(each.map(|permission| view(*permission, &routes)).collect())
    }
}

fn view(permission: Permission, routes: &[RouteView]) -> PermissionView {
    let scopes = Allowance::all().filter(|allowed| allowed.permission == permission);
    let of_routes = routes
        .iter()
        .filter(|route| route.asks.permission == permission);
    PermissionView {
        permission: permission.name(),
        meaning: permission.meaning(),
        scopes: scopes.map(scope).collect(),
        routes: of_routes.cloned().collect(),
    }
}

fn scope(allowance: Allowance) -> ScopeView {
    let Allowance { permission, scope } = allowance;
    let holds = |role: &Role| Powers::of_roles([*role]).hold(allowance);
    let staff = StaffRole::ALL.into_iter();
    let held = |staff: &StaffRole| scope == Scope::Seller && permission.is_held_by(*staff);
    ScopeView {
        scope: scope.name(),
        allowance,
        roles: Role::ALL.into_iter().filter(holds).collect(),
        staff: staff.filter(held).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_route_and_is_listed_with_its_permission() {
        let listed: usize = Catalogue::read(ROUTES)
            .0
            .iter()
            .map(|permission| permission.routes.len())
            .sum();
        let lines = ROUTES.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(listed, lines.count());
        assert!(listed > 10);
    }

    #[test]
    fn a_permission_says_who_holds_it_and_who_asks_for_it() {
        let all = Catalogue::read("# rendered\norder:ship@seller POST /v1/orders/{id}/ship\n").0;
        let ship = all
            .iter()
            .find(|view| view.permission == "order:ship")
            .unwrap();
        assert_eq!(ship.meaning, "Ship one's part of an order.");
        assert_eq!(ship.routes[0].route, "POST /v1/orders/{id}/ship");
        let scopes: Vec<_> = ship.scopes.iter().map(|scope| scope.scope).collect();
        assert_eq!(scopes, ["seller", "any"]);
        let roles = &ship.scopes[0].roles;
        assert_eq!(*roles, [Role::Seller, Role::Admin, Role::SuperAdmin]);
        assert!(ship.scopes[0].staff.contains(&StaffRole::Fulfilment));
        assert!(!ship.scopes[0].staff.contains(&StaffRole::Finance));
        assert!(ship.scopes[1].staff.is_empty());
    }
}
