//! Serverless caches: a server that speaks to clients of clusters, as AWS's do.

use std::sync::Arc;

use asf_api_elasticache::*;
use asf_runtime::RequestContext;

use super::nodes::{self, Wish, set};
use super::{ElastiCacheProvider, arn, tags};
use crate::error::{no_serverless, not_implemented, required};
use crate::fleet::{Place, Table};
use crate::models::{Limits, Serverless, Status, Transit};
use crate::names::{self, page};

/// Longest name ("ServerlessCacheName" in the API reference).
const LONGEST: usize = 40;

pub(super) fn create(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: CreateServerlessCacheRequest,
) -> Result<CreateServerlessCacheResponse, ElastiCacheError> {
    let name = required(input.serverless_cache_name, "ServerlessCacheName")?;
    let name = names::identifier(&name, "ServerlessCacheName", LONGEST)?;
    let engine = required(input.engine, "Engine")?;
    if input.snapshot_arns_to_restore.is_some() {
        return Err(not_implemented("a cache with the content of a snapshot"));
    }
    if input.user_group_id.is_some() {
        return Err(not_implemented("access by user groups"));
    }
    let wish = Wish {
        engine: Some(&engine),
        version: input.major_engine_version.as_deref(),
        token: None,
        port: None,
        is_cluster: true,
        // AWS's have to be encrypted.
        transit: Transit::Preferred,
    };
    let cache = Serverless {
        name: name.clone(),
        description: input.description.unwrap_or_else(|| " ".to_owned()),
        node: nodes::node(provider, ctx, wish)?,
        created: ctx.clock().now(),
        limits: input.cache_usage_limits.map(kept),
        kms_key: input.kms_key_id,
        security_groups: input.security_group_ids.unwrap_or_default(),
        subnets: input.subnet_ids.unwrap_or_default(),
        snapshot_days: input.snapshot_retention_limit.unwrap_or(0),
        snapshot_time: input.daily_snapshot_time,
        tags: tags::read(input.tags)?,
    };
    let message = format!("Serverless cache {name} already exists.");
    let inserted = provider.store(ctx).serverless.insert_new(name, cache.clone());
    inserted.map_err(|_| ServerlessCacheAlreadyExistsFault::new(message))?;
    provider.fleet.start(place(provider, ctx, &cache));
    Ok(CreateServerlessCacheResponse { serverless_cache: Some(described(provider, ctx, &cache)) })
}

fn kept(limits: CacheUsageLimits) -> Limits {
    Limits {
        storage: limits.data_storage.map(|it| (it.minimum, it.maximum)),
        units: limits.ecpu_per_second.map(|it| (it.minimum, it.maximum)),
    }
}

fn find(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    name: &str,
) -> Result<Arc<Serverless>, ElastiCacheError> {
    provider.store(ctx).serverless.get(&name.to_ascii_lowercase()).ok_or_else(|| no_serverless(name))
}

fn place(provider: &ElastiCacheProvider, ctx: &RequestContext, it: &Serverless) -> Place {
    provider.place(ctx, Table::Serverless, &it.name, &it.node)
}

fn unavailable(name: &str) -> ElastiCacheError {
    InvalidServerlessCacheStateFault::new(format!("Serverless cache {name} is not in available state."))
        .into()
}

pub(super) fn delete(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: DeleteServerlessCacheRequest,
) -> Result<DeleteServerlessCacheResponse, ElastiCacheError> {
    let name = required(input.serverless_cache_name, "ServerlessCacheName")?;
    if input.final_snapshot_name.is_some() {
        return Err(not_implemented("a final snapshot of a cache"));
    }
    let cache = find(provider, ctx, &name)?;
    let place = place(provider, ctx, &cache);
    if !nodes::end(provider, &place) {
        return Err(unavailable(&cache.name));
    }
    provider.fleet.delete(place);
    let mut cache = (*cache).clone();
    cache.node.status = Status::Deleting;
    Ok(DeleteServerlessCacheResponse { serverless_cache: Some(described(provider, ctx, &cache)) })
}

pub(super) fn modify(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: ModifyServerlessCacheRequest,
) -> Result<ModifyServerlessCacheResponse, ElastiCacheError> {
    let name = required(input.serverless_cache_name, "ServerlessCacheName")?;
    let cache = find(provider, ctx, &name)?;
    let kind = cache.node.kind;
    if input.engine.as_ref().is_some_and(|it| it != kind.name()) {
        return Err(not_implemented("another engine of a cache that is there"));
    }
    if input.user_group_id.is_some() {
        return Err(not_implemented("access by user groups"));
    }
    let version = input.major_engine_version.map(|it| nodes::version(kind, Some(&it))).transpose()?;
    if !nodes::turn(provider, &place(provider, ctx, &cache), Status::Available) {
        return Err(unavailable(&cache.name));
    }
    provider.store(ctx).serverless.update(&cache.name, |it| {
        set(&mut it.node.version, version.map(str::to_owned));
        set(&mut it.description, input.description);
        set(&mut it.security_groups, input.security_group_ids);
        set(&mut it.snapshot_days, input.snapshot_retention_limit);
        it.limits = input.cache_usage_limits.map(kept).or_else(|| it.limits.take());
        it.snapshot_time = input.daily_snapshot_time.or_else(|| it.snapshot_time.take());
    });
    let cache = find(provider, ctx, &name)?;
    Ok(ModifyServerlessCacheResponse { serverless_cache: Some(described(provider, ctx, &cache)) })
}

pub(super) fn describe(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: DescribeServerlessCachesRequest,
) -> Result<DescribeServerlessCachesResponse, ElastiCacheError> {
    let found = match input.serverless_cache_name.filter(|it| !it.is_empty()) {
        Some(name) => vec![find(provider, ctx, &name)?],
        None => provider.store(ctx).serverless.range(.., usize::MAX).into_iter().map(|(_, it)| it).collect(),
    };
    let (caches, next) =
        page(found, |it| it.name.as_str(), input.max_results, 1, input.next_token.as_deref())?;
    let caches = caches.iter().map(|it| described(provider, ctx, it)).collect();
    Ok(DescribeServerlessCachesResponse { serverless_caches: Some(caches), next_token: next })
}

fn described(provider: &ElastiCacheProvider, ctx: &RequestContext, it: &Serverless) -> ServerlessCache {
    let status = match provider.fleet.status(&it.node) {
        Status::Rebooting => Status::Modifying,
        status => status,
    };
    let endpoint = provider.endpoint(ctx, &it.node);
    let limits = it.limits.as_ref().map(|limits| CacheUsageLimits {
        data_storage: limits.storage.map(|(minimum, maximum)| DataStorage {
            minimum,
            maximum,
            unit: Some(DataStorageUnit::Gb),
        }),
        ecpu_per_second: limits.units.map(|(minimum, maximum)| EcpuPerSecond { minimum, maximum }),
    });
    ServerlessCache {
        serverless_cache_name: Some(it.name.clone()),
        description: Some(it.description.clone()),
        create_time: Some(it.created),
        status: Some(status.name().to_owned()),
        engine: Some(it.node.kind.name().to_owned()),
        major_engine_version: it.node.version.split('.').next().map(str::to_owned),
        full_engine_version: Some(it.node.version.clone()),
        cache_usage_limits: limits,
        kms_key_id: it.kms_key.clone(),
        security_group_ids: Some(it.security_groups.clone()),
        reader_endpoint: endpoint.clone(),
        endpoint,
        arn: Some(arn(ctx, "serverlesscache", &it.name)),
        subnet_ids: Some(it.subnets.clone()),
        snapshot_retention_limit: Some(it.snapshot_days),
        daily_snapshot_time: it.snapshot_time.clone(),
        ..Default::default()
    }
}
