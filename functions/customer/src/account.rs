//! An account: the customer's profile, and apart from it what it logs in with.

use std::time::Duration;

use dynamo::{Item, Key, Stored};
use kernel::{
    Allowance, Code, CustomerId, Line, Locale, Owned, Personal, Phone, Powers, Problem, Role,
    SellerId, SessionId, StaffRole, Timestamp, TokenId, permission::Grant,
};
use lambda::token::SecondFactor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Consent, EmailAddress, Given, Password, PasswordHash, Roles, Selling, Session, Staff, search,
};

/// What to call a customer.
pub type Name = Line<1, 200>;

/// Why an account was blocked, in an admin's words.
pub type BlockReason = Line<1, 500>;

/// Whether an account can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Yes.
    Active,
    /// No one logs in to it, and its sessions don't go on.
    Blocked,
    /// Likewise, for its owner wants it closed: until it is, a link that was mailed keeps it.
    Closing,
}

impl Status {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Blocked => "blocked",
            Self::Closing => "closing",
        }
    }
}

/// A customer's profile.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Customer {
    /// Who.
    pub customer_id: CustomerId,
    /// Where mail goes; read by others through the view `customer-contact`.
    pub email: Personal<EmailAddress>,
    /// What to call them; likewise.
    pub name: Personal<Name>,
    /// What they may do.
    pub roles: Roles,
    /// When its owner has shown to read the mail to the address, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified_at: Option<Timestamp>,
    /// Whether the account can be used.
    pub status: Status,
    /// When it is to be closed, if its owner wants that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing_at: Option<Timestamp>,
    /// Counts the changes of what they may do. Tokens carry it, so that one can be told to be out of date.
    pub ver: u64,
    /// Where to call them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Personal<Phone>>,
    /// The language that they want to be written to in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// Whether they have agreed to marketing.
    #[serde(default)]
    pub marketing: Consent,
    /// The last change of the password, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_change: Option<PasswordChange>,
    /// Why the account is blocked, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_reason: Option<Personal<BlockReason>>,
    /// When an admin has last ended all sessions: those that were begun by then are over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logged_out_at: Option<Timestamp>,
    /// Since when the account has a second factor, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor_since: Option<Timestamp>,
    /// Whose staff the customer is of, as the seller service has said.
    #[serde(default, skip_serializing_if = "Staff::is_empty")]
    pub staff: Staff,
    /// Whether the customer sells, as the seller service has said; an admin may say otherwise.
    #[serde(default, skip_serializing_if = "Selling::is_empty")]
    pub selling: Selling,
    /// What the customer may do beyond its roles, as the role service has said.
    #[serde(default, skip_serializing_if = "Given::is_empty")]
    pub given: Given,
}

/// A change of the password, as the profile remembers it: it ends the sessions that older passwords began.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PasswordChange {
    /// The revision of the credential with the new password.
    credential_rev: u64,
    /// The session that changed it, which goes on; none where a link in a mail did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<SessionId>,
    /// When: links that were mailed before are worth nothing.
    #[serde(default = "long_ago")]
    at: Timestamp,
}

/// When passwords changed before that was written down.
fn long_ago() -> Timestamp {
    Timestamp::from_second(0)
}

impl Customer {
    /// Someone who has just made an account.
    pub fn new(customer_id: CustomerId, email: EmailAddress, name: Name) -> Self {
        Self {
            customer_id,
            email: Personal::new(customer_id, email),
            name: Personal::new(customer_id, name),
            roles: Roles::only(Role::Customer),
            email_verified_at: None,
            status: Status::Active,
            closing_at: None,
            ver: 1,
            phone: None,
            locale: None,
            marketing: Consent::default(),
            password_change: None,
            block_reason: None,
            logged_out_at: None,
            second_factor_since: None,
            staff: Staff::default(),
            selling: Selling::default(),
            given: Given::default(),
        }
    }

    /// The same person as they now describe themselves.
    pub fn described(&self, said: ProfileInput, now: Timestamp) -> Self {
        let id = self.customer_id;
        Self {
            name: Personal::new(id, said.name),
            phone: said.phone.map(|phone| Personal::new(id, phone)),
            locale: said.locale,
            marketing: self.marketing.decide(said.marketing_consent, now),
            ..self.clone()
        }
    }

    /// The same person after the password has become the one of `credential_rev`: by this session, which goes on,
    /// or by a link in a mail, which leaves none.
    pub fn with_new_password(
        &self,
        credential_rev: u64,
        by: Option<SessionId>,
        at: Timestamp,
    ) -> Self {
        let change = PasswordChange {
            credential_rev,
            by,
            at,
        };
        Self {
            password_change: Some(change),
            ver: self.ver + 1,
            ..self.clone()
        }
    }

    /// Whether the password has changed since then.
    pub fn has_changed_password_since(&self, then: Timestamp) -> bool {
        let change = self.password_change.as_ref();
        change.is_some_and(|change| then <= change.at)
    }

    /// The same person, who reads the mail to the address. The first time counts.
    pub fn with_verified_email(&self, now: Timestamp) -> Self {
        Self {
            email_verified_at: self.email_verified_at.or(Some(now)),
            ..self.clone()
        }
    }

    /// The same person at another address, whose mail they have just read.
    pub fn with_email(&self, email: EmailAddress, now: Timestamp) -> Self {
        Self {
            email: Personal::new(self.customer_id, email),
            email_verified_at: Some(now),
            ..self.clone()
        }
    }

    /// The same account, about to be closed: nobody logs in to it, and its sessions are over.
    ///
    /// # Errors
    /// `forbidden` for super admins: they are unmade first, which keeps the last of them.
    pub fn closing(&self, due: Timestamp, now: Timestamp) -> Result<Self, Problem> {
        if self.roles.has(Role::SuperAdmin) {
            return Err(
                Problem::new(Code::Forbidden).detail("A super admin must be unmade one first.")
            );
        }
        Ok(Self {
            status: Status::Closing,
            closing_at: Some(due),
            ver: self.ver + 1,
            ..self.logged_out(now)
        })
    }

    /// The same account, which stays after all.
    pub fn reopened(&self) -> Self {
        Self {
            status: Status::Active,
            closing_at: None,
            ver: self.ver + 1,
            ..self.clone()
        }
    }

    /// Whether it is time to close it for good.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.status == Status::Closing
            && self.closing_at.is_some_and(|due| due <= now)
            // Made one since: the list of super admins would name nobody.
            && !self.roles.has(Role::SuperAdmin)
    }

    /// Whether one of their sessions is over without having been ended itself: an admin has ended all of them, or
    /// it was begun with a password that is no longer theirs. The latter is told by the credential's revision and
    /// not by time: a log-in that was under way when the password changed is one too.
    pub fn has_outgrown(&self, session: &Session) -> bool {
        let logged_out = self.logged_out_at;
        logged_out.is_some_and(|at| session.authenticated_at <= at)
            || self.password_change.as_ref().is_some_and(|change| {
                session.credential_rev < change.credential_rev
                    && Some(session.session_id) != change.by
            })
    }

    /// The same account, blocked: nobody logs in to it, and the sessions that there are don't come back when it is
    /// unblocked.
    pub fn blocked(&self, reason: BlockReason, now: Timestamp) -> Self {
        Self {
            status: Status::Blocked,
            block_reason: Some(Personal::new(self.customer_id, reason)),
            ..self.logged_out(now)
        }
    }

    /// The same account as it was before: usable, or about to be closed.
    pub fn unblocked(&self) -> Self {
        Self {
            status: match self.closing_at {
                Some(_) => Status::Closing,
                None => Status::Active,
            },
            block_reason: None,
            ver: self.ver + 1,
            ..self.clone()
        }
    }

    /// The same account without sessions.
    pub fn logged_out(&self, now: Timestamp) -> Self {
        Self {
            logged_out_at: Some(now),
            ver: self.ver + 1,
            ..self.clone()
        }
    }

    /// The same person with a second factor from now on.
    pub fn with_second_factor(&self, now: Timestamp) -> Self {
        Self {
            second_factor_since: Some(now),
            ver: self.ver + 1,
            ..self.clone()
        }
    }

    /// The same person without one. Tokens that say that there is one ask for more, not less: they stay good.
    pub fn without_second_factor(&self) -> Self {
        Self {
            second_factor_since: None,
            ..self.clone()
        }
    }

    /// What a session has shown of the second factor that the account has now.
    pub fn second_factor(&self, session: &Session) -> SecondFactor {
        let Some(since) = self.second_factor_since else {
            return SecondFactor::None;
        };
        let given = session.second_factor_at.filter(|at| *at >= since);
        given.map_or(SecondFactor::Enrolled, SecondFactor::Given)
    }

    /// All that the customer may do.
    pub fn powers(&self) -> Powers {
        Powers {
            roles: self.roles.to_vec(),
            membership: self.staff.membership(),
            allowances: self.given.allowances.clone(),
            limited_to: None,
        }
    }

    /// Refuses what an admin may not do to this account: to lock out admins is for those who can unmake them, and
    /// super admins are unmade first, which keeps the last of them.
    pub fn may_be_locked_out(&self, grant: Grant) -> Result<(), Problem> {
        let forbidden = |why| Err(Problem::new(Code::Forbidden).detail(why));
        if self.roles.has(Role::SuperAdmin) {
            return forbidden("A super admin must be unmade one first.");
        }
        if self.roles.has(Role::Admin) && !grant.is_any() {
            return forbidden("Locking out admins is for super admins.");
        }
        Ok(())
    }

    /// Refuses to show the marketplace in this account's name to someone who lacks something that it may do, or to
    /// anyone where it is an admin's or cannot be used.
    ///
    /// # Errors
    /// `forbidden`, `customer_not_active`.
    pub fn may_be_impersonated(&self, by: &Powers) -> Result<(), Problem> {
        let forbidden = |why: String| Err(Problem::new(Code::Forbidden).detail(why));
        if self.roles.is_admin() {
            return forbidden("Nobody acts in an admin's name.".to_owned());
        }
        let powers = self.powers();
        let lacks = |allowed: &Allowance| powers.hold(*allowed) && !by.hold(*allowed);
        if let Some(lacking) = Allowance::all().find(lacks) {
            return forbidden(format!("The customer may {lacking}, and you may not."));
        }
        if self.status != Status::Active {
            return Err(Code::CustomerNotActive.into());
        }
        Ok(())
    }

    /// The same person in another place, or in none; nothing if this was said before, or something later was.
    pub fn with_staff(&self, seller: SellerId, role: Option<StaffRole>, said: u64) -> Option<Self> {
        Some(Self {
            staff: self.staff.told(seller, role, said)?,
            ver: self.ver + 1,
            ..self.clone()
        })
    }

    /// The same person as a seller, or as none any more; nothing if this was said before, or something later was.
    pub fn with_selling(&self, sells: bool, said: u64) -> Option<Self> {
        let selling = self.selling.told(said)?;
        let roles = if sells {
            self.roles.with(Role::Seller)
        } else {
            self.roles.without(Role::Seller)
        };
        let ver = self.ver + u64::from(roles != self.roles);
        Some(Self {
            roles,
            ver,
            selling,
            ..self.clone()
        })
    }

    /// The same person with other allowances; nothing if this was said before, or something later was.
    pub fn with_allowances(&self, allowances: Vec<Allowance>, said: u64) -> Option<Self> {
        Some(Self {
            given: self.given.told(allowances, said)?,
            ver: self.ver + 1,
            ..self.clone()
        })
    }

    /// The same person with other roles.
    pub fn with_roles(&self, roles: Roles) -> Self {
        Self {
            roles,
            ver: self.ver + 1,
            ..self.clone()
        }
    }

    /// Where a customer's profile is.
    pub fn place(customer: CustomerId) -> Key {
        Key::new(format!("customer#{customer}"), "profile")
    }

    /// What the customer, and admins, see of it.
    pub fn profile(&self, created_at: Timestamp) -> Profile {
        Profile {
            id: self.customer_id,
            email: self.email.expose().clone(),
            email_verified: self.email_verified_at.is_some(),
            email_verified_at: self.email_verified_at,
            name: self.name.expose().clone(),
            roles: self.roles.clone(),
            phone: self.phone.as_ref().map(|phone| phone.expose().clone()),
            locale: self.locale.clone(),
            marketing_consent: self.marketing.is_given(),
            marketing_consent_at: self.marketing.decided_at(),
            created_at,
            impersonated_by: None,
        }
    }

    /// What admins see of it.
    pub fn record(&self, created_at: Timestamp) -> CustomerRecord {
        let reason = self.block_reason.as_ref();
        CustomerRecord {
            profile: self.profile(created_at),
            status: self.status,
            block_reason: reason.map(|reason| reason.expose().clone()),
            logged_out_at: self.logged_out_at,
            second_factor_since: self.second_factor_since,
            closing_at: self.closing_at,
        }
    }

    /// What the customer may change of it.
    pub fn input(&self) -> ProfileInput {
        ProfileInput {
            name: self.name.expose().clone(),
            phone: self.phone.as_ref().map(|phone| phone.expose().clone()),
            locale: self.locale.clone(),
            marketing_consent: self.marketing.is_given(),
        }
    }
}

impl Item for Customer {
    const KIND: &'static str = "customer";

    fn key(&self) -> Key {
        Self::place(self.customer_id)
    }

    /// What admins find it by; and by when, if it is to be closed.
    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        let mut places = search::places(self);
        if let (Status::Closing, Some(due)) = (self.status, self.closing_at) {
            places.push(("by-due", CLOSING.to_owned(), due.to_string()));
        }
        places
    }
}

/// The run of the accounts that are about to be closed: few at any time.
pub(crate) const CLOSING: &str = "closing";

impl Owned for Customer {
    fn of_customer(&self, customer: CustomerId) -> bool {
        self.customer_id == customer
    }
}

/// An account as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Profile {
    /// The customer.
    pub id: CustomerId,
    /// Where mail goes.
    pub email: EmailAddress,
    /// Whether the customer has shown to read it.
    pub email_verified: bool,
    /// When, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified_at: Option<Timestamp>,
    /// What to call them.
    pub name: Name,
    /// What they may do.
    pub roles: Roles,
    /// Where to call them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// The language that they want to be written to in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// Whether they have agreed to marketing.
    pub marketing_consent: bool,
    /// When they last changed their mind about it, if they ever did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marketing_consent_at: Option<Timestamp>,
    /// Since when there is an account.
    pub created_at: Timestamp,
    /// Who looks at it in the customer's name, if it is not the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impersonated_by: Option<CustomerId>,
}

/// An account as admins see it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CustomerRecord {
    /// What the customer sees as well.
    #[serde(flatten)]
    pub profile: Profile,
    /// Whether the account can be used.
    pub status: Status,
    /// Why it is blocked, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_reason: Option<BlockReason>,
    /// When an admin has last ended all its sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logged_out_at: Option<Timestamp>,
    /// Since when it has a second factor, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_factor_since: Option<Timestamp>,
    /// When it is closed for good, if its owner wants that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closing_at: Option<Timestamp>,
}

/// What a customer may change of the own account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileInput {
    /// What to call them.
    pub name: Name,
    /// Where to call them, in the international form: +4930123456.
    #[serde(default)]
    pub phone: Option<Phone>,
    /// The language that they want to be written to in.
    #[serde(default)]
    pub locale: Option<Locale>,
    /// Whether they agree to marketing.
    #[serde(default)]
    pub marketing_consent: bool,
}

impl From<&Stored<Customer>> for Profile {
    fn from(stored: &Stored<Customer>) -> Self {
        stored.profile(stored.created_at)
    }
}

/// What an account logs in with. Its key is made of the address's digest, so that one conditional insert
/// keeps addresses unique, and the table names nobody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Credential {
    email_digest: String,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// What is kept of the password; its parameters are in it.
    pub password: PasswordHash,
    /// The revisions that it had at the addresses before this one.
    #[serde(default)]
    earlier: u64,
}

impl Credential {
    /// What this customer logs in with.
    pub fn new(customer: &Customer, password: PasswordHash) -> Self {
        Self {
            email_digest: customer.email.expose().digest(),
            customer_id: customer.customer_id,
            password,
            earlier: 0,
        }
    }

    /// Counts its changes, those at earlier addresses too: sessions remember it.
    pub fn generation(stored: &Stored<Self>) -> u64 {
        stored.value.earlier + stored.rev
    }

    /// The same password for another address.
    pub fn moved(stored: &Stored<Self>, email: &EmailAddress) -> Self {
        Self {
            email_digest: email.digest(),
            earlier: Self::generation(stored),
            ..stored.value.clone()
        }
    }

    /// The same with the same password, hashed as it is today; nothing where it is.
    pub fn rehashed(
        &self,
        password: &Password,
        salt: impl FnOnce() -> [u8; 16],
    ) -> Result<Option<Self>, Problem> {
        if self.password.is_up_to_date() {
            return Ok(None);
        }
        let hash = password.hash(salt())?;
        Ok(Some(self.with_password(hash)))
    }

    /// The same account with another password.
    pub fn with_password(&self, password: PasswordHash) -> Self {
        Self {
            password,
            ..self.clone()
        }
    }

    /// Where the credential of an address is.
    pub fn place(email: &EmailAddress) -> Key {
        Self::at(&email.digest())
    }

    fn at(digest: &str) -> Key {
        Key::new(format!("email#{digest}"), "credential")
    }
}

impl Item for Credential {
    const KIND: &'static str = "credential";

    fn key(&self) -> Key {
        Self::at(&self.email_digest)
    }
}

/// A change of address, under way or done: for the mails to both. Others read it through the view `email-change`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EmailChange {
    /// Whose.
    pub customer_id: CustomerId,
    /// The token that makes it.
    pub token_id: TokenId,
    /// The address to be.
    pub new_email: Personal<EmailAddress>,
    /// The address until then.
    pub old_email: Personal<EmailAddress>,
    /// What to call them.
    name: Personal<Name>,
    forget_at: Timestamp,
}

/// How long a change of address is kept: longer than its token is good (a day) and a notice takes that is tried
/// again and again (half a day).
const CHANGE_KEPT: Duration = Duration::from_hours(48);

impl EmailChange {
    /// That a customer wants another address.
    pub fn wanted(
        customer: &Customer,
        token_id: TokenId,
        email: EmailAddress,
        now: Timestamp,
    ) -> Self {
        Self {
            customer_id: customer.customer_id,
            token_id,
            new_email: Personal::new(customer.customer_id, email),
            old_email: customer.email.clone(),
            name: customer.name.clone(),
            forget_at: now.plus(CHANGE_KEPT),
        }
    }

    /// Where the change by this token is.
    pub fn place(customer: CustomerId, token: TokenId) -> Key {
        let run = Customer::place(customer).pk;
        Key::new(run, format!("{EMAIL_CHANGES}{token}"))
    }
}

/// How the keys of a customer's changes of address begin.
pub(crate) const EMAIL_CHANGES: &str = "email-change#";

impl Item for EmailChange {
    const KIND: &'static str = "email-change";

    fn key(&self) -> Key {
        Self::place(self.customer_id, self.token_id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.forget_at)
    }
}

/// That there was an account, which is closed. It names nobody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClosedAccount {
    /// Whose it was.
    pub customer_id: CustomerId,
    /// Since when there was one.
    pub opened_at: Timestamp,
}

impl Item for ClosedAccount {
    const KIND: &'static str = "closed-account";

    fn key(&self) -> Key {
        Key::new(Customer::place(self.customer_id).pk, "closed")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use contracts::views::{CustomerContact, View};
    use kernel::{Ids, Permission};

    use super::*;
    use crate::{LogIn, NewPassword};

    fn rosa() -> Customer {
        let id = Ids::seeded(1).fresh(Timestamp::from_second(1));
        let (email, name) = ("Rosa@example.com".parse(), "Rosa Lind".parse());
        Customer::new(id, email.unwrap(), name.unwrap())
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    fn seal(credential: Credential, rev: u64) -> Stored<Credential> {
        Stored {
            value: credential,
            rev,
            created_at: at(1),
            updated_at: at(1),
        }
    }

    #[test]
    fn another_address_ends_no_session() {
        let password: NewPassword = "a pony in the library".parse().unwrap();
        let old = seal(Credential::new(&rosa(), password.hash([1; 16]).unwrap()), 5);
        let email: EmailAddress = "lind@example.com".parse().unwrap();
        let moved = seal(Credential::moved(&old, &email), 1);
        assert_eq!(moved.key(), Credential::place(&email));
        assert_eq!(moved.password, old.password);
        assert!(Credential::generation(&moved) > Credential::generation(&old));
        let back = Credential::moved(&moved, rosa().email.expose());
        assert_eq!(Credential::generation(&seal(back, 1)), 7);
    }

    #[test]
    fn an_account_closes_when_it_is_due_unless_its_owner_keeps_it() {
        let closing = rosa().closing(at(100), at(5)).unwrap();
        assert_eq!((closing.status, closing.ver), (Status::Closing, 2));
        assert_eq!(closing.logged_out_at, Some(at(5)));
        assert!(!closing.is_due(at(99)));
        assert!(closing.is_due(at(100)));
        assert!(is_listed_as_due(&closing));

        let kept = closing.reopened();
        assert_eq!((kept.status, kept.ver), (Status::Active, 3));
        assert!(!kept.is_due(at(100)));
        assert!(!is_listed_as_due(&kept));
    }

    fn is_listed_as_due(customer: &Customer) -> bool {
        let mut indexes = customer.indexes().into_iter();
        indexes.any(|(index, ..)| index == "by-due")
    }

    #[test]
    fn nobody_acts_for_who_may_do_more_or_for_an_admin_or_for_an_account_out_of_use() {
        let refused = |who: &Customer, by: &Powers| {
            let refused = who.may_be_impersonated(by);
            refused.map_err(|problem| problem.code())
        };
        let (admin, root) = (Powers::of_roles([Role::Admin]), Role::SuperAdmin);
        let clerk = Powers {
            allowances: vec!["customer:impersonate@any".parse().unwrap()],
            ..Powers::of_roles([Role::Customer])
        };
        let rosa = rosa();
        let with = |role| rosa.with_roles(rosa.roles.with(role));
        for by in [&admin, &clerk] {
            assert_eq!(refused(&rosa, by), Ok(()));
        }
        assert_eq!(refused(&with(Role::Seller), &admin), Ok(()));
        assert_eq!(refused(&with(Role::Seller), &clerk), Err(Code::Forbidden));
        for role in [Role::Admin, root] {
            for by in [&admin, &Powers::of_roles([root])] {
                assert_eq!(refused(&with(role), by), Err(Code::Forbidden));
            }
        }
        let allowed = vec!["customer:block@any".parse().unwrap()];
        let trusted = rosa.with_allowances(allowed, 1).unwrap();
        assert_eq!(refused(&trusted, &clerk), Err(Code::Forbidden));
        let blocked = rosa.blocked("Fraud.".parse().unwrap(), at(6));
        assert_eq!(refused(&blocked, &admin), Err(Code::CustomerNotActive));
    }

    #[test]
    fn a_blocked_account_is_not_closed_before_it_is_unblocked() {
        let closing = rosa().closing(at(100), at(5)).unwrap();
        let blocked = closing.blocked("Fraud.".parse().unwrap(), at(6));
        assert!(!blocked.is_due(at(100)));
        assert!(!is_listed_as_due(&blocked));
        assert!(blocked.unblocked().is_due(at(100)));
    }

    #[test]
    fn a_super_admin_stays() {
        let admin = rosa().with_roles(Roles::only(Role::SuperAdmin));
        assert_eq!(
            admin.closing(at(9), at(5)).unwrap_err().code(),
            Code::Forbidden
        );
        let made_since = rosa().closing(at(9), at(5)).unwrap();
        let made_since = made_since.with_roles(Roles::only(Role::SuperAdmin));
        assert!(!made_since.is_due(at(9)));
    }

    #[test]
    fn an_address_is_verified_once() {
        let verified = rosa().with_verified_email(at(3));
        assert_eq!(verified.email_verified_at, Some(at(3)));
        assert_eq!(verified.with_verified_email(at(4)), verified);
    }

    #[test]
    fn others_find_a_change_of_address_where_it_is() {
        use contracts::views::EmailChange as View_;
        let token = Ids::seeded(4).fresh(at(1));
        let email = "lind@example.com".parse().unwrap();
        let change = EmailChange::wanted(&rosa(), token, email, at(1));
        let (pk, sk) = View_::key(&(rosa().customer_id, token));
        assert_eq!(change.key(), Key { pk, sk });
        let stored = kernel::personal::storing(|| serde_json::to_value(&change)).unwrap();
        let seen: View_ = serde_json::from_value(stored).unwrap();
        assert_eq!(seen.new_email.expose(), "lind@example.com");
        assert_eq!(seen.old_email.expose(), "Rosa@example.com");
    }

    #[test]
    fn a_new_customer_buys_and_no_more() {
        assert_eq!(rosa().roles.to_vec(), [Role::Customer]);
        assert_eq!(rosa().ver, 1);
    }

    #[test]
    fn other_roles_are_another_version() {
        let seller = rosa().with_roles(Roles::only(Role::Seller));
        assert_eq!((seller.roles.to_vec(), seller.ver), (vec![Role::Seller], 2));
        assert_eq!(seller.email, rosa().email);
    }

    #[test]
    fn a_seller_is_who_was_last_said_to_be_one_and_whoever_is_none_still_buys() {
        let approved = rosa().with_selling(true, 2).unwrap();
        assert_eq!(approved.roles.to_vec(), [Role::Customer, Role::Seller]);
        assert_eq!(approved.ver, 2);
        assert_eq!(approved.with_selling(false, 1), None);
        assert_eq!(approved.with_selling(true, 2), None);
        let closed = approved.with_selling(false, 4).unwrap();
        assert_eq!((closed.roles.clone(), closed.ver), (rosa().roles, 3));
        // Who was rejected without having sold loses nothing, not even a token.
        let rejected = rosa().with_selling(false, 2).unwrap();
        assert_eq!((rejected.roles.clone(), rejected.ver), (rosa().roles, 1));
        let alone = rosa().with_roles(Roles::only(Role::Seller));
        let alone = alone.with_selling(false, 5).unwrap();
        assert_eq!(alone.roles.to_vec(), [Role::Customer]);
    }

    #[test]
    fn what_a_customer_says_of_themselves_changes_nothing_else() {
        let said = ProfileInput {
            name: "Rosa".parse().unwrap(),
            phone: Some("+49 30 123456".parse().unwrap()),
            locale: Some("de".parse().unwrap()),
            marketing_consent: true,
        };
        let next = rosa().described(said.clone(), Timestamp::from_second(9));
        assert_eq!(next.input(), said);
        assert_eq!(next.marketing.decided_at(), Some(Timestamp::from_second(9)));
        assert_eq!((&next.email, next.ver), (&rosa().email, 1));
        assert_eq!(next.roles, rosa().roles);
        let back = next.described(rosa().input(), Timestamp::from_second(10));
        assert_eq!(back.phone, None);
        assert!(!back.marketing.is_given());
    }

    #[test]
    fn a_new_password_ends_the_sessions_of_the_old_one_but_the_one_that_changed_it() {
        let ids = Ids::seeded(3);
        let begun = |credential_rev| {
            let (now, month) = (Timestamp::from_second(1), Duration::from_hours(720));
            let log_in = LogIn {
                customer_id: rosa().customer_id,
                credential_rev,
                device: None,
            };
            Session::begin(log_in, now, month, &ids).0
        };
        let (here, elsewhere, later) = (begun(1), begun(1), begun(2));
        assert!(!rosa().has_outgrown(&elsewhere));
        let changed = rosa().with_new_password(2, Some(here.session_id), at(2));
        assert!(changed.has_outgrown(&elsewhere));
        assert!(!changed.has_outgrown(&here));
        assert!(!changed.has_outgrown(&later));
        let again = changed.with_new_password(3, Some(later.session_id), at(3));
        assert!(again.has_outgrown(&here));
        let reset = again.with_new_password(4, None, at(4));
        assert!(reset.has_outgrown(&later));
        assert!(reset.has_changed_password_since(at(4)));
        assert!(!reset.has_changed_password_since(at(5)));
    }

    #[test]
    fn a_blocked_account_loses_its_sessions_for_good() {
        let (ids, month) = (Ids::seeded(3), Duration::from_hours(720));
        let log_in = LogIn {
            customer_id: rosa().customer_id,
            credential_rev: 1,
            device: None,
        };
        let session =
            |second| Session::begin(log_in.clone(), Timestamp::from_second(second), month, &ids).0;
        let blocked = rosa().blocked("Fraud.".parse().unwrap(), Timestamp::from_second(5));
        assert_eq!((blocked.status, blocked.ver), (Status::Blocked, 2));
        assert!(blocked.has_outgrown(&session(5)));
        let back = blocked.unblocked();
        assert_eq!((back.status, back.ver), (Status::Active, 3));
        assert_eq!(back.block_reason, None);
        assert!(back.has_outgrown(&session(5)));
        assert!(!back.has_outgrown(&session(6)));
    }

    #[test]
    fn a_session_has_shown_the_second_factor_that_the_account_has_now_or_none() {
        let (ids, at) = (Ids::seeded(3), Timestamp::from_second);
        let log_in = LogIn {
            customer_id: rosa().customer_id,
            credential_rev: 1,
            device: None,
        };
        let session = Session::begin(log_in, at(1), Duration::from_hours(1), &ids).0;
        let shown = session.with_second_factor(at(5));
        assert_eq!(rosa().second_factor(&shown), SecondFactor::None);
        let enrolled = rosa().with_second_factor(at(5));
        assert_eq!(enrolled.ver, 2);
        assert_eq!(enrolled.second_factor(&session), SecondFactor::Enrolled);
        assert_eq!(enrolled.second_factor(&shown), SecondFactor::Given(at(5)));
        // Another app, set up later, was not shown then.
        let anew = enrolled.without_second_factor().with_second_factor(at(6));
        assert_eq!(anew.second_factor(&shown), SecondFactor::Enrolled);
    }

    #[test]
    fn admins_are_locked_out_by_super_admins_and_super_admins_by_nobody() {
        let grant = |role| Grant::of(&[role], Permission::RoleAssignAdmin);
        let may = |roles, by| {
            let account = rosa().with_roles(Roles::only(roles));
            account.may_be_locked_out(grant(by)).is_ok()
        };
        assert!(may(Role::Customer, Role::Admin));
        assert!(may(Role::Seller, Role::Admin));
        assert!(!may(Role::Admin, Role::Admin));
        assert!(may(Role::Admin, Role::SuperAdmin));
        assert!(!may(Role::SuperAdmin, Role::SuperAdmin));
    }

    #[test]
    fn a_credential_names_nobody_and_is_found_by_any_spelling() {
        let password: NewPassword = "a pony in the library".parse().unwrap();
        let credential = Credential::new(&rosa(), password.hash([1; 16]).unwrap());
        let other_spelling = "rosa@EXAMPLE.com".parse().unwrap();
        assert_eq!(credential.key(), Credential::place(&other_spelling));
        let stored = serde_json::to_string(&credential).unwrap();
        assert!(!stored.to_lowercase().contains("rosa"));
    }

    #[test]
    fn others_find_the_contact_where_the_profile_is() {
        let customer = rosa();
        let (pk, sk) = CustomerContact::key(&customer.customer_id);
        assert_eq!(customer.key(), Key { pk, sk });
        let stored = kernel::personal::storing(|| serde_json::to_value(&customer)).unwrap();
        let contact: CustomerContact = serde_json::from_value(stored).unwrap();
        assert_eq!(contact.email.expose(), "Rosa@example.com");
        assert_eq!(contact.name.expose().as_str(), "Rosa Lind");
    }
}
