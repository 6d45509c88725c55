//! What is read and written about API keys.

use contracts::views::ApiKeyUse;
use dynamo::{Command, Intent, Query, Stored};
use futures_util::future::try_join;
use kernel::{ApiKeyId, Code, CustomerId, Problem, Reply};
use lambda::http::Incoming;

use super::Accounts;
use crate::{Customer, Happening, KeyRing, KeyView, device_of};

/// An account and its keys; of one that never had any there is nothing stored.
#[derive(Debug)]
pub struct KeyHolder {
    /// The account.
    pub customer: Stored<Customer>,
    stored: Option<Stored<KeyRing>>,
    /// The keys.
    pub ring: KeyRing,
}

impl Accounts {
    /// The caller's account and its keys.
    ///
    /// # Errors
    /// `customer_not_found` where the account is not there any more.
    pub async fn key_holder(&self, request: &Incoming) -> Result<KeyHolder, Problem> {
        let id = request.customer()?;
        let keys = (self.api_keys.clone(), KeyRing::place(id));
        let both = (&Customer::place(id), &keys);
        let (customer, stored) = self.customers.get_both(both).await?;
        Self::held(request, customer, stored)
    }

    /// The same, with when the keys were last used.
    ///
    /// # Errors
    /// `customer_not_found` where the account is not there any more.
    pub async fn key_holder_and_uses(
        &self,
        request: &Incoming,
    ) -> Result<(KeyHolder, Vec<ApiKeyUse>), Problem> {
        let uses = Query::table(ApiKeyUse::run_of(request.customer()?));
        let uses = request.platform.db.view_run::<ApiKeyUse>(uses);
        try_join(self.key_holder(request), uses).await
    }

    fn held(
        request: &Incoming,
        customer: Option<Stored<Customer>>,
        stored: Option<Stored<KeyRing>>,
    ) -> Result<KeyHolder, Problem> {
        let customer = request.reach(customer, Code::CustomerNotFound)?;
        let ring = stored.as_deref().cloned();
        let ring = ring.unwrap_or_else(|| KeyRing::empty(customer.customer_id));
        Ok(KeyHolder {
            customer,
            stored,
            ring,
        })
    }

    /// An account's keys, for its end.
    pub(super) async fn key_ring(
        &self,
        id: CustomerId,
    ) -> Result<Option<Stored<KeyRing>>, Problem> {
        self.api_keys.get(&KeyRing::place(id)).await
    }

    /// Keeps a new key. No reply is kept: it shows the secret.
    pub async fn create_api_key(
        &self,
        holder: &KeyHolder,
        (next, key): (&KeyRing, ApiKeyId),
        request: &Incoming,
    ) -> Result<(), Problem> {
        let what = (Happening::ApiKeyCreated, "customer.create-api-key");
        let mut command = self.keep_keys(holder, (next, key), what, request);
        // A key of an account that is closed at this moment would be left behind.
        command.require(&self.customers, &holder.customer);
        command.settle().await.map(drop)
    }

    /// Keeps a key's other secret. No reply is kept: it shows the secret.
    pub async fn rotate_api_key(
        &self,
        holder: &KeyHolder,
        (next, key): (&KeyRing, ApiKeyId),
        request: &Incoming,
    ) -> Result<(), Problem> {
        let what = (Happening::ApiKeyRotated, "customer.rotate-api-key");
        let command = self.keep_keys(holder, (next, key), what, request);
        command.settle().await.map(drop)
    }

    /// Keeps what a key may do now.
    pub async fn change_api_key(
        &self,
        holder: &KeyHolder,
        (next, key): (&KeyRing, ApiKeyId),
        request: &Incoming,
        reply: Reply<KeyView>,
    ) -> Result<Reply<KeyView>, Problem> {
        let what = (Happening::ApiKeyChanged, "customer.change-api-key");
        let command = self.keep_keys(holder, (next, key), what, request);
        command.commit(reply).await
    }

    /// Keeps that a key is gone.
    pub async fn revoke_api_key(
        &self,
        holder: &KeyHolder,
        (next, key): (&KeyRing, ApiKeyId),
        request: &Incoming,
        reply: Reply<()>,
    ) -> Result<Reply<()>, Problem> {
        let what = (Happening::ApiKeyRevoked, "customer.revoke-api-key");
        let command = self.keep_keys(holder, (next, key), what, request);
        command.commit(reply).await
    }

    fn keep_keys(
        &self,
        holder: &KeyHolder,
        (next, key): (&KeyRing, ApiKeyId),
        (what, action): (Happening, &str),
        request: &Incoming,
    ) -> Command {
        let intent: &Intent = request.intent();
        let mut command = self.commands.begin(intent);
        command.save(&self.api_keys, holder.stored.as_ref(), next);
        let (id, device) = (holder.customer.customer_id, device_of(request));
        self.note(&mut command, id, what, |event| event.on(device).of_key(key));
        command.audit(action, key);
        command
    }
}
