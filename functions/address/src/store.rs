//! Where address books are kept: the only file of the service that names tables.

use std::collections::BTreeSet;

use dynamo::{Commands, Cursors, Intent, Query, Stored, Table};
use kernel::{Code, CustomerId, Page, Problem, Reply, page::Limit};
use lambda::{
    Platform,
    http::{Incoming, Outcome},
};

use crate::book::{ADDRESSES, Address, AddressView, Book, Purpose, run_of};

/// The address books.
#[derive(Debug)]
pub struct AddressBooks {
    addresses: Table,
    commands: Commands,
}

impl AddressBooks {
    /// The tables of this stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            addresses: platform.table("address", "addresses"),
            commands: platform.commands("address"),
        })
    }

    /// A customer's book, if anything was ever written in it.
    pub async fn book(&self, customer: CustomerId) -> Result<Option<Stored<Book>>, Problem> {
        self.addresses.get(&Book::place(customer)).await
    }

    /// The address that a request names, if its caller's grant reaches it. Customers find it in their own book; who
    /// reaches all of them, by its id alone, which may lag a moment behind.
    ///
    /// # Errors
    /// `address_not_found`, whether there is none or it is out of reach.
    pub async fn reached(&self, request: &Incoming) -> Result<Stored<Address>, Problem> {
        let missing = Code::AddressNotFound;
        let id = request.path("id", missing)?;
        let found = if request.reaches_all() {
            let by_id = Query::index("by-id", format!("{id}")).limit(1);
            self.addresses.query(by_id).await?.pop()
        } else {
            let place = Address::place(request.customer()?, id);
            self.addresses.get(&place).await?
        };
        request.reach(found, missing)
    }

    /// The address of the caller's own book that a request names, and the book.
    ///
    /// # Errors
    /// `address_not_found`.
    pub async fn own(
        &self,
        request: &Incoming,
    ) -> Result<(Stored<Address>, Stored<Book>), Problem> {
        let missing = Code::AddressNotFound;
        let (customer, id) = (request.customer()?, request.path("id", missing)?);
        let place = Address::place(customer, id);
        let book = (self.addresses.clone(), Book::place(customer));
        let (address, book) = self
            .addresses
            .get_both::<Address, Book>((&place, &book))
            .await?;
        let address = request.reach(address, missing)?;
        let book = book.ok_or_else(|| Problem::internal("an address is in no book"))?;
        Ok((address, book))
    }

    /// A page of a customer's addresses, the last added first.
    pub async fn list(
        &self,
        customer: CustomerId,
        limit: Limit,
        (cursors, cursor): (&Cursors, Option<&str>),
    ) -> Result<Page<Stored<Address>>, Problem> {
        let run = run_of(customer);
        let query = Query::table(run.clone())
            .starting_with(ADDRESSES)
            .descending()
            .limit(limit.get());
        self.addresses.page(query, cursors, &run, cursor).await
    }

    /// Adds an address to a book.
    ///
    /// # Errors
    /// `address_book_full`.
    pub async fn add(
        &self,
        address: &Address,
        book: Option<&Stored<Book>>,
        intent: &Intent,
        reply: Reply<AddressView>,
    ) -> Outcome<AddressView> {
        let now = match book {
            Some(book) => book.with_one_more(),
            None => Book::empty(address.customer_id).with_one_more(),
        };
        let mut command = self.commands.begin(intent);
        command.save(&self.addresses, book, &now?);
        command.insert(&self.addresses, address);
        command.audit("address.add", address.address_id);
        command.commit(reply).await
    }

    /// Keeps an address as it is written now.
    pub async fn change(
        &self,
        address: &Stored<Address>,
        next: &Address,
        intent: &Intent,
        reply: Reply<AddressView>,
    ) -> Outcome<AddressView> {
        let mut command = self.commands.begin(intent);
        command.update(&self.addresses, address, next);
        command.audit("address.change", address.address_id);
        command.commit(reply).await
    }

    /// Takes an address out of its book.
    pub async fn remove(
        &self,
        address: &Stored<Address>,
        book: &Stored<Book>,
        intent: &Intent,
        reply: Reply<()>,
    ) -> Outcome<()> {
        let mut command = self.commands.begin(intent);
        command.update(&self.addresses, book, &book.without(address.address_id));
        command.delete(&self.addresses, address);
        command.audit("address.remove", address.address_id);
        command.commit(reply).await
    }

    /// Makes an address the default for these purposes and no others, and takes them from those that had them.
    pub async fn prefer(
        &self,
        address: &Stored<Address>,
        book: &Stored<Book>,
        purposes: &BTreeSet<Purpose>,
        intent: &Intent,
        reply: Reply<AddressView>,
    ) -> Outcome<AddressView> {
        let id = address.address_id;
        let next = book.preferring(id, purposes);
        let displaced = book.displaced(id, &next);
        let places = displaced
            .into_iter()
            .map(|other| Address::place(address.customer_id, other));
        let displaced = self.addresses.get_many::<Address>(places.collect()).await?;

        let mut command = self.commands.begin(intent);
        command.update(&self.addresses, book, &next);
        command.update(&self.addresses, address, &address.preferred_in(&next));
        for other in &displaced {
            command.update(&self.addresses, other, &other.preferred_in(&next));
        }
        command.audit("address.set-default", id);
        command.commit(reply).await
    }
}
