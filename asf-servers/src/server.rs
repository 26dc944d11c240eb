//! The life of a server, as those see it who use it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use asf_runtime::Timestamp;
use asf_runtime::clock::{Clock, SystemClock};
use tokio::sync::watch;

use crate::supervisor::supervise;
use crate::{Backend, Health, Logs, Port, RestartPolicy, ServerError};

/// A server: started once, however many ask for it at once; watched; restarted when it crashes; stopped
/// with grace.
///
/// Its life is in the hands of a task that begins with [`start`](Self::start). A caller that gives up waiting
/// does not end it. Clones are the same server; when the last one is dropped, it is stopped.
///
/// - *running* is everything from the call of `start` to the end, pauses before restarts included;
/// - *up* is when it answers.
#[derive(Clone)]
pub struct Server(Arc<Handle>);

/// What a server is doing.
#[derive(Clone, Debug)]
pub enum Status {
    /// Nothing: it was not started yet, or it was stopped.
    Stopped,
    /// It comes up.
    Starting,
    /// It answered.
    Up,
    /// It crashed, and comes up again after a pause.
    Restarting {
        /// How often it has crashed in a row.
        crashes: u32,
        /// When the pause ends.
        until: Timestamp,
    },
    /// It was asked to end.
    Stopping,
    /// It did not come up, or crashed too often. `start` tries again.
    Failed(ServerError),
}

/// How a server is run.
pub struct ServerOptions {
    /// The address of this machine that it listens on.
    pub host: IpAddr,
    /// The port that it listens on.
    pub port: Port,
    /// How long it may take until it is up, from when its backend has brought it up.
    pub start_time: Duration,
    /// How long it may take to end when it is asked to; then it is killed.
    pub stop_time: Duration,
    /// When it is started again after a crash.
    pub restart: RestartPolicy,
    /// A file for what it prints.
    pub log_file: Option<PathBuf>,
    /// The clock for pauses and limits. It is the machine's, not the one that users freeze at
    /// `/_asf/clock`: a server that crashed is to come back however late the emulator says it is.
    pub clock: Arc<dyn Clock>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: Port::Free,
            start_time: Duration::from_secs(60),
            stop_time: Duration::from_secs(10),
            restart: RestartPolicy::default(),
            log_file: None,
            clock: Arc::new(SystemClock),
        }
    }
}

/// What the supervisor and those who use the server share.
pub(crate) struct Shared {
    pub(crate) name: Arc<str>,
    pub(crate) backend: Box<dyn Backend>,
    pub(crate) health: Health,
    pub(crate) options: ServerOptions,
    pub(crate) logs: Arc<Logs>,
    pub(crate) status: watch::Sender<Status>,
    address: Mutex<Option<SocketAddr>>,
}

struct Handle {
    shared: Arc<Shared>,
    /// Stops the life that was begun last. Held while a life begins or is asked to end.
    life: Mutex<Option<watch::Sender<bool>>>,
}

impl Server {
    /// A server of this kind, at a free port of the loopback.
    #[must_use]
    pub fn new(backend: impl Backend) -> Self {
        Self::with(backend, ServerOptions::default())
    }

    /// A server of this kind.
    #[must_use]
    pub fn with(backend: impl Backend, mut options: ServerOptions) -> Self {
        let logs = Arc::new(Logs::new(backend.name(), options.log_file.take()));
        let shared = Shared {
            name: backend.name().into(),
            health: backend.health(),
            backend: Box::new(backend),
            options,
            logs,
            status: watch::Sender::new(Status::Stopped),
            address: Mutex::default(),
        };
        Self(Arc::new(Handle { shared: Arc::new(shared), life: Mutex::default() }))
    }

    /// Starts it, if it does not run, and waits until it is up; where it answers.
    ///
    /// While it comes back from a crash, this waits for that.
    ///
    /// # Errors
    /// Why it is not up. A later call tries again.
    pub async fn start(&self) -> Result<SocketAddr, ServerError> {
        let shared = &self.0.shared;
        let mut status = shared.status.subscribe();
        loop {
            let is_ours = self.begin();
            let settled = status
                .wait_for(|it| !matches!(it, Status::Starting | Status::Restarting { .. } | Status::Stopping))
                .await
                .map(|it| it.clone());
            let stopped = || ServerError::Stopped { server: shared.name.clone() };
            match settled {
                Ok(Status::Up) => return self.address().ok_or_else(stopped),
                // The life before has ended; now ours can begin.
                Ok(_) if !is_ours => {}
                Ok(Status::Failed(error)) => return Err(error),
                _ => return Err(stopped()),
            }
        }
    }

    /// Begins a life, if there is none. False while one is ending.
    fn begin(&self) -> bool {
        let shared = &self.0.shared;
        let mut life = self.0.life();
        let status = shared.status.borrow().clone();
        if matches!(status, Status::Stopped | Status::Failed(_)) {
            let stop = watch::Sender::new(false);
            shared.status.send_replace(Status::Starting);
            tokio::spawn(supervise(shared.clone(), stop.subscribe()));
            *life = Some(stop);
        }
        !matches!(status, Status::Stopping)
    }

    /// Stops it, if it runs, and waits until it has ended: it is asked to, and killed if it takes too long.
    pub async fn stop(&self) {
        let mut status = self.0.shared.status.subscribe();
        if let Some(life) = &*self.0.life() {
            life.send_replace(true);
        }
        // Fails when the server is gone, which `self` does not let happen.
        let _ = status.wait_for(|it| matches!(it, Status::Stopped | Status::Failed(_))).await;
    }

    /// Whether it answers, asked now.
    pub async fn is_up(&self) -> bool {
        match self.address() {
            Some(address) if matches!(self.status(), Status::Up) => self.0.shared.health.is_up(address).await,
            _ => false,
        }
    }

    /// Whether it was started and has not ended.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !matches!(*self.0.shared.status.borrow(), Status::Stopped | Status::Failed(_))
    }

    /// What it is doing.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.shared.status.borrow().clone()
    }

    /// What it is doing, to wait for.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Status> {
        self.0.shared.status.subscribe()
    }

    /// Waits until it does not run: it was stopped, or failed.
    pub async fn wait(&self) {
        let mut status = self.watch();
        let _ = status.wait_for(|it| matches!(it, Status::Stopped | Status::Failed(_))).await;
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.shared.name
    }

    /// Where it listens, once it was started.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.0.shared.address()
    }

    /// Its URL, once it was started: `http://127.0.0.1:4510`.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        let scheme = self.0.shared.backend.scheme();
        self.address().map(|address| format!("{scheme}://{address}"))
    }

    /// What it prints.
    #[must_use]
    pub fn logs(&self) -> &Logs {
        &self.0.shared.logs
    }
}

impl Shared {
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_address(&self, address: SocketAddr) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }
}

impl Handle {
    fn life(&self) -> MutexGuard<'_, Option<watch::Sender<bool>>> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// That a server is stopped when its last handle goes is the drop of `Handle::life`: the supervisor takes
// the end of the sender for the same as being asked.

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({}, {:?})", self.name(), self.status())
    }
}
