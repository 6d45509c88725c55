//! GET /.well-known/jwks.json: the public keys that access tokens are verified with.

use std::future::{Ready, ready};

use gateway::KeySet;
use lambda::http::{self, Outcome, Request};

fn get_jwks(keys: &'static KeySet, _: Request) -> Ready<Outcome<KeySet>> {
    ready(keys.reply())
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(KeySet::start, get_jwks)
}
