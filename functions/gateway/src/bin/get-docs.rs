//! GET /docs: the API reference, as a page for people.

use std::future::{Ready, ready};

use gateway::Reference;
use lambda::http::{self, Document, Outcome, Request};

fn get_docs(reference: &'static Reference, _: Request) -> Ready<Outcome<Document>> {
    ready(reference.reply())
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Reference::start, get_docs)
}
