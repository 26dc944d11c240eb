//! What is in a file comes into a state.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::str::FromStr;
use std::sync::Arc;

use asf_store::{AnySnapshot, AnyTable, ContentFile, Scope, State};
use sha2::{Digest as _, Sha256};

use crate::error::PodError;
use crate::read::{Frame, Limits, Pod};
use crate::save::hex;

/// What becomes of what is there already. The names are LocalStack's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// It goes, all of it; of some services, if those were named.
    Overwrite,
    /// Of a service, account and region that the file has, it goes; all else stays. What a service has for all
    /// regions or all accounts is merged entry by entry.
    #[default]
    AccountRegionMerge,
    /// It stays, but for the entries whose key the file has too: those become the file's.
    ServiceMerge,
}

/// A name of no strategy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no strategy {0:?}: there are overwrite, account-region-merge and service-merge")]
pub struct StrategyError(String);

impl FromStr for Strategy {
    type Err = StrategyError;

    fn from_str(name: &str) -> Result<Self, StrategyError> {
        match name {
            "overwrite" => Ok(Self::Overwrite),
            "account-region-merge" => Ok(Self::AccountRegionMerge),
            "service-merge" => Ok(Self::ServiceMerge),
            other => Err(StrategyError(other.to_owned())),
        }
    }
}

/// What was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The services of which there is something else now.
    pub services: BTreeSet<String>,
    /// How many entries came.
    pub entries: usize,
    /// How many entries went, those that came again among them; not those that were replaced one by one.
    pub removed: usize,
}

/// All entries of a file, read for a state and not in it yet. Their content is where the state has it; it is
/// deleted if they are dropped.
pub struct Staged {
    tables: Vec<(Arc<dyn AnyTable>, Arc<dyn AnySnapshot>)>,
    services: BTreeSet<String>,
    is_whole: bool,
}

impl std::fmt::Debug for Staged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Staged").field("services", &self.services).finish_non_exhaustive()
    }
}

/// A table of the file: the one that its entries are for, and what they are read into.
struct Reading {
    live: Arc<dyn AnyTable>,
    fresh: Arc<dyn AnyTable>,
}

impl Pod {
    /// Reads all entries, or those of some services, into tables beside those of a state. Takes long.
    ///
    /// # Errors
    /// It has tables that the state does not have, a newer build wrote them, it is damaged or too large, or its
    /// content cannot be kept. The state is as it was.
    pub fn stage(
        &mut self,
        state: &State,
        services: Option<&BTreeSet<String>>,
        limits: &Limits,
    ) -> Result<Staged, PodError> {
        state.open_all();
        let manifest = self.manifest.clone();
        if let Some(missing) = services.into_iter().flatten().find(|it| !manifest.services.contains(*it)) {
            return Err(PodError::NoService(missing.clone()));
        }
        let is_wanted = |service: &str| services.is_none_or(|services| services.contains(service));
        let mut reading = Vec::new();
        for table in &manifest.tables {
            if !is_wanted(&table.service) {
                reading.push(None);
                continue;
            }
            let live = state.table(&table.service, &table.attribute);
            let live = live.ok_or_else(|| PodError::UnknownTable(table.name()))?;
            let known = live.info().version;
            if table.version > known {
                return Err(PodError::NewerTable { table: table.name(), found: table.version, known });
            }
            let fresh = live.empty();
            reading.push(Some(Reading { live, fresh }));
        }
        let mut contents: HashMap<(&'static str, String), ContentFile> = HashMap::new();
        self.frames(limits, &mut |frame| match frame {
            Frame::Content { table, digest, content } => {
                let Some(Some(reading)) = reading.get(table) else { return Ok(()) };
                let service = reading.live.info().service;
                let mut hashed = Hashed { from: content, hash: Sha256::new(), has_failed: false };
                let file = state.blobs(service).take(&mut hashed);
                if hashed.has_failed {
                    return Err(PodError::damaged("content cannot be unpacked"));
                }
                let file = file?;
                if hex(&hashed.hash.finalize()) != digest {
                    return Err(PodError::damaged("the checksum of content is another"));
                }
                contents.insert((service, digest), file);
                Ok(())
            }
            Frame::Entry { table, entry } => {
                let Some(Some(reading)) = reading.get(table) else { return Ok(()) };
                let info = reading.live.info();
                let reach = match (&entry.scope.account, &entry.scope.region) {
                    (Some(_), Some(_)) => asf_store::Reach::Local,
                    (Some(_), None) => asf_store::Reach::CrossRegion,
                    _ => asf_store::Reach::CrossAccount,
                };
                if reach != info.reach {
                    return Err(PodError::damaged(format!("{info} has no entries of {}", entry.scope)));
                }
                let service = info.service;
                let restored = reading
                    .fresh
                    .restore_from(entry, &mut |name| contents.get(&(service, name.to_owned())).cloned());
                restored.map_err(|error| PodError::damaged(format!("a record of {info} {error}")))
            }
        })?;
        let tables = reading.into_iter().flatten().map(|it| (it.live, it.fresh.snapshot())).collect();
        let services_of = manifest.services.into_iter().filter(|it| is_wanted(it)).collect();
        Ok(Staged { tables, services: services_of, is_whole: services.is_none() })
    }
}

impl Staged {
    /// Puts the entries in, as changes that belong together: a journal or a save has all of them or none. To be
    /// called within [`State::durably`]; providers are to be made anew afterwards.
    #[must_use]
    pub fn apply(&self, state: &State, strategy: Strategy) -> Loaded {
        state.atomically(|| {
            let mut services = self.services.clone();
            let mut removed = 0;
            match strategy {
                Strategy::Overwrite => {
                    for table in state.tables() {
                        let service = table.info().service;
                        if self.is_whole || self.services.contains(service) {
                            services.insert(service.to_owned());
                            removed += table.clear(&|_| true);
                        }
                    }
                }
                Strategy::AccountRegionMerge => {
                    let mut places: BTreeMap<&str, BTreeSet<Scope>> = BTreeMap::new();
                    for (live, snapshot) in &self.tables {
                        let local = snapshot.scopes().into_iter().filter(|it| it.region.is_some());
                        places.entry(live.info().service).or_default().extend(local);
                    }
                    for table in state.tables() {
                        if let Some(scopes) = places.get(table.info().service) {
                            removed += table.clear(&|scope| scopes.contains(scope));
                        }
                    }
                }
                Strategy::ServiceMerge => {}
            }
            // The types are the same: the one was made of the other.
            let entries = self.tables.iter().filter_map(|(live, snapshot)| live.merge(&**snapshot)).sum();
            Loaded { services, entries, removed }
        })
    }
}

struct Hashed<'a> {
    from: &'a mut dyn Read,
    hash: Sha256,
    /// Whether it was this side that could not go on.
    has_failed: bool,
}

impl Read for Hashed<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(to);
        self.has_failed |= read.is_err();
        let read = read?;
        self.hash.update(to.get(..read).unwrap_or_default());
        Ok(read)
    }
}
