//! What URLs in answers name: queues, buckets, API endpoints, whatever a client is to call next.

use http::request::Parts;

use crate::config::{DEFAULT_PORT, HostPort, Listener, Listeners, Setting as _};
use crate::plugin::Settings;

/// Where users reach us who were not told otherwise: the name resolves to the loopback address.
const LOCAL: &str = "localhost.localstack.cloud";

/// How URLs in answers begin, as `LOCALSTACK_HOST` and `USE_SSL` want it. Every service that gives out URLs asks
/// this, so that the variables mean the same everywhere.
///
/// ```
/// use asf_runtime::plugin::Settings;
/// use asf_runtime::public_url::PublicUrl;
///
/// let (request, ()) = http::Request::get("/").header("host", "127.0.0.1:4566").body(())?.into_parts();
/// let public = |settings: &[(&str, &str)]| {
///     PublicUrl::of(&settings.iter().copied().collect::<Settings>()).base(&request)
/// };
/// assert_eq!(public(&[]), "http://127.0.0.1:4566");
/// assert_eq!(public(&[("USE_SSL", "1"), ("LOCALSTACK_HOST", "emulator")]), "https://emulator:4566");
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicUrl {
    host: Option<String>,
    is_https: bool,
}

impl PublicUrl {
    /// As the settings want it. A host without a port has that of `GATEWAY_LISTEN`, a port without a host is one
    /// of `localhost.localstack.cloud` (LocalStack: "Configuration", `LOCALSTACK_HOST`).
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let set = settings.get("LOCALSTACK_HOST").and_then(|text| HostPort::parse(text).ok());
        let host = set.map(|HostPort { host, port }| {
            let port = port.unwrap_or_else(|| listening_port(settings));
            format!("{}:{port}", host.as_deref().unwrap_or(LOCAL))
        });
        Self { host, is_https: settings.is_on("USE_SSL") }
    }

    /// `LOCALSTACK_HOST`, with a port.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// `https` with `USE_SSL` and for requests that came over TLS, else `http`.
    #[must_use]
    pub fn scheme(&self, request: &Parts) -> &'static str {
        if self.is_https || request.uri.scheme_str() == Some("https") { "https" } else { "http" }
    }

    /// The host alone, for servers that have ports of their own: databases, caches. `localhost` is `127.0.0.1` then,
    /// because MySQL's clients take the name for a socket of the file system; the same stands for AWS's own
    /// names, which a caller may have been led here by.
    #[must_use]
    pub fn server_host(&self, request: &Parts) -> String {
        let host = self.host().or_else(|| host_of(request)).unwrap_or_default();
        let name = host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(host, |it| it.0);
        match name {
            "" | "localhost" => "127.0.0.1".to_owned(),
            name if name.ends_with(".amazonaws.com") => "127.0.0.1".to_owned(),
            // The name of a service may stand in front.
            name if name.ends_with(LOCAL) => LOCAL.to_owned(),
            name => name.trim_matches(['[', ']']).to_owned(),
        }
    }

    /// Scheme, host and port: what is set, else those that the request was sent to.
    #[must_use]
    pub fn base(&self, request: &Parts) -> String {
        let scheme = self.scheme(request);
        match self.host().or_else(|| host_of(request)) {
            Some(host) => format!("{scheme}://{host}"),
            None => format!("{scheme}://{LOCAL}:{DEFAULT_PORT}"),
        }
    }
}

/// The host that a request names, with its port: in HTTP/2 it stands in the URI.
#[must_use]
pub fn host_of(request: &Parts) -> Option<&str> {
    let header = request.headers.get(http::header::HOST).and_then(|it| it.to_str().ok());
    header.or_else(|| request.uri.authority().map(http::uri::Authority::as_str)).filter(|it| !it.is_empty())
}

/// The first port that is listened on, unless it is to be whichever is free.
fn listening_port(settings: &Settings) -> u16 {
    let listeners = settings.get("GATEWAY_LISTEN").and_then(|text| Listeners::parse(text).ok());
    let mut ports = listeners.into_iter().flat_map(|it| it.0).filter_map(|it| match it {
        Listener::Tcp { port, .. } => Some(port),
        Listener::Unix(_) => None,
    });
    ports.find(|port| *port != 0).unwrap_or(DEFAULT_PORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases() {
        let set = |host, listen| [("LOCALSTACK_HOST", host), ("GATEWAY_LISTEN", listen)];
        for (settings, uri, host, expected) in [
            (&[][..], "/", "localhost:4566", "http://localhost:4566"),
            (&[], "https://localhost:4567/", "", "https://localhost:4567"),
            (&[], "/", "", "http://localhost.localstack.cloud:4566"),
            (&[("USE_SSL", "1")], "/", "localhost:4566", "https://localhost:4566"),
            (&set("emu", ""), "/", "localhost:1", "http://emu:4566"),
            (&set("emu:80", ":4567"), "/", "localhost:1", "http://emu:80"),
            (&set("emu", "0.0.0.0:4567"), "/", "localhost:1", "http://emu:4567"),
            (&set("emu", "unix:/x,[::1]:0,:4568"), "/", "localhost:1", "http://emu:4568"),
            (&set("emu", ":0"), "/", "localhost:1", "http://emu:4566"),
            (&set(":4567", ""), "/", "localhost:1", "http://localhost.localstack.cloud:4567"),
            (&set("[::1]", ""), "/", "localhost:1", "http://[::1]:4566"),
            // What is none is not heeded; the configuration refuses it before.
            (&set("a b", ""), "/", "localhost:1", "http://localhost:1"),
        ] {
            let mut request = http::Request::get(uri);
            if !host.is_empty() {
                request = request.header("host", host);
            }
            let (request, ()) = request.body(()).unwrap().into_parts();
            let public = PublicUrl::of(&settings.iter().copied().collect());
            assert_eq!(public.base(&request), expected, "{settings:?} {uri} {host}");
        }
    }

    #[test]
    fn hosts_of_servers() {
        for (set, host, expected) in [
            ("", "localhost:4566", "127.0.0.1"),
            ("", "127.0.0.1:4566", "127.0.0.1"),
            ("", "[::1]:4566", "::1"),
            ("", "", "127.0.0.1"),
            ("", "asf:4566", "asf"),
            ("", "rds.us-east-1.amazonaws.com", "127.0.0.1"),
            ("", "rds.localhost.localstack.cloud:4566", "localhost.localstack.cloud"),
            ("emu", "localhost:4566", "emu"),
            ("emu:80", "", "emu"),
        ] {
            let (request, ()) = http::Request::get("/").header("host", host).body(()).unwrap().into_parts();
            let public = PublicUrl::of(&[("LOCALSTACK_HOST", set)].into_iter().collect());
            assert_eq!(public.server_host(&request), expected, "{set} {host}");
        }
    }
}
