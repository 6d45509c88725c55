//! What services say to each other, typed: [`events`] that announce what happened, and [`views`] that let
//! one service read what another owns. A service knows others by this crate alone.
//!
//! [`one_time`] is the one secret that two of them share; [`api_key`] is what one makes and all are sent.
//!
//! Events carry no personal value and no secret: who needs a name or an address reads its owner's view.
#![warn(missing_docs)]

pub mod api_key;
pub mod envelope;
pub mod events;
pub mod one_time;
pub mod views;

pub use api_key::ApiKey;
pub use envelope::{Actor, ActorKind, Aggregate, Envelope, Event, Metadata};
pub use events::{EventType, catalogue};
