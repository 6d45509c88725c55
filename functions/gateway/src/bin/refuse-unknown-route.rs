//! $default: what no route takes is refused, 404, or 405 with the methods that the path does take.

use std::future::{Ready, ready};

use gateway::Routes;
use lambda::http::{self, Outcome, Request};

fn refuse_unknown_route(routes: &'static Routes, request: Request) -> Ready<Outcome<()>> {
    ready(Err(routes.refusal(request.method(), request.raw_path())))
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Routes::start, refuse_unknown_route)
}
