//! Headers that a proxy takes off and puts on.

use std::net::SocketAddr;

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::gateway::edge::host_of;

/// Headers that are for one connection only (RFC 9110, 7.6.1), and `Expect`, which the server has met.
const OF_CONNECTION: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Removes what is for one connection only: the above, and what `Connection` names.
pub(crate) fn drop_those_of_connection(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .collect();
    for name in named.iter().chain(&OF_CONNECTION) {
        headers.remove(name);
    }
    headers.remove(header::EXPECT);
}

/// The protocol that a message asks for, or changes to.
pub(super) fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let has_word = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|word| word.trim().eq_ignore_ascii_case("upgrade"));
    headers.get(header::UPGRADE).filter(|_| has_word).cloned()
}

/// Asks for another protocol.
pub(super) fn ask_for(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, protocol);
}

/// What the other server is told of the client.
pub(super) struct Forwarded {
    for_whom: Option<String>,
    host: Option<HeaderValue>,
    scheme: &'static str,
}

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

impl Forwarded {
    pub(super) fn of(request: &Parts, peer: Option<SocketAddr>) -> Self {
        let before = request.headers.get_all(FOR).iter().filter_map(|it| it.to_str().ok());
        let peer = peer.map(|it| it.ip().to_string());
        let chain: Vec<&str> = before.chain(peer.as_deref()).collect();
        Self {
            for_whom: (!chain.is_empty()).then(|| chain.join(", ")),
            host: host_of(request).and_then(|it| HeaderValue::try_from(it).ok()),
            scheme: if request.uri.scheme_str() == Some("https") { "https" } else { "http" },
        }
    }

    /// Those of a proxy before us stay as they are, but for the chain of addresses.
    pub(super) fn add(self, headers: &mut HeaderMap) {
        if let Some(value) = self.for_whom.and_then(|it| HeaderValue::try_from(it).ok()) {
            headers.insert(FOR, value);
        }
        if let Some(value) = self.host {
            headers.entry(HOST).or_insert(value);
        }
        headers.entry(PROTO).or_insert(HeaderValue::from_static(self.scheme));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_of_a_connection() {
        for (connection, upgrade_to, expected, kept) in [
            ("close, X-One", "", None, "x-two"),
            ("x-two", "", None, "x-one"),
            ("Keep-Alive,Upgrade", "websocket", Some("websocket"), "x-one x-two"),
            ("keep-alive", "websocket", None, "x-one x-two"),
            ("upgrade", "", None, "x-one x-two"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-one", HeaderValue::from_static("1"));
            headers.insert("x-two", HeaderValue::from_static("2"));
            headers.insert("te", HeaderValue::from_static("trailers"));
            headers.insert("expect", HeaderValue::from_static("100-continue"));
            headers.insert("connection", HeaderValue::from_static(connection));
            if !upgrade_to.is_empty() {
                headers.insert("upgrade", HeaderValue::from_static(upgrade_to));
            }
            let found = upgrade(&headers);
            assert_eq!(found.as_ref().and_then(|it| it.to_str().ok()), expected, "{connection}");
            drop_those_of_connection(&mut headers);
            let names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
            assert_eq!(names.join(" "), kept, "{connection}");
        }
    }

    #[test]
    fn forwarded() {
        let peer: SocketAddr = "10.0.0.9:1234".parse().unwrap();
        for (headers, uri, peer, expected) in [
            (&[("host", "a.test:4566")][..], "/", Some(peer), "10.0.0.9|a.test:4566|http"),
            (&[], "https://b.test/", None, "|b.test|https"),
            (
                &[("host", "a"), ("x-forwarded-for", "1.2.3.4"), ("x-forwarded-for", "5.6.7.8")],
                "/",
                Some(peer),
                "1.2.3.4, 5.6.7.8, 10.0.0.9|a|http",
            ),
            (
                &[("x-forwarded-host", "c"), ("x-forwarded-proto", "https"), ("host", "a")],
                "/",
                None,
                "|c|https",
            ),
        ] {
            let mut request = http::Request::get(uri);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let (mut parts, ()) = request.body(()).unwrap().into_parts();
            Forwarded::of(&parts, peer).add(&mut parts.headers);
            let get = |name: &HeaderName| {
                parts.headers.get(name).map(|it| it.to_str().unwrap().to_owned()).unwrap_or_default()
            };
            assert_eq!(format!("{}|{}|{}", get(&FOR), get(&HOST), get(&PROTO)), expected);
        }
    }
}
