//! The edge of a function: everything that stands between Lambda's runtime and a handler.
//!
//! - [`http`]: an endpoint: who calls, may they, is the input right, has it been done before
//! - [`consume`]: a consumer of events, by batches that fail in part
//! - [`queue`]: a worker on a queue of its service; [`schedule`]: what runs by the clock;
//!   [`invoke`]: what is called by name
//! - [`relay`]: carries a service's outbox to the bus
//! - [`platform`]: what a function is given: settings, clock, ids and clients
//! - [`token`]: access tokens, verified here and signed by the customer service
//! - [`aws`]: the few calls to other AWS services
//! - [`web`]: calls to whoever is not AWS
//! - [`keys`]: the keys that seal what identifies one subject
//! - [`harness`]: the same functions, in process, for tests
//!
//! Each `serve` is a thin generic shell: it boxes the handler and hands it to one private function, so that a
//! change to one function costs a second to build (docs/decisions/0001).
#![warn(missing_docs)]

mod api_key;
pub mod aws;
mod connector;
pub mod consume;
mod contention;
mod describe;
pub mod harness;
pub mod http;
pub mod invoke;
pub mod keys;
mod log;
pub mod platform;
pub mod queue;
pub mod relay;
mod revocation;
mod runtime;
pub mod schedule;
mod sqs;
pub mod token;
pub mod web;

pub use platform::Platform;
pub use revocation::LONGEST_LIFE as LONGEST_TOKEN;
pub use runtime::Exit;
pub use token::Principal;
