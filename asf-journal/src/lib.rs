//! Durability of stores: changes are written down, many at once, before an answer tells of them.
//!
//! A [`Journal`] gives a [`State`](asf_store::State) whose tables begin with what was kept in a folder, and
//! whose changes are kept there. Its committer, a thread of its own, takes all changes that are queued in a
//! [moment](asf_store::State::moment) in which no step is under way, writes them as one transaction of the
//! engine with one sync of the disk, and wakes everyone who waits for one of them. So a commit never has
//! half of what [`atomically`](asf_store::State::atomically) did, and under load it has the changes of many
//! calls. What is queued is kept once a key, so it takes as much memory as entries differ from the disk.
//!
//! - `folder`: one process at a time, formats that this build can read;
//! - `engine`: the file that it is all in;
//! - `keys`, `frame`: what an entry looks like there;
//! - `meta`: which versions of records there are, and which commit was the last;
//! - `pending`, `committer`: from changes to transactions;
//! - `source`: back again;
//! - `salvage`: a file that cannot be used is made anew of what can be read;
//! - `problem`: what was found damaged. It is told, and the rest is there.
//!
//! docs/persistence.md has the format, what it is proof against, and figures.

mod committer;
mod engine;
mod folder;
mod frame;
mod journal;
mod keys;
mod log;
mod meta;
mod pending;
mod problem;
mod salvage;
mod source;
#[cfg(test)]
mod tests;

pub use folder::FolderError;
pub use journal::{Journal, Load, OpenError, Options, Save, Saver};
pub use meta::TooNew;
pub use problem::{Problem, Problems};
