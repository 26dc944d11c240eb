//! What the crates that `scaffold` writes are made of: a macro for each kind of type, and the few
//! functions that they share.
//!
//! Generated code says what a type is; these macros say how it behaves. Every function that they write
//! is `#[inline]` and small, so that a generated crate compiles to next to no machine code by itself: a
//! crate that uses a type pays for it, and nobody pays for the operations that nobody uses.

mod enumeration;
mod error;
mod operation;
mod structure;
mod union_shape;

pub use error::{ModelledError, downcast, fmt_error, modelled, received};
pub use operation::not_implemented;
pub use structure::{filled, present};
