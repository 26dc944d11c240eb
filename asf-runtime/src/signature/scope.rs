//! The credential scope: which key, of which day, for which region and service.

use std::fmt;

/// What every scope ends with.
pub(super) const TERMINATOR: &str = "aws4_request";

/// `<access key id>/20150830/us-east-1/sqs/aws4_request`; without the region where one signature is good for
/// several (SigV4A).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialScope {
    /// Who signs.
    pub access_key_id: String,
    /// The day, `20150830`.
    pub day: String,
    /// The region, of signatures that have one.
    pub region: Option<String>,
    /// The service's signing name.
    pub service: String,
    /// What it ends with; only `aws4_request` is right.
    pub terminator: String,
}

impl CredentialScope {
    /// Reads a credential. The access key id may hold anything, slashes too, so it is read from the end.
    #[must_use]
    pub fn parse(text: &str, has_region: bool) -> Option<Self> {
        let mut parts = text.rsplitn(if has_region { 5 } else { 4 }, '/');
        let (terminator, service) = (parts.next()?, parts.next()?);
        let region = if has_region { Some(parts.next()?.to_owned()) } else { None };
        let (day, access_key_id) = (parts.next()?, parts.next()?);
        let is_day = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
        (is_day && !access_key_id.is_empty()).then(|| Self {
            access_key_id: access_key_id.to_owned(),
            day: day.to_owned(),
            region,
            service: service.to_owned(),
            terminator: terminator.to_owned(),
        })
    }

    /// The region, empty where there is none.
    #[must_use]
    pub fn region(&self) -> &str {
        self.region.as_deref().unwrap_or_default()
    }
}

/// The scope without the key: the third line of what is signed.
impl fmt::Display for CredentialScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.day)?;
        if let Some(region) = &self.region {
            write!(f, "/{region}")?;
        }
        write!(f, "/{}/{}", self.service, self.terminator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes() {
        for (text, has_region, expected) in [
            (
                "AK/20150830/us-east-1/sqs/aws4_request",
                true,
                Some(("AK", "20150830/us-east-1/sqs/aws4_request")),
            ),
            (
                "a/b/20150830/us-east-1/sqs/aws4_request",
                true,
                Some(("a/b", "20150830/us-east-1/sqs/aws4_request")),
            ),
            ("AK/20150830/us-east-1/sqs/aws5", true, Some(("AK", "20150830/us-east-1/sqs/aws5"))),
            ("AK/20150830/s3/aws4_request", false, Some(("AK", "20150830/s3/aws4_request"))),
            ("AK/20150830/s3/aws4_request", true, None),
            ("/20150830/us-east-1/sqs/aws4_request", true, None),
            ("AK/2015083/us-east-1/sqs/aws4_request", true, None),
            ("AK", true, None),
            ("", true, None),
        ] {
            let scope = CredentialScope::parse(text, has_region);
            let found = scope.as_ref().map(|it| (it.access_key_id.clone(), it.to_string()));
            let expected = expected.map(|(id, scope)| (id.to_owned(), scope.to_owned()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
