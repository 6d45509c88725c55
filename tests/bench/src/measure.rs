//! The figures of one function, each read from the tool that knows it.

use std::{collections::HashMap, fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    backend::Backend,
    handshake::Server,
    process::{Process, sizes},
    runtime_api::{Idle, RuntimeApi},
};

/// What is measured: a program, its environment, and its requests.
pub(crate) struct Subject<'a> {
    pub(crate) name: &'a str,
    pub(crate) program: Vec<&'a str>,
    pub(crate) environment: HashMap<String, String>,
    /// The payload of the n-th request; it may prepare the backend for it.
    pub(crate) payload: &'a dyn Fn(u64) -> Value,
    /// The status that every answer must have.
    pub(crate) status: u64,
    pub(crate) api: &'a RuntimeApi,
    pub(crate) backend: &'a Backend,
}

/// What a function costs. Counts are the same in every run; times and memory are this machine's.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) init_instructions: u64,
    pub(crate) warm_instructions: u64,
    pub(crate) warm_allocations: u64,
    pub(crate) init_syscalls: u64,
    pub(crate) init_files: u64,
    pub(crate) init_threads: u64,
    pub(crate) calls: Vec<String>,
    pub(crate) depth: u64,
    pub(crate) binary_bytes: u64,
    pub(crate) zip_bytes: u64,
    pub(crate) init_cpu_ms: f64,
    /// Of the first TLS handshake; 0 where it was not measured.
    #[serde(default)]
    pub(crate) handshake_cpu_ms: f64,
    pub(crate) warm_cpu_ms: f64,
    /// Of that, what knowing the caller takes; 0 where it was not measured.
    #[serde(default)]
    pub(crate) token_cpu_ms: f64,
    pub(crate) peak_kb: u64,
    pub(crate) growth_percent: f64,
}

/// How many requests come before the measured ones: caches, connections and lazy statics are then warm.
const WARM_UP: u64 = 20;
/// In how many runs the requests are timed, so that whatever else the machine does in one of them does not count.
const RUNS: u64 = 10;

impl Subject<'_> {
    /// Everything that is counted: the same in every run.
    pub(crate) fn counts(&self, binary: &Path) -> Result<Figures> {
        self.say("backend calls");
        let (calls, depth) = self.backend_calls()?;
        self.say("instructions and allocations of a request");
        Ok(Figures {
            warm_instructions: self.a_request(CALLGRIND, instructions)?,
            warm_allocations: self.a_request(MEMCHECK, allocations)?,
            calls,
            depth,
            ..self.start_counts(binary)?
        })
    }

    /// What is counted until the function asks for its first request.
    pub(crate) fn start_counts(&self, binary: &Path) -> Result<Figures> {
        self.say("its start");
        let (init_syscalls, init_files, init_threads) = self.init_syscalls()?;
        let (binary_bytes, zip_bytes) = sizes(binary)?;
        Ok(Figures {
            init_instructions: self.counted(CALLGRIND, 0, instructions)?,
            init_syscalls,
            init_files,
            init_threads,
            binary_bytes,
            zip_bytes,
            ..Figures::default()
        })
    }

    /// CPU and memory: the median of `rounds` starts for init, of ten runs within 500 requests for the CPU of one; 500
    /// and 5,000 requests for the rest.
    pub(crate) fn times(&self, figures: &mut Figures, rounds: usize, requests: u64) -> Result<()> {
        self.say("CPU and memory");
        figures.init_cpu_ms = self.init_cpu_ms(rounds)?;

        let (process, idle, warm_cpu_ms) = self.warm(requests)?;
        figures.warm_cpu_ms = warm_cpu_ms;
        figures.peak_kb = process.peak_kb()?;
        let idle = self.requests(idle, WARM_UP + requests, 9 * requests)?;
        let after = process.peak_kb()?;
        drop(process);
        drop(idle);
        figures.growth_percent =
            (after as f64 - figures.peak_kb as f64) / figures.peak_kb as f64 * 100.0;
        Ok(())
    }

    /// How much more the same requests take with a valid token: its signature, its claims, and the look whether it was
    /// revoked.
    pub(crate) fn token(
        &self,
        figures: &mut Figures,
        with_token: &dyn Fn(u64) -> Value,
        requests: u64,
    ) -> Result<()> {
        self.say("knowing the caller");
        let known = Subject {
            payload: with_token,
            environment: self.environment.clone(),
            program: self.program.clone(),
            ..*self
        };
        let (_, _, without) = self.warm(requests)?;
        let (_, _, with) = known.warm(requests)?;
        figures.token_cpu_ms = with - without;
        Ok(())
    }

    /// Starts it, warms it up, and takes the median of its runs: the CPU of a request.
    fn warm(&self, requests: u64) -> Result<(Process, Idle<'_>, f64)> {
        let process = self.start(&[])?;
        let mut idle = self.requests(self.api.idle()?, 0, WARM_UP)?;
        let (mut runs, run) = (Vec::new(), requests / RUNS);
        for number in 0..RUNS {
            let before = process.cpu_ms()?;
            idle = self.requests(idle, WARM_UP + number * run, run)?;
            runs.push((process.cpu_ms()? - before) / run as f64);
        }
        Ok((process, idle, median(runs)))
    }

    /// The median of so many starts.
    fn init_cpu_ms(&self, rounds: usize) -> Result<f64> {
        let mut starts = Vec::new();
        for _ in 0..rounds {
            let process = self.start(&[])?;
            let idle = self.api.idle()?;
            starts.push(process.cpu_ms()?);
            // It ends before its question does, or it would ask again.
            drop(process);
            drop(idle);
        }
        Ok(median(starts))
    }

    /// How much more a start takes whose connection is secured.
    pub(crate) fn handshake(
        &self,
        figures: &mut Figures,
        server: &Server,
        rounds: usize,
    ) -> Result<()> {
        self.say("the first TLS handshake");
        let mut environment = self.environment.clone();
        environment.insert("AWS_ENDPOINT_URL".to_owned(), server.url.clone());
        environment.insert(
            "AWS_CA_BUNDLE".to_owned(),
            server.bundle.display().to_string(),
        );
        let secured = Subject {
            environment,
            program: self.program.clone(),
            ..*self
        };
        let plain = self.init_cpu_ms(rounds)?;
        figures.handshake_cpu_ms = secured.init_cpu_ms(rounds)? - plain;
        Ok(())
    }

    /// Says what is being done: a measurement takes minutes.
    fn say(&self, what: &str) {
        eprintln!("  {}: {what}", self.name);
    }

    fn start(&self, under: &[String]) -> Result<Process> {
        self.api.forget();
        Process::start(&self.program, under, &self.environment)
    }

    fn requests<'a>(&self, mut idle: Idle<'a>, first: u64, number: u64) -> Result<Idle<'a>> {
        for n in first..first + number {
            let (answer, next) = idle.invoke(&(self.payload)(n))?;
            ensure!(
                answer["statusCode"] == self.status,
                "{} answered {answer} where {} was expected",
                self.name,
                self.status
            );
            idle = next;
        }
        Ok(idle)
    }

    /// Runs below a tool that counts, and returns what `read` finds in its report after so many requests; 0 where
    /// the tool is missing.
    fn counted(&self, tool: &[&str], requests: u64, read: fn(&str) -> Option<u64>) -> Result<u64> {
        if !has(tool[0]) {
            return Ok(0);
        }
        let report = std::env::temp_dir().join(format!("souk-bench-{}.out", std::process::id()));
        let path = report.display().to_string();
        let under: Vec<String> = tool
            .iter()
            .map(|word| word.replace("REPORT", &path))
            .collect();
        let process = self.start(&under)?;
        let idle = self.requests(self.api.idle()?, 0, requests)?;
        process.end()?;
        drop(idle);
        let text = fs::read_to_string(&report).context("the tool wrote no report")?;
        fs::remove_file(&report)?;
        read(&text).with_context(|| format!("{} reported nothing for {}", tool[0], self.name))
    }

    /// What one request more costs once it is warm.
    fn a_request(&self, tool: &[&str], read: fn(&str) -> Option<u64>) -> Result<u64> {
        let few = self.counted(tool, WARM_UP, read)?;
        let many = self.counted(tool, 2 * WARM_UP, read)?;
        Ok(many.saturating_sub(few) / WARM_UP)
    }

    /// System calls, opened files and threads until the function asks for work; no system calls where strace is
    /// missing.
    fn init_syscalls(&self) -> Result<(u64, u64, u64)> {
        if !has("strace") {
            return Ok((0, 0, 0));
        }
        let report = std::env::temp_dir().join(format!("souk-bench-{}.strace", std::process::id()));
        let under = ["strace", "-f", "-o", &report.display().to_string()].map(str::to_owned);
        let process = self.start(&under)?;
        let idle = self.api.idle()?;
        process.end()?;
        drop(idle);
        let text = fs::read_to_string(&report)?;
        fs::remove_file(&report)?;
        let calls: Vec<&str> = text
            .lines()
            .map(|line| {
                line.split_once(char::is_whitespace)
                    .map_or(line, |(_, call)| call.trim_start())
            })
            .take_while(|call| !call.contains("/invocation/next"))
            .filter(|call| call.contains('(') && !call.starts_with(['+', '-']))
            .collect();
        let count = |names: &[&str]| {
            calls
                .iter()
                .filter(|call| names.iter().any(|name| call.starts_with(name)))
                .count() as u64
        };
        let opened = calls
            .iter()
            .filter(|call| call.starts_with("open") && !call.contains("= -1"))
            .count() as u64;
        Ok((calls.len() as u64, opened, count(&["clone(", "clone3("])))
    }

    fn backend_calls(&self) -> Result<(Vec<String>, u64)> {
        let process = self.start(&[])?;
        let idle = self.requests(self.api.idle()?, 0, 2)?;
        self.backend.reset(true);
        let idle = self.requests(idle, 2, 1)?;
        drop(process);
        drop(idle);
        let (calls, depth) = self.backend.calls();
        self.backend.reset(false);
        Ok((calls, depth as u64))
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

const CALLGRIND: &[&str] = &[
    "valgrind",
    "--tool=callgrind",
    "--callgrind-out-file=REPORT",
];

/// `summary: 1234567`
fn instructions(report: &str) -> Option<u64> {
    let line = report.lines().find(|line| line.starts_with("summary:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

const MEMCHECK: &[&str] = &["valgrind", "--tool=memcheck", "--log-file=REPORT"];

/// `==1== total heap usage: 1,234 allocs, 1,200 frees, 56,789 bytes allocated`
fn allocations(report: &str) -> Option<u64> {
    let (_, rest) = report.split_once("total heap usage: ")?;
    rest.split(' ').next()?.replace(',', "").parse().ok()
}

/// Whether a tool is on this machine.
pub(crate) fn has(tool: &str) -> bool {
    Command::new(tool)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}
