//! The binary: what it prints, and its exit codes.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Exit code, stdout, stderr, with the specs of this repository.
pub(crate) fn scaffold(args: &[&str]) -> (i32, String, String) {
    let specs = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs");
    run(&[args, &["--specs", specs]].concat(), &[], None)
}

/// Exit code, stdout, stderr, with these variables, in this directory.
pub(crate) fn run(
    args: &[&str],
    variables: &[(&str, &str)],
    directory: Option<&Path>,
) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scaffold"));
    command.args(args).envs(variables.iter().copied());
    if let Some(directory) = directory {
        command.current_dir(directory);
    }
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn list_and_show() {
    let (code, text, remark) = scaffold(&["specs", "list"]);
    assert_eq!(code, 0);
    assert_eq!(text.lines().count(), 1 + 424);
    let sqs: Vec<&str> = text.lines().find(|it| it.starts_with("sqs ")).unwrap().split_whitespace().collect();
    assert_eq!(sqs[..4], ["sqs", "SQS", "json,query", "23"]);
    assert!(remark.starts_with("424 services, 18378 operations"));
    let (_, _, remark) = scaffold(&["specs", "list", "--quiet"]);
    assert_eq!(remark, "");
    let (_, text, _) = scaffold(&["specs", "list", "--json"]);
    assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&text).unwrap().len(), 424);

    let (_, text, _) = scaffold(&["specs", "show", "sqs"]);
    assert!(text.contains("AmazonSQS") && text.contains("GetQueueUrl"));
    let (_, text, _) = scaffold(&["specs", "show", "sqs", "SendMessage"]);
    assert!(text.contains("required") && text.contains("over query as MessageAttribute"), "{text}");
    assert!(text.contains("AWS.SimpleQueueService.NonExistentQueue"), "{text}");
    let (_, text, _) = scaffold(&["specs", "show", "sqs", "MessageSystemAttributeName"]);
    assert!(text.starts_with("MessageSystemAttributeName: enum\n  All\n"), "{text}");
    let (_, text, _) = scaffold(&["specs", "show", "sqs", "Message", "--json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["type"], "structure");
}

#[test]
fn errors_name_the_nearest() {
    for (args, message) in [
        (&["specs", "show", "dynamo"][..], "error: no service named dynamo; did you mean dynamodb?\n"),
        (
            &["specs", "show", "sqs", "SendMesage"],
            "error: sqs: no operation or shape named SendMesage; did you mean SendMessage?\n",
        ),
        (
            &["specs", "update", "--from", "/nowhere"],
            "error: /nowhere is not the data folder of a botocore: it has no endpoints.json\n",
        ),
    ] {
        let (code, _, error) = scaffold(args);
        assert_eq!((code, error.as_str()), (1, message));
    }
}

#[test]
fn route() {
    let lines = concat!(
        r#"{"id":"a","op":"route","request":{"method":"POST","uri":"/","headers":{"X-Amz-Target":"AmazonSQS.SendMessage"}}}"#,
        "\n",
        r#"{"id":"b","op":"route","request":{"method":"GET","uri":"/","headers":{}}}"#,
        "\n",
        r#"{"id":"c","op":"nonsense"}"#,
        "\n",
        r#"{"id":"d","op":"stats"}"#,
    );
    let mut program = Command::new(env!("CARGO_BIN_EXE_scaffold"))
        .args(["route", "--stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = program.wait_with_output().unwrap();
    let answers: Vec<serde_json::Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    let [routed, refused, unknown, stats] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!(
        routed,
        &serde_json::json!({"id": "a", "service": "sqs", "operation": "SendMessage", "protocol": "json"})
    );
    assert_eq!(refused["error"]["code"], "UnknownOperationException");
    assert_eq!(refused["error"]["status"], 404);
    assert_eq!(unknown["error"]["message"], "no op named \"nonsense\"; there are route, stats");
    assert_eq!(stats["route_n"], 2);
    assert_eq!(scaffold(&["route"]).0, 1);
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, text, _) = scaffold(&["completions", shell]);
        assert_eq!(code, 0, "{shell}");
        for word in [
            "specs",
            "verify",
            "services",
            "generate",
            "operations",
            "marshal",
            "route",
            "new",
            "provider",
            "extension",
            "completions",
            "quiet",
        ] {
            assert!(text.contains(word), "{shell}: {word}");
        }
    }
    let (code, _, error) = scaffold(&["completions", "csh"]);
    assert!(code == 2 && error.contains("possible values: bash"), "{error}");
}

/// An update without pip's help changes nothing, and says what to do.
#[test]
#[cfg(unix)]
fn updates_without_a_network() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    let update = || run(&["specs", "update", "--version", "1.2.3", "--specs", path], &[("PATH", path)], None);
    let (code, _, error) = update();
    assert_eq!(code, 1);
    let advice = "error: nothing was updated (without a network, --from takes the folder botocore/data of an \
                  unpacked botocore): ";
    let expected =
        format!("getting botocore 1.2.3\n{advice}cannot run python3, which gets botocore==1.2.3 with pip: ");
    assert!(error.starts_with(&expected), "{error}");

    let python = directory.path().join("python3");
    let script =
        format!("#!/bin/sh\necho 'ERROR: no such version (from {})' >&2\nexit 1\n", "1.0, ".repeat(100));
    std::fs::write(&python, script).unwrap();
    std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (code, _, error) = update();
    assert_eq!(code, 1);
    let expected = format!("{advice}pip could not get botocore==1.2.3:\nERROR: no such version (from 1.0, ");
    assert!(error.contains(&expected) && error.len() < 500, "{error}");
    assert!(!directory.path().join("manifest.json").exists());
}
