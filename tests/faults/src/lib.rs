//! The whole platform in one process: the functions as they are deployed, the relays, the bus, the queues. Time
//! stands still until a test moves it, and nothing happens until a test lets it.

mod bill;
pub mod branch;
mod chains;
mod deeds;
pub mod endpoints;
mod facts;
pub mod headers;
pub mod journey;
pub mod matrix;
pub mod tokens;
mod world;

pub use self::{
    bill::{Line, bill},
    chains::flaws,
    deeds::{Deed, Scene, Used, deeds},
    facts::Facts,
    journey::{App, Person, admin, evening, journey, offer, seller, seller_and_admin, shopper},
    world::{Delivery, Moment, Outcome, Play, Stimulus, Upload, Visit, World},
};
