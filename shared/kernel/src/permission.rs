//! Who may do what: the one table of permissions, scopes and roles.
//!
//! A route says the least that its caller needs, `order:read@own`. A role holds permissions, each at one
//! or more scopes. A caller passes when a role holds the permission at the route's scope or wider; which
//! objects it then reaches is decided by the scopes it holds (see [`Grant::reaches`]).

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{CustomerId, SellerId};

/// How far a permission reaches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    /// What belongs to the caller as a customer.
    Own,
    /// What belongs to the seller that the caller acts for.
    Seller,
    /// Everything.
    Any,
}

/// The built-in roles, from the least to the most.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Buys. Everyone with an account.
    Customer,
    /// Sells: keeps products and stock, ships.
    Seller,
    /// Runs the marketplace.
    Admin,
    /// Runs the marketplace and makes admins.
    SuperAdmin,
}

impl Role {
    /// All roles, from the least to the most.
    pub const ALL: [Self; 4] = [Self::Customer, Self::Seller, Self::Admin, Self::SuperAdmin];

    /// The name in tokens and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Seller => "seller",
            Self::Admin => "admin",
            Self::SuperAdmin => "super_admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal: $($role:ident @ $scope:ident),+;)*) => {
        /// Something that a caller may be allowed to do.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Permission {
            $($(#[$doc])* $variant,)*
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in the manifests and in the API: `resource:action`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The roles that hold it, each at a scope; higher roles hold what lower ones do.
            pub fn holders(self) -> &'static [(Role, Scope)] {
                match self { $(Self::$variant => &[$((Role::$role, Scope::$scope)),+],)* }
            }
        }
    };
}

permissions! {
    /// See one's own account.
    ProfileRead = "profile:read": Customer@Own, Admin@Any;
    /// Change one's own account.
    ProfileChange = "profile:change": Customer@Own;
    /// Change one's own password.
    PasswordChange = "password:change": Customer@Own;
    /// See where one is logged in.
    SessionRead = "session:read": Customer@Own;
    /// End one's own session.
    SessionEnd = "session:end": Customer@Own;
    /// See accounts.
    CustomerRead = "customer:read": Admin@Any;
    /// Take accounts out of use, and back into it.
    CustomerBlock = "customer:block": Admin@Any;
    /// End all sessions of an account.
    CustomerLogOut = "customer:log-out": Admin@Any;
    /// Change what roles a customer has.
    RoleAssign = "role:assign": Admin@Any;
    /// Make or unmake admins.
    RoleAssignAdmin = "role:assign-admin": SuperAdmin@Any;
    /// Add products.
    ProductCreate = "product:create": Seller@Seller, Admin@Any;
    /// Change products, see drafts.
    ProductUpdate = "product:update": Seller@Seller, Admin@Any;
    /// Put products in the shop.
    ProductPublish = "product:publish": Seller@Seller, Admin@Any;
    /// Import product files and follow the import.
    ProductImport = "product:import": Seller@Seller, Admin@Any;
    /// Book received pieces.
    StockReceive = "stock:receive": Seller@Seller, Admin@Any;
    /// See stock levels.
    StockRead = "stock:read": Seller@Seller, Admin@Any;
    /// Buy.
    OrderPlace = "order:place": Customer@Own;
    /// See orders: a customer's own, a seller's those it ships.
    OrderRead = "order:read": Customer@Own, Seller@Seller, Admin@Any;
    /// Cancel an order.
    OrderCancel = "order:cancel": Customer@Own, Admin@Any;
    /// Ship one's part of an order.
    OrderShip = "order:ship": Seller@Seller, Admin@Any;
    /// See a payment.
    PaymentRead = "payment:read": Customer@Own, Admin@Any;
    /// Say who one's business legally is.
    BusinessRegister = "business:register": Seller@Seller;
    /// See a business and its documents: a seller its own.
    BusinessRead = "business:read": Seller@Seller, Admin@Any;
    /// Review businesses.
    BusinessReview = "business:review": Admin@Any;
    /// See a bank account unmasked.
    BusinessRevealBankAccount = "business:reveal-bank-account": Admin@Any;
    /// See how each part of the platform does.
    PlatformRead = "platform:read": Admin@Any;
}

/// The text is not a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `public` or `resource:action@own|seller|any` with a known permission, not `{0}`")]
pub struct InvalidRule(String);

/// What a route asks of its caller: `public`, or a permission at a scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// Anyone may call.
    Public,
    /// Only who holds the permission at this scope or a wider one.
    Allow(Permission, Scope),
}

impl FromStr for Rule {
    type Err = InvalidRule;
    fn from_str(text: &str) -> Result<Self, InvalidRule> {
        if text == "public" {
            return Ok(Self::Public);
        }
        let invalid = || InvalidRule(text.to_owned());
        let (name, scope) = text.split_once('@').ok_or_else(invalid)?;
        let permission = Permission::ALL
            .iter()
            .find(|permission| permission.name() == name)
            .ok_or_else(invalid)?;
        let scope = match scope {
            "own" => Scope::Own,
            "seller" => Scope::Seller,
            "any" => Scope::Any,
            _ => return Err(invalid()),
        };
        Ok(Self::Allow(*permission, scope))
    }
}

/// To whom an object belongs.
pub trait Owned {
    /// Whether it is this customer's.
    fn of_customer(&self, customer: CustomerId) -> bool {
        let _ = customer;
        false
    }

    /// Whether it is, wholly or in part, this seller's.
    fn of_seller(&self, seller: SellerId) -> bool {
        let _ = seller;
        false
    }
}

/// What a caller's roles give it for one permission.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Grant {
    own: bool,
    seller: bool,
    any: bool,
}

impl Grant {
    /// What these roles give for a permission.
    pub fn of(roles: &[Role], permission: Permission) -> Self {
        let mut grant = Self::default();
        for (holder, scope) in permission.holders() {
            if roles.iter().any(|role| role >= holder) {
                match scope {
                    Scope::Own => grant.own = true,
                    Scope::Seller => grant.seller = true,
                    Scope::Any => grant.any = true,
                }
            }
        }
        grant
    }

    /// Whether it is enough for a route that asks for `scope`.
    pub fn covers(self, scope: Scope) -> bool {
        self.any
            || match scope {
                Scope::Own => self.own || self.seller,
                Scope::Seller => self.seller,
                Scope::Any => false,
            }
    }

    /// Whether it is for everything.
    pub fn is_any(self) -> bool {
        self.any
    }

    /// Whether it reaches this object, for the caller with this id.
    pub fn reaches(self, caller: CustomerId, object: &dyn Owned) -> bool {
        self.any
            || (self.own && object.of_customer(caller))
            || (self.seller && object.of_seller(SellerId::of(caller)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_as_it_is_written_in_a_manifest() {
        assert_eq!("public".parse(), Ok(Rule::Public));
        assert_eq!(
            "order:place@own".parse(),
            Ok(Rule::Allow(Permission::OrderPlace, Scope::Own))
        );
        for wrong in [
            "",
            "Public",
            "order:place",
            "order:fly@own",
            "order:place@all",
        ] {
            assert!(wrong.parse::<Rule>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_higher_role_holds_what_a_lower_one_does() {
        for permission in Permission::ALL {
            for pair in Role::ALL.windows(2) {
                let (low, high) = (
                    Grant::of(&pair[..1], *permission),
                    Grant::of(&pair[1..], *permission),
                );
                assert!(!low.own || high.own, "{}", permission.name());
                assert!(!low.seller || high.seller, "{}", permission.name());
                assert!(!low.any || high.any, "{}", permission.name());
            }
        }
    }

    #[test]
    fn only_super_admins_make_admins() {
        assert!(Grant::of(&[Role::SuperAdmin], Permission::RoleAssignAdmin).is_any());
        assert!(!Grant::of(&[Role::Admin], Permission::RoleAssignAdmin).covers(Scope::Own));
    }
}
