//! Tags of clusters, groups and serverless caches.

use asf_api_elasticache::*;
use asf_runtime::RequestContext;
use asf_runtime::identity::Arn;

use super::ElastiCacheProvider;
use crate::error::{no_cluster, no_group, no_serverless, required, value};
use crate::models::Tags;

/// Most tags of a resource ("TagQuotaPerResourceExceeded" in the API reference).
const MOST: usize = 50;

/// Checks tags; of one key the last counts.
pub(super) fn read(given: Option<Vec<Tag>>) -> Result<Tags, ElastiCacheError> {
    let mut tags = Tags::new();
    put(&mut tags, given.unwrap_or_default())?;
    Ok(tags)
}

fn put(tags: &mut Tags, given: Vec<Tag>) -> Result<(), ElastiCacheError> {
    for Tag { key, value: text } in given {
        let key = required(key, "Tags.Key")?;
        if key.starts_with("aws:") {
            return Err(value("Tag keys that begin with aws: are reserved."));
        }
        let text = text.unwrap_or_default();
        match tags.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = text,
            None => tags.push((key, text)),
        }
    }
    if tags.len() > MOST {
        return Err(TagQuotaPerResourceExceeded::new(format!("A resource has at most {MOST} tags.")).into());
    }
    Ok(())
}

fn shown(tags: &Tags) -> TagListMessage {
    let tag = |(key, value): &(String, String)| Tag { key: Some(key.clone()), value: Some(value.clone()) };
    TagListMessage { tag_list: Some(tags.iter().map(tag).collect()) }
}

/// Changes the tags of what an ARN names.
fn change<R>(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    name: Option<String>,
    change: impl FnOnce(&mut Tags) -> R,
) -> Result<R, ElastiCacheError> {
    let name = required(name, "ResourceName")?;
    let invalid = || InvalidArnFault::new(format!("{name} is not a valid ARN of a resource."));
    let arn: Arn = name.parse().map_err(|_| invalid())?;
    let (kind, id) =
        arn.resource.split_once(':').filter(|_| arn.service == "elasticache").ok_or_else(invalid)?;
    let (store, id) = (provider.store(ctx), id.to_owned());
    match kind {
        "cluster" => {
            store.clusters.update(&id, |it| change(&mut it.common.tags)).ok_or_else(|| no_cluster(&id))
        }
        "replicationgroup" => {
            store.groups.update(&id, |it| change(&mut it.common.tags)).ok_or_else(|| no_group(&id))
        }
        "serverlesscache" => {
            store.serverless.update(&id, |it| change(&mut it.tags)).ok_or_else(|| no_serverless(&id))
        }
        _ => Err(invalid().into()),
    }
}

pub(super) fn add(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: AddTagsToResourceMessage,
) -> Result<TagListMessage, ElastiCacheError> {
    let given = input.tags.unwrap_or_default();
    change(provider, ctx, input.resource_name, |tags| {
        let mut changed = tags.clone();
        put(&mut changed, given)?;
        *tags = changed;
        Ok(shown(tags))
    })?
}

pub(super) fn remove(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: RemoveTagsFromResourceMessage,
) -> Result<TagListMessage, ElastiCacheError> {
    let keys = input.tag_keys.unwrap_or_default();
    change(provider, ctx, input.resource_name, |tags| {
        tags.retain(|(key, _)| !keys.contains(key));
        shown(tags)
    })
}

pub(super) fn list(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: ListTagsForResourceMessage,
) -> Result<TagListMessage, ElastiCacheError> {
    change(provider, ctx, input.resource_name, |tags| shown(tags))
}
