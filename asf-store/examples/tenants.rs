//! What tenants cost: memory of 10,000 accounts that look, and of as many that have one entry each.
//!
//!     cargo run --release -p asf-store --example tenants

use asf_macros::Store;
use asf_store::{Hashed, State, Stores, Table};
use asf_types::identity::{AccountId, Region};

#[derive(Clone, Store)]
#[store(service = "tenants", crate = asf_store)]
struct Tenants {
    #[store(local)]
    ordered: Table<String, String>,
    #[store(local)]
    hashed: Table<String, String, Hashed>,
}

/// Kibibytes of memory that are not of a file.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn main() {
    let state = State::new();
    let stores: Stores<Tenants> = state.stores();
    let accounts = || (1..=10_000).filter_map(AccountId::from_number);
    let region = Region::default();
    let start = memory();
    let found =
        accounts().filter(|account| stores.at(*account, &region).ordered.contains(&String::new())).count();
    println!("10,000 accounts that look ({found} found): {} KiB", memory() - start);
    let start = memory();
    for account in accounts() {
        stores.at(account, &region).ordered.insert("key".to_owned(), "value".to_owned());
    }
    println!("one entry each, ordered: {} KiB", memory() - start);
    let start = memory();
    for account in accounts() {
        stores.at(account, &region).hashed.insert("key".to_owned(), "value".to_owned());
    }
    println!("one entry each, hashed: {} KiB", memory() - start);
}
