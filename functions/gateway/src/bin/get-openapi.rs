//! GET /v1/openapi.json: the API's description of itself.

use std::future::{Ready, ready};

use gateway::ApiDescription;
use lambda::http::{self, Document, Outcome, Request};

fn get_openapi(api: &'static ApiDescription, _: Request) -> Ready<Outcome<Document>> {
    ready(api.reply())
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(ApiDescription::start, get_openapi)
}
