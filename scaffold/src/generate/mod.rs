//! `service-2.json` -> a crate of Rust code.
//!
//! [`model`] reads the spec (and cuts it to what some operations reach), [`names`] finds Rust names,
//! [`plan`] decides what there will be (`layout` what of it is boxed), [`emit`] writes it as tokens,
//! [`mod@write`] puts it into files or compares it with those that are there, which [`committed()`] finds. Each
//! step sees the result of the one before only.

mod committed;
pub mod docs;
pub mod emit;
mod layout;
pub mod model;
pub mod names;
pub mod plan;
pub mod write;

pub use committed::{Wanted, committed};
pub use emit::crate_files;
pub use model::Model;
pub use plan::Plan;
pub use write::{CrateFiles, Difference};
