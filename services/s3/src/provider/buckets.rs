//! Operations on buckets as a whole.

use std::ops::Bound;

use asf_api_s3::*;
use asf_runtime::RequestContext;
use asf_runtime::identity::Region;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::S3Provider;
use super::directories::zone_of_new;
use crate::configuration;
use crate::error::Fault;
use crate::models::{Bucket as BucketRecord, BucketKey, Encryption, ObjectLock, Versioning};
use crate::names::{canonical_id, check_bucket_name};

/// The region whose name no location constraint has.
const FIRST_REGION: &str = "us-east-1";

/// Buckets of a page, unless a client says so ("MaxBuckets" of `ListBuckets` in the API reference).
const MAX_BUCKETS: usize = 10_000;

/// `CreateBucket`
pub(super) fn create(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &CreateBucketRequest,
) -> Result<CreateBucketOutput, S3Error> {
    let name = input.bucket.as_deref().unwrap_or_default();
    let zone = zone_of_new(input)?;
    if zone.is_none() {
        check_bucket_name(name)?;
    }
    let constraint = input.create_bucket_configuration.as_ref().and_then(|it| it.location_constraint.clone());
    let region = match &zone {
        Some(_) => ctx.region.clone(),
        None => region_of(constraint.as_ref().map(BucketLocationConstraint::as_str), ctx.region.as_str())?,
    };
    let ownership = input.object_ownership.as_ref().map_or("BucketOwnerEnforced", ObjectOwnership::as_str);
    if !ObjectOwnership::VALUES.contains(&ownership) {
        // test_s3_api::TestS3BucketOwnershipControls::test_bucket_ownership_controls_exc
        let message = format!("Invalid x-amz-object-ownership header: {ownership}");
        let fault = Fault::new("InvalidArgument", 400, message);
        return Err(fault.with("ArgumentName", "x-amz-object-ownership").into());
    }
    let configurations = configuration::of_new_bucket(ctx, input)?;
    let is_locked = input.object_lock_enabled_for_bucket == Some(true);
    let key = BucketKey::new(ctx.partition(), name);
    let bucket = BucketRecord {
        name: name.into(),
        key: key.clone(),
        incarnation: ctx.ids().uuid(),
        owner: ctx.account_id,
        region,
        location: constraint.map(|it| it.as_str().to_owned()),
        created: ctx.clock().now().truncated_to_seconds(),
        versioning: is_locked.then_some(Versioning::Enabled),
        object_lock: is_locked.then(ObjectLock::default),
        ownership: Some(ownership.to_owned()),
        encryption: Encryption::S3,
        zone,
    };
    let location = match (&bucket.zone, bucket.region.as_str()) {
        (Some(zone), region) => zone.endpoint(name, region),
        (None, FIRST_REGION) => format!("/{name}"),
        (None, _) => format!("http://{name}.s3.amazonaws.com/"),
    };
    let arn = bucket.arn();
    let tables = &provider.store.tables;
    let inserted: Result<(), std::sync::Arc<BucketRecord>> = provider.store.state().atomically(|| {
        tables.buckets.insert_new(key.clone(), bucket)?;
        tables.configurations.insert(key, configurations);
        Ok(())
    });
    if let Err(present) = inserted {
        existing(ctx, &present)?;
    }
    Ok(CreateBucketOutput { location: Some(location), bucket_arn: Some(arn) })
}

/// What is said to who makes a bucket that is there: in us-east-1 nothing, if it is their own ("CreateBucket" in
/// the API reference; test_s3::test_create_bucket_with_existing_name).
fn existing(ctx: &RequestContext, present: &BucketRecord) -> Result<(), Fault> {
    if present.owner != ctx.account_id {
        return Err(Fault::new(
            "BucketAlreadyExists",
            409,
            "The requested bucket name is not available. The bucket namespace is shared by all users of the \
             system. Please select a different name and try again.",
        )
        .with("BucketName", &*present.name));
    }
    if present.zone.is_none()
        && ctx.region.as_str() == FIRST_REGION
        && present.region.as_str() == FIRST_REGION
    {
        return Ok(());
    }
    Err(Fault::new(
        "BucketAlreadyOwnedByYou",
        409,
        "Your previous request to create the named bucket succeeded and you already own it.",
    )
    .with("BucketName", &*present.name))
}

/// Where a bucket is made, by its location constraint and the region that was called
/// (test_s3::test_different_location_constraint, test_s3::test_create_bucket_with_invalid_location_constraint).
fn region_of(constraint: Option<&str>, called: &str) -> Result<Region, Fault> {
    let meant = match constraint {
        Some("EU") => Some("eu-west-1"),
        other => other,
    };
    if called != FIRST_REGION {
        if meant == Some(called) {
            return Ok(Region::new(called));
        }
        let given = constraint.unwrap_or("unspecified");
        let message = format!(
            "The {given} location constraint is incompatible for the region specific endpoint this request was \
             sent to."
        );
        return Err(Fault::new("IllegalLocationConstraintException", 400, message));
    }
    let Some(meant) = meant else { return Ok(Region::new(called)) };
    if meant == FIRST_REGION || !BucketLocationConstraint::VALUES.contains(&meant) {
        let message = "The specified location-constraint is not valid";
        let fault = Fault::new("InvalidLocationConstraint", 400, message);
        return Err(fault.with("LocationConstraint", constraint.unwrap_or_default()));
    }
    Ok(Region::new(meant))
}

/// `HeadBucket`
pub(super) fn head(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &HeadBucketRequest,
) -> Result<HeadBucketOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    Ok(HeadBucketOutput {
        bucket_arn: Some(bucket.arn()),
        bucket_region: Some(bucket.region.as_str().to_owned()),
        access_point_alias: Some(false),
        bucket_location_type: bucket.zone.as_ref().map(|zone| match zone.is_local {
            true => LocationType::LocalZone,
            false => LocationType::AvailabilityZone,
        }),
        bucket_location_name: bucket.zone.as_ref().map(|zone| zone.id.clone()),
    })
}

/// `DeleteBucket`
pub(super) fn delete(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteBucketRequest,
) -> Result<(), S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    crate::control::check_unattached(&provider.store, &bucket)?;
    provider.store.remove_bucket(&bucket)?;
    Ok(())
}

/// `GetBucketLocation`
pub(super) fn location(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketLocationRequest,
) -> Result<GetBucketLocationOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    // test_s3::test_create_bucket_with_eu_location_constraint: as it was given.
    let location = bucket.location.as_deref().or(Some(bucket.region.as_str()));
    let location = location.filter(|it| *it != FIRST_REGION);
    Ok(GetBucketLocationOutput { location_constraint: location.map(BucketLocationConstraint::from) })
}

/// `ListBuckets`: the caller's own, in the order of their names.
pub(super) fn list(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: ListBucketsRequest,
) -> Result<ListBucketsOutput, S3Error> {
    let max = match input.max_buckets {
        None => MAX_BUCKETS,
        Some(max) => {
            usize::try_from(max).ok().filter(|it| (1..=MAX_BUCKETS).contains(it)).ok_or_else(|| {
                Fault::invalid_argument(
                    "Argument max-buckets must be an integer between 1 and 10000",
                    "max-buckets",
                    max.to_string(),
                )
            })?
        }
    };
    let region = input.bucket_region.as_deref();
    if let Some(region) = region.filter(|it| !is_region(it)) {
        // test_s3_list_operations::TestS3ListBuckets::test_list_buckets_region_validation
        let message = format!("Argument value {region} is not a valid AWS Region");
        let fault = Fault::new("InvalidArgument", 400, message).with("ArgumentName", "bucket-region");
        return Err(fault.into());
    }
    let token = input.continuation_token.as_deref().filter(|it| !it.is_empty());
    let after = token.map(decoded_token).transpose()?;
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let start = match &after {
        Some(after) if after.as_str() >= prefix => Bound::Excluded(BucketKey::new(ctx.partition(), after)),
        _ => Bound::Included(BucketKey::new(ctx.partition(), prefix)),
    };
    let of_prefix = BucketKey::new(ctx.partition(), prefix);
    let mut found: Vec<_> = provider.store.tables.buckets.read(|buckets| {
        buckets
            .range((start, Bound::Unbounded))
            .take_while(|(key, _)| key.as_str().starts_with(of_prefix.as_str()))
            .map(|(_, bucket)| bucket)
            .filter(|bucket| bucket.owner == ctx.account_id && bucket.zone.is_none())
            // `aws` is the partition whose keys have no prefix of their own.
            .filter(|bucket| bucket.region.partition() == ctx.partition())
            .filter(|bucket| region.is_none_or(|it| it == bucket.region.as_str()))
            .take(max + 1)
            .cloned()
            .collect()
    });
    let has_more = found.len() > max;
    found.truncate(max);
    let last = found.last().filter(|_| has_more);
    Ok(ListBucketsOutput {
        continuation_token: last.map(|bucket| STANDARD.encode(bucket.name.as_bytes())),
        buckets: Some(found.iter().map(|bucket| shown(bucket)).collect()),
        owner: Some(Owner { id: Some(canonical_id(ctx.account_id)), ..Default::default() }),
        prefix: input.prefix,
    })
}

pub(super) fn shown(bucket: &BucketRecord) -> Bucket {
    Bucket {
        name: Some(bucket.name.to_string()),
        creation_date: Some(bucket.created),
        bucket_region: Some(bucket.region.as_str().to_owned()),
        bucket_arn: Some(bucket.arn()),
    }
}

pub(super) fn decoded_token(token: &str) -> Result<String, Fault> {
    let name = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| {
        let message = "The continuation token provided is incorrect";
        Fault::new("InvalidArgument", 400, message).with("ArgumentName", "continuation-token")
    })
}

fn is_region(name: &str) -> bool {
    name == FIRST_REGION || (name != "EU" && BucketLocationConstraint::VALUES.contains(&name))
}

/// `GetBucketVersioning`
pub(super) fn versioning(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketVersioningRequest,
) -> Result<GetBucketVersioningOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let status = bucket.versioning.map(|it| match it {
        Versioning::Enabled => BucketVersioningStatus::Enabled,
        Versioning::Suspended => BucketVersioningStatus::Suspended,
    });
    Ok(GetBucketVersioningOutput { status, ..Default::default() })
}

/// `PutBucketVersioning`
pub(super) fn set_versioning(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketVersioningRequest,
) -> Result<(), S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let status = input.versioning_configuration.and_then(|it| it.status).ok_or_else(|| {
        Fault::new("IllegalVersioningConfigurationException", 400, "The Versioning element must be specified")
    })?;
    let versioning = match status {
        BucketVersioningStatus::Enabled => Versioning::Enabled,
        BucketVersioningStatus::Suspended => Versioning::Suspended,
        _ => return Err(Fault::malformed_xml().into()),
    };
    if versioning == Versioning::Suspended && bucket.object_lock.is_some() {
        // test_s3::TestS3ObjectLock::test_disable_versioning_on_locked_bucket
        let message = "An Object Lock configuration is present on this bucket, so the versioning state cannot \
                       be changed.";
        return Err(Fault::new("InvalidBucketState", 409, message).into());
    }
    if versioning == Versioning::Suspended && provider.configurations(&bucket).replication.is_some() {
        // AWS's words: nozaq/terraform-aws-remote-state-s3-backend#59.
        let message = "A replication configuration is present on this bucket, so you cannot change the versioning \
                       state. To change the versioning state, first delete the replication configuration.";
        return Err(Fault::new("InvalidBucketState", 409, message).into());
    }
    provider.change_bucket(&bucket, |bucket| bucket.versioning = Some(versioning))?;
    Ok(())
}
