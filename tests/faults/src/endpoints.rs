//! The endpoints of the platform, as the manifests have them: what a new one is tried with, without being told.

use kernel::Rule;
use testkit::{Ask, Stage};

/// An endpoint: its function, its route and who may call it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub function: &'static str,
    pub method: String,
    /// The path with its `{parameters}`; of whatever no other route takes, one that there is not.
    pub template: String,
    pub rule: Rule,
    /// Whether it asks for a second factor that was just given, so that no API key opens it.
    pub step_up: bool,
}

/// Every endpoint there is.
pub fn endpoints() -> Vec<Endpoint> {
    let setting = |settings: &[(&str, &'static str)], name: &str| {
        let found = settings.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    };
    let endpoints = fleet::SETTINGS.iter().filter_map(|(function, settings)| {
        let route = setting(settings, "ROUTE")?;
        let (method, path) = route.split_once(' ').unwrap_or(("GET", "/v1/nothing"));
        Some(Endpoint {
            function,
            method: method.to_owned(),
            template: path.to_owned(),
            rule: setting(settings, "ALLOW")?.parse().ok()?,
            step_up: setting(settings, "STEP_UP").is_some(),
        })
    });
    endpoints.collect()
}

impl Endpoint {
    /// The path with other values for its parameters: `fill` is given the part before each, `orders`.
    pub fn path(&self, mut fill: impl FnMut(&str) -> String) -> String {
        let mut filled: Vec<String> = Vec::new();
        for part in self.template.split('/') {
            if part.starts_with('{') {
                let of = filled.last().cloned().unwrap_or_default();
                filled.push(fill(&of));
            } else {
                filled.push(part.to_owned());
            }
        }
        filled.join("/")
    }

    /// The part of the path before its last parameter: `orders`. None, where it has no parameter.
    pub fn collection(&self) -> Option<&str> {
        let (before, _) = self.template.rsplit_once("/{")?;
        before.rsplit('/').next()
    }

    /// A request to it, for an object that is not there.
    pub fn ask(&self, stage: &Stage) -> Ask {
        let path = self.path(|collection| missing(collection, stage));
        Ask::new(&self.method, &path).key("hostile")
    }

    /// Whether an API key can open it.
    pub fn is_for_keys(&self) -> bool {
        let in_person =
            matches!(self.rule, Rule::Allow(permission, _) if permission.is_in_person());
        !in_person && !self.step_up
    }

    /// Whether it reads a body that must be there.
    pub fn takes_a_body(&self) -> bool {
        matches!(self.method.as_str(), "PUT" | "PATCH")
            || self.method == "POST"
                && !["/cancel", "/claim"]
                    .iter()
                    .any(|end| self.template.ends_with(end))
    }
}

/// An id of the right form that nothing in this collection has.
pub fn missing(collection: &str, stage: &Stage) -> String {
    let prefix = match collection {
        "customers" | "staff" => "cus",
        "sessions" => "ses",
        "orders" | "guest-orders" => "ord",
        "payments" | "charges" => "pay",
        "disputes" => "dsp",
        "payouts" => "pot",
        "webhooks" => return "sandbox".to_owned(),
        "accounts" => return format!("seller:{}", missing("sellers", stage)),
        "product-imports" => "imp",
        "products" => "prd",
        "sellers" => "sel",
        "invitations" => "inv",
        "fulfilments" => "ful",
        "addresses" => "adr",
        "documents" => "doc",
        "api-keys" => "key",
        "exports" => "aex",
        "roles" | "custom-roles" => "rol",
        _ => "var",
    };
    let uuid = stage.customer().to_string().split_off(4);
    format!("{prefix}_{uuid}")
}
