//! The state as a file: saved at one moment, inspected, compared, and loaded into a running state.
//!
//! - [`save`]: a moment of a state as a [`Pod`];
//! - [`Pod`]: a file that was found whole; its [`Manifest`] says what is in it;
//! - [`Pod::stage`]: all of its entries, read and checked beside the state that they are for;
//! - [`Staged::apply`]: puts them in, by a [`Strategy`];
//! - [`diff`]: what two of them differ in.
//!
//! A file may come from anybody. No name in it becomes a path; every length in it is checked against what is
//! there before memory is taken; and nothing changes in a state before all of the file was read.
//!
//! # The format
//!
//! Numbers are little-endian. `ASFSTATE`, the format's number (4 bytes), the length of the manifest (4), its SHA-256
//! (32), the manifest in JSON, then frames in one zlib stream to the end of the file. A frame begins with a byte:
//!
//! | | |
//! |---|---|
//! | 1 | content: number of a table of its service (4), SHA-256 (32), length (8), bytes. Before the first entry that has it, once |
//! | 2 | entry: number of the table in the manifest (4), length (2) and text of the scope, version (4), length (4) and CBOR of the key, length (4) and CBOR of the value |
//! | 0 | the end |

mod diff;
mod error;
mod load;
mod manifest;
mod read;
mod save;

pub use diff::{Difference, KeyChange, What, diff};
pub use error::PodError;
pub use load::{Loaded, Staged, Strategy, StrategyError};
pub use manifest::{FORMAT, Manifest, TableManifest};
pub use read::{Limits, Pod};
pub use save::{Labels, save, save_moment};
