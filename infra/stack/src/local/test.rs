//! `make test`: every check there is, part by part, each with its time.

mod fuzz;

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use console::style;

use super::place::Place;
use super::term::say;
use super::{demo, emulator, tools, up};
use crate::fleet;

/// The workspace of the tools and the tests.
const TOOLS: &str = "--manifest-path=tests/Cargo.toml";

/// Run only when it is asked for: it lets a whole day go by for each of a thousand grants.
const GRANTS: &str = "grants";

/// A part and what it proves.
type Part = (&'static str, &'static str, fn(&Place) -> Result<()>);

/// Run only when it is asked for: it builds releases, which takes as long as all the rest, and needs valgrind.
const GATE: &str = "gate";

/// Cheap ones first: most mistakes are small.
const PARTS: [Part; 12] = [
    ("format", "every file is formatted", format),
    ("clippy", "no warning in either workspace", clippy),
    (
        "stack",
        "what is rendered is what the manifests say, and holds together",
        stack,
    ),
    ("unit", "domain, stores and handlers, in process", unit),
    ("templates", "cfn-lint on each template", templates),
    ("up", "the platform stands", up::up),
    ("demo", "two orders, from cart to mail", demo::demo),
    ("stories", "end to end, with IAM enforced", stories),
    (
        "api",
        "the live API keeps to its own description",
        fuzz::api,
    ),
    ("down", "nothing is left running", down),
    (GRANTS, "nothing is granted that nobody would miss", grants),
    (
        GATE,
        "the counted figures of a few functions have not grown",
        gate,
    ),
];

/// Runs every part, or one, and shows what each took.
pub(super) fn test(place: &Place, part: Option<&str>) -> Result<ExitCode> {
    let chosen: Vec<Part> = PARTS
        .into_iter()
        .filter(|(name, ..)| part.map_or(![GATE, GRANTS].contains(name), |part| part == *name))
        .collect();
    if chosen.is_empty() {
        let names: Vec<_> = PARTS.iter().map(|(name, ..)| *name).collect();
        bail!(
            "there is no part `{}`; there are {}",
            part.unwrap_or_default(),
            names.join(", ")
        );
    }
    tools::install(place)?;
    let was_up = emulator::running(place).is_some();
    if part.is_some_and(|part| ["demo", "stories", "api"].contains(&part)) {
        up::up(place)?;
    }
    let began = Instant::now();
    let mut times: Vec<(&str, Duration)> = Vec::new();
    let mut failed = None;
    for (name, proves, run) in chosen {
        if name == "down" && was_up && part.is_none() {
            say("\nThe platform was up before; it stays up.");
            continue;
        }
        say(format!(
            "\n{} {}",
            style(format!("── {name}:")).bold(),
            style(proves).bold()
        ));
        let start = Instant::now();
        let outcome = run(place);
        times.push((name, start.elapsed()));
        if let Err(error) = outcome {
            say(format!(
                "{} {name}: {error:#}",
                style("failed").red().bold()
            ));
            failed = Some(name);
            break;
        }
    }
    if failed.is_some() && !was_up && part.is_none() {
        emulator::stop(place)?;
    }
    say("");
    for (name, time) in &times {
        let sign = if failed == Some(*name) {
            style("✗").red()
        } else {
            style("✓").green()
        };
        say(format!("  {sign} {name:<10} {:>7.1} s", time.as_secs_f32()));
    }
    say(format!(
        "    {:<10} {:>7.1} s",
        "all",
        began.elapsed().as_secs_f32()
    ));
    Ok(if failed.is_some() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn format(place: &Place) -> Result<()> {
    cargo(place, &["fmt", "--all", "--check"])?;
    cargo(place, &["fmt", TOOLS, "--all", "--check"])
}

fn clippy(place: &Place) -> Result<()> {
    for workspace in [&[][..], &[TOOLS]] {
        let target = fleet::host()?;
        let before = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--target",
            target.as_str(),
        ];
        cargo(
            place,
            &[&before, workspace, &["--", "-D", "warnings"]].concat(),
        )?;
    }
    Ok(())
}

fn stack(place: &Place) -> Result<()> {
    run(Command::new(std::env::current_exe()?)
        .arg("check")
        .current_dir(&place.root))
}

fn unit(place: &Place) -> Result<()> {
    tests(place, &["--workspace"])?;
    // The stories need the platform; the benchmarks are `make bench`.
    let others = ["--exclude", "stories", "--exclude", "bench"];
    let chosen = [&[TOOLS, "--workspace"][..], &others].concat();
    tests(place, &chosen)
}

fn stories(place: &Place) -> Result<()> {
    tests(place, &[TOOLS, "--package", "stories"])
}

/// cargo-nextest where it is installed, cargo test where not. `--target` as cargo-lambda gives it: the
/// dependencies are compiled once for both.
fn tests(place: &Place, chosen: &[&str]) -> Result<()> {
    let target = fleet::host()?;
    let nextest = Command::new("cargo")
        .args(["nextest", "--version"])
        .output()
        .is_ok_and(|found| found.status.success());
    let mut arguments = if nextest {
        vec!["nextest", "run", "--no-tests", "pass", "--no-fail-fast"]
    } else {
        vec!["test", "--quiet"]
    };
    arguments.extend(["--target", &target]);
    arguments.extend(chosen);
    if !nextest && chosen.contains(&TOOLS) {
        // Tests that fork want to be alone in their process.
        arguments.extend(["--", "--test-threads", "1"]);
    }
    cargo(place, &arguments)
}

/// Writes docs/grants.md.
fn grants(place: &Place) -> Result<()> {
    let target = fleet::host()?;
    let test = "grants::nothing_is_granted_that_nobody_would_miss";
    let before = ["test", "--quiet", TOOLS, "--workspace"];
    let which = ["--exclude", "stories", "--exclude", "bench", "--target"];
    let run = [
        &target,
        "--test",
        "faults",
        "--",
        "--ignored",
        "--exact",
        test,
    ];
    cargo(place, &[&before[..], &which, &run].concat())
}

/// Built with what the tests are built with, so that little is compiled for it.
fn gate(place: &Place) -> Result<()> {
    let host = fleet::host()?;
    let packages = [TOOLS, "--workspace", "--exclude", "stories"];
    let program = ["--target", &host, "--bin", "bench"];
    cargo(
        place,
        &[&["build", "--quiet"][..], &packages, &program].concat(),
    )?;
    let built = place.at("target").join(&host).join("debug/bench");
    run(Command::new(built).arg("--gate").current_dir(&place.root))
}

fn templates(place: &Place) -> Result<()> {
    let mut rendered: Vec<_> = std::fs::read_dir(place.at("infra/sam"))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    rendered.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    rendered.sort();
    run(place
        .tool("cfn-lint")
        .arg("--")
        .arg("template.yaml")
        .args(rendered))
}

fn down(place: &Place) -> Result<()> {
    up::down(place)
}

fn cargo(place: &Place, arguments: &[&str]) -> Result<()> {
    run(Command::new("cargo")
        .args(arguments)
        .current_dir(&place.root)
        .env("PATH", place.path()))
}

/// Runs a command that speaks for itself.
fn run(command: &mut Command) -> Result<()> {
    say(style(format!("   {}", shown(command))).dim());
    if !command.status()?.success() {
        bail!(
            "{} found something",
            command
                .get_program()
                .to_string_lossy()
                .rsplit('/')
                .next()
                .unwrap_or_default()
        );
    }
    Ok(())
}

fn shown(command: &Command) -> String {
    // A token is nobody's business, not even a log's.
    let words = command.get_args().map(|word| match word.to_string_lossy() {
        word if word.contains("Bearer ") => "authorization:…".to_owned(),
        word => word.into_owned(),
    });
    let program = command
        .get_program()
        .to_string_lossy()
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    [program]
        .into_iter()
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}
