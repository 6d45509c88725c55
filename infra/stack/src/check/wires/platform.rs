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
