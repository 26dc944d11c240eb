//! Queue URLs: every form in which one may come in, and the form in which one is given out.

use asf_runtime::identity::{AccountId, Region};

use crate::error::{ErrorKind, QueueError};

/// How queue URLs are given out (`SQS_ENDPOINT_STRATEGY`, whose values LocalStack's users know).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UrlStrategy {
    /// In the form of the host that the request named, so that whoever reached us once reaches us again,
    /// without any name to be resolved: `http://localhost:4566/000000000000/name`.
    #[default]
    Dynamic,
    /// `http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/name`
    Standard,
    /// `http://us-east-1.queue.localhost.localstack.cloud:4566/000000000000/name`
    Domain,
    /// `http://localhost:4566/queue/us-east-1/000000000000/name`
    Path,
    /// `http://localhost:4566/000000000000/name`
    Off,
}

impl std::str::FromStr for UrlStrategy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "" | "dynamic" => Ok(Self::Dynamic),
            "standard" => Ok(Self::Standard),
            "domain" => Ok(Self::Domain),
            "path" => Ok(Self::Path),
            "off" => Ok(Self::Off),
            _ => Err(format!("'{text}' is none of dynamic, standard, domain, path, off")),
        }
    }
}

/// What a queue URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueAddress {
    /// The account, unless the URL is a mere name.
    pub account: Option<AccountId>,
    /// The region, where the host or the path names one.
    pub region: Option<Region>,
    /// The queue's name.
    pub name: String,
}

/// Reads a queue URL, whole or only its path: AWS's own, all of [`UrlStrategy`], or the name of a queue.
///
/// # Errors
/// `InvalidAddress`
pub fn parse(url: &str) -> Result<QueueAddress, QueueError> {
    let invalid = || {
        QueueError::new(
            ErrorKind::InvalidAddress,
            format!("The address {url} is not valid for this endpoint."),
        )
    };
    let rest = url.strip_prefix("http://").or_else(|| Some(url.split_once("://")?.1));
    let (host, path) = match rest {
        Some(rest) => rest.split_once('/').ok_or_else(invalid)?,
        None => ("", url.trim_start_matches('/')),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let account = |text: &str| text.parse::<AccountId>().map_err(|_| invalid());
    let address = match first(path, '/') {
        [Some("queue"), Some(region), Some(of), Some(name), None] => QueueAddress {
            account: Some(account(of)?),
            region: Some(Region::new(region)),
            name: name.to_owned(),
        },
        [Some(of), Some(name), None, ..] => {
            QueueAddress { account: Some(account(of)?), region: region_of_host(host), name: name.to_owned() }
        }
        [Some(name), None, ..] if host.is_empty() => {
            QueueAddress { account: None, region: None, name: name.to_owned() }
        }
        _ => return Err(invalid()),
    };
    let named = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    if address.name.is_empty() || !address.name.bytes().all(named) {
        return Err(invalid());
    }
    Ok(address)
}

/// The first parts of a text, and nothing in the place of those that it does not have.
fn first(text: &str, separator: char) -> [Option<&str>; 5] {
    let mut parts = text.split(separator);
    std::array::from_fn(|_| parts.next())
}

/// The region in a host: `sqs.REGION.`, `REGION.queue.`, and `queue.amazonaws.com`, which is us-east-1's.
fn region_of_host(host: &str) -> Option<Region> {
    let host = host.split(':').next().unwrap_or_default();
    let region = match first(host, '.') {
        [Some("queue"), Some("amazonaws"), Some("com"), None, ..] => "us-east-1",
        [Some(region), Some("queue"), ..] | [Some("sqs" | "sqs-fips"), Some(region), ..] => region,
        // Interface endpoints: vpce-0a1b.sqs.us-east-1.vpce.amazonaws.com
        [_, Some("sqs"), Some(region), Some("vpce"), ..] => region,
        _ => return None,
    };
    is_region(region).then(|| Region::new(region))
}

/// Whether a label of a host is a region, and not a part of someone's own name (`sqs.my-app.internal`):
/// words and a number, `us-gov-west-1`.
fn is_region(label: &str) -> bool {
    let Some((words, number)) = label.rsplit_once('-') else { return false };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|it| it.is_ascii_lowercase());
    words.contains('-')
        && words.split('-').all(is_word)
        && !number.is_empty()
        && number.bytes().all(|it| it.is_ascii_digit())
}

/// Where users reach us who were not told otherwise: the name resolves to the loopback address.
const LOCAL: &str = "localhost.localstack.cloud";
/// The port that LocalStack's users know.
const LOCAL_PORT: &str = "4566";

/// Gives out queue URLs.
#[derive(Clone, Debug, Default)]
pub struct UrlWriter {
    strategy: UrlStrategy,
    /// `LOCALSTACK_HOST`, with a port.
    host: Option<String>,
}

/// The form of a host.
enum HostForm {
    /// `sqs.REGION.base`
    Standard,
    /// `REGION.queue.base`
    Domain,
    /// No region in it.
    Plain,
}

impl UrlWriter {
    /// URLs of a strategy. `host` is `LOCALSTACK_HOST`, with a port
    /// ([`PublicUrl`](asf_runtime::public_url::PublicUrl)); where there is none, URLs name the host that the
    /// request named.
    #[must_use]
    pub fn new(strategy: UrlStrategy, host: Option<&str>) -> Self {
        Self { strategy, host: host.map(str::to_owned) }
    }

    /// Writes the URL of a queue. `asked` is the request's `Host` header, if there is one.
    #[must_use]
    pub fn write(
        &self,
        scheme: &str,
        asked: Option<&str>,
        account: AccountId,
        region: &Region,
        name: &str,
    ) -> String {
        let asked = asked.filter(|host| !host.is_empty());
        let (form, base) = asked.map_or((HostForm::Plain, None), |host| {
            let (form, base) = split_host(host);
            (form, Some(base))
        });
        // Endpoints of AWS's, which a user pointed at us, mean something as a whole only.
        let is_aws = |base: &&str| base.starts_with("amazonaws.");
        let plain = || self.host.as_deref().or(if base.is_some_and(|it| is_aws(&it)) { asked } else { base });
        let local = || format!("{LOCAL}:{LOCAL_PORT}");
        let of_region = |form: &HostForm, base: &str| match form {
            HostForm::Standard => format!("sqs.{region}.{base}"),
            HostForm::Domain => format!("{region}.queue.{base}"),
            HostForm::Plain => base.to_owned(),
        };
        let named = || match (&self.host, asked.and_then(|host| host.rsplit_once(':'))) {
            (Some(host), _) => host.clone(),
            (None, Some((_, port))) => format!("{LOCAL}:{port}"),
            (None, None) if asked.is_some() => LOCAL.to_owned(),
            (None, None) => local(),
        };
        let host = match self.strategy {
            UrlStrategy::Standard => of_region(&HostForm::Standard, &named()),
            UrlStrategy::Domain => of_region(&HostForm::Domain, &named()),
            UrlStrategy::Path | UrlStrategy::Off => plain().map_or_else(local, str::to_owned),
            UrlStrategy::Dynamic => {
                let base = self.host.as_deref().or(base).map_or_else(local, str::to_owned);
                match form {
                    HostForm::Plain if base.starts_with(LOCAL) => of_region(&HostForm::Standard, &base),
                    form => of_region(&form, &base),
                }
            }
        };
        match self.strategy {
            UrlStrategy::Path => format!("{scheme}://{host}/queue/{region}/{account}/{name}"),
            _ => format!("{scheme}://{host}/{account}/{name}"),
        }
    }
}

/// Takes the region out of a host: its form, and what is left.
fn split_host(host: &str) -> (HostForm, &str) {
    let after = |prefix: &str| host.strip_prefix(prefix)?.split_once('.').filter(|(it, _)| is_region(it));
    if let Some((_, base)) = after("sqs.").or_else(|| after("sqs-fips.")) {
        return (HostForm::Standard, base);
    }
    let of_domain = host.split_once('.').filter(|(it, _)| is_region(it));
    match of_domain.and_then(|(_, rest)| rest.strip_prefix("queue.")) {
        Some(base) => (HostForm::Domain, base),
        None => (HostForm::Plain, host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_come_in() {
        let (account, east, west) = (Some("000000000000"), Some("us-east-1"), Some("eu-west-1"));
        for (url, account, region, name) in [
            ("http://sqs.eu-west-1.localhost.localstack.cloud:4566/000000000000/q", account, west, "q"),
            ("http://eu-west-1.queue.localhost.localstack.cloud:4566/000000000000/q", account, west, "q"),
            ("http://localhost:4566/queue/eu-west-1/000000000000/q.fifo", account, west, "q.fifo"),
            ("http://localhost:4566/000000000000/q", account, None, "q"),
            ("http://127.0.0.1:4566/000000000000/q/", account, None, "q"),
            ("http://sqs.localhost:4566/000000000000/q", account, None, "q"),
            ("https://sqs.eu-west-1.amazonaws.com/000000000000/q", account, west, "q"),
            ("https://sqs.cn-north-1.amazonaws.com.cn/000000000000/q", account, Some("cn-north-1"), "q"),
            ("https://eu-west-1.queue.amazonaws.com/000000000000/q", account, west, "q"),
            ("https://queue.amazonaws.com/000000000000/q", account, east, "q"),
            ("https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com/000000000000/q", account, west, "q"),
            ("/000000000000/q?Action=SendMessage", account, None, "q"),
            ("q", None, None, "q"),
        ] {
            let expected = QueueAddress {
                account: account.map(|it| it.parse().unwrap()),
                region: region.map(Region::new),
                name: name.to_owned(),
            };
            assert_eq!(parse(url), Ok(expected), "{url}");
        }
        for url in ["", "/", "http://localhost:4566", "http://localhost:4566/q", "/a/b/c/d", "/12/q", "a b"] {
            let error = parse(url).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidAddress, "{url}");
            assert_eq!(error.message, format!("The address {url} is not valid for this endpoint."));
        }
    }

    #[test]
    fn forms_that_are_given_out() {
        use UrlStrategy::{Domain, Dynamic, Off, Path, Standard};
        for (strategy, host, url) in [
            (Dynamic, Some("localhost:4566"), "http://localhost:4566/000000000000/q"),
            (Dynamic, Some("127.0.0.1:9999"), "http://127.0.0.1:9999/000000000000/q"),
            (Dynamic, Some("asf"), "http://asf/000000000000/q"),
            (
                Dynamic,
                Some("localhost.localstack.cloud:4566"),
                "http://sqs.eu-west-1.localhost.localstack.cloud:4566/000000000000/q",
            ),
            (
                Dynamic,
                Some("sqs.us-east-1.localhost.localstack.cloud:4566"),
                "http://sqs.eu-west-1.localhost.localstack.cloud:4566/000000000000/q",
            ),
            (
                Dynamic,
                Some("eu-west-1.queue.localhost.localstack.cloud:4566"),
                "http://eu-west-1.queue.localhost.localstack.cloud:4566/000000000000/q",
            ),
            (
                Dynamic,
                Some("sqs.eu-west-1.amazonaws.com"),
                "http://sqs.eu-west-1.amazonaws.com/000000000000/q",
            ),
            (Dynamic, None, "http://sqs.eu-west-1.localhost.localstack.cloud:4566/000000000000/q"),
            (
                Standard,
                Some("localhost:4567"),
                "http://sqs.eu-west-1.localhost.localstack.cloud:4567/000000000000/q",
            ),
            (
                Domain,
                Some("localhost:4566"),
                "http://eu-west-1.queue.localhost.localstack.cloud:4566/000000000000/q",
            ),
            (
                Domain,
                Some("sqs.us-east-1.localhost.localstack.cloud:4566"),
                "http://eu-west-1.queue.localhost.localstack.cloud:4566/000000000000/q",
            ),
            (Standard, None, "http://sqs.eu-west-1.localhost.localstack.cloud:4566/000000000000/q"),
            (Path, Some("localhost:4566"), "http://localhost:4566/queue/eu-west-1/000000000000/q"),
            (
                Path,
                Some("sqs.us-east-1.localhost.localstack.cloud:4566"),
                "http://localhost.localstack.cloud:4566/queue/eu-west-1/000000000000/q",
            ),
            (Dynamic, Some("sqs.my-app.internal:4566"), "http://sqs.my-app.internal:4566/000000000000/q"),
            (Off, Some("sqs.eu-west-1.amazonaws.com"), "http://sqs.eu-west-1.amazonaws.com/000000000000/q"),
            (Off, None, "http://localhost.localstack.cloud:4566/000000000000/q"),
            (Off, Some("localhost:4566"), "http://localhost:4566/000000000000/q"),
        ] {
            let region = Region::new("eu-west-1");
            let urls = UrlWriter::new(strategy, None);
            assert_eq!(urls.write("http", host, AccountId::DEFAULT, &region, "q"), url);
            let address = parse(url).unwrap();
            assert_eq!((address.account, address.name.as_str()), (Some(AccountId::DEFAULT), "q"));
        }
    }

    /// `LOCALSTACK_HOST` goes before the host of the request.
    #[test]
    fn a_host_that_is_set() {
        use UrlStrategy::{Domain, Dynamic, Off, Path, Standard};
        for (strategy, set, asked, url) in [
            (Standard, "emu:4567", "localhost:4566", "http://sqs.eu-west-1.emu:4567/000000000000/q"),
            (Domain, "emu:4567", "localhost:4566", "http://eu-west-1.queue.emu:4567/000000000000/q"),
            (Path, "emu:4566", "localhost:4566", "http://emu:4566/queue/eu-west-1/000000000000/q"),
            (Off, "emu:4567", "localhost:4566", "http://emu:4567/000000000000/q"),
            (Dynamic, "emu:4567", "localhost:4566", "http://emu:4567/000000000000/q"),
            (
                Dynamic,
                "emu:4567",
                "sqs.us-east-1.localhost.localstack.cloud:4566",
                "http://sqs.eu-west-1.emu:4567/000000000000/q",
            ),
            (
                Dynamic,
                "localhost.localstack.cloud:4567",
                "localhost:4566",
                "http://sqs.eu-west-1.localhost.localstack.cloud:4567/000000000000/q",
            ),
        ] {
            let urls = UrlWriter::new(strategy, Some(set));
            let region = Region::new("eu-west-1");
            assert_eq!(urls.write("http", Some(asked), AccountId::DEFAULT, &region, "q"), url);
        }
    }
}
