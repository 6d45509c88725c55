//! What is kept for the links in mails, and of an account at its end.

use contracts::{
    events::{
        CustomerClosed, CustomerClosing, CustomerEmailChangeRequested, CustomerEmailChanged,
        CustomerEmailVerificationRequested, CustomerEmailVerified, CustomerPasswordChanged,
        CustomerPasswordResetRequested, CustomerReopened,
    },
    one_time::Purpose,
};
use dynamo::{Command, Intent, Query, Stored};
use kernel::{Code, CustomerId, Problem, Reply, Timestamp, TokenId};

use super::{Accounts, Confirmed};
use crate::{
    ClosedAccount, Credential, Customer, EmailAddress, EmailChange, Guesses, Happening, OneTime,
    Origin, Redeemed, Session, Status,
    account::{CLOSING, EMAIL_CHANGES},
    session::sessions_of,
};

/// What one run closes at most.
const CLOSED: usize = 100;
/// What a closed account leaves behind at most, of each kind, beside what ends by its own time: a transaction
/// has a hundred actions.
const REMAINS: usize = 40;

impl Accounts {
    /// The token of a customer for a purpose, and the customer.
    pub async fn tokened(
        &self,
        id: CustomerId,
        purpose: Purpose,
    ) -> Result<(Option<Stored<OneTime>>, Option<Stored<Customer>>), Problem> {
        let customer = (self.customers.clone(), Customer::place(id));
        let token = OneTime::place(id, purpose);
        self.tokens.get_both((&token, &customer)).await
    }

    /// Gives a customer a token in the place of the one before.
    pub(super) fn issue(
        &self,
        command: &mut Command,
        before: Option<&Stored<OneTime>>,
        customer: &Customer,
        purpose: Purpose,
    ) -> Result<TokenId, Problem> {
        let (now, ids) = (command.intent().now, command.intent().ids.clone());
        let next = OneTime::next(before.map(|it| &it.value), customer, purpose, now, &ids)?;
        command.save(&self.tokens, before, &next);
        Ok(next.token_id)
    }

    /// Has an address verified by another mail.
    pub async fn request_verification(
        &self,
        customer: &Stored<Customer>,
        before: Option<&Stored<OneTime>>,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Result<Reply<()>, Problem> {
        let customer_id = customer.customer_id;
        let mut command = self.commands.begin(intent);
        let token_id = self.issue(&mut command, before, customer, Purpose::VerifyEmail)?;
        let requested = CustomerEmailVerificationRequested {
            customer_id,
            token_id,
        };
        command.publish(customer.rev, &requested);
        command.audit("customer.request-email-verification", customer_id);
        command.commit(reply).await
    }

    /// Keeps that a customer reads the mail to the address.
    pub async fn verify_email(
        &self,
        redeemed: &Redeemed,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Result<Reply<()>, Problem> {
        let (mut command, customer) = self.spend(redeemed, intent);
        let verified = customer.with_verified_email(intent.now);
        self.keep_verified(&mut command, customer, &verified);
        let device = redeemed.device.clone();
        self.note(
            &mut command,
            customer.customer_id,
            Happening::EmailVerified,
            |event| event.on(device),
        );
        command.audit("customer.verify-email", customer.customer_id);
        command.commit(reply).await
    }

    fn spend<'a>(
        &self,
        redeemed: &'a Redeemed,
        intent: &Intent,
    ) -> (Command, &'a Stored<Customer>) {
        let mut command = self.commands.begin(intent);
        command.delete(&self.tokens, &redeemed.token);
        (command, &redeemed.customer)
    }

    /// Keeps what has become of a customer, and announces it where that is a verified address.
    fn keep_verified(&self, command: &mut Command, customer: &Stored<Customer>, next: &Customer) {
        command.update(&self.customers, customer, next);
        if customer.email_verified_at.is_none() {
            let verified = CustomerEmailVerified {
                customer_id: customer.customer_id,
            };
            command.publish(customer.rev + 1, &verified);
        }
    }

    /// Has a password reset by a mail. An address without a usable account makes the same calls, which leave a
    /// token of nobody behind; so does one that has had enough mails.
    pub async fn request_password_reset(
        &self,
        email: &EmailAddress,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Result<Reply<()>, Problem> {
        let purpose = Purpose::ResetPassword;
        let known = self
            .credentials
            .get::<Credential>(&Credential::place(email))
            .await?;
        let nobody = intent.ids.fresh(intent.now);
        let id = known.map_or(nobody, |known| known.customer_id);
        let (before, customer) = self.tokened(id, purpose).await?;
        let customer = customer.filter(|customer| customer.status == Status::Active);

        let mut command = self.commands.begin(intent);
        let issued = customer.map(|customer| {
            let issued = self.issue(&mut command, before.as_ref(), &customer, purpose);
            issued.map(|token_id| (customer.rev, token_id))
        });
        if let Some(Ok((rev, token_id))) = issued {
            let requested = CustomerPasswordResetRequested {
                customer_id: id,
                token_id,
            };
            command.publish(rev, &requested);
            command.audit("customer.request-password-reset", id);
        } else {
            let decoy = OneTime::of_nobody(nobody, email, purpose, intent.now, &intent.ids);
            command.insert(&self.tokens, &decoy);
        }
        command.commit(reply).await
    }

    /// What a customer logs in with, and the tries from anywhere.
    ///
    /// # Errors
    /// Contention where there is none at the address any more.
    pub async fn credential(
        &self,
        customer: &Customer,
    ) -> Result<(Stored<Credential>, Option<Stored<Guesses>>), Problem> {
        let email = customer.email.expose();
        let guesses = Guesses::place(email, &Origin::Unknown);
        let (credential, guesses) = self
            .credentials
            .get_both::<Credential, Guesses>((
                &Credential::place(email),
                &(self.guesses.clone(), guesses),
            ))
            .await?;
        // Every account has one: it has moved to another address since the account was read.
        let credential = credential.ok_or_else(Problem::contention)?;
        Ok((credential, guesses))
    }

    /// Keeps another password, which ends all sessions; forgets the tries at the old one; and keeps that the
    /// customer reads the mail to the address.
    pub async fn reset_password(
        &self,
        redeemed: &Redeemed,
        (credential, next): (&Stored<Credential>, &Credential),
        guesses: Option<&Stored<Guesses>>,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Result<Reply<()>, Problem> {
        let (mut command, customer) = self.spend(redeemed, intent);
        let customer_id = customer.customer_id;
        command.update(&self.credentials, credential, next);
        if let Some(guesses) = guesses {
            command.discard(&self.guesses, guesses);
        }
        let changed = customer
            .with_new_password(Credential::generation(credential) + 1, None, intent.now)
            .with_verified_email(intent.now);
        self.keep_verified(&mut command, customer, &changed);
        self.revoke_older(&mut command, &changed, None);
        command.publish(customer.rev + 1, &CustomerPasswordChanged { customer_id });
        let device = redeemed.device.clone();
        self.note(
            &mut command,
            customer_id,
            Happening::PasswordReset,
            |event| event.on(device),
        );
        command.audit("customer.reset-password", customer_id);
        command.commit(reply).await
    }

    /// Has another address confirmed by a mail to it, and forgets the tries at the password that asked for it.
    pub async fn request_email_change(
        &self,
        customer: &Stored<Customer>,
        email: EmailAddress,
        confirmed: &Confirmed,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Result<Reply<()>, Problem> {
        let (customer_id, purpose) = (customer.customer_id, Purpose::ChangeEmail);
        let place = OneTime::place(customer_id, purpose);
        let before = self.tokens.get::<OneTime>(&place).await?;

        let mut command = self.commands.begin(intent);
        let token_id = self.issue(&mut command, before.as_ref(), customer, purpose)?;
        let wanted = EmailChange::wanted(customer, token_id, email, intent.now);
        command.insert(&self.customers, &wanted);
        command.discard(&self.guesses, &confirmed.guesses);
        let requested = CustomerEmailChangeRequested {
            customer_id,
            token_id,
        };
        command.publish(customer.rev, &requested);
        let device = confirmed.device.clone();
        self.note(
            &mut command,
            customer_id,
            Happening::EmailChangeRequested,
            |event| event.on(device),
        );
        command.audit("customer.request-email-change", customer_id);
        command.commit(reply).await
    }

    /// Gives an account the address that its token was mailed to, unless another has it by now.
    pub async fn change_email(
        &self,
        redeemed: &Redeemed,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Result<Reply<()>, Problem> {
        let (mut command, customer) = self.spend(redeemed, intent);
        let (customer_id, token_id) = (customer.customer_id, redeemed.token.token_id);
        let wanted = (
            self.customers.clone(),
            EmailChange::place(customer_id, token_id),
        );
        let (credential, wanted) = self
            .credentials
            .get_both::<Credential, EmailChange>((
                &Credential::place(customer.email.expose()),
                &wanted,
            ))
            .await?;
        let (Some(credential), Some(wanted)) = (credential, wanted) else {
            // Someone was faster: what was read before is of the address that was.
            return Err(Problem::contention());
        };

        let email = wanted.new_email.expose();
        command
            .insert(&self.credentials, &Credential::moved(&credential, email))
            .or(Code::InvalidToken);
        command.delete(&self.credentials, &credential);
        let changed = customer.with_email(email.clone(), intent.now);
        command.update(&self.customers, customer, &changed);
        let changed = CustomerEmailChanged {
            customer_id,
            token_id,
        };
        command.publish(customer.rev + 1, &changed);
        let device = redeemed.device.clone();
        self.note(
            &mut command,
            customer_id,
            Happening::EmailChanged,
            |event| event.on(device),
        );
        command.audit("customer.change-email", customer_id);
        command.commit(reply).await
    }

    /// Keeps that an account is to be closed, and gives its owner a token that keeps it until then.
    pub async fn close<T>(
        &self,
        customer: &Stored<Customer>,
        (closing, due_at): (&Customer, Timestamp),
        confirmed: &Confirmed,
        intent: &Intent,
        reply: Reply<T>,
    ) -> Result<Reply<T>, Problem> {
        let (customer_id, purpose) = (customer.customer_id, Purpose::ReopenAccount);
        let place = OneTime::place(customer_id, purpose);
        let before = self.tokens.get::<OneTime>(&place).await?;

        let mut command = self.commands.begin(intent);
        let token = OneTime::next(None, customer, purpose, intent.now, &intent.ids)?;
        let token = token.until(due_at);
        command.save(&self.tokens, before.as_ref(), &token);
        command.update(&self.customers, customer, closing);
        self.revoke_older(&mut command, closing, None);
        command.discard(&self.guesses, &confirmed.guesses);
        let said = CustomerClosing {
            customer_id,
            token_id: token.token_id,
            due_at,
        };
        command.publish(customer.rev + 1, &said);
        let device = confirmed.device.clone();
        self.note(&mut command, customer_id, Happening::Closing, |event| {
            event.on(device)
        });
        command.audit("customer.close", customer_id);
        command.commit(reply).await
    }

    /// Keeps an account that was about to be closed.
    pub async fn reopen(
        &self,
        redeemed: &Redeemed,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Result<Reply<()>, Problem> {
        let (mut command, customer) = self.spend(redeemed, intent);
        let customer_id = customer.customer_id;
        command.update(&self.customers, customer, &customer.reopened());
        command.publish(customer.rev + 1, &CustomerReopened { customer_id });
        let device = redeemed.device.clone();
        self.note(&mut command, customer_id, Happening::Reopened, |event| {
            event.on(device)
        });
        command.audit("customer.reopen", customer_id);
        command.commit(reply).await
    }

    /// The accounts that are to be closed by now, the longest due first, at most a hundred.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<CustomerId>, Problem> {
        let run = Query::index("by-due", CLOSING)
            .up_to(now.to_string())
            .limit(CLOSED);
        let due = self.customers.query::<Customer>(run).await?;
        Ok(due.into_iter().map(|due| due.customer_id).collect())
    }

    /// Closes an account for good, if it is still due: its address is free again, its sessions are gone, and of
    /// the person nothing is left. `step` names what is done once, however often it is tried.
    pub async fn close_for_good(
        &self,
        id: CustomerId,
        step: impl Fn(String) -> Intent,
    ) -> Result<(), Problem> {
        // The index lags behind; what is decided is decided on the account itself.
        let (Some(customer), factor) = self.customer_with_factor(id).await? else {
            return Ok(());
        };
        let intent = step(format!("{id} {}", customer.rev));
        if !customer.is_due(intent.now) {
            return Ok(());
        }
        let (credential, guesses) = self.credential(&customer).await?;
        let keys = self.key_ring(id).await?;
        let sessions = Query::index("by-customer", sessions_of(id)).limit(REMAINS);
        let sessions = self.sessions.query::<Session>(sessions).await?;
        let changes = Query::table(Customer::place(id).pk).starting_with(EMAIL_CHANGES);
        let changes = self.customers.query::<EmailChange>(changes.limit(REMAINS));

        let mut command = self.commands.begin(&intent);
        command.delete(&self.customers, &customer);
        let closed = ClosedAccount {
            customer_id: id,
            opened_at: customer.created_at,
        };
        command.insert(&self.customers, &closed);
        command.delete(&self.credentials, &credential);
        if let Some(guesses) = &guesses {
            command.discard(&self.guesses, guesses);
        }
        if let Some(keys) = &keys {
            command.delete(&self.api_keys, keys);
        }
        if let Some(factor) = &factor {
            command.delete(&self.second_factors, factor);
        }
        for session in &sessions {
            command.delete(&self.sessions, session);
        }
        for change in &changes.await? {
            command.delete(&self.customers, change);
        }
        command.publish(customer.rev + 1, &CustomerClosed { customer_id: id });
        command.audit("customer.close-for-good", id);
        command.settle().await.map(drop)
    }
}
