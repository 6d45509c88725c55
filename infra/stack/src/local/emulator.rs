//! The emulator's process: started in a group of its own, stopped with all that it started.

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::aws::Emulator;
use super::place::{Place, REGION};
use super::term::wait_for;

/// The running emulator; `.local/emulator.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Running {
    /// Its process, and that of its group.
    pub(super) pid: u32,
    /// Where it listens.
    pub(super) port: u16,
}

/// The emulator this repository started, if it still runs.
pub(super) fn running(place: &Place) -> Option<Running> {
    let running: Running = place.read("emulator.json")?;
    // The number may belong to another by now.
    let line = std::fs::read_to_string(format!("/proc/{}/cmdline", running.pid)).ok()?;
    line.contains("ministack").then_some(running)
}

/// Starts it where it does not run; says what to do when another holds the port. True when it was started now.
pub(super) fn start(place: &Place) -> Result<bool> {
    let emulator = Emulator::new(place);
    if let Some(running) = running(place) {
        if running.port != place.port {
            bail!(
                "the platform runs on port {}; stop it first with `make down`",
                running.port
            );
        }
        if emulator.page("/_ministack/ready").is_some() {
            return Ok(false);
        }
        stop(place)?;
    }
    if TcpListener::bind(("127.0.0.1", place.port)).is_err() {
        bail!(
            "port {0} of 127.0.0.1 is taken{1}.\n  Stop what listens there, or choose another port: make up PORT={2}",
            place.port,
            holder(place.port),
            place.port + 1,
        );
    }
    forget(place)?;
    std::fs::create_dir_all(place.state("tmp"))?;
    let log = File::create(place.state("emulator.log"))?;
    let mut child = place
        .tool("ministack")
        .env_clear()
        .env("PATH", place.path())
        .env("HOME", place.state("tmp"))
        .env("TMPDIR", place.state("tmp"))
        .env("LANG", "C.UTF-8")
        .env("PYTHONUNBUFFERED", "1")
        .env("AUTH", "true")
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", place.port.to_string())
        .env("MINISTACK_REGION", REGION)
        // Without it the functions would call the real AWS.
        .env("AWS_ENDPOINT_URL", place.endpoint())
        // Listeners that Souk has no use for, and that don't keep to BIND_HOST.
        .env("IOT_MTLS_ENABLED", "0")
        .env("SFTP_ENABLED", "0")
        // Spare processes of a burst go after this many seconds.
        .env("LAMBDA_WARM_TTL_SECONDS", "60")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        // Ctrl-C of `make logs` must not reach it, and `down` ends the whole group.
        .process_group(0)
        .spawn()
        .context("the emulator is not installed; `make up` installs it into .venv")?;
    place.write(
        "emulator.json",
        &Running {
            pid: child.id(),
            port: place.port,
        },
    )?;
    let ready = wait_for("the emulator to answer", Duration::from_secs(30), || {
        if child.try_wait()?.is_some() {
            bail!("the emulator stopped at once; .local/emulator.log says why");
        }
        Ok(emulator.page("/_ministack/ready"))
    });
    if ready.is_err() {
        signal("KILL", child.id())?;
        child.wait()?;
        stop(place)?;
    }
    ready.map(|_| true)
}

/// Stops it and every process of its group. True when there was one.
pub(super) fn stop(place: &Place) -> Result<bool> {
    let was = running(place);
    if let Some(running) = &was {
        signal("TERM", running.pid)?;
        let ended = wait_for("the emulator to end", Duration::from_secs(8), || {
            Ok(gone(running.pid).then_some(()))
        });
        if ended.is_err() {
            signal("KILL", running.pid)?;
            wait_for("the emulator to be gone", Duration::from_secs(5), || {
                Ok(gone(running.pid).then_some(()))
            })?;
        }
    }
    forget(place)?;
    Ok(was.is_some())
}

/// Removes what was true of the emulator that is gone: it keeps nothing from one start to the next.
fn forget(place: &Place) -> Result<()> {
    for file in [
        "emulator.json",
        "deployed.json",
        "platform.json",
        "catalogue.json",
    ] {
        match std::fs::remove_file(place.state(file)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    // Code that it unpacked for the functions.
    if place.state("tmp").exists() {
        std::fs::remove_dir_all(place.state("tmp")).context(".local/tmp cannot be removed")?;
    }
    Ok(())
}

/// Signals a whole process group; one that is gone already is no error.
pub(super) fn signal(name: &str, group: u32) -> Result<()> {
    // The shell's own `kill`: a bare machine may lack the program.
    Command::new("sh")
        .args(["-c", &format!("kill -s {name} -- -{group}")])
        .stderr(Stdio::null())
        .status()
        .context("no shell")?;
    Ok(())
}

/// Whether no process of that group is left (one that ended and was not collected counts as gone).
fn gone(group: u32) -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return true;
    };
    !processes.flatten().any(|process| {
        std::fs::read_to_string(process.path().join("stat")).is_ok_and(|stat| {
            // pid (name) state parent group …: the name may hold anything, so count from its end.
            let mut fields = stat
                .rsplit(')')
                .next()
                .unwrap_or_default()
                .split_whitespace();
            let state = fields.next();
            state != Some("Z") && fields.nth(1) == Some(group.to_string().as_str())
        })
    })
}

/// Who listens on a port, as far as this user may see.
fn holder(port: u16) -> String {
    let listening = format!("0100007F:{port:04X}");
    let everywhere = format!("00000000:{port:04X}");
    let Ok(table) = std::fs::read_to_string("/proc/net/tcp") else {
        return String::new();
    };
    let inode = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .find_map(|fields| {
            let local = *fields.get(1)?;
            let listens =
                fields.get(3) == Some(&"0A") && (local == listening || local == everywhere);
            listens.then(|| fields.get(9).map(|inode| format!("socket:[{inode}]")))?
        });
    let Some(inode) = inode else {
        return String::new();
    };
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return String::new();
    };
    for process in processes.flatten() {
        let Ok(handles) = std::fs::read_dir(process.path().join("fd")) else {
            continue;
        };
        let holds = handles.flatten().any(|handle| {
            std::fs::read_link(handle.path()).is_ok_and(|link| link.to_string_lossy() == inode)
        });
        if holds {
            let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return format!(
                " by {} (process {})",
                name.trim(),
                process.file_name().to_string_lossy()
            );
        }
    }
    String::new()
}
