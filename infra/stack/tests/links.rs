//! Every link from one page of the repository to another leads somewhere.

use std::path::{Path, PathBuf};

/// The pages at the top, those of `docs/`, and that of the events.
fn pages(root: &Path) -> Vec<PathBuf> {
    let folders = [
        root.to_owned(),
        root.join("docs"),
        root.join("docs/decisions"),
        root.join("events"),
    ];
    let inside = |folder: PathBuf| std::fs::read_dir(folder).unwrap();
    let files = folders.into_iter().flat_map(inside);
    files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

/// What the links of a page name, without those out of the repository and those within the page.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let links = text.split("](").skip(1);
    let named = links.filter_map(|rest| rest.split(')').next());
    named
        .filter(|target| !target.contains("://"))
        .filter_map(|target| target.split('#').next())
        .filter(|target| !target.is_empty())
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (mut broken, mut links) = (Vec::new(), 0);
    for page in pages(&root) {
        let text = std::fs::read_to_string(&page).unwrap();
        for target in targets(&text) {
            links += 1;
            if !page.parent().unwrap().join(target).exists() {
                broken.push(format!("{} links to {target}", page.display()));
            }
        }
    }
    assert!(links > 50, "only {links} links were found");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
