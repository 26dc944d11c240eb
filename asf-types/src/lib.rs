//! Value types that every part shares: who calls and where ([`identity`]), and when ([`Timestamp`]).
//!
//! They are kept in stores, so each can be written with serde: ids, names and ARNs as their text, a moment
//! as its seconds and nanoseconds.

pub mod identity;
mod kept;
mod timestamp;

pub use timestamp::{Timestamp, TimestampError};
