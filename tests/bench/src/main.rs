//! What a function costs, by one command: `make bench`. Counts (instructions, allocations, system calls, backend
//! calls, sizes) hardly differ between runs and are a gate; times and memory are shown, never judged.

mod backend;
mod handshake;
mod listen;
mod measure;
mod process;
mod report;
mod runtime_api;
mod scene;
mod twins;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use measure::{Figures, Subject, has};
use scene::Scene;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The functions that are always measured: two reads, two writes, and the one that computes.
const USUAL: [&str; 5] = [
    "get-product",
    "list-products",
    "add-cart-item",
    "place-order",
    "log-in",
];
/// Those whose counts are a gate.
const GATED: [&str; 2] = ["get-product", "add-cart-item"];
/// How much a count may grow before the gate shuts.
const ROOM: f64 = 1.03;

/// Measures the functions and writes docs/benchmarks.md.
#[derive(Parser)]
#[allow(clippy::struct_excessive_bools)]
struct Options {
    /// The start of every function too, not only the usual five: an hour and a half of building.
    #[arg(long)]
    all: bool,
    /// Only compares the counts of a few functions with those written down; fails if they have grown.
    #[arg(long)]
    gate: bool,
    /// Only computes what deeds cost in DynamoDB, and writes that part of the page.
    #[arg(long)]
    costs: bool,
    /// Only measures these functions, and prints what is counted.
    functions: Vec<String>,
    /// Takes the binaries as they lie in the target folder, instead of building them.
    #[arg(long)]
    built: bool,
    /// Requests for CPU and memory; ten times as many for growth.
    #[arg(long, default_value_t = 500)]
    requests: u64,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What an order and all that leads to it and from it costs in DynamoDB.
fn costs() -> Result<String> {
    let calm = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    let deeds = report::SCENES.map(|(_, scene)| calm.block_on(faults::deeds(scene)));
    report::costs(&deeds, &calm.block_on(faults::bill()))
}

fn run(options: &Options) -> Result<()> {
    let missing: Vec<&str> = ["valgrind", "strace"]
        .into_iter()
        .filter(|tool| !has(tool))
        .collect();
    for tool in &missing {
        println!(
            "SKIPPED what {tool} counts: it is missing; install the package `{tool}`, then run this again"
        );
    }
    let root = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))?;
    if options.costs {
        return report::rewrite_costs(&root, &costs()?);
    }
    let host = host()?;
    let target = root.join("target").join(&host);
    let chosen: Vec<&str> = options.functions.iter().map(String::as_str).collect();
    let functions: &[&str] = match (&chosen[..], options.gate) {
        ([], true) => &GATED,
        ([], false) => &USUAL,
        (chosen, _) => chosen,
    };
    if !options.built {
        build(&root, &host, functions)?;
    }

    let scene = Scene::set(root.clone(), target.clone())?;
    let mut all = BTreeMap::new();
    for function in functions {
        eprintln!("measuring {function} …");
        let binary = target.join("release").join(function);
        let payload = payload(&scene, function);
        let program = binary.display().to_string();
        let subject = Subject {
            name: function,
            program: vec![&program],
            environment: scene.environment(function)?,
            payload: &*payload,
            status: if *function == "place-order" { 201 } else { 200 },
            api: &scene.api,
            backend: &scene.backend,
        };
        let mut figures = subject.counts(&binary)?;
        if !options.gate {
            // A log-in is slow on purpose: fewer of them say as much.
            let requests = if *function == "log-in" {
                20
            } else {
                options.requests
            };
            subject.times(&mut figures, 15, requests)?;
            if *function == "get-product" {
                let server = handshake::Server::start(&root)?;
                subject.handshake(&mut figures, &server, 15)?;
                let with_token = |n| scene.with_token(payload(n));
                subject.token(&mut figures, &with_token, options.requests)?;
            }
        }
        all.insert((*function).to_owned(), figures);
    }
    if options.gate {
        return gate(&root, &all);
    }
    if !chosen.is_empty() {
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    let twins = twins::measure(&scene, &root)?;
    let starts = if options.all {
        starts(&scene, &root, &host, &target)?
    } else {
        BTreeMap::new()
    };
    report::write(&root, &all, &twins, &starts, &costs()?)?;
    if missing.is_empty() {
        remember(&root, &all)?;
    } else {
        println!("tests/bench/counts.json stays as it was: not everything was counted");
    }
    Ok(())
}

/// What it takes to start each function that is not measured whole.
fn starts(
    scene: &Scene,
    root: &Path,
    host: &str,
    target: &Path,
) -> Result<BTreeMap<String, Figures>> {
    let mut starts = BTreeMap::new();
    for function in scene.functions().filter(|name| !USUAL.contains(name)) {
        build(root, host, &[function])?;
        eprintln!("measuring the start of {function} …");
        let binary = target.join("release").join(function);
        let program = binary.display().to_string();
        let subject = Subject {
            name: function,
            program: vec![&program],
            environment: scene.environment(function)?,
            payload: &|_| Value::Null,
            status: 0,
            api: &scene.api,
            backend: &scene.backend,
        };
        starts.insert(function.to_owned(), subject.start_counts(&binary)?);
    }
    Ok(starts)
}

/// What each request of a function is.
fn payload<'a>(scene: &'a Scene, function: &'a str) -> Box<dyn Fn(u64) -> Value + 'a> {
    match function {
        "get-product" => {
            Box::new(move |_| scene.request(function, &[("id", &scene.product)], None))
        }
        "add-cart-item" => {
            Box::new(move |_| scene.request(function, &[], Some(&scene.cart_item())))
        }
        "place-order" => Box::new(move |_| {
            if let Err(error) = scene.refill_cart() {
                eprintln!("the cart cannot be filled again: {error:#}");
            }
            scene.request(function, &[], Some(&Scene::order()))
        }),
        "log-in" => Box::new(move |_| scene.request(function, &[], Some(&scene.log_in()))),
        _ => Box::new(move |_| scene.request(function, &[], None)),
    }
}

fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line.context("rustc does not say its host")?.to_owned())
}

/// Builds what is measured as it is released, and what sets the scene as it is developed: it runs from the program that
/// has every function, which the tests have built already.
fn build(root: &Path, host: &str, functions: &[&str]) -> Result<()> {
    let cargo = |what: &str, arguments: &[&str]| {
        eprintln!("building {what} …");
        let status = Command::new("cargo")
            .current_dir(root)
            .args(["build", "--quiet", "--target", host])
            .args(arguments)
            .status()?;
        ensure!(status.success(), "the build failed");
        Ok(())
    };
    let tools = ["--manifest-path=tests/Cargo.toml", "--workspace"];
    let scene = ["--exclude=stories", "--bin=run-function"];
    cargo("the scene", &[tools, scene].concat())?;
    let mut measured = vec!["--release", "--config=.cargo/release.toml"];
    measured.extend(functions.iter().flat_map(|function| ["--bin", function]));
    cargo(&functions.join(", "), &measured)
}

fn written_down(root: &Path) -> PathBuf {
    root.join("tests/bench/counts.json")
}

/// The counts as they are written down. Instructions depend on what the CPU can do (which copy of a digest or
/// of `memcpy` runs), so it is named beside them.
#[derive(Serialize, Deserialize)]
struct Known {
    cpu: String,
    functions: BTreeMap<String, BTreeMap<String, u64>>,
}

/// The CPU's own name for itself.
fn cpu() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split_once(": "));
    name.map_or_else(|| "unknown".to_owned(), |(_, name)| name.to_owned())
}

fn remember(root: &Path, all: &BTreeMap<String, Figures>) -> Result<()> {
    let known = Known {
        cpu: cpu(),
        functions: counts(all)?,
    };
    let mut text = serde_json::to_string_pretty(&known)?;
    text.push('\n');
    fs::write(written_down(root), text)?;
    Ok(())
}

/// The figures that are the same in every run.
fn counts(all: &BTreeMap<String, Figures>) -> Result<BTreeMap<String, BTreeMap<String, u64>>> {
    let mut counts = BTreeMap::new();
    for (function, figures) in all {
        let Value::Object(figures) = serde_json::to_value(figures)? else {
            continue;
        };
        let number = |value: &Value| match value {
            Value::Array(calls) => Some(calls.len() as u64),
            other => other.as_u64(),
        };
        let of_machine = |name: &str| name == "peak_kb";
        let numbers = figures
            .iter()
            .filter(|(name, _)| !of_machine(name))
            .filter_map(|(name, value)| Some((name.clone(), number(value)?)))
            .collect();
        counts.insert(function.clone(), numbers);
    }
    Ok(counts)
}

fn gate(root: &Path, all: &BTreeMap<String, Figures>) -> Result<()> {
    let text = fs::read_to_string(written_down(root))
        .context("no counts are written down: run `make bench`")?;
    let known: Known = serde_json::from_str(&text)?;
    let same_cpu = known.cpu == cpu();
    if !same_cpu {
        println!(
            "SKIPPED instructions: they were counted on another CPU ({})",
            known.cpu
        );
    }
    let mut grown = Vec::new();
    for (function, now) in counts(all)? {
        for (name, number) in now {
            if !same_cpu && name.ends_with("instructions") {
                continue;
            }
            let known = known.functions.get(&function);
            let Some(&before) = known.and_then(|known| known.get(&name)) else {
                continue;
            };
            // No threads are a figure like any other, if strace was there to see them.
            let unseen = name == "init_threads" && !has("strace");
            if unseen || number == 0 && before > 0 {
                println!("{function:<16} {name:<18} SKIPPED: not counted");
                continue;
            }
            println!("{function:<16} {name:<18} {before:>12} → {number:>12}");
            if number as f64 > before as f64 * ROOM {
                grown.push(format!("{name} of {function}: {before} → {number}"));
            }
        }
    }
    ensure!(
        grown.is_empty(),
        "these have grown by more than 3 %: {}. Find out why; if it is worth it, run `make bench` and commit.",
        grown.join("; ")
    );
    Ok(())
}
