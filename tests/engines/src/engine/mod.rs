//! What the journal needs of an engine, and the engines by name.

#[cfg(feature = "fjall")]
mod fjall;
mod log;
#[cfg(feature = "redb")]
mod redb;

use anyhow::{Result, bail};
use std::path::Path;

/// One change of one entry.
pub struct Change {
    /// Which keyspace or table.
    pub service: usize,
    pub key: Vec<u8>,
    /// `None` deletes.
    pub value: Option<Vec<u8>>,
}

impl Change {
    pub fn put(service: usize, key: String, value: Vec<u8>) -> Self {
        Self { service, key: key.into_bytes(), value: Some(value) }
    }

    pub fn delete(service: usize, key: String) -> Self {
        Self { service, key: key.into_bytes(), value: None }
    }

    pub fn size(&self) -> u64 {
        (self.key.len() + self.value.as_ref().map_or(0, Vec::len)) as u64
    }
}

pub trait Engine: Send + Sync {
    /// All changes or none; on disk when it returns.
    fn commit(&self, changes: &[Change]) -> Result<()>;

    /// Every entry of a service whose key has the prefix.
    fn read(&self, service: usize, prefix: &[u8], each: &mut dyn FnMut(&[u8], &[u8])) -> Result<()>;

    /// Gives space back: flush, compact, rewrite, whatever the engine has.
    fn settle(&mut self) -> Result<()>;
}

/// The name of a service's keyspace.
fn name(service: usize) -> String {
    format!("service-{service:02}")
}

/// Opens the store in `dir`, or makes it, with as many services.
pub fn open(engine: &str, dir: &Path, services: usize) -> Result<Box<dyn Engine>> {
    std::fs::create_dir_all(dir)?;
    Ok(match engine {
        "none" => Box::new(Nothing),
        "log" => Box::new(log::Log::open(dir)?),
        #[cfg(feature = "fjall")]
        "fjall" | "fjall-data" | "fjall-default" => Box::new(fjall::Fjall::open(engine, dir, services)?),
        #[cfg(feature = "redb")]
        "redb" | "redb-quick" | "redb-check" | "redb-cache" | "redb-sum" => {
            Box::new(redb::Redb::open(engine, dir, services)?)
        }
        _ => bail!("no engine {engine:?}"),
    })
}

/// Keeps nothing: what the process takes without an engine.
struct Nothing;

impl Engine for Nothing {
    fn commit(&self, _changes: &[Change]) -> Result<()> {
        Ok(())
    }

    fn read(&self, _: usize, _: &[u8], _: &mut dyn FnMut(&[u8], &[u8])) -> Result<()> {
        Ok(())
    }

    fn settle(&mut self) -> Result<()> {
        Ok(())
    }
}
