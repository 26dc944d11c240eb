//! The engines that RDS has here, and their versions.

use serde::{Deserialize, Serialize};

/// What runs behind an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Software {
    /// PostgreSQL.
    Postgres,
    /// MariaDB, for `mysql` too.
    MariaDb,
}

impl Software {
    /// The package that has it.
    #[must_use]
    pub fn package(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::MariaDb => "mariadb",
        }
    }
}

/// An engine, as RDS names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    MariaDb,
    /// MySQL, for which MariaDB stands in.
    MySql,
}

/// A version of an engine that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// As RDS lists it.
    pub full: &'static str,
    /// The major version: what later minor versions have in common.
    pub major: &'static str,
    /// The version of the package that runs it.
    pub package: &'static str,
}

const fn version(full: &'static str, major: &'static str, package: &'static str) -> Version {
    Version { full, major, package }
}

/// The first is the default one. Any minor version of a major one is taken, and served by what the package has.
const POSTGRES: [Version; 3] =
    [version("15.14", "15", "15"), version("16.10", "16", "16"), version("17.6", "17", "17")];
const MARIADB: [Version; 2] = [version("10.11.14", "10.11", "10.11"), version("11.8.3", "11.8", "11.8")];
const MYSQL: [Version; 2] = [version("8.0.43", "8.0", "10.11"), version("8.4.6", "8.4", "10.11")];

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::MariaDb, Self::MySql, Self::Postgres];

    /// The engine of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// As RDS names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MariaDb => "mariadb",
            Self::MySql => "mysql",
        }
    }

    /// As it is described.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::MariaDb => "MariaDB Community Edition",
            Self::MySql => "MySQL Community Edition",
        }
    }

    /// What runs behind it.
    #[must_use]
    pub fn software(self) -> Software {
        match self {
            Self::Postgres => Software::Postgres,
            Self::MariaDb | Self::MySql => Software::MariaDb,
        }
    }

    /// The versions that can be asked for, the default one first.
    #[must_use]
    pub fn versions(self) -> &'static [Version] {
        match self {
            Self::Postgres => &POSTGRES,
            Self::MariaDb => &MARIADB,
            Self::MySql => &MYSQL,
        }
    }

    /// The version that a text asks for: a major one, or a minor one of that.
    #[must_use]
    pub fn version(self, asked: &str) -> Option<&'static Version> {
        let is_of = |major: &str| {
            asked == major
                || asked.strip_prefix(major).and_then(|it| it.strip_prefix('.')).is_some_and(|minor| {
                    !minor.is_empty()
                        && minor.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'.' || it == b'-')
                })
        };
        self.versions().iter().find(|it| is_of(it.major))
    }

    /// The port that it has on AWS.
    #[must_use]
    pub fn usual_port(self) -> i32 {
        match self.software() {
            Software::Postgres => 5432,
            Software::MariaDb => 3306,
        }
    }

    /// The licence that RDS names.
    #[must_use]
    pub fn license(self) -> &'static str {
        match self.software() {
            Software::Postgres => "postgresql-license",
            Software::MariaDb => "general-public-license",
        }
    }

    /// The family of parameter groups of a version: `postgres15`, `mysql8.0`.
    #[must_use]
    pub fn family(self, version: &Version) -> String {
        format!("{}{}", self.name(), version.major)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (kind, asked, package) in [
            (Kind::Postgres, "15", Some("15")),
            (Kind::Postgres, "15.4", Some("15")),
            (Kind::Postgres, "15.4-R2", Some("15")),
            (Kind::Postgres, "150", None),
            (Kind::Postgres, "15.", None),
            (Kind::Postgres, "9.6", None),
            (Kind::MariaDb, "10.11.6", Some("10.11")),
            (Kind::MariaDb, "10.6", None),
            (Kind::MySql, "8.0", Some("10.11")),
        ] {
            assert_eq!(kind.version(asked).map(|it| it.package), package, "{kind:?} {asked}");
        }
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.name()), Some(kind));
            assert!(kind.versions().iter().all(|it| kind.version(it.full) == Some(it)));
        }
    }
}
