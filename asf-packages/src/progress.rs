//! How far an installation is, for someone who waits for it.

/// Is told how far an installation is.
pub trait Progress: Send + Sync {
    /// What is being done now.
    fn step(&self, what: &str);

    /// How many bytes of a download have come, and of how many if that is known.
    fn bytes(&self, done: u64, total: Option<u64>) {
        let _ = (done, total);
    }
}

/// Nobody waits, or wants to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step(&self, what: &str) {
        tracing::debug!("{what}");
    }
}
