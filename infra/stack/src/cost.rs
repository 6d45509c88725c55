//! `cargo stack cost`: what the platform costs a month while nobody shops, worked out from the manifests.

use std::fmt::Write as _;

use crate::manifest::Manifest;
use crate::plan::{Planned, Trigger};
use crate::project::Project;

/// A price in billionths of a US dollar, and where it comes from.
struct Price {
    nanodollars: u64,
    per: &'static str,
    /// What is free every month, for ever, in the same unit.
    free: u64,
    source: &'static str,
}

/// AWS's public price pages for us-east-1, on demand, as they stood in November 2025. Prices change and differ by region
/// (Frankfurt is some 15 % dearer): look before you rely on a figure. The free allowances are those without an end.
mod prices {
    use super::Price;

    pub(super) const QUEUE_REQUEST: Price = Price {
        nanodollars: 400,
        per: "request",
        free: 1_000_000,
        source: "aws.amazon.com/sqs/pricing",
    };
    pub(super) const ALARM: Price = Price {
        nanodollars: 100_000_000,
        per: "alarm",
        free: 10,
        source: "aws.amazon.com/cloudwatch/pricing",
    };
    pub(super) const METRIC: Price = Price {
        nanodollars: 300_000_000,
        per: "metric",
        free: 10,
        source: "aws.amazon.com/cloudwatch/pricing",
    };
    pub(super) const LOG_KILOBYTE: Price = Price {
        nanodollars: 500,
        per: "kB taken in",
        free: 5_000_000,
        source: "aws.amazon.com/cloudwatch/pricing",
    };
    pub(super) const SECRET: Price = Price {
        nanodollars: 400_000_000,
        per: "secret",
        free: 0,
        source: "aws.amazon.com/secrets-manager/pricing",
    };
    pub(super) const MASTER_KEY: Price = Price {
        nanodollars: 1_000_000_000,
        per: "key",
        free: 0,
        source: "aws.amazon.com/kms/pricing",
    };
    pub(super) const INVOCATION: Price = Price {
        nanodollars: 200,
        per: "invocation",
        free: 1_000_000,
        source: "aws.amazon.com/lambda/pricing",
    };
    /// Lambda's second of one GB on `x86_64`, by the thousandth.
    pub(super) const MEGABYTE_SECOND: Price = Price {
        nanodollars: 16,
        per: "MB second",
        free: 409_600_000,
        source: "aws.amazon.com/lambda/pricing",
    };
    pub(super) const SCHEDULED_RUN: Price = Price {
        nanodollars: 1_000,
        per: "run",
        free: 14_000_000,
        source: "aws.amazon.com/eventbridge/pricing",
    };
    pub(super) const READ_UNIT: Price = Price {
        nanodollars: 125,
        per: "read unit",
        free: 0,
        source: "aws.amazon.com/dynamodb/pricing/on-demand",
    };
}

const MINUTES_A_MONTH: u64 = 730 * 60;
/// A mapping polls an idle queue with five connections, each waiting twenty seconds (Lambda's developer guide,
/// "Using Lambda with Amazon SQS", long polling and scaling).
const POLLS_A_MINUTE: u64 = 5 * 3;
/// What a run of a schedule that finds nothing is taken to need: 20 ms, one log line of half a kB, one query.
const IDLE_RUN_MILLISECONDS: u64 = 20;
const IDLE_RUN_LINES_A_KILOBYTE: u64 = 2;
/// What a line of the log is counted as: its duration and its errors, for the service and for the function. A metric
/// is paid for as long as someone writes it; while nobody shops only schedules do.
const METRICS_A_LINE: u64 = 2;
/// The two signing keys, the cursor key, the key of second factors, that of links in mails, that of links to guests'
/// orders, and the two of the payment provider, of the platform stack.
const SECRETS: u64 = 8;

/// The master key of the platform stack, in the first year; each of the first two yearly rotations adds as much. What
/// unwraps a seller's key costs 0.03 dollars for ten thousand, and nothing while nobody asks.
const MASTER_KEYS: u64 = 1;

/// One line of the bill.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// What is paid for.
    pub what: String,
    /// How much of it a month.
    pub quantity: u64,
    unit: &'static str,
    /// What it costs without any allowance, in billionths of a dollar.
    pub nanodollars: u64,
    /// What it costs in an account that uses its free allowances for nothing else.
    pub after_free: u64,
    source: &'static str,
}

fn line(what: impl Into<String>, quantity: u64, price: &Price) -> Line {
    Line {
        what: what.into(),
        quantity,
        unit: price.per,
        nanodollars: quantity * price.nanodollars,
        after_free: quantity.saturating_sub(price.free) * price.nanodollars,
        source: price.source,
    }
}

/// The bill of a month in which nothing happens.
pub fn bill(project: &Project) -> Vec<Line> {
    let functions = project.functions();
    let count = |fits: fn(&Planned<'_>) -> bool| {
        u64::try_from(functions.iter().filter(|function| fits(function)).count()).unwrap_or(0)
    };
    let queues = count(|function| function.queue().is_some());
    let dead_letters = count(|function| function.dead_letters().is_some());
    let services = u64::try_from(project.services.len()).unwrap_or(0);
    let logs = count(|function| function.entry.relay);

    let scheduled = |manifest: &Manifest| {
        manifest
            .functions
            .values()
            .filter(|entry| entry.every.is_some())
            .count()
    };
    let metrics: u64 = project
        .services
        .values()
        .filter_map(|manifest| {
            u64::try_from(scheduled(manifest))
                .ok()
                .filter(|count| *count > 0)
        })
        .map(|count| METRICS_A_LINE * (1 + count))
        .sum();

    let mut runs = 0;
    let mut megabyte_milliseconds = 0;
    for function in &functions {
        if let Trigger::Schedule(every) = function.trigger {
            let here = MINUTES_A_MONTH / u64::from(every.minutes());
            runs += here;
            megabyte_milliseconds += here * IDLE_RUN_MILLISECONDS * u64::from(function.memory());
        }
    }
    vec![
        line(
            format!("polling of {queues} queues by their mappings"),
            queues * POLLS_A_MINUTE * MINUTES_A_MONTH,
            &prices::QUEUE_REQUEST,
        ),
        line(
            "alarms: one a queue of dead letters, one a service, one an audit log",
            dead_letters + services + logs,
            &prices::ALARM,
        ),
        line(
            "metrics that schedules keep alive",
            metrics,
            &prices::METRIC,
        ),
        line("secrets", SECRETS, &prices::SECRET),
        line(
            "the master key of subjects' keys",
            MASTER_KEYS,
            &prices::MASTER_KEY,
        ),
        line("schedules", runs, &prices::SCHEDULED_RUN),
        line("their invocations", runs, &prices::INVOCATION),
        line(
            "their memory and time",
            megabyte_milliseconds / 1000,
            &prices::MEGABYTE_SECOND,
        ),
        line(
            "their log lines",
            runs / IDLE_RUN_LINES_A_KILOBYTE,
            &prices::LOG_KILOBYTE,
        ),
        line("their queries that find nothing", runs, &prices::READ_UNIT),
    ]
}

/// What costs nothing while it is not used, so that nobody looks for it in the bill.
const NOTHING: &str = "Nothing while nobody shops: functions, HTTP API, event bus, tables (by request, with point-in-time recovery of \
no data), buckets, streams and their reading by mappings, keys that AWS manages, SSM parameters, log groups \
(kept for days, not for ever), the event archive.";

/// The bill as a table.
pub fn table(project: &Project) -> String {
    let lines = bill(project);
    let width = lines.iter().map(|line| line.what.len()).max().unwrap_or(0);
    let mut table = format!(
        "{:width$}  {:>12}  {:<13} {:>9}  {:>10}  price\n",
        "a month of nothing", "quantity", "unit", "USD", "after free"
    );
    let (mut all, mut after_free) = (0, 0);
    for line in &lines {
        all += line.nanodollars;
        after_free += line.after_free;
        let _ = writeln!(
            table,
            "{:width$}  {:>12}  {:<13} {:>9}  {:>10}  {}",
            line.what,
            line.quantity,
            line.unit,
            dollars(line.nanodollars),
            dollars(line.after_free),
            line.source
        );
    }
    let _ = writeln!(
        table,
        "{:width$}  {:>12}  {:<13} {:>9}  {:>10}",
        "in all",
        "",
        "",
        dollars(all),
        dollars(after_free)
    );
    let _ = write!(
        table,
        "\n{NOTHING}\n\nPrices: AWS's public pages for us-east-1 as of November 2025 (infra/stack/src/cost.rs); `after free` takes off the \
         allowances that have no end, in an account that uses them for nothing else.\n"
    );
    table
}

/// Billionths of a dollar as dollars and cents, rounded up: a bill never shows less.
fn dollars(nanodollars: u64) -> String {
    let cents = nanodollars.div_ceil(10_000_000);
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::project;

    #[test]
    fn an_idle_queue_is_polled_six_hundred_thousand_times() {
        let lines = bill(&project(&[
            "name = \"order\"\n[functions.f-on-x]\non = \"order.placed.v1\"\n",
        ]));
        assert_eq!(lines[0].quantity, 657_000);
        assert_eq!(dollars(lines[0].nanodollars), "0.27");
        assert_eq!(lines[0].after_free, 0);
        // One for the dead letters, one for the service.
        assert_eq!(lines[1].quantity, 2);
    }

    #[test]
    fn a_schedule_costs_its_runs() {
        let lines = bill(&project(&[
            "name = \"order\"\n[functions.f]\nevery = \"1 minute\"\n",
        ]));
        let runs = lines.iter().find(|line| line.what == "schedules").unwrap();
        assert_eq!(runs.quantity, 43_800);
    }

    #[test]
    fn money_is_rounded_up_to_the_cent() {
        assert_eq!(dollars(1), "0.01");
        assert_eq!(dollars(1_234_000_000), "1.24");
    }
}
