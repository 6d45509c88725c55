//! Who sells, and who works for them.
//!
//! A customer applies, an admin decides, and from then on there is a seller: its id follows from its owner's
//! ([`kernel::SellerId::of`]), so that one person is at most one seller.
//!
//! - [`lifecycle`]: the states of a seller as one table, from which code, tests and docs are made
//! - [`seller`]: a seller, what it says of itself, and what becomes of it; pure
//! - [`staff`]: who works for it and who is invited to; pure
//! - [`web`]: addresses of web pages
//! - [`store`]: how all of this is kept; the only file here that knows of tables
//!
//! What follows from a decision is done by those whom it concerns, when they hear of it: customer gives the role and
//! takes it away, and puts a place in a staff into the account; product takes what a suspended seller offers out of
//! the shop; order reads where a seller stands before it takes an order (docs/sellers.md).
//!
//! An admin may also give someone the role without an application. Such a seller has no record here and sells.
#![warn(missing_docs)]

pub mod lifecycle;
pub mod seller;
pub mod staff;
pub mod store;
pub mod web;

pub use lifecycle::{Status, Step};
pub use seller::{Reason, Seller, SellerInput, SellerPage, SellerView};
pub use staff::{Invitation, InvitationView, Job, Member, MemberView, Premises};
pub use store::{SellerFilter, Sellers, Tokens};
pub use web::WebAddress;
