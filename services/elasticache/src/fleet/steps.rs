//! The steps in the life of a server.

use std::sync::{Arc, PoisonError};

use asf_packages::{Launch, Packages};
use asf_servers::{Encryption, Live, Port, ServerError, Tls, Turn, come_up};

use super::{Fleet, Kept, Place};
use crate::kinds::Kind;
use crate::models::{Status, Transit};
use crate::redis::{self, Redis};

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Fleet {
    /// Has a server come up.
    pub fn start(self: &Arc<Self>, place: Place) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let turn = fleet.servers.turn(&place.node).await;
            let up = fleet.up(&turn, &place).await;
            fleet.settled(&place, &up);
        });
    }

    /// Has a server go down and come up.
    pub fn reboot(self: &Arc<Self>, place: Place) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let turn = fleet.servers.turn(&place.node).await;
            turn.stop().await;
            let up = fleet.up(&turn, &place).await;
            fleet.settled(&place, &up);
        });
    }

    /// Sets the tokens that a server takes.
    pub fn set_tokens(self: &Arc<Self>, place: Place, tokens: Vec<String>) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let turn = fleet.servers.turn(&place.node).await;
            let Some(node) = fleet.node(&place) else { return };
            let set = async {
                let live = turn.live().ok_or("it does not run")?;
                redis::set_tokens(live.kept.redis.address()?, node.tokens.first(), &tokens).await
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
            let turn = fleet.servers.turn(&place.node).await;
            fleet.servers.remove(&place.node, turn, || fleet.remove(&place)).await;
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

    /// Writes a server's configuration as it is kept.
    fn configure(&self, place: &Place) -> Result<Redis, String> {
        let node = self.node(place).ok_or("it is gone")?;
        let folder = self.servers.folder(&node.id)?;
        let is_durable = self.servers.is_durable();
        let redis = Redis {
            launch: Launch::default(),
            folder,
            is_durable,
            is_cluster: node.is_cluster,
            announced: None,
            at: Arc::default(),
        };
        redis.configure(&node.tokens).map_err(text)?;
        Ok(redis)
    }

    async fn encryption(&self, transit: Transit) -> Result<Option<Encryption>, String> {
        if transit == Transit::Clear {
            return Ok(None);
        }
        let config = self.servers.config()?;
        let tls = self.tls.get_or_init(|| Arc::new(Tls::configured(config))).clone();
        // Now, and not with the first connection: clients may want to read the file before.
        tls.config().await.map_err(text)?;
        Ok(Some(Encryption::new(tls, transit == Transit::Required)))
    }

    /// Has the encryption of a server that runs be as it is kept now.
    pub fn set_transit(self: &Arc<Self>, place: Place) {
        let fleet = self.clone();
        tokio::spawn(async move {
            let turn = fleet.servers.turn(&place.node).await;
            if let (Some(node), Some(live)) = (fleet.node(&place), turn.live())
                && let Some(encryption) = &live.kept.encryption
            {
                encryption.require(node.transit == Transit::Required);
            }
        });
    }

    async fn up(&self, turn: &Turn<Kept>, place: &Place) -> Result<(), String> {
        if let Some(live) = turn.live() {
            return live.server.start().await.map(|_| ()).map_err(text);
        }
        let node = self.node(place).ok_or("it is gone")?;
        let launch = self.launch(node.kind).await?;
        let lock = self.servers.lock_folder(&node.id).await?;
        let options = self.servers.options(&node.id, node.wanted_port).await?;
        let encryption = self.encryption(node.transit).await?;
        let announced = match &options.port {
            Port::External(port) if encryption.is_some() => Some(port.port()),
            _ => None,
        };
        let redis = Redis { launch, announced, ..self.configure(place)? };
        let server = redis.server(options, encryption.clone());
        // The one before may still be at its end, where it was killed; or another program had one of its ports for a
        // moment, as that of a connection.
        let at = come_up(&server, |error| matches!(error, ServerError::Exited { .. })).await?;
        redis::set_up(redis.address()?, &node).await?;
        turn.put(Live::new(server, Kept { redis, encryption }, lock));
        self.change(place, |it| it.port = Some(at.port()));
        Ok(())
    }

    /// The first of the packages that is here, or can be got.
    async fn launch(&self, kind: Kind) -> Result<Launch, String> {
        let mut errors = Vec::new();
        let known = Packages::configured(self.servers.config()?);
        let lacking = self.lacking.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let packages = kind.packages();
        // If all were lacking, a network may be there by now.
        let is_hopeless = packages.iter().all(|it| lacking.contains(it));
        for package in packages.iter().filter(|it| is_hopeless || !lacking.contains(it)) {
            let (name, version) = *package;
            let installer = known.installer(name, Some(version)).map_err(text)?;
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
}
