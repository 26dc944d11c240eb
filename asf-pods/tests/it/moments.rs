//! A file is of one moment, whoever writes meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};

use asf_pods::Strategy;
use asf_store::State;

use crate::store::{load, saved, things};

#[test]
fn steps_that_belong_together_are_together() {
    let state = State::new();
    let is_over = AtomicBool::new(false);
    let store = |state: &State| things(state, "000000000000", "us-east-1");
    store(&state).local.insert("n".to_owned(), "0".to_owned());
    store(&state).hashed.insert(0, "0".to_owned());
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut n = 0_u64;
            while !is_over.load(Ordering::Relaxed) {
                n += 1;
                state.atomically(|| {
                    store(&state).local.insert("n".to_owned(), n.to_string());
                    store(&state).hashed.insert(0, n.to_string());
                });
            }
        });
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let copy = State::new();
            load(&copy, &mut saved(&state), Strategy::Overwrite).unwrap();
            let (first, second) = (store(&copy).local.get(&"n".to_owned()), store(&copy).hashed.get(&0));
            assert_eq!(first, second);
            seen.insert(first.map(|it| String::clone(&it)));
        }
        is_over.store(true, Ordering::Relaxed);
        assert!(seen.len() > 1, "nobody wrote");
    });
}
