//! Where to listen (`GATEWAY_LISTEN`).

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use super::Setting;
use super::setting::items;

/// The port of LocalStack, and ours.
pub const DEFAULT_PORT: u16 = 4566;

/// One place to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listener {
    /// A port of an address. Port 0: one that is free.
    Tcp {
        /// A name, or an address without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// A socket in the file system, `unix:/path`.
    Unix(PathBuf),
}

/// All places to listen; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listeners(pub Vec<Listener>);

impl Listener {
    /// Reads `127.0.0.1:4566`, `[::1]:4566`, `localhost:4566`, `unix:/path`; also an address without a port
    /// (4566) and a port without an address (the loopback).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let tcp = |host: &str, port| Some(Self::Tcp { host: host.to_owned(), port });
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return (!path.is_empty() && !path.contains('\0')).then(|| Self::Unix(path.into()));
        }
        if let Ok(port) = text.strip_prefix(':').unwrap_or(text).parse() {
            return tcp("127.0.0.1", port);
        }
        if let Ok(address) = bare(text).parse::<IpAddr>() {
            return tcp(&address.to_string(), DEFAULT_PORT);
        }
        if text == "localhost" {
            return tcp(text, DEFAULT_PORT);
        }
        let (host, port) = text.rsplit_once(':')?;
        let port = port.parse().ok()?;
        match bare(host).parse::<IpAddr>() {
            // Without brackets, the last group of an IPv6 address would be taken for a port.
            Ok(IpAddr::V6(_)) if !host.starts_with('[') => None,
            Ok(address) => tcp(&address.to_string(), port),
            Err(_) if is_name(host) => tcp(host, port),
            Err(_) => None,
        }
    }

    /// Where a client on this machine finds it: an address that stands for all is not one to connect to.
    #[must_use]
    pub fn to_connect(&self) -> Self {
        match self {
            Self::Tcp { host, port } => {
                let host = match host.parse::<IpAddr>() {
                    Ok(IpAddr::V4(address)) if address.is_unspecified() => "127.0.0.1",
                    Ok(IpAddr::V6(address)) if address.is_unspecified() => "::1",
                    _ => host,
                };
                Self::Tcp { host: host.to_owned(), port: *port }
            }
            Self::Unix(path) => Self::Unix(path.clone()),
        }
    }

    /// As the beginning of a URL: `http://127.0.0.1:4566`, `unix:/path`.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Tcp { .. } => format!("http://{self}"),
            Self::Unix(_) => self.to_string(),
        }
    }
}

/// An IPv6 address without its brackets.
fn bare(text: &str) -> &str {
    text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(text)
}

/// Whether this can be the name of a host. One of digits and dots only is a mistyped address.
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !text.is_empty()
        && text.bytes().all(plain)
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !text.starts_with(['-', '.'])
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl Setting for Listeners {
    fn expected() -> Cow<'static, str> {
        "places to listen, separated by commas, such as 127.0.0.1:4566, [::1]:4566 or unix:/run/asf.sock"
            .into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        let mut listeners = Vec::new();
        for item in items(text) {
            let listener = Listener::parse(item).ok_or(item)?;
            if !listeners.contains(&listener) {
                listeners.push(listener);
            }
        }
        if listeners.is_empty() { Err(text) } else { Ok(Self(listeners)) }
    }
}
