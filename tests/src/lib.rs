//! Nothing to use: this crate is its tests (`tests/it`).
