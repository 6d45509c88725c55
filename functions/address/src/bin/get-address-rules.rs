//! GET /v1/address-rules/{country}: what the addresses of a country look like.

use std::future::{Ready, ready};

use address::{AddressRules, REVISION, rules_of};
use kernel::{Code, Problem};
use lambda::{
    Platform,
    http::{self, Outcome, Request},
};

/// The rules are part of the function: nothing is read for them.
struct Rules;

fn start(_: &'static Platform) -> Ready<Result<Rules, Problem>> {
    ready(Ok(Rules))
}

fn get_address_rules(_: &'static Rules, request: Request) -> Ready<Outcome<AddressRules>> {
    let show = || {
        let country: String = request.path("country", Code::CountryUnknown)?;
        Ok(http::ok(&rules_of(&country)?)?.version(REVISION))
    };
    ready(show())
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(start, get_address_rules)
}
