//! What two files differ in.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::error::PodError;
use crate::read::{Frame, Limits, Pod};

/// The keys that are listed of a table and scope; counts have all.
const MAX_KEYS: usize = 1000;

/// What two files differ in, of a table and scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// botocore's folder name of the service.
    pub service: String,
    /// The attribute of its store.
    pub attribute: String,
    /// `<account>/<region>`, with `*` for all.
    pub scope: String,
    /// Entries that only the second has.
    pub added: u64,
    /// Entries that only the first has.
    pub removed: u64,
    /// Entries with other values.
    pub changed: u64,
    /// The keys, if they are asked for: the first thousand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<Vec<KeyChange>>,
}

/// An entry that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyChange {
    /// Its key, in the notation of CBOR.
    pub key: String,
    /// How.
    pub what: What,
}

/// How an entry differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// Only the second has it.
    Added,
    /// Only the first has it.
    Removed,
    /// The values differ.
    Changed,
}

/// Service, attribute, scope.
type Place = (String, String, String);

/// Hashes of values by key. Content is in them by its own hash, so the same content is the same value.
type Entries = BTreeMap<Place, HashMap<Vec<u8>, [u8; 32]>>;

/// Compares two files. Keys of both, and a hash an entry, are in memory meanwhile.
///
/// # Errors
/// One of them is damaged or too large.
pub fn diff(
    first: &mut Pod,
    second: &mut Pod,
    with_entries: bool,
    limits: &Limits,
) -> Result<Vec<Difference>, PodError> {
    let (mut first, second) = (entries(first, limits)?, entries(second, limits)?);
    let mut differences = Vec::new();
    for (place, new) in second {
        let old = first.remove(&place).unwrap_or_default();
        differences.extend(compare(place, old, new, with_entries));
    }
    for (place, old) in first {
        differences.extend(compare(place, old, HashMap::new(), with_entries));
    }
    let place = |it: &Difference| (it.service.clone(), it.attribute.clone(), it.scope.clone());
    differences.sort_by_key(place);
    Ok(differences)
}

fn entries(pod: &mut Pod, limits: &Limits) -> Result<Entries, PodError> {
    let tables: Vec<_> =
        pod.manifest.tables.iter().map(|it| (it.service.clone(), it.attribute.clone())).collect();
    let mut entries = Entries::new();
    pod.frames(limits, &mut |frame| {
        if let Frame::Entry { table, entry } = frame
            && let Some((service, attribute)) = tables.get(table)
        {
            let mut hash = Sha256::new();
            hash.update(entry.version.to_le_bytes());
            hash.update(entry.value);
            let place = (service.clone(), attribute.clone(), entry.scope.to_string());
            entries.entry(place).or_default().insert(entry.key.to_vec(), hash.finalize().into());
        }
        Ok(())
    })?;
    Ok(entries)
}

fn compare(
    (service, attribute, scope): Place,
    mut old: HashMap<Vec<u8>, [u8; 32]>,
    new: HashMap<Vec<u8>, [u8; 32]>,
    with_entries: bool,
) -> Option<Difference> {
    let mut keys = BTreeMap::new();
    for (key, value) in new {
        match old.remove(&key) {
            None => keys.insert(key, What::Added),
            Some(former) if former != value => keys.insert(key, What::Changed),
            Some(_) => None,
        };
    }
    keys.extend(old.into_keys().map(|key| (key, What::Removed)));
    if keys.is_empty() {
        return None;
    }
    let count = |what: What| keys.values().filter(|it| **it == what).count() as u64;
    let (added, removed, changed) = (count(What::Added), count(What::Removed), count(What::Changed));
    let shown = |(key, what): (Vec<u8>, What)| KeyChange { key: minicbor::display(&key).to_string(), what };
    let entries = with_entries.then(|| keys.into_iter().take(MAX_KEYS).map(shown).collect());
    Some(Difference { service, attribute, scope, added, removed, changed, entries })
}
