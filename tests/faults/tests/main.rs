//! What the platform must survive.

mod audit;
mod calls;
mod day;
mod every_call;
mod hostile;
mod import;
mod invocations;
mod race;
mod tamper;
mod units;
mod unruly;
