//! The servers behind the records of a service: databases, caches.
//!
//! What an operation asks for is done by a task after its answer; the record says where it stands. Tasks of one record
//! have their [turns](Turn). What is kept is the service's affair; here are the servers, their ports, and their folders.

mod slot;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError};
use std::time::Duration;

use asf_runtime::clock::{Clock as _, SystemClock};
use asf_runtime::config::Config;
use asf_runtime::plugin::Settings;

use slot::Slot;
pub use slot::{Live, Turn};

use crate::{
    DataFolder, ExternalPorts, Port, PortError, Server, ServerError, ServerOptions, Status, Unprivileged,
    listening_address,
};

/// In a server's folder: held by who has the server.
const LOCK: &str = "lock";
/// Pauses of a tenth of a second for which another server of the same data may take to end.
const PATIENCE: u32 = 150;
/// Starts that are tried of a server that something passing keeps from coming up.
const STARTS: u32 = 5;
/// How long a server may take to end when it is asked to.
const STOP_TIME: Duration = Duration::from_secs(4);

/// The servers of a service in this process, by the ids of their records. `K` is what the service has to know of each
/// beside the [`Server`].
pub struct Fleet<K> {
    service: &'static str,
    prefix: &'static str,
    user: Option<Unprivileged>,
    is_durable: bool,
    ground: Result<Ground, String>,
    data: OnceLock<Result<DataFolder, String>>,
    slots: Mutex<HashMap<String, Arc<Slot<K>>>>,
    resumed: Once,
}

/// What the configuration says.
struct Ground {
    config: Config,
    ports: ExternalPorts,
    address: IpAddr,
}

/// By real time: for what other processes do.
async fn pause() {
    SystemClock.until(SystemClock.now().plus_millis(100)).await;
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl<K: Send + Sync + 'static> Fleet<K> {
    /// The servers of a service, none of which runs yet. The ids of records begin with `prefix`: what else is in the
    /// service's folder is left alone.
    ///
    /// With settings that are no configuration, no server comes up; each says why.
    #[must_use]
    pub fn new(settings: &Settings, service: &'static str, prefix: &'static str) -> Self {
        let ground = Config::parse(settings).map_err(text).map(|config| Ground {
            ports: ExternalPorts::shared(&config),
            address: listening_address(&config),
            config,
        });
        Self {
            service,
            prefix,
            user: None,
            is_durable: settings.state().is_durable(),
            ground,
            data: OnceLock::new(),
            slots: Mutex::default(),
            resumed: Once::new(),
        }
    }

    /// The servers run as this user, who alone can look into their folders.
    #[must_use]
    pub fn run_as(self, user: Unprivileged) -> Self {
        Self { user: Some(user), ..self }
    }

    fn ground(&self) -> Result<&Ground, String> {
        self.ground.as_ref().map_err(Clone::clone)
    }

    /// The configuration.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn config(&self) -> Result<&Config, String> {
        Ok(&self.ground()?.config)
    }

    /// Whether what is written has to survive.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.is_durable
    }

    /// Whether a server can have this port: it is in the range for them.
    #[must_use]
    pub fn has_port(&self, port: u16) -> bool {
        self.ground.as_ref().is_ok_and(|it| it.ports.has(port))
    }

    /// Who has a port of the range, such as `rds:db-1`.
    #[must_use]
    pub fn port_owner(&self, port: u16) -> Option<String> {
        self.ground.as_ref().ok()?.ports.reservations().remove(&port)
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<String, Arc<Slot<K>>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the server of a record is doing; none if there is none in this process.
    #[must_use]
    pub fn status(&self, id: &str) -> Option<Status> {
        let live = self.slots().get(id).and_then(|it| it.live())?;
        Some(live.server.status())
    }

    /// Waits for the turn to work at the server of a record.
    pub async fn turn(&self, id: &str) -> Turn<K> {
        let slot = self.slots().entry(id.to_owned()).or_default().clone();
        slot.turn().await
    }

    /// The folder of a record's server; with an empty id, the one that has them all.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn folder(&self, id: &str) -> Result<PathBuf, String> {
        let open = || DataFolder::open(self.config()?, self.service, self.is_durable).map_err(text);
        self.data.get_or_init(open).as_ref().map(|it| it.path().join(id)).map_err(Clone::clone)
    }

    /// Makes the folder of a record's server, and waits until no other process has it any more. It is ours as long as
    /// the file is open.
    ///
    /// # Errors
    /// It cannot be made, or another process keeps it.
    pub async fn lock_folder(&self, id: &str) -> Result<File, String> {
        locked(self.folder(id)?, self.user).await
    }

    /// How the server of a record is run: at the port that was asked for, if that is in the range, else at one of the
    /// range, which is the same after a restart.
    ///
    /// # Errors
    /// There is no port.
    pub async fn options(&self, id: &str, wanted: Option<u16>) -> Result<ServerOptions, String> {
        let Ground { ports, address, .. } = self.ground()?;
        let owner = format!("{}:{id}", self.service);
        let mut patience = PATIENCE;
        let port = loop {
            let reserved = match wanted.filter(|it| ports.has(*it)) {
                Some(port) => ports.reserve_port(&owner, port),
                None => ports.reserve(&owner),
            };
            match reserved {
                Ok(port) => break port,
                Err(PortError::HasOne { .. } | PortError::InUse { .. }) if patience > 0 => patience -= 1,
                Err(error) => return Err(error.to_string()),
            }
            pause().await;
        };
        Ok(ServerOptions {
            host: *address,
            port: Port::External(port),
            stop_time: STOP_TIME,
            log_file: Some(self.folder(id)?.join("engine.log")),
            ..ServerOptions::default()
        })
    }

    /// Removes a server with its data, then its record.
    pub async fn remove(&self, id: &str, turn: Turn<K>, record: impl FnOnce()) {
        turn.stop().await;
        turn.clear();
        if let Ok(folder) = self.folder(id)
            && let Err(error) = tokio::fs::remove_dir_all(folder).await
        {
            tracing::debug!(service = self.service, id, %error, "a folder stays");
        }
        record();
        self.slots().remove(id);
    }

    /// Runs what brings the servers back that are kept, the first time it is called.
    pub fn resume(&self, bring_back: impl FnOnce()) {
        self.resumed.call_once(bring_back);
    }

    /// Removes the data of servers whose records are not kept any more: the state was reset.
    pub fn sweep(&self, known: &HashSet<String>) {
        if !self.is_durable {
            return;
        }
        // Looked for now: what is made from here on is not meant.
        let Ok(all) = self.folder("").map(fs::read_dir) else { return };
        let is_left = |name: &str| name.starts_with(self.prefix) && !known.contains(name);
        let left =
            all.into_iter().flatten().flatten().filter(|it| is_left(&it.file_name().to_string_lossy()));
        let left: Vec<PathBuf> = left.map(|it| it.path()).collect();
        if !left.is_empty() {
            tokio::spawn(swept(left, self.user));
        }
    }

    /// Stops all servers, in their own way, and waits until they have ended.
    pub async fn stop_all(&self) {
        let slots: Vec<_> = self.slots().values().cloned().collect();
        let stops =
            slots.iter().filter_map(|slot| slot.live()).map(|live| async move { live.server.stop().await });
        futures_util::future::join_all(stops).await;
    }
}

impl<K> std::fmt::Debug for Fleet<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fleet").field("service", &self.service).finish_non_exhaustive()
    }
}

/// Has a server come up, several times if what keeps it from that may pass.
///
/// # Errors
/// Why it does not come up.
pub async fn come_up(server: &Server, may_pass: impl Fn(&ServerError) -> bool) -> Result<SocketAddr, String> {
    let mut starts = 1;
    loop {
        match server.start().await {
            Ok(at) => return Ok(at),
            Err(error) if starts < STARTS && may_pass(&error) => starts += 1,
            Err(error) => return Err(error.to_string()),
        }
        pause().await;
    }
}

async fn locked(folder: PathBuf, user: Option<Unprivileged>) -> Result<File, String> {
    let make = move || {
        fs::create_dir_all(&folder).map_err(text)?;
        if let Some(user) = user {
            user.give(&folder).map_err(text)?;
            closed(&folder)?;
        }
        File::create(folder.join(LOCK)).map_err(text)
    };
    let file = tokio::task::spawn_blocking(make).await.map_err(text)??;
    let mut patience = PATIENCE;
    while file.try_lock().is_err() {
        patience = patience.checked_sub(1).ok_or("another server has its data")?;
        pause().await;
    }
    Ok(file)
}

/// Removes folders, once nobody has them.
async fn swept(folders: Vec<PathBuf>, user: Option<Unprivileged>) {
    for folder in folders {
        if let Ok(_lock) = locked(folder.clone(), user).await {
            let _ = tokio::fs::remove_dir_all(folder).await;
        }
    }
}

/// Nobody else looks in; engines insist on that.
#[cfg(unix)]
fn closed(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(text)
}

#[cfg(not(unix))]
fn closed(_: &Path) -> Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests;
