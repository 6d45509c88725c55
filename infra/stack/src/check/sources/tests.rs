use super::*;

/// A repository in a folder of its own, gone when it is dropped.
struct Repository(PathBuf);

impl Repository {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("souk-stack-{name}-{}", std::process::id()));
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(root)
    }

    fn said(&self) -> String {
        let found = all(&Project::read(&self.0).unwrap()).unwrap();
        found
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const MANIFEST: &str = "name = \"order\"\n[functions.get-order]\nroute = \"GET /v1/orders/{id}\"\n";
const PAGE: &str = "//! GET /v1/orders/{id}: shows an order.\n";

#[test]
fn an_entry_without_a_binary_and_a_binary_without_an_entry() {
    let said = Repository::new(
        "binaries",
        &[
            ("functions/order/service.toml", MANIFEST),
            ("functions/order/src/bin/forgotten.rs", "//! x: y.\n"),
        ],
    )
    .said();
    assert!(
        said.contains("no src/bin/get-order.rs") && said.contains("never be deployed"),
        "{said}"
    );
}

#[test]
fn a_binary_that_its_package_does_not_list() {
    let mut files = vec![
        ("functions/order/service.toml", MANIFEST),
        ("functions/order/src/bin/get-order.rs", PAGE),
        (
            "functions/order/Cargo.toml",
            "[package]\nname = \"order\"\n",
        ),
    ];
    assert!(
        Repository::new("unlisted", &files)
            .said()
            .contains("[[bin]]")
    );
    files[2].1 = "[[bin]]\nname = \"get-order\"\npath = \"src/bin/get-order.rs\"\ntest = false\n";
    assert_eq!(Repository::new("listed", &files).said(), "");
}

#[test]
fn a_page_that_is_too_long_or_does_not_say_what_starts_it() {
    let long = format!("//! GET /v1/orders: another route.\n{}", "\n".repeat(70));
    let said = Repository::new(
        "page",
        &[
            ("functions/order/service.toml", MANIFEST),
            ("functions/order/src/bin/get-order.rs", &long),
        ],
    )
    .said();
    assert!(
        said.contains("a page of 60") && said.contains("`//! GET /v1/orders/{id}: a sentence.`"),
        "{said}"
    );
    let good = Repository::new(
        "good",
        &[
            ("functions/order/service.toml", MANIFEST),
            ("functions/order/src/bin/get-order.rs", PAGE),
        ],
    );
    assert_eq!(good.said(), "");
}

#[test]
fn a_service_that_depends_on_another() {
    let said = Repository::new(
        "dependencies",
        &[
            ("functions/order/service.toml", "name = \"order\"\n"),
            ("functions/cart/service.toml", "name = \"cart\"\n"),
            (
                "functions/cart/Cargo.toml",
                "[dependencies]\norder = { workspace = true }\naws-sdk-dynamodb = \"1\"\n",
            ),
        ],
    )
    .said();
    assert!(
        said.contains("cart depends on order") && said.contains(STORAGE),
        "{said}"
    );
}

#[test]
fn the_sdk_named_outside_of_its_place() {
    let said = Repository::new(
        "storage",
        &[
            ("functions/order/service.toml", "name = \"order\"\n"),
            (
                "functions/order/src/store.rs",
                "\nuse aws_sdk_dynamodb::Client;\n",
            ),
            (
                "shared/dynamo/src/lib.rs",
                "use aws_sdk_dynamodb::Client;\n",
            ),
        ],
    )
    .said();
    assert_eq!(said, format!("functions/order/src/store.rs:2: {STORAGE}"));
}

#[test]
fn an_event_that_its_publisher_never_names() {
    let listener = "name = \"cart\"\n[functions.f]\non = \"order.placed.v1\"\n";
    let mut files = vec![
        ("functions/order/service.toml", "name = \"order\"\n"),
        ("functions/order/src/lib.rs", "//! Orders.\n"),
        ("functions/cart/service.toml", listener),
        (
            "functions/cart/src/bin/f.rs",
            "//! order.placed: empties.\n",
        ),
    ];
    let said = Repository::new("silent", &files).said();
    assert!(
        said.contains("nothing in order names OrderPlaced"),
        "{said}"
    );
    files[1].1 = "use contracts::events::OrderPlaced;\n";
    assert_eq!(Repository::new("heard", &files).said(), "");
}
