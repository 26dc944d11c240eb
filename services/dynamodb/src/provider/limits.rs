//! `DescribeLimits` and `DescribeEndpoints`.

use asf_api_dynamodb::{DescribeEndpointsResponse, DescribeLimitsOutput, Endpoint};
use asf_runtime::RequestContext;
use asf_runtime::public_url::host_of;

/// The quotas of a new account ("Quotas in Amazon DynamoDB").
pub(super) fn describe() -> DescribeLimitsOutput {
    DescribeLimitsOutput {
        account_max_read_capacity_units: Some(80_000),
        account_max_write_capacity_units: Some(80_000),
        table_max_read_capacity_units: Some(40_000),
        table_max_write_capacity_units: Some(40_000),
    }
}

/// The one that was called, so that clients stay here.
pub(super) fn endpoints(ctx: &RequestContext) -> DescribeEndpointsResponse {
    let host = host_of(&ctx.request).map(str::to_owned);
    let address =
        host.unwrap_or_else(|| format!("dynamodb.{}.{}", ctx.region, ctx.region.partition().dns_suffix()));
    let endpoint = Endpoint { address: Some(address), cache_period_in_minutes: Some(1440) };
    DescribeEndpointsResponse { endpoints: Some(vec![endpoint]) }
}
