//! `cargo stack new-function`: the first steps of a new function, so that what is left is what only a person knows.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::manifest::{Manifest, Route};
use crate::names;
use crate::plan::trigger;
use crate::project::Project;

/// What the new function is.
#[derive(Args)]
pub struct Arguments {
    /// The service that it belongs to.
    service: String,
    /// Its name, a verb first: `archive-product`, or `archive-product-on-customer-closed`.
    name: String,
    /// The endpoint: "POST /v1/products/{id}/archive".
    #[arg(long, required_unless_present_any = ["on", "every"], conflicts_with_all = ["on", "every"])]
    route: Option<String>,
    /// The event that it listens to: customer.closed.v1.
    #[arg(long, conflicts_with = "every")]
    on: Option<String>,
    /// How often it runs by itself: "1 hour".
    #[arg(long)]
    every: Option<String>,
}

/// Writes the manifest entry and the page, and says what is to be written next.
pub fn run(project: &Project, arguments: &Arguments) -> Result<()> {
    let (service, name) = (&arguments.service, &arguments.name);
    let Some(manifest) = project.services.get(service) else {
        let known: Vec<_> = project.services.keys().map(String::as_str).collect();
        bail!(
            "there is no service `{service}`; there are {}",
            known.join(", ")
        );
    };
    if !name.contains('-')
        || !name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    {
        bail!(
            "`{name}` is no name for a function: small letters and hyphens, a verb first, `archive-product`"
        );
    }
    if project.function(name).is_some() {
        bail!("there is a function `{name}`; a name means one function in the whole repository");
    }
    let entry = entry(arguments)?;
    let text = format!("{}\n{entry}", manifest.text);
    let grown = Manifest::parse(&manifest.path, text.clone())?;
    if grown
        .functions
        .get(name)
        .is_none_or(|entry| trigger(entry).is_none())
    {
        bail!("the entry would have no trigger");
    }
    let page = PathBuf::from(format!("functions/{service}/src/bin/{name}.rs"));
    write(project, &page, &self::page(arguments)?)?;
    write(project, &manifest.path, &text)?;
    let cargo = PathBuf::from(format!("functions/{service}/Cargo.toml"));
    let listed = std::fs::read_to_string(project.root.join(&cargo))
        .with_context(|| format!("{} is missing", cargo.display()))?;
    write(project, &cargo, &list(&listed, name))?;
    println!("{}", next_steps(arguments, &page));
    Ok(())
}

/// The package's list of binaries with one more: before `[lints]`, which stands last.
fn list(cargo: &str, name: &str) -> String {
    let bin = format!("[[bin]]\nname = \"{name}\"\npath = \"src/bin/{name}.rs\"\ntest = false\n\n");
    match cargo.find("[lints]") {
        Some(at) => format!("{}{bin}{}", &cargo[..at], &cargo[at..]),
        None => format!("{}\n\n{bin}", cargo.trim_end()),
    }
}

fn write(project: &Project, path: &PathBuf, text: &str) -> Result<()> {
    let full = project.root.join(path);
    if let Some(folder) = full.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&full, text).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}

/// The manifest entry: nothing is granted that nobody has asked for yet.
fn entry(arguments: &Arguments) -> Result<String> {
    let mut entry = format!("[functions.{}]\n", arguments.name);
    let _ = match (&arguments.route, &arguments.on, &arguments.every) {
        (Some(route), ..) => {
            let route = Route::parse(route).map_err(anyhow::Error::msg)?;
            let allow = if route.method() == Some("GET") {
                "public"
            } else {
                "platform:read@any"
            };
            write!(
                entry,
                "route = \"{route}\"\nsummary = \"{}.\"\nallow = \"{allow}\"\n",
                sentence(&arguments.name)
            )
        }
        (_, Some(event), _) => writeln!(entry, "on = \"{event}\""),
        (.., Some(every)) => writeln!(entry, "every = \"{every}\""),
        _ => bail!("say what starts it: --route, --on or --every"),
    };
    Ok(entry)
}

/// `archive-product` → `Archive product`.
fn sentence(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The page: it compiles, and does what a function that knows nothing yet can truthfully do.
fn page(arguments: &Arguments) -> Result<String> {
    let template = match (&arguments.route, &arguments.on) {
        (Some(_), _) => include_str!("new_function/endpoint.txt"),
        (_, Some(_)) => include_str!("new_function/consumer.txt"),
        _ => include_str!("new_function/schedule.txt"),
    };
    let event = arguments.on.as_deref().unwrap_or_default();
    let wording = event.rsplit_once('.').map_or(event, |(name, _)| name);
    if !event.is_empty()
        && !contracts::catalogue()
            .iter()
            .any(|known| known.type_name == event)
    {
        bail!("`{event}` is no event; add it to shared/contracts first, with its example");
    }
    Ok(template
        .replace("<route>", arguments.route.as_deref().unwrap_or_default())
        .replace("<event>", event)
        .replace("<Event>", &names::pascal(wording))
        .replace("<every>", arguments.every.as_deref().unwrap_or_default())
        .replace("<sentence>", &sentence(&arguments.name).to_lowercase())
        .replace("<handler>", &names::snake(&arguments.name))
        .replace("<service>", &names::snake(&arguments.service)))
}

fn next_steps(arguments: &Arguments, page: &std::path::Path) -> String {
    let store = "the service's store gets a method, if what it reads or writes is new";
    let told = match arguments.on {
        Some(_) => {
            "tests/stories gets a story: the event is published, twice and late, and the state is the same"
        }
        None => {
            "tests/stories gets a story: someone calls it and sees what it did; someone else may not"
        }
    };
    format!(
        "\nWhat is left (docs/adding-a-function.md):\n  \
         1. functions/{}/service.toml: what it reads and writes, who may call it\n  \
         2. {}: what it takes, what it does; {store}\n  \
         3. shared/contracts: the event it announces, with an example, if it announces one\n  \
         4. {told}\n  \
         5. cargo stack render && cargo stack check",
        arguments.service,
        page.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(route: Option<&str>, on: Option<&str>, every: Option<&str>) -> Arguments {
        Arguments {
            service: "product".into(),
            name: "archive-product".into(),
            route: route.map(Into::into),
            on: on.map(Into::into),
            every: every.map(Into::into),
        }
    }

    #[test]
    fn an_entry_is_one_that_the_manifest_takes() {
        for (asked, kind) in [
            (
                arguments(Some("POST /v1/products/{id}/archive"), None, None),
                "route",
            ),
            (arguments(None, Some("order.placed.v1"), None), "on"),
            (arguments(None, None, Some("1 hour")), "every"),
        ] {
            let text = format!("name = \"product\"\n{}", entry(&asked).unwrap());
            let manifest = Manifest::parse(std::path::Path::new("x"), text).unwrap();
            assert!(
                trigger(&manifest.functions["archive-product"]).is_some(),
                "{kind}"
            );
        }
    }

    #[test]
    fn a_page_names_its_trigger_first_and_leaves_no_placeholder() {
        for (asked, first) in [
            (
                arguments(Some("GET /v1/x"), None, None),
                "//! GET /v1/x: archive product.",
            ),
            (
                arguments(None, Some("order.placed.v1"), None),
                "//! order.placed.v1: archive product.",
            ),
            (
                arguments(None, None, Some("1 hour")),
                "//! every 1 hour: archive product.",
            ),
        ] {
            let page = page(&asked).unwrap();
            assert_eq!(page.lines().next(), Some(first));
            for placeholder in [
                "<route>",
                "<event>",
                "<Event>",
                "<handler>",
                "<service>",
                "<every>",
            ] {
                assert!(!page.contains(placeholder), "{placeholder}");
            }
        }
    }

    #[test]
    fn a_binary_is_listed_before_the_lints() {
        let cargo = list(
            "[package]\n\n[lints]\nworkspace = true\n",
            "archive-product",
        );
        assert!(
            cargo.ends_with("test = false\n\n[lints]\nworkspace = true\n"),
            "{cargo}"
        );
    }

    #[test]
    fn an_event_without_a_contract_is_refused() {
        assert!(page(&arguments(None, Some("order.dreamt.v1"), None)).is_err());
    }
}
