//! What a request says of the object that it makes, in the form in which it is kept.

use std::borrow::Cow;

use asf_api_s3::Tag;
use asf_runtime::RequestContext;
use indexmap::IndexMap;
use percent_encoding::percent_decode_str;

use super::object_tags::checked;
use crate::encryption::EncryptionRequest;
use crate::error::Fault;
use crate::locks::LockRequest;
use crate::metadata;
use crate::models::{Acl, Bucket, Encryption, Headers, Retention, Zone};

/// Bytes of a key ("Object key naming" of the user guide).
const MAX_KEY: usize = 1024;
/// Bytes of names and values of a user's metadata ("Object metadata" of the user guide).
const MAX_METADATA: usize = 2048;
/// Classes that objects of general-purpose buckets can be in.
const STORAGE_CLASSES: [&str; 8] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
];

/// What a request says of an object that it makes, besides its content.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub headers: Headers,
    pub metadata: IndexMap<String, String>,
    pub storage_class: String,
    pub encryption: Encryption,
    pub tags: IndexMap<String, String>,
    pub acl: Option<Acl>,
    pub retention: Option<Retention>,
    pub legal_hold: Option<bool>,
}

/// The headers of an input that come back as they were given.
macro_rules! headers_of {
    ($input:expr) => {
        crate::models::Headers {
            cache_control: $input.cache_control.take(),
            content_disposition: $input.content_disposition.take(),
            content_encoding: $input.content_encoding.take().filter(|it| !it.is_empty()),
            content_language: $input.content_language.take(),
            content_type: $input.content_type.take().filter(|it| !it.is_empty()),
            expires: $input.expires.take(),
            website_redirect_location: $input.website_redirect_location.take(),
        }
    };
}

/// What an input says of the object that it makes.
macro_rules! settings_of {
    ($provider:expr, $ctx:expr, $bucket:expr, $input:expr) => {{
        let input = &mut $input;
        let headers = crate::provider::settings::headers_of!(input);
        let metadata = crate::provider::settings::metadata($ctx, input.metadata.take())?;
        let tags = input.tagging.as_deref().map(crate::provider::settings::tags_of_header).transpose()?;
        let encryption = crate::encryption::encryption_request!(input);
        let lock = crate::locks::LockRequest {
            mode: input.object_lock_mode.as_ref().map(|it| it.as_str()),
            until: input.object_lock_retain_until_date,
            legal_hold: input.object_lock_legal_hold_status.as_ref().map(|it| it.as_str()),
        };
        let acl = crate::configuration::acl::AclRequest {
            canned: input.acl.as_ref().map(|it| it.as_str().to_owned()),
            grant_full_control: input.grant_full_control.clone(),
            grant_read: input.grant_read.clone(),
            grant_read_acp: input.grant_read_acp.clone(),
            grant_write: None,
            grant_write_acp: input.grant_write_acp.clone(),
            policy: None,
        };
        let owner = crate::provider::writes::owner_of_new($ctx, $bucket);
        let acl = crate::provider::object_acls::of_new($provider, $bucket, owner, &acl)?;
        crate::provider::settings::resolve(
            $ctx,
            $bucket,
            acl,
            headers,
            metadata,
            input.storage_class.as_ref().map(|it| it.as_str()),
            tags.unwrap_or_default(),
            &encryption,
            &lock,
        )?
    }};
}

pub(super) use {headers_of, settings_of};

#[expect(clippy::too_many_arguments, reason = "for the macro that knows the three inputs")]
pub(super) fn resolve(
    ctx: &RequestContext,
    bucket: &Bucket,
    acl: Option<Acl>,
    headers: Headers,
    metadata: IndexMap<String, String>,
    storage_class: Option<&str>,
    tags: IndexMap<String, String>,
    encryption: &EncryptionRequest<'_>,
    lock: &LockRequest<'_>,
) -> Result<Settings, Fault> {
    if bucket.zone.is_some() {
        check_directory(&headers, &tags, encryption)?;
    }
    let (retention, legal_hold) = lock.resolve(bucket, ctx.clock().now())?;
    Ok(Settings {
        headers,
        metadata,
        storage_class: checked_class(storage_class, bucket)?,
        encryption: encryption.resolve(ctx, &bucket.encryption)?,
        tags,
        acl,
        retention,
        legal_hold,
    })
}

/// What objects of directory buckets have not (`PutObject` in the API reference).
///
/// # Errors
/// `NotImplemented`, which the API reference has for tags.
fn check_directory(
    headers: &Headers,
    tags: &IndexMap<String, String>,
    encryption: &EncryptionRequest<'_>,
) -> Result<(), Fault> {
    let refused = [
        (!tags.is_empty(), "x-amz-tagging"),
        (headers.website_redirect_location.is_some(), "x-amz-website-redirect-location"),
        (encryption.customer.is_given(), "x-amz-server-side-encryption-customer-algorithm"),
    ];
    match refused.iter().find(|(is_given, _)| *is_given) {
        Some((_, header)) => Err(Fault::not_implemented(header)),
        None => Ok(()),
    }
}

/// test_s3::test_put_object_storage_class_outposts
fn checked_class(class: Option<&str>, bucket: &Bucket) -> Result<String, Fault> {
    let own = bucket.zone.as_ref().map(Zone::storage_class);
    let class = class.unwrap_or(own.unwrap_or("STANDARD"));
    let is_one = own.map_or_else(|| STORAGE_CLASSES.contains(&class), |own| own == class);
    if is_one {
        return Ok(class.to_owned());
    }
    Err(Fault::new("InvalidStorageClass", 400, "The storage class you specified is not valid")
        .with("StorageClassRequested", class))
}

/// The key of an object that is made.
///
/// # Errors
/// `KeyTooLongError`
pub(super) fn checked_key(key: Option<&str>) -> Result<&str, Fault> {
    let key = key.unwrap_or_default();
    if key.len() <= MAX_KEY {
        return Ok(key);
    }
    Err(Fault::new("KeyTooLongError", 400, "Your key is too long")
        .with("Size", key.len().to_string())
        .with("MaxSizeAllowed", MAX_KEY.to_string()))
}

/// A user's metadata, by names in small letters. What has come in headers is decoded; forms have it as it is.
///
/// # Errors
/// `MetadataTooLarge`
pub(super) fn metadata(
    ctx: &RequestContext,
    given: Option<IndexMap<String, String>>,
) -> Result<IndexMap<String, String>, Fault> {
    let Some(given) = given else { return Ok(IndexMap::new()) };
    let size: usize = given.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > MAX_METADATA {
        let message = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(Fault::new("MetadataTooLarge", 400, message)
            .with("Size", size.to_string())
            .with("MaxSizeAllowed", MAX_METADATA.to_string()));
    }
    let is_plain = |value: &str| value.is_ascii() && !value.contains("=?");
    let kept = given.into_iter().map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let header = || ctx.request.headers.get(format!("x-amz-meta-{name}"));
        let value = match is_plain(&value) {
            true => value,
            false => header().map_or(value, |it| metadata::read(it.as_bytes())),
        };
        (name, value)
    });
    Ok(kept.collect())
}

/// Tags of `x-amz-tagging`: a query string.
///
/// # Errors
/// `InvalidArgument`, `InvalidTag`
pub(super) fn tags_of_header(header: &str) -> Result<IndexMap<String, String>, Fault> {
    let invalid = || {
        let message = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters \
                       without tag name duplicates.";
        Fault::invalid_argument(message, "x-amz-tagging", header)
    };
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8().map(Cow::into_owned).map_err(|_| invalid())
    };
    let mut tags = IndexMap::new();
    for pair in header.split('&').filter(|it| !it.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if tags.insert(decoded(key)?, decoded(value)?).is_some() {
            return Err(invalid());
        }
    }
    let tags = tags.into_iter().map(|(key, value)| Tag { key: Some(key), value: Some(value) });
    checked(tags.collect())
}
