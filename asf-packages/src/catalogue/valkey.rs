//! Valkey: for ElastiCache and MemoryDB. Debian has it since version 13.

use crate::{Debian, FirstOf, OnPath, Package, PackagePlugin};

pub(super) const PLUGIN: PackagePlugin = PackagePlugin { name: "valkey", create: package };

fn package() -> Package {
    Package::new("valkey", "The free cache, for ElastiCache and MemoryDB", &["8.1"], |version| {
        let debian = Debian::new("valkey-server", version, "usr/bin/valkey-server").and("valkey-tools");
        Box::new(FirstOf::new(OnPath::new("valkey-server").version(version), debian))
    })
}
