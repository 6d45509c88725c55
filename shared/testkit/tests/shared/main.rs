//! What all functions share, shown by the functions of a service of a few lines.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on fails, in its helpers too"
)]

mod call;
mod command;
mod consume;
mod http;
mod idempotency;
mod log;
mod notes;
mod relay;
mod start;
mod token;
