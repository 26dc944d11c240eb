//! The types of values that only variables have.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use http::{HeaderName, Uri};

use super::setting::items;
use super::{BackendName, Setting};

/// A closed set of words.
macro_rules! choice {
    ($(#[$attribute:meta])* $name:ident, $expected:literal {
        $( $(#[$about:meta])* $variant:ident = $($word:literal)|+, )*
    }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $( $(#[$about])* $variant, )* }

        impl Setting for $name {
            fn expected() -> Cow<'static, str> {
                concat!("one of ", $expected).into()
            }

            fn parse(text: &str) -> Result<Self, &str> {
                let word = text.trim();
                $( if [$($word),+].iter().any(|it| word.eq_ignore_ascii_case(it)) { return Ok(Self::$variant); } )*
                Err(text)
            }
        }
    };
}

choice! {
    /// How much is logged (`LS_LOG`).
    LogLevel, "trace, trace-internal, debug, info, warn, warning, error" {
        /// What is needed to see how a request was answered.
        Trace = "trace",
        /// The libraries below us too.
        TraceInternal = "trace-internal",
        /// What helps to find out why something went wrong.
        Debug = "debug",
        /// One line a request.
        Info = "info",
        /// What a user should look at.
        Warn = "warn" | "warning",
        /// What went wrong.
        Error = "error",
    }
}

choice! {
    /// What log lines look like (`ASF_LOG_FORMAT`).
    LogFormat, "text, json" {
        /// For people.
        Text = "text",
        /// One JSON object a line.
        Json = "json",
    }
}

choice! {
    /// When state is written (`SNAPSHOT_SAVE_STRATEGY`).
    SaveStrategy, "ON_REQUEST, ON_SHUTDOWN, SCHEDULED, MANUAL" {
        /// Before a request that changes something is answered.
        OnRequest = "ON_REQUEST",
        /// When the process ends.
        OnShutdown = "ON_SHUTDOWN",
        /// From time to time.
        Scheduled = "SCHEDULED",
        /// When asked to.
        Manual = "MANUAL",
    }
}

choice! {
    /// When state is read (`SNAPSHOT_LOAD_STRATEGY`).
    LoadStrategy, "ON_REQUEST, ON_STARTUP, MANUAL" {
        /// When a service is first called.
        OnRequest = "ON_REQUEST",
        /// When the process starts.
        OnStartup = "ON_STARTUP",
        /// When asked to.
        Manual = "MANUAL",
    }
}

/// A host, a port, or both (`LOCALSTACK_HOST`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// A name or an address, one of IPv6 in brackets; none of `:port`.
    pub host: Option<String>,
    /// The port, if one is named.
    pub port: Option<u16>,
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.host.as_deref().unwrap_or_default())?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl Setting for HostPort {
    fn expected() -> Cow<'static, str> {
        "a host name, a port, or both, such as localhost.localstack.cloud:4566 or :4566".into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        let trimmed = text.trim();
        if let Some(port) = trimmed.strip_prefix(':') {
            return Ok(Self { host: None, port: Some(port.parse().map_err(|_| text)?) });
        }
        let authority: http::uri::Authority = trimmed.parse().map_err(|_| text)?;
        let host = authority.host();
        // What is before it, if anything, is a user.
        let after = authority.as_str().strip_prefix(host).filter(|_| !host.is_empty()).ok_or(text)?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(port.parse().map_err(|_| text)?),
            None => None,
        };
        Ok(Self { host: Some(host.to_owned()), port })
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

impl Size {
    /// The number of bytes in memory.
    #[must_use]
    pub fn bytes(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl Setting for Size {
    fn expected() -> Cow<'static, str> {
        "a number of bytes, such as 65536, 64KiB or 16MiB".into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        let lower = text.trim().to_ascii_lowercase();
        let digits = lower.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit: u64 = match lower.get(digits.len()..).unwrap_or_default().trim() {
            "" | "b" => 1,
            "k" | "kb" | "kib" => 1 << 10,
            "m" | "mb" | "mib" => 1 << 20,
            "g" | "gb" | "gib" => 1 << 30,
            _ => return Err(text),
        };
        let number = digits.parse::<u64>().map_err(|_| text)?;
        number.checked_mul(unit).map(Self).ok_or(text)
    }
}

/// A list of words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

impl Setting for Words {
    fn expected() -> Cow<'static, str> {
        "a list, separated by commas".into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        Ok(Self(items(text).map(str::to_owned).collect()))
    }

    fn unset() -> Option<Self> {
        Some(Self::default())
    }
}

/// Names of services, lower case (`SERVICES`). None: all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceNames(pub Vec<String>);

impl ServiceNames {
    /// Whether a service may be used.
    #[must_use]
    pub fn allow(&self, service: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|name| name == service)
    }
}

impl Setting for ServiceNames {
    fn expected() -> Cow<'static, str> {
        "names of services, separated by commas, such as s3,sqs".into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        let mut names = Vec::new();
        for item in items(text) {
            // `sqs:4576` is of the time when each service had a port; LocalStack still takes it.
            let name = item.split(':').next().unwrap_or(item).to_ascii_lowercase();
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
                return Err(item);
            }
            names.push(name);
        }
        Ok(Self(names))
    }

    fn unset() -> Option<Self> {
        Some(Self::default())
    }
}

/// Origins of browsers' pages (`EXTRA_CORS_ALLOWED_ORIGINS`), as browsers write them; or `*`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(pub Vec<String>);

impl Setting for Origins {
    fn expected() -> Cow<'static, str> {
        "origins, separated by commas, such as https://app.example.com,http://localhost:3000".into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        items(text).map(origin).collect::<Result<_, _>>().map(Self)
    }

    fn unset() -> Option<Self> {
        Some(Self::default())
    }
}

fn origin(item: &str) -> Result<String, &str> {
    if item == "*" {
        return Ok(item.to_owned());
    }
    let origin = item.strip_suffix('/').unwrap_or(item);
    let uri: Uri = origin.parse().map_err(|_| item)?;
    let bare = uri.path_and_query().is_none_or(|it| it == "/");
    if uri.scheme().is_some() && uri.authority().is_some() && bare {
        Ok(origin.to_ascii_lowercase())
    } else {
        Err(item)
    }
}

/// Names of headers (`EXTRA_CORS_ALLOWED_HEADERS`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderNames(pub Vec<HeaderName>);

impl Setting for HeaderNames {
    fn expected() -> Cow<'static, str> {
        "names of headers, separated by commas, such as x-trace,x-tenant".into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        items(text).map(|item| item.parse().map_err(|_| item)).collect::<Result<_, _>>().map(Self)
    }

    fn unset() -> Option<Self> {
        Some(Self::default())
    }
}

/// Names of providers by service (`PROVIDER_OVERRIDE_<SERVICE>`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderOverrides(pub BTreeMap<String, String>);

impl ProviderOverrides {
    /// The name of the provider that a service shall have.
    #[must_use]
    pub fn get(&self, service: &str) -> Option<&str> {
        self.0.get(service).map(String::as_str)
    }
}

impl Setting for ProviderOverrides {
    fn expected() -> Cow<'static, str> {
        "the name of a provider, such as default, or a backend: native, moto, aws, recorded:<folder>, or an http or \
         https URL"
            .into()
    }

    fn parse(text: &str) -> Result<Self, &str> {
        let name = text.trim();
        let is_provider = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        // What looks like a backend and is none (`ftp://host`) is no provider either.
        if is_provider || BackendName::parse(name).is_some() { Ok(Self::default()) } else { Err(text) }
    }

    fn of_family(members: Vec<(&str, &str)>) -> Option<Self> {
        // Variables cannot have hyphens in their names, services do: `cognito-idp`.
        let service = |name: &str| name.to_ascii_lowercase().replace('_', "-");
        let of = |(name, value): (&str, &str)| (service(name), value.trim().to_owned());
        Some(Self(members.into_iter().map(of).collect()))
    }
}
