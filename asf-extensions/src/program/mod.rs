//! The process of an extension: started when it is needed, watched, started again, stopped.

mod launch;
mod life;
mod output;

use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use asf_runtime::Timestamp;
use asf_runtime::context::Environment;
use asf_runtime::gateway::edge::Proxy;
use tokio::sync::watch;

use crate::{ExtensionName, Manifest};

/// What the processes of extensions have around them.
#[derive(Clone, Debug)]
pub struct Around {
    /// The emulator's time: how long a program that crashed is left alone.
    pub environment: Environment,
    /// Where the emulator answers; set once it listens.
    pub endpoint: Arc<OnceLock<String>>,
    /// How long a process may take to end after it was asked to, by the machine's time.
    pub grace: Duration,
}

impl Default for Around {
    /// The machine's time, no endpoint yet, five seconds to end.
    fn default() -> Self {
        Self { environment: Environment::default(), endpoint: Arc::default(), grace: Duration::from_secs(5) }
    }
}

/// An extension's program. Copies are the same program.
///
/// There is one process at most. It is started by whoever needs it first, and everybody who needs it
/// meanwhile waits for the same start. When it ends by itself it has crashed: after the first time it is
/// started again as soon as it is needed; after each further time it is left alone for twice as long, 1 s to
/// 60 s by the emulator's clock, and calls are refused meanwhile. One minute without a crash is a new beginning.
///
/// Whether it answers in time is measured in the machine's time: its work does not get faster when the
/// emulator's clock is moved.
#[derive(Clone)]
pub struct Program(Arc<Shared>);

struct Shared {
    manifest: Manifest,
    /// The folder of the extension, see [`Folder`](crate::Folder).
    folder: PathBuf,
    around: Around,
    status: watch::Sender<Status>,
    /// Set once, when it shall run no more.
    ending: watch::Sender<bool>,
    /// Counts how often it was asked to forget.
    resets: watch::Sender<u64>,
    /// The program that had its place before, until that has ended.
    before: Mutex<Option<Program>>,
    /// Crashes in a row.
    crashes: AtomicU32,
}

/// How it is with a program.
#[derive(Clone, Debug)]
pub enum Status {
    /// Nobody has needed it yet.
    Idle,
    /// It is being started.
    Starting,
    /// It answers.
    Running(Arc<Instance>),
    /// It has ended by itself, or could not be started.
    Crashed {
        /// Why.
        reason: String,
        /// When it may be started again.
        until: Timestamp,
    },
    /// It is not started any more.
    Stopped,
}

impl Status {
    /// In a word.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Starting => "starting",
            Self::Running(_) => "running",
            Self::Crashed { .. } => "crashed",
            Self::Stopped => "stopped",
        }
    }
}

/// A process that answers.
#[derive(Debug)]
pub struct Instance {
    /// Its process id.
    pub pid: u32,
    /// Where it listens.
    pub(crate) socket: PathBuf,
    /// Requests for its routes go through this.
    pub(crate) proxy: Proxy,
    /// With the socket; removed with this.
    _folder: tempfile::TempDir,
}

/// Why a program cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// It could not be started.
    #[error("the extension '{name}' cannot be started: {reason}")]
    NotStarted {
        /// The extension.
        name: ExtensionName,
        /// Why.
        reason: String,
    },
    /// It has crashed several times in a row and is left alone.
    #[error("the extension '{name}' {reason}; it is started again at {until} at the earliest")]
    LeftAlone {
        /// The extension.
        name: ExtensionName,
        /// Why it ended.
        reason: String,
        /// When it may be started again.
        until: Timestamp,
    },
    /// It was disabled or removed, or the emulator ends.
    #[error("the extension '{name}' is stopped")]
    Stopped {
        /// The extension.
        name: ExtensionName,
    },
}

impl Unavailable {
    /// The HTTP status for it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::NotStarted { .. } => 502,
            Self::LeftAlone { .. } | Self::Stopped { .. } => 503,
        }
    }
}

impl Program {
    /// The program of an extension that is installed in a folder. It is not started here.
    #[must_use]
    pub fn new(manifest: Manifest, folder: PathBuf, around: Around) -> Self {
        Self::after(None, manifest, folder, around)
    }

    /// As [`new`](Self::new), in the place of another program, which it stops before it is started.
    pub(crate) fn after(before: Option<Self>, manifest: Manifest, folder: PathBuf, around: Around) -> Self {
        Self(Arc::new(Shared {
            manifest,
            folder,
            around,
            status: watch::Sender::new(Status::Idle),
            ending: watch::Sender::new(false),
            resets: watch::Sender::new(0),
            before: Mutex::new(before),
            crashes: AtomicU32::new(0),
        }))
    }

    /// What the extension says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// The extension's name.
    #[must_use]
    pub fn name(&self) -> &ExtensionName {
        &self.0.manifest.name
    }

    /// How it is with it.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.status.borrow().clone()
    }

    /// The process, once it answers; it is started if it does not run. To be called in a runtime of tokio with
    /// time and I/O, which the process then belongs to.
    ///
    /// # Errors
    /// [`Unavailable`] when it cannot be started, or may not be.
    pub async fn ready(&self) -> Result<Arc<Instance>, Unavailable> {
        let mut status = self.0.status.subscribe();
        let mut has_waited = false;
        loop {
            let now = status.borrow_and_update().clone();
            match now {
                Status::Running(instance) => return Ok(instance),
                Status::Stopped => return Err(Unavailable::Stopped { name: self.name().clone() }),
                Status::Crashed { reason, .. } if has_waited => {
                    return Err(Unavailable::NotStarted { name: self.name().clone(), reason });
                }
                Status::Crashed { reason, until } if until > self.0.now() => {
                    return Err(Unavailable::LeftAlone { name: self.name().clone(), reason, until });
                }
                Status::Idle | Status::Crashed { .. } => self.0.clone().begin(),
                Status::Starting => {}
            }
            has_waited = true;
            // The sender lives as long as this program.
            let _ = status.changed().await;
        }
    }

    /// Waits until a process is known to have ended, a second at most. Why it ended, if that is known.
    pub(crate) async fn gone(&self, instance: &Arc<Instance>) -> Option<String> {
        let mut status = self.0.status.subscribe();
        let is_gone = |now: &Status| !matches!(now, Status::Running(it) if Arc::ptr_eq(it, instance));
        let now = tokio::time::timeout(Duration::from_secs(1), status.wait_for(is_gone)).await;
        match now {
            Ok(Ok(now)) => match &*now {
                Status::Crashed { reason, .. } => Some(reason.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Lets it forget what it has in memory: its process ends as with [`stop`](Self::stop), in the background,
    /// and calls that come from now on are for the next one. What it keeps in its data folder is its own affair.
    pub fn forget(&self) {
        let is_running = self.0.status.send_if_modified(|status| {
            let is_running = matches!(status, Status::Running(_));
            if is_running {
                // Whoever calls from now on waits.
                *status = Status::Starting;
            }
            is_running
        });
        if is_running {
            self.0.resets.send_modify(|count| *count += 1);
        }
    }

    /// Ends it for good: its standard input is closed and it is sent SIGTERM; what still runs after the
    /// grace is killed, and so are processes that it has started and left behind.
    pub async fn stop(&self) {
        self.end();
        let mut status = self.0.status.subscribe();
        let _ = status.wait_for(|now| matches!(now, Status::Stopped)).await;
    }

    /// Begins what [`stop`](Self::stop) does, which goes on by itself.
    pub fn end(&self) {
        self.0.ending.send_replace(true);
        self.0.status.send_if_modified(|now| {
            let is_quiet = matches!(now, Status::Idle | Status::Crashed { .. });
            if is_quiet {
                *now = Status::Stopped;
            }
            is_quiet
        });
    }
}

impl Shared {
    fn now(&self) -> Timestamp {
        self.around.environment.clock.now()
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Program({}, {})", self.name(), self.status().name())
    }
}
