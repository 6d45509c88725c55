//! The stories of the marketplace, against the platform that `make up` has started: one binary, a file a theme.

mod accounts;
mod buying;
mod catalogue;
mod hostile;
mod race;
mod repeats;
mod selling;
mod trouble;
