//! GET /v1/health: whether the platform is up; who may read its state sees each backend's answer.

use gateway::{Backends, Health, State};
use kernel::Permission;
use lambda::http::{self, Outcome, Request};

async fn check_health(backends: &'static Backends, request: Request) -> Outcome<Health> {
    let may_see = request.grant(Permission::PlatformRead).is_any();
    let answers = backends.ask(may_see).await?;
    http::ok(&Health {
        status: State::Up,
        backends: may_see.then_some(answers),
    })
}

pub(crate) fn main() -> lambda::Exit {
    http::serve(Backends::start, check_health)
}
