//! What a step of a table costs, with a hundred and a million entries.

use std::hint::black_box;

use asf_store::{Hashed, InPartition, Layout, Ordered, Partitioned, Reach, State, Table};
use criterion::{Criterion, criterion_group, criterion_main};

fn filled<K: asf_store::Key, L: Layout<K, u64>>(count: u64, key: fn(u64) -> K) -> Table<K, u64, L> {
    let table = State::new().opener("of-benches").table("numbers", Reach::CrossAccount);
    for number in 0..count {
        table.insert(key(number), number);
    }
    table
}

/// Neighbours lie far from each other.
fn scattered(number: u64) -> String {
    format!("key-{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn steps<K: asf_store::Key, L: Layout<K, u64>>(criterion: &mut Criterion, name: &str, key: fn(u64) -> K) {
    for count in [100, 1_000_000] {
        let table = filled::<K, L>(count, key);
        let mut next = 0;
        let mut some = move || {
            next = (next + 7919) % count;
            key(next)
        };
        let mut group = criterion.benchmark_group(format!("{name}/{count}"));
        group.bench_function("get", |bencher| bencher.iter(|| table.get(black_box(&some()))));
        group.bench_function("update", |bencher| {
            bencher.iter(|| table.update(black_box(&some()), |value| *value += 1));
        });
        group.bench_function("insert and remove", |bencher| {
            bencher.iter(|| {
                table.insert(key(count), 1);
                table.remove(&key(count))
            });
        });
        group.bench_function("snapshot, then update", |bencher| {
            bencher.iter(|| {
                let snapshot = table.snapshot();
                table.update(&some(), |value| *value += 1);
                snapshot
            });
        });
        group.finish();
    }
}

fn tables(criterion: &mut Criterion) {
    steps::<String, Ordered>(criterion, "ordered", scattered);
    steps::<String, Hashed>(criterion, "hashed", scattered);
    steps::<InPartition<u64, u64>, Partitioned>(criterion, "partitioned", |it| {
        InPartition::new(it % 1000, it)
    });
}

criterion_group!(benches, tables);
criterion_main!(benches);
