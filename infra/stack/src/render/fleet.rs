//! `tests/fleet/src/lib.rs`: every function file as a module of one crate, so that tests run the fleet in process.

use std::fmt::Write as _;

use crate::names;
use crate::project::Project;

/// The file.
pub fn file(project: &Project) -> String {
    let mut functions = project.functions();
    functions.retain(|function| project.page(function).is_file());

    let mut file = String::from(
        "//! Every function of the platform in one process. Rendered by `cargo stack render` from\n\
        //! functions/*/service.toml; change it there.\n\n",
    );
    for function in &functions {
        let module = names::snake(function.name);
        let _ = writeln!(
            file,
            "#[path = \"../../../functions/{}/src/bin/{}.rs\"]\nmod {module};",
            function.service(),
            function.name
        );
    }
    file.push_str(
        "\n/// Each function's name and what starts it.\npub const FLEET: &[(&str, fn() -> lambda::Exit)] = &[\n",
    );
    for function in &functions {
        let _ = writeln!(file, "    (\"{}\", {}::main),", function.name, names::snake(function.name));
    }
    file.push_str("];\n");
    file
}
