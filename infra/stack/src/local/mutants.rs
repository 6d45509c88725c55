//! `make mutants`: alters the code that decides about money, stock, orders and payments, one place at a time, and
//! writes `docs/mutants.md`: what of it no domain test sees.
//!
//! What talks to backends and providers is not altered: the fault tests hold it. All files take hours; the rows of files
//! that a run leaves out stay in the page as they are. `.cargo/mutants.toml` says how it is built and tested.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::place::Place;

const PAGE: &str = "docs/mutants.md";
/// Where `cargo mutants` keeps what it has found.
const FOUND: &str = "target/mutants";
/// What `cargo mutants` ends with when it has come to the end, and some alterations were not seen or took too long.
const ENDED: [i32; 3] = [0, 2, 3];

/// The areas, where their code lies, and which of it decides.
const AREAS: [(&str, &str, &[&str]); 4] = [
    ("money", "shared/kernel/src/", &["money"]),
    (
        "stock",
        "functions/inventory/src/",
        &[
            "holder",
            "ledger",
            "reservation",
            "returned",
            "shards",
            "stock",
        ],
    ),
    (
        "orders",
        "functions/order/src/",
        &[
            "lifecycle",
            "money",
            "order",
            "parts",
            "returns",
            "standing",
            "transitions",
        ],
    ),
    (
        "payments",
        "functions/payment/src/",
        &[
            "attempt",
            "breaker/circuit",
            "capture",
            "credit",
            "dispute",
            "dispute/lifecycle",
            "ledger",
            "lifecycle",
            "payment",
            "payout",
            "payout/period",
            "payout/statement",
            "reconcile",
            "refund",
            "returns",
        ],
    ),
];

/// What came of altering a file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Row {
    seen: usize,
    not_built: usize,
    survivors: Vec<String>,
}

#[derive(Deserialize)]
struct Found {
    outcomes: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    scenario: Scenario,
    summary: String,
}

#[derive(Deserialize)]
enum Scenario {
    Baseline,
    Mutant(Mutant),
}

#[derive(Deserialize)]
struct Mutant {
    name: String,
    file: String,
}

/// Alters all files, or these, and writes the page.
pub(super) fn mutants(place: &Place, files: &[String]) -> Result<()> {
    let version = Command::new("cargo")
        .args(["mutants", "--version"])
        .output();
    if !version.is_ok_and(|asked| asked.status.success()) {
        bail!(
            "cargo-mutants is missing: `cargo install cargo-mutants --locked`, then run this again"
        );
    }
    let chosen: Vec<String> = if files.is_empty() {
        all().collect()
    } else {
        files.to_vec()
    };
    let chosen = chosen.iter().flat_map(|file| ["--file", file]);
    let ended = Command::new("cargo")
        .args(["mutants", "--output", FOUND])
        .args(chosen)
        .current_dir(&place.root)
        .status()?;
    ensure!(
        ended.code().is_some_and(|code| ENDED.contains(&code)),
        "`cargo mutants` did not come to the end; {FOUND}/mutants.out/log has what it was told"
    );
    let found = place.at(FOUND).join("mutants.out/outcomes.json");
    let found =
        std::fs::read(&found).with_context(|| format!("{} is not there", found.display()))?;
    let page = place.at(PAGE);
    let mut rows = rows(&std::fs::read_to_string(&page).unwrap_or_default());
    rows.extend(by_file(&serde_json::from_slice(&found)?)?);
    std::fs::write(&page, written(&rows)?)?;
    Ok(())
}

/// All files that decide.
fn all() -> impl Iterator<Item = String> {
    AREAS.iter().flat_map(|(_, folder, modules)| {
        let modules = modules.iter();
        modules.map(move |module| format!("{folder}{module}.rs"))
    })
}

fn by_file(found: &Found) -> Result<BTreeMap<String, Row>> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for outcome in &found.outcomes {
        let Scenario::Mutant(mutant) = &outcome.scenario else {
            continue;
        };
        let row = rows.entry(mutant.file.clone()).or_default();
        match outcome.summary.as_str() {
            // A test that never ends has seen that something is wrong.
            "CaughtMutant" | "Timeout" => row.seen += 1,
            "Unviable" => row.not_built += 1,
            "MissedMutant" => row.survivors.push(mutant.name.clone()),
            other => bail!("`{other}` came of {}", mutant.name),
        }
    }
    Ok(rows)
}

/// The rows of a page that was written before.
fn rows(page: &str) -> BTreeMap<String, Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for line in page.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let ["", file, seen, _, not_built, ""] = cells[..]
            && let (Ok(seen), Ok(not_built)) = (seen.parse(), not_built.parse())
        {
            let row = Row {
                seen,
                not_built,
                survivors: Vec::new(),
            };
            rows.insert(file.trim_matches('`').to_owned(), row);
        }
        let survivor = line.strip_prefix("- `").and_then(|it| it.strip_suffix('`'));
        if let Some(survivor) = survivor
            && let Some((file, _)) = survivor.split_once(':')
            && let Some(row) = rows.get_mut(file)
        {
            row.survivors.push(survivor.to_owned());
        }
    }
    rows
}

fn written(rows: &BTreeMap<String, Row>) -> Result<String> {
    let mut page = String::from(
        "# What the domain tests see\n\n\
         Written by `make mutants`; do not edit. [cargo-mutants](https://mutants.rs) alters the code that decides about \
         money, stock, orders and payments, one place at a time: a comparison the other way round, a sum that is a \
         difference, a function that answers nothing. The tests beside the code, which need no platform, must fail. \
         What does not build is nobody's merit.\n\n\
         | | altered, and built | seen |\n|---|---:|---:|\n",
    );
    for (area, folder, _) in AREAS {
        let own = rows.iter().filter(|(file, _)| file.starts_with(folder));
        let (mut seen, mut built) = (0, 0);
        for (_, row) in own {
            seen += row.seen;
            built += row.seen + row.survivors.len();
        }
        if let Some(promille) = (seen * 1_000).checked_div(built) {
            let (percent, tenths) = (promille / 10, promille % 10);
            writeln!(page, "| {area} | {built} | {seen} ({percent}.{tenths} %) |")?;
        }
    }
    page.push_str("\n| file | seen | survived | not built |\n|---|---:|---:|---:|\n");
    for (file, row) in rows {
        let (seen, survived, not_built) = (row.seen, row.survivors.len(), row.not_built);
        writeln!(page, "| `{file}` | {seen} | {survived} | {not_built} |")?;
    }
    page.push_str("\n## What survived\n\n");
    let survivors: Vec<&String> = rows.values().flat_map(|row| &row.survivors).collect();
    if survivors.is_empty() {
        page.push_str("Nothing.\n");
    }
    for survivor in survivors {
        writeln!(page, "- `{survivor}`")?;
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn outcome(file: &str, what: &str, summary: &str) -> serde_json::Value {
        serde_json::json!({
            "scenario": { "Mutant": { "name": format!("{file}:{what}"), "file": file } },
            "summary": summary,
        })
    }

    fn found(outcomes: &[serde_json::Value]) -> BTreeMap<String, Row> {
        let found = serde_json::json!({ "outcomes": outcomes });
        by_file(&serde_json::from_value(found).unwrap()).unwrap()
    }

    #[test]
    fn every_file_that_is_altered_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for file in all() {
            assert!(root.join(&file).is_file(), "{file}");
        }
    }

    #[test]
    fn a_page_says_what_was_seen_and_what_survived_and_is_read_again() {
        const MONEY: &str = "shared/kernel/src/money.rs";
        const STOCK: &str = "functions/inventory/src/stock.rs";
        let mut all = found(&[
            serde_json::json!({ "scenario": "Baseline", "summary": "Success" }),
            outcome(MONEY, "1:1: replace + with -", "CaughtMutant"),
            outcome(MONEY, "2:1: replace < with <=", "Timeout"),
            outcome(MONEY, "3:1: replace | with &", "MissedMutant"),
            outcome(STOCK, "1:1: replace a with b", "Unviable"),
        ]);
        let page = written(&all).unwrap();
        assert!(page.contains("| money | 3 | 2 (66.6 %) |"), "{page}");
        assert!(
            page.contains("- `shared/kernel/src/money.rs:3:1: replace | with &`"),
            "{page}"
        );
        assert_eq!(rows(&page), all);

        let again = found(&[outcome(MONEY, "3:1: replace | with &", "CaughtMutant")]);
        all.extend(again);
        let page = written(&all).unwrap();
        assert!(page.contains("| money | 1 | 1 (100.0 %) |"), "{page}");
        assert!(
            page.contains("| `functions/inventory/src/stock.rs` | 0 | 0 | 1 |"),
            "{page}"
        );
        assert!(page.ends_with("Nothing.\n"), "{page}");
    }
}
