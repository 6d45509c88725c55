//! What the platform must survive.

mod addresses;
mod administration;
mod api_keys;
mod attacks;
mod attempts;
mod audit;
mod audit_export;
mod business;
mod by_mail;
mod calls;
mod canaries;
mod cancelled;
mod carts;
mod corruptions;
mod credit;
mod day;
mod disputes;
mod documents;
mod every_call;
mod fulfilment;
mod grants;
mod guests;
mod headers;
mod hostile;
mod import;
mod invocations;
mod limits;
mod matrix;
mod payments;
mod payouts;
mod race;
mod returns;
mod revocation;
mod roles;
mod second_factor;
mod shards;
mod stock;
mod tamper;
mod units;
mod unruly;
mod webhooks;

/// Of what a test does a fifth was to ask the system's allocator for small pieces of memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
