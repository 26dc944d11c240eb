//! What is said without a server. Caches that run are tested through real clients, in `tests/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

use asf_api_elasticache::*;
use asf_elasticache::ElastiCacheProvider;
use asf_runtime::RequestContext;
use asf_runtime::context::Environment;
use asf_runtime::error::ServiceError as _;
use asf_runtime::plugin::Settings;
use asf_runtime::provider::TypedOperation as _;

fn provider() -> (ElastiCacheProvider, RequestContext) {
    let operation = operations::DescribeCacheClusters::operation();
    (ElastiCacheProvider::new(&Settings::default()), RequestContext::new(operation, Environment::default()))
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn what_cannot_be_made() {
    let (provider, ctx) = provider();
    let wish = || CreateReplicationGroupMessage {
        replication_group_id: text("shop"),
        replication_group_description: text("a shop"),
        engine: text("redis"),
        ..Default::default()
    };
    for (change, code, message) in [
        (
            (|it| it.replication_group_id = None) as fn(&mut CreateReplicationGroupMessage),
            "MissingParameter",
            "The request must contain the parameter ReplicationGroupId.",
        ),
        (
            |it| it.auth_token = text("sixteen-chars-or-more"),
            "InvalidParameterCombination",
            "AuthToken can only be specified when transit encryption is enabled.",
        ),
        (
            |it| (it.transit_encryption_enabled, it.auth_token) = (Some(true), text("short")),
            "InvalidParameterValue",
            "Invalid AuthToken provided. It has 16 to 128 printable characters, none of which is a space, '/', '\"' \
             or '@'.",
        ),
        (
            |it| it.transit_encryption_mode = Some(TransitEncryptionMode::Preferred),
            "InvalidParameterCombination",
            "TransitEncryptionMode needs TransitEncryptionEnabled.",
        ),
        (
            |it| it.engine_version = text("3.2"),
            "InvalidParameterCombination",
            "Cannot find version 3.2 for redis",
        ),
        (
            |it| it.num_node_groups = Some(3),
            "InternalFailure",
            "a replication group of more than one shard is not implemented",
        ),
        (|it| it.engine = text("memcached"), "InternalFailure", "the engine memcached is not implemented"),
    ] {
        let mut input = wish();
        change(&mut input);
        let error = provider.create_replication_group(&ctx, input).await.err().unwrap();
        assert_eq!((error.code(), error.message().unwrap()), (code, message));
    }
}

#[tokio::test]
async fn what_is_not_there() {
    let (provider, ctx) = provider();
    let input = DescribeCacheClustersMessage { cache_cluster_id: text("nobody"), ..Default::default() };
    let error = provider.describe_cache_clusters(&ctx, input).await.err().unwrap();
    let expected = ("CacheClusterNotFound", "CacheCluster not found: nobody", 404);
    assert_eq!((error.code(), error.message().unwrap(), error.status()), expected);
    let input =
        DescribeReplicationGroupsMessage { replication_group_id: text("nobody"), ..Default::default() };
    let error = provider.describe_replication_groups(&ctx, input).await.err().unwrap();
    assert_eq!(error.code(), "ReplicationGroupNotFoundFault");
    let input =
        DescribeServerlessCachesRequest { serverless_cache_name: text("nobody"), ..Default::default() };
    let error = provider.describe_serverless_caches(&ctx, input).await.err().unwrap();
    assert_eq!(error.code(), "ServerlessCacheNotFoundFault");
}
