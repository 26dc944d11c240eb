//! The errors of ElastiCache, with its words (from memory where no source is named).

use asf_api_elasticache::*;
use asf_runtime::AwsError;

pub(crate) fn value(message: impl Into<String>) -> ElastiCacheError {
    InvalidParameterValueException::new(message).into()
}

pub(crate) fn combination(message: impl Into<String>) -> ElastiCacheError {
    InvalidParameterCombinationException::new(message).into()
}

/// What ElastiCache has and this does not.
pub(crate) fn not_implemented(what: &str) -> ElastiCacheError {
    AwsError::internal(format!("{what} is not implemented")).with_status(501).into()
}

/// A member that must be there.
pub(crate) fn required(member: Option<String>, name: &str) -> Result<String, ElastiCacheError> {
    let message = || format!("The request must contain the parameter {name}.");
    member.filter(|it| !it.is_empty()).ok_or_else(|| AwsError::sender("MissingParameter", message()).into())
}

pub(crate) fn no_cluster(id: &str) -> ElastiCacheError {
    CacheClusterNotFoundFault::new(format!("CacheCluster not found: {id}")).into()
}

pub(crate) fn no_group(id: &str) -> ElastiCacheError {
    ReplicationGroupNotFoundFault::new(format!("ReplicationGroup {id} not found.")).into()
}

pub(crate) fn no_serverless(name: &str) -> ElastiCacheError {
    ServerlessCacheNotFoundFault::new(format!("ServerlessCache {name} not found.")).into()
}
