//! A customer's address book: the addresses, and which of them are used unless told otherwise.

use std::collections::BTreeSet;

use contracts::views::PostalAddress;
use dynamo::{Item, Key, Stored};
use kernel::{AddressId, Code, CustomerId, Owned, Personal, Problem, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    format::formatted,
    input::{AddressInput, Label},
};

/// A book holds at most so many addresses.
pub const MOST_ADDRESSES: u32 = 50;

/// What an address is used for.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AddressPurpose")]
pub enum Purpose {
    /// Parcels go there.
    Shipping,
    /// Invoices are made out to it.
    Billing,
}

/// An address in a customer's book.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Address {
    /// Its id.
    pub address_id: AddressId,
    /// In whose book it is.
    pub customer_id: CustomerId,
    /// What the customer calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Personal<Label>>,
    /// The address; read by others through the view `address-book`.
    pub postal: Personal<PostalAddress>,
    /// What it is the default for. The book knows it as well, and both change together.
    #[serde(default)]
    pub default_for: BTreeSet<Purpose>,
}

impl Address {
    /// A new address of a customer.
    ///
    /// # Errors
    /// `validation_failed` with everything that is wrong.
    pub fn new(
        address_id: AddressId,
        customer_id: CustomerId,
        said: &AddressInput,
    ) -> Result<Self, Problem> {
        let (label, postal) = said.check()?;
        Ok(Self {
            address_id,
            customer_id,
            label: label.map(|label| Personal::new(customer_id, label)),
            postal: Personal::new(customer_id, postal),
            default_for: BTreeSet::new(),
        })
    }

    /// The same address, written anew.
    ///
    /// # Errors
    /// `validation_failed` with everything that is wrong.
    pub fn rewritten(&self, said: &AddressInput) -> Result<Self, Problem> {
        Ok(Self {
            default_for: self.default_for.clone(),
            ..Self::new(self.address_id, self.customer_id, said)?
        })
    }

    /// The same address, as this book prefers it.
    pub fn preferred_in(&self, book: &Book) -> Self {
        Self {
            default_for: book.purposes_of(self.address_id),
            ..self.clone()
        }
    }

    /// What its customer may change of it.
    pub fn input(&self) -> AddressInput {
        let label = self.label.as_ref().map(Personal::expose);
        AddressInput::of(label, self.postal.expose())
    }

    /// Where an address of a customer is.
    pub fn place(customer: CustomerId, address: AddressId) -> Key {
        Key::new(run_of(customer), format!("{ADDRESSES}{address}"))
    }

    /// What its customer, and admins, see of it.
    pub fn view(&self, created_at: Timestamp, updated_at: Timestamp) -> AddressView {
        let postal = self.postal.expose();
        AddressView {
            id: self.address_id,
            customer_id: self.customer_id,
            label: self.label.as_ref().map(|label| label.expose().clone()),
            formatted: formatted(postal),
            postal: postal.clone(),
            default_for: self.default_for.iter().copied().collect(),
            created_at,
            updated_at,
        }
    }
}

/// What the sort keys of addresses begin with.
pub(crate) const ADDRESSES: &str = "address#";

/// The run of a customer's addresses.
pub(crate) fn run_of(customer: CustomerId) -> String {
    format!("customer#{customer}")
}

impl Item for Address {
    const KIND: &'static str = "address";

    fn key(&self) -> Key {
        Self::place(self.customer_id, self.address_id)
    }

    fn indexes(&self) -> Vec<(&'static str, String, String)> {
        vec![("by-id", self.address_id.to_string(), "address".to_owned())]
    }
}

impl Owned for Address {
    fn of_customer(&self, customer: CustomerId) -> bool {
        self.customer_id == customer
    }
}

/// What is true of a customer's addresses together. Whatever adds, removes or prefers one changes it, so that of any
/// number of these at once each is decided on what the others have left.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Book {
    customer_id: CustomerId,
    /// How many addresses there are.
    count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shipping: Option<AddressId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    billing: Option<AddressId>,
}

impl Book {
    /// A book in which nothing is written.
    pub fn empty(customer_id: CustomerId) -> Self {
        Self {
            customer_id,
            count: 0,
            shipping: None,
            billing: None,
        }
    }

    /// The book with one more address.
    ///
    /// # Errors
    /// `address_book_full`.
    pub fn with_one_more(&self) -> Result<Self, Problem> {
        if self.count >= MOST_ADDRESSES {
            return Err(Code::AddressBookFull.into());
        }
        Ok(Self {
            count: self.count + 1,
            ..self.clone()
        })
    }

    /// The book without an address; what it was the default for has none then.
    pub fn without(&self, address: AddressId) -> Self {
        let others = |held: Option<AddressId>| held.filter(|id| *id != address);
        Self {
            count: self.count.saturating_sub(1),
            shipping: others(self.shipping),
            billing: others(self.billing),
            ..self.clone()
        }
    }

    /// The book in which an address is the default for these purposes and no others.
    pub fn preferring(&self, address: AddressId, purposes: &BTreeSet<Purpose>) -> Self {
        let next = |purpose, held: Option<AddressId>| {
            if purposes.contains(&purpose) {
                Some(address)
            } else {
                held.filter(|id| *id != address)
            }
        };
        Self {
            shipping: next(Purpose::Shipping, self.shipping),
            billing: next(Purpose::Billing, self.billing),
            ..self.clone()
        }
    }

    /// What an address is the default for.
    pub fn purposes_of(&self, address: AddressId) -> BTreeSet<Purpose> {
        let held = [
            (Purpose::Shipping, self.shipping),
            (Purpose::Billing, self.billing),
        ];
        let its = held.into_iter().filter(|(_, id)| *id == Some(address));
        its.map(|(purpose, _)| purpose).collect()
    }

    /// The other addresses that are a default here and for less, or nothing, in `next`.
    pub fn displaced(&self, address: AddressId, next: &Self) -> BTreeSet<AddressId> {
        let defaults = [self.shipping, self.billing].into_iter().flatten();
        let others = defaults.filter(|id| *id != address);
        others
            .filter(|id| self.purposes_of(*id) != next.purposes_of(*id))
            .collect()
    }

    /// Where a customer's book is.
    pub fn place(customer: CustomerId) -> Key {
        Key::new(run_of(customer), "book")
    }
}

impl Item for Book {
    const KIND: &'static str = "address-book";

    fn key(&self) -> Key {
        Self::place(self.customer_id)
    }
}

/// An address as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Address")]
pub struct AddressView {
    /// Its id.
    pub id: AddressId,
    /// In whose book it is.
    pub customer_id: CustomerId,
    /// What the customer calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// Its parts.
    #[serde(flatten)]
    pub postal: PostalAddress,
    /// Its lines as its country writes them, without the country.
    pub formatted: Vec<String>,
    /// What it is the default for.
    pub default_for: Vec<Purpose>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl From<&Stored<Address>> for AddressView {
    fn from(stored: &Stored<Address>) -> Self {
        stored.view(stored.created_at, stored.updated_at)
    }
}

#[cfg(test)]
mod tests {
    use kernel::Ids;

    use super::*;

    fn ids() -> [AddressId; 3] {
        let (ids, now) = (Ids::seeded(1), Timestamp::from_second(1));
        [ids.fresh(now), ids.fresh(now), ids.fresh(now)]
    }

    fn book(addresses: u32) -> Book {
        let customer = Ids::seeded(2).fresh(Timestamp::from_second(1));
        let empty = Book::empty(customer);
        (0..addresses).fold(empty, |book, _| book.with_one_more().unwrap())
    }

    fn both() -> BTreeSet<Purpose> {
        BTreeSet::from([Purpose::Shipping, Purpose::Billing])
    }

    #[test]
    fn a_full_book_takes_no_more_until_one_goes() {
        let full = book(MOST_ADDRESSES);
        assert_eq!(
            full.with_one_more().unwrap_err().code(),
            Code::AddressBookFull
        );
        assert!(full.without(ids()[0]).with_one_more().is_ok());
    }

    #[test]
    fn there_is_one_default_a_purpose() {
        let [one, two, three] = ids();
        let shipping = BTreeSet::from([Purpose::Shipping]);
        let first = book(3).preferring(one, &both());
        let second = first.preferring(two, &shipping);
        assert_eq!(first.displaced(two, &second), BTreeSet::from([one]));
        assert_eq!(second.purposes_of(one), BTreeSet::from([Purpose::Billing]));
        assert_eq!(second.purposes_of(two), shipping);

        let third = second.preferring(three, &both());
        assert_eq!(second.displaced(three, &third), BTreeSet::from([one, two]));
        assert_eq!(third.displaced(three, &third), BTreeSet::new());
        assert_eq!(third.preferring(three, &BTreeSet::new()), book(3));
    }

    #[test]
    fn a_removed_default_leaves_none() {
        let [one, two, _] = ids();
        let preferred = book(2).preferring(one, &both());
        assert_eq!(preferred.without(one), book(1));
        assert_eq!(preferred.without(two).purposes_of(one), both());
    }
}
