//! Where everything of the local platform is: folders, files, ports.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::project::Project;

/// The stage of a laptop.
pub(super) const STAGE: &str = "local";

/// The region that the emulator believes to be in.
pub(super) const REGION: &str = "eu-central-1";

/// The account that the emulator believes to be.
pub(super) const ACCOUNT: &str = "000000000000";

/// The folders of this repository and the port of the emulator.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The repository.
    pub(super) root: PathBuf,
    /// The emulator's port on 127.0.0.1.
    pub(super) port: u16,
}

/// What a client needs to know of the running platform; `.local/platform.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Platform {
    /// Base URL of the API, which any client resolves.
    pub(super) api: String,
    /// The API reference page.
    pub(super) docs: String,
    /// Base URL of the emulator.
    pub(super) endpoint: String,
    /// Where the mails land.
    pub(super) mails: String,
    /// The first super admin.
    pub(super) admin: LogIn,
    /// The demo catalogue's sellers.
    pub(super) sellers: Vec<LogIn>,
}

/// An account on the local platform.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LogIn {
    /// The address it logs in with.
    pub(super) email: String,
    /// Made at random on this machine, for this machine.
    pub(super) password: String,
}

impl Place {
    /// The repository this tool belongs to, with the port asked for, or that of the running emulator, or 4566.
    pub(super) fn find(port: Option<u16>) -> Result<Self> {
        let mut place = Self {
            root: Project::open()?.root,
            port: 4566,
        };
        let running = super::emulator::running(&place).map(|running| running.port);
        place.port = port.or(running).unwrap_or(place.port);
        Ok(place)
    }

    /// A file or folder of the repository.
    pub(super) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// A file of the local state, which git ignores.
    pub(super) fn state(&self, name: &str) -> PathBuf {
        self.root.join(".local").join(name)
    }

    /// A command of the pinned tools, run in the repository.
    pub(super) fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(self.root.join(".venv/bin").join(name));
        command.current_dir(&self.root);
        command
    }

    /// The folder of the pinned tools, put before the rest of PATH.
    pub(super) fn path(&self) -> String {
        let tools = self.root.join(".venv/bin");
        let rest = std::env::var_os("PATH").unwrap_or_default();
        format!("{}:{}", tools.display(), rest.to_string_lossy())
    }

    /// The emulator's address.
    pub(super) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The API's address: by path, because `*.localhost` is not resolved everywhere.
    pub(super) fn api(&self) -> String {
        format!("{}/_aws/execute-api/souk", self.endpoint())
    }

    /// The platform that `up` described, or what to do when there is none.
    pub(super) fn platform(&self) -> Result<Platform> {
        let path = self.state("platform.json");
        let Ok(text) = std::fs::read_to_string(&path) else {
            bail!("the platform is not up; start it with `make up`");
        };
        serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged; run `make down up`", path.display()))
    }

    /// Reads a file of the local state; `None` when it is not there.
    pub(super) fn read<T: for<'a> Deserialize<'a>>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&std::fs::read(self.state(name)).ok()?).ok()
    }

    /// Writes a file of the local state, readable by its owner alone: some hold keys.
    pub(super) fn write<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;

        let path = self.state(name);
        std::fs::create_dir_all(self.state(""))?;
        let mut text = serde_json::to_vec_pretty(value)?;
        text.push(b'\n');
        let partial = path.with_extension("partial");
        std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&partial)
            .and_then(|mut file| file.write_all(&text))
            .and_then(|()| std::fs::rename(&partial, &path))
            .with_context(|| format!("{} cannot be written", path.display()))
    }
}
