//! Two processes that install the same, and one that is killed halfway.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use asf_packages::{Job, PackageInstaller, Packages, Progress, Target};

use super::{files, package, packages, writes};

/// Says on stdout what is done, for the test to read.
struct Told;

impl Progress for Told {
    fn step(&self, what: &str) {
        println!("step: {what}");
    }
}

/// Its installation writes half, says so, and writes the other half when a line comes on stdin.
fn slow(folder: &Path) -> Packages {
    let half_and_half = |job: &Job<'_>| {
        let program = job.folder.join("program");
        job.at(&program, fs::write(&program, "half"))?;
        println!("step: half");
        let mut line = String::new();
        job.at(&program, std::io::stdin().read_line(&mut line))?;
        job.at(&program, fs::write(&program, format!("whole, by {}", std::process::id())))
    };
    packages(folder, [package(move |_| Box::new(writes(half_and_half)))])
}

fn installer(folder: &Path) -> std::sync::Arc<PackageInstaller> {
    slow(folder).installer("it", None).unwrap()
}

/// What the tests below run in processes of their own.
#[test]
#[ignore = "it is run by the tests below"]
fn installs() {
    let folder: PathBuf = std::env::var_os("ASF_TEST_FOLDER").unwrap().into();
    installer(&folder).install(Target::VarLibs, &Told).unwrap();
    println!("step: done");
}

struct Process {
    child: Child,
    lines: Box<dyn Iterator<Item = String>>,
}

impl Process {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "interrupted::installs", "--ignored", "--nocapture"])
            .env("ASF_TEST_FOLDER", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        Self { child, lines: Box::new(lines) }
    }

    fn until(&mut self, step: &str) {
        assert!(self.lines.any(|line| line.ends_with(&format!("step: {step}"))), "it ended before {step:?}");
    }

    fn go_on(&mut self) {
        writeln!(self.child.stdin.take().unwrap(), "go on").unwrap();
    }
}

const WAITING: &str = "waiting for another process that installs it";

#[test]
fn a_second_process_waits_for_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Process::start(folder.path());
    first.until("half");
    let mut second = Process::start(folder.path());
    second.until(WAITING);
    assert!(installer(folder.path()).installed().is_none());
    first.go_on();
    first.until("done");
    second.until("done");
    assert!(first.child.wait().unwrap().success() && second.child.wait().unwrap().success());
    let text = fs::read_to_string(folder.path().join("var/it/1/program")).unwrap();
    assert_eq!(text, format!("whole, by {}", first.child.id()));
}

#[test]
fn one_that_is_killed_halfway_is_as_if_it_had_not_been() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Process::start(folder.path());
    first.until("half");
    let mut second = Process::start(folder.path());
    second.until(WAITING);
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    second.until("half");
    assert!(installer(folder.path()).installed().is_none());
    second.go_on();
    second.until("done");
    assert!(second.child.wait().unwrap().success());
    // What the first has left is gone too.
    assert_eq!(files(folder.path()), ["var/it/.1.lock", "var/it/1/.asf-package.json", "var/it/1/program"]);
    assert!(installer(folder.path()).installed().is_some());
}
