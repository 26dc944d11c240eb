//! MariaDB: for RDS and Aurora.

use crate::{Debian, FirstOf, OnPath, Package, PackagePlugin};

pub(super) const PLUGIN: PackagePlugin = PackagePlugin { name: "mariadb", create: package };

fn package() -> Package {
    Package::new("mariadb", "The database, for RDS with MySQL", &["10.11", "11.8"], |version| {
        let machine = OnPath::new("mariadbd").version(version).or_in("/usr/sbin");
        let debian = Debian::new("mariadb-server-core", version, "usr/sbin/mariadbd");
        Box::new(FirstOf::new(machine, debian.and("mariadb-client-core").and("mariadb-client")))
    })
}
