//! Names of buckets, and who owns them.

use asf_runtime::body::ChecksumAlgorithm;
use asf_runtime::identity::AccountId;

use crate::error::Fault;

/// Whether a name can be a bucket's ("Bucket naming rules" of the user guide).
///
/// # Errors
/// `InvalidBucketName` (test_s3::test_s3_uppercase_bucket_name)
pub fn check_bucket_name(name: &str) -> Result<(), Fault> {
    let is_valid = check_form(name)
        && !["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].iter().any(|it| name.ends_with(it));
    if is_valid {
        return Ok(());
    }
    Err(Fault::new("InvalidBucketName", 400, "The specified bucket is not valid.").with("BucketName", name))
}

/// Whether a name has the form of a bucket's, whatever it ends with.
pub(crate) fn check_form(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    let is_edge = |byte: Option<&u8>| byte.is_some_and(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
    let bytes = name.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes.iter().copied().all(is_allowed)
        && is_edge(bytes.first())
        && is_edge(bytes.last())
        && !["..", ".-", "-."].iter().any(|pair| name.contains(pair))
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|prefix| name.starts_with(prefix))
}

/// The canonical user id of an account: 64 hexadecimal digits that say nothing of it, always the same.
#[must_use]
pub fn canonical_id(account: AccountId) -> String {
    ChecksumAlgorithm::Sha256.digest(account.as_str().as_bytes()).to_hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names() {
        for name in ["abc", "a.b-c", "0bucket9", &"x".repeat(63)] {
            assert!(check_bucket_name(name).is_ok(), "{name}");
        }
        for name in
            ["ab", "Abc", "a_b", "-ab", "ab-", "a..b", "192.168.5.4", "xn--abc", &"x".repeat(64), "a/b"]
        {
            assert_eq!(check_bucket_name(name).unwrap_err().code, "InvalidBucketName", "{name}");
        }
    }
}
