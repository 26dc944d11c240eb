//! The chains that the configuration asks for.

use std::collections::BTreeMap;
use std::sync::Arc;

use asf_runtime::client::Remote;
use asf_runtime::config::{BackendName, Config};
use asf_runtime::gateway::edge::InvalidUrl;
use asf_runtime::provider::{Chains, Forward, Source, Step};

use crate::Moto;
use crate::stand_in::{StandIn, Standing};

/// A backend that cannot be.
#[derive(Debug, thiserror::Error)]
#[error("ASF_BACKENDS or PROVIDER_OVERRIDE: {0}")]
pub struct ChainError(#[from] InvalidUrl);

/// The chains of a process: `native` for all services, then the rules of `ASF_BACKENDS`, then
/// `PROVIDER_OVERRIDE_<SERVICE>` where it names a backend. Nothing is started.
///
/// # Errors
/// A URL that is none.
pub fn chains(config: &Config) -> Result<Chains, ChainError> {
    let moto: Arc<dyn Forward> = Arc::new(Moto::new(config.clone()));
    let mut servers: BTreeMap<String, Arc<dyn Forward>> = BTreeMap::new();
    let mut step = |name: &BackendName| -> Result<Step, InvalidUrl> {
        Ok(match name {
            BackendName::Native => Step::Providers,
            BackendName::Moto => Step::Forward(moto.clone()),
            BackendName::Url(url) => {
                if let Some(known) = servers.get(url) {
                    return Ok(Step::Forward(known.clone()));
                }
                let remote: Arc<dyn Forward> = Arc::new(Remote::new(url, Source::named(url))?);
                servers.insert(url.clone(), remote.clone());
                Step::Forward(remote)
            }
        })
    };
    let default = vec![step(&BackendName::Native)?];
    let mut chains = Chains::new(config.strict).with("*", None, default);
    for rule in &config.backends.0 {
        let steps = rule.chain.iter().map(&mut step).collect::<Result<_, _>>()?;
        chains = chains.with(rule.service.clone(), rule.operation.clone(), steps);
    }
    for (service, name) in &config.provider_overrides.0 {
        // Other words are names of providers.
        if let Some(backend) = BackendName::parse(name) {
            chains = chains.with(service.clone(), None, vec![step(&backend)?]);
        } else if let Some(what) = StandIn::of(service, name) {
            let standing = Step::Forward(Arc::new(Standing::new(what, config.clone())));
            chains = chains.with(service.clone(), None, vec![standing]);
        }
    }
    Ok(chains)
}
