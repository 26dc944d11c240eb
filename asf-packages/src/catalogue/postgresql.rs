//! PostgreSQL: for RDS, Aurora and Redshift.

use crate::{Debian, FirstOf, OnPath, Package, PackagePlugin};

pub(super) const PLUGIN: PackagePlugin = PackagePlugin { name: "postgresql", create: package };

fn package() -> Package {
    Package::new("postgresql", "The database, for RDS and Redshift", &["15", "16", "17"], |version| {
        // Where Debian and its kin have it, which is not on PATH.
        let folder = format!("/usr/lib/postgresql/{version}/bin");
        let machine = OnPath::new("postgres").version(version).or_in(folder);
        let program = format!("usr/lib/postgresql/{version}/bin/postgres");
        let debian = Debian::new(&format!("postgresql-{version}"), version, &program);
        Box::new(FirstOf::new(machine, debian.and(&format!("postgresql-client-{version}"))))
    })
}
