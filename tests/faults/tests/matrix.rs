//! Every route, every caller, every object: each cell of the table is asked, and is as the one table of permissions
//! and the ownership of things make it.

use std::collections::BTreeMap;

use faults::{
    World,
    endpoints::endpoints,
    matrix::{Expected, Market, ONLY_WHO, Which},
};
use serde_json::{Value, json};
use testkit::{Answer, Ask, FrozenStage};

/// All that a caller sees of an answer, but for the request's own id.
fn bytes(answer: &Answer) -> (u16, Value, String) {
    let mut headers = answer.headers.clone();
    let id = headers["x-request-id"].take();
    let text = answer.text.replace(id.as_str().unwrap_or_default(), "");
    // How often one has asked is no word on the object.
    headers["ratelimit"] = json!(null);
    (answer.status, headers, text)
}

struct Table {
    /// The market as it was opened.
    opened: FrozenStage,
    /// What it keeps.
    kept: BTreeMap<String, Vec<Value>>,
    /// A fork in which nothing has happened yet.
    fork: World,
    forks: u64,
    cells: usize,
    wrong: Vec<String>,
}

/// What a world keeps, but for how many requests came, and when keys were used.
fn kept(world: &World) -> BTreeMap<String, Vec<Value>> {
    let tables = |table: &str| !table.ends_with("-limits") && !table.ends_with("-key-uses");
    world.stage.cloud.snapshot(tables)
}

/// Calls that change nothing.
const READS: [&str; 4] = ["BatchGetItem", "GetItem", "GetSecretValue", "Query"];

impl Table {
    async fn open() -> (Self, Market) {
        let mut opened = World::new(3);
        let market = Market::open(&mut opened).await;
        let frozen = opened.stage.freeze();
        let table = Self {
            kept: kept(&opened),
            fork: World::over(frozen.thaw(100)),
            opened: frozen,
            forks: 0,
            cells: 0,
            wrong: Vec::new(),
        };
        (table, market)
    }

    /// Asks, in the market as it was opened; with a word on whether anything was changed although it was refused.
    async fn ask(&mut self, function: &'static str, ask: Ask) -> (Answer, bool) {
        self.fork.calls.clear();
        let answer = self.fork.send(function, ask).await;
        self.cells += 1;
        let mut calls = self.fork.calls.iter();
        let counters = ["local-gateway-limits", "local-gateway-key-uses"];
        let wrote = calls.any(|call| {
            !READS.contains(&call.operation.as_str())
                && !counters.contains(&call.table.as_deref().unwrap_or_default())
        });
        let changed = wrote && answer.status >= 400 && kept(&self.fork) != self.kept;
        if wrote {
            self.forks += 1;
            self.fork = World::over(self.opened.thaw(100 + self.forks));
        }
        (answer, changed)
    }
}

fn only_who(function: &str) -> bool {
    ONLY_WHO.contains(&function)
}

fn fits(expected: Expected, status: u16) -> bool {
    match expected {
        Expected::Done => (200..300).contains(&status),
        Expected::Unknown => status == 401,
        Expected::Forbidden => status == 403,
        Expected::NotThere => status == 404,
        // What is nobody's and not there is done by nobody, and refused for what it is.
        Expected::Heard => status < 500 && status != 403,
    }
}

#[tokio::test(start_paused = true)]
async fn every_cell_of_the_table_of_routes_callers_and_objects_is_as_it_must_be() {
    let (mut table, market) = Box::pin(Table::open()).await;
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    let endpoints = endpoints();
    let mut planned = 0;
    for endpoint in &endpoints {
        for caller in &market.callers {
            let mut refusals = Vec::new();
            for which in market.kinds(endpoint) {
                planned += 1;
                let ask = market.ask(&table.fork, endpoint, caller, which);
                let expected = market.expected(endpoint, caller, which);
                let (answer, changed) = table.ask(endpoint.function, ask).await;
                let cell = format!("{} by {} of {which:?}", endpoint.function, caller.name);
                let told = format!(
                    "{cell}: {expected:?}, but {} {}",
                    answer.status, answer.text
                );
                let refused = !matches!(expected, Expected::Done | Expected::Heard);
                if !fits(expected, answer.status) || refused && changed {
                    table.wrong.push(told);
                } else if refused {
                    // One refusal tells nothing that another of its kind does not.
                    let bytes = bytes(&answer);
                    let twin = refusals.iter().find(|(kind, _)| *kind == expected);
                    match twin {
                        Some((_, other)) if *other != bytes => {
                            table
                                .wrong
                                .push(format!("{cell}: {bytes:?} and not {other:?}"));
                        }
                        Some(_) => {}
                        None => refusals.push((expected, bytes)),
                    }
                }
                *met.entry(match expected {
                    Expected::Done => "done",
                    Expected::Unknown => "unknown",
                    Expected::Forbidden => "forbidden",
                    Expected::NotThere => "not there",
                    Expected::Heard => "heard",
                })
                .or_default() += 1;
            }
        }
    }
    assert_eq!(table.cells, planned, "every cell is asked");
    println!(
        "{} routes, {} callers: {} cells, {met:?}",
        endpoints.len(),
        market.callers.len(),
        table.cells
    );
    assert!(table.wrong.is_empty(), "{}", table.wrong.join("\n"));
    assert!(met.len() == 5 && table.cells > 900, "{met:?}");
}

#[tokio::test(start_paused = true)]
async fn an_id_inside_of_a_request_opens_no_more_than_one_in_its_path() {
    let (mut table, market) = Box::pin(Table::open()).await;
    let described = described();
    for endpoint in endpoints() {
        for caller in &market.callers {
            let Some(asks) = market.nested(&table.fork, &endpoint, caller) else {
                assert!(
                    only_who(endpoint.function)
                        || !described.contains(&endpoint.function.to_owned()),
                    "{} takes ids inside of its request: say in Market::nested of tests/faults/src/matrix.rs which",
                    endpoint.function
                );
                break;
            };
            let may = market.may_nest(&endpoint, caller);
            let mut of_nothing = None;
            for (which, ask) in asks {
                let (answer, changed) = table.ask(endpoint.function, ask).await;
                let cell = format!(
                    "{} by {} with {which:?} inside",
                    endpoint.function, caller.name
                );
                let told = format!("{cell}: {} {}", answer.status, answer.text);
                let bytes = bytes(&answer);
                let right = match which {
                    Which::Missing => {
                        let refused = (400..500).contains(&bytes.0);
                        of_nothing = Some(bytes);
                        refused || may
                    }
                    Which::Second if may => answer.status < 300,
                    Which::Second => Some(bytes) == of_nothing,
                    _ => (400..500).contains(&answer.status),
                };
                if !right || changed && !may {
                    table.wrong.push(told);
                }
            }
        }
    }
    println!("{} cells with an id inside", table.cells);
    assert!(table.wrong.is_empty(), "{}", table.wrong.join("\n"));
    assert!(table.cells >= 3 * 3 * market.callers.len());
}

/// The operations whose body or query has an id in it, as the API's own description says.
fn described() -> Vec<String> {
    let document = include_str!("../../../infra/openapi.json");
    let document: Value = serde_json::from_str(document).expect("the description is JSON");
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(_, methods)| methods.as_object().into_iter().flatten());
    let with_ids = operations.filter(|(_, operation)| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let mut queries = parameters.filter(|parameter| parameter["in"] == "query");
        names_an_id(&document, &operation["requestBody"], 0)
            || queries.any(|query| names_an_id(&document, query, 0))
    });
    let names =
        with_ids.map(|(_, operation)| operation["operationId"].as_str().unwrap_or("").to_owned());
    names.collect()
}

fn names_an_id(document: &Value, schema: &Value, depth: usize) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(name, value)| match value.as_str() {
            Some(target) if name == "$ref" => {
                target.ends_with("Id")
                    || depth < 8
                        && document
                            .pointer(target.trim_start_matches('#'))
                            .is_some_and(|schema| names_an_id(document, schema, depth + 1))
            }
            _ => names_an_id(document, value, depth),
        }),
        Value::Array(values) => values
            .iter()
            .any(|value| names_an_id(document, value, depth)),
        _ => false,
    }
}
