//! Operations that directory buckets have alone.

use std::collections::VecDeque;
use std::ops::Bound;
use std::sync::Arc;

use asf_api_s3::*;
use asf_runtime::RequestContext;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::S3Provider;
use super::buckets::{decoded_token, shown};
use super::settings::checked_key;
use crate::conditions::{Conditioned, ReadConditions};
use crate::directory::{self, sessions::Session};
use crate::encryption::{CustomerKey, EncryptionRequest, put_encryption};
use crate::error::Fault;
use crate::models::{Bucket as BucketRecord, BucketKey, Encryption, Zone};

/// Buckets of a page, unless a client says so, and at most ("MaxDirectoryBuckets" of `ListDirectoryBuckets`).
const MAX_BUCKETS: usize = 1000;

/// Renames that are remembered by their tokens.
const REMEMBERED: usize = 1000;

/// The zone that a bucket is made in: `None` of general-purpose buckets.
///
/// # Errors
/// `InvalidBucketName`; `MalformedXML`, as AWS says it of a configuration that does not fit the name
/// (seen on AWS: aws-controllers-k8s/community#2658); `NotImplemented`.
pub(super) fn zone_of_new(input: &CreateBucketRequest) -> Result<Option<Zone>, Fault> {
    let name = input.bucket.as_deref().unwrap_or_default();
    let configuration = input.create_bucket_configuration.as_ref();
    let info = configuration.and_then(|it| it.bucket.as_ref());
    let is_directory = info.and_then(|it| it.r#type.as_ref()) == Some(&BucketType::Directory);
    let place = configuration.and_then(|it| it.location.as_ref());
    if !is_directory {
        let is_plain = info.is_none() && place.is_none() && !directory::is_name(name);
        return if is_plain { Ok(None) } else { Err(Fault::malformed_xml()) };
    }
    let id = directory::zone_of_name(name)?;
    if input.object_lock_enabled_for_bucket == Some(true) {
        return Err(Fault::not_implemented("x-amz-bucket-object-lock-enabled"));
    }
    let place = place.filter(|it| it.name.as_deref() == Some(id)).ok_or_else(Fault::malformed_xml)?;
    let is_local = match place.r#type {
        None | Some(LocationType::AvailabilityZone) => false,
        Some(LocationType::LocalZone) => true,
        Some(_) => return Err(Fault::malformed_xml()),
    };
    Ok(Some(Zone { id: id.to_owned(), is_local }))
}

/// `ListDirectoryBuckets`: the caller's own in the region that is called.
pub(super) fn list(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &ListDirectoryBucketsRequest,
) -> Result<ListDirectoryBucketsOutput, S3Error> {
    let max = match input.max_directory_buckets {
        None => MAX_BUCKETS,
        Some(max) => usize::try_from(max).ok().filter(|it| *it <= MAX_BUCKETS).ok_or_else(|| {
            let message = "Argument max-directory-buckets must be an integer between 0 and 1000";
            Fault::invalid_argument(message, "max-directory-buckets", max.to_string())
        })?,
    };
    let token = input.continuation_token.as_deref().filter(|it| !it.is_empty());
    let start = match token.map(decoded_token).transpose()? {
        Some(after) => Bound::Excluded(BucketKey::new(ctx.partition(), &after)),
        None => Bound::Unbounded,
    };
    let mut found: Vec<Arc<BucketRecord>> = provider.store.tables.buckets.read(|buckets| {
        let all = buckets.range((start, Bound::Unbounded)).map(|(_, bucket)| bucket);
        all.filter(|it| it.zone.is_some() && it.owner == ctx.account_id && it.region == ctx.region)
            .take(max + 1)
            .cloned()
            .collect()
    });
    let has_more = found.len() > max;
    found.truncate(max);
    let last = found.last().filter(|_| has_more);
    // The region is no part of this answer ("ListDirectoryBuckets" in the API reference).
    let of_directory = |bucket: &Arc<BucketRecord>| Bucket { bucket_region: None, ..shown(bucket) };
    Ok(ListDirectoryBucketsOutput {
        continuation_token: last.map(|bucket| STANDARD.encode(bucket.name.as_bytes())),
        buckets: Some(found.iter().map(of_directory).collect()),
    })
}

/// Whether `ListBuckets` is meant for `ListDirectoryBuckets`. On the wire they are one request: what tells them apart is
/// the host, or, where a client was given an endpoint, the service that it is signed for.
pub(super) fn are_meant(ctx: &RequestContext) -> bool {
    let is_host = |name: &str| ctx.header(name).is_some_and(|it| it.starts_with("s3express-control."));
    is_host("host") || ctx.header("authorization").is_some_and(|it| it.contains("/s3express/aws4_request"))
}

/// `ListDirectoryBuckets`, in the form of [`ListBuckets`](super::buckets::list).
pub(super) fn list_as_buckets(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: ListBucketsRequest,
) -> Result<ListBucketsOutput, S3Error> {
    let arguments = ctx.request.uri.query().unwrap_or_default().split('&');
    let max =
        arguments.filter_map(|it| it.strip_prefix("max-directory-buckets=")).find_map(|it| it.parse().ok());
    let input = ListDirectoryBucketsRequest {
        max_directory_buckets: max,
        continuation_token: input.continuation_token,
    };
    let ListDirectoryBucketsOutput { buckets, continuation_token } = list(provider, ctx, &input)?;
    Ok(ListBucketsOutput { buckets, continuation_token, ..Default::default() })
}

/// `CreateSession`
///
/// Also for a bucket that is not there: SDKs that were given an endpoint ask for a session before they call
/// `CreateBucket`, which on AWS goes to an endpoint that needs none.
pub(super) fn create_session(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &CreateSessionRequest,
) -> Result<CreateSessionOutput, S3Error> {
    let name = input.bucket.as_deref().unwrap_or_default();
    let default = match provider.bucket(ctx, Some(name), None) {
        Ok(bucket) if bucket.zone.is_none() => {
            return Err(Fault::method_not_allowed("GET", "BUCKET").into());
        }
        Ok(bucket) => bucket.encryption.clone(),
        Err(_) if directory::zone_of_name(name).is_ok() => Encryption::S3,
        Err(fault) => return Err(fault.into()),
    };
    let encryption = EncryptionRequest {
        algorithm: input.server_side_encryption.as_ref().map(ServerSideEncryption::as_str),
        kms_key: input.ssekms_key_id.as_deref(),
        context: input.ssekms_encryption_context.as_deref(),
        bucket_key: input.bucket_key_enabled,
        customer: CustomerKey::default(),
    };
    let encryption = encryption.resolve(ctx, &default)?;
    let session = Session::new(ctx, provider.access_keys, name);
    #[derive(Default)]
    struct Said {
        server_side_encryption: Option<ServerSideEncryption>,
        ssekms_key_id: Option<String>,
        bucket_key_enabled: Option<bool>,
        sse_customer_algorithm: Option<String>,
        sse_customer_key_md5: Option<String>,
    }
    let mut said = Said::default();
    put_encryption!(said, &encryption);
    Ok(CreateSessionOutput {
        server_side_encryption: said.server_side_encryption,
        ssekms_key_id: said.ssekms_key_id,
        ssekms_encryption_context: input.ssekms_encryption_context.clone(),
        bucket_key_enabled: said.bucket_key_enabled,
        credentials: Some(SessionCredentials {
            access_key_id: Some(session.access_key_id),
            secret_access_key: Some(session.secret),
            session_token: Some(session.token),
            expiration: Some(session.expires),
        }),
    })
}

/// Renames by their tokens: who asks again with the same is told that it was done. They are of this process.
#[derive(Debug, Default)]
pub(super) struct Renames(std::sync::Mutex<VecDeque<Rename>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rename {
    incarnation: String,
    token: String,
    from: Arc<str>,
    to: Arc<str>,
}

impl Renames {
    fn with<R>(&self, act: impl FnOnce(&mut VecDeque<Rename>) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Whether it was done before.
    ///
    /// # Errors
    /// `IdempotencyParameterMismatch`, if the token was another's.
    fn was_done(&self, asked: &Rename) -> Result<bool, S3Error> {
        let same = |it: &&Rename| it.token == asked.token && it.incarnation == asked.incarnation;
        match self.with(|done| done.iter().find(same).cloned()) {
            None => Ok(false),
            Some(done) if done == *asked => Ok(true),
            Some(_) => Err(IdempotencyParameterMismatch::default().into()),
        }
    }

    fn keep(&self, rename: Rename) {
        self.with(|done| {
            done.truncate(REMEMBERED - 1);
            done.push_front(rename);
        });
    }
}

/// `RenameObject`
pub(super) fn rename(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &RenameObjectRequest,
) -> Result<RenameObjectOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), None)?;
    if bucket.zone.is_none() {
        return Err(Fault::not_implemented("x-amz-rename-source").into());
    }
    let to: Arc<str> = checked_key(input.key.as_deref())?.into();
    let from: Arc<str> = source_key(input.rename_source.as_deref().unwrap_or_default(), &bucket.name)?.into();
    if [&from, &to].into_iter().any(|it| it.is_empty() || it.ends_with('/')) {
        // "Renaming objects in directory buckets" of the user guide; the words are ours.
        let message = "Objects whose keys end in the delimiter / are not renamed";
        return Err(Fault::invalid_request(message).into());
    }
    let asked = input.client_token.clone().map(|token| Rename {
        incarnation: bucket.incarnation.clone(),
        token,
        from: from.clone(),
        to: to.clone(),
    });
    if let Some(asked) = &asked
        && provider.renames.was_done(asked)?
    {
        return Ok(RenameObjectOutput::default());
    }
    let of_source = ReadConditions {
        if_match: input.source_if_match.as_deref(),
        if_none_match: input.source_if_none_match.as_deref(),
        if_modified_since: input.source_if_modified_since,
        if_unmodified_since: input.source_if_unmodified_since,
    };
    let of_target = ReadConditions {
        if_match: input.destination_if_match.as_deref(),
        if_none_match: input.destination_if_none_match.as_deref(),
        if_modified_since: input.destination_if_modified_since,
        if_unmodified_since: input.destination_if_unmodified_since,
    };
    let now = ctx.clock().now();
    provider.store.rename(&bucket, &from, &to, now, |source, present| {
        of_source.check_write(&source.version, source.data()?, now, Conditioned::RenameSource)?;
        match present {
            Some(present) => {
                of_target.check_write(&present.version, present.data()?, now, Conditioned::Target)
            }
            None if of_target.if_match.is_some() => Err(Fault::precondition_failed("If-Match")),
            None => Ok(()),
        }
    })?;
    if let Some(asked) = asked {
        provider.renames.keep(asked);
    }
    Ok(RenameObjectOutput::default())
}

/// The key in `x-amz-rename-source`, percent-encoded. Clients write the key alone, or the bucket before it.
fn source_key(source: &str, bucket: &str) -> Result<String, Fault> {
    let decoded = percent_decode_str(source).decode_utf8().map_err(|_| {
        Fault::invalid_argument("Invalid rename source object key", "x-amz-rename-source", source)
    })?;
    let key = decoded.strip_prefix('/').unwrap_or(&decoded);
    let key = key.strip_prefix(bucket).and_then(|it| it.strip_prefix('/')).unwrap_or(key);
    Ok(key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources() {
        let bucket = "b--use1-az4--x-s3";
        for source in ["k%20l/m", "/k%20l/m", "b--use1-az4--x-s3/k l/m", "/b--use1-az4--x-s3/k%20l/m"] {
            assert_eq!(source_key(source, bucket).unwrap(), "k l/m", "{source}");
        }
        assert_eq!(source_key("%FF", bucket).unwrap_err().code, "InvalidArgument");
    }
}
