//! Every state against every input, and the page that the table is shown on.

use std::{fmt::Write, path::Path};

use super::*;

/// What is written down here a second time, by hand: the whole of what may happen.
const EXPECTED: &str = "
                     placed          stock_reserved  payment_authorized confirmed  shipped   delivered cancelled
StockReserved        stock_reserved  -               -                  -          -         -         -
StockRefused         cancelled       -               -                  -          -         -         -
HoldRefused          cancelled       -               -                  -          -         -         -
PaymentAuthorized    -               confirmed       -                  -          -         -         -
PaymentDeclined      -               cancelled       -                  -          -         -         -
ReservationExpired   cancelled       cancelled       -                  -          -         -         -
Cancel               cancelled       cancelled       -                  cancelled  -         -         -
Reject               -               -               -                  cancelled  -         -         -
GiveUp               cancelled       cancelled       -                  -          -         -         -
Progress             -               -               -                  confirmed  -         -         -
ShipLast             -               -               -                  shipped    -         -         -
DeliverLast          -               -               -                  -          delivered -         -
";

#[test]
fn every_state_takes_every_input_as_written_down() {
    let mut rows = EXPECTED.trim().lines().map(str::split_whitespace);
    let states: Vec<_> = rows.next().unwrap().collect();
    assert_eq!(states, Status::ALL.map(Status::name));

    for (input, mut row) in Input::ALL.into_iter().zip(rows.by_ref()) {
        assert_eq!(row.next(), Some(format!("{input:?}").as_str()));
        for (from, expected) in Status::ALL.into_iter().zip(row) {
            let to = transition(from, input).map_or("-", |step| step.to().name());
            assert_eq!(to, expected, "{from} {input:?}");
        }
    }
    assert!(rows.next().is_none(), "an input that is none any more");
}

#[test]
fn no_step_is_named_twice_and_each_end_is_an_end() {
    for (i, step) in TRANSITIONS.iter().enumerate() {
        let same = |other: &&Transition| other.from == step.from && other.input == step.input;
        assert_eq!(TRANSITIONS.iter().position(|t| same(&t)), Some(i));
        assert!(!matches!(step.from, Status::Delivered | Status::Cancelled));
        assert_eq!(
            step.to() == Status::Cancelled,
            step.input.reason().is_some(),
            "what cancels has a reason, and only what has one cancels"
        );
    }
}

#[test]
fn who_waits_can_be_given_up_and_no_one_else() {
    for status in Status::ALL {
        let gives_up = transition(status, Input::GiveUp).is_some();
        assert_eq!(gives_up, status.waits(), "{status}");
    }
}

#[test]
fn the_audit_log_tells_what_ends_an_order_from_what_moves_it_on() {
    for input in Input::ALL {
        let called = match input {
            Input::StockReserved => "order.accept-reservation",
            Input::PaymentAuthorized => "order.confirm",
            Input::Progress => "order.progress",
            Input::ShipLast => "order.ship",
            Input::DeliverLast => "order.deliver",
            Input::Reject => "order.reject",
            _ => "order.cancel",
        };
        assert_eq!(input.action(), called, "{input:?}");
        let ends = ["order.cancel", "order.reject"].contains(&called);
        assert_eq!(input.reason().is_some(), ends, "{input:?}");
    }
}

#[test]
fn a_state_has_the_same_name_everywhere() {
    for status in Status::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.name());
    }
}

/// What each input is called on the page.
fn described(input: Input) -> &'static str {
    match input {
        Input::StockReserved => "stock.reserved",
        Input::StockRefused => "stock.refused",
        Input::HoldRefused => "stock.refused, for its buyer has too much held",
        Input::PaymentAuthorized => "payment.authorized",
        Input::PaymentDeclined => "payment.declined",
        Input::ReservationExpired => "stock.reservation-expired",
        Input::Cancel => "cancelled by the customer",
        Input::Reject => "rejected by its sellers",
        Input::GiveUp => "given up by the watchdog",
        Input::Progress => "a seller answers or ships, or pieces are cancelled",
        Input::ShipLast => "no piece is left to ship",
        Input::DeliverLast => "the last parcel has arrived",
    }
}

fn announced(step: &Transition) -> &'static str {
    use contracts::{Event, events};
    match step.path.last() {
        Some(Status::Placed) => events::OrderPlaced::TYPE,
        Some(Status::StockReserved) => events::OrderStockReserved::TYPE,
        Some(Status::Confirmed) => events::OrderConfirmed::TYPE,
        Some(Status::Shipped) => events::OrderShipped::TYPE,
        Some(Status::Delivered) => events::OrderDelivered::TYPE,
        Some(Status::Cancelled) => events::OrderCancelled::TYPE,
        None => events::OrderProgressed::TYPE,
        Some(Status::PaymentAuthorized) => "",
    }
}

fn page() -> String {
    let mut page = String::from(
        "# The life of an order\n\n\
         Rendered from `functions/order/src/lifecycle.rs` by its tests \
         (`UPDATE_DOCS=1 cargo test -p order lifecycle`); never edited by hand.\n\n\
         ```mermaid\nstateDiagram-v2\n    [*] --> placed: POST /v1/orders\n",
    );
    for step in TRANSITIONS {
        let mut from = step.from;
        let label = described(step.input);
        if step.path.is_empty() {
            let _ = writeln!(page, "    {from} --> {from}: {label}");
        }
        for (i, status) in step.path.iter().enumerate() {
            let label = if i == 0 { label } else { "at once" };
            let _ = writeln!(page, "    {from} --> {status}: {label}");
            from = *status;
        }
    }
    page.push_str(
        "    delivered --> [*]\n    cancelled --> [*]\n```\n\n\
         | an order that is | on | becomes | because | and announces |\n|---|---|---|---|---|\n",
    );
    for step in TRANSITIONS {
        let reason = step.input.reason().map(|reason| {
            let name = serde_json::to_value(reason).unwrap();
            format!("`{}`", name.as_str().unwrap_or_default())
        });
        let code = |name: &str| {
            if name.is_empty() {
                String::new()
            } else {
                format!("`{name}`")
            }
        };
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} |",
            step.from,
            described(step.input),
            code(step.path.last().map_or("", |status| status.name())),
            reason.unwrap_or_default(),
            code(announced(step)),
        );
    }
    page.push_str(
        "\nWhat the table does not name changes nothing: an answer that is late, doubled or overtaken is \
         ignored, a request for such a step is refused. An order of which a piece is shipped cannot \
         be cancelled any more, but the pieces that are left can ([fulfilment.md](fulfilment.md)). What moves pieces \
         on is announced as `order.progressed.v1` besides. `payment_authorized` and `confirmed` come in one commit, each with its line in \
         the history.\n\n\
         An order that is `placed` or `stock_reserved` waits for an answer. When none has come for \
         `WATCHDOG_SECONDS`, the watchdog announces again where the order stands; after three times it gives \
         the order up as `expired`. A payment that waits for its customer says until when \
         (`payment.action-required.v1`), and the order waits as long, at most an hour. An order whose pieces have \
         moved on waits for its money in the same way, and is never given up: in the end it stops waiting, and shows \
         it as `trouble` ([fulfilment.md](fulfilment.md#what-it-waits-for)). That an order is off is announced twice, \
         the second time by the watchdog: nobody answers it, and whoever missed it would hold money or stock for \
         ever.\n\n\
         Whose an order is, is no state of it: what a guest has placed (`POST /v1/guest-orders`) goes the same way, \
         and becomes a customer's wherever it stands, which `order.claimed.v1` announces \
         ([guest-checkout.md](guest-checkout.md)).\n",
    );
    page
}

#[test]
fn the_documentation_shows_this_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/order-lifecycle.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let shown = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(shown, page(), "UPDATE_DOCS=1 cargo test -p order lifecycle");
}
