//! Init scripts: programs in `boot.d`, `start.d`, `ready.d` and `shutdown.d` that run at that stage.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use asf_runtime::gateway::internal::{InitReport, InitReports, InitScript, ScriptState, Stage};
use tokio::process::Command;

#[derive(Debug)]
struct Script {
    stage: Stage,
    path: PathBuf,
    state: ScriptState,
}

#[derive(Debug, Default)]
struct State {
    scripts: Vec<Script>,
    completed: Vec<Stage>,
    environment: Vec<(String, String)>,
}

/// The scripts of a folder, and how far they are.
#[derive(Clone, Debug)]
pub struct InitScripts {
    state: Arc<Mutex<State>>,
    limit: Duration,
}

impl InitScripts {
    /// Looks for scripts below `<folder>/<stage>.d`; a folder that cannot be read holds none. A script that
    /// runs for longer than `limit` is killed.
    #[must_use]
    pub fn find(folder: &Path, limit: Duration) -> Self {
        let mut state = State::default();
        for stage in Stage::ALL {
            let mut paths = Vec::new();
            collect(&folder.join(format!("{}.d", stage.name().to_lowercase())), 0, &mut paths);
            state.scripts.extend(paths.into_iter().map(|path| Script {
                stage,
                path,
                state: ScriptState::Unknown,
            }));
        }
        Self { state: Arc::new(Mutex::new(state)), limit }
    }

    /// What scripts find in their environment from here on, besides our own.
    pub fn set_environment(&self, environment: Vec<(String, String)>) {
        self.with(|state| state.environment = environment);
    }

    /// Runs the scripts of a stage one after the other; one that fails does not stop the others.
    pub async fn run(&self, stage: Stage) {
        let due: Vec<(usize, PathBuf)> = self.with(|state| {
            let scripts = state.scripts.iter().enumerate().filter(|(_, script)| script.stage == stage);
            scripts.map(|(index, script)| (index, script.path.clone())).collect()
        });
        for (index, path) in due {
            self.set(index, ScriptState::Running);
            let failure = self.run_script(&path).await.err();
            if let Some(reason) = &failure {
                tracing::error!(script = %path.display(), %reason, "an init script failed");
            }
            self.set(index, if failure.is_some() { ScriptState::Error } else { ScriptState::Successful });
        }
        self.with(|state| state.completed.push(stage));
    }

    async fn run_script(&self, path: &Path) -> Result<(), String> {
        let mut child = match self.command(path).spawn() {
            // A script of the shell without a first line that says so.
            Err(error) if error.raw_os_error() == Some(NO_EXEC_FORMAT) => self.by("sh", path).spawn(),
            other => other,
        }
        .map_err(|error| error.to_string())?;
        let _group = Group(child.id());
        match tokio::time::timeout(self.limit, child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(status.to_string()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("it ran for longer than {} s", self.limit.as_secs())),
        }
    }

    fn command(&self, path: &Path) -> Command {
        match path.extension().and_then(OsStr::to_str) {
            Some("py") => self.by("python3", path),
            Some("sh") if !is_executable(path) => self.by("sh", path),
            _ => self.prepared(Command::new(path)),
        }
    }

    fn by(&self, program: &str, path: &Path) -> Command {
        let mut command = Command::new(program);
        command.arg(path);
        self.prepared(command)
    }

    /// What a script says goes to our stderr: who waits for `Ready.` reads stdout.
    fn prepared(&self, mut command: Command) -> Command {
        command.envs(self.with(|state| state.environment.clone()));
        command.stdin(Stdio::null()).stdout(std::io::stderr()).kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        command
    }

    fn set(&self, index: usize, to: ScriptState) {
        self.with(|state| {
            if let Some(script) = state.scripts.get_mut(index) {
                script.state = to;
            }
        });
    }

    fn with<T>(&self, function: impl FnOnce(&mut State) -> T) -> T {
        function(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl InitReports for InitScripts {
    fn report(&self) -> InitReport {
        let shown = |script: &Script| InitScript {
            stage: script.stage,
            name: script.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            state: script.state,
        };
        self.with(|state| InitReport {
            completed: state.completed.clone(),
            scripts: state.scripts.iter().map(shown).collect(),
        })
    }
}

/// `ENOEXEC`, which is 8 on every Unix that Rust runs on.
const NO_EXEC_FORMAT: i32 = 8;

/// A script and what it has started: killed, as far as it still runs, when this is dropped.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(pid) =
            self.0.and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
        {
            // Most often all of it has ended, and there is no one to kill.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}

fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    path.is_file()
}

/// Whether a file is a script: what LocalStack runs (`.sh`, `.py`), and any other program.
fn is_script(path: &Path) -> bool {
    matches!(path.extension().and_then(OsStr::to_str), Some("sh" | "py")) || is_executable(path)
}

/// Scripts below a folder in alphabetical order, sub-folders in their place; bounded, as links may form a ring.
fn collect(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) {
    const DEEPEST: usize = 8;
    const MOST: usize = 1000;
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.sort();
    for path in found {
        if path.is_dir() {
            if depth < DEEPEST {
                collect(&path, depth + 1, paths);
            }
        } else if is_script(&path) && paths.len() < MOST {
            paths.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scripts by name and text; those that begin with `#!` are executable.
    fn folder(scripts: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in scripts {
            let path = folder.path().join("ready.d").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            #[cfg(unix)]
            if text.starts_with("#!") {
                use std::os::unix::fs::PermissionsExt as _;
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        folder
    }

    async fn states(folder: &tempfile::TempDir, limit: Duration) -> Vec<(String, ScriptState)> {
        let scripts = InitScripts::find(folder.path(), limit);
        scripts.set_environment(vec![("WHO".to_owned(), "me".to_owned())]);
        scripts.run(Stage::Ready).await;
        let report = scripts.report();
        assert_eq!(report.completed, [Stage::Ready]);
        report.scripts.into_iter().map(|it| (it.name, it.state)).collect()
    }

    #[tokio::test]
    async fn each_kind_in_order() {
        let folder = folder(&[
            ("a.sh", "test \"$WHO\" = me"),
            ("b/good.py", "import os; assert os.environ['WHO'] == 'me'"),
            ("b/bad.py", "import sys; sys.exit(3)"),
            ("c", "#!/bin/sh\ntest \"$WHO\" = me\n"),
            ("d.sh", "#!/bin/sh\nexit 1\n"),
            ("notes.txt", "not a script"),
        ]);
        let (good, bad) = (ScriptState::Successful, ScriptState::Error);
        let expected = [("a.sh", good), ("bad.py", bad), ("good.py", good), ("c", good), ("d.sh", bad)];
        let expected = expected.map(|(name, state)| (name.to_owned(), state));
        assert_eq!(states(&folder, Duration::from_secs(60)).await, expected);
    }

    /// What a script has started is killed with it.
    #[tokio::test]
    async fn a_script_that_hangs() {
        let folder = folder(&[("a.sh", "tail -f /dev/null & wait")]);
        let expected = [("a.sh".to_owned(), ScriptState::Error)];
        assert_eq!(states(&folder, Duration::from_millis(100)).await, expected);
    }
}
