//! How moto is brought up.

use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use asf_packages::{InstallError, PackageInstaller};
use asf_runtime::Timestamp;
use asf_runtime::clock::{Clock as _, SystemClock};
use asf_servers::{Backend, Health, Running, ServerError, Start, spawn};
use futures_util::future::BoxFuture;

use crate::NAME;

/// moto's own server, with a way to reset a single service.
const SCRIPT: &str = include_str!("serve.py");
/// How long the reason counts that moto could not be installed for: calls meanwhile get it at once.
const REMEMBERED_MILLIS: i64 = 60_000;

/// Why moto could not be installed, and until when that counts.
#[derive(Clone, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<(Timestamp, String)>>>);

impl Failure {
    /// The reason, if there is one that still counts.
    pub(crate) fn reason(&self) -> Option<String> {
        let failure = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failure.as_ref().filter(|(until, _)| SystemClock.now() < *until).map(|(_, reason)| reason.clone())
    }

    fn set(&self, reason: Option<&InstallError>) {
        let until = SystemClock.now().plus_millis(REMEMBERED_MILLIS);
        let new = reason.map(|reason| (until, reason.to_string()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = new;
    }
}

/// Installs moto if need be, and runs it.
pub(crate) struct Program {
    pub(crate) installer: Arc<PackageInstaller>,
    pub(crate) failure: Failure,
}

impl Backend for Program {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, start: Start) -> BoxFuture<'_, Result<Box<dyn Running>, ServerError>> {
        Box::pin(async move {
            let installed = self.installer.ensure().await;
            self.failure.set(installed.as_ref().err());
            let installation = installed.map_err(|error| ServerError::Other {
                server: start.name.clone(),
                reason: error.to_string(),
            })?;
            // Isolated: files in the folder that we were started in are no modules of moto's.
            let mut command = Command::new(&installation.launch.program);
            command.args(["-I", "-c", SCRIPT]);
            command.args(["--host", &start.address.ip().to_string()]);
            command.args(["--port", &start.address.port().to_string()]);
            // Hosts that it is called by are ours; a bucket stands in the path.
            command.env("S3_IGNORE_SUBDOMAIN_BUCKETNAME", "true");
            spawn(command, &start)
        })
    }

    fn health(&self) -> Health {
        Health::Http("/moto-api/".to_owned())
    }
}
