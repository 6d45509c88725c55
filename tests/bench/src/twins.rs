//! get-product in Node and Python, on the same harness: what a team would otherwise deploy.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    process::Command,
};

use anyhow::{Result, ensure};

use crate::{
    measure::{Figures, Subject, has},
    scene::Scene,
};

/// Measures the twins that this machine can run, by name.
pub(crate) fn measure(scene: &Scene, root: &Path) -> Result<BTreeMap<String, Figures>> {
    let twins = root.join("tests/bench/twins");
    let mut all = BTreeMap::new();
    let python = root.join(".venv/bin/python").display().to_string();
    let python_file = twins.join("get_product.py").display().to_string();
    let node_file = twins.join("get-product.mjs").display().to_string();
    if has("node") && has("npm") {
        if !twins.join("node_modules").exists() {
            eprintln!("installing the Node twin's SDK …");
            let status = Command::new("npm")
                .current_dir(&twins)
                .args([
                    "install",
                    "--no-package-lock",
                    "--no-audit",
                    "--no-fund",
                    "--silent",
                ])
                .status()?;
            ensure!(status.success(), "npm install failed");
        }
        all.insert(version("node")?, twin(scene, vec!["node", &node_file])?);
    } else {
        eprintln!("SKIPPED the Node twin: node and npm are not here");
    }
    if Path::new(&python).exists() {
        all.insert(version(&python)?, twin(scene, vec![&python, &python_file])?);
    } else {
        eprintln!("SKIPPED the Python twin: there is no .venv; `make up` makes one");
    }
    Ok(all)
}

fn twin(scene: &Scene, program: Vec<&str>) -> Result<Figures> {
    eprintln!("measuring {} …", program.join(" "));
    let mut environment: HashMap<String, String> = scene.environment("get-product")?;
    environment.insert("AWS_DEFAULT_REGION".to_owned(), "eu-central-1".to_owned());
    let payload = |_| scene.request("get-product", &[("id", &scene.product)], None);
    let subject = Subject {
        name: "get-product",
        program,
        environment,
        payload: &payload,
        status: 200,
        api: &scene.api,
        backend: &scene.backend,
    };
    let mut figures = Figures::default();
    subject.times(&mut figures, 7, 500)?;
    Ok(figures)
}

fn version(program: &str) -> Result<String> {
    let output = Command::new(program).arg("--version").output()?;
    let text = String::from_utf8(output.stdout)?;
    let text = text.trim();
    Ok(match text.strip_prefix('v') {
        Some(number) => format!("Node {number}"),
        None => text.to_owned(),
    })
}
