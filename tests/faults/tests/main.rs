//! What the platform must survive.

mod calls;
mod day;
mod every_call;
mod hostile;
mod import;
mod invocations;
mod race;
mod second_factor;
mod units;
mod unruly;
