//! The emulator as a library: what `asf` serves, for programs and tests that embed it.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use std::sync::Arc;
//!
//! let dispatcher = Arc::new(asf_emulator::dispatcher(Default::default(), Default::default()));
//! let server = asf_emulator::Server::bind("127.0.0.1:0", dispatcher).await?;
//! println!("http://{}", server.address());
//! server.run(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

pub mod cli;
mod providers;
mod server;

pub use server::Server;

use asf_runtime::context::Environment;
use asf_runtime::dispatch::{Dispatcher, Providers};
use asf_runtime::plugin::Settings;

pub use providers::NATIVE;

/// A dispatcher over all native providers and all models.
#[must_use]
pub fn dispatcher(settings: Settings, environment: Environment) -> Dispatcher {
    let providers = Providers::registered(settings);
    Dispatcher::new(asf_specs::router(), asf_specs::service, providers, environment)
}
