//! What this machine needs: `infra/local/doctor.sh`, a shell script because it must run where nothing is installed.

use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use super::place::Place;

/// Prints what is there and what is missing.
pub(super) fn doctor(place: &Place) -> Result<ExitCode> {
    let status = Command::new("sh")
        .arg(place.at("infra/local/doctor.sh"))
        .current_dir(&place.root)
        .status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Stops here, with the names of the packages, when something is missing that `up` needs.
pub(super) fn needed(place: &Place) -> Result<()> {
    let script = place.at("infra/local/doctor.sh");
    let output = Command::new("sh")
        .arg(script)
        .arg("--quiet")
        .current_dir(&place.root)
        .output()?;
    if !output.status.success() {
        bail!(
            "this machine lacks something:\n{}",
            String::from_utf8_lossy(&output.stdout).trim_end()
        );
    }
    Ok(())
}
