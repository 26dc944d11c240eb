//! Sources of copies.

use std::borrow::Cow;
use std::sync::Arc;

use asf_runtime::RequestContext;
use percent_encoding::percent_decode_str;

use super::S3Provider;
use super::lookup::OnMarker;
use super::reads::check_archived;
use crate::conditions::{Conditioned, ReadConditions};
use crate::encryption::CustomerKey;
use crate::error::Fault;
use crate::models::Bucket;
use crate::objects::Found;

/// What a request says of the source of a copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    /// `x-amz-copy-source`
    pub source: Option<&'a str>,
    /// `x-amz-source-expected-bucket-owner`
    pub expected_owner: Option<&'a str>,
    /// `x-amz-copy-source-if-*`
    pub conditions: ReadConditions<'a>,
    /// The key that it was written with.
    pub key: CustomerKey<'a>,
}

/// What is copied.
#[derive(Clone, Debug)]
pub(super) struct Copied {
    pub bucket: Arc<Bucket>,
    pub found: Found,
    /// Whether the request named the version.
    pub is_named: bool,
}

/// What an input says of the source of a copy.
macro_rules! source_of {
    ($input:expr) => {
        crate::provider::sources::Source {
            source: $input.copy_source.as_deref(),
            expected_owner: $input.expected_source_bucket_owner.as_deref(),
            conditions: crate::conditions::ReadConditions {
                if_match: $input.copy_source_if_match.as_deref(),
                if_none_match: $input.copy_source_if_none_match.as_deref(),
                if_modified_since: $input.copy_source_if_modified_since,
                if_unmodified_since: $input.copy_source_if_unmodified_since,
            },
            key: crate::encryption::source_key!($input),
        }
    };
}

pub(super) use source_of;

impl Source<'_> {
    /// Finds it.
    ///
    /// # Errors
    /// `InvalidArgument`; those of a read; `PreconditionFailed`.
    pub(super) fn find(&self, provider: &S3Provider, ctx: &RequestContext) -> Result<Copied, Fault> {
        let (bucket, key, version_id) = parse(self.source.unwrap_or_default())?;
        let bucket = provider.bucket(ctx, Some(&bucket), self.expected_owner)?;
        let found = provider
            .object(&bucket, &key, version_id.as_deref(), "GET", OnMarker::NoSuchKey)
            .map_err(of_source)?;
        let data = found.data()?;
        let now = ctx.clock().now();
        check_archived(data, now)?;
        self.key.open(data)?;
        self.conditions.check_write(&found.version, data, now, Conditioned::CopySource)?;
        Ok(Copied { bucket, found, is_named: version_id.is_some() })
    }
}

/// test_s3::test_s3_copy_object_src_not_exists
fn of_source(fault: Fault) -> Fault {
    if fault.code != "MethodNotAllowed" {
        return Fault { headers: Vec::new(), ..fault };
    }
    Fault::invalid_request(
        "The source of a copy request may not specifically refer to a delete marker by version id.",
    )
}

/// Bucket, key and version of `x-amz-copy-source`: `/bucket/key?versionId=..`, percent-encoded.
///
/// # Errors
/// `InvalidArgument` (test_s3::test_s3_copy_object_wrong_format)
fn parse(source: &str) -> Result<(String, String, Option<String>), Fault> {
    let invalid = || {
        Fault::invalid_argument("Invalid copy source object key", "x-amz-copy-source", "x-amz-copy-source")
    };
    let decoded = |text: &str| {
        let decoded = percent_decode_str(text).decode_utf8().map(Cow::into_owned);
        decoded.map_err(|_| invalid())
    };
    let (path, version_id) = match source.split_once("?versionId=") {
        Some((path, id)) => (path, Some(decoded(id)?)),
        None => (source, None),
    };
    // Some clients encode all of it, the slash too.
    let path = decoded(path)?;
    let path = path.strip_prefix('/').unwrap_or(&path);
    let (bucket, key) = path.split_once('/').ok_or_else(invalid)?;
    if key.is_empty() {
        return Err(invalid());
    }
    Ok((bucket.to_owned(), key.to_owned(), version_id.filter(|it| !it.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources() {
        for (source, expected) in [
            ("b/k", ("b", "k", None)),
            ("/b/k/l", ("b", "k/l", None)),
            ("b%2Fk%20k", ("b", "k k", None)),
            ("b/k?versionId=abc", ("b", "k", Some("abc"))),
            ("b/k%3FversionId=abc", ("b", "k?versionId=abc", None)),
        ] {
            let (bucket, key, version) = parse(source).unwrap();
            assert_eq!((bucket.as_str(), key.as_str(), version.as_deref()), expected, "{source}");
        }
        for source in ["", "b", "/b", "b/"] {
            assert_eq!(parse(source).unwrap_err().code, "InvalidArgument", "{source}");
        }
    }
}
