//! ElasticMQ: a queue with SQS's API.
//!
//! Its source is not reached in tests: the file is one of the project's releases on GitHub.

use crate::{Checksum, Jar, Package, PackagePlugin, github_asset};

pub(super) const PLUGIN: PackagePlugin = PackagePlugin { name: "elasticmq", create: package };

/// The digest of 1.7.1, as package descriptions of others have it.
const SHA256: &str = "a40dfd03fd8e2f17418f3c61a460c1daea902119145bdce97d09a81f03aa0428";

fn package() -> Package {
    Package::new("elasticmq", "A queue with SQS's API, in Java", &["1.7.1"], |version| {
        let file = format!("elasticmq-server-all-{version}.jar");
        let url = github_asset("softwaremill/elasticmq", &format!("v{version}"), &file);
        Box::new(Jar::new(&url, Checksum::Sha256(SHA256)))
    })
}
