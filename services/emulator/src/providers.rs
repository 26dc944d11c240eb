//! The native providers of `asf`. A crate that nothing refers to is not linked and registers nothing, so
//! each stands here; a test compares this list with what has registered.

use asf_dynamodb as _;
use asf_elasticache as _;
use asf_rds as _;
use asf_s3 as _;
use asf_sns as _;
use asf_sqs as _;
use asf_sts as _;

/// The services that the crates above serve, by botocore's folder names.
pub const NATIVE: &[&str] =
    &["dynamodb", "dynamodbstreams", "elasticache", "rds", "s3", "s3control", "sns", "sqs", "sts"];

#[cfg(test)]
mod tests {
    use super::*;
    use asf_runtime::plugin::PROVIDERS;

    #[test]
    fn everything_that_is_listed_has_registered() {
        let mut registered: Vec<&str> = PROVIDERS.iter().map(|plugin| plugin.service).collect();
        registered.sort_unstable();
        assert_eq!(registered, NATIVE);
    }
}
