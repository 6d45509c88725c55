//! Whether what the platform stands on answers.

use dynamo::{Item, Key, Table};
use kernel::{Clock, Problem};
use lambda::Platform;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The backends that are asked.
#[derive(Debug)]
pub struct Backends {
    probes: Table,
    clock: Clock,
}

impl Backends {
    /// Those of this stage.
    pub async fn start(platform: &'static Platform) -> Result<Self, Problem> {
        Ok(Self {
            probes: platform.table("gateway", "probes"),
            clock: platform.clock.clone(),
        })
    }

    /// Asks each backend for something real: a consistent read of an item that is not there. `unavailable` as
    /// soon as one does not answer, which it says by name if `named`.
    pub async fn ask(&self, named: bool) -> Result<Vec<Backend>, Problem> {
        let asked = self.clock.now();
        let answer = self.probes.get::<Probe>(&Probe.key()).await;
        match answer {
            Ok(_) => Ok(vec![Backend {
                name: DYNAMODB.to_owned(),
                status: State::Up,
                took_ms: u64::try_from(self.clock.now().since(asked).as_millis())
                    .unwrap_or(u64::MAX),
            }]),
            // Whatever is wrong with it, nothing works without it: 503, so that monitors take notice.
            Err(problem) => Err(down(problem, named)),
        }
    }
}

const DYNAMODB: &str = "dynamodb";

fn down(problem: Problem, named: bool) -> Problem {
    let down = Problem::unavailable(problem);
    if named {
        down.error(DYNAMODB, "It does not answer.")
    } else {
        down
    }
}

/// The item that is looked for and never there.
#[derive(Serialize, Deserialize)]
struct Probe;

impl Item for Probe {
    const KIND: &'static str = "probe";

    fn key(&self) -> Key {
        Key::new("probe", "probe")
    }
}

/// How the platform is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Health {
    /// Whether it works.
    pub status: State,
    /// What it stands on; only for callers who may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backends: Option<Vec<Backend>>,
}

/// What a backend answered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Backend {
    /// Which one.
    pub name: String,
    /// Whether it works.
    pub status: State,
    /// How long it took to answer, in milliseconds.
    pub took_ms: u64,
}

/// Whether something works. What does not is answered with 503 instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It works.
    Up,
}

#[cfg(test)]
mod tests {
    use kernel::Code;

    use super::*;

    #[test]
    fn what_is_down_is_named_only_to_who_may_know() {
        let refused = || Problem::internal("AccessDenied");
        for named in [true, false] {
            let problem = down(refused(), named);
            let body = problem.body("r");
            assert_eq!(problem.code(), Code::Unavailable);
            assert_eq!(
                body.errors.iter().any(|error| error.pointer == DYNAMODB),
                named
            );
            assert!(problem.causes().contains("AccessDenied"), "the log knows");
        }
    }
}
