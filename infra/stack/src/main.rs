//! `cargo stack <verb>`: the one tool of this repository.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use stack::Command;

/// Renders, checks and runs the platform from the services' manifests.
#[derive(Parser)]
#[command(name = "cargo stack", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The same as the verb `check`.
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let command = match arguments.command {
        Some(command) => command,
        None if arguments.check => Command::Check {
            manifests_alone: false,
        },
        None => Arguments::command()
            .error(clap::error::ErrorKind::MissingSubcommand, "say what to do")
            .exit(),
    };
    stack::run(command).unwrap_or_else(|error| {
        eprintln!("cargo stack: {error:#}");
        ExitCode::FAILURE
    })
}
