//! An account: the customer's profile, and apart from it what it logs in with.

use dynamo::{Item, Key, Stored};
use kernel::{CustomerId, Line, Owned, Personal, Role, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{EmailAddress, PasswordHash, Roles};

/// What to call a customer.
pub type Name = Line<1, 200>;

/// Whether an account can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Yes.
    Active,
    /// No one logs in to it, and its sessions don't go on.
    Blocked,
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
    /// Whether the account can be used.
    pub status: Status,
    /// Counts the changes of what they may do. Tokens carry it, so that one can be told to be out of date.
    pub ver: u64,
}

impl Customer {
    /// Someone who has just made an account.
    pub fn new(customer_id: CustomerId, email: EmailAddress, name: Name) -> Self {
        Self {
            customer_id,
            email: Personal::new(customer_id, email),
            name: Personal::new(customer_id, name),
            roles: Roles::only(Role::Customer),
            status: Status::Active,
            ver: 1,
        }
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
            name: self.name.expose().clone(),
            roles: self.roles.clone(),
            created_at,
        }
    }
}

impl Item for Customer {
    const KIND: &'static str = "customer";

    fn key(&self) -> Key {
        Self::place(self.customer_id)
    }
}

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
    /// What to call them.
    pub name: Name,
    /// What they may do.
    pub roles: Roles,
    /// Since when there is an account.
    pub created_at: Timestamp,
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
}

impl Credential {
    /// What this customer logs in with.
    pub fn new(customer: &Customer, password: PasswordHash) -> Self {
        Self {
            email_digest: customer.email.expose().digest(),
            customer_id: customer.customer_id,
            password,
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

#[cfg(test)]
mod tests {
    use contracts::views::{CustomerContact, View};
    use kernel::Ids;

    use super::*;
    use crate::NewPassword;

    fn rosa() -> Customer {
        let id = Ids::seeded(1).fresh(Timestamp::from_second(1));
        let (email, name) = ("Rosa@example.com".parse(), "Rosa Lind".parse());
        Customer::new(id, email.unwrap(), name.unwrap())
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
