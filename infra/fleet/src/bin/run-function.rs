//! The function that `AWS_LAMBDA_FUNCTION_NAME` names, as `<stage>-<service>-<function>`: what a laptop runs in the
//! place of two hundred programs (docs/decisions/0043-a-laptop-runs-one-program.md).

use std::env;
use std::process::ExitCode;

use fleet::FLEET;

#[expect(
    clippy::disallowed_methods,
    reason = "which settings there are follows from which function it is"
)]
fn main() -> ExitCode {
    let full_name = env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    let service = env::var("SERVICE").unwrap_or_default();
    let name = full_name.split_once(&format!("-{service}-"));
    let function = name.and_then(|(_, name)| FLEET.iter().find(|(known, _)| *known == name));
    if let Some((_, main)) = function {
        main()
    } else {
        eprintln!("no function of the service `{service}` is called `{full_name}`");
        ExitCode::FAILURE
    }
}
