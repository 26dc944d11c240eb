//! The binary: what it prints, and its exit codes.

use std::io::Write;
use std::process::{Command, Stdio};

/// Exit code, stdout, stderr.
fn scaffold(args: &[&str]) -> (i32, String, String) {
    let specs = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs");
    let output =
        Command::new(env!("CARGO_BIN_EXE_scaffold")).args(args).args(["--specs", specs]).output().unwrap();
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
fn completions() {
    let (code, text, _) = scaffold(&["completions", "bash"]);
    assert!(code == 0 && text.contains("_scaffold()"));
}
