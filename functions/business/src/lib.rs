//! Who a seller legally is: its numbers, its documents, and their review.
//!
//! A seller says who it is ([`BusinessInput`]), uploads documents that show it ([`Document`]) and submits; an admin
//! takes the review on and verifies or rejects. [`lifecycle`] has the steps as data. Numbers are types that cannot be
//! wrong: [`VatNumber`], [`Ein`], [`Iban`], [`Bic`]; they are sealed with a key of the seller's own
//! (docs/decisions/0019), shown in part, and opened for a payout's sake alone.
//!
//! [`Businesses`] is what every function works with ([`store`]). The service publishes `business.submitted.v1`,
//! `business.verified.v1`, `business.rejected.v1` and `business.reverification-required.v1`.

pub mod arrival;
mod bic;
pub mod business;
mod country;
mod day;
pub mod document;
mod ein;
mod iban;
mod legal;
pub mod lifecycle;
mod reasons;
pub mod store;
mod vat;
pub mod view;

pub use self::iban::{Iban, InvalidIban};
pub use arrival::{Arrival, DocumentUpload};
pub use bic::{Bic, InvalidBic};
pub use business::{BankAccount, Business, BusinessInput};
pub use country::{Country, UnknownCountry};
pub use day::{Day, InvalidDay};
pub use document::{Document, DocumentInput, DocumentKind, DocumentStatus, MediaType, Place, Size};
pub use ein::{Ein, InvalidEin};
pub use legal::{Address, LegalForm, LegalName, RegistrationNumber};
pub use lifecycle::Status;
pub use reasons::Reasons;
pub use store::Businesses;
pub use vat::{InvalidVatNumber, VatNumber};
pub use view::{BusinessSummary, BusinessView, DocumentView};
