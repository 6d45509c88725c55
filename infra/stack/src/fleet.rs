//! The programs of `infra/fleet`: every function of the platform in one.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// A development build of one of its programs, and where that leaves the program. It is built with what the tests
/// are built with, so that both share what they compile.
pub fn build(root: &Path, program: &str) -> Result<(Command, PathBuf)> {
    let target = host()?;
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--manifest-path=tests/Cargo.toml", "--workspace"])
        .args(["--exclude=stories", "--exclude=bench"])
        .args(["--bin", program, "--target", &target])
        .current_dir(root);
    let built = root.join("target").join(target).join("debug");
    Ok((cargo, built.join(program)))
}

/// The target triple of this machine.
pub fn host() -> Result<String> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .context("rustc cannot be run")?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("rustc does not say what machine this is")
}
