//! The chains that the configuration asks for.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use asf_runtime::client::Remote;
use asf_runtime::config::{BackendName, Config};
use asf_runtime::gateway::edge::InvalidUrl;
use asf_runtime::plugin::Settings;
use asf_runtime::provider::{Chains, Forward, Source, Step};
use asf_runtime::recording::{Recorded, Recorder};

use crate::Moto;
use crate::aws::Aws;
use crate::stand_in::{StandIn, Standing};

/// A backend that cannot be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A URL that is none.
    #[error("ASF_BACKENDS or PROVIDER_OVERRIDE: {0}")]
    Url(#[from] InvalidUrl),
    /// The file of `ASF_CA_BUNDLE`.
    #[error("ASF_CA_BUNDLE: {path}: {error}")]
    Roots {
        /// The file.
        path: String,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// The real AWS, without having been asked for twice.
    #[error(
        "ASF_BACKENDS or PROVIDER_OVERRIDE names `aws`: that would call the real AWS, which costs money and keeps \
         what it is told. Set ASF_ALLOW_AWS=1 too if that is meant"
    )]
    NotAllowed,
    /// The real AWS, without credentials.
    #[error("ASF_BACKENDS names `aws`, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")]
    NoCredentials,
}

/// Makes backends by their names, each once.
struct Made<'a> {
    config: &'a Config,
    settings: &'a Settings,
    moto: Arc<dyn Forward>,
    aws: Option<Arc<dyn Forward>>,
    servers: BTreeMap<BackendName, Arc<dyn Forward>>,
}

impl Made<'_> {
    fn step(&mut self, name: &BackendName) -> Result<Step, ChainError> {
        Ok(Step::Forward(match name {
            BackendName::Native => return Ok(Step::Providers),
            BackendName::Moto => self.moto.clone(),
            BackendName::Aws => self.aws()?,
            BackendName::Url(_) | BackendName::Recorded(_) => {
                if let Some(known) = self.servers.get(name) {
                    return Ok(Step::Forward(known.clone()));
                }
                let new: Arc<dyn Forward> = match name {
                    BackendName::Url(url) => {
                        let roots = if url.starts_with("https:") { self.roots()? } else { None };
                        Arc::new(Remote::trusting(url, Source::named(url), roots.as_deref())?)
                    }
                    BackendName::Recorded(folder) => Arc::new(Recorded::new(folder)),
                    _ => return Ok(Step::Providers),
                };
                self.servers.insert(name.clone(), new.clone());
                new
            }
        }))
    }

    fn aws(&mut self) -> Result<Arc<dyn Forward>, ChainError> {
        if let Some(aws) = &self.aws {
            return Ok(aws.clone());
        }
        if !self.config.allow_aws {
            return Err(ChainError::NotAllowed);
        }
        let aws = Aws::new(self.settings, self.config.aws_endpoint.clone(), self.roots()?);
        let aws = aws.ok_or(ChainError::NoCredentials)?;
        aws.check()?;
        let aws: Arc<dyn Forward> = Arc::new(aws);
        self.aws = Some(aws.clone());
        Ok(aws)
    }

    fn roots(&self) -> Result<Option<Vec<u8>>, ChainError> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|error| ChainError::Roots { path: path.display().to_string(), error })
        };
        self.config.ca_bundle.as_deref().map(read).transpose()
    }
}

/// The chains of a process: `native,moto` for all services, then the rules of `ASF_BACKENDS`, then
/// `PROVIDER_OVERRIDE_<SERVICE>` where it names a backend. Nothing is started.
///
/// # Errors
/// A backend that cannot be.
pub fn chains(config: &Config, settings: &Settings) -> Result<Chains, ChainError> {
    let moto = Arc::new(Moto::new(config.clone()));
    let mut made = Made { config, settings, moto, aws: None, servers: BTreeMap::new() };
    let default = vec![made.step(&BackendName::Native)?, made.step(&BackendName::Moto)?];
    let mut chains = Chains::new(config.strict).with("*", None, default);
    for rule in &config.backends.0 {
        let steps = rule.chain.iter().map(|name| made.step(name)).collect::<Result<_, _>>()?;
        chains = chains.with(rule.service.clone(), rule.operation.clone(), steps);
        if let Some(folder) = &rule.record {
            chains = chains.recorded_by(Recorder::new(folder));
        }
    }
    for (service, name) in &config.provider_overrides.0 {
        // Other words are names of providers.
        if let Some(backend) = BackendName::parse(name) {
            chains = chains.with(service.clone(), None, vec![made.step(&backend)?]);
        } else if let Some(what) = StandIn::of(service, name) {
            let standing = Step::Forward(Arc::new(Standing::new(what, config.clone())));
            chains = chains.with(service.clone(), None, vec![standing]);
        }
    }
    Ok(chains)
}
