//! `ListObjects`, `ListObjectsV2`, `ListObjectVersions`.

use std::sync::Arc;

use asf_api_s3::*;
use asf_runtime::RequestContext;
use asf_runtime::identity::AccountId;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::S3Provider;
use super::reads::quoted;
use crate::directory::check_pages;
use crate::error::Fault;
use crate::listing::{Listed, Query};
use crate::models::{NULL_VERSION, ObjectData};
use crate::names::canonical_id;
use crate::objects::Found;
use crate::version_id;

/// Entries that a page has at most, and unless a client says so.
pub(super) const MAX_ENTRIES: i32 = 1000;

/// What `encoding-type=url` leaves as it is; a space becomes a plus.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/').remove(b' ');

/// How keys are written in an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Encoding(bool);

impl Encoding {
    /// That which a request asks for.
    ///
    /// # Errors
    /// `InvalidArgument`
    pub(super) fn of(asked: Option<&EncodingType>) -> Result<Self, Fault> {
        match asked {
            None => Ok(Self(false)),
            Some(EncodingType::Url) => Ok(Self(true)),
            Some(EncodingType::Unknown(other)) => Err(Fault::invalid_argument(
                "Invalid Encoding Method specified in Request",
                "encoding-type",
                other.as_str(),
            )),
        }
    }

    /// A key, or a part of one.
    pub(super) fn text(self, text: &str) -> String {
        if !self.0 {
            return text.to_owned();
        }
        let encoded = utf8_percent_encode(text, ENCODED).to_string();
        if encoded.contains(' ') { encoded.replace(' ', "+") } else { encoded }
    }

    /// `EncodingType` of the answer.
    pub(super) fn said(self) -> Option<EncodingType> {
        self.0.then_some(EncodingType::Url)
    }

    /// Prefixes that keys have in common.
    pub(super) fn prefixes(self, prefixes: &[String]) -> Option<Vec<CommonPrefix>> {
        let shown = |prefix: &String| CommonPrefix { prefix: Some(self.text(prefix)) };
        (!prefixes.is_empty()).then(|| prefixes.iter().map(shown).collect())
    }
}

/// How many entries a page has: as many as were asked for in the answer, as many as there can be in the listing.
pub(super) fn page_size(name: &str, asked: Option<i32>) -> Result<(i32, usize), Fault> {
    let asked = asked.unwrap_or(MAX_ENTRIES);
    let size = usize::try_from(asked).map_err(|_| {
        let message = format!("Argument {name} must be an integer between 0 and 2147483647");
        Fault::invalid_argument(message, name, asked.to_string())
    })?;
    let most = MAX_ENTRIES.unsigned_abs() as usize;
    Ok((asked.min(MAX_ENTRIES), size.min(most)))
}

/// What an owner is shown as.
pub(super) fn owner(account: AccountId) -> Owner {
    Owner { id: Some(canonical_id(account)), ..Default::default() }
}

/// `ListObjects`
pub(super) fn objects(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: ListObjectsRequest,
) -> Result<ListObjectsOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let (max_keys, max) = page_size("max-keys", input.max_keys)?;
    let prefix = input.prefix.unwrap_or_default();
    let delimiter = input.delimiter.filter(|it| !it.is_empty());
    let marker = input.marker.unwrap_or_default();
    let query = Query { prefix: &prefix, delimiter: delimiter.as_deref(), max };
    let after = Some(marker.as_str()).filter(|it| !it.is_empty());
    let page = provider.store.list_objects(&bucket.key, query, after);
    // Only where a delimiter is ("ListObjects" in the API reference).
    let next = page.last.filter(|_| page.is_truncated && delimiter.is_some());
    Ok(ListObjectsOutput {
        is_truncated: Some(page.is_truncated),
        marker: Some(encoding.text(&marker)),
        next_marker: next.map(|it| encoding.text(&it)),
        contents: contents(&page.entries, encoding, true),
        name: Some(bucket.name.to_string()),
        prefix: Some(encoding.text(&prefix)),
        delimiter: delimiter.map(|it| encoding.text(&it)),
        max_keys: Some(max_keys),
        common_prefixes: encoding.prefixes(&page.prefixes),
        encoding_type: encoding.said(),
        ..Default::default()
    })
}

/// `ListObjectsV2`
pub(super) fn objects_v2(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: ListObjectsV2Request,
) -> Result<ListObjectsV2Output, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let (max_keys, max) = page_size("max-keys", input.max_keys)?;
    let prefix = input.prefix.unwrap_or_default();
    let delimiter = input.delimiter.filter(|it| !it.is_empty());
    if bucket.zone.is_some() {
        check_pages(&prefix, delimiter.as_deref())?;
        if input.start_after.is_some() {
            return Err(Fault::not_implemented("start-after").into());
        }
    }
    let after = match input.continuation_token.as_deref() {
        Some("") => {
            let message = "The continuation token provided is incorrect";
            return Err(Fault::new("InvalidArgument", 400, message)
                .with("ArgumentName", "continuation-token")
                .into());
        }
        Some(token) => Some(key_of_token(token)?),
        None => input.start_after.clone().filter(|it| !it.is_empty()),
    };
    let query = Query { prefix: &prefix, delimiter: delimiter.as_deref(), max };
    let page = provider.store.list_objects(&bucket.key, query, after.as_deref());
    let count = page.entries.len() + page.prefixes.len();
    let next = page.last.filter(|_| page.is_truncated);
    // test_s3_list_operations::TestS3ListObjectsV2::test_list_objects_v2_continuation_token_safe_chars
    let start_after = input.start_after.filter(|_| input.continuation_token.is_none());
    Ok(ListObjectsV2Output {
        is_truncated: Some(page.is_truncated),
        contents: contents(&page.entries, encoding, input.fetch_owner == Some(true)),
        name: Some(bucket.name.to_string()),
        prefix: Some(encoding.text(&prefix)),
        delimiter: delimiter.map(|it| encoding.text(&it)),
        max_keys: Some(max_keys),
        common_prefixes: encoding.prefixes(&page.prefixes),
        encoding_type: encoding.said(),
        key_count: i32::try_from(count).ok(),
        continuation_token: input.continuation_token,
        next_continuation_token: next.map(|it| STANDARD.encode(it)),
        start_after: start_after.map(|it| encoding.text(&it)),
        ..Default::default()
    })
}

/// `ListObjectVersions`
pub(super) fn versions(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: ListObjectVersionsRequest,
) -> Result<ListObjectVersionsOutput, S3Error> {
    let bucket = provider.bucket(ctx, input.bucket.as_deref(), input.expected_bucket_owner.as_deref())?;
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let (max_keys, max) = page_size("max-keys", input.max_keys)?;
    let prefix = input.prefix.unwrap_or_default();
    let delimiter = input.delimiter.filter(|it| !it.is_empty());
    let key_marker = input.key_marker.unwrap_or_default();
    let id_marker = input.version_id_marker.unwrap_or_default();
    let order = match id_marker.as_str() {
        "" => None,
        id if key_marker.is_empty() => {
            // test_s3_list_operations::TestS3ListObjectVersions::test_list_objects_versions_markers
            let message = "A version-id marker cannot be specified without a key marker.";
            return Err(Fault::invalid_argument(message, "version-id-marker", id).into());
        }
        NULL_VERSION => provider.store.version(&bucket.key, &key_marker, NULL_VERSION)?.map(|it| it.at.order),
        id => Some(version_id::order(id).ok_or_else(|| {
            Fault::invalid_argument("Invalid version id specified", "version-id-marker", id)
        })?),
    };
    let query = Query { prefix: &prefix, delimiter: delimiter.as_deref(), max };
    let after = Some((key_marker.as_str(), order)).filter(|(key, _)| !key.is_empty());
    let page = provider.store.list_versions(&bucket.key, query, after);
    let (markers, versions): (Vec<&Listed>, Vec<&Listed>) =
        page.entries.iter().partition(|it| it.found.version.is_delete_marker());
    let versions: Vec<_> = versions.into_iter().filter_map(|it| shown_version(it, encoding)).collect();
    let markers: Vec<_> = markers.into_iter().map(|it| shown_marker(it, encoding)).collect();
    let next_key = page.last.as_ref().filter(|_| page.is_truncated).map(|it| encoding.text(it));
    let next_id = page.entries.last().filter(|_| page.is_truncated && !page.ends_with_prefix);
    Ok(ListObjectVersionsOutput {
        is_truncated: Some(page.is_truncated),
        key_marker: Some(encoding.text(&key_marker)),
        version_id_marker: Some(id_marker),
        next_key_marker: next_key,
        next_version_id_marker: next_id.map(|it| it.found.version.shown_id().to_owned()),
        versions: Some(versions).filter(|it| !it.is_empty()),
        delete_markers: Some(markers).filter(|it| !it.is_empty()),
        name: Some(bucket.name.to_string()),
        prefix: Some(encoding.text(&prefix)),
        delimiter: delimiter.map(|it| encoding.text(&it)),
        max_keys: Some(max_keys),
        common_prefixes: encoding.prefixes(&page.prefixes),
        encoding_type: encoding.said(),
        ..Default::default()
    })
}

fn key_of_token(token: &str) -> Result<String, Fault> {
    let key = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    key.ok_or_else(|| {
        let message = "The continuation token provided is incorrect";
        Fault::new("InvalidArgument", 400, message).with("ArgumentName", "continuation-token")
    })
}

fn contents(found: &[Found], encoding: Encoding, with_owner: bool) -> Option<Vec<Object>> {
    let shown = |found: &Found| {
        let data = found.version.data.as_deref()?;
        Some(Object {
            key: Some(encoding.text(&found.at.key)),
            last_modified: Some(found.version.modified),
            e_tag: Some(quoted(&data.e_tag)),
            checksum_algorithm: algorithm(data),
            checksum_type: data.checksum.as_ref().map(crate::models::Checksum::kind),
            size: i64::try_from(data.size).ok(),
            storage_class: Some(data.storage_class.as_str().into()),
            owner: with_owner.then(|| owner(found.version.owner)),
            restore_status: None,
        })
    };
    (!found.is_empty()).then(|| found.iter().filter_map(shown).collect())
}

fn algorithm(data: &ObjectData) -> Option<Vec<ChecksumAlgorithm>> {
    data.checksum.as_ref().map(|it| vec![it.algorithm.as_str().into()])
}

fn shown_version(listed: &Listed, encoding: Encoding) -> Option<ObjectVersion> {
    let version: &Arc<_> = &listed.found.version;
    let data = version.data.as_deref()?;
    Some(ObjectVersion {
        e_tag: Some(quoted(&data.e_tag)),
        checksum_algorithm: algorithm(data),
        checksum_type: data.checksum.as_ref().map(crate::models::Checksum::kind),
        size: i64::try_from(data.size).ok(),
        storage_class: Some(data.storage_class.as_str().into()),
        key: Some(encoding.text(&listed.found.at.key)),
        version_id: Some(version.shown_id().to_owned()),
        is_latest: Some(listed.is_latest),
        last_modified: Some(version.modified),
        owner: Some(owner(version.owner)),
        restore_status: None,
    })
}

fn shown_marker(listed: &Listed, encoding: Encoding) -> DeleteMarkerEntry {
    let version = &listed.found.version;
    DeleteMarkerEntry {
        owner: Some(owner(version.owner)),
        key: Some(encoding.text(&listed.found.at.key)),
        version_id: Some(version.shown_id().to_owned()),
        is_latest: Some(listed.is_latest),
        last_modified: Some(version.modified),
    }
}
