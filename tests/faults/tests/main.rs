//! What the platform must survive.

mod day;
mod every_call;
mod unruly;
