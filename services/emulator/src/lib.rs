//! The emulator as a library: what `asf` serves, for programs and tests that embed it.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use asf_runtime::config::Setting as _;
//!
//! let gateway = Arc::new(asf_emulator::gateway(Default::default(), Default::default()));
//! let places = asf_runtime::config::Listeners::parse("127.0.0.1:0,unix:asf.sock")?;
//! let server = asf_emulator::Server::bind(&places.0, gateway).await?;
//! println!("{}", server.places()[0].url());
//! server.run(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

pub mod cli;
mod providers;
mod server;

pub use server::{BindError, Limits, Server, Tls};

use std::sync::Arc;

use asf_runtime::context::Environment;
use asf_runtime::gateway::{Gateway, Services, aws_chain};
use asf_runtime::plugin::Settings;
use asf_runtime::provider::Providers;

pub use providers::NATIVE;

/// A gateway over all native providers and all models.
#[must_use]
pub fn gateway(settings: Settings, environment: Environment) -> Gateway {
    let traced = settings.is_on("DEBUG_HANDLER_CHAIN");
    let providers = Arc::new(Providers::registered(settings));
    let services = Services { router: asf_specs::router(), catalogue: asf_specs::service, providers };
    let mut chain = aws_chain(Arc::new(services));
    chain.traced = traced;
    Gateway::new(chain, environment)
}
