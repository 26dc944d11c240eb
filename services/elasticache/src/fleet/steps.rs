//! The steps in the life of a server.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use asf_packages::Launch;
use asf_runtime::clock::{Clock as _, SystemClock};
use asf_servers::{DataFolder, Port, PortError, ReservedPort, ServerError, ServerOptions};

use super::{Fleet, Live, Place, Slot, text};
use crate::kinds::Kind;
use crate::models::{Node, Status};
use crate::redis::{self, Redis};

/// Pauses of a tenth of a second for which another server of the same data may take to end.
const PATIENCE: u32 = 100;
/// Starts that are tried of a server that ends at once.
const STARTS: u32 = 5;
/// How long a server may take to end when it is asked to.
const STOP_TIME: Duration = Duration::from_secs(4);

/// By real time: for what other processes do.
async fn pause() {
    SystemClock.until(SystemClock.now().plus_millis(100)).await;
}

impl Fleet {
    /// Has a server come up.
    pub fn start(self: &Arc<Self>, place: Place) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let slot = fleet.slot(&place);
            let _turn = slot.turn.lock().await;
            let up = fleet.up(&slot, &place).await;
            fleet.settled(&place, &up);
        });
    }

    /// Has a server go down and come up.
    pub fn reboot(self: &Arc<Self>, place: Place) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let slot = fleet.slot(&place);
            let _turn = slot.turn.lock().await;
            if let Some(live) = slot.live() {
                live.server.stop().await;
            }
            let up = fleet.up(&slot, &place).await;
            fleet.settled(&place, &up);
        });
    }

    /// Sets the tokens that a server takes.
    pub fn set_tokens(self: &Arc<Self>, place: Place, tokens: Vec<String>) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let slot = fleet.slot(&place);
            let _turn = slot.turn.lock().await;
            let Some(node) = fleet.node(&place) else { return };
            let set = async {
                let live = slot.live().ok_or("it does not run")?;
                let at = live.server.address().ok_or("it does not run")?;
                redis::set_tokens(at, node.tokens.first(), &tokens).await
            };
            let set: Result<(), String> = set.await;
            match set {
                Ok(()) => {
                    fleet.change(&place, |it| it.tokens = tokens);
                    fleet.settled(&place, &fleet.configure(&place).map(|_| ()));
                }
                Err(error) => {
                    tracing::error!(cache = place.key, error, "its token is what it was");
                    fleet.settled(&place, &Ok(()));
                }
            }
        });
    }

    /// Removes a server with its data.
    pub fn delete(self: &Arc<Self>, place: Place) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let slot = fleet.slot(&place);
            let _turn = slot.turn.lock().await;
            if let Some(live) = slot.live() {
                live.server.stop().await;
            }
            *slot.lock() = None;
            if let Ok(folder) = fleet.folder(&place.node) {
                let _ = tokio::fs::remove_dir_all(folder).await;
            }
            fleet.remove(&place);
            fleet.slots().remove(&place.node);
        });
    }

    fn settled(&self, place: &Place, result: &Result<(), String>) {
        if let Err(error) = result {
            tracing::error!(cache = place.key, error, "a cache failed");
        }
        self.change(place, |it| {
            // It may be about to be deleted, which has its turn next.
            if it.status != Status::Deleting {
                it.status = if result.is_ok() { Status::Available } else { Status::CreateFailed };
            }
        });
    }

    pub(super) fn folder(&self, node: &str) -> Result<PathBuf, String> {
        let is_durable = self.stores.state().is_durable();
        let open = || DataFolder::open(&self.config, "elasticache", is_durable).map_err(text);
        self.data.get_or_init(open).as_ref().map(|it| it.path().join(node)).map_err(Clone::clone)
    }

    /// Writes a server's configuration as it is kept.
    fn configure(&self, place: &Place) -> Result<Redis, String> {
        let node = self.node(place).ok_or("it is gone")?;
        let is_durable = self.stores.state().is_durable();
        let folder = self.folder(&node.id)?;
        let redis = Redis { launch: Launch::default(), folder, is_durable, is_cluster: node.is_cluster };
        redis.configure(&node.tokens).map_err(text)?;
        Ok(redis)
    }

    async fn up(&self, slot: &Slot, place: &Place) -> Result<(), String> {
        if let Some(live) = slot.live() {
            return live.server.start().await.map(|_| ()).map_err(text);
        }
        let node = self.node(place).ok_or("it is gone")?;
        let launch = self.launch(node.kind).await?;
        let lock = locked(self.folder(&node.id)?).await?;
        let redis = Redis { launch, ..self.configure(place)? };
        let options = ServerOptions {
            host: self.address,
            port: Port::External(self.port(&node).await?),
            stop_time: STOP_TIME,
            log_file: Some(redis.folder.join("engine.log")),
            ..ServerOptions::default()
        };
        let server = redis.server(options);
        let mut starts = 1;
        let at: SocketAddr = loop {
            match server.start().await {
                Ok(at) => break at,
                // The one before may still be at its end, where it was killed; or another program had one of
                // its ports for a moment, as that of a connection.
                Err(ServerError::Exited { .. }) if starts < STARTS => starts += 1,
                Err(error) => return Err(error.to_string()),
            }
            pause().await;
        };
        redis::set_up(at, &node).await?;
        *slot.lock() = Some(Arc::new(Live { server, lock: Some(lock) }));
        self.change(place, |it| it.port = Some(at.port()));
        Ok(())
    }

    /// The first of the packages that is here, or can be got.
    async fn launch(&self, kind: Kind) -> Result<Launch, String> {
        let mut errors = Vec::new();
        let lacking = self.lacking.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let packages = kind.packages();
        // If all were lacking, a network may be there by now.
        let is_hopeless = packages.iter().all(|it| lacking.contains(it));
        for package in packages.iter().filter(|it| is_hopeless || !lacking.contains(it)) {
            let (name, version) = *package;
            let installer = self.packages.installer(name, Some(version)).map_err(text)?;
            match installer.ensure().await {
                Ok(installed) => {
                    if name != kind.name() {
                        tracing::warn!("{} cannot be had here; {name} stands in", kind.name());
                    }
                    return Ok(installed.launch);
                }
                Err(error) => {
                    errors.push(error.to_string());
                    self.lacking.lock().unwrap_or_else(PoisonError::into_inner).insert(*package);
                }
            }
        }
        Err(errors.join("; "))
    }

    /// A port for a server: the one that was asked for, if it is in the range, else one of the range.
    async fn port(&self, node: &Node) -> Result<ReservedPort, String> {
        let owner = format!("elasticache:{}", node.id);
        let mut patience = PATIENCE;
        loop {
            let reserved = match node.wanted_port.filter(|it| self.ports.has(*it)) {
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
}

/// Makes the folder of a server, and waits until nobody has it any more.
async fn locked(folder: PathBuf) -> Result<File, String> {
    let make = move || {
        fs::create_dir_all(&folder).map_err(text)?;
        File::create(folder.join("lock")).map_err(text)
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
pub(super) async fn swept(folders: Vec<PathBuf>) {
    for folder in folders {
        if let Ok(_lock) = locked(folder.clone()).await {
            let _ = tokio::fs::remove_dir_all(folder).await;
        }
    }
}
