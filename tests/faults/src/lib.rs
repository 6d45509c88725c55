//! The whole platform in one process: the functions as they are deployed, the relays, the bus, the queues. Time
//! stands still until a test moves it, and nothing happens until a test lets it.

mod bill;
mod facts;
pub mod journey;
mod world;

pub use self::{
    bill::{Line, bill},
    facts::Facts,
    journey::{Person, journey, offer, seller, seller_and_admin, shopper},
    world::{Delivery, Moment, Outcome, Stimulus, World},
};
