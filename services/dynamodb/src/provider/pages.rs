//! Pages of `Query` and `Scan`: which items are looked at, which are answered, and where the next page begins.

use asf_api_dynamodb as api;

use crate::capacity::{Consumed, read_units};
use crate::error::DynamoError;
use crate::evaluate::{holds, project};
use crate::expression::{Condition, Projection};
use crate::models::table::{Index, IndexKind, Projection as IndexProjection};
use crate::models::{Item, KeySchema, KeyValue, PrimaryKey};
use crate::store::places::KeyRange;
use crate::store::{ItemKey, ItemRecord, OpenTable, projected};
use crate::wire::shown::Shown;
use crate::{items, limits};

/// What of each item is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Select {
    /// All of it.
    All,
    /// What the index has.
    Projected,
    /// Parts.
    Specific,
    /// Only how many there are.
    Count,
}

/// What `Query` and `Scan` have in common.
pub(super) struct Reading<'t> {
    pub(super) table: &'t OpenTable,
    pub(super) index: Option<&'t Index>,
    pub(super) range: KeyRange,
    pub(super) forward: bool,
    pub(super) limit: Option<usize>,
    pub(super) filter: Option<Condition>,
    pub(super) projection: Option<Projection>,
    pub(super) select: Select,
    pub(super) consistent: bool,
}

/// A page.
#[derive(Default)]
pub(super) struct Page {
    pub(super) items: Vec<Shown>,
    /// How many were not filtered out.
    pub(super) count: usize,
    /// How many were looked at.
    pub(super) scanned: usize,
    /// The key of the last that was looked at, if there may be more.
    pub(super) last: Option<Item>,
    pub(super) consumed: Consumed,
}

impl Reading<'_> {
    /// Whether a local index has to look things up in the table: it does not have all that is asked for.
    fn fetches(&self) -> bool {
        let Some(index) = self.index.filter(|index| index.kind == IndexKind::Local) else { return false };
        if index.projection == IndexProjection::All {
            return false;
        }
        let keys = &self.table.record.description.keys;
        let has = |name: &str| crate::store::projects(index, keys, name);
        let is_missing = |projection: &Projection| projection.paths.iter().any(|path| !has(&path.root));
        match self.select {
            Select::All => true,
            Select::Specific => self.projection.as_ref().is_some_and(is_missing),
            Select::Projected | Select::Count => false,
        }
    }

    /// Reads a page.
    pub(super) fn page(self) -> Page {
        let keys = &self.table.record.description.keys;
        let fetches = self.fetches();
        let mut page = Page::default();
        let (mut bytes, mut fetched) = (0_u64, 0_u64);
        let items = self.table.items(self.index, self.range.clone(), self.forward, self.limit);
        for record in items {
            page.scanned += 1;
            let seen = self.seen(&record, fetches);
            bytes += match self.index {
                Some(index) => u64::from(crate::store::projected_size(index, keys, &record)),
                None => u64::from(record.size),
            };
            if fetches {
                // Of each that is looked at (conformance: indexQualifier).
                fetched += read_units(u64::from(record.size), self.consistent);
            }
            let view = seen.as_ref().unwrap_or(&record.item);
            if self.filter.as_ref().is_none_or(|filter| holds(filter, view)) {
                page.count += 1;
                if self.select != Select::Count {
                    page.items.push(match &self.projection {
                        Some(projection) => project(projection, view).into(),
                        None => seen.map_or_else(|| record.clone().into(), Shown::from),
                    });
                }
            }
            if self.limit.is_some_and(|limit| page.scanned >= limit) || bytes > limits::PAGE_BYTES {
                page.last = Some(last_key(keys, self.index, &record.item));
                break;
            }
        }
        let units = read_units(bytes, self.consistent);
        page.consumed = match self.index {
            None => Consumed::read(units),
            Some(index) => {
                let mut consumed = Consumed::read(fetched);
                consumed.add_index(index, units);
                consumed
            }
        };
        page
    }

    /// The item as the index has it; `None` if it has all of it, or what it lacks is looked up.
    fn seen(&self, record: &ItemRecord, fetches: bool) -> Option<Item> {
        let index = self.index.filter(|index| !fetches && index.projection != IndexProjection::All)?;
        let keys = &self.table.record.description.keys;
        let pairs = projected(index, keys, &record.item).into_iter();
        Some(pairs.map(|(name, value)| (name.clone(), value.clone())).collect())
    }
}

/// `LastEvaluatedKey`: the keys of the table, and those of the index.
pub(super) fn last_key(keys: &KeySchema, index: Option<&Index>, item: &Item) -> Item {
    let all = keys.iter().chain(index.into_iter().flat_map(|index| index.keys.iter()));
    let pairs = all.filter_map(|key| item.get_key_value(&key.name));
    pairs.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Where `ExclusiveStartKey` is: the keys by themselves, and the bytes of the entry.
pub(super) struct Start {
    /// In the index, or, without one, in the table.
    pub(super) key: PrimaryKey,
    pub(super) encoded: bytes::Bytes,
}

/// Reads an `ExclusiveStartKey`.
///
/// # Errors
///
/// If it has not the keys of the table and the index. (asserted)
pub(super) fn start(
    given: &Item,
    table: &OpenTable,
    index: Option<&Index>,
    is_scan: bool,
) -> Result<Start, DynamoError> {
    let keys = &table.record.description.keys;
    let invalid =
        |error: DynamoError| error.map(|reason| format!("The provided starting key is invalid: {reason}"));
    let Some(index) = index else {
        let key = ItemKey::from(items::check_key(given, keys).map_err(invalid)?);
        return Ok(Start { key: key.primary, encoded: key.encoded });
    };
    let only = |keys: &KeySchema| -> Item {
        let pairs = keys.iter().filter_map(|key| given.get_key_value(&key.name));
        pairs.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let mut names: Vec<&str> = keys.iter().chain(index.keys.iter()).map(|key| key.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let has_all = given.len() == names.len() && names.iter().all(|name| given.contains_key(*name));
    if !has_all {
        let reason = if is_scan { ": The provided key element does not match the schema" } else { "" };
        return Err(DynamoError::validation(format!("The provided starting key is invalid{reason}")));
    }
    let primary = ItemKey::from(items::check_key(&only(keys), keys).map_err(invalid)?);
    let key = items::check_key(&only(&index.keys), &index.keys).map_err(invalid)?;
    let mut encoded = key.encode();
    encoded.extend_from_slice(&primary.encoded);
    Ok(Start { key, encoded: encoded.into() })
}

/// The partition key of a start, for comparison with that of a query.
impl Start {
    pub(super) fn partition(&self) -> &KeyValue {
        &self.key.partition
    }
}

/// The index of a request, and its number.
///
/// # Errors
///
/// If the table does not have it, or it cannot be read consistently (conformance: query).
pub(super) fn index<'t>(
    table: &'t OpenTable,
    name: Option<&str>,
    consistent: bool,
) -> Result<Option<(&'t Index, u32)>, DynamoError> {
    let Some(name) = name else { return Ok(None) };
    let found = table.index(name).ok_or_else(|| {
        DynamoError::validation(format!("The table does not have the specified index: {name}"))
    })?;
    if consistent && found.0.kind == IndexKind::Global {
        return Err(DynamoError::validation(
            "Consistent reads are not supported on global secondary indexes",
        ));
    }
    Ok(Some(found))
}

/// What is answered of each item. `specific` is the parameter that names parts, if one does. (asserted)
///
/// # Errors
///
/// If the parameters do not go together, or an index has not what is asked for.
pub(super) fn select(
    wanted: Option<&api::Select>,
    specific: Option<&str>,
    projection: Option<&Projection>,
    table: &OpenTable,
    index: Option<&Index>,
) -> Result<Select, DynamoError> {
    let refuse = |message: String| Err(DynamoError::validation(message));
    if let Some(parameter) = specific
        && let Some(
            wanted @ (api::Select::AllAttributes | api::Select::AllProjectedAttributes | api::Select::Count),
        ) = wanted
    {
        let name = match wanted {
            api::Select::AllAttributes => "ALL_ATTRIBUTES",
            api::Select::AllProjectedAttributes => "ALL_PROJECTED_ATTRIBUTES",
            _ => "COUNT",
        };
        return refuse(format!("Cannot specify the {parameter} when choosing to get {name}"));
    }
    let select = match wanted {
        Some(api::Select::AllAttributes) => Select::All,
        Some(api::Select::Count) => Select::Count,
        Some(api::Select::AllProjectedAttributes) if index.is_none() => {
            return refuse(
                "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName".to_owned(),
            );
        }
        Some(api::Select::AllProjectedAttributes) => Select::Projected,
        Some(api::Select::SpecificAttributes) if specific.is_none() => {
            return refuse(
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
                    .to_owned(),
            );
        }
        _ if specific.is_some() => Select::Specific,
        _ if index.is_some() => Select::Projected,
        _ => Select::All,
    };
    let Some(index) = index.filter(|index| index.kind == IndexKind::Global) else { return Ok(select) };
    if index.projection == IndexProjection::All {
        return Ok(select);
    }
    if select == Select::All {
        return Err(DynamoError::parameter(format_args!(
            "Select type ALL_ATTRIBUTES is not supported for global secondary index {} because its projection type \
             is not ALL",
            index.name
        )));
    }
    let keys = &table.record.description.keys;
    let missing: Vec<&str> = projection
        .into_iter()
        .flat_map(|projection| &projection.paths)
        .map(|path| path.root.as_str())
        .filter(|name| !crate::store::projects(index, keys, name))
        .collect();
    if missing.is_empty() { Ok(select) } else { Err(not_projected(index, &missing)) }
}

/// (conformance: partiql), for `Query` (asserted).
pub(super) fn not_projected(index: &Index, missing: &[&str]) -> DynamoError {
    DynamoError::parameter(format_args!(
        "Global secondary index {} does not project [{}]",
        index.name,
        missing.join(", ")
    ))
}

/// That an index has what the filter of a query is about (conformance: partiql).
///
/// # Errors
///
/// If it does not.
pub(super) fn check_filter(filter: &Condition, index: &Index, keys: &KeySchema) -> Result<(), DynamoError> {
    let mut missing: Vec<&str> = filter
        .paths()
        .into_iter()
        .map(|path| path.root.as_str())
        .filter(|name| !crate::store::projects(index, keys, name))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    Err(DynamoError::parameter(format_args!(
        "Secondary index {} does not project one or more filter attributes: [{}]",
        index.name,
        missing.join(", ")
    )))
}
