//! moto: answers what no native provider does.

use crate::{Package, PackagePlugin, Pip};

pub(super) const PLUGIN: PackagePlugin = PackagePlugin { name: "moto", create: package };

fn package() -> Package {
    Package::new("moto", "Mocks of most AWS services, in Python", &["5.2.5", "5.1.22"], |version| {
        Box::new(Pip::new("moto[server]", version).module("moto.server"))
    })
}
