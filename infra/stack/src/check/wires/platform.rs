//! That the platform stack makes what the services' stacks ask for.

use std::collections::BTreeSet;

use super::super::Finding;
use crate::names;
use crate::project::Project;

/// What is asked for and not made. The templates are compared as text: the names are written out in both.
pub(super) fn wrong(project: &Project) -> Vec<Finding> {
    let place = "template.yaml";
    let Ok(platform) = std::fs::read_to_string(project.root.join(place)) else {
        return vec![Finding::new(
            place,
            "is not there: it is the platform's stack",
        )];
    };
    let mut asked = BTreeSet::new();
    for manifest in project.services.values() {
        let path = project
            .root
            .join(format!("infra/sam/{}.yaml", manifest.name));
        let template = std::fs::read_to_string(path).unwrap_or_default();
        asked.extend(template.lines().filter_map(|line| {
            Some(
                line.trim()
                    .strip_prefix("Default: /souk/local/")?
                    .to_owned(),
            )
        }));
        asked.extend(
            manifest
                .functions
                .values()
                .flat_map(|entry| entry.secrets.iter().cloned()),
        );
    }
    asked.insert("cursor-key".to_owned());
    let mut found: Vec<_> = asked
        .iter()
        .filter(|name| !platform.contains(&format!("\"{}\"", names::secret(name))))
        .map(|name| Finding::new(place, format!("makes no /souk/<stage>/{name}, which a service's stack asks for: it would not deploy")))
        .collect();
    found.extend(origins(project, &platform));
    for (what, name) in [
        ("event bus", names::BUS.to_owned()),
        (
            "stage",
            format!("[a-z][a-z0-9]{{1,{}}}", names::LONGEST_STAGE - 1),
        ),
    ] {
        if !platform.contains(&format!("\"{name}\"")) {
            found.push(Finding::new(
                place,
                format!("has no {what} `{name}`, as every service's stack has it"),
            ));
        }
    }
    found
}

/// Who may read answers across origins: those of a list, and never everyone. The emulator does not answer preflights,
/// so no test would notice.
fn origins(project: &Project, platform: &str) -> Vec<Finding> {
    let place = "template.yaml";
    let mut found = Vec::new();
    let mut say = |message: &str| found.push(Finding::new(place, message));
    let lines = || platform.lines().map(str::trim);
    let values = |key: &'static str| lines().filter_map(move |line| line.strip_prefix(key));
    let from_the_list = |value: &str| value.trim() == "!Ref AllowedOrigins";
    let mut allowed = values("AllowOrigins:").peekable();
    if allowed.peek().is_none() {
        say("says nowhere whose pages may call the API: `AllowOrigins: !Ref AllowedOrigins`");
    }
    if !allowed.all(from_the_list) {
        say("allows origins that are not of the list: `AllowOrigins: !Ref AllowedOrigins`");
    }
    if values("AllowCredentials:").any(|value| value.trim() != "false") {
        say("lets pages send cookies: nobody is known by one, and a page could be made to");
    }
    if !lines().any(|line| line == ORIGIN) {
        let message =
            format!("lets any text be an origin; the parameter AllowedOrigins has `{ORIGIN}`");
        say(&message);
    }
    let starred = |line: &str| line.contains("Origin") && line.contains('*');
    let local = std::fs::read_to_string(project.root.join("infra/local/parameters.toml"));
    if lines().any(starred) || local.unwrap_or_default().lines().any(starred) {
        say("names a star among origins: every page there is could read what its visitor may");
    }
    found
}

/// The pattern of one origin: scheme, host and at most a port.
const ORIGIN: &str = "AllowedPattern: \"https?://[a-z0-9.-]+(:[0-9]{1,5})?\"";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_services_ask_for_is_made() {
        let root = std::env::temp_dir().join(format!("souk-stack-platform-{}", std::process::id()));
        std::fs::create_dir_all(root.join("functions")).unwrap();
        let mut project = Project::read(&root).unwrap();
        assert!(wrong(&project)[0].message.contains("is not there"));

        let real = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/shop/template.yaml");
        let real = std::fs::read_to_string(real).unwrap();
        std::fs::write(root.join("template.yaml"), &real).unwrap();
        let text =
            "name = \"order\"\n[functions.f]\nevery = \"1 day\"\nsecrets = [\"jwt-signing-key\"]\n";
        let manifest =
            crate::manifest::Manifest::parse(std::path::Path::new("x"), text.to_owned()).unwrap();
        project.services.insert("order".into(), manifest);
        assert_eq!(wrong(&project), []);

        for (right, wrong_one) in [
            ("AllowOrigins: !Ref AllowedOrigins", "AllowOrigins: [\"*\"]"),
            ("AllowOrigins: !Ref AllowedOrigins", ""),
            ("AllowCredentials: false", "AllowCredentials: true"),
            (ORIGIN, ""),
        ] {
            assert!(real.contains(right), "{right}");
            std::fs::write(root.join("template.yaml"), real.replace(right, wrong_one)).unwrap();
            assert!(!wrong(&project).is_empty(), "{wrong_one}");
        }

        std::fs::write(
            root.join("template.yaml"),
            real.replace("jwt-signing-key", "another"),
        )
        .unwrap();
        assert!(
            wrong(&project)[0]
                .message
                .contains("/souk/<stage>/jwt-signing-key")
        );
        std::fs::remove_dir_all(&root).unwrap();
    }
}
