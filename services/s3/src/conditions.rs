//! Conditions of requests: of reads, of writes, of the sources of copies.

use asf_runtime::Timestamp;
use asf_runtime::schema::TimestampFormat;

use crate::error::Fault;
use crate::models::{ObjectData, ObjectVersion};
use crate::objects::Found;

/// Conditions of a read, or of the source of a copy.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadConditions<'a> {
    /// `If-Match`
    pub if_match: Option<&'a str>,
    /// `If-None-Match`
    pub if_none_match: Option<&'a str>,
    /// `If-Modified-Since`
    pub if_modified_since: Option<Timestamp>,
    /// `If-Unmodified-Since`
    pub if_unmodified_since: Option<Timestamp>,
}

/// What conditions of a write are of, which the names of their headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditioned {
    /// `x-amz-copy-source-if-*`
    CopySource,
    /// `x-amz-rename-source-if-*`
    RenameSource,
    /// `If-*`
    Target,
}

/// A condition that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failed {
    Match,
    UnmodifiedSince,
    NoneMatch,
    ModifiedSince,
}

impl ReadConditions<'_> {
    /// Which condition does not hold: an entity tag counts more than a time, as RFC 9110 has it.
    fn failed(&self, e_tag: &str, modified: Timestamp, now: Timestamp) -> Option<Failed> {
        match self.if_match {
            Some(tags) if !matches(tags, e_tag) => return Some(Failed::Match),
            None if self.if_unmodified_since.is_some_and(|since| modified > since) => {
                return Some(Failed::UnmodifiedSince);
            }
            _ => {}
        }
        match self.if_none_match {
            Some(tags) if matches(tags, e_tag) => Some(Failed::NoneMatch),
            // A time that is to come is no condition (test_s3::test_s3_get_object_preconditions).
            None if self.if_modified_since.is_some_and(|since| modified <= since && since <= now) => {
                Some(Failed::ModifiedSince)
            }
            _ => None,
        }
    }

    /// Of a read.
    ///
    /// # Errors
    /// `PreconditionFailed`; `NotModified` with status 304 (test_s3::test_s3_get_object_preconditions).
    pub fn check(&self, version: &ObjectVersion, data: &ObjectData, now: Timestamp) -> Result<(), Fault> {
        match self.failed(&data.e_tag, version.modified, now) {
            None => Ok(()),
            Some(Failed::Match) => Err(Fault::precondition_failed("If-Match")),
            Some(Failed::UnmodifiedSince) => Err(Fault::precondition_failed("If-Unmodified-Since")),
            Some(Failed::NoneMatch | Failed::ModifiedSince) => {
                Err(Fault::new("NotModified", 304, "Not Modified")
                    .with_header("ETag", format!("\"{}\"", data.e_tag))
                    .with_header("Last-Modified", version.modified.format(TimestampFormat::HttpDate)))
            }
        }
    }

    /// Of something that a write is made from or onto.
    ///
    /// # Errors
    /// `PreconditionFailed` (test_s3_preconditions::TestS3CopySourcePreconditions)
    pub fn check_write(
        &self,
        version: &ObjectVersion,
        data: &ObjectData,
        now: Timestamp,
        of: Conditioned,
    ) -> Result<(), Fault> {
        let condition = match self.failed(&data.e_tag, version.modified, now) {
            None => return Ok(()),
            Some(Failed::Match) => "If-Match",
            Some(Failed::UnmodifiedSince) => "If-Unmodified-Since",
            Some(Failed::NoneMatch) => "If-None-Match",
            Some(Failed::ModifiedSince) => "If-Modified-Since",
        };
        let prefix = match of {
            Conditioned::CopySource => "x-amz-copy-source-",
            Conditioned::RenameSource => "x-amz-rename-source-",
            Conditioned::Target => "",
        };
        Err(Fault::precondition_failed(&format!("{prefix}{condition}")))
    }
}

/// Whether an entity tag is in a list of them, in quotes or without.
#[must_use]
pub fn matches(tags: &str, e_tag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || bare(tag) == e_tag)
}

/// An entity tag without its quotes.
#[must_use]
pub fn bare(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"')
}

/// Conditions of a write.
#[derive(Clone, Copy, Debug, Default)]
pub struct WriteConditions<'a> {
    if_match: Option<&'a str>,
    if_none_match: bool,
}

impl<'a> WriteConditions<'a> {
    /// Those of a request.
    ///
    /// # Errors
    /// `NotImplemented`, for what S3 does not take
    /// (test_s3_api::TestS3ObjectWritePrecondition::test_copy_object_precondition_write_validation).
    pub fn new(if_match: Option<&'a str>, if_none_match: Option<&'a str>) -> Result<Self, Fault> {
        let refused = |header: &'static str| {
            Fault::not_implemented(header).with(
                "additionalMessage",
                format!("We don't accept the provided value of {header} header for this API"),
            )
        };
        match (if_match, if_none_match) {
            (Some(_), Some(_)) => Err(Fault::not_implemented("If-Match,If-None-Match")
                .with("additionalMessage", "Multiple conditional request headers present in the request")),
            (Some("*"), None) => Err(refused("If-Match")),
            (None, Some(tag)) if tag != "*" => Err(refused("If-None-Match")),
            (if_match, if_none_match) => Ok(Self { if_match, if_none_match: if_none_match.is_some() }),
        }
    }

    /// Whether there are any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.if_match.is_none() && !self.if_none_match
    }

    /// Whether there is one that nothing is there.
    #[must_use]
    pub fn wants_nothing(&self) -> bool {
        self.if_none_match
    }

    /// Whether there is one that something is there.
    #[must_use]
    pub fn wants_something(&self) -> bool {
        self.if_match.is_some()
    }

    /// Compares with what is there.
    ///
    /// # Errors
    /// `PreconditionFailed`, `NoSuchKey`
    /// (test_s3_api::TestS3ObjectWritePrecondition::test_put_object_if_match, ::test_put_object_if_none_match)
    pub fn check(&self, key: &str, newest: Option<&Found>) -> Result<(), Fault> {
        let present = newest.and_then(|found| found.version.data.as_deref());
        match (self.if_match, present) {
            (Some(_), None) => Err(Fault::no_such_key(key)),
            (Some(tag), Some(data)) if bare(tag) != data.e_tag => Err(Fault::precondition_failed("If-Match")),
            (None, Some(_)) if self.if_none_match => Err(Fault::precondition_failed("If-None-Match")),
            _ => Ok(()),
        }
    }
}
