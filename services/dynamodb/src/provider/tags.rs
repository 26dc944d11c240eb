//! `TagResource`, `UntagResource`, `ListTagsOfResource`.

use std::collections::BTreeMap;

use asf_api_dynamodb::*;

use super::DynamoProvider;
use crate::error::{DynamoError, ErrorKind};
use crate::limits;
use crate::store::records::TableRecord;
use crate::store::tables::Rebuild;

/// The tags of a new table.
pub(super) fn of(tags: Vec<Tag>) -> Result<BTreeMap<String, String>, DynamoError> {
    let tags: BTreeMap<String, String> =
        tags.into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect();
    check_count(&tags)?;
    Ok(tags)
}

/// From memory.
fn check_count(tags: &BTreeMap<String, String>) -> Result<(), DynamoError> {
    if tags.len() <= limits::TAGS {
        return Ok(());
    }
    Err(DynamoError::validation(format!(
        "Too many tags: the limit for a table is {}, and {} are given",
        limits::TAGS,
        tags.len()
    )))
}

/// From memory, with AWS's spelling.
pub(super) fn no_resource(arn: &str) -> DynamoError {
    DynamoError::new(
        ErrorKind::ResourceNotFound,
        format!("Requested resource not found: ResourcArn: {arn} not found"),
    )
}

fn change(
    provider: &DynamoProvider,
    arn: Option<String>,
    change: impl FnOnce(&mut TableRecord) -> Result<(), DynamoError>,
) -> Result<(), DynamoDbError> {
    let arn = arn.unwrap_or_default();
    let address = provider.by_arn(&arn)?;
    let changed = provider.store.alter(&address, |table| {
        let mut record = (*table.record).clone();
        change(&mut record)?;
        Ok::<_, DynamoError>((record, Rebuild::default()))
    })?;
    changed.map(|_| ()).ok_or_else(|| no_resource(&arn).into())
}

/// `TagResource`
pub(super) fn tag(provider: &DynamoProvider, input: TagResourceInput) -> Result<(), DynamoDbError> {
    let tags = input.tags.unwrap_or_default();
    change(provider, input.resource_arn, |record| {
        for tag in tags {
            record.tags.insert(tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
        }
        check_count(&record.tags)
    })
}

/// `UntagResource`
pub(super) fn untag(provider: &DynamoProvider, input: UntagResourceInput) -> Result<(), DynamoDbError> {
    let keys = input.tag_keys.unwrap_or_default();
    change(provider, input.resource_arn, |record| {
        record.tags.retain(|key, _| !keys.contains(key));
        Ok(())
    })
}

/// `ListTagsOfResource`
pub(super) fn list(
    provider: &DynamoProvider,
    input: &ListTagsOfResourceInput,
) -> Result<ListTagsOfResourceOutput, DynamoDbError> {
    let arn = input.resource_arn.as_deref().unwrap_or_default();
    let address = provider.by_arn(arn)?;
    let table = provider.store.table(&address).ok_or_else(|| no_resource(arn))?;
    let tags = table.record.tags.iter();
    let tag = |(key, value): (&String, &String)| Tag { key: Some(key.clone()), value: Some(value.clone()) };
    Ok(ListTagsOfResourceOutput { tags: Some(tags.map(tag).collect()), next_token: None })
}
