//! Every state against every step, and the page that the table is shown on.

use std::{fmt::Write, path::Path};

use proptest::prelude::*;

use super::*;

/// What is written down here a second time, by hand: the whole of what may happen.
const EXPECTED: &str = "
           pending   active     rejected  suspended  closed
Apply      -         -          pending   -          -
Approve    active    -          -         -          -
Reject     rejected  -          -         -          -
Suspend    -         suspended  -         -          -
Reinstate  -         -          -         active     -
Close      closed    closed     -         closed     -
";

#[test]
fn every_state_takes_every_step_as_written_down() {
    let mut rows = EXPECTED.trim().lines().map(str::split_whitespace);
    let states: Vec<_> = rows.next().unwrap().collect();
    assert_eq!(states, Status::ALL.map(Status::name));
    for (step, mut row) in Step::ALL.into_iter().zip(rows.by_ref()) {
        assert_eq!(row.next(), Some(format!("{step:?}").as_str()));
        for (from, expected) in Status::ALL.into_iter().zip(row) {
            let to = if allows(from, step) {
                step.to().name()
            } else {
                "-"
            };
            assert_eq!(to, expected, "{from} {step:?}");
        }
    }
    assert!(rows.next().is_none(), "a step that is none any more");
}

#[test]
fn a_state_has_the_same_name_everywhere() {
    for status in Status::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.name());
    }
}

proptest! {
    #[test]
    fn whatever_is_tried_a_seller_was_approved_before_it_sold_and_ends_for_good(
        steps in proptest::collection::vec(0..Step::ALL.len(), 0..40),
    ) {
        let (mut now, mut approved, mut closed) = (Status::Pending, false, false);
        for step in steps.into_iter().map(|i| Step::ALL[i]) {
            if !allows(now, step) {
                continue;
            }
            prop_assert!(!closed, "{step:?} after the end");
            now = step.to();
            approved = match step {
                Step::Approve => true,
                Step::Apply => false,
                _ => approved,
            };
            closed = step == Step::Close;
            prop_assert!(approved || !matches!(now, Status::Active | Status::Suspended));
        }
    }
}

fn announced(step: Step) -> &'static str {
    use contracts::{Event, events};
    match step {
        Step::Apply => events::SellerApplied::TYPE,
        Step::Approve => events::SellerApproved::TYPE,
        Step::Reject => events::SellerRejected::TYPE,
        Step::Suspend => events::SellerSuspended::TYPE,
        Step::Reinstate => events::SellerReinstated::TYPE,
        Step::Close => events::SellerClosed::TYPE,
    }
}

fn by(step: Step) -> &'static str {
    match step {
        Step::Apply => "its owner, applying again",
        Step::Approve => "an admin who approves",
        Step::Reject => "an admin who rejects, with a reason",
        Step::Suspend => "an admin who suspends, with a reason",
        Step::Reinstate => "an admin who reinstates",
        Step::Close => "its owner or an admin who closes",
    }
}

fn page() -> String {
    let mut page = String::from(
        "# The life of a seller\n\n\
         Rendered from `functions/seller/src/lifecycle.rs` by its tests \
         (`UPDATE_DOCS=1 cargo test -p seller lifecycle`); never edited by hand.\n\n\
         ```mermaid\nstateDiagram-v2\n    [*] --> pending: POST /v1/sellers\n",
    );
    for (from, step) in TRANSITIONS {
        let _ = writeln!(page, "    {from} --> {}: {}", step.to(), by(*step));
    }
    page.push_str(
        "    closed --> [*]\n```\n\n\
         | a seller that is | becomes | by | and announces |\n|---|---|---|---|\n",
    );
    for (from, step) in TRANSITIONS {
        let (to, event) = (step.to(), announced(*step));
        let _ = writeln!(page, "| `{from}` | `{to}` | {} | `{event}` |", by(*step));
    }
    page.push_str(
        "\nWhat the table does not name is refused as `seller_step_refused`; a step to where a seller stands already \
         changes nothing and is answered with the seller as it is.\n",
    );
    page
}

#[test]
fn the_documentation_shows_this_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/seller-lifecycle.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let shown = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        shown,
        page(),
        "UPDATE_DOCS=1 cargo test -p seller lifecycle"
    );
}
