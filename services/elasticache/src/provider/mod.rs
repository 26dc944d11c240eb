//! The provider: the operations of `ElastiCacheApi` over caches and their servers. What is not here, the service's
//! other backends may have.

mod clusters;
mod groups;
mod nodes;
mod serverless;
mod tags;

use std::sync::Arc;

use asf_api_elasticache::*;
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::identity::Arn;
use asf_runtime::plugin::Settings;
use asf_runtime::public_url::PublicUrl;

use crate::fleet::{Fleet, Place, Table};
use crate::models::{ElastiCacheStore, Node};

/// Amazon ElastiCache: caches of Redis and Valkey.
#[derive(Debug)]
pub struct ElastiCacheProvider {
    fleet: Arc<Fleet>,
    public: PublicUrl,
}

impl ElastiCacheProvider {
    /// A provider over the caches of a state, none of which runs yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { fleet: Arc::new(Fleet::new(settings)), public: PublicUrl::of(settings) }
    }

    /// The servers behind the caches.
    #[must_use]
    pub fn fleet(&self) -> &Arc<Fleet> {
        &self.fleet
    }

    /// The tables of the caller; what was kept comes back with the first call, if it did not before.
    fn store(&self, ctx: &RequestContext) -> ElastiCacheStore {
        self.fleet.resume();
        self.fleet.stores().at(ctx.account_id, &ctx.region)
    }

    fn place(&self, ctx: &RequestContext, table: Table, key: &str, node: &Node) -> Place {
        Place {
            account: ctx.account_id,
            region: ctx.region.clone(),
            table,
            key: key.to_owned(),
            node: node.id.clone(),
        }
    }

    /// Where a server answers, once it does.
    fn endpoint(&self, ctx: &RequestContext, node: &Node) -> Option<Endpoint> {
        let port = node.port?;
        Some(Endpoint { address: Some(self.public.server_host(&ctx.request)), port: Some(port.into()) })
    }
}

/// `arn:aws:elasticache:us-east-1:000000000000:cluster:shop`
fn arn(ctx: &RequestContext, kind: &str, id: &str) -> String {
    Arn {
        partition: ctx.partition().to_string(),
        service: "elasticache".to_owned(),
        region: ctx.region.to_string(),
        account: ctx.account_id.to_string(),
        resource: format!("{kind}:{id}"),
    }
    .to_string()
}

#[provider(service = "elasticache", new = ElastiCacheProvider::new, validation = None)]
impl ElastiCacheApi for ElastiCacheProvider {
    #[handler("AddTagsToResource")]
    async fn add_tags_to_resource(
        &self,
        ctx: &RequestContext,
        input: AddTagsToResourceMessage,
    ) -> Result<TagListMessage, ElastiCacheError> {
        tags::add(self, ctx, input)
    }

    #[handler("CreateCacheCluster")]
    async fn create_cache_cluster(
        &self,
        ctx: &RequestContext,
        input: CreateCacheClusterMessage,
    ) -> Result<CreateCacheClusterResult, ElastiCacheError> {
        clusters::create(self, ctx, input)
    }

    #[handler("CreateReplicationGroup")]
    async fn create_replication_group(
        &self,
        ctx: &RequestContext,
        input: CreateReplicationGroupMessage,
    ) -> Result<CreateReplicationGroupResult, ElastiCacheError> {
        groups::create(self, ctx, input)
    }

    #[handler("CreateServerlessCache")]
    async fn create_serverless_cache(
        &self,
        ctx: &RequestContext,
        input: CreateServerlessCacheRequest,
    ) -> Result<CreateServerlessCacheResponse, ElastiCacheError> {
        serverless::create(self, ctx, input)
    }

    #[handler("DeleteCacheCluster")]
    async fn delete_cache_cluster(
        &self,
        ctx: &RequestContext,
        input: DeleteCacheClusterMessage,
    ) -> Result<DeleteCacheClusterResult, ElastiCacheError> {
        clusters::delete(self, ctx, input)
    }

    #[handler("DeleteReplicationGroup")]
    async fn delete_replication_group(
        &self,
        ctx: &RequestContext,
        input: DeleteReplicationGroupMessage,
    ) -> Result<DeleteReplicationGroupResult, ElastiCacheError> {
        groups::delete(self, ctx, input)
    }

    #[handler("DeleteServerlessCache")]
    async fn delete_serverless_cache(
        &self,
        ctx: &RequestContext,
        input: DeleteServerlessCacheRequest,
    ) -> Result<DeleteServerlessCacheResponse, ElastiCacheError> {
        serverless::delete(self, ctx, input)
    }

    #[handler("DescribeCacheClusters")]
    async fn describe_cache_clusters(
        &self,
        ctx: &RequestContext,
        input: DescribeCacheClustersMessage,
    ) -> Result<CacheClusterMessage, ElastiCacheError> {
        clusters::describe(self, ctx, input)
    }

    #[handler("DescribeReplicationGroups")]
    async fn describe_replication_groups(
        &self,
        ctx: &RequestContext,
        input: DescribeReplicationGroupsMessage,
    ) -> Result<ReplicationGroupMessage, ElastiCacheError> {
        groups::describe(self, ctx, input)
    }

    #[handler("DescribeServerlessCaches")]
    async fn describe_serverless_caches(
        &self,
        ctx: &RequestContext,
        input: DescribeServerlessCachesRequest,
    ) -> Result<DescribeServerlessCachesResponse, ElastiCacheError> {
        serverless::describe(self, ctx, input)
    }

    #[handler("ListTagsForResource")]
    async fn list_tags_for_resource(
        &self,
        ctx: &RequestContext,
        input: ListTagsForResourceMessage,
    ) -> Result<TagListMessage, ElastiCacheError> {
        tags::list(self, ctx, input)
    }

    #[handler("ModifyCacheCluster")]
    async fn modify_cache_cluster(
        &self,
        ctx: &RequestContext,
        input: ModifyCacheClusterMessage,
    ) -> Result<ModifyCacheClusterResult, ElastiCacheError> {
        clusters::modify(self, ctx, input)
    }

    #[handler("ModifyReplicationGroup")]
    async fn modify_replication_group(
        &self,
        ctx: &RequestContext,
        input: ModifyReplicationGroupMessage,
    ) -> Result<ModifyReplicationGroupResult, ElastiCacheError> {
        groups::modify(self, ctx, input)
    }

    #[handler("ModifyServerlessCache")]
    async fn modify_serverless_cache(
        &self,
        ctx: &RequestContext,
        input: ModifyServerlessCacheRequest,
    ) -> Result<ModifyServerlessCacheResponse, ElastiCacheError> {
        serverless::modify(self, ctx, input)
    }

    #[handler("RebootCacheCluster")]
    async fn reboot_cache_cluster(
        &self,
        ctx: &RequestContext,
        input: RebootCacheClusterMessage,
    ) -> Result<RebootCacheClusterResult, ElastiCacheError> {
        clusters::reboot(self, ctx, input)
    }

    #[handler("RemoveTagsFromResource")]
    async fn remove_tags_from_resource(
        &self,
        ctx: &RequestContext,
        input: RemoveTagsFromResourceMessage,
    ) -> Result<TagListMessage, ElastiCacheError> {
        tags::remove(self, ctx, input)
    }
}
