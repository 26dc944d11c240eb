//! Directory buckets: what they have for names, and what they do without ("Working with directory buckets" of the user
//! guide). No recording has them: codes and words that the API reference does not give are marked.

mod refusals;
pub(crate) mod sessions;

use crate::error::Fault;
use crate::models::Zone;
use crate::names::check_form;

pub(crate) use refusals::{check_operation, check_pages};

/// What names of directory buckets end with.
const SUFFIX: &str = "--x-s3";

/// Whether a name is a directory bucket's, and of no other.
pub(crate) fn is_name(name: &str) -> bool {
    name.ends_with(SUFFIX)
}

/// The id of the zone in a name: `base--usw2-az1--x-s3` ("Directory bucket naming rules" of the user guide).
///
/// # Errors
/// `InvalidBucketName`
pub(crate) fn zone_of_name(name: &str) -> Result<&str, Fault> {
    let invalid = || {
        Fault::new("InvalidBucketName", 400, "The specified bucket is not valid.").with("BucketName", name)
    };
    let rest = name.strip_suffix(SUFFIX).ok_or_else(invalid)?;
    let (base, zone) = rest.rsplit_once("--").ok_or_else(invalid)?;
    let is_valid = !base.is_empty() && !zone.is_empty() && !name.contains('.') && check_form(name);
    if is_valid { Ok(zone) } else { Err(invalid()) }
}

impl Zone {
    /// The class that objects are in, and no other.
    #[must_use]
    pub(crate) fn storage_class(&self) -> &'static str {
        // "StorageClass" of `PutObject` in the API reference.
        if self.is_local { "ONEZONE_IA" } else { "EXPRESS_ONEZONE" }
    }

    /// The host of a bucket in the zone, with the scheme.
    #[must_use]
    pub(crate) fn endpoint(&self, bucket: &str, region: &str) -> String {
        // "Regional and Zonal endpoints for directory buckets" of the user guide.
        format!("https://{bucket}.s3express-{}.{region}.amazonaws.com/", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, zone) in [
            ("amzn-bucket--usw2-az1--x-s3", "usw2-az1"),
            ("a--use1-az4--x-s3", "use1-az4"),
            ("a--b--use1-az4--x-s3", "use1-az4"),
        ] {
            assert_eq!(zone_of_name(name).unwrap(), zone, "{name}");
        }
        let long = format!("{}--use1-az4--x-s3", "x".repeat(48));
        for name in
            ["bucket", "--x-s3", "--use1-az4--x-s3", "a----x-s3", "a.b--use1-az4--x-s3", &long, "A--z--x-s3"]
        {
            assert_eq!(zone_of_name(name).unwrap_err().code, "InvalidBucketName", "{name}");
        }
    }
}
