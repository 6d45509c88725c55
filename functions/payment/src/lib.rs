//! Payments: one an order, held when the order's stock is, moved as its parts are shipped, let go when they are off.
//!
//! - [`lifecycle`]: the states of a payment, as data
//! - [`payment`]: a payment and what becomes of it
//! - [`attempt`]: the methods that are tried for it, one after another
//! - [`capture`]: how its money is moved to us, part by part; [`refund`]: how it is given back
//! - [`returns`]: the same for goods that came back; their seller bears it
//! - [`credit`]: what customers were given to buy with, and what of a payment is paid with it
//! - [`dispute`]: what customers' banks take back, and what we have to say to it
//! - [`reconcile`]: holding a payment against the provider's books
//! - [`ledger`]: double-entry bookkeeping of all that
//! - [`payout`]: how sellers are paid what they are owed
//! - [`provider`]: what a payment provider does for us; [`sandbox`] is one that keeps its own books, [`stripe`] one that
//!   many shops have; [`breaker`] stands before one that does not answer
//! - [`webhook`]: what the provider tells unasked; [`signature`]: how it is told that it was the provider
//! - [`store`]: the tables `payments` and `ledger`, and every write to them
//!
//! The provider is outside of every transaction, so each call to it comes between two commands: what it is asked is
//! written down before, and what it said after. It is asked under a key that follows from what was written: asked
//! again, it does nothing twice and says the same. A crash anywhere leaves a payment that the next delivery of the
//! event takes up. A payment that is cancelled before it was asked for
//! leaves a tombstone, which a late authorisation obeys.

pub mod attempt;
pub mod breaker;
pub mod capture;
pub mod credit;
pub mod dispute;
pub mod ledger;
pub mod lifecycle;
pub mod payment;
pub mod payout;
pub mod provider;
pub mod reconcile;
pub mod refund;
pub mod returns;
pub mod sandbox;
pub mod signature;
pub mod store;
pub mod stripe;
pub mod webhook;

pub use attempt::{Attempt, AttemptRequest, Terms};
pub use breaker::Guarded;
pub use capture::{Capture, Next, Progress};
pub use credit::{Gift, GiftRequest, Source, StoreCreditView};
pub use dispute::{Dispute, DisputeView, EvidenceRequest};
pub use lifecycle::{Input, Status};
pub use payment::{Payer, Payment, PaymentView};
pub use payout::{Payee, Payout, PayoutView};
pub use provider::{
    Answer, Charge, Hint, Hold, PaymentProvider, Provider, Remittance, Transfer, Trouble,
};
pub use reconcile::Verdict;
pub use refund::{RefundRequest, RefundView};
pub use sandbox::{Completion, Objection, Sandbox, SandboxPage};
pub use store::{
    Books, Credits, DisputeFilter, Ledger, Payments, PayoutFilter, PayoutRecords, Payouts, Records,
};
pub use webhook::Webhooks;
