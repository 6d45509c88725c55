//! What every function says of itself, as one JSON object by function: asked by `cargo stack render` and `check`.

use std::process::ExitCode;

use fleet::FLEET;
use lambda::harness;
use serde_json::{Map, Value};

fn main() -> ExitCode {
    let mut all = Map::new();
    for (name, main) in FLEET {
        match harness::describe(*main) {
            Ok(description) => all.insert((*name).to_owned(), description),
            Err(problem) => {
                eprintln!("{name} does not describe itself: {}", problem.causes());
                return ExitCode::FAILURE;
            }
        };
    }
    println!("{}", Value::Object(all));
    ExitCode::SUCCESS
}
