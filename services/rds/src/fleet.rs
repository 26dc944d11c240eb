//! The servers behind the instances, and what happens to them over time.
//!
//! What an operation asks for is done by a task after its answer, as on RDS; the record says where it stands. Tasks
//! of one instance have their turns; the operations see to it that none begins what the status does not allow.

mod steps;

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError};

use asf_packages::{PackageInstaller, Packages};
use asf_runtime::config::Config;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::plugin::Settings;
use asf_runtime::store::Stores;
use asf_servers::{DataFolder, ExternalPorts, Server, Status as ServerStatus, listening_address};

use crate::engine::Engine;
use crate::kinds::Kind;
use crate::models::{Instance, RdsStore, SnapshotStatus, Status};

/// All servers of a process.
pub struct Fleet {
    stores: Stores<RdsStore>,
    config: Config,
    packages: Packages,
    ports: ExternalPorts,
    address: IpAddr,
    data: OnceLock<Result<DataFolder, String>>,
    /// By resource id.
    slots: Mutex<HashMap<String, Arc<Slot>>>,
    resumed: Once,
}

/// Where an instance is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose it is.
    pub account: AccountId,
    /// Where.
    pub region: Region,
    /// Its identifier.
    pub id: String,
    /// Its resource id: another one of the same identifier is not meant.
    pub resource_id: String,
}

/// What is there of an instance in this process.
#[derive(Default)]
struct Slot {
    /// Held by the task that works at it.
    turn: tokio::sync::Mutex<()>,
    live: Mutex<Option<Arc<Live>>>,
}

struct Live {
    engine: Engine,
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

impl Live {
    fn address(&self) -> Result<SocketAddr, String> {
        self.server.address().ok_or_else(|| "the engine does not run".to_owned())
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fleet")
    }
}

impl Fleet {
    /// The servers of the instances of a state; none runs yet.
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
            resumed: Once::new(),
        }
    }

    /// What is kept.
    #[must_use]
    pub fn stores(&self) -> &Stores<RdsStore> {
        &self.stores
    }

    /// The ports that servers get.
    #[must_use]
    pub fn ports(&self) -> &ExternalPorts {
        &self.ports
    }

    fn store(&self, place: &Place) -> RdsStore {
        self.stores.at(place.account, &place.region)
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<String, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, place: &Place) -> Arc<Slot> {
        self.slots().entry(place.resource_id.clone()).or_default().clone()
    }

    /// An instance, unless it is gone or another one has its identifier now.
    fn instance(&self, place: &Place) -> Option<Arc<Instance>> {
        self.store(place).instances.get(&place.id).filter(|it| it.resource_id == place.resource_id)
    }

    fn change(&self, place: &Place, change: impl FnOnce(&mut Instance)) {
        self.store(place).instances.update(&place.id, |it| {
            if it.resource_id == place.resource_id {
                change(it);
            }
        });
    }

    /// The version of an engine that is taken when none is asked for: the first that is on this machine, else the first.
    pub async fn default_version(&self, kind: Kind) -> &'static str {
        let versions = kind.versions();
        let first = versions.first().map_or("", |it| it.full);
        let installers = versions.iter().map(|version| {
            let installer = self.packages.installer(kind.software().package(), Some(version.package));
            (version.full, installer)
        });
        let installers: Vec<_> = installers.collect();
        let look = move || {
            let is_here = |(full, installer): (&'static str, Result<Arc<PackageInstaller>, _>)| {
                installer.is_ok_and(|it| it.installed().is_some()).then_some(full)
            };
            installers.into_iter().find_map(is_here)
        };
        tokio::task::spawn_blocking(look).await.ok().flatten().unwrap_or(first)
    }

    /// Where an instance stands, with what its server does by itself taken into account.
    #[must_use]
    pub fn status(&self, instance: &Instance) -> (Status, Option<String>) {
        let recorded = (instance.status, instance.failure.clone());
        if instance.status != Status::Available {
            return recorded;
        }
        let live = self.slots().get(&instance.resource_id).and_then(|it| it.live());
        match live.map(|it| it.server.status()) {
            Some(ServerStatus::Failed(error)) => (Status::Failed, Some(error.to_string())),
            Some(ServerStatus::Starting | ServerStatus::Restarting { .. }) => (Status::Rebooting, None),
            // The process has just started, and it is on its way.
            None => (Status::Starting, None),
            _ => recorded,
        }
    }

    /// Has the instances that are kept come back, once; what was under way when the process ended goes on, or is
    /// given up.
    pub fn resume(self: &Arc<Self>) {
        self.resumed.call_once(|| {
            self.sweep();
            for (account, region, store) in self.stores.iter() {
                for (id, instance) in store.instances.range(.., usize::MAX) {
                    let resource_id = instance.resource_id.clone();
                    let place = Place { account, region: region.clone(), id, resource_id };
                    match instance.status {
                        Status::Stopped | Status::Failed => {}
                        Status::Deleting => self.delete(place, None),
                        Status::Stopping => self.change(&place, |it| it.status = Status::Stopped),
                        _ => self.start(place),
                    }
                }
                for (id, snapshot) in store.snapshots.range(.., usize::MAX) {
                    if snapshot.status == SnapshotStatus::Creating {
                        store.snapshots.update(&id, |it| it.status = SnapshotStatus::Failed);
                    }
                }
            }
        });
    }

    /// Stops all servers, in their own way, and waits until they have ended.
    pub async fn stop_all(&self) {
        let slots: Vec<_> = self.slots().values().cloned().collect();
        let stops =
            slots.iter().filter_map(|slot| slot.live()).map(|live| async move { live.server.stop().await });
        futures_util::future::join_all(stops).await;
    }
}
