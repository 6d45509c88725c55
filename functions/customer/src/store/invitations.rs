//! What is read and written about invitations to become an admin.

use contracts::{
    events::{CustomerAdminInvited, CustomerRolesChanged},
    one_time::OneTimeToken,
};
use dynamo::{Cursors, Intent, Query, Stored};
use futures_util::future::try_join;
use kernel::{Code, Page, Problem, Reply, page::Limit};
use lambda::http::{self, Incoming, Outcome};

use super::Accounts;
use crate::{AdminInvitation, AdminInvitationView, Customer, Profile, invitation::INVITATIONS};

impl Accounts {
    /// Writes an invitation, which announces that a mail is to go out.
    pub async fn invite_admin(
        &self,
        invitation: &AdminInvitation,
        intent: &Intent,
        reply: Reply<AdminInvitationView>,
    ) -> Outcome<AdminInvitationView> {
        let invitation_id = invitation.invitation_id;
        let mut command = self.commands.begin(intent);
        command.insert(&self.admin_invitations, invitation);
        let invited = CustomerAdminInvited {
            invitation_id,
            invited_by: invitation.invited_by,
        };
        command.publish(1, &invited);
        command.audit("admin.invite", invitation_id);
        command.commit(reply).await
    }

    /// The invitations that can still be accepted, the last first.
    pub async fn admin_invitations(
        &self,
        limit: Limit,
        (cursors, cursor): (&Cursors, Option<&str>),
        now: kernel::Timestamp,
    ) -> Result<Page<Stored<AdminInvitation>>, Problem> {
        let run = Query::table(INVITATIONS).descending().limit(limit.get());
        let page = self
            .admin_invitations
            .page(run, cursors, INVITATIONS, cursor);
        let mut page: Page<Stored<AdminInvitation>> = page.await?;
        // What is too old and not cleaned up yet.
        page.data.retain(|invitation| invitation.is_open(now));
        Ok(page)
    }

    /// The invitation that a request names, if it can still be accepted.
    ///
    /// # Errors
    /// `invitation_not_found`.
    pub async fn reached_admin_invitation(
        &self,
        request: &Incoming,
    ) -> Result<Stored<AdminInvitation>, Problem> {
        let missing = Code::InvitationNotFound;
        let key = AdminInvitation::place(request.path("id", missing)?);
        let found = self.admin_invitations.get::<AdminInvitation>(&key).await?;
        request.reach(found.filter(|it| it.is_open(request.now)), missing)
    }

    /// Removes an invitation.
    pub async fn revoke_admin_invitation(
        &self,
        invitation: &Stored<AdminInvitation>,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Outcome<()> {
        let mut command = self.commands.begin(intent);
        command.delete(&self.admin_invitations, invitation);
        command.audit("admin.revoke-invitation", invitation.invitation_id);
        command.commit(reply).await
    }

    /// Makes an admin of the caller, and spends the invitation.
    ///
    /// # Errors
    /// `invalid_token` for an invitation that is spent, revoked or too old, or whose super admin is none any more;
    /// `forbidden` for another than the invited; `customer_not_found`.
    pub async fn accept_admin_invitation(
        &self,
        token: &OneTimeToken,
        request: &Incoming,
    ) -> Outcome<Profile> {
        let (id, by) = token.admin_invitation();
        let (place, caller) = (AdminInvitation::place(id), request.customer()?);
        let mut people = vec![Customer::place(caller), Customer::place(by)];
        people.dedup();
        let people = self.customers.get_many::<Customer>(people);
        let invitation = self.admin_invitations.get::<AdminInvitation>(&place);
        let (invitation, people) = try_join(invitation, people).await?;
        let invitation = invitation.filter(|it| it.is_open(request.now));
        let invitation = invitation.ok_or(Code::InvalidToken)?;
        let find = |id| people.iter().find(|person| person.customer_id == id);
        let customer = find(caller).ok_or(Code::CustomerNotFound)?;
        let next = invitation.accepted(customer, find(by).ok_or(Code::InvalidToken)?)?;

        let reply = http::ok(&next.profile(customer.created_at))?.version(customer.rev + 1);
        let mut command = self.commands.begin(request.intent());
        command.delete(&self.admin_invitations, &invitation);
        command.update(&self.customers, customer, &next);
        self.revoke_older(&mut command, &next, None);
        let changed = CustomerRolesChanged {
            customer_id: caller,
            roles: next.roles.to_vec(),
        };
        command.publish(customer.rev + 1, &changed);
        command.audit("admin.join", caller);
        command.commit(reply).await
    }
}
