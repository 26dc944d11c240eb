//! The emulator as a library: what `asf` serves, for programs and tests that embed it.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use asf_runtime::config::Setting as _;
//!
//! let gateway = Arc::new(asf_emulator::gateway(Default::default(), Default::default())?);
//! let places = asf_runtime::config::Listeners::parse("127.0.0.1:0,unix:asf.sock")?;
//! let server = asf_emulator::Server::bind(&places.0, gateway).await?;
//! println!("{}", server.places()[0].url());
//! server.run(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

pub mod cli;
pub mod coverage;
mod extensions;
pub mod init;
pub mod persistence;
mod pods;
mod providers;
mod server;

pub use server::{BindError, Limits, Server, Tls};

use std::sync::Arc;

use asf_journal::{Journal, OpenError};
use asf_runtime::access_key::AccessKeyStyle;
use asf_runtime::clock::ControlledClock;
use asf_runtime::config::{Config, ConfigErrors, HeaderNames};
use asf_runtime::context::Environment;
use asf_runtime::extension::{Extensions, Surfaces};
use asf_runtime::gateway::cors::{Cors, CorsSettings};
use asf_runtime::gateway::edge::EdgeRouter;
use asf_runtime::gateway::internal::{self, Control, InitReports, Internal, Variables};
use asf_runtime::gateway::{AwsChainOptions, ChainPlaces, Gateway, Services, aws_chain_with};
use asf_runtime::hook::Hooks;
use asf_runtime::observe::faults::{self, Models};
use asf_runtime::observe::journal::Journal as RequestJournal;
use asf_runtime::observe::otlp::Traces;
use asf_runtime::observe::{self, Observe};
use asf_runtime::plugin::{Plugins, Settings};
use asf_runtime::provider::Providers;
use asf_runtime::signature::{IssuedKeys, SecretKeys};
use http::HeaderValue;

pub use providers::NATIVE;

/// A gateway over all native providers and all models.
///
/// # Errors
/// What is wrong with the settings, or with the state that is kept.
pub fn gateway(settings: Settings, environment: Environment) -> Result<Gateway, GatewayError> {
    gateway_with(settings, environment, Surroundings::default())
}

/// Why there is no gateway.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// What is wrong with the settings.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// A backend has a URL that is none.
    #[error(transparent)]
    Backends(asf_moto::ChainError),
    /// `PERSISTENCE=1`, and the state cannot be used.
    #[error(transparent)]
    State(#[from] OpenError),
}

/// What a gateway has around it.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// Routes that the caller adds to or takes from.
    pub edge: EdgeRouter,
    /// Tells the caller to restart or to end.
    pub control: Control,
    /// What the init scripts came to; without it, there are none.
    pub init: Option<Arc<dyn InitReports>>,
    /// Where the state is kept. Without it, [`persistence::open`] says; with it, the caller can
    /// [close](Journal::close) it.
    pub journal: Option<Journal>,
}

/// What requests are answered by, and what can be added to it while they are.
#[derive(Debug)]
pub struct Emulator {
    /// Answers requests.
    pub gateway: Gateway,
    /// The extensions; those that are linked in are there already. Their
    /// [surfaces](Extensions::surfaces) are the gateway's: routes, places in the chain, providers, hooks.
    pub extensions: Extensions,
}

/// The emulator of a process of its own: its time is moved at `/_asf/clock`. Otherwise as [`emulator`].
///
/// # Errors
/// What is wrong with the settings, or with the state that is kept.
pub fn controlled_emulator(settings: Settings, around: Surroundings) -> Result<Emulator, GatewayError> {
    let clock = Arc::new(ControlledClock::default());
    if let Err(error) = asf_runtime::observe::clock::add_routes(&around.edge, clock.clone()) {
        tracing::error!(%error, "the clock's endpoint is left out");
    }
    let environment = Environment { clock, ..Environment::default() };
    emulator(settings, environment, around)
}

/// A gateway over all native providers and all models, with what is around it.
///
/// # Errors
/// What is wrong with the settings, or with the state that is kept.
pub fn gateway_with(
    settings: Settings,
    environment: Environment,
    around: Surroundings,
) -> Result<Gateway, GatewayError> {
    Ok(emulator(settings, environment, around)?.gateway)
}

/// A gateway over all native providers and all models, with what is around it, and its extensions.
///
/// # Errors
/// What is wrong with the settings, or with the state that is kept.
pub fn emulator(
    settings: Settings,
    environment: Environment,
    around: Surroundings,
) -> Result<Emulator, GatewayError> {
    let Surroundings { edge, control, init, journal } = around;
    let config = Config::parse(&settings)?;
    let journal = journal.map_or_else(|| persistence::open(&config), |journal| Ok(Some(journal)))?;
    let version = env!("CARGO_PKG_VERSION");
    let access_keys = AccessKeyStyle::of(&settings);
    let configuration = Arc::new(Variables::from_iter(shown(&settings)));
    let settings = match &journal {
        Some(journal) => settings.with_state(journal.state().clone()),
        None => settings,
    };
    let chains = asf_moto::chains(&config, &settings).map_err(GatewayError::Backends)?;
    let signed_settings = config.verify_signatures.then(|| settings.clone());
    let plugins = Plugins::new(settings);
    for entry in plugins.disabled_in_vain() {
        tracing::warn!("ASF_DISABLED_PLUGINS names {entry}, which no plugin is called");
    }
    let surfaces = Surfaces {
        edge: edge.clone(),
        places: ChainPlaces::default(),
        providers: Arc::new(Providers::admitted(plugins.clone())),
        hooks: Hooks::new(plugins.clone()),
        plugins,
        environment: environment.clone(),
    };
    let (providers, places) = (surfaces.providers.clone(), surfaces.places.clone());
    let secret_keys = signed_settings
        .map(|settings| Arc::new(IssuedKeys::new(providers.clone(), &settings)) as Arc<dyn SecretKeys>);
    let problems = journal.as_ref().map(|journal| journal.problems().clone());
    let enabled = enabled_services(&config);
    let is_disabled = |name: &&str| enabled.as_ref().is_some_and(|names| !names.iter().any(|it| it == name));
    let disabled = providers.services().filter(is_disabled).map(str::to_owned).collect();
    if config.eager_service_loading {
        for name in providers.services().filter(|name| config.services.allow(name)) {
            let _ = providers.get(name);
        }
    }
    let observe = observed(&config);
    let metrics = observe.metrics.clone();
    let defaults = Internal::new(version, providers.clone(), &environment);
    let internal = Internal {
        init: init.unwrap_or_else(|| defaults.init.clone()),
        control,
        configuration,
        disabled,
        is_debug: config.debug,
        has_config_updates: config.enable_config_updates,
        usage: Arc::new(move || observe::usage(&metrics)),
        problems: Arc::new(move || persistence::problems(problems.as_ref())),
        ..defaults
    };
    if let Err(error) = internal::add_routes(&edge, internal) {
        tracing::error!(%error, "an internal endpoint is left out");
    }
    if let Err(error) = pods::add_routes(&edge, &pods::Shelf::new(&config.volume_dir), &providers) {
        tracing::error!(%error, "an endpoint of pods is left out");
    }
    if let Err(error) = persistence::begin(journal.as_ref(), &config, &edge, &providers, &environment) {
        tracing::error!(%error, "an endpoint of the state is left out");
    }
    let _ = providers.set_chains(chains);
    if let Err(error) = coverage::add_routes(&edge, &providers, asf_moto::Moto::new(config.clone())) {
        tracing::error!(%error, "the endpoint of the coverage is left out");
    }
    let services =
        Services { router: asf_specs::router(), catalogue: asf_specs::service, providers, enabled };
    let services = Arc::new(services);
    let models = Models::new(services.clone(), asf_specs::names());
    let added = observe::add_routes(&edge, &observe)
        .and_then(|()| faults::add_routes(&edge, &observe.faults, &models));
    if let Err(error) = added {
        tracing::error!(%error, "an endpoint to observe by is left out");
    }
    let version = config.localstack_response_header.then(|| HeaderValue::from_static(version));
    let cors = Cors::new(cors_settings(config.clone()));
    let is_region =
        (!config.allow_nonstandard_regions).then_some(asf_specs::regions::is_region as fn(&str) -> bool);
    let options =
        AwsChainOptions { edge, cors, version, places, access_keys, is_region, observe, secret_keys };
    let mut chain = aws_chain_with(services, options);
    chain.traced = config.debug_handler_chain;
    // The last, so that none of them takes the place of a route of ours.
    let extensions = Extensions::new(surfaces);
    extensions.add_linked();
    Ok(Emulator { gateway: Gateway::new(chain, environment), extensions })
}

/// What is observed, and where spans go. An endpoint that is no good is no reason not to start: it may be
/// meant for other programs in the same environment.
fn observed(config: &Config) -> Observe {
    let traces = config.otlp_endpoint.as_deref().and_then(|endpoint| {
        let traces = Traces::new(endpoint, &config.otel_service_name);
        traces.inspect_err(|error| tracing::warn!("no traces are sent: {error}")).ok()
    });
    Observe {
        journal: RequestJournal::new(config.request_journal_size.count()),
        traces,
        ..Observe::default()
    }
}

/// The services that may be called, if not all.
fn enabled_services(config: &Config) -> Option<Vec<String>> {
    (config.strict_service_loading && !config.services.0.is_empty()).then(|| config.services.0.clone())
}

/// The variables that are ours to show: those that the configuration knows.
fn shown(settings: &Settings) -> Vec<(String, String)> {
    let known = asf_runtime::config::variables().map(|variable| variable.name);
    known.filter_map(|name| Some((name.to_owned(), settings.get(name)?.to_owned()))).collect()
}

fn cors_settings(config: Config) -> CorsSettings {
    let names = |names: HeaderNames| names.0.iter().map(ToString::to_string).collect();
    CorsSettings {
        disable_checks: config.disable_cors_checks,
        disable_headers: config.disable_cors_headers,
        extra_allowed_origins: config.extra_cors_allowed_origins.0,
        extra_allowed_headers: names(config.extra_cors_allowed_headers),
        extra_expose_headers: names(config.extra_cors_expose_headers),
    }
}
