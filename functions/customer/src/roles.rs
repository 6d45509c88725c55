//! What customers may do: roles, how they change, and the last super admin.

use std::collections::BTreeSet;

use dynamo::{Item, Key};
use kernel::{Allowance, Code, CustomerId, Permission, Powers, Problem, Role, permission::Grant};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The text lists no roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected at least one role, each once")]
pub struct InvalidRoles;

/// The roles of one account: at least one, each once, from the least to the most.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(into = "Vec<Role>", try_from = "Vec<Role>")]
pub struct Roles(BTreeSet<Role>);

impl Roles {
    /// One role.
    pub fn only(role: Role) -> Self {
        Self(BTreeSet::from([role]))
    }

    /// With one more.
    pub fn with(&self, role: Role) -> Self {
        let mut roles = self.0.clone();
        roles.insert(role);
        Self(roles)
    }

    /// Without one of them; whoever has no other is a customer.
    pub fn without(&self, role: Role) -> Self {
        let mut roles = self.0.clone();
        roles.remove(&role);
        if roles.is_empty() {
            roles.insert(Role::Customer);
        }
        Self(roles)
    }

    /// Whether this is one of them.
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether it runs the marketplace.
    pub fn is_admin(&self) -> bool {
        self.has(Role::Admin) || self.has(Role::SuperAdmin)
    }

    /// The one that allows most.
    pub fn highest(&self) -> Role {
        self.0.last().copied().unwrap_or(Role::Customer)
    }

    /// All of them, from the least to the most.
    pub fn to_vec(&self) -> Vec<Role> {
        self.0.iter().copied().collect()
    }

    /// Refuses a change to `next` that a caller with `grant` for [`Permission::RoleAssignAdmin`] may not make:
    /// who can make admins could be one.
    pub fn may_become(&self, next: &Self, grant: Grant) -> Result<(), Problem> {
        let changes = |role: &Role| self.has(*role) != next.has(*role);
        if [Role::Admin, Role::SuperAdmin].iter().any(changes) && !grant.is_any() {
            return Err(Problem::new(Code::Forbidden).detail(format!(
                "Making or unmaking admins needs {}.",
                Permission::RoleAssignAdmin.name()
            )));
        }
        Ok(())
    }

    /// Refuses a change to `next` by someone who lacks something that a role allows which it gives or takes: who may
    /// assign roles by a custom role alone is no admin.
    pub fn may_be_changed_by(&self, next: &Self, powers: &Powers) -> Result<(), Problem> {
        let changed = Role::ALL.into_iter();
        for role in changed.filter(|role| self.has(*role) != next.has(*role)) {
            let all = Powers::of_roles([role]);
            let lacks = |allowed: &Allowance| all.hold(*allowed) && !powers.hold(*allowed);
            if let Some(lacking) = Allowance::all().find(lacks) {
                return Err(Problem::new(Code::Forbidden).detail(format!(
                    "Nobody gives or takes what they lack; you lack {lacking}."
                )));
            }
        }
        Ok(())
    }
}

impl TryFrom<Vec<Role>> for Roles {
    type Error = InvalidRoles;
    fn try_from(listed: Vec<Role>) -> Result<Self, InvalidRoles> {
        let roles: BTreeSet<Role> = listed.iter().copied().collect();
        if roles.is_empty() || roles.len() != listed.len() {
            return Err(InvalidRoles);
        }
        Ok(Self(roles))
    }
}

impl From<Roles> for Vec<Role> {
    fn from(roles: Roles) -> Self {
        roles.to_vec()
    }
}

impl JsonSchema for Roles {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Roles".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "array",
            "items": generator.subschema_for::<Role>(),
            "minItems": 1,
            "maxItems": Role::ALL.len(),
            "uniqueItems": true,
        })
    }
}

/// Who the super admins are: one item, written with every change to them, so that two who unmake each other
/// at the same time cannot leave the marketplace without any.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SuperAdmins {
    holders: BTreeSet<CustomerId>,
}

impl SuperAdmins {
    /// Where they are listed.
    pub fn place() -> Key {
        Key::new("super-admins", "super-admins")
    }

    /// The first.
    pub fn first(customer: CustomerId) -> Self {
        Self {
            holders: BTreeSet::from([customer]),
        }
    }

    /// With one more.
    pub fn with(&self, customer: CustomerId) -> Self {
        let mut holders = self.holders.clone();
        holders.insert(customer);
        Self { holders }
    }

    /// Without one of them, unless it is the last.
    pub fn without(&self, customer: CustomerId) -> Result<Self, Problem> {
        let mut holders = self.holders.clone();
        holders.remove(&customer);
        if holders.is_empty() {
            return Err(Code::LastSuperAdmin.into());
        }
        Ok(Self { holders })
    }
}

impl Item for SuperAdmins {
    const KIND: &'static str = "super-admins";

    fn key(&self) -> Key {
        Self::place()
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Id, Ids, Timestamp};

    use super::*;

    fn roles(listed: &[Role]) -> Roles {
        Roles::try_from(listed.to_vec()).unwrap()
    }

    fn grant(role: Role) -> Grant {
        Grant::of(&[role], Permission::RoleAssignAdmin)
    }

    fn customer(seed: u64) -> CustomerId {
        CustomerId::from_uuid(
            Ids::seeded(seed)
                .fresh::<CustomerId>(Timestamp::from_second(1))
                .uuid(),
        )
    }

    #[test]
    fn roles_are_listed_once_and_in_order() {
        assert_eq!(
            roles(&[Role::Admin, Role::Customer]).to_vec(),
            [Role::Customer, Role::Admin]
        );
        assert!(Roles::try_from(vec![]).is_err());
        assert!(Roles::try_from(vec![Role::Seller, Role::Seller]).is_err());
        assert!(serde_json::from_str::<Roles>(r#"["owner"]"#).is_err());
    }

    #[test]
    fn admins_make_sellers_and_only_super_admins_make_admins() {
        let customer = roles(&[Role::Customer]);
        let seller = roles(&[Role::Customer, Role::Seller]);
        let admin = roles(&[Role::Customer, Role::Admin]);
        let seller_and_admin = roles(&[Role::Seller, Role::Admin]);
        for (before, after, by_admin) in [
            (&customer, &seller, true),
            (&seller, &customer, true),
            (&customer, &admin, false),
            (&admin, &customer, false),
            (&admin, &seller_and_admin, true),
            (&customer, &roles(&[Role::SuperAdmin]), false),
        ] {
            let allowed = before.may_become(after, grant(Role::Admin)).is_ok();
            assert_eq!(allowed, by_admin, "{before:?} to {after:?}");
            assert!(before.may_become(after, grant(Role::SuperAdmin)).is_ok());
        }
    }

    #[test]
    fn nobody_gives_or_takes_a_role_of_more_than_they_may_do() {
        let customer = roles(&[Role::Customer]);
        let seller = roles(&[Role::Customer, Role::Seller]);
        let clerk = Powers {
            allowances: vec!["role:assign@any".parse().unwrap()],
            ..Powers::of_roles([Role::Customer])
        };
        for (before, after) in [(&customer, &seller), (&seller, &customer)] {
            let refused = before.may_be_changed_by(after, &clerk).unwrap_err();
            assert_eq!(refused.code(), Code::Forbidden);
            for role in [Role::Admin, Role::SuperAdmin] {
                let powers = Powers::of_roles([role]);
                assert!(before.may_be_changed_by(after, &powers).is_ok());
            }
        }
    }

    #[test]
    fn one_super_admin_stays() {
        let (rosa, emil) = (customer(1), customer(2));
        let alone = SuperAdmins::first(rosa);
        assert_eq!(
            alone.without(rosa).unwrap_err().code(),
            Code::LastSuperAdmin
        );
        let both = alone.with(emil);
        assert_eq!(both.with(emil), both);
        assert_eq!(both.without(rosa).unwrap(), SuperAdmins::first(emil));
    }
}
