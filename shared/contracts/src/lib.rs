//! What services say to each other, typed: [`events`] that announce what happened, and [`views`] that let
//! one service read what another owns. A service knows others by this crate alone.
//!
//! [`one_time`] and [`guest_order`] are the secrets that two of them share; [`api_key`] is what one makes and all are
//! sent; [`cart`] is how a cart is found.
//!
//! Events carry no personal value and no secret: who needs a name or an address reads its owner's view.
#![warn(missing_docs)]

pub mod api_key;
pub mod cart;
pub mod envelope;
pub mod events;
pub mod guest_order;
pub mod one_time;
pub mod views;

pub use api_key::ApiKey;
pub use cart::{CartOwner, CartToken, GuestCart};
pub use envelope::{Actor, ActorKind, Aggregate, Envelope, Event, Metadata};
pub use events::{EventType, catalogue};
