//! kinesis-mock: a stand-in for Kinesis, which npm has as `kinesis-local`.

use crate::{Npm, Package, PackagePlugin};

pub(super) const PLUGIN: PackagePlugin = PackagePlugin { name: "kinesis-mock", create: package };

fn package() -> Package {
    Package::new("kinesis-mock", "A stand-in for Kinesis with its newer operations", &["0.6.2"], |version| {
        // It looks for its certificate in the working directory otherwise.
        Box::new(Npm::new("kinesis-local", version).variable("KINESIS_MOCK_CERT_PATH", "{}/server.json"))
    })
}
