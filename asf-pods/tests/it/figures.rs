//! How long it takes: `cargo test --release -p asf-pods figures -- --ignored --nocapture`.

#![allow(clippy::disallowed_methods, reason = "it measures")]

use std::time::Instant;

use asf_pods::Strategy;
use asf_store::State;

use crate::store::{load, saved, things};

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!("{what}: {:.1?}", start.elapsed());
    result
}

#[test]
#[ignore = "figures"]
fn a_million_entries() {
    let state = State::new();
    let table = things(&state, "000000000000", "us-east-1").local;
    for n in 0..1_000_000_u64 {
        // What does not repeat, as in records: ids.
        let id = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let padding = format!("{id:016x}").repeat(4);
        table.insert(
            format!("key-{id:016x}"),
            format!("{{\"id\":\"{id:032x}\",\"name\":\"thing-{n}\",\"state\":\"available\",\"arn\":\"arn:aws:things:us-east-1:000000000000:thing/{id:x}\",\"body\":\"{padding}\"}}"),
        );
    }
    let snapshot = timed("snapshot", || state.snapshot().unwrap());
    let branch = timed("branch, and its tables opened", || {
        let branch = State::branch(&snapshot);
        branch.open_all();
        branch
    });
    drop(branch);
    let mut pod = timed("save", || saved(&state));
    println!("unpacked {} bytes, file {} bytes", pod.manifest().size, pod.len());
    let empty = State::new();
    timed("load into an empty state", || load(&empty, &mut pod, Strategy::Overwrite).unwrap());
    timed("load over a million", || load(&state, &mut pod, Strategy::Overwrite).unwrap());
    timed("diff of two files", || crate::store::assert_same(&state, &empty));
}
