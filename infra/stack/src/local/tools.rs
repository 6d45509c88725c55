//! The pinned tools in `.venv`, and the builds of the functions.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::place::Place;
use super::term::Step;
use crate::fleet;
use crate::project::Project;

/// Installs the pinned tools unless they are there.
pub(super) fn install(place: &Place) -> Result<()> {
    let requirements = std::fs::read(place.at("infra/local/requirements.txt"))?;
    let wanted = format!("{:x?}", Sha256::digest(&requirements).as_slice());
    let mark = place.at(".venv/souk-tools");
    let step = Step::new("tools");
    if std::fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
        step.done("ready");
        return Ok(());
    }
    step.note("python3 -m venv .venv");
    quiet(
        Command::new("python3")
            .args(["-m", "venv", ".venv"])
            .current_dir(&place.root),
    )
    .context(
        "Python's venv is missing (Debian: python3-venv); `make doctor` lists all that is needed",
    )?;
    step.note("installing the emulator, cargo-lambda and awscli from PyPI");
    quiet(
        place
            .tool("python")
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(["--requirement", "infra/local/requirements.txt"]),
    )
    .context("the tools of infra/local/requirements.txt were not installed")?;
    std::fs::write(mark, wanted)?;
    step.done("installed into .venv");
    Ok(())
}

/// Builds the program that runs every function; where it is.
pub(super) fn build(place: &Place, project: &Project) -> Result<PathBuf> {
    let step = Step::new("build");
    let functions = project.functions();
    let unwritten = functions
        .iter()
        .find(|function| !project.page(function).is_file());
    if let Some(function) = unwritten {
        let page = project.page(function);
        bail!(
            "a manifest has `{}`, but there is no {}",
            function.name,
            page.display()
        );
    }
    let (mut cargo, program) = fleet::build(&place.root, "run-function")?;
    compile(&step, &mut cargo)?;
    step.done(format!("{} functions, in one program", functions.len()));
    Ok(program)
}

/// Builds the release of the whole fleet for arm64, zipped: what `deploy` hands to AWS.
pub(super) fn release(place: &Place) -> Result<()> {
    let step = Step::new("release");
    compile(
        &step,
        Command::new("cargo")
            .args(["lambda", "build", "--release"])
            .args(["--config", ".cargo/release.toml"])
            .args(["--arm64", "--output-format", "zip"])
            .current_dir(&place.root)
            .env("PATH", place.path()),
    )?;
    step.done("for arm64");
    Ok(())
}

/// Runs a build, and shows what it is at.
fn compile(step: &Step, cargo: &mut Command) -> Result<()> {
    let mut cargo = cargo
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("cargo is missing: https://rustup.rs")?;
    let mut last = Vec::new();
    if let Some(stderr) = cargo.stderr.take() {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            step.note(line.trim());
            last.push(line);
        }
    }
    if !cargo.wait()?.success() {
        bail!("the functions don't build:\n{}", last.join("\n"));
    }
    Ok(())
}

/// Runs a command without its output; on failure its last words are the error.
pub(super) fn quiet(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}");
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{shown} did not start"))?;
    if !output.status.success() {
        let words = [output.stdout, output.stderr].concat();
        bail!(
            "{shown} failed:\n{}",
            String::from_utf8_lossy(&words).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
