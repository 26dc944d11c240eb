//! Servers whose program is a package.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;

use asf_servers::{Backend, Health, Running, ServerError, Start, spawn};
use futures_util::future::BoxFuture;

use crate::PackageInstaller;

/// A server whose program is a package: it is installed with the first start, if it is not here.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use asf_packages::{PackageServer, Packages};
/// use asf_servers::{Health, Server};
///
/// # let config = asf_runtime::config::Config::parse(&Default::default())?;
/// let installer = Packages::configured(&config).installer("moto", None)?;
/// let moto = PackageServer::new(installer, |command, at| {
///     command.args(["--host", &at.ip().to_string(), "--port", &at.port().to_string()]);
/// });
/// let server = Server::new(moto.health(Health::Http("/moto-api/".to_owned())));
/// println!("moto answers at {}", server.start().await?);
/// # Ok(())
/// # }
/// ```
pub struct PackageServer {
    installer: Arc<PackageInstaller>,
    arguments: Box<Arguments>,
    health: Health,
    scheme: String,
}

type Arguments = dyn Fn(&mut Command, SocketAddr) + Send + Sync;

impl PackageServer {
    /// This package's program, with the arguments and variables that `arguments` adds to its command.
    pub fn new(
        installer: Arc<PackageInstaller>,
        arguments: impl Fn(&mut Command, SocketAddr) + Send + Sync + 'static,
    ) -> Self {
        let arguments = Box::new(arguments);
        Self { installer, arguments, health: Health::Tcp, scheme: "http".to_owned() }
    }

    /// With another way to tell that it is up.
    #[must_use]
    pub fn health(mut self, health: Health) -> Self {
        self.health = health;
        self
    }

    /// With another beginning of its URL.
    #[must_use]
    pub fn scheme(mut self, scheme: &str) -> Self {
        scheme.clone_into(&mut self.scheme);
        self
    }
}

impl Backend for PackageServer {
    fn name(&self) -> &str {
        self.installer.package()
    }

    fn run(&self, start: Start) -> BoxFuture<'_, Result<Box<dyn Running>, ServerError>> {
        Box::pin(async move {
            let failed = |reason: crate::InstallError| ServerError::Other {
                server: start.name.clone(),
                reason: reason.to_string(),
            };
            let mut command = self.installer.ensure().await.map_err(failed)?.command();
            (self.arguments)(&mut command, start.address);
            spawn(command, &start)
        })
    }

    fn health(&self) -> Health {
        self.health.clone()
    }

    fn scheme(&self) -> &str {
        &self.scheme
    }
}
