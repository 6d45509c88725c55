//! What the platform must survive.

mod business;
mod calls;
mod day;
mod every_call;
mod hostile;
mod import;
mod invocations;
mod race;
mod units;
mod unruly;
