//! Customers' address books, and the rules of postal addresses.
//!
//! - [`rules`]: which parts the addresses of a country have, from open data
//! - [`input`]: an address as someone writes it, checked against these rules
//! - [`format`]: an address in lines, as its country writes it
//! - [`book`]: the addresses of a customer, and which are the defaults; pure
//! - [`store`]: how they are kept; the only file here that knows of tables
//!
//! | table | item | what |
//! |---|---|---|
//! | `addresses` | `customer#<id>` / `address#<id>` | [`Address`]: personal, and read by order through a view |
//! | `addresses` | `customer#<id>` / `book` | [`Book`]: how many there are, and the defaults |
//!
//! An order keeps a copy of the address that it goes to, so nobody needs to hear of changes: the service publishes
//! nothing.
#![warn(missing_docs)]

pub mod book;
pub mod format;
pub mod input;
pub mod rules;
pub mod store;

pub use book::{Address, AddressView, Book, Purpose};
pub use input::{AddressInput, Label};
pub use rules::{AddressRules, REVISION, rules_of};
pub use store::AddressBooks;
