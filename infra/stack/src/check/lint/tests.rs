use super::*;
use crate::tests::{project, shop};

/// What a rule says of manifests; there must be something.
fn said(rule: fn(&Project) -> Vec<Finding>, manifests: &[&str]) -> String {
    let found = rule(&project(manifests));
    assert!(!found.is_empty(), "nothing was found");
    found
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

const ORDER: &str = "name = \"order\"\n[tables.orders]\n";

#[test]
fn the_shop_of_the_tests_breaks_no_rule_but_for_services_it_lacks() {
    let found: Vec<_> = all(&shop(), &contracts::catalogue());
    assert!(
        found
            .iter()
            .all(|finding| finding.message.contains("no one publishes")),
        "{found:#?}"
    );
}

#[test]
fn a_function_without_a_trigger_or_with_two() {
    assert!(said(shape::triggers, &["name = \"a\"\n[functions.f]\n"]).contains("exactly one"));
    let two = "name = \"a\"\n[functions.f]\nroute = \"GET /v1/x\"\nevery = \"1 minute\"\n";
    assert!(said(shape::triggers, &[two]).starts_with("functions/a/service.toml:2:"));
}

#[test]
fn objects_are_announced_through_a_queue() {
    let text = "name = \"a\"\n[functions.f]\nevery = \"1 day\"\non-object = \"x/\"\n";
    assert!(said(shape::triggers, &[text]).contains("through a queue"));
}

#[test]
fn a_route_without_allow() {
    let text = "name = \"a\"\n[functions.f]\nroute = \"GET /v1/x\"\n";
    assert!(said(shape::routes, &[text]).contains("no `allow`"));
}

#[test]
fn a_rule_that_the_kernel_does_not_know() {
    let text = "name = \"a\"\n[functions.f]\nroute = \"GET /v1/x\"\nallow = \"order:fly@own\"\nsummary = \"x\"\n";
    assert!(said(shape::routes, &[text]).contains("order:fly@own"));
}

#[test]
fn a_route_without_a_word_for_the_reference() {
    let text = "name = \"a\"\n[functions.f]\nroute = \"GET /v1/x\"\nallow = \"public\"\n";
    assert!(said(shape::routes, &[text]).contains("`summary`"));
}

#[test]
fn an_allow_that_protects_nothing() {
    let text = "name = \"a\"\n[functions.f]\nevery = \"1 day\"\nallow = \"public\"\n";
    assert!(said(shape::routes, &[text]).contains("protects nothing"));
}

#[test]
fn a_name_used_twice() {
    let (one, other) = (
        "name = \"a\"\n[functions.f]\nevery = \"1 day\"\n",
        "name = \"b\"\n[functions.f]\nevery = \"1 day\"\n",
    );
    let said = said(shape::used_twice, &[one, other]);
    assert!(
        said.contains("functions/a/") && said.contains("functions/b/"),
        "{said}"
    );
}

#[test]
fn a_route_used_twice_whatever_its_parameters_are_called() {
    let text = "name = \"a\"\n[functions.f]\nroute = \"GET /v1/x/{id}\"\n[functions.g]\nroute = \"GET /v1/x/{x_id}\"\n";
    assert!(said(shape::used_twice, &[text]).contains("leads to 2 functions"));
}

#[test]
fn a_rate_that_limits_nothing() {
    let rated = |rate: &str| {
        format!(
            "name = \"a\"\n[functions.f]\nroute = \"GET /v1/x\"\nlimits = {{ rate = \"{rate}\" }}\n"
        )
    };
    let gateway = "name = \"gateway\"\n[tables.limits]\n";
    assert_eq!(shape::rates(&project(&[&rated("log-in"), gateway])), []);
    assert!(said(shape::rates, &[&rated("log-in")]).contains("no table `limits`"));
    assert!(
        said(shape::rates, &[&rated("often"), gateway]).contains("shared/kernel/src/rate.rs has")
    );
    let unasked =
        "name = \"a\"\n[functions.f]\nevery = \"1 day\"\nlimits = { rate = \"log-in\" }\n";
    assert!(said(shape::rates, &[unasked, gateway]).contains("limits nothing"));
}

#[test]
fn numbers_that_aws_does_not_take() {
    let text = "name = \"a\"\n[queues.q]\n[functions.f]\nroute = \"GET /v1/x\"\nmemory = 64\ntimeout = \"31 s\"\nlimits = { body = \"7 MB\" }\n[functions.g]\nfrom = \"q\"\nconcurrency = 1\nbatch = 11\n[functions.h]\nevery = \"1 day\"\ntimeout = \"16 minutes\"\n";
    let said = said(shape::limits, &[text]);
    let text = "name = \"a\"\n[functions.f]\nroute = \"POST /v1/x\"\nidempotency = \"required\"\n";
    assert!(self::said(shape::limits, &[text]).contains("no record to replay"));
    for word in [
        "128",
        "the gateway gives up",
        "6 MB",
        "2 to 1,000",
        "waits for a window",
        "900",
    ] {
        assert!(said.contains(word), "{word} in {said}");
    }
}

#[test]
fn a_service_that_announces_and_has_no_relay() {
    let text = format!("{ORDER}[functions.f]\nevery = \"1 day\"\nwrites = [\"orders\"]\n");
    assert!(said(shape::relays, &[&text]).contains("relay-order-events"));
    let text = "name = \"order\"\n[functions.relay-things]\nrelay = true\n";
    assert!(said(shape::relays, &[text]).contains("one relay"));
}

#[test]
fn tables_queues_buckets_and_settings_that_are_not_there() {
    let text = "name = \"a\"\n[functions.f]\nevery = \"1 day\"\nreads = [\"b\"]\nsends = [\"c\"]\nobjects = { d = \"r\" }\nsettings = [\"E\"]\n";
    let said = said(references::own, &[text]);
    for word in [
        "the table `b`",
        "[queues.c]",
        "[buckets.d]",
        "the setting E",
    ] {
        assert!(said.contains(word), "{word} in {said}");
    }
}

#[test]
fn a_queue_that_nothing_takes_from() {
    assert!(said(references::own, &["name = \"a\"\n[queues.q]\n"]).contains("nothing takes from"));
}

#[test]
fn a_reader_whom_the_owner_does_not_name() {
    let owner = format!("{ORDER}[views.v]\ntable = \"orders\"\nattributes = []\nreaders = []\n");
    let reader =
        "name = \"cart\"\n[functions.f]\nevery = \"1 day\"\nviews = [\"order:v\", \"order:w\"]\n";
    let said = said(references::views, &[&owner, reader]);
    assert!(
        said.contains("does not name cart") && said.contains("no such view"),
        "{said}"
    );
}

#[test]
fn a_view_of_nothing_for_nobody() {
    let text = format!(
        "{ORDER}[views.v]\ntable = \"x\"\nattributes = []\nreaders = [\"ghost\"]\n[views.w]\ntable = \"orders\"\nattributes = []\nreaders = []\nindexes = [\"by-x\"]\n"
    );
    let said = said(references::views, &[&text]);
    for word in ["the table `x`", "`ghost`", "the index `by-x`"] {
        assert!(said.contains(word), "{word} in {said}");
    }
}

#[test]
fn an_event_without_contract_or_publisher() {
    let project = project(&["name = \"a\"\n[functions.f-on-x]\non = \"order.dreamt.v1\"\n"]);
    let said: Vec<_> = references::events(&project, &contracts::catalogue())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        said[0].contains("no schema and no example") && said[1].contains("no one publishes"),
        "{said:?}"
    );
}
