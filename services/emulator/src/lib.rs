//! The emulator as a library: what `asf` serves, for programs and tests that embed it.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use std::sync::Arc;
//!
//! let gateway = Arc::new(asf_emulator::gateway(Default::default(), Default::default()));
//! let server = asf_emulator::Server::bind("127.0.0.1:0", gateway).await?;
//! println!("http://{}", server.address());
//! server.run(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

pub mod cli;
mod providers;
mod server;

pub use server::Server;

use std::sync::Arc;

use asf_runtime::clock::ControlledClock;
use asf_runtime::context::Environment;
use asf_runtime::gateway::cors::{Cors, CorsSettings};
use asf_runtime::gateway::edge::EdgeRouter;
use asf_runtime::gateway::internal::{self, Control, Internal};
use asf_runtime::gateway::{AwsChainOptions, Gateway, Services, aws_chain_with};
use asf_runtime::plugin::Settings;
use asf_runtime::provider::Providers;
use http::HeaderValue;

pub use providers::NATIVE;

/// A gateway over all native providers and all models.
#[must_use]
pub fn gateway(settings: Settings, environment: Environment) -> Gateway {
    gateway_with(settings, environment, EdgeRouter::new(), Control::default())
}

/// A gateway whose time is moved at `/_asf/clock`; otherwise as [`gateway`].
#[must_use]
pub fn controlled_gateway(settings: Settings) -> Gateway {
    let (edge, clock) = (EdgeRouter::new(), Arc::new(ControlledClock::default()));
    if let Err(error) = asf_runtime::observe::clock::add_routes(&edge, clock.clone()) {
        tracing::error!(%error, "the clock's endpoint is left out");
    }
    let environment = Environment { clock, ..Environment::default() };
    gateway_with(settings, environment, edge, Control::default())
}

/// A gateway over all native providers and all models, with routes that the caller adds to or takes from,
/// and a control that tells the caller to restart or to end.
#[must_use]
pub fn gateway_with(
    settings: Settings,
    environment: Environment,
    edge: EdgeRouter,
    control: Control,
) -> Gateway {
    let version = env!("CARGO_PKG_VERSION");
    let traced = settings.is_on("DEBUG_HANDLER_CHAIN");
    let cors = Cors::new(cors_settings(&settings));
    let has_version = !settings.get("LOCALSTACK_RESPONSE_HEADER_ENABLED").is_some_and(is_off);
    let is_debug = settings.is_on("DEBUG");
    let has_config_updates = settings.is_on("ENABLE_CONFIG_UPDATES");
    let providers = Arc::new(Providers::registered(settings));
    let internal = Internal::new(version, providers.clone(), &environment);
    let internal = Internal { control, is_debug, has_config_updates, ..internal };
    if let Err(error) = internal::add_routes(&edge, internal) {
        tracing::error!(%error, "an internal endpoint is left out");
    }
    let services = Services { router: asf_specs::router(), catalogue: asf_specs::service, providers };
    let version = has_version.then(|| HeaderValue::from_static(version));
    let mut chain = aws_chain_with(Arc::new(services), AwsChainOptions { edge, cors, version });
    chain.traced = traced;
    Gateway::new(chain, environment)
}

fn is_off(value: &str) -> bool {
    value == "0" || value.eq_ignore_ascii_case("false")
}

fn cors_settings(settings: &Settings) -> CorsSettings {
    let list = |name: &str| -> Vec<String> {
        let items = settings.get(name).unwrap_or_default().split(',').map(str::trim);
        items.filter(|it| !it.is_empty()).map(str::to_owned).collect()
    };
    CorsSettings {
        disable_checks: settings.is_on("DISABLE_CORS_CHECKS"),
        disable_headers: settings.is_on("DISABLE_CORS_HEADERS"),
        extra_allowed_origins: list("EXTRA_CORS_ALLOWED_ORIGINS"),
        extra_allowed_headers: list("EXTRA_CORS_ALLOWED_HEADERS"),
        extra_expose_headers: list("EXTRA_CORS_EXPOSE_HEADERS"),
    }
}
