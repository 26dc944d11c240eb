//! `asf start -d` and the commands that deal with what runs in the background.

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use crate::place::{Place, result, until};

const START: &[&str] = &["start", "-d", "--listen", "127.0.0.1:0"];

fn kill(pid: &serde_json::Value) {
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
}

#[test]
fn start_wait_status_logs_stop() {
    let place = Place::new();
    let started = place.run(START);
    assert_eq!((started.code, started.stdout.as_str()), (0, ""), "{started:?}");
    let state = place.state();
    let address = format!("http://{}", state["listen"][0].as_str().unwrap());
    assert!(started.stderr.contains(&format!("on {address}, process id {}", state["pid"])), "{started:?}");

    place.done(&["wait", "-t", "30"]);
    let status: serde_json::Value =
        serde_json::from_str(&place.done(&["status", "--format", "json"])).unwrap();
    assert_eq!(status["state"], "running");
    assert_eq!(status["address"], address.as_str());
    assert_eq!(status["pid"], state["pid"]);
    assert_eq!(place.done(&["status", "--format", "plain"]), "running\n");
    let table = place.done(&["status"]);
    assert!(table.contains(&address) && table.contains("process id"), "{table}");

    let log = place.done(&["logs"]);
    assert!(log.contains(&format!("on {address}\nReady.\n")), "{log}");
    assert_eq!(place.done(&["logs", "-n", "0"]), "");

    let again = place.run(START);
    assert_eq!(again.code, 7);
    assert!(
        again.stderr.contains(&format!("running already, with process id {}", state["pid"])),
        "{again:?}"
    );

    let stopped = place.run(&["stop"]);
    assert_eq!((stopped.code, stopped.stderr.as_str()), (0, "stopped\n"));
    assert!(!place.path("home/.asf/run/asf.json").exists());
    let nothing = [("GATEWAY_LISTEN", "127.0.0.1:1")];
    let status = place.run_with(&["status", "--format", "plain"], &nothing);
    assert_eq!((status.code, status.stdout.as_str()), (3, "stopped\n"));
    let stop = place.run_with(&["stop"], &nothing);
    assert_eq!((stop.code, stop.stderr.as_str()), (3, "error: nothing answers at http://127.0.0.1:1\n"));
}

#[test]
fn it_is_apart_from_the_terminal() {
    let place = Place::new();
    place.done(START);
    let pid = place.state()["pid"].to_string();
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    // Only Linux says so there: after the name in brackets come state, parent, group, session.
    if let Ok(stat) = stat {
        let session = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(3).unwrap().to_owned();
        assert_eq!(session, pid);
    }
}

#[test]
fn restart_keeps_the_command_line() {
    let place = Place::new();
    place.write("home/.asf/dev.env", "LS_LOG=debug\n");
    place.done(&["--profile", "dev", "start", "-d", "--listen", "127.0.0.1:0", "-e", "SERVICES=sqs"]);
    let before = place.state();
    place.done(&["restart"]);
    let after = place.state();
    assert_ne!(before["pid"], after["pid"]);
    assert_eq!(before["arguments"], after["arguments"]);
    assert_eq!(
        after["arguments"],
        serde_json::json!(["--profile", "dev", "start", "--listen", "127.0.0.1:0", "--env", "SERVICES=sqs"])
    );
    place.done(&["wait"]);
    place.done(&["stop"]);
}

#[test]
fn what_a_killed_process_leaves_behind_does_not_count() {
    let place = Place::new();
    place.done(START);
    let killed = place.state()["pid"].clone();
    kill(&killed);
    until("the end", || {
        place.run_with(&["status", "--quiet"], &[("GATEWAY_LISTEN", "127.0.0.1:1")]).code == 3
    });
    assert!(place.path("home/.asf/run/asf.pid").exists());
    place.done(START);
    assert_ne!(place.state()["pid"], killed);
    place.done(&["status"]);
}

#[test]
fn the_log_is_followed_until_the_end() {
    let place = Place::new();
    place.done(START);
    let log =
        place.command(&["logs", "-f"], &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    place.done(&["stop"]);
    let result = result(log.wait_with_output().unwrap());
    assert_eq!((result.code, result.stdout), (0, place.log()));
}

#[test]
fn a_start_that_fails_says_why() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let result = place.run(&["start", "-d", "--listen", &address]);
    assert_eq!(result.code, 5, "{result:?}");
    assert!(
        result.stderr.starts_with(&format!(
            "error: it ended before it was ready: cannot listen on {address}: the address is in use."
        )),
        "{result:?}"
    );
    let result = place.run(&["start", "-d", "--listen", "nowhere"]);
    assert_eq!(result.code, 6, "{result:?}");
    // Nothing is left that a next start would stumble over.
    place.done(START);
}

#[test]
fn waiting_for_nothing_ends() {
    let place = Place::new();
    let result = place.run_with(&["wait", "-t", "0.05"], &[("GATEWAY_LISTEN", "127.0.0.1:1")]);
    assert_eq!(
        (result.code, result.stderr.as_str()),
        (4, "error: http://127.0.0.1:1 is not ready after 0.05 s\n")
    );
    let result = place.run(&["logs"]);
    assert_eq!(result.code, 3);
    assert!(result.stderr.contains("asf start -d writes one"), "{result:?}");
}

#[test]
fn the_folder_can_be_elsewhere() {
    let place = Place::new();
    let elsewhere = place.path("elsewhere/run");
    let folder = [("ASF_RUN_DIR", elsewhere.to_str().unwrap())];
    assert_eq!(place.run_with(START, &folder).code, 0);
    assert!(elsewhere.join("asf.json").exists() && !place.path("home/.asf/run").exists());
    assert_eq!(place.run_with(&["stop"], &folder).code, 0);
    // A file where the folder should be.
    let file = place.write("work/file", "");
    let result = place.run_with(START, &[("ASF_RUN_DIR", file.to_str().unwrap())]);
    assert_eq!(result.code, 1);
    assert!(result.stderr.contains("cannot") && result.stderr.contains("work/file"), "{result:?}");
}
