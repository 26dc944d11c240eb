//! Access points (test_s3control::TestS3ControlAccessPoint).

use std::ops::Bound;
use std::sync::Arc;

use asf_api_s3control::{
    AccessPoint as ShownAccessPoint, CreateAccessPointRequest, CreateAccessPointResult,
    DeleteAccessPointRequest, GetAccessPointRequest, GetAccessPointResult, ListAccessPointsRequest,
    ListAccessPointsResult, NetworkOrigin, S3ControlError, VpcConfiguration,
};
use asf_runtime::RequestContext;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{S3ControlProvider, check_account, names, public_access_block, tags};
use crate::configuration::public_access_block::PublicAccessBlock;
use crate::error::Fault;
use crate::models::{AccessPoint, AccessPointKey, BucketKey};

/// Entries of a page, unless a client says so ("MaxResults" of `ListAccessPoints` in the API reference).
const PAGE: usize = 1000;

/// The access point of a name or an ARN.
pub(super) fn key(ctx: &RequestContext, name: Option<String>) -> AccessPointKey {
    let name = name.unwrap_or_default();
    names::parse(&name, ctx.region.as_str()).filter(|_| name.starts_with("arn:")).unwrap_or_else(|| {
        AccessPointKey { account: ctx.account_id, region: ctx.region.as_str().to_owned(), name }
    })
}

/// An access point that there is.
pub(super) fn find(provider: &S3ControlProvider, key: &AccessPointKey) -> Result<Arc<AccessPoint>, Fault> {
    provider.store.tables.access_points.get(key).ok_or_else(|| missing(key))
}

/// test_access_point_lifecycle
pub(super) fn missing(key: &AccessPointKey) -> Fault {
    Fault::new("NoSuchAccessPoint", 404, "The specified accesspoint does not exist")
        .with("AccessPointName", &*key.name)
}

/// `CreateAccessPoint`
pub(super) fn create(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: CreateAccessPointRequest,
) -> Result<CreateAccessPointResult, S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    let key = key(ctx, input.name);
    names::check(&key.name)?;
    let tags = tags::checked(input.tags.unwrap_or_default())?;
    let name = input.bucket.unwrap_or_default();
    let tables = &provider.store.tables;
    let bucket = tables.buckets.get(&BucketKey::new(ctx.partition(), &name));
    // test_access_point_bucket_not_exists
    let bucket = bucket.filter(|it| it.region == ctx.region).ok_or_else(|| {
        Fault::invalid_request("Amazon S3 AccessPoint can only be created for existing bucket")
    })?;
    // All of it, unless it says otherwise (test_access_point_public_access_block_configuration).
    let block = input.public_access_block_configuration.as_ref();
    let point = AccessPoint {
        bucket: name,
        bucket_account: bucket.owner,
        alias: names::alias(&key.name, ctx.ids()),
        vpc: input.vpc_configuration.and_then(|it| it.vpc_id),
        public_access_block: block.map_or(PublicAccessBlock::ALL, public_access_block::read),
        created: ctx.clock().now(),
        policy: None,
        tags,
    };
    let alias = point.alias.clone();
    let inserted = provider.store.state().atomically(|| {
        tables.access_points.insert_new(key.clone(), point).map_err(drop)?;
        tables.aliases.insert(alias.clone(), key.clone());
        Ok(())
    });
    // From memory.
    inserted.map_err(|()| {
        let message =
            "Your previous request to create the named accesspoint succeeded and you already own it.";
        Fault::new("AccessPointAlreadyOwnedByYou", 409, message).with("AccessPointName", &*key.name)
    })?;
    Ok(CreateAccessPointResult { access_point_arn: Some(key.arn()), alias: Some(alias) })
}

/// `GetAccessPoint`
pub(super) fn get(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: GetAccessPointRequest,
) -> Result<GetAccessPointResult, S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    let key = key(ctx, input.name);
    let point = find(provider, &key)?;
    let suffix = ctx.partition().dns_suffix();
    let endpoints = [
        ("ipv4", "s3-accesspoint"),
        ("fips", "s3-accesspoint-fips"),
        ("fips_dualstack", "s3-accesspoint-fips.dualstack"),
        ("dualstack", "s3-accesspoint.dualstack"),
    ];
    let endpoints =
        endpoints.map(|(name, host)| (name.to_owned(), format!("{host}.{}.{suffix}", key.region)));
    Ok(GetAccessPointResult {
        access_point_arn: Some(key.arn()),
        name: Some(key.name),
        bucket: Some(point.bucket.clone()),
        network_origin: Some(origin(&point)),
        vpc_configuration: vpc(&point),
        public_access_block_configuration: Some(public_access_block::shown(point.public_access_block)),
        creation_date: Some(point.created),
        alias: Some(point.alias.clone()),
        endpoints: Some(endpoints.into_iter().collect()),
        bucket_account_id: Some(point.bucket_account.to_string()),
        ..Default::default()
    })
}

/// `DeleteAccessPoint`
pub(super) fn delete(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: DeleteAccessPointRequest,
) -> Result<(), S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    let key = key(ctx, input.name);
    let tables = &provider.store.tables;
    let removed = provider.store.state().atomically(|| {
        let removed = tables.access_points.remove(&key)?;
        tables.aliases.remove(&removed.alias);
        Some(())
    });
    Ok(removed.ok_or_else(|| missing(&key))?)
}

/// `ListAccessPoints`: in the order of their names.
pub(super) fn list(
    provider: &S3ControlProvider,
    ctx: &RequestContext,
    input: &ListAccessPointsRequest,
) -> Result<ListAccessPointsResult, S3ControlError> {
    check_account(ctx, input.account_id.as_deref())?;
    let max = input.max_results.map_or(PAGE, |it| usize::try_from(it).unwrap_or(0).clamp(1, PAGE));
    let at = |name: String| AccessPointKey {
        account: ctx.account_id,
        region: ctx.region.as_str().to_owned(),
        name,
    };
    let start = match input.next_token.as_deref().filter(|it| !it.is_empty()) {
        None => Bound::Included(at(String::new())),
        Some(token) => {
            let name = STANDARD.decode(token).ok().and_then(|it| String::from_utf8(it).ok());
            // From memory.
            let name = name.ok_or_else(|| Fault::invalid_request("The provided token is not valid"))?;
            Bound::Excluded(at(name))
        }
    };
    let mut found: Vec<(AccessPointKey, Arc<AccessPoint>)> =
        provider.store.tables.access_points.read(|points| {
            points
                .range((start, Bound::Unbounded))
                .take_while(|(key, _)| key.account == ctx.account_id && key.region == ctx.region.as_str())
                .filter(|(_, point)| input.bucket.as_ref().is_none_or(|it| *it == point.bucket))
                .take(max + 1)
                .map(|(key, point)| (key.clone(), point.clone()))
                .collect()
        });
    let has_more = found.len() > max;
    found.truncate(max);
    let next_token = found.last().filter(|_| has_more).map(|(key, _)| STANDARD.encode(&key.name));
    let shown = found.into_iter().map(|(key, point)| ShownAccessPoint {
        access_point_arn: Some(key.arn()),
        name: Some(key.name),
        network_origin: Some(origin(&point)),
        vpc_configuration: vpc(&point),
        bucket: Some(point.bucket.clone()),
        alias: Some(point.alias.clone()),
        bucket_account_id: Some(point.bucket_account.to_string()),
        ..Default::default()
    });
    Ok(ListAccessPointsResult { access_point_list: Some(shown.collect()), next_token })
}

fn origin(point: &AccessPoint) -> NetworkOrigin {
    NetworkOrigin::from(if point.vpc.is_some() { "VPC" } else { "Internet" })
}

fn vpc(point: &AccessPoint) -> Option<VpcConfiguration> {
    point.vpc.clone().map(|id| VpcConfiguration { vpc_id: Some(id) })
}
