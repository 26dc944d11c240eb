//! `SELECT`: as queries or a scan, page by page.

use std::borrow::Cow;

use asf_runtime::RequestContext;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::DynamoProvider;
use super::pages;
use crate::capacity::{Consumed, read_units};
use crate::error::DynamoError;
use crate::evaluate::holds;
use crate::limits;
use crate::models::table::{Index, IndexKind};
use crate::models::{Item, KeySchema};
use crate::partiql::{self, Access, Select};
use crate::store::places::KeyRange;
use crate::store::{OpenTable, projected, projects};
use crate::writing::no_table;

/// A page of a `SELECT`.
#[derive(Default)]
pub(super) struct Selected {
    pub(super) items: Vec<Item>,
    /// `NextToken`
    pub(super) next: Option<String>,
    /// `LastEvaluatedKey`
    pub(super) last: Option<Item>,
    pub(super) consumed: Consumed,
}

/// Where a page ended: in which of the queries, and at which key there.
type Place = (usize, Option<Item>);

/// Reads a page.
pub(super) fn run(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    select: &Select,
    consistent: bool,
    limit: Option<usize>,
    token: Option<&str>,
) -> Result<Selected, DynamoError> {
    let table: OpenTable =
        provider.store.table(&provider.address(ctx, Some(&select.table))?).ok_or_else(no_table)?;
    let (index, slot) = index(&table, select, consistent)?.unzip();
    let keys = index.map_or(&table.record.description.keys, |index| &index.keys);
    let (id, slot) = (table.record.id, slot.unwrap_or(0));
    if let Some(index) = index {
        check_columns(select, index, &table.record.description.keys)?;
    }
    let (ranges, forward) = match partiql::access(select, keys)? {
        Access::Query(queries, descending) => {
            if let (Some(index), Some(condition)) = (index, &select.condition) {
                pages::check_filter(condition, index, &table.record.description.keys)?;
            }
            let ranges = queries.iter().map(|query| KeyRange::of_query(id, slot, query)).collect();
            (ranges, !descending)
        }
        Access::Scan => (vec![KeyRange::of_scan(id, slot)], true),
    };
    let (first, after) = token.map(read_token).transpose()?.unwrap_or_default();
    let mut selected = Selected::default();
    let (mut bytes, mut fetched, mut scanned) = (0_u64, 0_u64, 0_usize);
    let table_keys = &table.record.description.keys;
    let reaches_back = index.is_some_and(|index| reaches_back(select, index, table_keys));
    'page: for (number, mut range) in ranges.into_iter().enumerate().skip(first) {
        if number == first
            && let Some(after) = &after
        {
            range = range.after(pages::start(after, &table, index, true)?.encoded, forward);
        }
        for record in table.items(index, range, forward, limit) {
            scanned += 1;
            let (seen, size) = match index {
                None => (Cow::Borrowed(&record.item), record.size),
                Some(index) => {
                    let pairs = projected(index, table_keys, &record.item).into_iter();
                    let seen: Item = pairs.map(|(name, value)| (name.clone(), value.clone())).collect();
                    (Cow::Owned(seen), crate::store::projected_size(index, table_keys, &record))
                }
            };
            bytes += u64::from(size);
            if reaches_back {
                fetched += read_units(u64::from(record.size), consistent);
            }
            if select.condition.as_ref().is_none_or(|condition| holds(condition, &seen)) {
                selected.items.push(select.columns_of(if reaches_back { &record.item } else { &seen }));
            }
            if limit.is_some_and(|limit| scanned >= limit) || bytes > limits::PAGE_BYTES {
                let last = pages::last_key(table_keys, index, &record.item);
                selected.next = Some(write_token(&(number, Some(last.clone()))));
                selected.last = Some(last);
                break 'page;
            }
        }
    }
    let units = read_units(bytes, consistent);
    selected.consumed = match index {
        None => Consumed::read(units),
        Some(index) => {
            let mut consumed = Consumed::read(fetched);
            consumed.add_index(index, units);
            consumed
        }
    };
    Ok(selected)
}

/// Whether a local index has to look columns up in the table; it is paid for each item that is looked at
/// (conformance: indexQualifier).
fn reaches_back(select: &Select, index: &Index, keys: &KeySchema) -> bool {
    let mut columns = select.columns.iter().flatten();
    index.kind == IndexKind::Local && columns.any(|path| !projects(index, keys, &path.root))
}

/// The index that is read. The words are not those of `Query` (conformance: partiql).
fn index<'t>(
    table: &'t OpenTable,
    select: &Select,
    consistent: bool,
) -> Result<Option<(&'t Index, u32)>, DynamoError> {
    let Some(name) = &select.index else { return Ok(None) };
    let found = table
        .index(name)
        .ok_or_else(|| DynamoError::validation("The table does not have the specified index"))?;
    if consistent && found.0.kind == IndexKind::Global {
        return Err(DynamoError::validation(
            "Strongly consistent read is not supported on Global Secondary Indexes",
        ));
    }
    Ok(Some(found))
}

/// That a global index has the columns (conformance: partiql).
fn check_columns(select: &Select, index: &Index, keys: &KeySchema) -> Result<(), DynamoError> {
    if index.kind != IndexKind::Global {
        return Ok(());
    }
    let columns = select.columns.iter().flatten().map(|path| path.root.as_str());
    let missing: Vec<&str> = columns.filter(|name| !projects(index, keys, name)).collect();
    if missing.is_empty() { Ok(()) } else { Err(pages::not_projected(index, &missing)) }
}

fn write_token(place: &Place) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

fn read_token(text: &str) -> Result<Place, DynamoError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    // From memory.
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| DynamoError::validation("Given NextToken is invalid"))
}
