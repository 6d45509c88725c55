//! The pinned tools in `.venv`, and the functions built by one of them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::place::Place;
use super::term::Step;

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

/// Builds the whole fleet by one `cargo lambda build`, unless no source changed since the last one.
pub(super) fn build(place: &Place, functions: &[String]) -> Result<()> {
    let step = Step::new("build");
    let sources = sources(place)?;
    let built = functions.iter().all(|name| binary(place, name).exists());
    if built
        && place
            .read::<String>("sources.json")
            .is_some_and(|last| last == sources)
    {
        step.done(format!("{} functions, nothing changed", functions.len()));
        return Ok(());
    }
    compile(place, &step, &["--compiler", "cargo", "--profile", "dev"])?;
    let missing: Vec<_> = functions
        .iter()
        .filter(|name| !binary(place, name).exists())
        .cloned()
        .collect();
    if !missing.is_empty() {
        bail!("in a manifest but not built: {}", missing.join(", "));
    }
    place.write("sources.json", &sources)?;
    step.done(format!("{} functions", functions.len()));
    Ok(())
}

/// Builds the release of the whole fleet for arm64, zipped: what `deploy` hands to AWS.
pub(super) fn release(place: &Place) -> Result<()> {
    let step = Step::new("release");
    compile(
        place,
        &step,
        &[
            "--release",
            "--config",
            ".cargo/release.toml",
            "--arm64",
            "--output-format",
            "zip",
        ],
    )?;
    // The next `up` must not take these binaries for its own.
    std::fs::remove_file(place.state("sources.json")).ok();
    step.done("for arm64");
    Ok(())
}

/// One `cargo lambda build` of every function of the workspace.
fn compile(place: &Place, step: &Step, arguments: &[&str]) -> Result<()> {
    let mut cargo = Command::new("cargo")
        .args(["lambda", "build"])
        .args(arguments)
        .current_dir(&place.root)
        .env("PATH", place.path())
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

/// Where `cargo lambda build` leaves a function.
fn binary(place: &Place, function: &str) -> std::path::PathBuf {
    place.at("target/lambda").join(function).join("bootstrap")
}

/// One line a source file with its size and time, digested: the same text means that nothing changed.
fn sources(place: &Place) -> Result<String> {
    let mut digest = Sha256::new();
    for root in [
        "Cargo.toml",
        "Cargo.lock",
        ".cargo/config.toml",
        "functions",
        "shared",
    ] {
        add(&mut digest, &place.at(root))?;
    }
    Ok(format!("{:x?}", digest.finalize().as_slice()))
}

fn add(digest: &mut Sha256, path: &Path) -> Result<()> {
    if path.is_dir() {
        let mut inside: Vec<_> = std::fs::read_dir(path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_>>()?;
        inside.sort();
        return inside.iter().try_for_each(|path| add(digest, path));
    }
    if let Ok(file) = std::fs::metadata(path) {
        let changed = file
            .modified()?
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        digest.update(format!("{} {} {changed:?}\n", path.display(), file.len()));
    }
    Ok(())
}

/// The triple of this machine.
pub(super) fn host() -> Result<String> {
    let told = quiet(Command::new("rustc").arg("-vV"))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .context("rustc does not say what machine this is")
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
