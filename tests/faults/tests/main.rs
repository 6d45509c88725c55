//! What the platform must survive.

mod day;
mod every_call;
mod hostile;
mod import;
mod race;
mod units;
mod unruly;
