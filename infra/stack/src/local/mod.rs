//! The platform on a laptop, and the ways from it to AWS: up, down, logs, demo, watch, test, mutants, deploy, destroy,
//! rotate-keys.

mod api;
mod aws;
mod catalogue;
mod cloud;
mod demo;
mod deploy;
mod doctor;
mod emulator;
mod events;
mod logs;
mod mutants;
mod place;
mod rotate;
mod term;
mod test;
mod tools;
mod up;
mod watch;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use place::Place;

/// The verbs of the local platform.
#[derive(Subcommand)]
pub enum Command {
    /// Start the platform on this machine, or bring the running one up to date.
    Up(Port),
    /// Stop the platform and every process it started.
    Down(Port),
    /// Buy something before your eyes: one order that ships, one that is declined.
    Demo(Port),
    /// Follow what the functions log.
    Logs {
        /// Only this function.
        function: Option<String>,
        #[command(flatten)]
        port: Port,
    },
    /// Serve the API with hot reload; consumers stay in the emulator unless one is named.
    Watch {
        /// A consumer whose queue is pumped into the watched process.
        #[arg(long)]
        consumer: Option<String>,
        #[command(flatten)]
        port: Port,
    },
    /// Say what this machine lacks.
    Doctor,
    /// Run every check, or one part of them.
    Test {
        /// One part: format, clippy, stack, unit, templates, up, demo, stories, api, down, grants,
        /// gate.
        #[arg(long)]
        part: Option<String>,
        #[command(flatten)]
        port: Port,
    },
    /// Alter what decides about money, stock, orders and payments, one place at a time: a test must see each.
    Mutants {
        /// Only in these files.
        files: Vec<String>,
    },
    /// Deploy a stage to the AWS account of the current credentials.
    Deploy(Stage),
    /// Delete a stage from the AWS account of the current credentials.
    Destroy(Stage),
    /// Have another key sign the access tokens, without a request that is refused for it.
    RotateKeys {
        /// The stage: `local`, or one of the AWS account of the current credentials.
        #[arg(default_value = place::STAGE)]
        stage: String,
        /// Seconds to wait between the deployments, where nobody's token is to be spared the full time.
        #[arg(long)]
        overlap: Option<u64>,
        #[command(flatten)]
        port: Port,
    },
}

/// Where the emulator listens.
#[derive(Args, Clone, Copy)]
pub struct Port {
    /// The emulator's port on 127.0.0.1; 4566 unless the platform runs on another.
    #[arg(long, env = "SOUK_PORT")]
    port: Option<u16>,
}

/// What is deployed to AWS.
#[derive(Args)]
pub struct Stage {
    /// At most 8 small letters and digits: dev, staging, prod.
    stage: String,
}

/// Runs one of the local platform's verbs.
pub fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Up(port) => up::up(&Place::find(port.port)?)?,
        Command::Down(port) => up::down(&Place::find(port.port)?)?,
        Command::Demo(port) => demo::demo(&Place::find(port.port)?)?,
        Command::Logs { function, port } => {
            logs::follow(&Place::find(port.port)?, function.as_deref())?;
        }
        Command::Watch { consumer, port } => {
            watch::watch(&Place::find(port.port)?, consumer.as_deref())?;
        }
        Command::Doctor => return doctor::doctor(&Place::find(None)?),
        Command::Test { part, port } => {
            return test::test(&Place::find(port.port)?, part.as_deref());
        }
        Command::Mutants { files } => mutants::mutants(&Place::find(None)?, &files)?,
        Command::Deploy(stage) => cloud::deploy(&Place::find(None)?, &stage.stage)?,
        Command::Destroy(stage) => cloud::destroy(&Place::find(None)?, &stage.stage)?,
        Command::RotateKeys {
            stage,
            overlap,
            port,
        } => rotate::rotate(&Place::find(port.port)?, &stage, overlap)?,
    }
    Ok(ExitCode::SUCCESS)
}
