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

mod assemble;
pub mod branches;
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
use asf_runtime::clock::ControlledClock;
use asf_runtime::config::{Config, ConfigErrors};
use asf_runtime::context::Environment;
use asf_runtime::extension::Extensions;
use asf_runtime::gateway::Gateway;
use asf_runtime::gateway::edge::EdgeRouter;
use asf_runtime::gateway::internal::{Control, InitReports};
use asf_runtime::plugin::Settings;

use assemble::{Parts, Plan, Standing};
use branches::{Branches, Origin};

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
    /// Branches of its state, each with an emulator of its own. They end with the gateway and the last copy of
    /// this.
    pub branches: Branches,
}

/// The emulator of a process of its own: its time is moved at `/_asf/clock`. Otherwise as [`emulator`].
///
/// # Errors
/// What is wrong with the settings, or with the state that is kept.
pub fn controlled_emulator(settings: Settings, around: Surroundings) -> Result<Emulator, GatewayError> {
    let clock = Arc::new(ControlledClock::default());
    let environment = Environment { clock: clock.clone(), ..Environment::default() };
    main_emulator(settings, environment, around, Some(clock))
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

/// A gateway over all native providers and all models, with what is around it, its extensions and branches.
///
/// # Errors
/// What is wrong with the settings, or with the state that is kept.
pub fn emulator(
    settings: Settings,
    environment: Environment,
    around: Surroundings,
) -> Result<Emulator, GatewayError> {
    main_emulator(settings, environment, around, None)
}

/// The emulator that branches are made of. `clock` is that of the environment, if it can be moved.
fn main_emulator(
    settings: Settings,
    environment: Environment,
    around: Surroundings,
    clock: Option<Arc<ControlledClock>>,
) -> Result<Emulator, GatewayError> {
    let config = Config::parse(&settings)?;
    let journal = match around.journal.clone() {
        Some(journal) => Some(journal),
        None => persistence::open(&config)?,
    };
    let settings = match &journal {
        Some(journal) => settings.with_state(journal.state().clone()),
        None => settings,
    };
    let observe = assemble::observed(&config);
    let origin = Origin { state: settings.state().clone(), clock };
    let (traces, edge) = (observe.traces.clone(), &around.edge);
    let branches = Branches::new(&settings, &config, &environment, edge, traces, origin.clone());
    let Parts { gateway, extensions } = assemble::assemble(Plan {
        around: Surroundings { journal, ..around },
        standing: Standing { branches: branches.downgrade(), branch: None },
        settings,
        config,
        environment,
        observe,
        clock: origin.clock,
    })?;
    let gateway = gateway.with_divert(Arc::new(branches.clone()));
    Ok(Emulator { gateway, extensions, branches })
}
