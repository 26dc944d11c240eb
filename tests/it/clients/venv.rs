//! The virtual environment with the clients: made once in the target directory, made anew when the
//! pinned list changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A set of clients.
#[derive(Clone, Copy, Debug)]
pub(super) enum Clients {
    /// Today's boto3 and AWS CLI.
    Today,
    /// The last boto3 that speaks the query protocol to SQS.
    Query,
    /// What reads OpenAPI documents.
    OpenApi,
    /// boto3, and clients of databases and caches.
    Engines,
}

impl Clients {
    fn name(self) -> &'static str {
        match self {
            Self::Today => "clients",
            Self::Query => "clients-query",
            Self::OpenApi => "clients-openapi",
            Self::Engines => "clients-engines",
        }
    }

    fn pinned(self) -> &'static str {
        match self {
            Self::Today => include_str!("../../clients/requirements.txt"),
            Self::Query => include_str!("../../clients/requirements-query.txt"),
            Self::OpenApi => include_str!("../../clients/requirements-openapi.txt"),
            Self::Engines => include_str!("../../clients/requirements-engines.txt"),
        }
    }

    /// A program of the environment, which is made if it is not there yet.
    ///
    /// # Panics
    /// When there is no python3, or the packages cannot be had: that is a failure, not a reason to skip.
    pub(super) fn program(self, name: &str) -> PathBuf {
        static TODAY: OnceLock<PathBuf> = OnceLock::new();
        static QUERY: OnceLock<PathBuf> = OnceLock::new();
        static OPEN_API: OnceLock<PathBuf> = OnceLock::new();
        static ENGINES: OnceLock<PathBuf> = OnceLock::new();
        let venv = match self {
            Self::Today => &TODAY,
            Self::Query => &QUERY,
            Self::OpenApi => &OPEN_API,
            Self::Engines => &ENGINES,
        };
        venv.get_or_init(|| make(self)).join("bin").join(name)
    }
}

fn make(clients: Clients) -> PathBuf {
    let pinned = clients.pinned();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let venv = target.join(clients.name());
    let stamp = venv.join("made-from.txt");
    fs::create_dir_all(target).unwrap();
    // Several test processes may come here at once; the lock goes with its owner.
    let lock = fs::File::create(target.join("clients.lock")).unwrap();
    lock.lock().unwrap();
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == pinned) {
        return venv;
    }
    let _ = fs::remove_dir_all(&venv);
    let need = "the tests through real clients need python3 (3.9 or newer) with its venv module";
    run(Command::new("python3").args(["-m", "venv"]).arg(&venv), need);
    let list = target.join(format!("{}.txt", clients.name()));
    fs::write(&list, pinned).unwrap();
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    let need = "pip has to be able to get the pinned clients";
    run(Command::new(venv.join("bin/python")).args(pip).arg(list), need);
    fs::write(stamp, pinned).unwrap();
    venv
}

fn run(command: &mut Command, need: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("{need}: {error}"));
    assert!(output.status.success(), "{need}:\n{}", String::from_utf8_lossy(&output.stderr));
}
