//! Providers made by `#[provider]`, called as the gateway calls them.

mod plain;
