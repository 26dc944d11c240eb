//! The smaller commands, and command lines that are wrong.

use crate::place::Place;

#[test]
fn plugins() {
    let place = Place::new();
    let plain = place.done(&["plugins", "list", "--format", "plain"]);
    assert!(
        plain.contains("provider\tsqs:default\n") && plain.contains("provider\tsts:default\n"),
        "{plain}"
    );
    let rows: serde_json::Value =
        serde_json::from_str(&place.done(&["plugins", "list", "--format", "json"])).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), plain.lines().count());
    assert!(place.done(&["plugins", "list"]).starts_with("NAMESPACE "));
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
