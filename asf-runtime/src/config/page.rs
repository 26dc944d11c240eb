//! The page of the documentation that is made of the table.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::localstack::{self, Effect};
use super::{Source, Stage, Variable, variables};

const INTRODUCTION: &str = "\
<!-- Written by `asf config docs`. Change asf-runtime/src/config/table.rs, not this page. -->

# Configuration

`asf` is configured by variables. Those that LocalStack has too have its names and its meaning.

A variable is taken from the first of these that sets it:

1. the command line (`--listen` is `GATEWAY_LISTEN`);
2. the environment;
3. the profile: `~/.asf/<profile>.env`, named by `--profile` or `CONFIG_PROFILE`. Several are separated by
   commas; the earlier wins. Without a name, `~/.asf/default.env` is read if there is one;
4. `.env` in the working directory.

An empty variable is one that is not set. `LOCALSTACK_` may stand before a name, as in
`LOCALSTACK_PERSISTENCE=1`. Yes is `1` or `true`, no is `0` or `false`.

The files have lines of `NAME=value`, as python-dotenv reads them: comments after `#`, `export` in front,
single quotes for text as it is, double quotes with `\\n` and `\\\"`, and `${NAME}` or `${NAME:-default}`
for what is set already.

```sh
asf config show              # what is set, and where
asf config show --all        # every variable
asf config validate          # what is wrong; exit code 6 if something is
```

A value that a variable does not take ends the start with a message that names the variable, the value, and
what is expected. Variables that have no effect are warned of once: those of LocalStack that steer nothing
here, those that are not there yet (marked so below), and names that look like slips.
";

/// `docs/configuration.md`.
#[must_use]
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    let mut section = "";
    for variable in variables() {
        if variable.section != section {
            section = variable.section;
            let _ = write!(
                page,
                "\n## {section}\n\n| variable | value | default | meaning |\n|---|---|---|---|\n"
            );
        }
        row(&mut page, variable);
    }
    page.push_str("\n## LocalStack's variables that have no effect\n\n");
    page.push_str("Not needed, or removed by LocalStack too:\n\n| variable | why |\n|---|---|\n");
    let names: BTreeSet<&str> = localstack::names().collect();
    for name in &names {
        if let Some(effect @ (Effect::Removed(..) | Effect::NotNeeded(_))) = localstack::effect(name) {
            let _ = writeln!(page, "| `{name}` | {effect} |");
        }
    }
    page.push_str("\nWhat they steer is not here:\n\n");
    let rest = names.iter().filter(|name| localstack::effect(name) == Some(Effect::NotHere));
    let rest: Vec<String> = rest.map(|name| format!("`{name}`")).collect();
    page.push_str(&rest.join(",\n"));
    page.push_str(".\n");
    page
}

fn row(page: &mut String, variable: &Variable) {
    let default = match variable.default {
        "" => String::new(),
        value => format!("`{value}`"),
    };
    let source = match variable.source {
        Source::LocalStack => "",
        Source::Asf => " Not one of LocalStack's.",
        Source::OpenTelemetry => " OpenTelemetry's.",
    };
    let stage = match variable.stage {
        Stage::Now => "",
        Stage::Later => "**Not there yet.** ",
    };
    // A bar would end the cell.
    let meaning = format!("{stage}{}{source}", variable.meaning()).replace('|', "\\|");
    let (name, value) = (variable.name, variable.expected());
    let _ = writeln!(page, "| `{name}` | {value} | {default} | {meaning} |");
}
