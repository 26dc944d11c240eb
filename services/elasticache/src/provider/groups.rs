//! Replication groups of one shard. All members are one server: what is written is read at once.

use std::sync::Arc;

use asf_api_elasticache::*;
use asf_runtime::RequestContext;

use super::clusters::{Shown, shown, window};
use super::nodes::{self, Wish, check_node_type, set};
use super::{ElastiCacheProvider, arn, tags};
use crate::error::{combination, no_group, not_implemented, required, value};
use crate::fleet::{Place, Table};
use crate::models::{Common, ElastiCacheStore, Group, Status, Transit};
use crate::names::{self, page};

/// Longest id of a group ("ReplicationGroupId" in the API reference).
const LONGEST: usize = 40;

pub(super) fn create(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: CreateReplicationGroupMessage,
) -> Result<CreateReplicationGroupResult, ElastiCacheError> {
    let id = required(input.replication_group_id, "ReplicationGroupId")?;
    let id = names::identifier(&id, "ReplicationGroupId", LONGEST)?;
    let description = required(input.replication_group_description, "ReplicationGroupDescription")?;
    for (is_asked, what) in [
        (input.global_replication_group_id.is_some(), "a global replication group"),
        (input.primary_cluster_id.is_some(), "a replication group of a cluster that is there"),
        (
            input.snapshot_arns.is_some() || input.snapshot_name.is_some(),
            "a cache with the content of a snapshot",
        ),
        (input.serverless_cache_snapshot_name.is_some(), "a cache with the content of a snapshot"),
        (input.user_group_ids.is_some(), "access by user groups"),
        (input.num_node_groups.unwrap_or(1) > 1, "a replication group of more than one shard"),
        (
            input.node_group_configuration.as_ref().is_some_and(|it| it.len() > 1),
            "a replication group of more than one shard",
        ),
    ] {
        if is_asked {
            return Err(not_implemented(what));
        }
    }
    let replicas = input.replicas_per_node_group.unwrap_or(0);
    let members = input.num_cache_clusters.unwrap_or_else(|| replicas.saturating_add(1));
    if !(1..=6).contains(&members) {
        return Err(value("A replication group has 1 to 6 members."));
    }
    let failover = input.automatic_failover_enabled.unwrap_or(false);
    if failover && members < 2 {
        return Err(value(
            "When automatic failover is enabled, there must be at least one read replica: NumCacheClusters must be \
             greater than 1.",
        ));
    }
    let multi_az = input.multi_az_enabled.unwrap_or(false);
    if multi_az && !failover {
        return Err(combination("MultiAZEnabled needs AutomaticFailoverEnabled."));
    }
    let node_type = input.cache_node_type.unwrap_or_else(|| "cache.t3.micro".to_owned());
    check_node_type(&node_type)?;
    let transit_encryption = input.transit_encryption_enabled.unwrap_or(false);
    if input.auth_token.is_some() && !transit_encryption {
        return Err(nodes::needs_encryption());
    }
    let by_parameters = input.cache_parameter_group_name.as_ref().is_some_and(|it| it.contains("cluster.on"));
    let wish = Wish {
        engine: input.engine.as_deref(),
        version: input.engine_version.as_deref(),
        token: input.auth_token,
        port: input.port,
        transit: nodes::transit(transit_encryption, input.transit_encryption_mode.as_ref())?,
        is_cluster: by_parameters || input.cluster_mode == Some(ClusterMode::Enabled),
    };
    let zones = input.preferred_cache_cluster_azs.unwrap_or_default();
    let group = Group {
        id: id.clone(),
        description,
        node: nodes::node(provider, ctx, wish)?,
        members: u32::try_from(members).unwrap_or(1),
        failover,
        multi_az,
        at_rest_encryption: input.at_rest_encryption_enabled.unwrap_or(false),
        kms_key: input.kms_key_id,
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
            zone: zones.into_iter().next().unwrap_or_else(|| format!("{}a", ctx.region)),
            tags: tags::read(input.tags)?,
        },
    };
    let message = format!("Replication group {id} already exists.");
    let inserted = provider.store(ctx).groups.insert_new(id, group.clone());
    inserted.map_err(|_| ReplicationGroupAlreadyExistsFault::new(message))?;
    provider.fleet.start(place(provider, ctx, &group));
    Ok(CreateReplicationGroupResult { replication_group: Some(described(provider, ctx, &group)) })
}

fn find(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    id: &str,
) -> Result<Arc<Group>, ElastiCacheError> {
    provider.store(ctx).groups.get(&id.to_ascii_lowercase()).ok_or_else(|| no_group(id))
}

fn place(provider: &ElastiCacheProvider, ctx: &RequestContext, it: &Group) -> Place {
    provider.place(ctx, Table::Groups, &it.id, &it.node)
}

fn unavailable(id: &str) -> ElastiCacheError {
    InvalidReplicationGroupStateFault::new(format!("Replication group {id} is not in available state."))
        .into()
}

/// `shop-001`, and so on; of a shard of a cluster `shop-0001-001`.
fn member_ids(it: &Group) -> impl Iterator<Item = String> {
    let prefix = if it.node.is_cluster { format!("{}-0001", it.id) } else { it.id.clone() };
    (1..=it.members).map(move |number| format!("{prefix}-{number:03}"))
}

/// The group that a cluster is a member of.
pub(super) fn member(store: &ElastiCacheStore, id: &str) -> Option<Arc<Group>> {
    let groups = store.groups.range(.., usize::MAX);
    groups.into_iter().map(|(_, it)| it).find(|it| member_ids(it).any(|member| member == id))
}

/// The members of a group, as clusters.
pub(super) fn members(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    it: &Group,
    with_nodes: bool,
) -> Vec<CacheCluster> {
    let show = |id: String| {
        let one = Shown { id: &id, group: Some(&it.id), node: &it.node, common: &it.common, with_nodes };
        shown(provider, ctx, one)
    };
    member_ids(it).map(show).collect()
}

pub(super) fn delete(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: DeleteReplicationGroupMessage,
) -> Result<DeleteReplicationGroupResult, ElastiCacheError> {
    let id = required(input.replication_group_id, "ReplicationGroupId")?;
    if input.final_snapshot_identifier.is_some() {
        return Err(not_implemented("a final snapshot of a cache"));
    }
    if input.retain_primary_cluster == Some(true) {
        return Err(not_implemented("a primary cluster that stays"));
    }
    let group = find(provider, ctx, &id)?;
    let place = place(provider, ctx, &group);
    if !nodes::end(provider, &place) {
        return Err(unavailable(&group.id));
    }
    provider.fleet.delete(place);
    let mut group = (*group).clone();
    group.node.status = Status::Deleting;
    Ok(DeleteReplicationGroupResult { replication_group: Some(described(provider, ctx, &group)) })
}

/// Everything is applied at once, whatever `ApplyImmediately` says.
pub(super) fn modify(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: ModifyReplicationGroupMessage,
) -> Result<ModifyReplicationGroupResult, ElastiCacheError> {
    let id = required(input.replication_group_id, "ReplicationGroupId")?;
    let group = find(provider, ctx, &id)?;
    let kind = group.node.kind;
    for (is_asked, what) in [
        (
            input.engine.as_ref().is_some_and(|it| it != kind.name()),
            "another engine of a cache that is there",
        ),
        (input.user_group_ids_to_add.is_some(), "access by user groups"),
        (
            input
                .cluster_mode
                .as_ref()
                .is_some_and(|it| (*it == ClusterMode::Enabled) != group.node.is_cluster),
            "another cluster mode of a cache that is there",
        ),
        (
            input.transit_encryption_enabled.is_some_and(|it| it != group.common.transit_encryption),
            "to begin or end the encryption of connections to a cache that is there",
        ),
    ] {
        if is_asked {
            return Err(not_implemented(what));
        }
    }
    let failover = input.automatic_failover_enabled.unwrap_or(group.failover);
    if failover && group.members < 2 {
        return Err(combination("Automatic failover needs a replication group of at least two members."));
    }
    let version = input.engine_version.map(|it| nodes::version(kind, Some(&it))).transpose()?;
    if let Some(node_type) = &input.cache_node_type {
        check_node_type(node_type)?;
    }
    let encryption = group.common.transit_encryption;
    let mode = input.transit_encryption_mode.as_ref();
    let transit = mode.map(|mode| nodes::transit(encryption, Some(mode))).transpose()?;
    let tokens = nodes::tokens(&group.node, input.auth_token, input.auth_token_update_strategy, encryption)?;
    let place = place(provider, ctx, &group);
    let status = if tokens.is_some() { Status::Modifying } else { Status::Available };
    if !nodes::turn(provider, &place, status) {
        return Err(unavailable(&group.id));
    }
    let now = ctx.clock().now();
    provider.store(ctx).groups.update(&group.id, |it| {
        set(&mut it.node.version, version.map(str::to_owned));
        if tokens.is_some() {
            it.node.tokens_set = Some(now);
        }
        set(&mut it.description, input.replication_group_description);
        set(&mut it.multi_az, input.multi_az_enabled);
        it.failover = failover;
        // One that was made when connections were in the clear stays so.
        if it.node.transit != Transit::Clear {
            set(&mut it.node.transit, transit);
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
    if transit.is_some() {
        provider.fleet.set_transit(place.clone());
    }
    if let Some(tokens) = tokens {
        provider.fleet.set_tokens(place, tokens);
    }
    let group = find(provider, ctx, &id)?;
    Ok(ModifyReplicationGroupResult { replication_group: Some(described(provider, ctx, &group)) })
}

pub(super) fn describe(
    provider: &ElastiCacheProvider,
    ctx: &RequestContext,
    input: DescribeReplicationGroupsMessage,
) -> Result<ReplicationGroupMessage, ElastiCacheError> {
    let found = match input.replication_group_id.filter(|it| !it.is_empty()) {
        Some(id) => vec![find(provider, ctx, &id)?],
        None => provider.store(ctx).groups.range(.., usize::MAX).into_iter().map(|(_, it)| it).collect(),
    };
    let (groups, marker) = page(found, |it| it.id.as_str(), input.max_records, 20, input.marker.as_deref())?;
    let groups = groups.iter().map(|it| described(provider, ctx, it)).collect();
    Ok(ReplicationGroupMessage { replication_groups: Some(groups), marker })
}

fn described(provider: &ElastiCacheProvider, ctx: &RequestContext, it: &Group) -> ReplicationGroup {
    let status = provider.fleet.status(&it.node);
    // Groups know no reboots.
    let status = if status == Status::Rebooting { Status::Modifying } else { status };
    let endpoint = provider.endpoint(ctx, &it.node);
    let is_cluster = it.node.is_cluster;
    let member = |(number, id): (usize, String)| NodeGroupMember {
        cache_cluster_id: Some(id),
        cache_node_id: Some("0001".to_owned()),
        read_endpoint: endpoint.clone().filter(|_| !is_cluster),
        preferred_availability_zone: Some(it.common.zone.clone()),
        current_role: (!is_cluster).then(|| if number == 0 { "primary" } else { "replica" }.to_owned()),
        ..Default::default()
    };
    let shard = || NodeGroup {
        node_group_id: Some("0001".to_owned()),
        status: Some(status.name().to_owned()),
        primary_endpoint: endpoint.clone().filter(|_| !is_cluster),
        reader_endpoint: endpoint.clone().filter(|_| !is_cluster),
        slots: is_cluster.then(|| "0-16383".to_owned()),
        node_group_members: Some(member_ids(it).enumerate().map(member).collect()),
    };
    ReplicationGroup {
        replication_group_id: Some(it.id.clone()),
        description: Some(it.description.clone()),
        global_replication_group_info: Some(GlobalReplicationGroupInfo::default()),
        status: Some(status.name().to_owned()),
        pending_modified_values: Some(ReplicationGroupPendingModifiedValues::default()),
        member_clusters: Some(member_ids(it).collect()),
        node_groups: endpoint.is_some().then(|| vec![shard()]),
        automatic_failover: Some(match it.failover {
            true => AutomaticFailoverStatus::Enabled,
            false => AutomaticFailoverStatus::Disabled,
        }),
        multi_az: Some(if it.multi_az { MultiAzStatus::Enabled } else { MultiAzStatus::Disabled }),
        configuration_endpoint: endpoint.clone().filter(|_| is_cluster),
        snapshot_retention_limit: Some(it.common.snapshot_days),
        snapshot_window: it.common.snapshot_window.clone(),
        cluster_enabled: Some(is_cluster),
        cluster_mode: Some(if is_cluster { ClusterMode::Enabled } else { ClusterMode::Disabled }),
        cache_node_type: Some(it.common.node_type.clone()),
        auth_token_enabled: Some(!it.node.tokens.is_empty()),
        auth_token_last_modified_date: it.node.tokens_set,
        transit_encryption_enabled: Some(it.common.transit_encryption),
        transit_encryption_mode: nodes::transit_mode(it.node.transit),
        at_rest_encryption_enabled: Some(it.at_rest_encryption),
        kms_key_id: it.kms_key.clone(),
        arn: Some(arn(ctx, "replicationgroup", &it.id)),
        log_delivery_configurations: Some(Vec::new()),
        replication_group_create_time: Some(it.common.created),
        data_tiering: Some(DataTieringStatus::Disabled),
        auto_minor_version_upgrade: Some(it.common.minor_upgrades),
        network_type: Some(NetworkType::Ipv4),
        ip_discovery: Some(IpDiscovery::Ipv4),
        engine: Some(it.node.kind.name().to_owned()),
        ..Default::default()
    }
}
