//! Who calls, and where: account ids, regions, partitions, ARNs.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

/// Twelve digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 12]);

impl AccountId {
    /// `000000000000`, the account of callers whose credentials name none.
    pub const DEFAULT: Self = Self([b'0'; 12]);

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Digits by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The account of a number; `None` if it has more than twelve digits.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        format!("{number:012}").parse().ok()
    }

    /// The digits as a number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
    }
}

/// A text that is no account id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account id has 12 digits")]
pub struct AccountIdError;

impl FromStr for AccountId {
    type Err = AccountIdError;

    fn from_str(text: &str) -> Result<Self, AccountIdError> {
        let digits: [u8; 12] = text.as_bytes().try_into().map_err(|_| AccountIdError)?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits)).ok_or(AccountIdError)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A region's name, `us-east-1`. Cheap to clone; not checked against the list of regions, which is the
/// business of whoever lets a call in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(std::sync::Arc<str>);

impl Region {
    /// A region of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let usual = Self::default();
        // Most calls are for it: they share its name.
        if name == usual.as_str() { usual } else { Self(name.into()) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition it is in, by the prefixes in botocore's `partitions.json` (`regionRegex`).
    #[must_use]
    pub fn partition(&self) -> Partition {
        Partition::of_region(&self.0)
    }
}

impl Default for Region {
    fn default() -> Self {
        static USUAL: LazyLock<Region> = LazyLock::new(|| Region("us-east-1".into()));
        USUAL.clone()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A partition of AWS: a set of regions with accounts, ARNs and host names of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Partition {
    name: &'static str,
    dns_suffix: &'static str,
}

impl Partition {
    const ALL: [(&'static [&'static str], Partition); 7] = [
        (&["cn-"], Partition { name: "aws-cn", dns_suffix: "amazonaws.com.cn" }),
        (&["us-gov-"], Partition { name: "aws-us-gov", dns_suffix: "amazonaws.com" }),
        (&["us-iso-"], Partition { name: "aws-iso", dns_suffix: "c2s.ic.gov" }),
        (&["us-isob-"], Partition { name: "aws-iso-b", dns_suffix: "sc2s.sgov.gov" }),
        (&["eu-isoe-"], Partition { name: "aws-iso-e", dns_suffix: "cloud.adc-e.uk" }),
        (&["us-isof-"], Partition { name: "aws-iso-f", dns_suffix: "csp.hci.ic.gov" }),
        (&["eusc-"], Partition { name: "aws-eusc", dns_suffix: "amazonaws.eu" }),
    ];

    /// The partition of a region's name; `aws` where no prefix fits.
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        Self::ALL
            .iter()
            .find(|(prefixes, _)| prefixes.iter().any(|prefix| region.starts_with(prefix)))
            .map_or(Self { name: "aws", dns_suffix: "amazonaws.com" }, |(_, partition)| *partition)
    }

    /// The name, as it stands in ARNs: `aws`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    /// What host names end in: `amazonaws.com`.
    #[must_use]
    pub fn dns_suffix(self) -> &'static str {
        self.dns_suffix
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// An Amazon Resource Name: `arn:partition:service:region:account:resource`. Region and account may be
/// empty; the resource may hold colons.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arn {
    /// `aws`
    pub partition: String,
    /// `sqs`
    pub service: String,
    /// `us-east-1`, or empty.
    pub region: String,
    /// Twelve digits, or empty, or `aws`.
    pub account: String,
    /// `my-queue`
    pub resource: String,
}

/// A text that is no ARN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an ARN: expected arn:partition:service:region:account:resource")]
pub struct ArnError(String);

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        let mut parts = text.splitn(6, ':').map(str::to_owned);
        let mut part = || parts.next().ok_or_else(|| ArnError(text.to_owned()));
        if part()? != "arn" {
            return Err(ArnError(text.to_owned()));
        }
        let arn = Self {
            partition: part()?,
            service: part()?,
            region: part()?,
            account: part()?,
            resource: part()?,
        };
        if arn.partition.is_empty() || arn.service.is_empty() || arn.resource.is_empty() {
            return Err(ArnError(text.to_owned()));
        }
        Ok(arn)
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_numbers() {
        for (number, text) in [
            (0, Some("000000000000")),
            (42, Some("000000000042")),
            (999_999_999_999, Some("999999999999")),
            (1_000_000_000_000, None),
            (u64::MAX, None),
        ] {
            let account = AccountId::from_number(number);
            assert_eq!(account.map(|it| it.to_string()).as_deref(), text);
            assert_eq!(account.map(AccountId::number), text.map(|_| number));
        }
    }

    #[test]
    fn arns_round_trip() {
        for text in
            ["arn:aws:sqs:us-east-1:000000000000:q", "arn:aws:iam::aws:policy/X", "arn:aws:s3:::b/k:1"]
        {
            assert_eq!(text.parse::<Arn>().map(|arn| arn.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "arn:aws:sqs", "urn:aws:sqs:us-east-1:000000000000:q", "arn:aws:sqs:::"] {
            assert!(text.parse::<Arn>().is_err(), "{text}");
        }
    }

    #[test]
    fn partitions() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-isob-east-1", "aws-iso-b"),
        ] {
            assert_eq!(Region::new(region).partition().name(), partition);
        }
    }
}
