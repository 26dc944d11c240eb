//! How commands fail: a message, and an exit code that scripts can tell apart.

use asf_journal::OpenError;
use asf_runtime::config::{ConfigErrors, EnvFileError, NoHome};

use crate::GatewayError;

/// The exit codes, for `--help`.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  something else went wrong
  2  the command line is wrong
  3  it is not running
  4  it took too long
  5  the address is in use
  6  the configuration is wrong, or an address in it
  7  it is running already
  8  there is no Docker engine
  9  the state that is kept cannot be used";

/// Why a command did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    NotRunning(String),
    #[error("{0}")]
    Timeout(String),
    #[error(
        "cannot listen on {0}: the address is in use. Stop what uses it, or listen elsewhere with \
         --listen or GATEWAY_LISTEN"
    )]
    AddressInUse(String),
    #[error("cannot listen on {address}: {error}")]
    Address { address: String, error: std::io::Error },
    #[error("{0}")]
    Config(#[from] ConfigErrors),
    #[error("{0}")]
    NoHome(#[from] NoHome),
    #[error("{0}")]
    Backends(asf_moto::ChainError),
    #[error("{0}")]
    State(#[from] OpenError),
    #[error("{0}")]
    EnvFile(#[from] EnvFileError),
    #[error("it is running already, with process id {pid}; stop it, or use another ASF_RUN_DIR")]
    AlreadyRunning { pid: String },
    #[error("{0}")]
    NoDocker(String),
    /// The process in the background ended before it was ready; its last words, and its exit code.
    #[error("it ended before it was ready: {words}")]
    Ended { words: String, code: u8 },
    /// What has been said already, with another program's or command's exit code.
    #[error("")]
    Silent(u8),
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

impl Failure {
    /// The exit code of the process, see [`EXIT_CODES`].
    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Other(_) => 1,
            Self::State(_) => 9,
            Self::Usage(_) => 2,
            Self::NotRunning(_) => 3,
            Self::Timeout(_) => 4,
            Self::AddressInUse(_) => 5,
            Self::Address { .. }
            | Self::Config(_)
            | Self::NoHome(_)
            | Self::Backends(_)
            | Self::EnvFile(_) => 6,
            Self::AlreadyRunning { .. } => 7,
            Self::NoDocker(_) => 8,
            Self::Ended { code, .. } | Self::Silent(code) => *code,
        }
    }

    /// What to say, unless everything has been said.
    pub(super) fn message(&self) -> Option<String> {
        (!matches!(self, Self::Silent(_))).then(|| self.to_string())
    }
}

impl From<GatewayError> for Failure {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::Config(error) => Self::Config(error),
            GatewayError::State(error) => Self::State(error),
            GatewayError::Backends(error) => Self::Backends(error),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Other(error.into())
    }
}
