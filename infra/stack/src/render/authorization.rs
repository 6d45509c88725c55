//! `docs/authorization.md`: every route and every role, from the manifests and the kernel's permission table.

use std::fmt::Write as _;

use kernel::permission::{Grant, Permission, Role, Rule, Scope};

use crate::plan::Planned;
use crate::project::Project;

/// The page.
pub fn page(project: &Project) -> String {
    let mut page = String::from(
        "<!-- Rendered by `cargo stack render` from functions/*/service.toml and shared/kernel; change it there. -->\n\
        # Who may do what\n\n\
        A route asks for a permission at a scope; a role holds permissions at scopes. A caller passes when a role of \
        its own holds the permission at the route's scope or wider; which objects it then reaches is decided by the \
        scopes that it holds. The roles are built on each other: each holds what the one before it does.\n\n\
        - **own**: what belongs to the caller as a customer\n\
        - **seller**: what belongs to the seller that the caller acts for\n\
        - **any**: everything\n\n\
        Somebody else's object answers as one that does not exist.\n\n\
        An API key may do what it was given, as far as its account may do it now ([API keys](api-keys.md)); what is \
        done in person, or with a second factor given once more, is for no key.\n\n## Routes\n\n| route | function | asks for | guest |",
    );
    for role in Role::ALL {
        let _ = write!(page, " {} |", role.name().replace('_', " "));
    }
    page.push_str(" API key |\n|---|---|---|---|");
    page.push_str(&"---|".repeat(Role::ALL.len() + 1));
    page.push('\n');

    let mut functions = project.functions();
    functions.retain(|function| function.route().is_some());
    functions.sort_by_key(|function| function.route().map(|route| (route.path(), route.method())));
    for function in functions {
        page.push_str(&row(&function));
    }
    page.push_str("\n## Permissions\n\n| permission |");
    for role in Role::ALL {
        let _ = write!(page, " {} |", role.name().replace('_', " "));
    }
    let columns = "---|".repeat(Role::ALL.len() + 1);
    let _ = writeln!(page, " API key |\n|---|{columns}");
    for permission in Permission::ALL {
        let _ = write!(page, "| `{}` |", permission.name());
        for role in Role::ALL {
            let _ = write!(page, " {} |", reach(role, *permission));
        }
        page.push_str(if_given(!permission.is_in_person()));
        page.push('\n');
    }
    page
}

fn row(function: &Planned<'_>) -> String {
    let (Some(route), allow) = (
        function.route(),
        function.entry.allow.as_deref().unwrap_or_default(),
    ) else {
        return String::new();
    };
    let mut row = format!("| `{route}` | {} | `{allow}` |", function.name);
    match allow.parse() {
        Ok(Rule::Public) => row.push_str(&" yes |".repeat(Role::ALL.len() + 2)),
        Ok(Rule::Allow(permission, scope)) => {
            row.push_str(" – |");
            for role in Role::ALL {
                let passes = Grant::of(&[role], permission).covers(scope);
                let _ = write!(
                    row,
                    " {} |",
                    if passes {
                        reach(role, permission)
                    } else {
                        "–".to_owned()
                    }
                );
            }
            row.push_str(if_given(function.is_for_keys()));
        }
        Err(_) => row.push_str(" ? |"),
    }
    row.push('\n');
    row
}

/// What an API key has of it.
fn if_given(can_be: bool) -> &'static str {
    if can_be { " if given |" } else { " – |" }
}

/// The scopes at which a role holds a permission, its lower roles included.
fn reach(role: Role, permission: Permission) -> String {
    let mut scopes: Vec<Scope> = permission
        .holders()
        .iter()
        .filter(|(holder, _)| role >= *holder)
        .map(|(_, scope)| *scope)
        .collect();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.contains(&Scope::Any) {
        return "any".to_owned();
    }
    let words: Vec<_> = scopes
        .iter()
        .map(|scope| match scope {
            Scope::Own => "own",
            Scope::Seller => "seller",
            Scope::Any => "any",
        })
        .collect();
    if words.is_empty() {
        "–".to_owned()
    } else {
        words.join(", ")
    }
}
