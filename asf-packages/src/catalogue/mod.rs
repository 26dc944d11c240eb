//! The packages that the emulator's providers need, a file each. Other crates add theirs to
//! [`PACKAGES`](crate::PACKAGES).

mod dynamodb_local;
mod elasticmq;
mod kinesalite;
mod kinesis_mock;
mod mariadb;
mod moto;
mod opensearch;
mod postgresql;
mod redis;
mod valkey;

use crate::PackagePlugin;

/// The packages that are declared here, by name.
pub static CATALOGUE: [PackagePlugin; 10] = [
    dynamodb_local::PLUGIN,
    elasticmq::PLUGIN,
    kinesalite::PLUGIN,
    kinesis_mock::PLUGIN,
    mariadb::PLUGIN,
    moto::PLUGIN,
    opensearch::PLUGIN,
    postgresql::PLUGIN,
    redis::PLUGIN,
    valkey::PLUGIN,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// They are names of folders, and words of a command line.
    #[test]
    fn names_and_versions_are_plain() {
        let is_plain = |text: &str| {
            text.starts_with(|it: char| it.is_ascii_alphanumeric())
                && text.chars().all(|it| it.is_ascii_alphanumeric() || ".-_".contains(it))
        };
        for plugin in &CATALOGUE {
            let package = (plugin.create)();
            assert_eq!(package.name(), plugin.name);
            assert!(is_plain(package.name()) && !package.versions().is_empty(), "{package:?}");
            for version in package.versions() {
                assert!(is_plain(version), "{package:?}");
                assert!(!package.installer(version).source().is_empty());
            }
        }
        assert!(CATALOGUE.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
