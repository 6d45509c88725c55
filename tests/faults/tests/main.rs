//! What the platform must survive.

mod addresses;
mod administration;
mod api_keys;
mod audit;
mod audit_export;
mod business;
mod by_mail;
mod calls;
mod canaries;
mod day;
mod every_call;
mod grants;
mod guests;
mod headers;
mod hostile;
mod import;
mod invocations;
mod limits;
mod matrix;
mod race;
mod revocation;
mod roles;
mod second_factor;
mod tamper;
mod units;
mod unruly;
