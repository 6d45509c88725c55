//! Custom roles: what they allow, who has them, and why.
//!
//! Beside the built-in roles, which are in the program, admins make roles of their own ([`CustomRole`]): single
//! allowances, and what they inherit from other custom roles. All of them are one item ([`Graph`]), changed under
//! its revision, so that two changes at once can neither close a cycle nor pass a bound that each alone keeps.
//! Nobody makes, changes or gives a role with something in it that they lack.
//!
//! Who has which role is kept twice in each transaction: with the customer ([`Assignments`]), to know what the
//! customer may do, and with the role ([`Holder`], counted by [`Holders`]), to find everyone who has it. What a
//! customer's roles allow together is announced with each change as `role.assignments-changed.v1`; the customer
//! service puts it into tokens. When a role changes, [`Spread`] goes through all who have it or one that inherits
//! from it, page by page.
//!
//! | item of `roles` | key | |
//! |---|---|---|
//! | `role-graph` | `roles` / `roles` | [`Graph`]: all custom roles |
//! | `role-holders` | `role#<id>` / `count` | [`Holders`]: how many have it |
//! | `role-holder` | `role#<id>` / `holder#<customer>` | [`Holder`]: one of them |
//! | `role-assignments` | `customer#<id>` / `custom-roles` | [`Assignments`]: the roles of a customer |

mod assignment;
mod catalogue;
mod graph;
mod reason;
mod spread;
mod store;
mod view;

pub use assignment::{Assigned, Assignments, Holder, Holders, InForce};
pub use catalogue::{Catalogue, PermissionView, RouteView, ScopeView};
pub use graph::{Author, CustomRole, Description, Graph, Reached, RoleInput, RoleName};
pub use reason::{NamedRole, OwnPermission, OwnPermissions, Reason, own_permissions};
pub use spread::{HoldersPage, Spread};
pub use store::{Assigning, Known, Roles};
pub use view::{
    CustomerRole, CustomerRoles, HolderView, Inherited, InvalidRole, RoleKey, RoleView,
};
