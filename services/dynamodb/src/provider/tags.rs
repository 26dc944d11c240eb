//! `TagResource`, `UntagResource`, `ListTagsOfResource`.

use std::collections::BTreeMap;

use asf_api_dynamodb::*;

use super::DynamoProvider;
use super::addressing::by_resource_arn;
use crate::error::{DynamoError, ErrorKind};
use crate::limits;
use crate::store::records::TableRecord;
use crate::store::tables::Rebuild;

/// Characters of a tag's key and of its value.
const LONGEST: (usize, usize) = (128, 256);

/// The tags of a request. Words are (quirks: DDB-TABLE-442, 457), with AWS's spelling.
///
/// # Errors
///
/// If one cannot be a tag, or there are too many.
pub(super) fn of(tags: Vec<Tag>) -> Result<BTreeMap<String, String>, DynamoError> {
    let mut kept = BTreeMap::new();
    for Tag { key, value } in tags {
        let invalid = |what: &str, given: Option<&str>| {
            let given = given.unwrap_or("null");
            DynamoError::validation(format!("The Tag {what} provided is invalid, {what}: {given}"))
        };
        let key = match key {
            Some(key) if !key.is_empty() && is_text(&key, LONGEST.0) => key,
            other => return Err(invalid("Key", other.as_deref())),
        };
        let value = match value {
            Some(value) if is_text(&value, LONGEST.1) => value,
            other => return Err(invalid("Value", other.as_deref())),
        };
        if key.starts_with("aws:") {
            return Err(DynamoError::validation(format!("Tag Key cannot be prefixed with aws:, Key: {key}")));
        }
        if kept.contains_key(&key) {
            return Err(DynamoError::validation(format!(
                "Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}"
            )));
        }
        kept.insert(key, value);
    }
    check_count(&kept)?;
    Ok(kept)
}

/// What tags are made of: letters, digits, spaces and some more ("Tagging restrictions in DynamoDB").
fn is_text(text: &str, longest: usize) -> bool {
    let is_allowed = |it: char| it.is_alphanumeric() || it.is_whitespace() || "_.:/=+-@".contains(it);
    text.chars().count() <= longest && text.chars().all(is_allowed)
}

/// (quirks: DDB-TABLE-442)
fn check_count(tags: &BTreeMap<String, String>) -> Result<(), DynamoError> {
    if tags.len() <= limits::TAGS {
        return Ok(());
    }
    Err(DynamoError::validation("Number of Tags exceed the current limit for the provided ResourceArn"))
}

/// (quirks: DDB-TABLE-446)
fn no_resource(arn: &str) -> DynamoError {
    DynamoError::new(
        ErrorKind::ResourceNotFound,
        format!("Requested resource not found: ResourceArn: {arn} not found"),
    )
}

fn change(
    provider: &DynamoProvider,
    arn: Option<String>,
    change: impl FnOnce(&mut TableRecord) -> Result<(), DynamoError>,
) -> Result<(), DynamoDbError> {
    let arn = arn.unwrap_or_default();
    let address = provider.store.home(by_resource_arn(&arn)?);
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
    if tags.is_empty() {
        return Err(DynamoError::validation("Atleast one Tag needs to be provided as Input.").into());
    }
    let tags = of(tags)?;
    change(provider, input.resource_arn, |record| {
        record.tags.extend(tags);
        check_count(&record.tags)
    })
}

/// `UntagResource`
pub(super) fn untag(provider: &DynamoProvider, input: UntagResourceInput) -> Result<(), DynamoDbError> {
    let keys = input.tag_keys.unwrap_or_default();
    if keys.is_empty() {
        return Err(DynamoError::validation("Atleast one Tag Key needs to be provided as Input.").into());
    }
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
    let address = provider.store.home(by_resource_arn(arn)?);
    let table = provider.store.table(&address).ok_or_else(|| no_resource(arn))?;
    let tags = table.record.tags.iter();
    let tag = |(key, value): (&String, &String)| Tag { key: Some(key.clone()), value: Some(value.clone()) };
    Ok(ListTagsOfResourceOutput { tags: Some(tags.map(tag).collect()), next_token: None })
}
