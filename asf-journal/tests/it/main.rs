//! Journals as they are used, killed, and damaged.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod contents;
mod crash;
mod damage;
mod figures;
mod strategies;
mod versions;

use std::path::Path;

use asf_journal::{Journal, Options};
use asf_store::{Reach, State, Table};

/// A table of numbers that nobody declared.
fn numbers(state: &State, attribute: &'static str) -> Table<u64, u64> {
    state.opener("of-tests").table(attribute, Reach::CrossAccount)
}

fn open(folder: &Path) -> Journal {
    Journal::open(Options::new(folder)).unwrap()
}

fn entries(table: &Table<u64, u64>) -> Vec<(u64, u64)> {
    table.range(.., usize::MAX).into_iter().map(|(key, value)| (key, *value)).collect()
}
