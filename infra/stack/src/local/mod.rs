//! The platform on a laptop: up, down, logs, demo, doctor, watch.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

/// The verbs of the local platform.
#[derive(Subcommand)]
pub enum Command {
    /// Start the platform on this machine.
    Up,
}

/// Runs one of the local platform's verbs.
pub fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Up => anyhow::bail!("not written yet"),
    }
}
