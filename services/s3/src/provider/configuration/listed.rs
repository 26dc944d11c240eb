//! Configurations that a bucket has many of: inventory, analytics, metrics, intelligent-tiering.

use asf_api_s3::*;
use asf_runtime::RequestContext;

use super::{S3Provider, bucket};
use crate::configuration::{analytics, inventory, listed};

/// The four operations of a kind: the module, where they are kept, the check, and for each operation its input, for
/// those with an output that too; last the members of the configuration in them.
macro_rules! operations {
    (
        $(#[doc = $doc:literal])*
        $module:ident: $field:ident, $check:path,
        $put:ident, $get:ident => $got:ident, $delete:ident, $list:ident => $listed:ident,
        $member:ident, $members:ident
    ) => {
        $(#[doc = $doc])*
        pub(in crate::provider) mod $module {
            use super::*;

            pub(in crate::provider) fn put(
                provider: &S3Provider,
                ctx: &RequestContext,
                input: $put,
            ) -> Result<(), S3Error> {
                let bucket = bucket!(provider, ctx, input);
                let id = input.id.unwrap_or_default();
                let configuration = $check(&id, input.$member)?;
                provider.configure(&bucket, |it| listed::insert(&mut it.$field, id, configuration))??;
                Ok(())
            }

            pub(in crate::provider) fn get(
                provider: &S3Provider,
                ctx: &RequestContext,
                input: &$get,
            ) -> Result<$got, S3Error> {
                let bucket = bucket!(provider, ctx, input);
                let configurations = provider.configurations(&bucket);
                let found = listed::find(&configurations.$field, input.id.as_deref().unwrap_or_default())?;
                Ok($got { $member: Some(found.to_owned()) })
            }

            pub(in crate::provider) fn delete(
                provider: &S3Provider,
                ctx: &RequestContext,
                input: &$delete,
            ) -> Result<(), S3Error> {
                let bucket = bucket!(provider, ctx, input);
                let id = input.id.as_deref().unwrap_or_default();
                listed::find(&provider.configurations(&bucket).$field, id)?;
                provider.configure(&bucket, |it| drop(it.$field.remove(id)))?;
                Ok(())
            }

            pub(in crate::provider) fn list(
                provider: &S3Provider,
                ctx: &RequestContext,
                input: $list,
            ) -> Result<$listed, S3Error> {
                let bucket = bucket!(provider, ctx, input);
                let configurations = provider.configurations(&bucket);
                let page = listed::page(&configurations.$field, input.continuation_token.as_deref())?;
                Ok($listed {
                    is_truncated: Some(page.next.is_some()),
                    continuation_token: input.continuation_token,
                    next_continuation_token: page.next,
                    $members: page.entries,
                })
            }
        }
    };
}

operations! {
    /// Inventory reports (test_s3::TestS3::test_s3_inventory_report_crud, ::test_put_bucket_inventory_config_order).
    inventories: inventory, inventory::check,
    PutBucketInventoryConfigurationRequest,
    GetBucketInventoryConfigurationRequest => GetBucketInventoryConfigurationOutput,
    DeleteBucketInventoryConfigurationRequest,
    ListBucketInventoryConfigurationsRequest => ListBucketInventoryConfigurationsOutput,
    inventory_configuration, inventory_configuration_list
}

operations! {
    /// Analytics.
    analyses: analytics, analytics::check_analytics,
    PutBucketAnalyticsConfigurationRequest,
    GetBucketAnalyticsConfigurationRequest => GetBucketAnalyticsConfigurationOutput,
    DeleteBucketAnalyticsConfigurationRequest,
    ListBucketAnalyticsConfigurationsRequest => ListBucketAnalyticsConfigurationsOutput,
    analytics_configuration, analytics_configuration_list
}

operations! {
    /// Metrics (test_s3_api::TestS3MetricsConfiguration).
    metrics: metrics, analytics::check_metrics,
    PutBucketMetricsConfigurationRequest,
    GetBucketMetricsConfigurationRequest => GetBucketMetricsConfigurationOutput,
    DeleteBucketMetricsConfigurationRequest,
    ListBucketMetricsConfigurationsRequest => ListBucketMetricsConfigurationsOutput,
    metrics_configuration, metrics_configuration_list
}

operations! {
    /// Intelligent-tiering.
    tierings: tiering, analytics::check_tiering,
    PutBucketIntelligentTieringConfigurationRequest,
    GetBucketIntelligentTieringConfigurationRequest => GetBucketIntelligentTieringConfigurationOutput,
    DeleteBucketIntelligentTieringConfigurationRequest,
    ListBucketIntelligentTieringConfigurationsRequest => ListBucketIntelligentTieringConfigurationsOutput,
    intelligent_tiering_configuration, intelligent_tiering_configuration_list
}
