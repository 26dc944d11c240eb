//! DynamoDB local: what AWS itself has to run DynamoDB on a machine.
//!
//! Its source is not reached in tests: the URL is the one of AWS's own guide.

use crate::{Archive, Checksum, Package, PackagePlugin};

pub(super) const PLUGIN: PackagePlugin = PackagePlugin { name: "dynamodb-local", create: package };

fn package() -> Package {
    Package::new("dynamodb-local", "AWS's own DynamoDB for one machine, in Java", &["latest"], |version| {
        let url = format!("https://d1ni2b6xgvw0s0.cloudfront.net/v2.x/dynamodb_local_{version}.tar.gz");
        let archive = Archive::new(&url, Checksum::Sha256At(".sha256"), "DynamoDBLocal.jar");
        Box::new(archive.java(&["-Djava.library.path={}/DynamoDBLocal_lib"]))
    })
}
