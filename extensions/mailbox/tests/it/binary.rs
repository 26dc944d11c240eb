//! The binary with the extension in it: its command, its hooks, its plugins.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A home of a test's own; what was started in it ends with it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_asf-mailbox"));
        command.args(arguments).env_clear().env("HOME", self.0.path()).current_dir(self.0.path());
        command.env("GATEWAY_LISTEN", "127.0.0.1:0").envs(variables.iter().copied());
        command.stdin(Stdio::null()).output().unwrap()
    }

    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments, &[]);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = self.run(&["stop", "--quiet", "-t", "5"], &[]);
    }
}

/// Sends a mail over HTTP.
fn send(port: &str) -> String {
    let form = "Action=SendEmail&Version=2010-12-01&Source=a%40example.com&Message.Subject.Data=Hello\
        &Destination.ToAddresses.member.1=b%40example.com&Message.Body.Text.Data=x";
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: email.us-east-1.amazonaws.com\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
#[allow(clippy::disallowed_methods, reason = "another process is waited for")]
fn from_start_to_end() {
    let home = Home::new();
    home.done(&["start", "-d", "-e", "MAILBOX_LIMIT=7"]);
    let state = std::fs::read_to_string(home.0.path().join(".asf/run/asf.json")).unwrap();
    let port = state.split_once("127.0.0.1:").unwrap().1;
    let port = port.split(|it: char| !it.is_ascii_digit()).next().unwrap();

    let answer = send(port);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("x-asf-source: extension:mailbox\r\n"), "{answer}");
    let shown = home.done(&["mailbox"]);
    assert!(shown.ends_with("\ta@example.com\tHello\n"), "{shown}");
    let shown: serde_json::Value =
        serde_json::from_str(&home.done(&["mailbox", "--format", "json"])).unwrap();
    assert_eq!(shown[0]["to"][0], "b@example.com");
    home.done(&["mailbox", "--clear"]);
    assert_eq!(home.done(&["mailbox"]), "");

    send(port);

    // The hook runs beside what is answered.
    let list = || home.done(&["plugins", "list", "--format", "plain"]);
    let start = Instant::now();
    while !list().contains("hooks\ton_infra_ready:mailbox\tloaded\t") {
        assert!(start.elapsed() < PATIENCE, "{}", list());
        std::thread::sleep(Duration::from_millis(10));
    }
    let log = std::fs::read_to_string(home.0.path().join(".asf/run/asf.log")).unwrap();
    assert!(log.contains("mail that is sent through SES is at http://127.0.0.1:"), "{log}");
    let running = list();
    for line in ["extensions\tmailbox\tloaded\t0\t\n", "providers\tsqs:default\tregistered\t0\t\n"] {
        assert!(running.contains(line), "{running}");
    }
    // What this program has, whatever runs.
    let built_in = home.done(&["plugins", "list", "--built-in", "--format", "plain"]);
    assert!(built_in.contains("extensions\tmailbox\tregistered\t0\t\n"), "{built_in}");
    let skipped = "hooks\ton_infra_start:mailbox\tskipped\t0\tMAILBOX_LIMIT is not set\n";
    assert!(built_in.contains(skipped) && !running.contains(skipped), "{built_in}");

    home.done(&["stop", "--quiet"]);
    let log = std::fs::read_to_string(home.0.path().join(".asf/run/asf.log")).unwrap();
    let at = |text: &str| log.find(text).unwrap_or_else(|| panic!("no {text:?} in {log}"));
    let moments = [
        at("the last 7 mails are kept"),
        at("Ready."),
        at("AWS ses.SendEmail => 200"),
        at("1 mails are forgotten"),
    ];
    assert!(moments.is_sorted(), "{log}");
}

#[test]
fn the_command_where_nothing_runs() {
    let home = Home::new();
    let output = home.run(&["mailbox"], &[("GATEWAY_LISTEN", "127.0.0.1:1")]);
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.starts_with("error: nothing answers at http://127.0.0.1:1: "), "{words}");
    let off = home.run(&["mailbox"], &[("ASF_DISABLED_PLUGINS", "commands/*")]);
    assert_eq!(
        (off.status.code(), String::from_utf8(off.stderr).unwrap().as_str()),
        (Some(2), "error: commands/mailbox cannot be used: it is disabled (ASF_DISABLED_PLUGINS)\n")
    );
    assert!(home.done(&["--help"]).contains("Show the mail that was sent through SES"));
    assert!(home.done(&["completion", "bash"]).contains("mailbox"));
    // Its variable is known.
    assert!(home.done(&["config", "show", "--all"]).contains("MAILBOX_LIMIT"));
    let wrong = home.run(&["mailbox"], &[("MAILBOX_LIMIT", "many")]);
    assert_eq!(wrong.status.code(), Some(6), "{wrong:?}");
}

#[test]
fn its_container() {
    let home = Home::new();
    let asked = home.0.path().join("asked");
    let script = home.0.path().join("docker");
    let text = format!("#!/bin/sh\necho \"$@\" >> '{}'\n", asked.display());
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let docker = script.to_str().unwrap();
    let output = home.run(&["start", "--docker"], &[("DOCKER_CMD", docker), ("MAILBOX_LIMIT", "5")]);
    assert!(output.status.success(), "{output:?}");
    let asked = std::fs::read_to_string(asked).unwrap();
    assert!(asked.contains(" --env MAILBOX_LIMIT=5 "), "{asked}");
    assert!(asked.trim_end().ends_with(" --label asf.extension=mailbox asf:latest"), "{asked}");
}
