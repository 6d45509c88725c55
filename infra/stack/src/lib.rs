//! The platform's tool: reads `functions/*/service.toml`, renders everything that follows from it, proves that
//! what is rendered holds together, and runs the platform on a laptop.

pub mod describe;
pub mod local;
pub mod manifest;
pub mod names;
pub mod node;
pub mod plan;
pub mod project;
pub mod render;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use project::Project;

/// What `cargo stack` can do.
#[derive(Subcommand)]
pub enum Command {
    /// Write every file that follows from the manifests.
    Render {
        /// Leave out what needs the functions to be built: the API's document and the raw invocations.
        #[arg(long)]
        manifests_alone: bool,
    },
    /// Fail on any difference, broken wire, quota or rule of the architecture.
    Check,
    /// Print what the platform costs a month while nobody shops.
    Cost,
    /// Run the platform on this machine.
    #[command(flatten)]
    Local(local::Command),
}

/// Runs one verb.
pub fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Local(command) => local::run(command),
        Command::Render { manifests_alone } => {
            for path in render::write(&Project::open()?, manifests_alone)? {
                println!("wrote {}", path.display());
            }
            Ok(ExitCode::SUCCESS)
        }
        _ => anyhow::bail!("not written yet"),
    }
}

#[cfg(test)]
mod tests;
