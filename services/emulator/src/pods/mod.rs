//! The state as a file: `/_asf/pods`, `/_asf/state/file`, and LocalStack's paths for the same.
//!
//! Files with a name are `<LOCALSTACK_VOLUME_DIR>/pods/<name>.asf`.

mod endpoints;
mod shelf;

pub(crate) use endpoints::add_routes;
pub(crate) use shelf::{Name, Shelf, is_plain};
