//! Tags of buckets, and the checks that tags of objects share.

use crate::error::Fault;
use asf_api_s3::Tag;

/// What tags are put on, which decides about the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagged {
    /// `PutBucketTagging`
    Bucket,
    /// `CreateBucket` with tags
    NewBucket,
    /// Objects
    Object,
}

impl Tagged {
    /// How many there may be, and what is said of more (from memory).
    fn limit(self) -> (usize, &'static str) {
        match self {
            Self::Bucket | Self::NewBucket => (50, "Bucket tag count cannot be greater than 50"),
            Self::Object => (10, "Object tags cannot be greater than 10"),
        }
    }
}

/// Checks tags.
///
/// # Errors
/// `InvalidTag`, `MalformedXML`, `BadRequest`
/// (test_s3_api::TestS3BucketObjectTagging::test_tagging_validation, ::test_create_bucket_with_tags_exc)
pub fn check(tags: &[Tag], on: Tagged) -> Result<(), Fault> {
    let mut seen: Vec<&str> = Vec::with_capacity(tags.len());
    for tag in tags {
        let (Some(key), Some(value)) = (tag.key.as_deref(), tag.value.as_deref()) else {
            return Err(Fault::malformed_xml());
        };
        if seen.contains(&key) {
            return Err(match on {
                // So says AWS (test_create_bucket_with_tags_exc).
                Tagged::NewBucket => {
                    Fault::new("InternalError", 500, "We encountered an internal error. Please try again.")
                }
                _ => invalid("Cannot provide multiple Tags with the same key", key),
            });
        }
        seen.push(key);
        if key.starts_with("aws:") {
            return Err(match on {
                Tagged::Bucket => invalid("System tags cannot be added/updated by requester", key),
                Tagged::Object => invalid("Your TagKey cannot be prefixed with aws:", key),
                Tagged::NewBucket => Fault::new(
                    "InvalidTag",
                    400,
                    "User-defined tag keys can't start with \"aws:\". This prefix is reserved for system tags. \
                     Remove \"aws:\" from your tag keys and try again.",
                ),
            });
        }
        if key.is_empty() || key.chars().count() > 128 || !key.chars().all(is_allowed) {
            return Err(invalid("The TagKey you have provided is invalid", key));
        }
        if value.chars().count() > 256 || !value.chars().all(is_allowed) {
            return Err(invalid("The TagValue you have provided is invalid", key).with("TagValue", value));
        }
    }
    let (limit, message) = on.limit();
    if tags.len() > limit {
        return Err(Fault::new("BadRequest", 400, message));
    }
    Ok(())
}

/// Letters, digits and spaces of all scripts, and `+ - = . _ : / @` (S3 user guide, "Using cost allocation S3
/// bucket tags").
pub(crate) fn is_allowed(character: char) -> bool {
    character.is_alphanumeric() || character.is_whitespace() || "+-=._:/@".contains(character)
}

fn invalid(message: &'static str, key: &str) -> Fault {
    Fault::new("InvalidTag", 400, message).with("TagKey", key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused() {
        let tag = |key: &str, value: &str| Tag { key: Some(key.to_owned()), value: Some(value.to_owned()) };
        for (tags, on, expected) in [
            (vec![tag("a", "b"), tag("a", "c")], Tagged::Bucket, "InvalidTag: Cannot provide multiple Tags"),
            (vec![tag("a", "b"), tag("a", "c")], Tagged::NewBucket, "InternalError: We encountered"),
            (vec![tag("aws:x", "b")], Tagged::Bucket, "InvalidTag: System tags cannot"),
            (vec![tag("aws:x", "b")], Tagged::Object, "InvalidTag: Your TagKey cannot"),
            (vec![tag("aws:x", "b")], Tagged::NewBucket, "InvalidTag: User-defined tag keys"),
            (vec![tag("K1,K2", "b")], Tagged::Bucket, "InvalidTag: The TagKey you"),
            (vec![tag("k", "V1,V2")], Tagged::Bucket, "InvalidTag: The TagValue you"),
            (vec![Tag::default()], Tagged::Bucket, "MalformedXML: "),
            ((0..11).map(|it| tag(&it.to_string(), "")).collect(), Tagged::Object, "BadRequest: "),
            ((0..50).map(|it| tag(&it.to_string(), "")).collect(), Tagged::Bucket, ""),
        ] {
            let found = check(&tags, on).err().map(|it| it.to_string()).unwrap_or_default();
            assert!(found.starts_with(expected), "{found} instead of {expected}");
            assert_eq!(found.is_empty(), expected.is_empty(), "{found}");
        }
    }
}
