//! The directory `specs/`: reading it (or the copy inside the program), and rewriting it from a
//! botocore.

mod botocore;
mod changes;
mod layout;
mod manifest;
mod source;
mod update;
mod verify;

pub use botocore::{Botocore, documentation_source};
pub use changes::{Changes, OperationChanges};
pub use layout::{format, strip_documentation};
pub use manifest::{Counts, Manifest};
pub use source::SpecSource;
pub use update::{Updated, update};
pub use verify::{Problem, Verified, verify};
