//! ARNs that come in: those of roles, and the check that AWS makes of each.

use asf_runtime::identity::{AccountId, Arn};
use serde::{Deserialize, Serialize};

use crate::error::Failure;

/// An ARN, checked as STS does.
///
/// # Errors
/// `ValidationError`, `.. is invalid`, if the text is not of an ARN's form
/// (test_sts::TestSTSIntegrations::test_sts_invalid_parameters).
pub fn checked(text: &str) -> Result<Arn, Failure> {
    text.parse().map_err(|_| Failure::validation(format!("{text} is invalid")))
}

/// The role that an ARN names: `arn:aws:iam::000000000000:role/path/name`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleArn {
    /// The whole ARN.
    pub arn: String,
    /// Whose role it is: what is done in its sessions is done in this account.
    pub account: AccountId,
    /// The name, without the path: as ARNs of sessions have it.
    pub name: String,
}

impl RoleArn {
    /// Reads one. The inner `None` is an ARN that names no role.
    ///
    /// # Errors
    /// As [`checked`].
    pub fn parse(text: &str) -> Result<Option<Self>, Failure> {
        let arn = checked(text)?;
        let role =
            arn.resource.strip_prefix("role/").filter(|_| arn.service == "iam" && arn.region.is_empty());
        let name = role.and_then(|path| path.rsplit('/').next()).filter(|name| !name.is_empty());
        let account = arn.account.parse().ok();
        Ok(name.zip(account).map(|(name, account)| Self {
            arn: text.to_owned(),
            account,
            name: name.to_owned(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles() {
        for (text, expected) in [
            ("arn:aws:iam::111122223333:role/demo", Ok(Some("demo"))),
            ("arn:aws-cn:iam::111122223333:role/a/b/demo", Ok(Some("demo"))),
            ("arn:aws:iam::111122223333:role/", Ok(None)),
            ("arn:aws:iam::111122223333:user/demo", Ok(None)),
            ("arn:aws:iam::1111:role/demo", Ok(None)),
            ("arn:aws:s3:::role/demo", Ok(None)),
            // test_sts::TestSTSIntegrations::test_sts_invalid_parameters
            ("nothing-valid-in-here", Err("nothing-valid-in-here is invalid")),
            ("arn::b:::something/test-role", Err("arn::b:::something/test-role is invalid")),
            ("arn:a:a::aaaaaaaaaa:", Err("arn:a:a::aaaaaaaaaa: is invalid")),
            ("arn:a::::something/test-role", Err("arn:a::::something/test-role is invalid")),
            ("arn:a:::something/test-role", Err("arn:a:::something/test-role is invalid")),
        ] {
            let found = RoleArn::parse(text);
            let found = found.as_ref().map(|it| it.as_ref().map(|it| it.name.as_str()));
            assert_eq!(found.map_err(|error| error.message.as_str()), expected, "{text}");
        }
    }
}
