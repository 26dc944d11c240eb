//! The engines that ElastiCache has here, and their versions.

use serde::{Deserialize, Serialize};

/// An engine, as ElastiCache names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Redis.
    Redis,
    /// Valkey; where it cannot be had, Redis stands in.
    Valkey,
}

/// The default one first; the server is of the version that its package has.
const REDIS: [&str; 5] = ["7.1", "7.0", "6.2", "6.0", "5.0.6"];
const VALKEY: [&str; 3] = ["8.1", "8.0", "7.2"];

impl Kind {
    /// The engine of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Redis, Self::Valkey].into_iter().find(|it| it.name() == name)
    }

    /// As ElastiCache names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Valkey => "valkey",
        }
    }

    /// The version that a text asks for; a major one alone is the newest of it.
    #[must_use]
    pub fn version(self, asked: Option<&str>) -> Option<&'static str> {
        let all: &[&'static str] = match self {
            Self::Redis => &REDIS,
            Self::Valkey => &VALKEY,
        };
        let Some(asked) = asked else { return all.first().copied() };
        let is_of = |it: &&&str| **it == asked || it.split_once('.').is_some_and(|(major, _)| major == asked);
        let exact = all.iter().find(is_of).copied();
        // 6.x is how the newest 6 was asked for.
        exact.or_else(|| {
            all.iter().find(|it| asked.strip_suffix(".x").is_some_and(|major| it.starts_with(major))).copied()
        })
    }

    /// Packages with their versions, in the order in which they are tried.
    #[must_use]
    pub fn packages(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Redis => &[("redis", "7.0"), ("redis", "8.0")],
            Self::Valkey => &[("valkey", "8.1"), ("redis", "7.0"), ("redis", "8.0")],
        }
    }

    /// The family of parameter groups of a version: `redis7`, `valkey8`, and `redis6.x`.
    #[must_use]
    pub fn family(self, version: &str) -> String {
        let major = version.split('.').next().unwrap_or_default();
        match (self, major) {
            (Self::Redis, "6") => "redis6.x".to_owned(),
            (Self::Redis, "5") => "redis5.0".to_owned(),
            _ => format!("{}{major}", self.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (kind, asked, expected) in [
            (Kind::Redis, None, Some("7.1")),
            (Kind::Redis, Some("7"), Some("7.1")),
            (Kind::Redis, Some("7.0"), Some("7.0")),
            (Kind::Redis, Some("6.x"), Some("6.2")),
            (Kind::Redis, Some("9"), None),
            (Kind::Valkey, Some("8"), Some("8.1")),
        ] {
            assert_eq!(kind.version(asked), expected, "{kind:?} {asked:?}");
        }
        assert_eq!(Kind::Redis.family("6.2"), "redis6.x");
        assert_eq!(Kind::Valkey.family("8.1"), "valkey8");
    }
}
