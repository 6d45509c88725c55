//! Plays simulations: `make simulate`, `make prove`.

use std::{
    collections::VecDeque,
    fs::File,
    io::Write,
    process::{Child, Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use simulation::{Part, Plan, VARIANTS, plan::Name};

/// So many cases a process plays: what a function holds it holds as long as its process.
const SEEDS_A_PROCESS: u64 = 250;
const CALLS_A_PROCESS: usize = 40;
/// The seeds before are those of the tests.
const FIRST_PROVEN: u64 = 10_000;
/// So many failures are told.
const MOST_TOLD: usize = 10;

/// Plays orders under every fault, race, duplicate and reordering.
#[derive(Parser)]
#[command(name = "simulate", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Verb,
    /// How many processes play at the same time; as many as there are cores, unless told.
    #[arg(long, global = true)]
    jobs: Option<usize>,
}

#[derive(Subcommand)]
enum Verb {
    /// What follows from each of so many seeds
    Seeds {
        #[arg(long, default_value_t = 0)]
        from: u64,
        #[arg(long, default_value_t = 2_000)]
        count: u64,
    },
    /// Every fault at every call of these variants; of all, if none is named
    Faults { variants: Vec<String> },
    /// Two faults at once, by so many seeds
    Pairs {
        #[arg(long, default_value_t = 0)]
        from: u64,
        #[arg(long, default_value_t = 1_000)]
        count: u64,
    },
    /// Everything: every fault of every variant, pairs of faults, seeds
    Prove {
        /// Of the parts of every variant's faults only each of so many
        #[arg(long, default_value_t = 1)]
        every: usize,
        #[arg(long, default_value_t = 100_000)]
        seeds: u64,
        #[arg(long, default_value_t = 20_000)]
        pairs: u64,
    },
    /// One case, told: `seed:7`, `pair:7`, `happy`, `happy+17:lost-reply`
    Tell { case: Name },
    /// One part, in this process
    #[command(hide = true)]
    Play { part: Part },
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let jobs = arguments
        .jobs
        .or_else(|| Some(thread::available_parallelism().ok()?.get()));
    let jobs = jobs.unwrap_or(1);
    match arguments.command {
        Verb::Seeds { from, count } => play("seeds", chunks(from, count, Part::Seeds), jobs),
        Verb::Pairs { from, count } => {
            play("pairs of faults", chunks(from, count, Part::Pairs), jobs)
        }
        Verb::Faults { variants } => play("single faults", faults(&variants)?, jobs),
        Verb::Prove {
            every,
            seeds,
            pairs,
        } => {
            let singles = faults(&[])?;
            let singles = singles.into_iter().step_by(every.max(1)).collect();
            for (what, parts) in [
                ("single faults", singles),
                ("pairs of faults", chunks(0, pairs, Part::Pairs)),
                ("seeds", chunks(FIRST_PROVEN, seeds, Part::Seeds)),
            ] {
                if play(what, parts, jobs)? == ExitCode::FAILURE {
                    return Ok(ExitCode::FAILURE);
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        Verb::Tell { case } => tell(&case),
        Verb::Play { part } => play_part(&part),
    }
}

/// A world in which time stands still until all wait for it.
fn block_on<T>(future: impl Future<Output = T>) -> Result<T> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    Ok(runtime
        .enable_time()
        .start_paused(true)
        .build()?
        .block_on(future))
}

fn chunks(from: u64, count: u64, part: fn(std::ops::Range<u64>) -> Part) -> Vec<Part> {
    let end = from.saturating_add(count);
    let step = usize::try_from(SEEDS_A_PROCESS).unwrap_or(1);
    let starts = (from..end).step_by(step);
    starts
        .map(|start| part(start..end.min(start + SEEDS_A_PROCESS)))
        .collect()
}

fn faults(variants: &[String]) -> Result<Vec<Part>> {
    for name in variants {
        name.parse::<Name>().map_err(anyhow::Error::msg)?;
    }
    block_on(async {
        let mut plan = Plan::new().await;
        let mut parts = Vec::new();
        for variant in VARIANTS {
            if !variants.is_empty() && !variants.iter().any(|name| name == variant.name) {
                continue;
            }
            let calls = plan.calls(variant).await;
            let starts = (0..calls).step_by(CALLS_A_PROCESS);
            let part = |start| {
                Part::Faults(
                    variant.name.to_owned(),
                    start..calls.min(start + CALLS_A_PROCESS),
                )
            };
            parts.extend(starts.map(part));
        }
        parts
    })
}

fn tell(name: &Name) -> Result<ExitCode> {
    block_on(async {
        let mut plan = Plan::new().await;
        let case = plan.case(name).await.map_err(anyhow::Error::msg)?;
        let report = plan.play(&case).await;
        println!("{}", report.story.text());
        println!(
            "\n{name}: {:?}, {:?}, {:?}",
            case.variant, case.nature, case.troubles
        );
        match report.end {
            Ok(end) => {
                println!(
                    "{} calls, digest {:016x}: {end:?}",
                    report.calls.len(),
                    report.story.digest()
                );
                Ok(ExitCode::SUCCESS)
            }
            Err(wrong) => {
                println!("WRONG: {wrong}");
                Ok(ExitCode::FAILURE)
            }
        }
    })?
}

/// What a process says to the one that has started it: a dot a case, and in the end its failures.
fn play_part(part: &Part) -> Result<ExitCode> {
    let played = block_on(async {
        let mut plan = Plan::new().await;
        plan.play_part(part, |_| ()).await
    })?;
    let mut out = std::io::stdout().lock();
    for (name, wrong) in &played.failures {
        writeln!(out, "wrong {name} {}", wrong.replace('\n', " "))?;
    }
    writeln!(out, "played {} {}", played.cases, played.calls)?;
    Ok(ExitCode::SUCCESS)
}

/// A process at work, and where it writes.
struct Work {
    part: Part,
    child: Child,
    output: std::path::PathBuf,
}

/// Plays parts in processes of their own, and says what was wrong.
fn play(what: &str, parts: Vec<Part>, jobs: usize) -> Result<ExitCode> {
    let began = Instant::now();
    let progress = ProgressBar::new(parts.len().try_into()?);
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos} of {len} parts, {msg}")?;
    progress.set_style(style);
    progress.set_prefix(what.to_owned());
    let mut waiting = VecDeque::from(parts);
    let mut working: Vec<Work> = Vec::new();
    let (mut cases, mut calls) = (0_usize, 0_usize);
    let mut wrong = Vec::new();
    while !waiting.is_empty() || !working.is_empty() {
        while working.len() < jobs
            && let Some(part) = waiting.pop_front()
        {
            working.push(begin(part)?);
        }
        thread::sleep(Duration::from_millis(20));
        let mut index = 0;
        while index < working.len() {
            let Some(status) = working[index].child.try_wait()? else {
                index += 1;
                continue;
            };
            let done = working.swap_remove(index);
            let said = std::fs::read_to_string(&done.output)?;
            std::fs::remove_file(&done.output).ok();
            if !status.success() {
                bail!("{} has ended with {status}:\n{said}", done.part);
            }
            for line in said.lines() {
                if let Some(line) = line.strip_prefix("wrong ") {
                    wrong.push(line.to_owned());
                } else if let Some(counts) = line.strip_prefix("played ") {
                    let (played, made) = counts.split_once(' ').context("counts")?;
                    cases += played.parse::<usize>()?;
                    calls += made.parse::<usize>()?;
                }
            }
            progress.inc(1);
            progress.set_message(format!("{} wrong", wrong.len()));
        }
    }
    progress.finish_and_clear();
    println!(
        "{what}: {cases} cases, {calls} calls, {} wrong, {:.0} s",
        wrong.len(),
        began.elapsed().as_secs_f64()
    );
    for line in wrong.iter().take(MOST_TOLD) {
        let (name, why) = line.split_once(' ').unwrap_or((line, ""));
        println!("  {name}: {why}\n    make simulate CASE={name}");
    }
    Ok(if wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn begin(part: Part) -> Result<Work> {
    let name = part.to_string().replace([':', '.'], "-");
    let output = std::env::temp_dir().join(format!("souk-{}-{name}.txt", std::process::id()));
    let child = Command::new(std::env::current_exe()?)
        .args(["play", &part.to_string()])
        .stdout(Stdio::from(File::create(&output)?))
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("{part} was not begun"))?;
    Ok(Work {
        part,
        child,
        output,
    })
}
