//! The host that moto is called by: URLs in its answers name it, and so they name us.

use asf_runtime::config::{Config, DEFAULT_PORT, Listener};
use http::{HeaderMap, HeaderValue, header};

/// Where users reach us who were not told otherwise.
const LOCAL: &str = "localhost.localstack.cloud";

/// `LOCALSTACK_HOST`, else the host that the request was sent to; of `<bucket>.s3.<ours>` the part that is ours.
pub(crate) fn for_urls(config: &Config, headers: &HeaderMap) -> Option<HeaderValue> {
    let configured = config.localstack_host.as_ref().map(|it| {
        let port = it.port.unwrap_or_else(|| listening_port(config));
        format!("{}:{port}", it.host.as_deref().unwrap_or(LOCAL))
    });
    if let Some(host) = configured {
        return HeaderValue::try_from(host).ok();
    }
    let sent = headers.get(header::HOST)?;
    match sent.to_str().ok()?.find(LOCAL) {
        Some(at) if at > 0 => HeaderValue::from_str(sent.to_str().ok()?.get(at..)?).ok(),
        _ => Some(sent.clone()),
    }
}

fn listening_port(config: &Config) -> u16 {
    let mut ports = config.listen.0.iter().filter_map(|it| match it {
        Listener::Tcp { port, .. } if *port != 0 => Some(*port),
        _ => None,
    });
    ports.next().unwrap_or(DEFAULT_PORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (variables, sent, expected) in [
            (&[][..], "127.0.0.1:4566", Some("127.0.0.1:4566")),
            (&[], "sns.localhost.localstack.cloud:4566", Some("localhost.localstack.cloud:4566")),
            (&[], "", None),
            (&[("LOCALSTACK_HOST", "emulator")], "127.0.0.1:4566", Some("emulator:4566")),
            (&[("LOCALSTACK_HOST", "emu"), ("GATEWAY_LISTEN", ":80")], "x", Some("emu:80")),
        ] {
            let config = Config::parse(&variables.iter().copied().collect()).unwrap();
            let mut headers = HeaderMap::new();
            if !sent.is_empty() {
                headers.insert(header::HOST, HeaderValue::from_static(sent));
            }
            let host = for_urls(&config, &headers);
            assert_eq!(host.as_ref().and_then(|it| it.to_str().ok()), expected, "{sent}");
        }
    }
}
