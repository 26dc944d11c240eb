//! Tests that need what is inside: storage that fails, and what is written where.

mod failing;
mod meta;
mod pending;

use asf_store::{Reach, State, Table};

/// A table of numbers that nobody declared.
fn numbers(state: &State, attribute: &'static str) -> Table<u64, u64> {
    state.opener("of-tests").table(attribute, Reach::CrossAccount)
}
