//! `asf extensions`, and the example in a process that serves.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use serde_json::Value;

use crate::place::{Foreground, Place, Result, until};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/extensions/python-translate");

/// With a path to find Python on, and an address where nothing answers or something does.
fn run(place: &Place, address: &str, arguments: &[&str]) -> Result {
    let path = std::env::var_os("PATH").unwrap();
    let variables = [("PATH", path.to_str().unwrap()), ("GATEWAY_LISTEN", address)];
    place.run_with(&[&["extensions"], arguments].concat(), &variables)
}

#[track_caller]
fn done(place: &Place, address: &str, arguments: &[&str]) -> String {
    let result = run(place, address, arguments);
    assert_eq!(result.code, 0, "{arguments:?}: {result:?}");
    format!("{}{}", result.stdout, result.stderr)
}

const NOBODY: &str = "127.0.0.1:1";

#[test]
fn without_a_process() {
    let place = Place::new();
    let list = |format| done(&place, NOBODY, &["list", "--format", format]);
    assert_eq!(list("table"), "NAME  VERSION  ENABLED  STATE  DESCRIPTION\n");
    assert_eq!(list("json"), "[]\n");
    assert_eq!(done(&place, NOBODY, &["install", EXAMPLE]), "installed translate 0.1.0, enabled\n");
    assert_eq!(list("plain"), "translate\t0.1.0\tyes\t\tA translator that knows a few words\n");
    assert_eq!(done(&place, NOBODY, &["disable", "translate"]), "translate is disabled\n");
    assert_eq!(done(&place, NOBODY, &["disable", "translate"]), "translate is disabled already\n");
    let listed: Value = serde_json::from_str(&list("json")).unwrap();
    assert_eq!((&listed[0]["enabled"], &listed[0]["state"]), (&false.into(), &Value::Null));
    assert_eq!(listed[0]["routes"][0], "/_extension/translate/{*rest}");
    assert_eq!(done(&place, NOBODY, &["enable", "translate"]), "translate is enabled\n");
    let logs = run(&place, NOBODY, &["logs", "translate"]);
    assert_eq!((logs.code, logs.stderr.as_str()), (3, "error: translate has not written anything yet\n"));
    assert_eq!(done(&place, NOBODY, &["remove", "translate"]), "removed translate\n");
    assert_eq!(list("plain"), "");

    for (arguments, expected) in [
        (vec!["enable", "translate"], "there is no extension \"translate\""),
        (vec!["install", "/nowhere/at/all"], "cannot install from /nowhere/at/all: No such file"),
        (vec!["install", EXAMPLE, "--enabled"], "unexpected argument"),
    ] {
        let result = run(&place, NOBODY, &arguments);
        assert!(result.code != 0 && result.stderr.contains(expected), "{arguments:?} {result:?}");
    }
    let wrong = place.write(
        "wrong/asf-extension.toml",
        "name = \"wrong\"\nversion = \"1\"\nprotocol = 1\ncommand = [\"x\"]\n\
         [operations]\ntranslat = \"*\"\nkinesis = [\"ListStream\"]\n",
    );
    let result = run(&place, NOBODY, &["install", wrong.parent().unwrap().to_str().unwrap()]);
    for expected in
        ["no service \"translat\"; is translate meant?", "no operation \"ListStream\"; is ListStreams meant?"]
    {
        assert!(result.code == 1 && result.stderr.contains(expected), "{result:?}");
    }
}

/// A process in the foreground, and its address.
fn started(place: &Place) -> (Foreground, String) {
    let path = std::env::var_os("PATH").unwrap();
    let variables = [("PATH", path.to_str().unwrap())];
    let mut asf = Foreground::start(place.command(&["--listen", "127.0.0.1:0"], &variables));
    let banner = asf.line();
    assert_eq!(asf.line(), "Ready.\n");
    let (_, url) = banner.trim().split_once(" on http://").unwrap();
    (asf, url.to_owned())
}

/// A request and its answer, in bare HTTP.
fn send(address: &str, head: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let close = "Connection: close\r\n";
    write!(
        stream,
        "{head} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\n{close}{headers}\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn translate(address: &str, text: &str) -> String {
    let target = "X-Amz-Target: AWSShineFrontendService_20170701.TranslateText\r\n\
                  Content-Type: application/x-amz-json-1.1\r\n";
    let body = format!(r#"{{"Text":"{text}","SourceLanguageCode":"en","TargetLanguageCode":"de"}}"#);
    send(address, "POST /", target, &body)
}

fn pid(place: &Place, address: &str) -> String {
    let listed: Value = serde_json::from_str(&done(place, address, &["list", "--format", "json"])).unwrap();
    assert_eq!(listed[0]["state"], "running", "{listed}");
    listed[0]["pid"].to_string()
}

/// Whether a process runs. One that has ended and that nobody has asked about does not.
fn runs(pid: &str) -> bool {
    let output = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
    let state = String::from_utf8(output.stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

#[test]
fn in_a_process() {
    let place = Place::new();
    let (asf, address) = started(&place);
    assert!(translate(&address, "hello").starts_with("HTTP/1.1 501"));
    let told = done(&place, &address, &["install", EXAMPLE]);
    assert_eq!(told, "installed translate 0.1.0, enabled\nthe asf that runs has taken notice\n");
    let answer = translate(&address, "hello world");
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("x-asf-source: extension:translate"),
        "{answer}"
    );
    assert!(answer.contains("hallo Welt"), "{answer}");
    let answer = send(&address, "GET /_extension/translate/words", "", "");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("bonjour"), "{answer}");
    let first = pid(&place, &address);
    assert!(runs(&first));

    done(&place, &address, &["disable", "translate"]);
    assert!(!runs(&first));
    assert!(translate(&address, "hello").starts_with("HTTP/1.1 501"));
    done(&place, &address, &["enable", "translate"]);
    assert!(translate(&address, "hello").contains("hallo"));
    let second = pid(&place, &address);
    assert_eq!(asf.end().code, 0);
    assert!(!runs(&second), "it has ended with asf");
}

/// `kill -9`: the end of its standard input tells it.
#[test]
fn it_ends_however_asf_ends() {
    let place = Place::new();
    done(&place, NOBODY, &["install", EXAMPLE]);
    let (asf, address) = started(&place);
    assert!(translate(&address, "hello").contains("hallo"));
    let pid = pid(&place, &address);
    drop(asf);
    until("the extension has ended", || !runs(&pid));
}
