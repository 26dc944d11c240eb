//! The servers behind caches, and what happens to them over time: as tasks, after the answer to the operation.
//! [`asf_servers::Fleet`] has the servers.

mod steps;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use asf_runtime::identity::{AccountId, Region};
use asf_runtime::plugin::Settings;
use asf_runtime::store::Stores;
use asf_servers::{Encryption, Status as ServerStatus, Tls};

use crate::models::{ElastiCacheStore, Node, Status};
use crate::redis::Redis;

/// What is known of a server that runs.
struct Kept {
    redis: Redis,
    encryption: Option<Encryption>,
}

/// All servers of a process.
pub struct Fleet {
    stores: Stores<ElastiCacheStore>,
    /// By the ids of the nodes.
    servers: asf_servers::Fleet<Kept>,
    /// The certificate that encrypted connections are answered with.
    tls: OnceLock<Arc<Tls>>,
    /// Packages that could not be had. To find that out takes a while, so it is not tried for each cache.
    lacking: Mutex<HashSet<(&'static str, &'static str)>>,
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

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fleet")
    }
}

impl Fleet {
    /// The servers of the caches of a state; none runs yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            stores: settings.state().stores(),
            servers: asf_servers::Fleet::new(settings, "elasticache", "cache-"),
            tls: OnceLock::new(),
            lacking: Mutex::default(),
        }
    }

    /// What is kept.
    #[must_use]
    pub fn stores(&self) -> &Stores<ElastiCacheStore> {
        &self.stores
    }

    /// Who has a port that servers get.
    #[must_use]
    pub fn port_owner(&self, port: u16) -> Option<String> {
        self.servers.port_owner(port)
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
        match (node.status, self.servers.status(&node.id)) {
            // Without one, the process has just started, and it is on its way.
            (Status::Available, None | Some(ServerStatus::Starting | ServerStatus::Restarting { .. })) => {
                Status::Rebooting
            }
            (Status::Available, Some(ServerStatus::Failed(_))) => Status::CreateFailed,
            (status, _) => status,
        }
    }

    /// All that is kept, with where it stands.
    fn all(&self) -> Vec<(Place, Status)> {
        let mut all = Vec::new();
        for (account, region, store) in self.stores.iter() {
            let mut add = |table, key, node: &Node| {
                let place = Place { account, region: region.clone(), table, key, node: node.id.clone() };
                all.push((place, node.status));
            };
            for (key, it) in store.clusters.range(.., usize::MAX) {
                add(Table::Clusters, key, &it.node);
            }
            for (key, it) in store.groups.range(.., usize::MAX) {
                add(Table::Groups, key, &it.node);
            }
            for (key, it) in store.serverless.range(.., usize::MAX) {
                add(Table::Serverless, key, &it.node);
            }
        }
        all
    }

    /// Has the servers that are kept come back, once.
    pub fn resume(self: &Arc<Self>) {
        self.servers.resume(|| {
            let all = self.all();
            self.servers.sweep(&all.iter().map(|(place, _)| place.node.clone()).collect());
            for (place, status) in all {
                match status {
                    Status::Deleting => self.delete(place),
                    Status::CreateFailed => {}
                    _ => self.start(place),
                }
            }
        });
    }

    /// Stops all servers, in their own way, and waits until they have ended.
    pub async fn stop_all(&self) {
        self.servers.stop_all().await;
    }
}
