//! Who may do what: the one table of permissions, scopes and roles.
//!
//! A route says the least that its caller needs, `order:read@own`. A role holds permissions, each at one
//! or more scopes; a place in a seller's staff holds some of what the seller does; a custom role and an API
//! key hold single [`Allowance`]s. A caller ([`Powers`]) passes when one of them holds the permission at the
//! route's scope or wider; which objects it then reaches is decided by the scopes it holds (see
//! [`Grant::reaches`]).

use std::{collections::BTreeSet, fmt, str::FromStr};

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

impl Scope {
    /// All of them, from the narrowest to the widest.
    pub const ALL: [Self; 3] = [Self::Own, Self::Seller, Self::Any];

    /// The name in manifests, tokens and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Seller => "seller",
            Self::Any => "any",
        }
    }
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

/// What someone is among a seller's staff.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    /// Whose business it is: everything, staff and money included.
    Owner,
    /// Runs it day by day.
    Manager,
    /// Packs and ships.
    Fulfilment,
    /// Sees to the money.
    Finance,
}

impl StaffRole {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Manager, Self::Fulfilment, Self::Finance];

    /// The name in tokens and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Fulfilment => "fulfilment",
            Self::Finance => "finance",
        }
    }
}

impl fmt::Display for StaffRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A place in a seller's staff.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Membership {
    /// Whose staff.
    pub seller_id: SellerId,
    /// As what.
    pub role: StaffRole,
}

/// The staff that holds what a row of the table gives to sellers, beside the owner, who holds all of it.
macro_rules! staff {
    () => {
        &[StaffRole::Manager]
    };
    ([$($staff:ident)*]) => {
        &[$(StaffRole::$staff),*]
    };
}

/// Whether a row of the table says `in person`.
macro_rules! in_person {
    () => {
        false
    };
    (person) => {
        true
    };
}

macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal $(in $person:ident)?: $($role:ident @ $scope:ident),+ $(=> $staff:tt)?;)*) => {
        /// Something that a caller may be allowed to do.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Permission {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in the manifests and in the API: `resource:action`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it is for, in a sentence: its line of the table.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)* }
            }

            /// The roles that hold it, each at a scope; higher roles hold what lower ones do.
            pub fn holders(self) -> &'static [(Role, Scope)] {
                match self { $(Self::$variant => &[$((Role::$role, Scope::$scope)),+],)* }
            }

            /// Whether only someone who has logged in has it: what decides how an account is logged in to, or what
            /// anyone may do, and what tells of it. No API key is given it (docs/decisions/0024).
            pub fn is_in_person(self) -> bool {
                match self { $(Self::$variant => in_person!($($person)?),)* }
            }

            /// The staff of a seller that holds it, beside the owner, where sellers do.
            fn staff(self) -> &'static [StaffRole] {
                match self { $(Self::$variant => staff!($($staff)?),)* }
            }
        }
    };
}

impl Permission {
    /// Whether someone of a seller's staff holds it, for what is the seller's.
    pub fn is_held_by(self, staff: StaffRole) -> bool {
        let sellers = self.holders().contains(&(Role::Seller, Scope::Seller));
        sellers && (staff == StaffRole::Owner || self.staff().contains(&staff))
    }
}

// A row names the roles that hold the permission, and behind an arrow the staff of a seller that does: without it,
// owners and managers; `[]` is owners alone. `in person` behind the name: for no API key.

permissions! {
    /// See one's own account.
    ProfileRead = "profile:read": Customer@Own, Admin@Any;
    /// Change one's own account.
    ProfileChange = "profile:change": Customer@Own;
    /// Change one's own password.
    PasswordChange = "password:change" in person: Customer@Own;
    /// See where one is logged in.
    SessionRead = "session:read" in person: Customer@Own;
    /// End one's own session.
    SessionEnd = "session:end" in person: Customer@Own;
    /// See the addresses in an address book.
    AddressRead = "address:read": Customer@Own, Admin@Any;
    /// Add, change and remove addresses of one's own book.
    AddressChange = "address:change": Customer@Own;
    /// Give one's second factor once more.
    SessionStepUp = "session:step-up" in person: Customer@Own;
    /// See whether one's own account has a second factor.
    SecondFactorRead = "second-factor:read" in person: Customer@Own;
    /// Set up one's own second factor, change it, take it away.
    SecondFactorChange = "second-factor:change" in person: Customer@Own;
    /// Have one's own address verified or changed.
    EmailChange = "email:change" in person: Customer@Own;
    /// Close one's own account.
    AccountClose = "account:close" in person: Customer@Own;
    /// See the API keys of one's own account.
    ApiKeyRead = "api-key:read" in person: Customer@Own;
    /// Make, change and revoke API keys of one's own account.
    ApiKeyManage = "api-key:manage" in person: Customer@Own;
    /// See what has happened to one's own account.
    SecurityEventRead = "security-event:read" in person: Customer@Own;
    /// See accounts.
    CustomerRead = "customer:read": Admin@Any;
    /// Take accounts out of use, and back into it.
    CustomerBlock = "customer:block": Admin@Any;
    /// End all sessions of an account.
    CustomerLogOut = "customer:log-out": Admin@Any;
    /// See the marketplace as a customer does, without changing anything.
    CustomerImpersonate = "customer:impersonate" in person: Admin@Any;
    /// Take away the second factor of someone who has lost it.
    SecondFactorReset = "second-factor:reset" in person: Admin@Any;
    /// Change what roles a customer has.
    RoleAssign = "role:assign" in person: Admin@Any;
    /// Make or unmake admins.
    RoleAssignAdmin = "role:assign-admin" in person: SuperAdmin@Any;
    /// Invite admins, and take invitations back.
    AdminInvite = "admin:invite" in person: SuperAdmin@Any;
    /// Become an admin by an invitation.
    AdminJoin = "admin:join" in person: Customer@Own;
    /// Apply to sell.
    SellerApply = "seller:apply": Customer@Own;
    /// See a seller whole: one's own, that of one's employer.
    SellerRead = "seller:read": Customer@Own, Seller@Seller, Admin@Any => [Manager Fulfilment Finance];
    /// Change what a seller says of itself.
    SellerUpdate = "seller:update": Customer@Own, Seller@Seller, Admin@Any;
    /// Give up a seller for good.
    SellerClose = "seller:close": Customer@Own, Admin@Any;
    /// See all sellers.
    SellerList = "seller:list": Admin@Any;
    /// Let applicants sell, or not.
    SellerApprove = "seller:approve": Admin@Any;
    /// Take sellers out of the shop, and back into it.
    SellerSuspend = "seller:suspend": Admin@Any;
    /// See who works for a seller.
    StaffRead = "staff:read": Seller@Seller, Admin@Any;
    /// Invite staff, and say what each does.
    StaffManage = "staff:manage" in person: Seller@Seller => [];
    /// Take staff's place away; one's own by leaving.
    StaffRemove = "staff:remove": Customer@Own, Seller@Seller => [];
    /// Become a seller's staff by an invitation.
    StaffJoin = "staff:join" in person: Customer@Own;
    /// See roles and permissions, and who has a role.
    RoleRead = "role:read": Admin@Any;
    /// Make, change and delete custom roles.
    RoleManage = "role:manage" in person: Admin@Any;
    /// Add products.
    ProductCreate = "product:create": Seller@Seller, Admin@Any;
    /// Change products, see drafts.
    ProductUpdate = "product:update": Seller@Seller, Admin@Any;
    /// Put products in the shop.
    ProductPublish = "product:publish": Seller@Seller, Admin@Any;
    /// Import product files and follow the import.
    ProductImport = "product:import": Seller@Seller, Admin@Any;
    /// Book received pieces.
    StockReceive = "stock:receive": Seller@Seller, Admin@Any => [Manager Fulfilment];
    /// Correct stock, and say from how many pieces on it is low.
    StockAdjust = "stock:adjust": Seller@Seller, Admin@Any => [Manager Fulfilment];
    /// See stock levels and movements.
    StockRead = "stock:read": Seller@Seller, Admin@Any => [Manager Fulfilment Finance];
    /// Buy.
    OrderPlace = "order:place": Customer@Own;
    /// See orders: a customer's own, a seller's those it ships.
    OrderRead = "order:read": Customer@Own, Seller@Seller, Admin@Any => [Manager Fulfilment Finance];
    /// Cancel an order.
    OrderCancel = "order:cancel": Customer@Own, Admin@Any;
    /// Take an order over that one has placed without an account.
    OrderClaim = "order:claim": Customer@Own;
    /// Ship one's part of an order.
    OrderShip = "order:ship": Seller@Seller, Admin@Any => [Manager Fulfilment];
    /// Write something down about an order.
    OrderNote = "order:note": Seller@Seller, Admin@Any => [Manager Fulfilment Finance];
    /// Send goods back.
    OrderReturn = "order:return": Customer@Own, Admin@Any;
    /// Decide about goods that are sent back, and receive them: their price is given back then.
    OrderTakeBack = "order:take-back": Seller@Seller, Admin@Any => [Manager Fulfilment];
    /// See a payment.
    PaymentRead = "payment:read": Customer@Own, Admin@Any;
    /// Name another method for a payment whose method was declined.
    PaymentPay = "payment:pay": Customer@Own;
    /// Give back what was captured of a payment.
    PaymentRefund = "payment:refund" in person: Admin@Any;
    /// See store credit: a customer its own.
    StoreCreditRead = "store-credit:read": Customer@Own, Admin@Any;
    /// Give customers store credit.
    StoreCreditGive = "store-credit:give" in person: Admin@Any;
    /// See what customers' banks have taken back, and why.
    DisputeRead = "dispute:read": Admin@Any;
    /// Answer a dispute: with evidence, or by giving up.
    DisputeAnswer = "dispute:answer" in person: Admin@Any;
    /// See what was booked in the ledger: a seller what it is owed.
    LedgerRead = "ledger:read": Seller@Seller, Admin@Any => [Manager Finance];
    /// See payouts and their statements: a seller its own.
    PayoutRead = "payout:read": Seller@Seller, Admin@Any => [Manager Finance];
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
    /// See what was done, by whom, and prove that the log of it is whole.
    AuditRead = "audit:read" in person: Admin@Any;
    /// Take copies of that log.
    AuditExport = "audit:export" in person: Admin@Any;
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
        let allowed: Allowance = text.parse()?;
        Ok(Self::Allow(allowed.permission, allowed.scope))
    }
}

/// One thing that someone may do, and how far: `order:ship@seller`. In tokens and for API keys they are the
/// `scope` (RFC 8693 §4.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Allowance {
    /// What.
    pub permission: Permission,
    /// How far.
    pub scope: Scope,
}

impl Allowance {
    /// Every allowance that some role holds: what can be given to custom roles and API keys.
    pub fn all() -> impl Iterator<Item = Self> {
        Permission::ALL.iter().flat_map(|permission| {
            let held: BTreeSet<Scope> = permission
                .holders()
                .iter()
                .map(|(_, scope)| *scope)
                .collect();
            held.into_iter().map(|scope| Self {
                permission: *permission,
                scope,
            })
        })
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.permission.name(), self.scope.name())
    }
}

impl FromStr for Allowance {
    type Err = InvalidRule;
    fn from_str(text: &str) -> Result<Self, InvalidRule> {
        let invalid = || InvalidRule(text.to_owned());
        let (name, scope) = text.split_once('@').ok_or_else(invalid)?;
        let permission = Permission::ALL
            .iter()
            .find(|permission| permission.name() == name)
            .ok_or_else(invalid)?;
        let scope = Scope::ALL
            .into_iter()
            .find(|known| known.name() == scope)
            .ok_or_else(invalid)?;
        Ok(Self {
            permission: *permission,
            scope,
        })
    }
}

impl TryFrom<String> for Allowance {
    type Error = InvalidRule;
    fn try_from(text: String) -> Result<Self, InvalidRule> {
        text.parse()
    }
}

crate::written_as_text!(Allowance);

/// Reads a list of allowances without those that this release does not know: what was kept by a later release, or
/// outlived a permission, gives nothing and makes nothing else unreadable. For what is stored, never for requests.
pub fn known<'de, D, C>(deserializer: D) -> Result<C, D::Error>
where
    D: serde::Deserializer<'de>,
    C: FromIterator<Allowance>,
{
    let listed = Vec::<String>::deserialize(deserializer)?;
    Ok(listed.iter().filter_map(|text| text.parse().ok()).collect())
}

impl JsonSchema for Allowance {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Allowance".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[a-z-]+:[a-z-]+@(own|seller|any)$",
            "examples": ["order:ship@seller"],
        })
    }
}

/// All that a caller may do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Powers {
    /// By what it is.
    pub roles: Vec<Role>,
    /// By its place in a seller's staff, if it has one.
    pub membership: Option<Membership>,
    /// What was given to it beyond these.
    pub allowances: Vec<Allowance>,
    /// Nothing but what is among these too, if there is such a limit: a customer acts by an API key.
    pub limited_to: Option<Vec<Allowance>>,
}

impl Powers {
    /// Those of these roles alone.
    pub fn of_roles(roles: impl Into<Vec<Role>>) -> Self {
        Self {
            roles: roles.into(),
            ..Self::default()
        }
    }

    /// What they give for a permission.
    pub fn grant(&self, permission: Permission) -> Grant {
        let mut grant = Grant::of(&self.roles, permission);
        let staff = self.membership.map(|membership| membership.role);
        if staff.is_some_and(|staff| permission.is_held_by(staff)) {
            grant.give(Scope::Seller);
        }
        grant = grant.or(Grant::listed(&self.allowances, permission));
        match &self.limited_to {
            Some(limit) => grant.and(Grant::listed(limit, permission)),
            None => grant,
        }
    }

    /// The same, but nothing that is not among these allowances too.
    pub fn limited_to(self, allowances: Vec<Allowance>) -> Self {
        Self {
            limited_to: Some(allowances),
            ..self
        }
    }

    /// Whether they hold this allowance or a wider one: nobody gives what they lack.
    pub fn hold(&self, allowed: Allowance) -> bool {
        let grant = self.grant(allowed.permission);
        grant.any
            || match allowed.scope {
                Scope::Own => grant.own,
                Scope::Seller => grant.seller,
                Scope::Any => false,
            }
    }

    /// The seller that a customer with these acts for: whose staff it is, or the one it is itself.
    pub fn seller_of(&self, customer: CustomerId) -> SellerId {
        self.membership
            .map_or_else(|| SellerId::of(customer), |staff| staff.seller_id)
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

/// What a caller has for one permission.
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
                grant.give(*scope);
            }
        }
        grant
    }

    /// What a list of allowances gives for a permission.
    fn listed(allowances: &[Allowance], permission: Permission) -> Self {
        let mut grant = Self::default();
        for allowed in allowances {
            if allowed.permission == permission {
                grant.give(allowed.scope);
            }
        }
        grant
    }

    /// What either of two gives.
    fn or(self, other: Self) -> Self {
        Self {
            own: self.own || other.own,
            seller: self.seller || other.seller,
            any: self.any || other.any,
        }
    }

    /// What both of two give: of everything and of what is one's own, what is one's own.
    fn and(self, other: Self) -> Self {
        Self {
            own: (self.own && (other.own || other.any)) || (self.any && other.own),
            seller: (self.seller && (other.seller || other.any)) || (self.any && other.seller),
            any: self.any && other.any,
        }
    }

    fn give(&mut self, scope: Scope) {
        match scope {
            Scope::Own => self.own = true,
            Scope::Seller => self.seller = true,
            Scope::Any => self.any = true,
        }
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

    /// Whether it reaches this object, for a customer who acts for a seller.
    pub fn reaches(self, caller: CustomerId, seller: SellerId, object: &dyn Owned) -> bool {
        self.any
            || (self.own && object.of_customer(caller))
            || (self.seller && object.of_seller(seller))
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
    fn a_permission_says_what_it_is_for() {
        assert_eq!(Permission::OrderPlace.meaning(), "Buy.");
        for permission in Permission::ALL {
            let meaning = permission.meaning();
            assert!(meaning.ends_with('.') && meaning.len() > 3, "{meaning}");
        }
    }

    #[test]
    fn what_this_release_does_not_know_gives_nothing() {
        let stored = serde_json::json!(["order:ship@seller", "moon:fly@any", "order:ship@moon"]);
        let read: Vec<Allowance> = known(stored).unwrap();
        assert_eq!(read, ["order:ship@seller".parse().unwrap()]);
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

    fn member(role: StaffRole) -> Powers {
        Powers {
            membership: Some(Membership {
                seller_id: "sel_01890a5d0000700080000000000000aa".parse().unwrap(),
                role,
            }),
            ..Powers::of_roles([Role::Customer])
        }
    }

    #[test]
    fn the_owner_among_the_staff_holds_what_a_seller_does_and_the_others_a_part_of_it() {
        for permission in Permission::ALL {
            let seller = Powers::of_roles([Role::Seller]).grant(*permission).seller;
            assert_eq!(
                member(StaffRole::Owner).grant(*permission).seller,
                seller,
                "{}",
                permission.name()
            );
            for staff in StaffRole::ALL {
                let held = member(staff).grant(*permission);
                assert!(!held.seller || seller, "{}", permission.name());
                assert!(!held.any, "{}", permission.name());
            }
        }
        let ships = |staff| {
            member(staff)
                .grant(Permission::OrderShip)
                .covers(Scope::Seller)
        };
        assert!(ships(StaffRole::Fulfilment) && !ships(StaffRole::Finance));
    }

    #[test]
    fn an_allowance_reads_back_and_nobody_holds_more_than_it_says() {
        for allowed in Allowance::all() {
            assert_eq!(allowed.to_string().parse(), Ok(allowed));
            let powers = Powers {
                allowances: vec![allowed],
                ..Powers::default()
            };
            for other in Allowance::all() {
                let wider = other.permission == allowed.permission
                    && (other == allowed || allowed.scope == Scope::Any);
                assert_eq!(powers.hold(other), wider, "{allowed} and {other}");
            }
            assert!(Powers::of_roles([Role::SuperAdmin]).hold(allowed));
        }
    }

    #[test]
    fn a_limit_leaves_what_both_give_and_nothing_more() {
        let accounts = Role::ALL.map(|role| Powers::of_roles([role]));
        let staff = StaffRole::ALL.map(member);
        for powers in accounts.into_iter().chain(staff) {
            for limit in Allowance::all() {
                let limited = powers.clone().limited_to(vec![limit]);
                let alone = Powers {
                    allowances: vec![limit],
                    ..Powers::default()
                };
                for wanted in Allowance::all() {
                    let both = powers.hold(wanted) && alone.hold(wanted);
                    assert_eq!(limited.hold(wanted), both, "{limit} and {wanted}");
                }
                assert_eq!(limited.hold(limit), powers.hold(limit), "{limit}");
            }
            let nothing = powers.clone().limited_to(Vec::new());
            assert!(!Allowance::all().any(|wanted| nothing.hold(wanted)));
            let all = powers.clone().limited_to(Allowance::all().collect());
            assert!(Allowance::all().all(|wanted| all.hold(wanted) == powers.hold(wanted)));
        }
    }

    #[test]
    fn of_everything_and_what_is_the_sellers_a_limit_leaves_what_is_the_sellers() {
        let ship = |scope| Allowance {
            permission: Permission::OrderShip,
            scope,
        };
        let admin = Powers::of_roles([Role::Admin]);
        let limited = admin.limited_to(vec![ship(Scope::Seller)]);
        let grant = limited.grant(Permission::OrderShip);
        assert!(grant.covers(Scope::Seller) && !grant.is_any());
        // Who was an admin when the key was made and sells now.
        let seller = Powers::of_roles([Role::Seller]).limited_to(vec![ship(Scope::Any)]);
        let grant = seller.grant(Permission::OrderShip);
        assert!(grant.covers(Scope::Seller) && !grant.is_any());
    }

    #[test]
    fn what_decides_who_gets_in_and_who_may_do_what_is_done_in_person() {
        use Permission as P;
        for machine in [
            P::OrderRead,
            P::OrderShip,
            P::StockReceive,
            P::CustomerBlock,
        ] {
            assert!(!machine.is_in_person(), "{}", machine.name());
        }
        for person in [
            P::PasswordChange,
            P::ApiKeyManage,
            P::RoleAssign,
            P::StaffManage,
        ] {
            assert!(person.is_in_person(), "{}", person.name());
        }
    }

    #[test]
    fn staff_acts_for_its_seller_and_everyone_else_for_itself() {
        let customer = "cus_01890a5d0000700080000000000000bb".parse().unwrap();
        assert_eq!(
            Powers::default().seller_of(customer),
            SellerId::of(customer)
        );
        let staff = member(StaffRole::Manager);
        assert_eq!(
            staff.seller_of(customer),
            staff.membership.unwrap().seller_id
        );
    }
}
