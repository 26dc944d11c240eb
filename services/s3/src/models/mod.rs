//! What lies in the tables.

mod bucket;
mod object;
mod upload;

pub use bucket::*;
pub use object::*;
pub use upload::*;
