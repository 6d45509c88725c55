//! docs/benchmarks.md: the figures as a person reads them, beside their goals.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use anyhow::{Context, Result};
use faults::{Deed, Line, Scene, Used};

use crate::measure::Figures;

/// What a million units cost on demand in us-east-1, in dollars
/// (<https://aws.amazon.com/dynamodb/pricing/on-demand/>, since November 2024).
const READS_PRICE: f64 = 0.125;
const WRITES_PRICE: f64 = 0.625;

/// A row of the table: its name, how to write a function's figure, and the goal.
type Row = (&'static str, fn(&Figures) -> String, &'static str);

const ROWS: [Row; 15] = [
    (
        "init instructions",
        |f| millions(f.init_instructions),
        "≤ 1.6 M",
    ),
    (
        "warm instructions a request",
        |f| thousands(f.warm_instructions),
        "≤ 750 k for get-product",
    ),
    (
        "heap allocations a request",
        |f| counted(f.warm_allocations, f.warm_allocations.to_string()),
        "≤ 720",
    ),
    (
        "system calls at init",
        |f| counted(f.init_syscalls, f.init_syscalls.to_string()),
        "≤ 100",
    ),
    (
        "files opened at init",
        |f| counted(f.init_syscalls, f.init_files.to_string()),
        "≤ 8",
    ),
    (
        "threads made at init",
        |f| counted(f.init_syscalls, f.init_threads.to_string()),
        "0",
    ),
    (
        "backend calls (one after another)",
        calls,
        "get, list 1; add ≤ 2; order ≤ 3 (2)",
    ),
    ("binary", |f| megabytes(f.binary_bytes), "≤ 6.5 MB"),
    ("zip", |f| megabytes(f.zip_bytes), "≤ 3 MB"),
    ("init CPU", |f| format!("{:.1} ms", f.init_cpu_ms), "≤ 2 ms"),
    (
        "CPU of the first TLS handshake",
        |f| match f.handshake_cpu_ms {
            0.0 => "–".to_owned(),
            measured => format!("{measured:.2} ms"),
        },
        "≤ 0.5 ms",
    ),
    (
        "warm CPU a request",
        |f| format!("{:.2} ms", f.warm_cpu_ms),
        "≤ 0.3 ms",
    ),
    (
        "of it, for a request with a token: knowing the caller",
        |f| match f.token_cpu_ms {
            0.0 => "–".to_owned(),
            measured => format!("{measured:.2} ms"),
        },
        "≤ 0.2 ms",
    ),
    (
        "peak memory after 500 requests",
        |f| megabytes(f.peak_kb * 1024),
        "≤ 7 MB",
    ),
    (
        "its growth to 5,000",
        |f| format!("{:.1} %", f.growth_percent),
        "≤ 3 %",
    ),
];

/// Writes the page.
pub(crate) fn write(
    root: &Path,
    functions: &BTreeMap<String, Figures>,
    twins: &BTreeMap<String, Figures>,
    starts: &BTreeMap<String, Figures>,
    costs: &str,
) -> Result<()> {
    let mut page = String::from(
        "# Benchmarks\n\nWritten by `make bench`; do not edit. Each function is its release binary (fat LTO, \
         `opt-level = 3`) with everything on that it has in the cloud (log line, metrics, ETag, trace, and a token \
         check but for the two public reads), under a small Runtime API and an in-process DynamoDB behind a loopback port, without TLS. \
         Instructions by callgrind, allocations by memcheck, system calls by strace, CPU by the kernel's \
         `schedstat`, memory by `VmHWM`. Counts differ by less than 1 % between runs, and those of get-product and \
         add-cart-item are a gate (`make bench GATE=1`, 3 % room). Times are those of a machine with 2 cores (Linux, x86_64), \
         shown and never judged.\n\n",
    );
    let names: Vec<&String> = functions.keys().collect();
    let columns = names
        .iter()
        .map(|name| format!(" {name} |"))
        .collect::<String>();
    writeln!(page, "| |{columns} goal |")?;
    writeln!(page, "|---|{}---|", "---:|".repeat(names.len()))?;
    for (title, figure, goal) in ROWS {
        let cells = functions
            .values()
            .map(|f| format!(" {} |", figure(f)))
            .collect::<String>();
        writeln!(page, "| {title} |{cells} {goal} |")?;
    }
    page.push_str("\nlog-in verifies an Argon2id hash (19 MiB, two passes): its memory and CPU are the hash's.\n");
    if let Some(ours) = functions.get("get-product") {
        page.push_str(
            "\n## get-product in Node and Python\n\nThe same read, view, ETag, log line and metrics with AWS's \
             own SDKs, on the same harness in the same run (`tests/bench/twins`).\n\n\
             | | init CPU | warm CPU a request | peak memory |\n|---|---:|---:|---:|\n",
        );
        let row = |name: &str, f: &Figures| {
            let times = |theirs: f64, ours: f64| match theirs / ours {
                factor if name == "Rust" || !factor.is_finite() => String::new(),
                factor => format!(" ({factor:.0} ×)"),
            };
            format!(
                "| {name} | {:.1} ms{} | {:.2} ms{} | {}{} |\n",
                f.init_cpu_ms,
                times(f.init_cpu_ms, ours.init_cpu_ms),
                f.warm_cpu_ms,
                times(f.warm_cpu_ms, ours.warm_cpu_ms),
                megabytes(f.peak_kb * 1024),
                times(f.peak_kb as f64, ours.peak_kb as f64),
            )
        };
        page.push_str(&row("Rust", ours));
        for (name, figures) in twins {
            page.push_str(&row(name, figures));
        }
    }
    if !starts.is_empty() {
        page.push_str(
            "\n## The start of every other function\n\n\
             | | instructions | system calls | files | threads | binary | zip |\n\
             |---|---:|---:|---:|---:|---:|---:|\n",
        );
        for (name, f) in starts {
            writeln!(
                page,
                "| {name} | {} | {} | {} | {} | {} | {} |",
                millions(f.init_instructions),
                f.init_syscalls,
                f.init_files,
                f.init_threads,
                megabytes(f.binary_bytes),
                megabytes(f.zip_bytes)
            )?;
        }
    }
    page.push_str(costs);
    page.push_str(&notes(root)?);
    fs::write(root.join("docs/benchmarks.md"), &page)?;
    println!("{page}");
    Ok(())
}

/// What people have written to the figures.
fn notes(root: &Path) -> Result<String> {
    let notes = fs::read_to_string(root.join("tests/bench/notes.md"))?;
    Ok(format!("\n{notes}"))
}

/// Writes the costs into the page that is there.
pub(crate) fn rewrite_costs(root: &Path, costs: &str) -> Result<()> {
    let path = root.join("docs/benchmarks.md");
    let page = fs::read_to_string(&path)?;
    let (before, _) = page
        .split_once(COSTS)
        .context("the page has no costs; run `make bench` first")?;
    fs::write(path, format!("{before}{costs}{}", notes(root)?))?;
    println!("{costs}");
    Ok(())
}

/// What begins the costs.
const COSTS: &str = "\n## What it costs in DynamoDB\n";

/// The orders that are costed.
pub(crate) const SCENES: [(&str, Scene); 4] = [
    ("3 lines", scene(3, 0)),
    ("1 line", scene(1, 0)),
    ("12 lines", scene(12, 0)),
    ("3 lines, after 20 orders", scene(3, 20)),
];

const fn scene(lines: u32, orders_before: u32) -> Scene {
    Scene {
        lines,
        orders_before,
    }
}

/// What people do in the scenes, and one order function by function.
pub(crate) fn costs(deeds: &[Vec<(Deed, Used)>; SCENES.len()], bill: &[Line]) -> Result<String> {
    let mut page = String::from(COSTS);
    writeln!(
        page,
        "\nBy the sizes of the items that are really written, with all that follows from an event, in dollars a \
         million times (on demand, us-east-1: ${READS_PRICE} a million read units, ${WRITES_PRICE} a million write units, the \
         prices since November 2024; without storage, streams and backups). The calls and units are those of three lines \
         in an order; beside it how the price grows with the lines, and with twenty orders that the customer has \
         had from the same seller before.\n\n\
         The own CPU is that of all handlers together, the SDK's part of their calls included, without the backends' \
         and without Lambda's loop around them; of functions that have run before, in a development build (what a call \
         runs through is optimised, nothing across crates is). The goal for an order is 6 ms.\n"
    )?;
    let titles = SCENES.map(|(title, _)| format!(" {title} |")).concat();
    writeln!(
        page,
        "| | own CPU | calls | read units | write units |{titles}"
    )?;
    writeln!(
        page,
        "|---|---:|---:|---:|---:|{}",
        "---:|".repeat(SCENES.len())
    )?;
    let [usual, .., warm] = deeds;
    for (place, (deed, used)) in usual.iter().enumerate() {
        let name = match deed {
            Deed::Browse => "browse 20 products",
            Deed::Look => "get a product",
            Deed::AddToCart => "add a line to the cart",
            Deed::PlaceOrder => "place an order, the request alone",
            Deed::Order => "an order, placed to shipped and paid",
            Deed::Return => "a return of one piece, asked for to paid back",
        };
        let prices = deeds.iter().filter_map(|scene| scene.get(place));
        let prices: String = prices
            .map(|(_, used)| format!(" ${:.2} |", price(used.read_units, used.write_units)))
            .collect();
        writeln!(
            page,
            "| {name} | {:.2} ms | {} | {} | {} |{prices}",
            warm[place].1.own_cpu.as_secs_f64() * 1e3,
            used.calls,
            used.read_units,
            used.write_units
        )?;
    }
    write_bill(&mut page, bill)?;
    Ok(page)
}

/// Of a million times so many units, in dollars.
fn price(read_units: f64, write_units: f64) -> f64 {
    read_units * READS_PRICE + write_units * WRITES_PRICE
}

/// What an order costs in DynamoDB's units, function by function.
fn write_bill(page: &mut String, bill: &[Line]) -> Result<()> {
    page.push_str(
        "\nFunction by function, an order of three lines from one seller, from the last line laid \
         into the cart until it is shipped, by the sizes of the items that are really written. A transaction \
         writes at twice the price; an index is written at the single one. That placing an order and reserving \
         its stock stay under `2·⌈order kB⌉ + 2·⌈record kB⌉ + 2` and `2n + 2·⌈reservation kB⌉ + 2·⌈record kB⌉` \
         on their tables is a test (`tests/faults/tests/units.rs`).\n\n\
         | function | calls | read units | write units, tables | write units, indexes |\n|---|---:|---:|---:|---:|\n",
    );
    let mut sum = Line {
        function: "**all**".to_owned(),
        calls: 0,
        read_units: 0.0,
        write_units: 0.0,
        index_units: 0.0,
    };
    for line in bill {
        sum.calls += line.calls;
        sum.read_units += line.read_units;
        sum.write_units += line.write_units;
        sum.index_units += line.index_units;
    }
    for line in bill.iter().chain([&sum]) {
        writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            line.function, line.calls, line.read_units, line.write_units, line.index_units
        )?;
    }
    let price = price(sum.read_units, sum.write_units + sum.index_units);
    writeln!(page, "\nA million such orders: ${price:.2}.")?;
    Ok(())
}

fn calls(figures: &Figures) -> String {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for call in &figures.calls {
        *names.entry(call).or_default() += 1;
    }
    let list: Vec<String> = names
        .iter()
        .map(|(name, number)| {
            if *number > 1 {
                format!("{number} {name}")
            } else {
                (*name).to_owned()
            }
        })
        .collect();
    format!(
        "{} ({}): {}",
        figures.calls.len(),
        figures.depth,
        list.join(", ")
    )
}

fn millions(number: u64) -> String {
    counted(number, format!("{:.2} M", number as f64 / 1e6))
}

fn thousands(number: u64) -> String {
    counted(number, format!("{:.0} k", number as f64 / 1e3))
}

/// The figure, if its tool was there to count it: no process makes do without instructions or system calls.
fn counted(number: u64, figure: String) -> String {
    if number == 0 {
        "not counted".to_owned()
    } else {
        figure
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
