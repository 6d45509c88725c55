//! Rules of the architecture that the manifests alone can break. Each finding says why the rule is there.

mod references;
mod shape;

use contracts::EventType;

use super::Finding;
use crate::project::Project;

/// Every rule.
pub fn all(project: &Project, catalogue: &[EventType]) -> Vec<Finding> {
    let rules: [fn(&Project) -> Vec<Finding>; 8] = [
        shape::triggers,
        shape::routes,
        shape::used_twice,
        shape::limits,
        shape::rates,
        shape::relays,
        references::own,
        references::views,
    ];
    let mut found: Vec<_> = rules.iter().flat_map(|rule| rule(project)).collect();
    found.extend(references::events(project, catalogue));
    found
}

#[cfg(test)]
mod tests;
