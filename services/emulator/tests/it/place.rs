//! A place of a test's own: home, working directory, environment; and the binary run in it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long anything may take before a test gives up. On a machine with much else to do, it takes long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A home and a working directory; what was started in it ends with it.
pub(crate) struct Place {
    root: TempDir,
}

/// What a command came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Result {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("home/.asf")).unwrap();
        fs::create_dir_all(root.path().join("work")).unwrap();
        Self { root }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// The binary with arguments and variables, and nothing else in its environment.
    pub(crate) fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_asf"));
        command.args(arguments).env_clear().env("HOME", self.path("home")).current_dir(self.path("work"));
        command.envs(variables.iter().copied()).stdin(Stdio::null());
        command
    }

    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Result {
        result(self.command(arguments, variables).output().unwrap())
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Result {
        self.run_with(arguments, &[])
    }

    /// Runs a command that has to succeed.
    #[track_caller]
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let result = self.run(arguments);
        assert_eq!(result.code, 0, "{arguments:?}: {result:?}\n{}", self.log());
        result.stdout
    }

    /// The process in the background, as it has described itself.
    pub(crate) fn state(&self) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.path("home/.asf/run/asf.json")).unwrap()).unwrap()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("home/.asf/run/asf.log")).unwrap_or_default()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.command(&["stop", "--quiet", "-t", "5"], &[("GATEWAY_LISTEN", "127.0.0.1:1")]).output();
    }
}

pub(crate) fn result(output: Output) -> Result {
    Result {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Waits until something is so.
#[track_caller]
#[allow(clippy::disallowed_methods, reason = "another process is waited for")]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{what} took too long");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A process in the foreground, which ends with the test.
pub(crate) struct Foreground {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Foreground {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// The next line of its stdout, empty at the end.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as a container engine does, and gives what it has left on stderr.
    pub(crate) fn end(mut self) -> Result {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        until("the end", || self.child.try_wait().unwrap().is_some());
        let mut stderr = String::new();
        std::io::Read::read_to_string(&mut self.child.stderr.take().unwrap(), &mut stderr).unwrap();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        Result { code, stdout: String::new(), stderr }
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
