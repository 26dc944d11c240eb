//! What the host name says: the service, S3's bucket, or that it is no AWS API's at all.
//!
//! A host name is read from its end: a suffix that is known (AWS's own, and those that resolve to this
//! machine), a region, `dualstack` or `fips`, and then the longest endpoint name that the table has. What
//! stands before that is S3's bucket; at other services it is an operation's prefix and says nothing. A name
//! without a known suffix is only looked through for S3's label, which is how buckets reach an emulator
//! behind a name of its own.

use std::borrow::Cow;

use crate::candidates::Candidates;
use crate::table::{Section, Table};

/// The longest first.
const SUFFIXES: [&str; 12] = [
    ".localhost.localstack.cloud",
    ".api.amazonwebservices.com.cn",
    ".amazonaws.com.cn",
    ".cloud.adc-e.uk",
    ".amazonaws.com",
    ".csp.hci.ic.gov",
    ".sc2s.sgov.gov",
    ".amazonaws.eu",
    ".c2s.ic.gov",
    ".localhost",
    ".api.aws",
    ".on.aws",
];

/// Names that follow the name of something of the user's: an API, a function, a domain, a distribution, a
/// load balancer, a website, a registry. They are signed for like the service's own API, and are not it.
const ENDPOINTS_OF_USERS: [&str; 13] = [
    "aoss",
    "appsync-api",
    "appsync-realtime-api",
    "cloudfront",
    "dkr.ecr",
    "eks",
    "elb",
    "es",
    "execute-api",
    "lambda-url",
    "opensearch",
    "s3-website",
    "vpc-lattice-svcs",
];

/// What the host name says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Host<'a> {
    /// The services whose endpoint it is.
    pub(crate) services: Candidates,
    /// What stands before the endpoint: a bucket if that is S3's.
    pub(crate) prefix: Option<&'a str>,
    /// It is the endpoint of something of the user's, which is named so.
    pub(crate) of_user: Option<&'a str>,
}

impl<'a> Host<'a> {
    /// Nothing.
    pub(crate) const UNKNOWN: Self = Self { services: Candidates::All, prefix: None, of_user: None };

    pub(crate) fn of(table: &Table, name: &'a str) -> Self {
        // `localhost`, `127.0.0.1`, `[::1]`: what nearly every request has.
        let Some((_, last)) = name.rsplit_once('.') else { return Self::UNKNOWN };
        if last.bytes().all(|byte| byte.is_ascii_digit() || byte == b']') {
            return Self::UNKNOWN;
        }
        let Some(name) = SUFFIXES.iter().find_map(|suffix| strip_suffix(name, suffix)) else {
            return Self::behind_own_name(table, name);
        };
        let name = strip_region(name);
        let name = ["dualstack", "fips"].iter().find_map(|word| strip_label(name, word)).unwrap_or(name);
        let (last_start, last) =
            name.rsplit_once('.').map_or((0, name), |(before, it)| (before.len() + 1, it));
        if let Some(host) = Self::of_s3_label(table, name, last_start, last) {
            return host;
        }
        // `<bucket>.s3-website-us-east-1`.
        let is_of_user = |word: &&&str| {
            strip_label(name, word).is_some() || (**word == "s3-website" && last.starts_with("s3-website"))
        };
        if let Some(word) = ENDPOINTS_OF_USERS.iter().find(is_of_user) {
            let services = Candidates::of(table.find(Section::Endpoints, word));
            return Self { services, prefix: None, of_user: Some(word) };
        }
        let starts = std::iter::once(0).chain(name.match_indices('.').map(|(at, _)| at + 1));
        for start in starts {
            let endpoint = name.get(start..).unwrap_or_default();
            let services = Candidates::of(table.find(Section::Endpoints, &without_fips(endpoint)));
            if !matches!(services, Candidates::All) {
                return Self { services, prefix: before(name, start), of_user: None };
            }
        }
        Self::UNKNOWN
    }

    /// `s3`, `s3-fips`, `s3-us-west-2`, `s3-external-1`, `s3express-use1-az4`: names that only S3 varies so.
    fn of_s3_label(table: &Table, name: &'a str, start: usize, last: &str) -> Option<Self> {
        let rest = last.strip_prefix("s3-").unwrap_or_default();
        let is_s3 = matches!(last, "s3" | "s3-fips")
            || is_region(rest)
            || rest == "external-1"
            || last.starts_with("s3express-");
        let services = Candidates::of(
            (is_s3 && table.fallback != crate::table::NONE).then_some(table.fallback).into_iter(),
        );
        let prefix = before(name, start);
        is_s3.then_some(Self { services, prefix, of_user: None })
    }

    /// `<bucket>.s3.<anything>`, `s3.<anything>`.
    fn behind_own_name(table: &Table, name: &'a str) -> Self {
        let at = if name.starts_with("s3.") { Some(0) } else { name.find(".s3.").map(|at| at + 1) };
        let host = at.and_then(|at| Self::of_s3_label(table, name.get(..at + 2)?, at, "s3"));
        host.unwrap_or(Self::UNKNOWN)
    }
}

/// What stands before a label, if anything does.
fn before(name: &str, label: usize) -> Option<&str> {
    name.get(..label.checked_sub(1)?).filter(|prefix| !prefix.is_empty())
}

/// Case does not matter in names, and one dot may end them.
fn strip_suffix<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let at = name.len().checked_sub(suffix.len())?;
    let end = name.get(at..)?;
    end.eq_ignore_ascii_case(suffix).then(|| name.get(..at))?
}

/// Without the last labels `word`, if they are that.
fn strip_label<'a>(name: &'a str, word: &str) -> Option<&'a str> {
    name.strip_suffix(word)?.strip_suffix('.')
}

fn strip_region(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((before, region)) if is_region(region) => before,
        _ => name,
    }
}

/// `runtime-fips.lex`, `fips.batch`, `sqs-fips`.
fn without_fips(name: &str) -> Cow<'_, str> {
    if name.contains("fips") {
        Cow::Owned(name.replace("-fips", "").replace("fips.", ""))
    } else {
        Cow::Borrowed(name)
    }
}

/// Whether a label has the form of a region: `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`.
fn is_region(label: &str) -> bool {
    let Some((words, number)) = label.rsplit_once('-') else { return false };
    let is_word = |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    !number.is_empty()
        && number.len() < 3
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && (2..=4).contains(&words.split_once('-').map_or(0, |(first, _)| first.len()))
        && words.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::is_region;

    #[test]
    fn regions() {
        for region in [
            "us-east-1",
            "ap-southeast-3",
            "us-gov-west-1",
            "us-isob-east-1",
            "eusc-de-east-1",
            "il-central-1",
        ] {
            assert!(is_region(region), "{region}");
        }
        for other in ["", "s3", "sqs", "us-east", "s3-us-west-2", "-1", "us--1", "us-east-", "us-east-1a"] {
            assert!(!is_region(other), "{other}");
        }
    }
}
