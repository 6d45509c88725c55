//! The kernel: what every service agrees on, and nothing that touches the outside world.
//!
//! - [`ids`]: prefixed, sortable, typed ids, and where fresh ones come from
//! - [`money`]: amounts, currencies and quantities that cannot be wrong
//! - [`time`]: instants to the millisecond, and the clock that is passed in
//! - [`text`]: bounded text and text by locale
//! - [`network`]: the addresses that requests come from
//! - [`country`], [`phone`], [`email`]: where something goes, and whom to call or write to about it
//! - [`buyer`]: who has ordered, with an account or without
//! - [`payment_method`]: how a customer pays, a token of the payment provider's
//! - [`personal`]: values that identify a person, kept out of logs and events
//! - [`permission`]: roles, permissions and scopes, the one table of who may do what
//! - [`problem`]: the catalogue of everything that can be refused, and why
//! - [`page`]: lists in pages
//! - [`rate`]: how many requests are borne, of whom
//! - [`reply`]: what a request is answered with
//! - [`written`]: types that are text in JSON and in the database
#![warn(missing_docs)]

pub mod buyer;
pub mod country;
pub mod email;
pub mod ids;
pub mod money;
pub mod network;
pub mod page;
pub mod payment_method;
pub mod permission;
pub mod personal;
pub mod phone;
pub mod problem;
pub mod rate;
pub mod reply;
pub mod text;
pub mod time;
pub mod written;

pub use buyer::Buyer;
pub use country::{Country, UnknownCountry};
pub use email::{EmailAddress, InvalidEmail};
pub use ids::{
    AddressId, ApiKeyId, AuditExportId, CartId, CustomerId, DisputeId, DocumentId, EventId,
    FulfilmentId, Id, Ids, ImportId, InvitationId, OrderDocumentId, OrderId, PaymentId, PayoutId,
    ProductId, RoleId, SellerId, SessionId, ShipmentId, StoreCreditGiftId, TokenId, VariantId,
};
pub use money::{Currency, Money, Quantity};
pub use network::{InvalidNetwork, Network};
pub use page::Page;
pub use payment_method::{InvalidPaymentMethod, PaymentMethod};
pub use permission::{
    Allowance, Membership, Owned, Permission, Powers, Role, Rule, Scope, StaffRole,
};
pub use personal::{Personal, Subject};
pub use phone::{InvalidPhone, Phone};
pub use problem::{Code, FieldError, Problem};
pub use reply::Reply;
pub use text::{Line, Locale, Localized, Paragraphs};
pub use time::{Clock, Timestamp};
