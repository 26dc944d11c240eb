#!/usr/bin/env bash
# Runs every measurement, engines in turn, and prints a line for each. DIR must be on a real disk. Takes about
# 15 minutes. `full` needs root, for a file system of 96 MiB; `sync` needs strace. Both are left out without.
set -euo pipefail
cd "$(dirname "$0")"
cargo build --release --quiet
bin=${CARGO_TARGET_DIR:-target}/release/engines
dir=${1:?where to write}/engines
times=${2:-3}
mkdir -p "$dir"
fresh() { rm -rf "${dir:?}/$1"; echo "$dir/$1"; }
run() { timeout 300 "$bin" "$@" 2>&1 || echo "FAILED ($?): $*"; }

for engine in none log fjall fjall-default redb; do
    for services in 1 40; do
        for _ in $(seq "$times"); do run idle $engine "$(fresh idle)" "$services"; done
    done
done
if command -v strace >/dev/null; then
    for engine in log fjall fjall-data redb redb-quick; do
        echo "sync $engine, 200 commits:"
        strace -f -c -e trace=fsync,fdatasync,msync,sync_file_range,write,pwrite64 \
            "$bin" sequence $engine "$(fresh sync)" 200 2>&1 | awk '/sync|write/ { print "  " $NF, $4 }'
    done
fi
for _ in $(seq "$times"); do
    for engine in log fjall fjall-data redb redb-quick; do
        for tasks in 1 16 64; do run commits $engine "$(fresh commits)" $tasks 4; done
    done
done
for engine in log fjall redb redb-quick; do
    run build $engine "$(fresh "closed-$engine")" 1000000 close
    for _ in $(seq "$times"); do run open $engine "$dir/closed-$engine"; done
done
run open redb-check "$dir/closed-redb"
for engine in log fjall redb redb-quick; do
    "$bin" build $engine "$(fresh "killed-$engine")" 1000000 kill 2>&1 || true # it aborts
    cp -r "$dir/killed-$engine" "$(fresh again)"
    run open $engine "$dir/killed-$engine"
    run open $engine "$dir/again"
done
echo "with a million entries there:"
for _ in $(seq "$times"); do
    for engine in log fjall redb redb-quick; do run commits $engine "$dir/closed-$engine" 64 6; done
    run commits redb-cache "$dir/closed-redb" 64 6
done
rm -rf "$dir"/closed-* "$dir"/killed-* "$dir/again"
for engine in log fjall redb; do run churn $engine "$(fresh churn)" 10000; done
for engine in log fjall redb; do run kill $engine "$(fresh kill)" 20; done
for engine in log fjall redb redb-check redb-sum; do run damage $engine "$(fresh damage)" 300; done
for engine in log fjall redb; do run twice $engine "$(fresh twice)"; done
if [ "$(id -u)" = 0 ]; then
    for engine in log fjall redb; do
        truncate -s 96M "$dir/disk"
        mkfs.ext4 -q -F "$dir/disk"
        mkdir -p "$dir/mounted"
        mount -o loop "$dir/disk" "$dir/mounted"
        run full $engine "$dir/mounted"
        umount "$dir/mounted"
        rm "$dir/disk"
    done
fi
rm -rf "$dir"
