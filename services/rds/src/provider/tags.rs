//! Tags of instances and snapshots.

use asf_api_rds::*;
use asf_runtime::RequestContext;
use asf_runtime::identity::Arn;

use super::{RdsProvider, wire};
use crate::error::{no_instance, no_snapshot, required, value};
use crate::models::Tags;

/// Most tags of a resource ("Tagging Amazon RDS resources" in the user guide).
const MOST: usize = 50;

/// Checks tags; of one key the last counts.
pub(super) fn read(given: Option<Vec<Tag>>) -> Result<Tags, RdsError> {
    let mut tags = Tags::new();
    put(&mut tags, given.unwrap_or_default())?;
    Ok(tags)
}

fn put(tags: &mut Tags, given: Vec<Tag>) -> Result<(), RdsError> {
    for Tag { key, value: text } in given {
        let key = required(key, "Tags.Key")?;
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(value("Tag keys that begin with aws: are reserved."));
        }
        if key.chars().count() > 128 || text.as_ref().is_some_and(|it| it.chars().count() > 256) {
            return Err(value(format!("The tag {key} is too long.")));
        }
        let text = text.unwrap_or_default();
        match tags.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = text,
            None => tags.push((key, text)),
        }
    }
    if tags.len() > MOST {
        return Err(value(format!("A resource has at most {MOST} tags.")));
    }
    Ok(())
}

/// Changes the tags of what an ARN names.
fn change<R>(
    provider: &RdsProvider,
    ctx: &RequestContext,
    name: Option<String>,
    change: impl FnOnce(&mut Tags) -> R,
) -> Result<R, RdsError> {
    let name = required(name, "ResourceName")?;
    let invalid = || value(format!("Invalid resource name: {name}"));
    let arn: Arn = name.parse().map_err(|_| invalid())?;
    let (kind, id) = arn.resource.split_once(':').filter(|_| arn.service == "rds").ok_or_else(invalid)?;
    let (store, id) = (provider.store(ctx), id.to_ascii_lowercase());
    match kind {
        "db" => store.instances.update(&id, |it| change(&mut it.tags)).ok_or_else(|| no_instance(&id)),
        "snapshot" => store.snapshots.update(&id, |it| change(&mut it.tags)).ok_or_else(|| no_snapshot(&id)),
        _ => Err(invalid()),
    }
}

pub(super) fn add(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: AddTagsToResourceMessage,
) -> Result<(), RdsError> {
    let given = input.tags.unwrap_or_default();
    change(provider, ctx, input.resource_name, |tags| {
        let mut changed = tags.clone();
        put(&mut changed, given)?;
        *tags = changed;
        Ok(())
    })?
}

pub(super) fn remove(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: RemoveTagsFromResourceMessage,
) -> Result<(), RdsError> {
    let keys = input.tag_keys.unwrap_or_default();
    change(provider, ctx, input.resource_name, |tags| tags.retain(|(key, _)| !keys.contains(key)))
}

pub(super) fn list(
    provider: &RdsProvider,
    ctx: &RequestContext,
    input: ListTagsForResourceMessage,
) -> Result<TagListMessage, RdsError> {
    let tags = change(provider, ctx, input.resource_name, |tags| wire::tags(tags))?;
    Ok(TagListMessage { tag_list: Some(tags) })
}
