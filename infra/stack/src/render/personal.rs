//! `docs/personal-data.md`: every field that identifies a person, where it is and who may read it. It is the list that
//! an export or an erasure goes by.

use std::fmt::Write as _;

use crate::project::Project;

const HEAD: &str =
    "<!-- Rendered by `cargo stack render` from functions/*/service.toml; change it there. -->
# Personal data

Every field that identifies a person, and who may read it beside its owner. There is no other place for one: events \
carry none, state tables have no stream, and `Personal<T>` cannot be written into a log. An export reads these fields; \
an erasure empties them.

Each value says whose it is: a customer's, or that of the guest who has placed an order, of whom no more is known than \
the order's id. When a customer claims the order its values become the customer's, and the guest's address is dropped \
([guest-checkout.md](guest-checkout.md)).

What is written down by law an erasure leaves as long as the law wants it: `issuer` and `recipient` of invoices and \
credit notes, ten years in most places ([documents.md](documents.md)). They are copies, which a closed account and a \
claimed order change nothing in.

| service | table | field | read by |
|---|---|---|---|
";

/// The page.
pub fn page(project: &Project) -> String {
    let mut page = HEAD.to_owned();
    for manifest in project.services.values() {
        for (name, table) in &manifest.tables {
            for field in &table.personal {
                let readers: Vec<_> = manifest
                    .views
                    .values()
                    .filter(|view| view.table == *name && view.attributes.contains(field))
                    .flat_map(|view| view.readers.iter().map(String::as_str))
                    .collect();
                let readers = if readers.is_empty() {
                    "no one else".to_owned()
                } else {
                    readers.join(", ")
                };
                let _ = writeln!(
                    page,
                    "| {} | {name} | `{field}` | {readers} |",
                    manifest.name
                );
            }
        }
    }
    page
}
