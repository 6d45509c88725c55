//! Invitations to become an admin: by a super admin, to one address, for three days. Pure.

use std::time::Duration;

use dynamo::{Item, Key};
use kernel::{
    Code, CustomerId, EmailAddress, InvitationId, Owned, Personal, Problem, Role, Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Customer;

/// How long an invitation can be accepted.
const LIFETIME: Duration = Duration::from_hours(72);

/// The run of all of them: a few at any time.
pub(crate) const INVITATIONS: &str = "admin-invitations";

/// An invitation to become an admin. Accepted or revoked, it is removed, and the address with it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AdminInvitation {
    /// Which.
    pub invitation_id: InvitationId,
    /// Which super admin invites.
    pub invited_by: CustomerId,
    /// Where the mail goes; read by notification through the view `admin-invitation`. Its owner may have no account,
    /// so it is a value of who has said it.
    email: Personal<EmailAddress>,
    /// Until when it can be accepted.
    expires: Timestamp,
}

impl AdminInvitation {
    /// A new one.
    pub fn new(
        invitation_id: InvitationId,
        invited_by: CustomerId,
        email: EmailAddress,
        now: Timestamp,
    ) -> Self {
        Self {
            invitation_id,
            invited_by,
            email: Personal::new(invited_by, email),
            expires: now.plus(LIFETIME),
        }
    }

    /// Whether it can still be accepted.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires
    }

    /// What it makes of who accepts it: an admin beside what they were.
    ///
    /// # Errors
    /// `invalid_token` where `by`, who has invited, makes no admins any more; `forbidden` for another than the one who
    /// reads the mail to the invited address.
    pub fn accepted(&self, customer: &Customer, by: &Customer) -> Result<Customer, Problem> {
        if !by.roles.has(Role::SuperAdmin) {
            return Err(Code::InvalidToken.into());
        }
        let is_theirs = self.email.expose().digest() == customer.email.expose().digest();
        if !is_theirs || customer.email_verified_at.is_none() {
            return Err(Problem::new(Code::Forbidden)
                .detail("It is for an account with the invited address, verified."));
        }
        Ok(customer.with_roles(customer.roles.with(Role::Admin)))
    }

    /// How super admins see it.
    pub fn view(&self, created_at: Timestamp) -> AdminInvitationView {
        AdminInvitationView {
            id: self.invitation_id,
            email: self.email.expose().clone(),
            invited_by: self.invited_by,
            expires_at: self.expires,
            created_at,
        }
    }

    /// Where an invitation is.
    pub fn place(id: InvitationId) -> Key {
        Key::new(INVITATIONS, format!("invitation#{id}"))
    }
}

impl Item for AdminInvitation {
    const KIND: &'static str = "admin-invitation";

    fn key(&self) -> Key {
        Self::place(self.invitation_id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires)
    }
}

/// The marketplace's: for who may see all of them.
impl Owned for AdminInvitation {}

/// An invitation to become an admin, as super admins see it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AdminInvitation")]
pub struct AdminInvitationView {
    /// Its id; the token that accepts it is in the mail alone.
    pub id: InvitationId,
    /// Where the mail went.
    pub email: EmailAddress,
    /// Who invites.
    pub invited_by: CustomerId,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use contracts::views::{AdminInvitationContact, View};
    use kernel::{Ids, personal::storing};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second)
    }

    fn someone(seed: u64, email: &str) -> Customer {
        let (email, name) = (email.parse().unwrap(), "Some One".parse().unwrap());
        Customer::new(Ids::seeded(seed).fresh(at(1)), email, name)
    }

    fn root() -> Customer {
        let root = someone(1, "root@example.com");
        root.with_roles(root.roles.with(Role::SuperAdmin))
    }

    fn invitation() -> AdminInvitation {
        let id = Ids::seeded(3).fresh(at(1));
        let email = "Emil@example.com".parse().unwrap();
        AdminInvitation::new(id, root().customer_id, email, at(0))
    }

    #[test]
    fn who_reads_the_mail_to_the_invited_address_becomes_an_admin_and_no_one_else() {
        let emil = someone(2, "emil@EXAMPLE.com");
        let code = |customer: &Customer, by: &Customer| {
            let accepted = invitation().accepted(customer, by);
            accepted.map(|next| next.roles).map_err(|it| it.code())
        };
        assert_eq!(code(&emil, &root()), Err(Code::Forbidden));
        let emil = emil.with_verified_email(at(2));
        let roles = code(&emil, &root()).unwrap();
        assert!(roles.has(Role::Admin) && roles.has(Role::Customer));
        assert!(!roles.has(Role::SuperAdmin));
        let rosa = someone(4, "rosa@example.com").with_verified_email(at(2));
        assert_eq!(code(&rosa, &root()), Err(Code::Forbidden));
        let unmade = root().with_roles(root().roles.without(Role::SuperAdmin));
        assert_eq!(code(&emil, &unmade), Err(Code::InvalidToken));
    }

    #[test]
    fn it_can_be_accepted_for_three_days_and_is_read_by_who_mails_it() {
        let invitation = invitation();
        assert!(invitation.is_open(at(3 * 86_400 - 1)));
        assert!(!invitation.is_open(at(3 * 86_400)));
        let (pk, sk) = AdminInvitationContact::key(&invitation.invitation_id);
        assert_eq!(invitation.key(), Key::new(pk, sk));
        let item = storing(|| serde_json::to_value(&invitation)).unwrap();
        let seen: AdminInvitationContact = serde_json::from_value(item).unwrap();
        assert_eq!(seen.email.expose(), "Emil@example.com");
    }
}
