//! The repository as this tool sees it: where it is, its manifests, its function files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::manifest::{Manifest, ViewRef};
use crate::plan::{self, Grant, Planned, STANDARD_ATTRIBUTES, ViewGrant};

/// Views that the edge of every endpoint reads, owner and name: whose tokens have ended.
const EDGE_READS: [(&str, &str); 1] = [("customer", "revocations")];

/// The repository.
#[derive(Debug)]
pub struct Project {
    /// The folder that holds `functions`.
    pub root: PathBuf,
    /// The services, by name.
    pub services: BTreeMap<String, Manifest>,
}

impl Project {
    /// The repository this tool was built in, or the one above the current folder that has `functions`.
    pub fn open() -> Result<Self> {
        let here = std::env::current_dir().context("the current folder is gone")?;
        let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = here
            .ancestors()
            .find(|folder| {
                folder.join("functions").is_dir() && folder.join("template.yaml").is_file()
            })
            .map_or(built_in, Path::to_owned);
        Self::read(
            &root
                .canonicalize()
                .context("the repository is not where this tool was built")?,
        )
    }

    /// Reads every manifest under `root`; a broken one stops here, with its line.
    pub fn read(root: &Path) -> Result<Self> {
        let mut services = BTreeMap::new();
        for folder in folders(&root.join("functions"))? {
            let path = folder.join("service.toml");
            if !path.is_file() {
                continue;
            }
            let mut manifest = Manifest::read(&path)?;
            let name = folder
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if manifest.name != name {
                bail!(
                    "{}:1: the service is named `{}`, its folder `{name}`; they are the same name",
                    path.display(),
                    manifest.name
                );
            }
            path.strip_prefix(root)
                .unwrap_or(&path)
                .clone_into(&mut manifest.path);
            services.insert(name, manifest);
        }
        let audited: Vec<String> = services
            .iter()
            .filter(|(_, manifest)| manifest.has_commands())
            .map(|(name, _)| name.clone())
            .collect();
        for manifest in services.values_mut() {
            manifest.audited.clone_from(&audited);
        }
        let mut project = Self {
            root: root.to_owned(),
            services,
        };
        project.let_the_edge_read();
        Ok(project)
    }

    /// What the edge reads in every endpoint, no manifest has to say. Whoever may read the whole table needs no view.
    fn let_the_edge_read(&mut self) {
        for (owner, view) in EDGE_READS {
            let shown = self.services.get(owner).and_then(|it| it.views.get(view));
            let Some(table) = shown.map(|view| view.table.clone()) else {
                continue;
            };
            for (service, manifest) in &mut self.services {
                let endpoints = manifest.functions.values_mut();
                for endpoint in endpoints.filter(|function| function.route.is_some()) {
                    let lists = [&endpoint.reads, &endpoint.writes, &endpoint.deletes];
                    let reads_all = service == owner && lists.iter().any(|it| it.contains(&table));
                    if !reads_all {
                        endpoint.views.push(ViewRef {
                            owner: owner.to_owned(),
                            view: view.to_owned(),
                        });
                    }
                }
            }
        }
    }

    /// Every function, by service and name.
    pub fn functions(&self) -> Vec<Planned<'_>> {
        self.services.values().flat_map(Planned::all).collect()
    }

    /// The function of that name.
    pub fn function(&self, name: &str) -> Option<Planned<'_>> {
        self.functions()
            .into_iter()
            .find(|function| function.name == name)
    }

    /// Every name in a service's `src/bin`.
    pub fn binaries(&self, service: &str) -> Result<BTreeSet<String>> {
        let folder = self.root.join("functions").join(service).join("src/bin");
        let mut found = BTreeSet::new();
        if folder.is_dir() {
            for entry in std::fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "rs") {
                    found.insert(
                        path.file_stem()
                            .unwrap_or_default()
                            .to_string_lossy()
                            .into_owned(),
                    );
                }
            }
        }
        Ok(found)
    }

    /// The file of a function.
    pub fn page(&self, function: &Planned<'_>) -> PathBuf {
        self.root.join(format!(
            "functions/{}/src/bin/{}.rs",
            function.service(),
            function.name
        ))
    }

    /// The statements of a function's role.
    pub fn grants(&self, function: &Planned<'_>) -> Vec<Grant> {
        plan::grants(function, |owner, view| self.view(owner, view))
    }

    /// A view as its readers are granted it.
    pub fn view(&self, owner: &str, name: &str) -> Option<ViewGrant> {
        let view = self.services.get(owner)?.views.get(name)?;
        let standard = STANDARD_ATTRIBUTES.map(str::to_owned).into_iter();
        Some(ViewGrant {
            table: view.table.clone(),
            attributes: standard.chain(view.attributes.iter().cloned()).collect(),
            indexes: view.indexes.clone(),
        })
    }
}

fn folders(parent: &Path) -> Result<Vec<PathBuf>> {
    if !parent.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(parent)
        .with_context(|| format!("{} cannot be listed", parent.display()))?
    {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
