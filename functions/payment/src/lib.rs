//! Payments: one an order, held when the order's stock is, moved when it is shipped, let go when it is off.
//!
//! - [`lifecycle`]: the states of a payment, as data
//! - [`payment`]: a payment and what becomes of it
//! - [`provider`]: what a payment provider does for us; [`sandbox`] is one that keeps its own books
//! - [`store`]: the table `payments`, and every write to it
//!
//! The provider is outside of every transaction, so each call to it comes between two commands and is made
//! under the payment's id: asked again, it does nothing twice and says the same. A crash anywhere leaves a
//! payment that the next delivery of the event takes up. A payment that is cancelled before it was asked for
//! leaves a tombstone, which a late authorisation obeys.

pub mod lifecycle;
pub mod payment;
pub mod provider;
pub mod sandbox;
pub mod store;

pub use lifecycle::{Input, Status};
pub use payment::{Payer, Payment, PaymentView};
pub use provider::{Answer, Charge, PaymentProvider, Trouble};
pub use sandbox::Sandbox;
pub use store::Payments;
