//! `PERSISTENCE=1`: the state is kept in `<LOCALSTACK_VOLUME_DIR>/state`, when and how the variables say.

mod endpoints;

use std::sync::Arc;
use std::time::Duration;

use asf_journal::{Journal, Load, OpenError, Options, Problem, Problems, Save, Saver};
use asf_runtime::clock::Clock;
use asf_runtime::config::{Config, LoadStrategy, SaveStrategy};
use asf_runtime::context::Environment;
use asf_runtime::gateway::edge::{EdgeRouter, RuleError};
use asf_runtime::provider::Providers;

/// The folder of the state, in that of what is kept.
const FOLDER: &str = "state";

/// The state as the configuration says; `None` without `PERSISTENCE=1`.
///
/// # Errors
/// Another process has it, a newer build wrote it, or it cannot be read.
pub fn open(config: &Config) -> Result<Option<Journal>, OpenError> {
    if !config.persistence {
        return Ok(None);
    }
    let save = match config.snapshot_save_strategy {
        SaveStrategy::OnRequest => Save::OnRequest,
        SaveStrategy::OnShutdown | SaveStrategy::Scheduled => Save::AtEnd,
        SaveStrategy::Manual => Save::Manual,
    };
    let load = match config.snapshot_load_strategy {
        LoadStrategy::OnRequest | LoadStrategy::OnStartup => Load::WhenOpened,
        LoadStrategy::Manual => Load::Manual,
    };
    let product = env!("CARGO_PKG_VERSION").to_owned();
    let journal = Journal::open(Options { folder: config.volume_dir.join(FOLDER), save, load, product })?;
    if config.snapshot_load_strategy == LoadStrategy::OnStartup {
        journal.state().open_all();
    }
    Ok(Some(journal))
}

/// What was found damaged, in words.
pub(crate) fn problems(problems: Option<&Problems>) -> Vec<String> {
    problems.map(Problems::list).unwrap_or_default().iter().map(Problem::to_string).collect()
}

/// Adds the endpoints, and saves from time to time if that is wanted.
pub(crate) fn begin(
    journal: Option<&Journal>,
    config: &Config,
    edge: &EdgeRouter,
    providers: &Arc<Providers>,
    environment: &Environment,
) -> Result<(), RuleError> {
    let is_scheduled = config.snapshot_save_strategy == SaveStrategy::Scheduled;
    if let Some(journal) = journal.filter(|_| is_scheduled) {
        // Without a runtime, nobody serves either: a gateway that is only called saves at its end.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (clock, interval) = (environment.clock.clone(), config.snapshot_flush_interval);
            runtime.spawn(save_now_and_then(journal.saver(), clock, interval));
        }
    }
    endpoints::add_routes(edge, journal, providers)
}

/// Saves whenever so much time has passed, as long as the journal is there.
async fn save_now_and_then(saver: Saver, clock: Arc<dyn Clock>, interval: Duration) {
    let interval = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX);
    loop {
        clock.until(clock.now().plus_millis(interval)).await;
        if saver.is_closed() {
            return;
        }
        if let Err(error) = saver.save(None).await {
            tracing::error!(%error, "the state was not saved; it is tried again");
        }
    }
}
