//! The servers behind caches, and what happens to them over time: as tasks, after the answer to the operation.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::{self, File};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError};
use std::time::Duration;

use asf_packages::{Launch, Packages};
use asf_runtime::clock::{Clock as _, SystemClock};
use asf_runtime::config::Config;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::plugin::Settings;
use asf_runtime::store::Stores;
use asf_servers::{
    DataFolder, ExternalPorts, Port, PortError, ReservedPort, Server, ServerOptions, Status as ServerStatus,
    listening_address,
};

use crate::kinds::Kind;
use crate::models::{ElastiCacheStore, Node, Status};
use crate::redis::{self, Redis};

/// Pauses of a tenth of a second for which another server of the same data may take to end.
const PATIENCE: u32 = 100;
/// Starts that are tried of a server whose predecessor may be just ending.
const STARTS: u32 = 5;
/// How long a server may take to end when it is asked to.
const STOP_TIME: Duration = Duration::from_secs(4);

/// All servers of a process.
pub struct Fleet {
    stores: Stores<ElastiCacheStore>,
    config: Config,
    packages: Packages,
    ports: ExternalPorts,
    address: IpAddr,
    data: OnceLock<Result<DataFolder, String>>,
    /// By the ids of the nodes.
    slots: Mutex<HashMap<String, Arc<Slot>>>,
    /// Packages that could not be had. To find that out takes a while, so it is not tried for each cache.
    lacking: Mutex<HashSet<(&'static str, &'static str)>>,
    resumed: Once,
}

/// Which record has a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// A cache cluster.
    Clusters,
    /// A replication group.
    Groups,
    /// A serverless cache.
    Serverless,
}

/// Where a server is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose it is.
    pub account: AccountId,
    /// Where.
    pub region: Region,
    /// In which table.
    pub table: Table,
    /// By which key.
    pub key: String,
    /// The node's id: another one by the same key is not meant.
    pub node: String,
}

#[derive(Default)]
struct Slot {
    /// Held by the task that works at it.
    turn: tokio::sync::Mutex<()>,
    live: Mutex<Option<Arc<Live>>>,
}

struct Live {
    server: Server,
    /// Two servers must not have the same data.
    lock: Option<File>,
}

impl Drop for Live {
    /// The data are somebody else's when the server has ended, and not before.
    fn drop(&mut self) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (server, lock) = (self.server.clone(), self.lock.take());
            runtime.spawn(async move {
                server.stop().await;
                drop(lock);
            });
        }
    }
}

impl Slot {
    fn live(&self) -> Option<Arc<Live>> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fleet")
    }
}

fn text(error: impl fmt::Display) -> String {
    error.to_string()
}

/// By real time: for what other processes do.
async fn pause() {
    SystemClock.until(SystemClock.now().plus_millis(100)).await;
}

impl Fleet {
    /// The servers of the caches of a state; none runs yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        // The process has started with these settings, so they are right.
        let config = Config::parse(settings).or_else(|_| Config::parse(&Settings::default()));
        let config = config.unwrap_or_else(|errors| unreachable!("the defaults are wrong: {errors}"));
        Self {
            stores: settings.state().stores(),
            packages: Packages::configured(&config),
            ports: ExternalPorts::shared(&config),
            address: listening_address(&config),
            config,
            data: OnceLock::new(),
            slots: Mutex::default(),
            lacking: Mutex::default(),
            resumed: Once::new(),
        }
    }

    /// What is kept.
    #[must_use]
    pub fn stores(&self) -> &Stores<ElastiCacheStore> {
        &self.stores
    }

    /// The ports that servers get.
    #[must_use]
    pub fn ports(&self) -> &ExternalPorts {
        &self.ports
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<String, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, place: &Place) -> Arc<Slot> {
        self.slots().entry(place.node.clone()).or_default().clone()
    }

    fn node(&self, place: &Place) -> Option<Node> {
        let store = self.stores.at(place.account, &place.region);
        let node = match place.table {
            Table::Clusters => store.clusters.get(&place.key)?.node.clone(),
            Table::Groups => store.groups.get(&place.key)?.node.clone(),
            Table::Serverless => store.serverless.get(&place.key)?.node.clone(),
        };
        (node.id == place.node).then_some(node)
    }

    /// Changes a server as it is kept, if it is still there; what the change gives.
    pub fn change<R>(&self, place: &Place, change: impl FnOnce(&mut Node) -> R) -> Option<R> {
        let store = self.stores.at(place.account, &place.region);
        let change = |node: &mut Node| (node.id == place.node).then(|| change(node));
        let changed = match place.table {
            Table::Clusters => store.clusters.update(&place.key, |it| change(&mut it.node)),
            Table::Groups => store.groups.update(&place.key, |it| change(&mut it.node)),
            Table::Serverless => store.serverless.update(&place.key, |it| change(&mut it.node)),
        };
        changed.flatten()
    }

    fn remove(&self, place: &Place) {
        let store = self.stores.at(place.account, &place.region);
        match place.table {
            Table::Clusters => drop(store.clusters.remove_if(&place.key, |it| it.node.id == place.node)),
            Table::Groups => drop(store.groups.remove_if(&place.key, |it| it.node.id == place.node)),
            Table::Serverless => drop(store.serverless.remove_if(&place.key, |it| it.node.id == place.node)),
        }
    }

    /// Where a server stands, with what it does by itself taken into account.
    #[must_use]
    pub fn status(&self, node: &Node) -> Status {
        let live = self.slots().get(&node.id).and_then(|it| it.live());
        match (node.status, live.map(|it| it.server.status())) {
            // Without one, the process has just started, and it is on its way.
            (Status::Available, None | Some(ServerStatus::Starting | ServerStatus::Restarting { .. })) => {
                Status::Rebooting
            }
            (Status::Available, Some(ServerStatus::Failed(_))) => Status::CreateFailed,
            (status, _) => status,
        }
    }

    /// Has the servers that are kept come back, once.
    pub fn resume(self: &Arc<Self>) {
        self.resumed.call_once(|| {
            self.sweep();
            for (account, region, store) in self.stores.iter() {
                let clusters = store.clusters.range(.., usize::MAX).into_iter();
                let clusters = clusters.map(|(key, it)| (Table::Clusters, key, it.node.clone()));
                let groups = store.groups.range(.., usize::MAX).into_iter();
                let groups = groups.map(|(key, it)| (Table::Groups, key, it.node.clone()));
                let serverless = store.serverless.range(.., usize::MAX).into_iter();
                let serverless = serverless.map(|(key, it)| (Table::Serverless, key, it.node.clone()));
                for (table, key, node) in clusters.chain(groups).chain(serverless) {
                    let place = Place { account, region: region.clone(), table, key, node: node.id };
                    match node.status {
                        Status::Deleting => self.delete(place),
                        Status::CreateFailed => {}
                        _ => self.start(place),
                    }
                }
            }
        });
    }

    /// Removes the data of servers that are not kept any more: the state was reset.
    fn sweep(self: &Arc<Self>) {
        if !self.stores.state().is_durable() {
            return;
        }
        let mut known = HashSet::new();
        for (_, _, store) in self.stores.iter() {
            known.extend(store.clusters.range(.., usize::MAX).into_iter().map(|(_, it)| it.node.id.clone()));
            known.extend(store.groups.range(.., usize::MAX).into_iter().map(|(_, it)| it.node.id.clone()));
            known
                .extend(store.serverless.range(.., usize::MAX).into_iter().map(|(_, it)| it.node.id.clone()));
        }
        // Looked for now: what is made from here on is not meant.
        let Ok(all) = self.folder("").map(fs::read_dir) else { return };
        let is_left = |name: &str| name.starts_with("cache-") && !known.contains(name);
        let left =
            all.into_iter().flatten().flatten().filter(|it| is_left(&it.file_name().to_string_lossy()));
        let left: Vec<PathBuf> = left.map(|it| it.path()).collect();
        if !left.is_empty() {
            tokio::spawn(swept(left));
        }
    }

    /// Stops all servers, in their own way, and waits until they have ended.
    pub async fn stop_all(&self) {
        let slots: Vec<_> = self.slots().values().cloned().collect();
        let stops =
            slots.iter().filter_map(|slot| slot.live()).map(|live| async move { live.server.stop().await });
        futures_util::future::join_all(stops).await;
    }

    /// Has a server come up.
    pub fn start(self: &Arc<Self>, place: Place) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let slot = fleet.slot(&place);
            let _turn = slot.turn.lock().await;
            let up = fleet.up(&slot, &place).await;
            fleet.settled(&place, up);
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
            fleet.settled(&place, up);
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
                    fleet.settled(&place, fleet.configure(&place).map(|_| ()));
                }
                Err(error) => {
                    tracing::error!(cache = place.key, error, "its token is what it was");
                    fleet.settled(&place, Ok(()));
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

    fn settled(&self, place: &Place, result: Result<(), String>) {
        if let Err(error) = &result {
            tracing::error!(cache = place.key, error, "a cache failed");
        }
        self.change(place, |it| {
            // It may be about to be deleted, which has its turn next.
            if it.status != Status::Deleting {
                it.status = if result.is_ok() { Status::Available } else { Status::CreateFailed };
            }
        });
    }

    fn folder(&self, node: &str) -> Result<PathBuf, String> {
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
                // The one before may still be at its end, where it was killed.
                Err(_) if node.status != Status::Creating && starts < STARTS => starts += 1,
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
async fn swept(folders: Vec<PathBuf>) {
    for folder in folders {
        if let Ok(_lock) = locked(folder.clone()).await {
            let _ = tokio::fs::remove_dir_all(folder).await;
        }
    }
}
