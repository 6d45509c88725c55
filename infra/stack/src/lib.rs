//! The platform's tool: reads `functions/*/service.toml`, renders everything that follows from it, proves that
//! what is rendered holds together, and runs the platform on a laptop.

pub mod check;
pub mod cost;
pub mod describe;
pub mod fleet;
pub mod local;
pub mod manifest;
pub mod names;
pub mod new_function;
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
    Check {
        /// Leave out what needs the functions to be built.
        #[arg(long)]
        manifests_alone: bool,
    },
    /// Print what the platform costs a month while nobody shops.
    Cost,
    /// Begin a function: its manifest entry and its page.
    NewFunction(new_function::Arguments),
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
        Command::Check { manifests_alone } => Ok(check(manifests_alone)?),
        Command::Cost => {
            print!("{}", cost::table(&Project::open()?));
            Ok(ExitCode::SUCCESS)
        }
        Command::NewFunction(arguments) => {
            new_function::run(&Project::open()?, &arguments)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(manifests_alone: bool) -> Result<ExitCode> {
    let report = check::all(&Project::open()?, manifests_alone)?;
    for line in &report.counted {
        println!("counted  {line}");
    }
    for line in &report.skipped {
        println!("skipped  {line}");
    }
    for finding in &report.findings {
        println!("wrong    {finding}");
    }
    if report.findings.is_empty() {
        println!("nothing is wrong");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} things are wrong", report.findings.len());
    Ok(ExitCode::FAILURE)
}

#[cfg(test)]
mod tests;
