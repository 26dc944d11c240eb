//! `#[provider]` and `#[handler]`: operations bound to functions.
