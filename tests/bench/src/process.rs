//! A function's process, and what the kernel says of it.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};

/// A running function, ended when it is dropped.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts a program with just these variables, below another (valgrind, strace) if `under` names one.
    pub(crate) fn start(
        program: &[&str],
        under: &[String],
        environment: &HashMap<String, String>,
    ) -> Result<Self> {
        let words: Vec<&str> = under
            .iter()
            .map(String::as_str)
            .chain(program.iter().copied())
            .collect();
        let child = Command::new(words[0])
            .args(&words[1..])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(environment)
            .stdout(Stdio::null())
            .stderr(if std::env::var_os("BENCH_SHOW").is_some() {
                Stdio::inherit()
            } else {
                Stdio::null()
            })
            .spawn()
            .with_context(|| format!("{} cannot be started", words[0]))?;
        Ok(Self { child })
    }

    /// CPU time that it has used on all its threads, in milliseconds (`/proc/<pid>/task/*/schedstat`).
    pub(crate) fn cpu_ms(&self) -> Result<f64> {
        let mut nanoseconds = 0_u64;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            let first = text
                .split_whitespace()
                .next()
                .context("schedstat is empty")?;
            nanoseconds += first.parse::<u64>()?;
        }
        Ok(nanoseconds as f64 / 1e6)
    }

    /// The most memory that it has held, in kB (`VmHWM`).
    pub(crate) fn peak_kb(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .context("no VmHWM")?;
        let number = line
            .split_whitespace()
            .nth(1)
            .context("VmHWM has no number")?;
        Ok(number.parse()?)
    }

    /// Asks it to end and waits until it has: valgrind and strace then write what they have counted.
    pub(crate) fn end(mut self) -> Result<()> {
        Command::new("kill").args(self.inmost()).status()?;
        self.child.wait()?;
        Ok(())
    }

    /// The function itself: valgrind is the same process, strace has it for a child and hears no signal.
    fn inmost(&self) -> Vec<String> {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.unwrap_or_default();
        match children.split_whitespace().map(str::to_owned).collect() {
            none if Vec::is_empty(&none) => vec![id.to_string()],
            children => children,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .arg("-9")
            .args(self.inmost())
            .stderr(Stdio::null())
            .status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A file's size in bytes, and its size in a zip as Lambda takes it.
pub(crate) fn sizes(binary: &Path) -> Result<(u64, u64)> {
    let bytes = fs::read(binary)?;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options: zip::write::SimpleFileOptions = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("bootstrap", options)?;
    std::io::Write::write_all(&mut zip, &bytes)?;
    let zipped = zip.finish()?.into_inner().len();
    Ok((bytes.len() as u64, zipped as u64))
}
