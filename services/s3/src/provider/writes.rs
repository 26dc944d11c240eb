//! `PutObject`.

use std::ops::RangeInclusive;
use std::sync::Arc;

use asf_api_s3::*;
use asf_runtime::RequestContext;
use asf_runtime::body::ChecksumAlgorithm as Algorithm;
use asf_runtime::identity::AccountId;

use super::S3Provider;
use super::reads::quoted;
use super::settings::{Settings, checked_key, settings_of};
use crate::checksums::{self, given_checksum, put_checksum};
use crate::conditions::WriteConditions;
use crate::configuration;
use crate::encryption::put_encryption;
use crate::error::Fault;
use crate::events::{EventKind, ObjectEvent, publish};
use crate::intake::{self, Content};
use crate::models::{Bucket as BucketRecord, Checksum, ObjectData};
use crate::objects::{Found, NewVersion};
use crate::post_policy::check_size;

/// How an object is put.
#[derive(Debug)]
pub(super) struct Manner {
    /// What hears of it hears.
    pub kind: EventKind,
    /// How many bytes it may have.
    pub sizes: Option<RangeInclusive<u64>>,
}

/// `PutObject`
pub(super) async fn put(
    provider: &S3Provider,
    ctx: &RequestContext,
    mut input: PutObjectRequest,
    manner: Manner,
) -> Result<PutObjectOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key: Arc<str> = checked_key(input.key.as_deref())?.into();
    if input.write_offset_bytes.is_some() {
        // For directory buckets only.
        return Err(Fault::not_implemented("x-amz-write-offset-bytes").into());
    }
    let (if_match, if_none_match) = (input.if_match.take(), input.if_none_match.take());
    let conditions = WriteConditions::new(if_match.as_deref(), if_none_match.as_deref())?;
    let settings = settings_of!(provider, ctx, &bucket, input);
    if !conditions.is_empty() {
        // Said before the body has come, if it can be; what counts is said when it has.
        conditions.check(&key, provider.store.newest(&bucket.key, &key).as_ref())?;
    }
    let algorithm = algorithm_given(ctx, given_checksum!(input)).unwrap_or(checksums::DEFAULT);
    let body = input.body.take().unwrap_or_default();
    let content = intake::take_in(&provider.store.blobs(), body, &[algorithm]).await?;
    check_size(content.size, manner.sizes.as_ref())?;
    let checksum = checked(given_checksum!(input), algorithm, &content)?;
    let found = store(provider, ctx, &bucket, &key, settings, content, checksum, |newest| {
        conditions.check(&key, newest)
    })?;
    publish(provider, ctx, &bucket, || created(manner.kind, &bucket, &found));
    let data = found.data()?;
    let mut output = PutObjectOutput {
        e_tag: Some(quoted(&data.e_tag)),
        version_id: found.version.id.as_deref().map(str::to_owned),
        expiration: configuration::expiration(provider, &bucket, &key, &found.version),
        ..Default::default()
    };
    put_encryption!(output, &data.encryption);
    if let Some(checksum) = &data.checksum {
        output.checksum_type = Some(checksum.kind());
        put_checksum!(output, &checksum.algorithm, checksum.value.clone());
    }
    Ok(output)
}

/// Makes an object of content that has come.
#[expect(clippy::too_many_arguments, reason = "all that an object is made of")]
pub(super) fn store(
    provider: &S3Provider,
    ctx: &RequestContext,
    bucket: &BucketRecord,
    key: &Arc<str>,
    settings: Settings,
    content: Content,
    checksum: Option<Checksum>,
    check: impl FnOnce(Option<&Found>) -> Result<(), Fault>,
) -> Result<Found, Fault> {
    let data = object_of(settings, content, checksum);
    let owner = owner_of_new(ctx, bucket);
    let new = NewVersion { now: ctx.clock().now(), owner, data: Some(Box::new(data)) };
    provider.store.write_version(bucket, key, new, ctx.ids(), check)
}

pub(super) fn object_of(settings: Settings, content: Content, checksum: Option<Checksum>) -> ObjectData {
    ObjectData {
        size: content.size,
        e_tag: content.md5.to_hex(),
        content: content.blob,
        headers: settings.headers,
        metadata: settings.metadata,
        storage_class: settings.storage_class,
        checksum,
        parts: Vec::new(),
        encryption: settings.encryption,
        tags: settings.tags,
        acl: settings.acl,
        retention: settings.retention,
        legal_hold: settings.legal_hold,
        restored_until: None,
    }
}

/// Who owns an object that is written ("Controlling ownership of objects" of the user guide).
pub(super) fn owner_of_new(ctx: &RequestContext, bucket: &BucketRecord) -> AccountId {
    if bucket.ownership.as_deref() == Some("BucketOwnerEnforced") { bucket.owner } else { ctx.account_id }
}

/// The algorithm of the checksum that came with a body, in a header or in a trailer. That an SDK names one alone
/// does not count (test_s3::TestS3PutObjectChecksum::test_s3_checksum_no_automatic_sdk_calculation).
pub(super) fn algorithm_given(ctx: &RequestContext, given: Option<(Algorithm, String)>) -> Option<Algorithm> {
    let trailers = || ctx.header("x-amz-trailer").unwrap_or_default().split(',');
    let header = given.map(|(algorithm, _)| algorithm);
    header.or_else(|| trailers().map(str::trim).find_map(Algorithm::from_header))
}

/// An algorithm by its name
/// (test_s3::TestS3MultipartUploadChecksum::test_multipart_parts_checksum_exceptions_composite).
pub(super) fn known(name: &str) -> Result<Algorithm, Fault> {
    Algorithm::from_name(name).ok_or_else(|| {
        Fault::invalid_request(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, \
             CRC32C, CRC64NVME, SHA1, SHA256]",
        )
    })
}

/// The checksum of what has come, if it is that which was given. Over HTTP that is known already; calls within the
/// process come this far.
pub(super) fn checked(
    given: Option<(Algorithm, String)>,
    algorithm: Algorithm,
    content: &Content,
) -> Result<Option<Checksum>, Fault> {
    let Some(found) = content.checksum(algorithm) else { return Ok(None) };
    if given.is_some_and(|(_, value)| value != found) {
        let name = checksums::name(algorithm);
        let message = format!("The {name} you specified did not match the calculated checksum.");
        return Err(Fault::new("BadDigest", 400, message));
    }
    Ok(Some(Checksum::full(algorithm, found)))
}

/// That an object was made.
pub(super) fn created(kind: EventKind, bucket: &Arc<BucketRecord>, found: &Found) -> ObjectEvent {
    let data = found.version.data.as_deref();
    ObjectEvent {
        kind,
        bucket: bucket.clone(),
        key: found.at.key.clone(),
        version_id: found.version.id.as_deref().map(str::to_owned),
        size: data.map(|it| it.size),
        e_tag: data.map(|it| it.e_tag.clone()),
        sequence: found.sequence(),
        restored: None,
    }
}
