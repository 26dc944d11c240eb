//! The servers behind caches, and what happens to them over time: as tasks, after the answer to the operation.

mod steps;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::{self, File};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError};

use asf_packages::Packages;
use asf_runtime::config::Config;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::plugin::Settings;
use asf_runtime::store::Stores;
use asf_servers::{DataFolder, ExternalPorts, Server, Status as ServerStatus, listening_address};

use crate::models::{ElastiCacheStore, Node, Status};
use steps::swept;

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
}
