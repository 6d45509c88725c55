//! The stories of the marketplace, against the platform that `make up` has started: one binary, a file a theme.

mod accounts;
mod addresses;
mod administration;
mod api_keys;
mod audit;
mod business;
mod buying;
mod by_mail;
mod carts;
mod catalogue;
mod documents;
mod fulfilment;
mod gate;
mod guests;
mod hostile;
mod paying;
mod race;
mod repeats;
mod roles;
mod second_factor;
mod selling;
mod stock;
mod trouble;
