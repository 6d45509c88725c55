//! AWS in process, for tests.
//!
//! The seam lies under the SDK, at its HTTP connector: stores and whole functions run as they do in Lambda,
//! against a real DynamoDB engine in memory and small stand-ins for the bus, queues, objects, secrets and
//! mails. Every call is counted, and any of them can be made to fail (see [`Fault`]).
//!
//! ```ignore
//! let stage = Stage::new();
//! let place_order = stage.start("place-order", place_order::main).await;
//! let answer = place_order.send(Ask::post("/v1/orders").by(&shopper).key("k1").json(&order)).await;
//! assert_eq!(answer.status, 201);
//! ```

mod ask;
mod cloud;
pub mod dynamodb;
mod effort;
mod fault;
mod iam;
mod keys;
mod manifest;
mod stage;
mod traffic;

pub use self::{
    ask::{Answer, Ask},
    cloud::{BusEvent, Call, Cloud, Frozen, Message, Sent, StreamRecord},
    effort::take_own_cpu,
    fault::Fault,
    keys::{Hand, ISSUER, forge, handmade, public_key, strange_key},
    manifest::Queue,
    stage::{Ended, FrozenStage, Lambda, Stage, stream},
};
