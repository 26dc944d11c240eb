//! Cache clusters of one node, and the members of replication groups as such.

use std::sync::Arc;

use asf_api_elasticache::*;
use asf_runtime::RequestContext;

use super::nodes::{self, Wish, check_node_type, set};
use super::{ElastiCacheProvider, arn, groups, tags};
use crate::error::{combination, no_cluster, not_implemented, required};
use crate::fleet::{Place, Table};
use crate::models::{Cluster, Common, Node, Status};
use crate::names::{self, page};

/// Longest id of a cluster ("CacheClusterId" in the API reference).
const LONGEST: usize = 50;

pub(super) fn create(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: CreateCacheClusterMessage,
) -> Result<CreateCacheClusterResult, ElastiCacheError> {
    let id = required(input.cache_cluster_id, "CacheClusterId")?;
    let id = names::identifier(&id, "CacheClusterId", LONGEST)?;
    if input.replication_group_id.is_some() {
        return Err(not_implemented("another member of a replication group"));
    }
    if input.snapshot_arns.is_some() || input.snapshot_name.is_some() {
        return Err(not_implemented("a cache with the content of a snapshot"));
    }
    let node_type = required(input.cache_node_type, "CacheNodeType")?;
    check_node_type(&node_type)?;
    let engine = required(input.engine, "Engine")?;
    let kind = nodes::kind(&engine)?;
    if input.num_cache_nodes.unwrap_or(1) != 1 {
        return Err(combination(format!("A cluster of {} has one node.", kind.name())));
    }
    let transit_encryption = input.transit_encryption_enabled.unwrap_or(false);
    if input.auth_token.is_some() && !transit_encryption {
        return Err(nodes::needs_encryption());
    }
    let wish = Wish {
        engine: Some(&engine),
        version: input.engine_version.as_deref(),
        token: input.auth_token,
        port: input.port,
        is_cluster: false,
        // One cluster alone has no mode that is described.
        transit: nodes::transit(transit_encryption, None)?,
    };
    let cluster = Cluster {
        id: id.clone(),
        node: nodes::node(provider, ctx, wish)?,
        common: Common {
            node_type,
            created: ctx.clock().now(),
            maintenance_window: window(input.preferred_maintenance_window),
            snapshot_days: input.snapshot_retention_limit.unwrap_or(0),
            snapshot_window: input.snapshot_window,
            minor_upgrades: input.auto_minor_version_upgrade.unwrap_or(true),
            transit_encryption,
            parameter_group: input.cache_parameter_group_name,
            subnet_group: input.cache_subnet_group_name,
            security_groups: input.security_group_ids.unwrap_or_default(),
            zone: input.preferred_availability_zone.unwrap_or_else(|| format!("{}a", ctx.region)),
            tags: tags::read(input.tags)?,
        },
    };
    let exists = || CacheClusterAlreadyExistsFault::new(format!("CacheCluster already exists: {id}"));
    let store = provider.store(ctx);
    if groups::member(&store, &id).is_some() {
        return Err(exists().into());
    }
    store.clusters.insert_new(id.clone(), cluster.clone()).map_err(|_| exists())?;
    provider.fleet.start(place(provider, ctx, &cluster));
    Ok(CreateCacheClusterResult { cache_cluster: Some(described(provider, ctx, &cluster, true)) })
}

pub(super) fn window(asked: Option<String>) -> String {
    asked.unwrap_or_else(|| "sun:05:00-sun:06:00".to_owned())
}

fn find(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    id: &str,
) -> Result<Arc<Cluster>, ElastiCacheError> {
    let store = provider.store(ctx);
    let key = id.to_ascii_lowercase();
    match store.clusters.get(&key) {
        Some(cluster) => Ok(cluster),
        None if groups::member(&store, &key).is_some() => {
            Err(combination(format!("{id} is a member of a replication group; change that instead.")))
        }
        None => Err(no_cluster(id)),
    }
}

fn place(provider: &ElastiCacheProvider, ctx: &RequestContext, it: &Cluster) -> Place {
    provider.place(ctx, Table::Clusters, &it.id, &it.node)
}

fn unavailable(id: &str) -> ElastiCacheError {
    InvalidCacheClusterStateFault::new(format!("Cache cluster {id} is not in available state.")).into()
}

pub(super) fn delete(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: DeleteCacheClusterMessage,
) -> Result<DeleteCacheClusterResult, ElastiCacheError> {
    let id = required(input.cache_cluster_id, "CacheClusterId")?;
    if input.final_snapshot_identifier.is_some() {
        return Err(not_implemented("a final snapshot of a cache"));
    }
    let cluster = find(provider, ctx, &id)?;
    let place = place(provider, ctx, &cluster);
    if !nodes::end(provider, &place) {
        return Err(unavailable(&cluster.id));
    }
    provider.fleet.delete(place);
    let mut cluster = (*cluster).clone();
    cluster.node.status = Status::Deleting;
    Ok(DeleteCacheClusterResult { cache_cluster: Some(described(provider, ctx, &cluster, true)) })
}

pub(super) fn reboot(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: RebootCacheClusterMessage,
) -> Result<RebootCacheClusterResult, ElastiCacheError> {
    let id = required(input.cache_cluster_id, "CacheClusterId")?;
    let cluster = find(provider, ctx, &id)?;
    let place = place(provider, ctx, &cluster);
    if !nodes::turn(provider, &place, Status::Rebooting) {
        return Err(unavailable(&cluster.id));
    }
    provider.fleet.reboot(place);
    let cluster = find(provider, ctx, &id)?;
    Ok(RebootCacheClusterResult { cache_cluster: Some(described(provider, ctx, &cluster, true)) })
}

/// Everything is applied at once, whatever `ApplyImmediately` says: there is no maintenance window to wait for.
pub(super) fn modify(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: ModifyCacheClusterMessage,
) -> Result<ModifyCacheClusterResult, ElastiCacheError> {
    let id = required(input.cache_cluster_id, "CacheClusterId")?;
    let cluster = find(provider, ctx, &id)?;
    let kind = cluster.node.kind;
    if input.engine.as_ref().is_some_and(|it| it != kind.name()) {
        return Err(not_implemented("another engine of a cache that is there"));
    }
    if input.num_cache_nodes.is_some_and(|it| it != 1) {
        return Err(combination(format!("A cluster of {} has one node.", kind.name())));
    }
    let version = input.engine_version.map(|it| nodes::version(kind, Some(&it))).transpose()?;
    if let Some(node_type) = &input.cache_node_type {
        check_node_type(node_type)?;
    }
    let strategy = input.auth_token_update_strategy;
    let tokens = nodes::tokens(&cluster.node, input.auth_token, strategy, cluster.common.transit_encryption)?;
    let place = place(provider, ctx, &cluster);
    let status = if tokens.is_some() { Status::Modifying } else { Status::Available };
    if !nodes::turn(provider, &place, status) {
        return Err(unavailable(&cluster.id));
    }
    let now = ctx.clock().now();
    provider.store(ctx).clusters.update(&cluster.id, |it| {
        set(&mut it.node.version, version.map(str::to_owned));
        if tokens.is_some() {
            it.node.tokens_set = Some(now);
        }
        set(&mut it.common.node_type, input.cache_node_type);
        set(&mut it.common.maintenance_window, input.preferred_maintenance_window);
        set(&mut it.common.snapshot_days, input.snapshot_retention_limit);
        set(&mut it.common.minor_upgrades, input.auto_minor_version_upgrade);
        set(&mut it.common.security_groups, input.security_group_ids);
        it.common.snapshot_window = input.snapshot_window.or_else(|| it.common.snapshot_window.take());
        it.common.parameter_group =
            input.cache_parameter_group_name.or_else(|| it.common.parameter_group.take());
    });
    if let Some(tokens) = tokens {
        provider.fleet.set_tokens(place, tokens);
    }
    let cluster = find(provider, ctx, &id)?;
    Ok(ModifyCacheClusterResult { cache_cluster: Some(described(provider, ctx, &cluster, true)) })
}

pub(super) fn describe(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: DescribeCacheClustersMessage,
) -> Result<CacheClusterMessage, ElastiCacheError> {
    let store = provider.store(ctx);
    let with_nodes = input.show_cache_node_info.unwrap_or(false);
    let alone = input.show_cache_clusters_not_in_replication_groups.unwrap_or(false);
    let mut all: Vec<CacheCluster> = store
        .clusters
        .range(.., usize::MAX)
        .iter()
        .map(|(_, it)| described(provider, ctx, it, with_nodes))
        .collect();
    if !alone {
        let groups = store.groups.range(.., usize::MAX);
        all.extend(groups.iter().flat_map(|(_, it)| groups::members(provider, ctx, it, with_nodes)));
    }
    all.sort_by(|a, b| key(a).cmp(key(b)));
    if let Some(id) = input.cache_cluster_id.filter(|it| !it.is_empty()) {
        all.retain(|it| key(it) == id.to_ascii_lowercase());
        if all.is_empty() {
            return Err(no_cluster(&id));
        }
    }
    let (clusters, marker) = page(all, key, input.max_records, 20, input.marker.as_deref())?;
    Ok(CacheClusterMessage { cache_clusters: Some(clusters), marker })
}

fn key(it: &CacheCluster) -> &str {
    it.cache_cluster_id.as_deref().unwrap_or_default()
}

fn described(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    it: &Cluster,
    with_nodes: bool,
) -> CacheCluster {
    shown(provider, ctx, Shown { id: &it.id, group: None, node: &it.node, common: &it.common, with_nodes })
}

/// What is shown of a cluster.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) id: &'a str,
    pub(super) group: Option<&'a str>,
    pub(super) node: &'a Node,
    pub(super) common: &'a Common,
    pub(super) with_nodes: bool,
}

pub(super) fn shown(provider: &ElastiCacheProvider, ctx: &RequestContext, it: Shown<'_>) -> CacheCluster {
    let Shown { id, group, node, common, with_nodes } = it;
    let status = provider.fleet.status(node);
    let is_made = node.status != Status::Creating;
    let cache_node = || CacheNode {
        cache_node_id: Some("0001".to_owned()),
        cache_node_status: Some(status.name().to_owned()),
        cache_node_create_time: Some(common.created),
        endpoint: provider.endpoint(ctx, node),
        parameter_group_status: Some("in-sync".to_owned()),
        customer_availability_zone: Some(common.zone.clone()),
        ..Default::default()
    };
    let family = || format!("default.{}", node.kind.family(&node.version));
    let groups = common.security_groups.iter().map(|id| SecurityGroupMembership {
        security_group_id: Some(id.clone()),
        status: Some("active".to_owned()),
    });
    CacheCluster {
        cache_cluster_id: Some(id.to_owned()),
        client_download_landing_page: Some(format!(
            "https://console.aws.amazon.com/elasticache/home?region={}#client-download:",
            ctx.region
        )),
        cache_node_type: Some(common.node_type.clone()),
        engine: Some(node.kind.name().to_owned()),
        engine_version: Some(node.version.clone()),
        cache_cluster_status: Some(status.name().to_owned()),
        num_cache_nodes: Some(1),
        preferred_availability_zone: Some(common.zone.clone()),
        cache_cluster_create_time: is_made.then_some(common.created),
        preferred_maintenance_window: Some(common.maintenance_window.clone()),
        pending_modified_values: Some(PendingModifiedValues::default()),
        cache_security_groups: Some(Vec::new()),
        cache_parameter_group: Some(CacheParameterGroupStatus {
            cache_parameter_group_name: Some(common.parameter_group.clone().unwrap_or_else(family)),
            parameter_apply_status: Some("in-sync".to_owned()),
            cache_node_ids_to_reboot: Some(Vec::new()),
        }),
        cache_subnet_group_name: Some(common.subnet_group.clone().unwrap_or_else(|| "default".to_owned())),
        cache_nodes: (with_nodes && is_made).then(|| vec![cache_node()]),
        auto_minor_version_upgrade: Some(common.minor_upgrades),
        security_groups: Some(groups.collect()),
        replication_group_id: group.map(str::to_owned),
        snapshot_retention_limit: Some(common.snapshot_days),
        snapshot_window: common.snapshot_window.clone(),
        auth_token_enabled: Some(!node.tokens.is_empty()),
        auth_token_last_modified_date: node.tokens_set,
        transit_encryption_enabled: Some(common.transit_encryption),
        transit_encryption_mode: nodes::transit_mode(node.transit),
        at_rest_encryption_enabled: Some(false),
        arn: Some(arn(ctx, "cluster", id)),
        replication_group_log_delivery_enabled: Some(false),
        log_delivery_configurations: Some(Vec::new()),
        network_type: Some(NetworkType::Ipv4),
        ip_discovery: Some(IpDiscovery::Ipv4),
        ..Default::default()
    }
}
