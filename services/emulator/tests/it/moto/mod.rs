//! moto behind the binary, with a stand-in in its place: it is run as moto is, and does as little as it can. The
//! real one is in the tests through clients (`tests/it/clients`).

mod backends;
mod recordings;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::place::{Foreground, Place, until};

/// A place with a moto that is installed.
struct Setting {
    place: Place,
}

/// An answer, read to its end.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Sends a request in bare HTTP.
fn send(address: &str, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// A call of KMS, which has no native provider.
fn kms(address: &str, operation: &str, parameters: &Value) -> Answer {
    let headers = format!(
        "Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: TrentService.{operation}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-west-1/kms/aws4_request, \
         SignedHeaders=host, Signature=0\r\n"
    );
    send(address, "POST", "/", &headers, &parameters.to_string())
}

impl Setting {
    /// With this version of moto.
    fn with(version: &str) -> Self {
        let place = Place::new();
        let python =
            Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
        let python = String::from_utf8(python.stdout).unwrap();
        let script = place.write("stand_in.py", include_str!("stand_in.py"));
        let folder = format!("home/.asf/volume/lib/moto/{version}");
        let (script, log) = (script.display().to_string(), place.path("moto.log").display().to_string());
        let text = format!("#!/bin/sh\nexec '{}' '{script}' '{log}' \"$@\"\n", python.trim());
        let program = place.write(&format!("{folder}/bin/python"), &text);
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let receipt = json!({ "package": "moto", "version": version, "source": "pip" });
        place.write(&format!("{folder}/.asf-package.json"), &receipt.to_string());
        Self { place }
    }

    fn new() -> Self {
        Self::with("5.2.5")
    }

    /// Starts asf, and says where it listens.
    fn start(&self, variables: &[(&str, &str)]) -> (Foreground, String) {
        start(&self.place, variables)
    }

    fn log(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.place.path("moto.log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    fn starts(&self) -> usize {
        self.log().iter().filter(|line| line.starts_with("start ")).count()
    }
}

fn start(place: &Place, variables: &[(&str, &str)]) -> (Foreground, String) {
    // A shell is what watches servers, for which there has to be a PATH.
    let variables = [&[("PATH", "/usr/bin:/bin")], variables].concat();
    let mut asf = Foreground::start(place.command(&["start", "--listen", "127.0.0.1:0"], &variables));
    let banner = asf.line();
    let (_, address) = banner.trim().split_once("://").unwrap_or_else(|| panic!("{banner}"));
    let address = address.to_owned();
    assert_eq!(asf.line(), "Ready.\n");
    (asf, address)
}

#[test]
fn first_calls_at_once_start_one() {
    let setting = Setting::new();
    let (_asf, address) = setting.start(&[]);
    // What it does not implement, and what native providers answer, is no reason to start it.
    let lacking = kms(&address, "DeleteCustomKeyStore", &json!({ "CustomKeyStoreId": "x" }));
    assert_eq!((lacking.status, lacking.header("x-asf-source")), (501, Some("none")));
    let expected = "The operation kms.DeleteCustomKeyStore is not implemented.";
    assert_eq!(lacking.json()["message"], expected, "{lacking:?}");
    let coverage = send(&address, "GET", "/_asf/coverage?service=kms", "", "").json();
    assert_eq!(coverage["services"][0]["operations"]["ListKeys"], "moto");
    assert_eq!(setting.log(), [""; 0]);

    let answers = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| kms(&address, "ListKeys", &json!({})))).collect();
        calls.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>()
    });
    for answer in &answers {
        assert_eq!((answer.status, answer.header("x-asf-source")), (200, Some("moto")), "{answer:?}");
        // It is called as we are, by the caller's account.
        let key = answer.json()["Keys"][0].clone();
        assert_eq!((&key["KeyId"], &key["KeyArn"]), (&json!(address), &json!("111122223333")));
    }
    assert_eq!(setting.starts(), 1);
}

#[test]
fn a_crash_in_the_middle_of_traffic() {
    let setting = Setting::new();
    let (_asf, address) = setting.start(&[]);
    assert_eq!(kms(&address, "ListKeys", &json!({})).status, 200);
    let failed = kms(&address, "ListKeys", &json!({ "Marker": "die" }));
    assert_eq!((failed.status, failed.header("x-asf-source")), (502, Some("moto")), "{failed:?}");
    assert_eq!(failed.header("retry-after"), Some("1"));
    assert!(failed.body.contains("moto has ended; it is started again"), "{failed:?}");
    assert_eq!(kms(&address, "ListKeys", &json!({})).status, 200);
    assert_eq!(setting.starts(), 2);
    // Failures of moto's own are not crashes.
    let failed = kms(&address, "ListKeys", &json!({ "Marker": "fail" }));
    assert_eq!((failed.status, setting.starts()), (500, 2));
    assert!(failed.body.contains("moto failed: KeyError: 'x'"), "{failed:?}");
}

#[test]
fn a_reset_reaches_it() {
    let setting = Setting::new();
    let (_asf, address) = setting.start(&[]);
    let reset = |path: &str| send(&address, "POST", &format!("/_asf/state{path}/reset"), "", "");
    // There is nothing to forget yet, which is no reason to start it.
    assert_eq!(reset("/kms").status, 200);
    assert_eq!(setting.starts(), 0);
    kms(&address, "ListKeys", &json!({}));
    assert_eq!(reset("/kms").json(), json!({ "reset": ["kms"] }));
    assert_eq!(reset("/sqs").status, 200);
    assert_eq!(reset("").status, 200);
    assert_eq!(reset("/translate").status, 404);
    let resets: Vec<String> = setting.log().into_iter().filter(|line| line.starts_with("reset")).collect();
    assert_eq!(resets, ["reset /asf/reset/kms", "reset /asf/reset/sqs", "reset /moto-api/reset"]);
}

#[test]
fn nothing_is_left_when_we_are_killed() {
    let setting = Setting::new();
    let (asf, address) = setting.start(&[]);
    assert_eq!(kms(&address, "ListKeys", &json!({})).status, 200);
    let port = setting.log()[0].strip_prefix("start ").unwrap().to_owned();
    let mut moto = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    moto.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    asf.kill();
    let end = moto.read(&mut [0]);
    assert!(!end.is_err_and(|it| it.kind() == std::io::ErrorKind::WouldBlock), "it outlived us");
    until("its end", || TcpStream::connect(format!("127.0.0.1:{port}")).is_err());
}

/// It is asked once what it implements, and the answer is kept beside it.
#[test]
fn another_version() {
    let setting = Setting::with("5.1.22");
    for _ in 0..2 {
        let (asf, address) = setting.start(&[]);
        assert_eq!(kms(&address, "ListAliases", &json!({})).status, 501);
        assert_eq!(kms(&address, "ListKeys", &json!({})).status, 200);
        asf.kill();
    }
    assert_eq!(setting.log().iter().filter(|line| *line == "asked").count(), 1);
    let rows = setting.place.done(&["coverage", "kms", "--format", "plain"]);
    assert!(rows.contains("ListKeys\tmoto\n") && rows.contains("ListAliases\tnone\n"), "{rows}");
}

#[test]
fn where_it_cannot_be_installed() {
    let place = Place::new();
    let (_asf, address) = start(&place, &[("PATH", "/nowhere")]);
    for _ in 0..2 {
        let answer = kms(&address, "ListKeys", &json!({}));
        assert_eq!((answer.status, answer.header("x-asf-source")), (501, Some("moto")), "{answer:?}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        for part in ["kms.ListKeys is not implemented natively", "python3", "ASF_BACKENDS='*=native'"] {
            assert!(message.contains(part), "{message}");
        }
    }
    let (_asf, address) = start(&place, &[("ASF_BACKENDS", "*=native")]);
    let answer = kms(&address, "ListKeys", &json!({}));
    assert_eq!((answer.status, answer.header("x-asf-source")), (501, Some("none")));
}

/// `docs/coverage.md` is what `asf coverage --page` writes.
#[test]
fn the_page_is_current() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/coverage.md");
    let written = std::fs::read_to_string(page).unwrap();
    let current = Place::new().done(&["coverage", "--page"]);
    assert!(
        written == current,
        "docs/coverage.md is not current: cargo run -p asf -- coverage --page > docs/coverage.md"
    );
}

#[test]
fn coverage_as_it_is_printed() {
    let place = Place::new();
    let json: Value = serde_json::from_str(&place.done(&["coverage", "sqs", "--json"])).unwrap();
    assert_eq!(json["services"][0]["operations"]["SendMessage"], "native");
    assert_eq!(json["total"]["native"], json["total"]["total"]);
    let table = place.done(&["coverage"]);
    assert!(table.starts_with("SERVICE ") && table.lines().last().unwrap().starts_with("TOTAL "), "{table}");
    let wrong = place.run(&["coverage", "none-such"]);
    assert_eq!((wrong.code, wrong.stderr.as_str()), (2, "error: AWS has no service \"none-such\"\n"));
}
