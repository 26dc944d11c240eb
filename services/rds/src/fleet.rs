//! The servers behind the instances, and what happens to them over time.
//!
//! What an operation asks for is done by a task after its answer, as on RDS; the record says where it stands. Tasks
//! of one instance have their turns; the operations see to it that none begins what the status does not allow.
//! [`asf_servers::Fleet`] has the servers.

mod steps;

use std::fmt;
use std::sync::Arc;

use asf_packages::{PackageInstaller, Packages};
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::plugin::Settings;
use asf_runtime::store::Stores;
use asf_servers::{Status as ServerStatus, Unprivileged};

use crate::engine::Engine;
use crate::kinds::Kind;
use crate::models::{Instance, RdsStore, SnapshotStatus, Status};

/// All servers of a process.
pub struct Fleet {
    stores: Stores<RdsStore>,
    /// By resource id.
    servers: asf_servers::Fleet<Engine>,
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

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fleet")
    }
}

impl Fleet {
    /// The servers of the instances of a state; none runs yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let servers = asf_servers::Fleet::new(settings, "rds", "db-");
        Self { stores: settings.state().stores(), servers: servers.run_as(Unprivileged::of_process()) }
    }

    /// What is kept.
    #[must_use]
    pub fn stores(&self) -> &Stores<RdsStore> {
        &self.stores
    }

    /// Whether a server can have this port.
    #[must_use]
    pub fn has_port(&self, port: u16) -> bool {
        self.servers.has_port(port)
    }

    /// Who has a port that servers get.
    #[must_use]
    pub fn port_owner(&self, port: u16) -> Option<String> {
        self.servers.port_owner(port)
    }

    fn packages(&self) -> Result<Packages, String> {
        Ok(Packages::configured(self.servers.config()?))
    }

    fn store(&self, place: &Place) -> RdsStore {
        self.stores.at(place.account, &place.region)
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
        let Ok(packages) = self.packages() else { return first };
        let installers = versions.iter().map(|version| {
            let installer = packages.installer(kind.software().package(), Some(version.package));
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
        match self.servers.status(&instance.resource_id) {
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
        self.servers.resume(|| {
            let ids = |store: RdsStore| {
                store.instances.range(.., usize::MAX).into_iter().map(|(_, it)| it.resource_id.clone())
            };
            self.servers.sweep(&self.stores.iter().flat_map(|(_, _, store)| ids(store)).collect());
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
        self.servers.stop_all().await;
    }
}
