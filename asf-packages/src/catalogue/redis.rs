//! Redis: for ElastiCache and MemoryDB.

use crate::{Debian, FirstOf, OnPath, Package, PackagePlugin};

pub(super) const PLUGIN: PackagePlugin = PackagePlugin { name: "redis", create: package };

fn package() -> Package {
    Package::new("redis", "The cache, for ElastiCache and MemoryDB", &["7.0", "8.0"], |version| {
        let debian = Debian::new("redis-server", version, "usr/bin/redis-server").and("redis-tools");
        Box::new(FirstOf::new(OnPath::new("redis-server").version(version), debian))
    })
}
