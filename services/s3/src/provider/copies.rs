//! `CopyObject`.

use std::sync::Arc;

use asf_api_s3::*;
use asf_runtime::RequestContext;
use asf_runtime::body::ChecksumAlgorithm as Algorithm;

use super::S3Provider;
use super::reads::quoted;
use super::settings::{checked_key, settings_of};
use super::sources::{Copied, source_of};
use super::writes::{created, known, object_of, owner_of_new};
use crate::checksums::put_checksum;
use crate::conditions::WriteConditions;
use crate::configuration;
use crate::encryption::{encryption_request, put_encryption};
use crate::error::Fault;
use crate::events::{EventKind, publish};
use crate::intake::{self, Content, MAX_SIZE};
use crate::models::{Bucket as BucketRecord, Checksum, ObjectData};
use crate::objects::NewVersion;

/// `CopyObject`
pub(super) async fn copy(
    provider: &S3Provider,
    ctx: &RequestContext,
    mut input: CopyObjectRequest,
) -> Result<CopyObjectOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let key: Arc<str> = checked_key(input.key.as_deref())?.into();
    let (if_match, if_none_match) = (input.if_match.take(), input.if_none_match.take());
    let conditions = WriteConditions::new(if_match.as_deref(), if_none_match.as_deref())?;
    let replaces_metadata = directive(input.metadata_directive.as_ref().map(MetadataDirective::as_str))
        .ok_or_else(|| unknown_directive("metadata"))?;
    let replaces_tags = directive(input.tagging_directive.as_ref().map(TaggingDirective::as_str))
        .ok_or_else(|| unknown_directive("tagging"))?;
    let source = source_of!(input).find(provider, ctx)?;
    let data = source.found.data()?;
    if data.size > MAX_SIZE {
        let message = format!(
            "The specified copy source is larger than the maximum allowable size for a copy source: {MAX_SIZE}"
        );
        return Err(Fault::invalid_request(message).into());
    }
    let changes = replaces_metadata
        || input.storage_class.is_some()
        || input.website_redirect_location.is_some()
        || encryption_request!(input).is_given();
    if is_itself(&source, &bucket, &key) && !changes && !configuration::is_encrypted(provider, &bucket) {
        let message = "This copy request is illegal because it is trying to copy an object to itself without \
                       changing the object's metadata, storage class, website redirect location or encryption \
                       attributes.";
        return Err(Fault::invalid_request(message).into());
    }
    let algorithm = input.checksum_algorithm.as_ref().map(|it| known(it.as_str())).transpose()?;
    let mut settings = settings_of!(provider, ctx, &bucket, input);
    if !replaces_metadata {
        // Where a website redirects to is not copied ("CopyObject" in the API reference).
        let redirect = settings.headers.website_redirect_location.take();
        settings.headers = data.headers.clone();
        settings.headers.website_redirect_location = redirect;
        settings.metadata = data.metadata.clone();
    }
    if !replaces_tags {
        settings.tags = data.tags.clone();
        if bucket.zone.is_some() && !settings.tags.is_empty() {
            // "TaggingDirective" of `CopyObject` in the API reference.
            return Err(Fault::not_implemented("x-amz-tagging-directive").into());
        }
    }
    conditions.check(&key, provider.store.newest(&bucket.key, &key).as_ref())?;
    let (content, checksum, e_tag) = content_of(data, algorithm).await?;
    let mut object = object_of(settings, content, checksum);
    object.e_tag = e_tag;
    let owner = owner_of_new(ctx, &bucket);
    let new = NewVersion { now: ctx.clock().now(), owner, data: Some(Box::new(object)) };
    let check = |newest: Option<&_>| conditions.check(&key, newest);
    let found = provider.store.write_version(&bucket, &key, new, ctx.ids(), check)?;
    publish(provider, ctx, &bucket, || created(EventKind::ObjectCreatedCopy, &bucket, &found));
    let data = found.data()?;
    let mut result = CopyObjectResult {
        e_tag: Some(quoted(&data.e_tag)),
        last_modified: Some(found.version.modified),
        ..Default::default()
    };
    if let Some(checksum) = &data.checksum {
        result.checksum_type = Some(checksum.kind());
        put_checksum!(result, &checksum.algorithm, checksum.value.clone());
    }
    let mut output = CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id: source.found.version.id.as_deref().map(str::to_owned),
        version_id: bucket.shown_version(&found.version),
        expiration: configuration::expiration(provider, &bucket, &key, &found.version),
        ..Default::default()
    };
    put_encryption!(output, &data.encryption);
    Ok(output)
}

/// Whether a directive says to take what the request has: `None` if it is none.
fn directive(name: Option<&str>) -> Option<bool> {
    match name {
        None | Some("COPY") => Some(false),
        Some("REPLACE") => Some(true),
        Some(_) => None,
    }
}

fn unknown_directive(of: &str) -> Fault {
    let message = format!("Unknown {of} directive.");
    Fault::new("InvalidArgument", 400, message).with("ArgumentName", format!("x-amz-{of}-directive"))
}

/// Whether the newest version is copied over itself: an older one that is copied there comes back.
fn is_itself(source: &Copied, bucket: &BucketRecord, key: &str) -> bool {
    source.bucket.key == bucket.key && &*source.found.at.key == key && !source.is_named
}

/// Content, checksum and entity tag of the copy. What was uploaded in parts is none any more, so that its bytes are
/// read once (test_s3::test_multipart_copy_object_etag); otherwise they are not touched.
async fn content_of(
    data: &ObjectData,
    algorithm: Option<Algorithm>,
) -> Result<(Content, Option<Checksum>, String), Fault> {
    let former = data.checksum.as_ref();
    let wanted = algorithm.or_else(|| former.and_then(|it| Algorithm::from_name(&it.algorithm)));
    let is_same = wanted.is_none()
        || former.is_some_and(|it| !it.is_composite && Algorithm::from_name(&it.algorithm) == wanted);
    if data.parts.is_empty() && is_same {
        let content = Content {
            blob: data.content.clone(),
            size: data.size,
            md5: Algorithm::Md5.digest(b""),
            checksums: Vec::new(),
        };
        return Ok((content, data.checksum.clone(), data.e_tag.clone()));
    }
    let content = intake::look_through(data.content.clone(), wanted.as_slice()).await?;
    let checksum = wanted.and_then(|it| Some(Checksum::full(it, content.checksum(it)?)));
    let e_tag = content.md5.to_hex();
    Ok((content, checksum, e_tag))
}
