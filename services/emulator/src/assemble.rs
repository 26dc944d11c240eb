//! How an emulator is put together, the main one and those of branches alike.

use std::sync::Arc;

use asf_runtime::access_key::AccessKeyStyle;
use asf_runtime::clock::ControlledClock;
use asf_runtime::config::{Config, HeaderNames};
use asf_runtime::context::Environment;
use asf_runtime::extension::{Extensions, Surfaces};
use asf_runtime::gateway::cors::{Cors, CorsSettings};
use asf_runtime::gateway::internal::{self, Internal, Variables};
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

use crate::branches::{self, BranchName, WeakBranches};
use crate::{GatewayError, Surroundings, coverage, persistence, pods};

/// What an emulator is made of.
pub(crate) struct Plan {
    /// The variables, and the state.
    pub(crate) settings: Settings,
    /// What the variables say.
    pub(crate) config: Config,
    pub(crate) environment: Environment,
    /// The clock of the environment, if it can be moved.
    pub(crate) clock: Option<Arc<ControlledClock>>,
    pub(crate) around: Surroundings,
    pub(crate) observe: Observe,
    pub(crate) standing: Standing,
}

/// Where an emulator stands among the branches of a state.
#[derive(Clone)]
pub(crate) struct Standing {
    /// All branches. Not held: endpoints that have this are held by them.
    pub(crate) branches: WeakBranches,
    /// The branch that it is the emulator of.
    pub(crate) branch: Option<BranchName>,
}

/// What comes of it.
pub(crate) struct Parts {
    pub(crate) gateway: Gateway,
    pub(crate) extensions: Extensions,
}

/// Puts an emulator together.
///
/// # Errors
/// A backend has a URL that is none.
pub(crate) fn assemble(plan: Plan) -> Result<Parts, GatewayError> {
    let Plan { settings, config, environment, clock, around, observe, standing } = plan;
    let Surroundings { edge, control, init, journal } = around;
    if let Some(clock) = clock
        && let Err(error) = observe::clock::add_routes(&edge, clock)
    {
        tracing::error!(%error, "the clock's endpoint is left out");
    }
    let version = env!("CARGO_PKG_VERSION");
    let access_keys = AccessKeyStyle::of(&settings);
    let configuration = Arc::new(Variables::from_iter(shown(&settings)));
    let chains = asf_moto::chains(&config, &settings).map_err(GatewayError::Backends)?;
    let signed_settings = config.verify_signatures.then(|| settings.clone());
    let plugins = Plugins::new(settings);
    for entry in plugins.disabled_in_vain() {
        tracing::warn!("ASF_DISABLED_PLUGINS names {entry}, which no plugin is called");
    }
    let cors = Cors::new(cors_settings(config.clone()));
    let surfaces = Surfaces {
        edge: edge.clone(),
        places: ChainPlaces::default(),
        cors: cors.clone(),
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
    if let Err(error) = pods::add_routes(&edge, &pods::Shelf::new(&config.volume_dir), &providers, &standing)
    {
        tracing::error!(%error, "an endpoint of pods is left out");
    }
    if let Err(error) = persistence::begin(journal.as_ref(), &config, &edge, &providers, &environment) {
        tracing::error!(%error, "an endpoint of the state is left out");
    }
    if let Err(error) = branches::add_routes(&edge, &standing) {
        tracing::error!(%error, "an endpoint of branches is left out");
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
    let is_region =
        (!config.allow_nonstandard_regions).then_some(asf_specs::regions::is_region as fn(&str) -> bool);
    let options =
        AwsChainOptions { edge, cors, version, places, access_keys, is_region, observe, secret_keys };
    let mut chain = aws_chain_with(services, options);
    chain.traced = config.debug_handler_chain;
    // The last, so that none of them takes the place of a route of ours.
    asf_runtime::extension::attach(&surfaces);
    let extensions = Extensions::new(surfaces);
    extensions.add_linked();
    Ok(Parts { gateway: Gateway::new(chain, environment), extensions })
}

/// What is observed, and where spans go. An endpoint that is no good is no reason not to start: it may be
/// meant for other programs in the same environment.
pub(crate) fn observed(config: &Config) -> Observe {
    let traces = config.otlp_endpoint.as_deref().and_then(|endpoint| {
        let traces = Traces::new(endpoint, &config.otel_service_name);
        traces.inspect_err(|error| tracing::warn!("no traces are sent: {error}")).ok()
    });
    observed_by(config, traces)
}

/// What is observed, with spans that go where others go already.
pub(crate) fn observed_by(config: &Config, traces: Option<Traces>) -> Observe {
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
