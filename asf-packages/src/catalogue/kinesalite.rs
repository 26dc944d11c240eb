//! kinesalite: a stand-in for Kinesis in Node.js.

use crate::{Npm, Package, PackagePlugin};

pub(super) const PLUGIN: PackagePlugin = PackagePlugin { name: "kinesalite", create: package };

fn package() -> Package {
    Package::new("kinesalite", "A stand-in for Kinesis, on LevelDB", &["3.3.3"], |version| {
        Box::new(Npm::new("kinesalite", version))
    })
}
