//! The steps in the life of an instance.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use asf_packages::Launch;
use asf_runtime::clock::{Clock as _, SystemClock};
use asf_runtime::store::Blob;
use asf_servers::{DataFolder, Port, PortError, ReservedPort, ServerOptions, Unprivileged};

use super::{Fleet, Live, Place, Slot};
use crate::engine::Engine;
use crate::models::{Instance, Setup, SnapshotStatus, Status};

/// In an instance's folder: its data are whole.
const READY: &str = "ready";
/// In an instance's folder: held by who has the server.
const LOCK: &str = "lock";
/// Pauses of a tenth of a second for which another server of the same data may take to end.
const PATIENCE: u32 = 150;
/// Starts that are tried of a server whose predecessor may be just ending.
const STARTS: u32 = 5;
/// How long an engine may take to end when it is asked to.
const STOP_TIME: Duration = Duration::from_secs(4);

/// By real time: for what other processes do.
async fn pause() {
    SystemClock.until(SystemClock.now().plus_millis(100)).await;
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(error.to_string()))
}

impl Fleet {
    /// Removes the data of instances that are not kept any more: the state was reset.
    pub(super) fn sweep(self: &Arc<Self>) {
        if !self.stores.state().is_durable() {
            return;
        }
        let mut known = HashSet::new();
        for (_, _, store) in self.stores.iter() {
            known.extend(
                store.instances.range(.., usize::MAX).into_iter().map(|(_, it)| it.resource_id.clone()),
            );
        }
        // Looked for now: what is made from here on is not meant.
        let Ok(all) = self.folder("").map(fs::read_dir) else { return };
        let is_left = |name: &str| name.starts_with("db-") && !known.contains(name);
        let left =
            all.into_iter().flatten().flatten().filter(|it| is_left(&it.file_name().to_string_lossy()));
        let left: Vec<PathBuf> = left.map(|it| it.path()).collect();
        if !left.is_empty() {
            tokio::spawn(swept(left));
        }
    }

    /// Has an instance come up: its server is made if it is new, with the content of a snapshot if one is given.
    pub fn create(self: &Arc<Self>, place: Place, content: Option<Blob>) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let slot = fleet.slot(&place);
            let _turn = slot.turn.lock().await;
            let up = fleet.up(&slot, &place, content).await.map(|_| ());
            fleet.settled(&place, Status::Available, up);
        });
    }

    /// Has an instance come up again.
    pub fn start(self: &Arc<Self>, place: Place) {
        self.create(place, None);
    }

    /// Has an instance go down; its port stays its own.
    pub fn stop(self: &Arc<Self>, place: Place, snapshot: Option<String>) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let slot = fleet.slot(&place);
            let _turn = slot.turn.lock().await;
            let mut result = Ok(());
            if let Some(id) = snapshot {
                result = fleet.write_out(&slot, &place, &id).await;
            }
            if result.is_ok()
                && let Some(live) = slot.live()
            {
                live.server.stop().await;
            }
            let status = if result.is_ok() { Status::Stopped } else { Status::Available };
            fleet.noted(&place, status, result);
        });
    }

    /// Has an instance go down and come up.
    pub fn reboot(self: &Arc<Self>, place: Place) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let slot = fleet.slot(&place);
            let _turn = slot.turn.lock().await;
            if let Some(live) = slot.live() {
                live.server.stop().await;
            }
            let up = fleet.up(&slot, &place, None).await.map(|_| ());
            fleet.settled(&place, Status::Available, up);
        });
    }

    /// Gives the master user another password.
    pub fn set_password(self: &Arc<Self>, place: Place, password: String) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let slot = fleet.slot(&place);
            let _turn = slot.turn.lock().await;
            let set = async {
                let instance = fleet.instance(&place).ok_or("it is gone")?;
                let live = slot.live().ok_or("it does not run")?;
                live.engine.set_password(live.address()?, &instance.setup.master, &password).await
            };
            let result = set.await;
            if result.is_ok() {
                fleet.change(&place, |it| it.setup.password.clone_from(&password));
            }
            fleet.noted(&place, Status::Available, result);
        });
    }

    /// Fills a snapshot that was recorded.
    pub fn snapshot(self: &Arc<Self>, place: Place, id: String) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let slot = fleet.slot(&place);
            let _turn = slot.turn.lock().await;
            let result = fleet.write_out(&slot, &place, &id).await;
            fleet.noted(&place, Status::Available, result);
        });
    }

    /// Removes an instance with its data, after a last snapshot, if one was recorded.
    pub fn delete(self: &Arc<Self>, place: Place, snapshot: Option<String>) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let slot = fleet.slot(&place);
            let _turn = slot.turn.lock().await;
            if let Some(id) = snapshot {
                let written = match slot.live().is_some_and(|it| it.server.is_running()) {
                    true => Ok(()),
                    // It was stopped.
                    false => fleet.up(&slot, &place, None).await.map(|_| ()),
                };
                let written = match written {
                    Ok(()) => fleet.write_out(&slot, &place, &id).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = written {
                    tracing::error!(instance = place.id, error, "no final snapshot: the instance stays");
                    fleet.settled(&place, Status::Failed, Err(error));
                    return;
                }
            }
            if let Some(live) = slot.live() {
                live.server.stop().await;
            }
            *slot.lock() = None;
            if let Ok(folder) = fleet.folder(&place.resource_id) {
                let removed = blocking(move || fs::remove_dir_all(folder).map_err(text)).await;
                if let Err(error) = removed {
                    tracing::debug!(instance = place.id, error, "its folder stays");
                }
            }
            fleet.store(&place).instances.remove_if(&place.id, |it| it.resource_id == place.resource_id);
            fleet.slots().remove(&place.resource_id);
        });
    }

    /// Notes how a task ended that an instance cannot do without.
    fn settled(&self, place: &Place, status: Status, result: Result<(), String>) {
        if let Err(error) = &result {
            tracing::error!(instance = place.id, error, "a database instance failed");
        }
        self.change(place, |it| {
            // It may be about to be deleted, which has its turn next.
            if it.status != Status::Deleting || status == Status::Failed {
                it.status = if result.is_ok() { status } else { Status::Failed };
            }
            it.failure = result.err();
        });
    }

    /// Notes how a task ended after which the instance goes on in any case.
    fn noted(&self, place: &Place, status: Status, result: Result<(), String>) {
        if let Err(error) = &result {
            tracing::error!(instance = place.id, error, "a task of a database instance failed");
        }
        self.change(place, |it| {
            if it.status != Status::Deleting {
                it.status = status;
            }
            it.failure = result.err();
        });
    }

    fn folder(&self, resource_id: &str) -> Result<PathBuf, String> {
        let is_durable = self.stores.state().is_durable();
        let open = || DataFolder::open(&self.config, "rds", is_durable).map_err(text);
        self.data.get_or_init(open).as_ref().map(|it| it.path().join(resource_id)).map_err(Clone::clone)
    }

    /// The server of an instance, running.
    async fn up(&self, slot: &Slot, place: &Place, content: Option<Blob>) -> Result<Arc<Live>, String> {
        if let Some(live) = slot.live() {
            live.server.start().await.map_err(text)?;
            return Ok(live);
        }
        let instance = self.instance(place).ok_or("it is gone")?;
        let launch = self.launch(&instance).await?;
        let folder = self.folder(&instance.resource_id)?;
        let is_new = !folder.join(READY).exists();
        if is_new && instance.status != Status::Creating {
            return Err("its data are not here: only its description was loaded or kept".to_owned());
        }
        let lock = locked(folder.clone()).await?;
        let is_durable = self.stores.state().is_durable();
        let engine = Engine::new(&instance.setup, launch, folder.clone(), is_durable);
        if is_new {
            engine.init(&instance.setup).await?;
        }
        let options = ServerOptions {
            host: self.address,
            port: Port::External(self.port(&instance).await?),
            stop_time: STOP_TIME,
            log_file: Some(folder.join("engine.log")),
            ..ServerOptions::default()
        };
        let server = engine.server(options);
        let mut starts = 1;
        let at = loop {
            match server.start().await {
                Ok(at) => break at,
                // The one before may still be at its end, where it was killed.
                Err(_) if !is_new && starts < STARTS => starts += 1,
                Err(error) => return Err(error.to_string()),
            }
            pause().await;
        };
        if is_new {
            match &content {
                None => engine.set_up(at, &instance.setup).await?,
                Some(content) => {
                    engine.restore(at, content).await?;
                    let Setup { master, password, .. } = &instance.setup;
                    engine.set_password(at, master, password).await?;
                }
            }
            tokio::fs::write(folder.join(READY), "").await.map_err(text)?;
        }
        let live = Arc::new(Live { engine, server, lock: Some(lock) });
        *slot.lock() = Some(live.clone());
        self.change(place, |it| it.port = Some(at.port()));
        Ok(live)
    }

    async fn launch(&self, instance: &Instance) -> Result<Launch, String> {
        let setup = &instance.setup;
        let version = setup.kind.version(&setup.version).ok_or("there is no such version")?;
        let package = setup.kind.software().package();
        let installer = self.packages.installer(package, Some(version.package)).map_err(text)?;
        let installed = installer.ensure_for(Unprivileged::of_process()).await.map_err(text)?;
        Ok(installed.launch)
    }

    /// A port for an instance: the one that was asked for, if it is in the range, else one of the range.
    async fn port(&self, instance: &Instance) -> Result<ReservedPort, String> {
        let owner = format!("rds:{}", instance.resource_id);
        let mut patience = PATIENCE;
        loop {
            let wanted = instance.setup.wanted_port.filter(|it| self.ports.has(*it));
            let reserved = match wanted {
                Some(port) => self.ports.reserve_port(&owner, port),
                None => self.ports.reserve(&owner),
            };
            match reserved {
                Ok(port) => return Ok(port),
                Err(PortError::HasOne { .. } | PortError::InUse { .. }) if patience > 0 => patience -= 1,
                Err(error) => return Err(error.to_string()),
            }
            pause().await;
        }
    }

    /// Writes an instance out into a snapshot.
    async fn write_out(&self, slot: &Slot, place: &Place, id: &String) -> Result<(), String> {
        let written = async {
            let live = slot.live().ok_or("it does not run")?;
            live.engine.dump(live.address()?, &self.stores.blobs()).await
        };
        let written: Result<Blob, String> = written.await;
        self.store(place).snapshots.update(id, |it| match &written {
            Ok(content) => {
                it.content = Some(content.clone());
                it.status = SnapshotStatus::Available;
            }
            Err(_) => it.status = SnapshotStatus::Failed,
        });
        written.map(|_| ())
    }
}

/// Removes folders, once nobody has them.
async fn swept(folders: Vec<PathBuf>) {
    for folder in folders {
        if let Ok(_lock) = locked(folder.clone()).await {
            let _ = tokio::fs::remove_dir_all(folder).await;
        }
    }
}

/// Makes the folder of an instance, and waits until nobody has its server any more.
async fn locked(folder: PathBuf) -> Result<File, String> {
    let made = folder.clone();
    let file = blocking(move || {
        fs::create_dir_all(&made).map_err(text)?;
        Unprivileged::of_process().give(&made).map_err(text)?;
        closed(&made)?;
        File::create(made.join(LOCK)).map_err(text)
    });
    let file = file.await?;
    let mut patience = PATIENCE;
    while file.try_lock().is_err() {
        patience = patience.checked_sub(1).ok_or("another server has its data")?;
        pause().await;
    }
    Ok(file)
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
