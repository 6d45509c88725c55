//! What the platform must survive.

mod calls;
mod day;
mod every_call;
mod hostile;
mod import;
mod invocations;
mod race;
mod roles;
mod units;
mod unruly;
