//! What the platform must survive.

mod addresses;
mod by_mail;
mod audit;
mod business;
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
mod revocation;
mod second_factor;
mod roles;
mod tamper;
mod units;
mod unruly;
