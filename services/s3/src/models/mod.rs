//! What lies in the tables.

mod access_point;
mod bucket;
mod object;
mod upload;

pub use access_point::*;
pub use bucket::*;
pub use object::*;
pub use upload::*;
