//! The steps in the life of an instance.

use std::net::SocketAddr;
use std::sync::Arc;

use asf_packages::Launch;
use asf_runtime::store::Blob;
use asf_servers::{Live, Turn, Unprivileged, come_up};

use super::{Fleet, Place};
use crate::engine::Engine;
use crate::models::{Instance, Setup, SnapshotStatus, Status};

/// In an instance's folder: its data are whole.
const READY: &str = "ready";

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn address(live: &Live<Engine>) -> Result<SocketAddr, String> {
    live.server.address().ok_or_else(|| "the engine does not run".to_owned())
}

impl Fleet {
    /// Has an instance come up: its server is made if it is new, with the content of a snapshot if one is given.
    pub fn create(self: &Arc<Self>, place: Place, content: Option<Blob>) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let turn = fleet.servers.turn(&place.resource_id).await;
            let up = fleet.up(&turn, &place, content).await.map(|_| ());
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
            let turn = fleet.servers.turn(&place.resource_id).await;
            let mut result = Ok(());
            if let Some(id) = snapshot {
                result = fleet.write_out(&turn, &place, &id).await;
            }
            if result.is_ok() {
                turn.stop().await;
            }
            let status = if result.is_ok() { Status::Stopped } else { Status::Available };
            fleet.noted(&place, status, result);
        });
    }

    /// Has an instance go down and come up.
    pub fn reboot(self: &Arc<Self>, place: Place) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let turn = fleet.servers.turn(&place.resource_id).await;
            turn.stop().await;
            let up = fleet.up(&turn, &place, None).await.map(|_| ());
            fleet.settled(&place, Status::Available, up);
        });
    }

    /// Gives the master user another password.
    pub fn set_password(self: &Arc<Self>, place: Place, password: String) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let turn = fleet.servers.turn(&place.resource_id).await;
            let set = async {
                let instance = fleet.instance(&place).ok_or("it is gone")?;
                let live = turn.live().ok_or("it does not run")?;
                live.kept.set_password(address(&live)?, &instance.setup.master, &password).await
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
            let turn = fleet.servers.turn(&place.resource_id).await;
            let result = fleet.write_out(&turn, &place, &id).await;
            fleet.noted(&place, Status::Available, result);
        });
    }

    /// Removes an instance with its data, after a last snapshot, if one was recorded.
    pub fn delete(self: &Arc<Self>, place: Place, snapshot: Option<String>) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let turn = fleet.servers.turn(&place.resource_id).await;
            if let Some(id) = snapshot {
                let written = match turn.live().is_some_and(|it| it.server.is_running()) {
                    true => Ok(()),
                    // It was stopped.
                    false => fleet.up(&turn, &place, None).await.map(|_| ()),
                };
                let written = match written {
                    Ok(()) => fleet.write_out(&turn, &place, &id).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = written {
                    tracing::error!(instance = place.id, error, "no final snapshot: the instance stays");
                    fleet.settled(&place, Status::Failed, Err(error));
                    return;
                }
            }
            let (id, resource_id) = (&place.id, &place.resource_id);
            let record =
                || drop(fleet.store(&place).instances.remove_if(id, |it| it.resource_id == *resource_id));
            fleet.servers.remove(resource_id, turn, record).await;
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

    /// The server of an instance, running.
    async fn up(
        &self,
        turn: &Turn<Engine>,
        place: &Place,
        content: Option<Blob>,
    ) -> Result<Arc<Live<Engine>>, String> {
        if let Some(live) = turn.live() {
            live.server.start().await.map_err(text)?;
            return Ok(live);
        }
        let instance = self.instance(place).ok_or("it is gone")?;
        let launch = self.launch(&instance).await?;
        let folder = self.servers.folder(&instance.resource_id)?;
        let is_new = !folder.join(READY).exists();
        if is_new && instance.status != Status::Creating {
            return Err("its data are not here: only its description was loaded or kept".to_owned());
        }
        let lock = self.servers.lock_folder(&instance.resource_id).await?;
        let engine = Engine::new(&instance.setup, launch, folder.clone(), self.servers.is_durable());
        if is_new {
            engine.init(&instance.setup).await?;
        }
        let options = self.servers.options(&instance.resource_id, instance.setup.wanted_port).await?;
        let server = engine.server(options);
        // The one before may still be at its end, where it was killed.
        let at = come_up(&server, |_| !is_new).await?;
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
        let live = turn.put(Live::new(server, engine, lock));
        self.change(place, |it| it.port = Some(at.port()));
        Ok(live)
    }

    async fn launch(&self, instance: &Instance) -> Result<Launch, String> {
        let setup = &instance.setup;
        let version = setup.kind.version(&setup.version).ok_or("there is no such version")?;
        let package = setup.kind.software().package();
        let installer = self.packages()?.installer(package, Some(version.package)).map_err(text)?;
        let installed = installer.ensure_for(Unprivileged::of_process()).await.map_err(text)?;
        Ok(installed.launch)
    }

    /// Writes an instance out into a snapshot.
    async fn write_out(&self, turn: &Turn<Engine>, place: &Place, id: &String) -> Result<(), String> {
        let written = async {
            let live = turn.live().ok_or("it does not run")?;
            live.kept.dump(address(&live)?, &self.stores.blobs()).await
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
