//! What the platform must survive.

mod calls;
mod day;
mod every_call;
mod headers;
mod hostile;
mod import;
mod invocations;
mod limits;
mod matrix;
mod race;
mod units;
mod unruly;
