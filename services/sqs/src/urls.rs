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
    let (host, path) = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').ok_or_else(invalid)?,
        None => ("", url.trim_start_matches('/')),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    let account = |text: &str| text.parse::<AccountId>().map_err(|_| invalid());
    let address = match segments.as_slice() {
        ["queue", region, of, name] => QueueAddress {
            account: Some(account(of)?),
            region: Some(Region::new(region)),
            name: (*name).to_owned(),
        },
        [of, name] => QueueAddress {
            account: Some(account(of)?),
            region: region_of_host(host),
            name: (*name).to_owned(),
        },
        [name] if host.is_empty() => QueueAddress { account: None, region: None, name: (*name).to_owned() },
        _ => return Err(invalid()),
    };
    let named = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    if address.name.is_empty() || !address.name.bytes().all(named) {
        return Err(invalid());
    }
    Ok(address)
}

/// The region in a host: `sqs.REGION.`, `REGION.queue.`, and `queue.amazonaws.com`, which is us-east-1's.
fn region_of_host(host: &str) -> Option<Region> {
    let host = host.split(':').next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let region = match labels.as_slice() {
        ["queue", "amazonaws", "com"] => "us-east-1",
        [region, "queue", ..] | ["sqs" | "sqs-fips", region, ..] => region,
        // Interface endpoints: vpce-0a1b.sqs.us-east-1.vpce.amazonaws.com
        [_, "sqs", region, "vpce", ..] => region,
        _ => return None,
    };
    // `sqs.localhost` and the like name no region; every region has a hyphen.
    region.contains('-').then(|| Region::new(region))
}

/// Writes the URL of a queue. `host` is the request's `Host` header, if there is one.
#[must_use]
pub fn write(
    strategy: UrlStrategy,
    scheme: &str,
    host: Option<&str>,
    account: AccountId,
    region: &Region,
    name: &str,
) -> String {
    const LOCAL: &str = "localhost.localstack.cloud:4566";
    let (host, port) = match host.filter(|host| !host.is_empty()) {
        Some(host) => (host, host.rsplit_once(':').map_or(80, |(_, port)| port.parse().unwrap_or(80))),
        None => (LOCAL, 4566_u16),
    };
    match strategy {
        UrlStrategy::Standard => {
            format!("{scheme}://sqs.{region}.localhost.localstack.cloud:{port}/{account}/{name}")
        }
        UrlStrategy::Domain => {
            format!("{scheme}://{region}.queue.localhost.localstack.cloud:{port}/{account}/{name}")
        }
        UrlStrategy::Path => format!("{scheme}://{host}/queue/{region}/{account}/{name}"),
        UrlStrategy::Off => format!("{scheme}://{host}/{account}/{name}"),
        UrlStrategy::Dynamic => {
            // The base domain of AWS's users who point a name at us, of LocalStack's, or a plain host.
            let base =
                |host: &str| host.starts_with("localhost.localstack.cloud") || host.contains("amazonaws.");
            match region_of_host(host) {
                // The host says a region already; what it says may be another's than the queue's.
                Some(said) if said == *region => format!("{scheme}://{host}/{account}/{name}"),
                Some(said) => {
                    let host = host.replacen(said.as_str(), region.as_str(), 1);
                    format!("{scheme}://{host}/{account}/{name}")
                }
                None if base(host) && host.starts_with("localhost") => {
                    format!("{scheme}://sqs.{region}.{host}/{account}/{name}")
                }
                None => format!("{scheme}://{host}/{account}/{name}"),
            }
        }
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
            (Path, Some("localhost:4566"), "http://localhost:4566/queue/eu-west-1/000000000000/q"),
            (Off, Some("localhost:4566"), "http://localhost:4566/000000000000/q"),
        ] {
            let region = Region::new("eu-west-1");
            assert_eq!(write(strategy, "http", host, AccountId::DEFAULT, &region, "q"), url);
            let address = parse(url).unwrap();
            assert_eq!((address.account, address.name.as_str()), (Some(AccountId::DEFAULT), "q"));
        }
    }
}
