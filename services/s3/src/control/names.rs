//! Names of access points: what they may be, and how requests to S3 name them.

use asf_runtime::ids::Ids;

use crate::error::Fault;
use crate::models::AccessPointKey;

/// Greatest length of an alias: that of a bucket's name.
const MAX_ALIAS: usize = 63;
/// Characters of an alias that are random, where there is room.
const RANDOM: usize = 34;

/// Whether a name can be an access point's (S3 user guide, "Rules for naming Amazon S3 access points").
///
/// # Errors
/// `InvalidURI` (test_s3control::TestS3ControlAccessPoint::test_access_point_name_validation)
pub(super) fn check(name: &str) -> Result<(), Fault> {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_valid = (3..=50).contains(&name.len())
        && name.bytes().all(is_allowed)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.starts_with("xn--")
        && !["-s3alias", "--ol-s3", "--xa-s3"].iter().any(|it| name.ends_with(it));
    if is_valid {
        return Ok(());
    }
    Err(Fault::new("InvalidURI", 400, "Couldn't parse the specified URI.")
        .with("URI", format!("accesspoint/{name}")))
}

/// A name that can stand where a bucket's does.
pub(super) fn alias(name: &str, ids: &Ids) -> String {
    let room = MAX_ALIAS.saturating_sub(name.len() + "--s3alias".len());
    let random = ids.text(room.clamp(4, RANDOM), b"abcdefghijklmnopqrstuvwxyz0123456789");
    format!("{name}-{random}-s3alias")
}

/// An access point that is named by its ARN, or by `<name>-<account>`, which clients make a host of.
pub(super) fn parse(text: &str, region: &str) -> Option<AccessPointKey> {
    if let Some(arn) = text.strip_prefix("arn:") {
        let mut parts = arn.splitn(5, ':');
        let (_, service) = (parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let name = resource.strip_prefix("accesspoint/").or_else(|| resource.strip_prefix("accesspoint:"))?;
        return (service == "s3").then_some(AccessPointKey {
            account: account.parse().ok()?,
            region: region.to_owned(),
            name: name.to_owned(),
        });
    }
    let (name, account) = text.rsplit_once('-')?;
    Some(AccessPointKey { account: account.parse().ok()?, region: region.to_owned(), name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, is_valid) in [
            ("my-point", true),
            ("sa", false),
            ("xn--test-alias", false),
            ("xn-_test-alias", false),
            ("My-point", false),
            ("point-", false),
            ("point-s3alias", false),
        ] {
            assert_eq!(check(name).is_ok(), is_valid, "{name}");
        }
        let error = check("sa").unwrap_err();
        assert_eq!(error.details, [("URI", "accesspoint/sa".to_owned())]);
        for name in ["abc", &"a".repeat(50)] {
            let alias = alias(name, &Ids::seeded(1));
            assert!(alias.starts_with(name) && alias.ends_with("-s3alias") && alias.len() <= 63, "{alias}");
        }
    }

    #[test]
    fn where_a_bucket_is_named() {
        let arn = parse("arn:aws:s3:eu-west-1:111122223333:accesspoint/my-point", "us-east-1").unwrap();
        assert_eq!(arn.arn(), "arn:aws:s3:eu-west-1:111122223333:accesspoint/my-point");
        let host = parse("my-point-111122223333", "eu-west-1").unwrap();
        assert_eq!(host, arn);
        assert_eq!(parse("my-bucket", "eu-west-1"), None);
        assert_eq!(parse("arn:aws:sqs:eu-west-1:111122223333:queue", "eu-west-1"), None);
    }
}
