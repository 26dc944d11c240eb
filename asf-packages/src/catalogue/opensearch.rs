//! OpenSearch: for OpenSearch Service, and Elasticsearch Service by its compatible API.
//!
//! Its source is not reached in tests: the URL is from memory.

use crate::{Archive, Checksum, Package, PackagePlugin};

pub(super) const PLUGIN: PackagePlugin = PackagePlugin { name: "opensearch", create: package };

fn package() -> Package {
    Package::new("opensearch", "The search engine, with a Java runtime", &["2.19.1", "1.3.20"], |version| {
        let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
        let file = format!("opensearch-{version}-linux-{machine}.tar.gz");
        let url = format!("https://artifacts.opensearch.org/releases/bundle/opensearch/{version}/{file}");
        Box::new(Archive::new(&url, Checksum::Sha512At(".sha512"), "bin/opensearch").strip(1))
    })
}
