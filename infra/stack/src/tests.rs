//! What the tests of this crate share: a small shop with one function of each kind.

use std::path::Path;

use crate::manifest::Manifest;
use crate::project::Project;

/// The fixture in tests/fixtures/shop.
pub(crate) fn shop() -> Project {
    Project::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/shop")).unwrap()
}

/// A project of the given manifests, with no files.
pub(crate) fn project(manifests: &[&str]) -> Project {
    let mut services = std::collections::BTreeMap::new();
    for text in manifests {
        let manifest = Manifest::parse(Path::new("service.toml"), (*text).to_owned()).unwrap();
        services.insert(manifest.name.clone(), manifest);
    }
    Project {
        root: "/nowhere".into(),
        services,
    }
}
