//! The smaller commands, and command lines that are wrong.

use crate::place::Place;

#[test]
fn plugins() {
    let place = Place::new();
    // Not of what may run on this machine besides.
    let list = |format: &str| place.done(&["plugins", "list", "--built-in", "--format", format]);
    let plain = list("plain");
    for name in ["sqs:default", "sts:default"] {
        assert!(plain.contains(&format!("providers\t{name}\tregistered\t0\t\n")), "{plain}");
    }
    let rows: serde_json::Value = serde_json::from_str(&list("json")).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), plain.lines().count());
    let heading = list("table").lines().next().unwrap().to_owned();
    let columns: Vec<&str> = heading.split_whitespace().collect();
    assert_eq!(columns, ["NAMESPACE", "NAME", "STATE", "PRIORITY", "REASON"]);
}

/// Those of the process that runs, as it was started; what is disabled there is not used there.
#[test]
fn plugins_of_what_runs() {
    let place = Place::new();
    let variables = [
        ("GATEWAY_LISTEN", "127.0.0.1:0"),
        ("ASF_DISABLED_PLUGINS", "providers/sts:*, developer-endpoints/*, nope/x"),
    ];
    let started = place.run_with(&["start", "-d"], &variables);
    assert_eq!(started.code, 0, "{started:?} {}", place.log());
    let running = place.done(&["plugins", "list", "--format", "plain"]);
    for line in ["providers\tsqs:default\tregistered\t0\t\n", "providers\tsts:default\tdisabled\t0\t\n"] {
        assert!(running.contains(line), "{running}");
    }
    assert!(running.contains("developer-endpoints\tsqs:/_aws/sqs/messages\tdisabled\t0\t\n"), "{running}");
    let services = place.done(&["status", "services", "--format", "plain"]);
    assert!(services.contains("sqs\t") && !services.contains("sts\t"), "{services}");
    let log = place.log();
    assert!(log.contains("ASF_DISABLED_PLUGINS names nope/x, which no plugin is called"), "{log}");
    // Without the variable, nothing is disabled here.
    let built_in = place.done(&["plugins", "list", "--built-in", "--format", "plain"]);
    assert!(built_in.contains("providers\tsts:default\tregistered\t0\t\n"), "{built_in}");
}

#[test]
fn completions() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = place.done(&["completion", shell]);
        assert!(text.contains("restart"), "{shell}");
    }
}

#[test]
fn version_and_help() {
    let place = Place::new();
    assert_eq!(place.done(&["--version"]), concat!("asf ", env!("CARGO_PKG_VERSION"), "\n"));
    let help = place.done(&["--help"]);
    for word in ["start", "status", "--profile", "--format", "Exit codes:"] {
        assert!(help.contains(word), "{word}: {help}");
    }
}

#[test]
fn command_lines_that_are_wrong() {
    let place = Place::new();
    for (arguments, message) in [
        (vec!["strat"], "unrecognized subcommand 'strat'"),
        (vec!["--listen", "127.0.0.1:0", "status"], "options of start stand after it"),
        (vec!["start", "-e", "DEBUG"], "is not of the form NAME=VALUE"),
        (vec!["start", "--host", "--docker"], "cannot be used with"),
        (vec!["wait", "-t", "-1"], ""),
        (vec!["wait", "-t", "nan"], "is no number of seconds to wait"),
        (vec!["config"], "Usage:"),
    ] {
        let result = place.run(&arguments);
        assert_eq!(result.code, 2, "{arguments:?}: {result:?}");
        assert!(result.stderr.contains(message), "{arguments:?}: {result:?}");
    }
}
