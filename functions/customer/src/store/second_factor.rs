//! What is read and written about second factors.

use contracts::events::{CustomerSecondFactorDisabled, CustomerSecondFactorEnabled};
use dynamo::{Intent, Stored};
use kernel::{CustomerId, Problem, Reply, SessionId};

use super::Accounts;
use crate::{Customer, Enrolment, Guesses, Proof, Session};

impl Accounts {
    /// A customer's second factor, pending or in use.
    pub async fn enrolment(&self, id: CustomerId) -> Result<Option<Stored<Enrolment>>, Problem> {
        self.second_factors.get(&Enrolment::place(id)).await
    }

    /// A customer and its second factor.
    pub async fn customer_with_factor(
        &self,
        id: CustomerId,
    ) -> Result<(Option<Stored<Customer>>, Option<Stored<Enrolment>>), Problem> {
        let factor = (self.second_factors.clone(), Enrolment::place(id));
        let both = (&Customer::place(id), &factor);
        self.customers.get_both(both).await
    }

    /// A customer's session and its second factor.
    pub async fn session_with_factor(
        &self,
        (session, customer): (SessionId, CustomerId),
    ) -> Result<(Option<Stored<Session>>, Option<Stored<Enrolment>>), Problem> {
        let factor = (self.second_factors.clone(), Enrolment::place(customer));
        let both = (&Session::place(session), &factor);
        self.sessions.get_both(both).await
    }

    /// Counts a try at a code before the code is looked at.
    pub async fn count_code(
        &self,
        read: Stored<Enrolment>,
        intent: &Intent,
    ) -> Result<Stored<Enrolment>, Problem> {
        let next = read.guessed(intent.now)?;
        let step = Intent {
            key: format!("{}#guess-{}", intent.key, read.rev),
            ..intent.clone()
        };
        let mut command = self.commands.begin(&step);
        command.update(&self.second_factors, &read, &next);
        command.settle().await?;
        Ok(Stored {
            value: next,
            rev: read.rev + 1,
            updated_at: intent.now,
            ..read
        })
    }

    /// Keeps a pending second factor, in place of one that was pending before. No reply is kept: it shows the
    /// secret.
    pub async fn enrol(
        &self,
        read: Option<&Stored<Enrolment>>,
        pending: &Enrolment,
        guesses: &Stored<Guesses>,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut command = self.commands.begin(intent);
        command.save(&self.second_factors, read, pending);
        command.discard(&self.guesses, guesses);
        command.audit("customer.enrol-second-factor", pending.customer_id);
        command.settle().await.map(drop)
    }

    /// Keeps a second factor as in use. The session that has shown it goes on with its tokens; all others get new
    /// ones that say that there is a second factor. No reply is kept: it shows the recovery codes.
    pub async fn enable_second_factor(
        &self,
        customer: &Stored<Customer>,
        session: &Stored<Session>,
        proof: &Proof,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let customer_id = customer.customer_id;
        let next = customer.with_second_factor(intent.now);
        let mut command = self.commands.begin(intent);
        command.update(&self.second_factors, &proof.read, &proof.next);
        command.update(&self.customers, customer, &next);
        command.update(
            &self.sessions,
            session,
            &session.with_second_factor(intent.now),
        );
        self.revoke_older(&mut command, &next, Some(session.session_id));
        command.publish(
            customer.rev + 1,
            &CustomerSecondFactorEnabled { customer_id },
        );
        command.audit("customer.enable-second-factor", customer_id);
        command.settle().await.map(drop)
    }

    /// Keeps new recovery codes. No reply is kept: it shows them.
    pub async fn renew_recovery_codes(
        &self,
        proof: &Proof,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut command = self.commands.begin(intent);
        command.update(&self.second_factors, &proof.read, &proof.next);
        command.audit("customer.renew-recovery-codes", proof.next.customer_id);
        command.settle().await.map(drop)
    }

    /// Takes a second factor away because its customer wants it.
    pub async fn disable_second_factor(
        &self,
        customer: &Stored<Customer>,
        proof: &Proof,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Result<Reply<()>, Problem> {
        let action = "customer.disable-second-factor";
        let without = self.without_factor(customer, &proof.read, action, intent);
        without.commit(reply).await
    }

    /// Takes a second factor away because an admin wants it.
    pub async fn reset_second_factor(
        &self,
        customer: &Stored<Customer>,
        enrolment: &Stored<Enrolment>,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Result<Reply<()>, Problem> {
        let action = "customer.reset-second-factor";
        let without = self.without_factor(customer, enrolment, action, intent);
        without.commit(reply).await
    }

    fn without_factor(
        &self,
        customer: &Stored<Customer>,
        enrolment: &Stored<Enrolment>,
        action: &str,
        intent: &Intent,
    ) -> dynamo::Command {
        let customer_id = customer.customer_id;
        let next = customer.without_second_factor();
        let mut command = self.administer(customer, &next, action, intent);
        command.delete(&self.second_factors, enrolment);
        command.publish(
            customer.rev + 1,
            &CustomerSecondFactorDisabled { customer_id },
        );
        command
    }

    /// Keeps that a session has shown the second factor once more. No reply is kept: tokens are secrets.
    pub async fn step_up(
        &self,
        session: &Stored<Session>,
        next: &Session,
        proof: &Proof,
        intent: &Intent,
    ) -> Result<(), Problem> {
        let mut command = self.keep(session, next, "session.step-up", intent);
        command.update(&self.second_factors, &proof.read, &proof.next);
        command.settle().await.map(drop)
    }
}
