//! `PERSISTENCE=1`: what was answered is there in the next process, however the one before ended.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use crate::place::{Foreground, Place, until};

/// What the tests need of every process.
const KEPT: [(&str, &str); 3] =
    [("PERSISTENCE", "1"), ("GATEWAY_LISTEN", "127.0.0.1:0"), ("LOCALSTACK_VOLUME_DIR", "volume")];

/// A process that keeps its state.
pub(crate) struct Asf {
    pub(crate) process: Foreground,
    endpoint: Endpoint,
}

/// Where it, or a branch of it, answers.
pub(crate) struct Endpoint {
    pub(crate) address: String,
}

impl std::ops::Deref for Asf {
    type Target = Endpoint;

    fn deref(&self) -> &Endpoint {
        &self.endpoint
    }
}

impl Asf {
    pub(crate) fn start(place: &Place, variables: &[(&str, &str)]) -> Self {
        let variables: Vec<_> = KEPT.iter().chain(variables).copied().collect();
        Self::of(Foreground::start(place.command(&["start"], &variables)))
    }

    fn of(mut process: Foreground) -> Self {
        let banner = process.line();
        let address = banner.trim().rsplit("http://").next().unwrap().to_owned();
        assert_eq!(process.line(), "Ready.\n");
        Self { process, endpoint: Endpoint { address } }
    }
}

impl Endpoint {
    pub(crate) fn call(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    pub(crate) fn post(&self, path: &str, headers: &str, body: &str) -> String {
        let length = body.len();
        self.call(&format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\
             \r\n{body}"
        ))
    }

    fn problems(&self) -> String {
        let answer = self.call("GET /_asf/state/problems HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    fn sts(&self, key: &str, token: &str, body: &str) -> String {
        let headers = format!(
            "Content-Type: application/x-www-form-urlencoded\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/sts/aws4_request, \
             SignedHeaders=host, Signature=0\r\n{token}"
        );
        self.post("/", &headers, &format!("Version=2011-06-15&{body}"))
    }

    /// Makes a session.
    pub(crate) fn assume_role(&self) -> String {
        self.sts(
            "test",
            "",
            "Action=AssumeRole&RoleArn=arn:aws:iam::111122223333:role/demo&RoleSessionName=me",
        )
    }

    /// Whether the session is known: a key that is not acts as the root of its account.
    pub(crate) fn knows(&self, session: &str) -> bool {
        let part = |name: &str| {
            let (_, rest) = session.split_once(&format!("<{name}>")).unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        };
        let token = format!("X-Amz-Security-Token: {}\r\n", part("SessionToken"));
        let answer = self.sts(&part("AccessKeyId"), &token, "Action=GetCallerIdentity");
        answer.contains("assumed-role/demo/me")
    }
}

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let place = Place::new();
    let first = Asf::start(&place, &[]);
    let session = first.assume_role();
    assert!(session.starts_with("HTTP/1.1 200"), "{session}");
    assert!(first.knows(&session));
    first.process.kill();
    let second = Asf::start(&place, &[("SNAPSHOT_LOAD_STRATEGY", "ON_STARTUP")]);
    assert!(second.knows(&session));
    let reset = second.post("/_localstack/state/reset", "", "");
    assert!(reset.starts_with("HTTP/1.1 200"), "{reset}");
    second.process.kill();
    let third = Asf::start(&place, &[]);
    assert!(!third.knows(&session));
    assert_eq!(third.problems(), r#"{"total":0,"problems":[]}"#);
}

#[test]
fn strategies() {
    for (strategy, is_there_when_killed, is_there_when_ended) in [
        ("ON_REQUEST", true, true),
        ("ON_SHUTDOWN", false, true),
        ("SCHEDULED", false, true),
        ("MANUAL", false, false),
    ] {
        for (is_killed, expect) in [(true, is_there_when_killed), (false, is_there_when_ended)] {
            let place = Place::new();
            let variables = [("SNAPSHOT_SAVE_STRATEGY", strategy)];
            let first = Asf::start(&place, &variables);
            let session = first.assume_role();
            if is_killed {
                first.process.kill();
            } else {
                let end = first.process.end();
                assert_eq!(end.code, 0, "{end:?}");
            }
            let second = Asf::start(&place, &variables);
            assert_eq!(second.knows(&session), expect, "{strategy}, killed: {is_killed}");
        }
    }
}

#[test]
fn saved_and_loaded_by_hand() {
    let place = Place::new();
    let variables = [("SNAPSHOT_SAVE_STRATEGY", "MANUAL"), ("SNAPSHOT_LOAD_STRATEGY", "MANUAL")];
    let first = Asf::start(&place, &variables);
    let session = first.assume_role();
    let saved = first.post("/_localstack/state/sts/save", "", "");
    assert!(saved.ends_with(r#"{"saved":"sts"}"#), "{saved}");
    let unknown = first.post("/_localstack/state/nothing/save", "", "");
    assert!(unknown.starts_with("HTTP/1.1 404"), "{unknown}");
    first.process.kill();
    let second = Asf::start(&place, &variables);
    assert!(!second.knows(&session));
    let loaded = second.post("/_localstack/state/sts/load", "", "");
    assert!(loaded.ends_with(r#"{"loaded":"sts","entries":1}"#), "{loaded}");
    assert!(second.knows(&session));
    drop(second);
    let without = Asf::start(&place, &[("PERSISTENCE", "0")]);
    let refused = without.post("/_localstack/state/sts/save", "", "");
    assert!(refused.starts_with("HTTP/1.1 409"), "{refused}");
}

#[test]
fn saved_when_the_clock_says() {
    let place = Place::new();
    let variables = [("SNAPSHOT_SAVE_STRATEGY", "SCHEDULED"), ("SNAPSHOT_FLUSH_INTERVAL", "3000")];
    let first = Asf::start(&place, &variables);
    let session = first.assume_role();
    let file = place.path("work/volume/state/entries.redb");
    assert!(!file.exists());
    let moved = first.post("/_asf/clock", "", r#"{"action": "advance", "by": 3001}"#);
    assert!(moved.starts_with("HTTP/1.1 200"), "{moved}");
    until("the save", || place.path("work/volume/state/commits").exists());
    first.process.kill();
    // The session is over by the clock that was moved, and not by that of the next process.
    assert!(Asf::start(&place, &variables).knows(&session));
}

#[test]
fn states_of_released_versions_are_read() {
    let states = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/states");
    let mut versions = 0;
    let is_version = |it: &std::fs::DirEntry| it.path().join("entries.redb").exists();
    for version in std::fs::read_dir(states).unwrap().map(Result::unwrap).filter(is_version) {
        versions += 1;
        let place = Place::new();
        std::fs::create_dir_all(place.path("work/volume/state")).unwrap();
        for name in ["entries.redb", "format", "commits"] {
            let to = place.path("work/volume/state").join(name);
            std::fs::copy(version.path().join(name), to).unwrap();
        }
        let asf = Asf::start(&place, &[]);
        let moved = asf.post("/_asf/clock", "", r#"{"action": "set", "to": "2027-01-01T00:10:00Z"}"#);
        assert!(moved.starts_with("HTTP/1.1 200"), "{moved}");
        let session = std::fs::read_to_string(version.path().join("session.xml")).unwrap();
        assert!(asf.knows(&session), "{version:?}");
        let headers =
            "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\n";
        let body = r#"{"QueueUrl": "http://localhost/000000000000/kept"}"#;
        let received = asf.post("/", headers, body);
        assert!(received.contains(r#""Body":"of an older version""#), "{version:?}: {received}");
        assert_eq!(asf.problems(), r#"{"total":0,"problems":[]}"#, "{version:?}");

        // The same state as a file.
        drop(asf);
        let asf = Asf::start(&place, &[("PERSISTENCE", "0")]);
        asf.post("/_asf/clock", "", r#"{"action": "set", "to": "2027-01-01T00:10:00Z"}"#);
        let pod = version.path().join("pod.asf");
        let loaded = asf.state(&place, &["load", pod.to_str().unwrap()]);
        assert_eq!(loaded.code, 0, "{version:?}: {loaded:?}");
        assert!(asf.knows(&session), "{version:?}");
        let received = asf.post("/", headers, body);
        assert!(received.contains(r#""Body":"of an older version""#), "{version:?}: {received}");
    }
    assert!(versions > 0);
}

/// The engine refuses such a file; what is whole of it is there all the same.
#[test]
fn a_damaged_file_after_a_kill_costs_what_is_damaged() {
    let place = Place::new();
    let first = Asf::start(&place, &[]);
    let session = first.assume_role();
    // Were it of the last commit, the engine would take the one before.
    first.create("us-east-1", "a");
    first.create("us-east-1", "b");
    first.process.kill();
    let file = place.path("work/volume/state/entries.redb");
    let mut bytes = std::fs::read(&file).unwrap();
    let name = b"role/demo";
    let at: Vec<_> = (0..bytes.len() - name.len()).filter(|at| bytes[*at..].starts_with(name)).collect();
    assert!(!at.is_empty());
    at.iter().for_each(|at| bytes[*at] ^= 1);
    std::fs::write(&file, &bytes).unwrap();

    let second = Asf::start(&place, &[]);
    assert_eq!(second.queues("us-east-1"), ["a", "b"]);
    assert!(!second.knows(&session));
    let problems = second.problems();
    for expected in ["entries.redb.damaged", "sts.sessions", "0 of 1 records could be read"] {
        assert!(problems.contains(expected), "{expected}: {problems}");
    }
    assert!(std::fs::read(place.path("work/volume/state/entries.redb.damaged")).unwrap() == bytes);
    let session = second.assume_role();
    second.process.kill();
    let third = Asf::start(&place, &[]);
    assert!(third.knows(&session));
    assert_eq!(third.problems(), r#"{"total":0,"problems":[]}"#);
}

#[test]
fn a_state_is_for_one_process() {
    let place = Place::new();
    let first = Asf::start(&place, &[]);
    let second = place.run_with(&["start"], &KEPT);
    assert_eq!(second.code, 9, "{second:?}");
    let words = format!("is used by another process ({})", first.process.id());
    assert!(second.stderr.contains(&words), "{second:?}");
}

/// A file that may not grow is as good as a disk that is full, and needs no disk.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_got_over() {
    let place = Place::new();
    let plain = place.command(&["start"], &KEPT);
    let mut limited = Command::new("sh");
    // Ignored, the signal is an error of the write instead.
    limited.args(["-c", r#"trap '' XFSZ; ulimit -S -f 8; exec "$0" "$@""#]);
    limited.arg(plain.get_program()).args(plain.get_args());
    limited.env_clear().envs(KEPT).env("HOME", place.path("home")).current_dir(place.path("work"));
    let asf = Asf::of(Foreground::start(limited));
    for _ in 0..3 {
        let refused = asf.assume_role();
        assert!(refused.starts_with("HTTP/1.1 500"), "{refused}");
        assert!(
            refused.contains("not saved: the state cannot be written: the file may not grow"),
            "{refused}"
        );
    }
    let id = asf.process.id().to_string();
    let raised = Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited:"]).status().unwrap();
    assert!(raised.success());
    let session = asf.assume_role();
    assert!(session.starts_with("HTTP/1.1 200"), "{session}");
    asf.process.kill();
    assert!(Asf::start(&place, &[]).knows(&session));
}
