//! Where accounts and sessions are kept: the only file of the service that names tables, with its part about
//! second factors.

mod second_factor;

mod api_keys;
mod by_mail;

mod invitations;

use contracts::{
    events::{
        CustomerBlocked, CustomerEmailVerificationRequested, CustomerPasswordChanged,
        CustomerRegistered, CustomerRolesChanged, CustomerUnblocked, SellerStaffChanged,
        SessionTokenReused,
    },
    one_time::Purpose,
};
use dynamo::{Command, Commands, Cursors, Intent, Query, Stored, Table};
use kernel::{Code, CustomerId, Page, Problem, Reply, Role, SessionId, page::Limit};
use lambda::{Platform, http::Incoming};

use crate::{
    Credential, Customer, CustomerFilter, CustomerRecord, Device, EmailAddress, End, Enrolment,
    Guesses, Happening, ImpersonationReason, Origin, Password, Profile, Proof, Roles,
    SecurityEvent, Session, Status, SuperAdmins, device_of, revocation::Revoked,
    security::events_of, session::sessions_of,
};

pub use api_keys::KeyHolder;

/// A customer who has shown who it is.
#[derive(Debug)]
pub struct Authenticated {
    /// Who.
    pub customer: Stored<Customer>,
    /// What was shown.
    pub credential: Stored<Credential>,
    /// The tries that are to be forgotten.
    pub guesses: Stored<Guesses>,
    pub(crate) enrolment: Option<Stored<Enrolment>>,
}

/// A customer who is logged in and has given the password once more.
#[derive(Debug)]
pub struct Confirmed {
    /// What was shown.
    pub credential: Stored<Credential>,
    /// The tries that are to be forgotten.
    pub guesses: Stored<Guesses>,
    /// What the browser or the app calls itself that sent it.
    pub device: Option<Device>,
}

/// The accounts: profiles, credentials and sessions, each in a table of its own.
#[derive(Debug)]
pub struct Accounts {
    customers: Table,
    api_keys: Table,
    credentials: Table,
    guesses: Table,
    second_factors: Table,
    sessions: Table,
    revocations: Table,
    tokens: Table,
    security_events: Table,
    admin_invitations: Table,
    commands: Commands,
}

impl Accounts {
    /// The tables of this stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            customers: platform.table("customer", "customers"),
            api_keys: platform.table("customer", "api-keys"),
            credentials: platform.table("customer", "credentials"),
            guesses: platform.table("customer", "guesses"),
            second_factors: platform.table("customer", "second-factors"),
            sessions: platform.table("customer", "sessions"),
            revocations: platform.table("customer", "revocations"),
            tokens: platform.table("customer", "one-time-tokens"),
            security_events: platform.table("customer", "security-events"),
            admin_invitations: platform.table("customer", "admin-invitations"),
            commands: platform.commands("customer"),
        })
    }

    /// A customer, if there is one.
    pub async fn customer(&self, id: CustomerId) -> Result<Option<Stored<Customer>>, Problem> {
        self.customers.get(&Customer::place(id)).await
    }

    /// A session, if there is one.
    pub async fn session(&self, id: SessionId) -> Result<Option<Stored<Session>>, Problem> {
        self.sessions.get(&Session::place(id)).await
    }

    /// The customer with this address and password; `invalid_credentials` for anything else, after the same
    /// calls and the same work whether there is such an account or not; `too_many_requests` after too many of
    /// them, without a look at the password.
    pub async fn authenticate(
        &self,
        email: &EmailAddress,
        password: &Password,
        from: &Origin,
        intent: &Intent,
    ) -> Result<Authenticated, Problem> {
        let refused = Code::InvalidCredentials;
        let (credential, guesses) = self.count_guess(email, from, intent).await?;
        if !password.matches(credential.as_ref().map(|known| &known.password))? {
            return Err(refused.into());
        }
        let known = credential.ok_or(refused)?;
        let (customer, enrolment) = self.customer_with_factor(known.customer_id).await?;
        let customer = customer.filter(|customer| customer.status == Status::Active);
        Ok(Authenticated {
            customer: customer.ok_or(refused)?,
            credential: known,
            guesses,
            enrolment,
        })
    }

    /// Counts a try for an address before its password is looked at, so that of any number of tries at once no
    /// more are let through than one after another.
    pub async fn count_guess(
        &self,
        email: &EmailAddress,
        from: &Origin,
        intent: &Intent,
    ) -> Result<(Option<Stored<Credential>>, Stored<Guesses>), Problem> {
        let credential = Credential::place(email);
        let counted = (self.guesses.clone(), Guesses::place(email, from));
        let (credential, before) = self
            .credentials
            .get_both::<Credential, Guesses>((&credential, &counted))
            .await?;
        let next = Guesses::one_more(before.as_deref(), email, from, intent.now)?;
        let step = Intent {
            key: format!(
                "{}#guess-{}",
                intent.key,
                before.as_ref().map_or(0, |it| it.rev)
            ),
            ..intent.clone()
        };
        let mut command = self.commands.begin(&step);
        command.save(&self.guesses, before.as_ref(), &next);
        command.settle().await?;
        let (rev, created_at) = before.map_or((1, intent.now), |it| (it.rev + 1, it.created_at));
        let guesses = Stored {
            value: next,
            rev,
            created_at,
            updated_at: intent.now,
        };
        Ok((credential, guesses))
    }

    /// That the customer who is logged in knows the password, before anything that an access token alone must not
    /// be enough for. `pointer` is where it was sent. Whoever has a stolen access token guesses no faster than
    /// whoever has none.
    pub async fn confirm(
        &self,
        customer: &Stored<Customer>,
        password: &Password,
        pointer: &str,
        request: &Incoming,
    ) -> Result<Confirmed, Problem> {
        let email = customer.email.expose();
        let tried = self.count_guess(email, &Origin::LoggedIn, request.intent());
        let (credential, guesses) = tried.await?;
        // Every account has one: it has moved to another address since the account was read.
        let credential = credential.ok_or_else(Problem::contention)?;
        if !password.matches(Some(&credential.password))? {
            let detail = "it is not the password of the account";
            return Err(Problem::invalid(pointer, detail));
        }
        Ok(Confirmed {
            credential,
            guesses,
            device: device_of(request),
        })
    }

    /// The sessions of a customer that can go on, the last begun first.
    pub async fn sessions(
        &self,
        customer: &Customer,
        limit: Limit,
        (cursors, cursor): (&Cursors, Option<&str>),
    ) -> Result<Page<Stored<Session>>, Problem> {
        let run = sessions_of(customer.customer_id);
        let query = Query::index("by-customer", run.clone())
            .descending()
            .limit(limit.get());
        self.sessions.page(query, cursors, &run, cursor).await
    }

    /// What has happened to a customer's account, the last first.
    pub async fn security_events(
        &self,
        customer: CustomerId,
        limit: Limit,
        (cursors, cursor): (&Cursors, Option<&str>),
    ) -> Result<Page<Stored<SecurityEvent>>, Problem> {
        let run = events_of(customer);
        let scope = format!("security events of {customer}");
        let query = Query::table(run).descending().limit(limit.get());
        self.security_events
            .page(query, cursors, &scope, cursor)
            .await
    }

    /// The customers that an admin looks for.
    pub async fn search(
        &self,
        filter: &CustomerFilter,
        cursors: &Cursors,
    ) -> Result<Page<Stored<Customer>>, Problem> {
        let (scope, cursor) = (filter.scope(), filter.cursor.as_deref());
        let found = self.customers.page(filter.query(), cursors, &scope, cursor);
        let mut page: Page<Stored<Customer>> = found.await?;
        page.data.retain(|customer| filter.lets_pass(customer));
        Ok(page)
    }

    /// Keeps for its owner, and for admins, that an admin looks at the marketplace in a customer's name.
    pub async fn impersonate(
        &self,
        customer: CustomerId,
        session: SessionId,
        (admin, reason): (CustomerId, &ImpersonationReason),
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut command = self.commands.begin(intent);
        let what = Happening::Impersonated;
        self.note(&mut command, customer, what, |event| {
            event.of_session(session).by(admin, reason)
        });
        command.audit("customer.impersonate", customer);
        command.settle().await.map(drop)
    }

    /// Keeps for its owner that something has happened to an account, as a part of the command that does it.
    fn note(
        &self,
        command: &mut Command,
        customer: CustomerId,
        what: Happening,
        by: impl FnOnce(SecurityEvent) -> SecurityEvent,
    ) {
        let intent = command.intent();
        let event = SecurityEvent::new(customer, what, intent.now, &intent.ids);
        command.insert(&self.security_events, &by(event));
    }

    /// A customer whose account can be used.
    pub async fn active(&self, id: CustomerId) -> Result<Option<Stored<Customer>>, Problem> {
        let customer = self.customer(id).await?;
        Ok(customer.filter(|customer| customer.status == Status::Active))
    }

    /// Makes an account, and has its address verified. The reply has the customer's name and address in it, and the command record keeps it
    /// for its replay: the one place beside the profile, for two days at most. The record's stream carries it
    /// to the relay, which passes on events and nothing else.
    pub async fn register(
        &self,
        customer: &Customer,
        credential: &Credential,
        intent: &Intent,
        reply: Reply<Profile>,
    ) -> Result<Reply<Profile>, Problem> {
        let mut command = self.commands.begin(intent);
        self.open(&mut command, customer, credential);
        let customer_id = customer.customer_id;
        let token_id = self.issue(&mut command, None, customer, Purpose::VerifyEmail)?;
        let requested = CustomerEmailVerificationRequested {
            customer_id,
            token_id,
        };
        command.publish(1, &requested);
        command.audit("customer.register", customer_id);
        command.commit(reply).await
    }

    /// Makes the first super admin: refused as soon as there has ever been one.
    pub async fn create_first_admin(
        &self,
        customer: &Customer,
        credential: &Credential,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut command = self.commands.begin(intent);
        // The first refusal counts: whoever asks again learns that there is one, not that the address is taken.
        command
            .insert(&self.customers, &SuperAdmins::first(customer.customer_id))
            .or(Code::SuperAdminExists);
        self.open(&mut command, customer, credential);
        command.audit("customer.create-first-admin", customer.customer_id);
        command.settle().await.map(drop)
    }

    fn open(&self, command: &mut Command, customer: &Customer, credential: &Credential) {
        command
            .insert(&self.credentials, credential)
            .or(Code::EmailTaken);
        command.insert(&self.customers, customer);
        let registered = CustomerRegistered {
            customer_id: customer.customer_id,
        };
        command.publish(1, &registered);
    }

    /// Gives a customer other roles.
    pub async fn change_roles(
        &self,
        customer: &Stored<Customer>,
        roles: &Roles,
        intent: &Intent,
        reply: Reply<Profile>,
    ) -> Result<Reply<Profile>, Problem> {
        let id = customer.customer_id;
        let mut command = self.commands.begin(intent);
        let next = customer.with_roles(roles.clone());
        command.update(&self.customers, customer, &next);
        self.revoke_older(&mut command, &next, None);
        let (was, is) = (
            customer.roles.has(Role::SuperAdmin),
            roles.has(Role::SuperAdmin),
        );
        if was != is {
            let place = SuperAdmins::place();
            let listed = self.customers.get::<SuperAdmins>(&place).await?;
            let next = match &listed {
                Some(listed) if is => listed.with(id),
                Some(listed) => listed.without(id)?,
                None if is => SuperAdmins::first(id),
                None => return Err(Problem::internal("the list of super admins is missing")),
            };
            command.save(&self.customers, listed.as_ref(), &next);
        }
        let changed = CustomerRolesChanged {
            customer_id: id,
            roles: roles.to_vec(),
        };
        command.publish(customer.rev + 1, &changed);
        command.audit("customer.change-roles", id);
        command.commit(reply).await
    }

    /// Makes a seller of a customer, or takes that away, by an event of this revision of the seller. An account that
    /// is not there any more has no roles either.
    pub async fn sell(
        &self,
        id: CustomerId,
        sells: bool,
        revision: u64,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let Some(customer) = self.customer(id).await? else {
            return Ok(());
        };
        let Some(next) = customer.with_selling(sells, revision) else {
            return Ok(());
        };
        let mut command = self.commands.begin(intent);
        command.update(&self.customers, &customer, &next);
        if next.roles != customer.roles {
            self.revoke_older(&mut command, &next, None);
            let changed = CustomerRolesChanged {
                customer_id: id,
                roles: next.roles.to_vec(),
            };
            command.publish(customer.rev + 1, &changed);
        }
        command.audit("customer.follow-seller", id);
        command.settle().await.map(drop)
    }

    /// Gives a customer a place in a seller's staff, another one, or none, by an event of this revision of it.
    pub async fn employ(
        &self,
        staff: &SellerStaffChanged,
        revision: u64,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let id = staff.customer_id;
        let Some(customer) = self.customer(id).await? else {
            return Ok(());
        };
        let Some(next) = customer.with_staff(staff.seller_id, staff.role, revision) else {
            return Ok(());
        };
        let mut command = self.commands.begin(intent);
        command.update(&self.customers, &customer, &next);
        self.revoke_older(&mut command, &next, None);
        command.audit("customer.change-staff", id);
        command.settle().await.map(drop)
    }

    /// Keeps what the role service says that a customer may do. Tokens that say otherwise end; those that say the
    /// same go on.
    pub async fn change_allowances(
        &self,
        customer: &Stored<Customer>,
        next: &Customer,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut command = self.administer(customer, next, "customer.change-allowances", intent);
        if customer.given.allowances != next.given.allowances {
            self.revoke_older(&mut command, next, None);
        }
        command.settle().await.map(drop)
    }

    /// Keeps what a customer says of itself.
    pub async fn change_profile(
        &self,
        customer: &Stored<Customer>,
        next: &Customer,
        intent: &Intent,
        reply: Reply<Profile>,
    ) -> Result<Reply<Profile>, Problem> {
        let mut command = self.commands.begin(intent);
        command.update(&self.customers, customer, next);
        command.audit("customer.change-profile", customer.customer_id);
        command.commit(reply).await
    }

    /// Blocks an account.
    pub async fn block(
        &self,
        customer: &Stored<Customer>,
        blocked: &Customer,
        intent: &Intent,
        reply: Reply<CustomerRecord>,
    ) -> Result<Reply<CustomerRecord>, Problem> {
        let customer_id = customer.customer_id;
        let mut command = self.administer(customer, blocked, "customer.block", intent);
        self.revoke_older(&mut command, blocked, None);
        command.publish(customer.rev + 1, &CustomerBlocked { customer_id });
        command.commit(reply).await
    }

    /// Makes a blocked account usable again.
    pub async fn unblock(
        &self,
        customer: &Stored<Customer>,
        unblocked: &Customer,
        intent: &Intent,
        reply: Reply<CustomerRecord>,
    ) -> Result<Reply<CustomerRecord>, Problem> {
        let customer_id = customer.customer_id;
        let mut command = self.administer(customer, unblocked, "customer.unblock", intent);
        command.publish(customer.rev + 1, &CustomerUnblocked { customer_id });
        command.commit(reply).await
    }

    /// Ends all sessions of an account.
    pub async fn log_out_everywhere(
        &self,
        customer: &Stored<Customer>,
        logged_out: &Customer,
        intent: &Intent,
        reply: Reply<CustomerRecord>,
    ) -> Result<Reply<CustomerRecord>, Problem> {
        let mut command = self.administer(customer, logged_out, "customer.log-out", intent);
        self.revoke_older(&mut command, logged_out, None);
        command.commit(reply).await
    }

    fn administer(
        &self,
        customer: &Stored<Customer>,
        next: &Customer,
        action: &str,
        intent: &Intent,
    ) -> Command {
        let mut command = self.commands.begin(intent);
        command.update(&self.customers, customer, next);
        command.audit(action, customer.customer_id);
        command
    }

    /// Keeps another password, forgets the tries at the old one, and keeps that the sessions of the old one are
    /// over but for `by`.
    pub async fn change_password(
        &self,
        customer: &Stored<Customer>,
        confirmed: &Confirmed,
        (next, by): (&Credential, SessionId),
        intent: &Intent,
        reply: Reply<()>,
    ) -> Result<Reply<()>, Problem> {
        let credential = &confirmed.credential;
        let mut command = self.commands.begin(intent);
        command.update(&self.credentials, credential, next);
        command.discard(&self.guesses, &confirmed.guesses);
        let generation = Credential::generation(credential) + 1;
        let changed = customer.with_new_password(generation, Some(by), intent.now);
        command.update(&self.customers, customer, &changed);
        self.revoke_older(&mut command, &changed, Some(by));
        let changed = CustomerPasswordChanged {
            customer_id: customer.customer_id,
        };
        command.publish(customer.rev + 1, &changed);
        let (id, device) = (customer.customer_id, confirmed.device.clone());
        self.note(&mut command, id, Happening::PasswordChanged, |event| {
            event.on(device).of_session(by)
        });
        command.audit("customer.change-password", customer.customer_id);
        command.commit(reply).await
    }

    /// Keeps a new session, forgets the tries that led to it, uses up the code that was shown, and keeps the
    /// password's hash as it is made today, if the one that there was is not. No reply is kept: tokens are secrets.
    pub async fn begin_session(
        &self,
        session: &Session,
        known: &Authenticated,
        rehashed: Option<&Credential>,
        proof: Option<&Proof>,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut command = self.commands.begin(intent);
        command.insert(&self.sessions, session);
        command.discard(&self.guesses, &known.guesses);
        if let Some(rehashed) = rehashed {
            command.update(&self.credentials, &known.credential, rehashed);
        }
        if let Some(proof) = proof {
            command.update(&self.second_factors, &proof.read, &proof.next);
        }
        let refused = known.guesses.wrong();
        self.note(
            &mut command,
            session.customer_id,
            Happening::LoggedIn,
            |event| event.in_session(session).after_refused(refused),
        );
        command.audit("session.begin", session.session_id);
        command.settle().await.map(drop)
    }

    /// Keeps a session as it goes on after an exchange of tokens.
    pub async fn refresh_session(
        &self,
        session: &Stored<Session>,
        next: &Session,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let command = self.keep(session, next, "session.refresh", intent);
        command.settle().await.map(drop)
    }

    /// Keeps a session as ended because one of its tokens was used twice, and lets its owner know.
    pub async fn revoke_session(
        &self,
        session: &Stored<Session>,
        ended: &Session,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut command = self.keep(session, ended, "session.revoke", intent);
        self.revoke_session_tokens(&mut command, session);
        let reused = SessionTokenReused {
            session_id: session.session_id,
            customer_id: session.customer_id,
        };
        command.publish(session.rev + 1, &reused);
        let (id, what) = (session.customer_id, Happening::TokenReused);
        self.note(&mut command, id, what, |event| event.in_session(session));
        command.settle().await.map(drop)
    }

    fn keep(
        &self,
        session: &Stored<Session>,
        next: &Session,
        action: &str,
        intent: &Intent,
    ) -> Command {
        let mut command = self.commands.begin(intent);
        command.update(&self.sessions, session, next);
        command.audit(action, session.session_id);
        command
    }

    /// Ends the access tokens that were handed out before the account became `next`.
    fn revoke_older(&self, command: &mut Command, next: &Customer, except: Option<SessionId>) {
        let revoked = Revoked::older(next, except, command.intent().now);
        command.insert(&self.revocations, &revoked);
    }

    fn revoke_session_tokens(&self, command: &mut Command, session: &Session) {
        let revoked = Revoked::session(session, command.intent().now);
        command.insert(&self.revocations, &revoked);
    }

    /// Ends a session because its customer wants it.
    pub async fn end_session(
        &self,
        session: &Stored<Session>,
        why: End,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Result<Reply<()>, Problem> {
        let mut command = self.keep(session, &session.end(why), "session.end", intent);
        self.revoke_session_tokens(&mut command, session);
        let (id, what) = (session.customer_id, Happening::SessionEnded);
        self.note(&mut command, id, what, |event| event.in_session(session));
        command.commit(reply).await
    }
}
