//! Where providers keep what they know.
//!
//! A provider declares a store ([`derive(Store)`](Store)): a struct whose fields are tables, each kept for
//! every account and region by itself, for an account, or for all. Everything else is done here: isolation,
//! snapshots, reset, and, with a [`ChangeLog`], durability.
//!
//! - [`State`]: all tables of a process (or of a branch of its state), by service and attribute;
//! - [`Store`], [`Stores`]: the tables of one service, and the view of them from one account and region;
//! - [`Table`]: entries by key, in one of the layouts [`Ordered`], [`Indexed`], [`Hashed`], [`Partitioned`];
//! - [`Record`]: what an entry is when it is written down, with a version;
//! - [`Blobs`]: content of any size, beside the records that have it;
//! - [`ChangeLog`]: who hears of each change, in order; what makes them durable.
//!
//! Nothing here waits: no lock is held over an await, and a lock is held for one step of one table, or for
//! the closure that is passed to [`Table::write`].

mod attribute;
mod blob;
mod change;
mod core;
mod erased;
mod gate;
mod index;
mod layout;
mod passing;
mod range;
mod record;
mod scope;
mod snapshot;
mod state;
mod store;
mod sync;
mod table;
mod tree;

/// For what macros write.
#[doc(hidden)]
pub use asf_types::identity;
pub use attribute::Attribute;
pub use blob::{Blob, BlobError, BlobReader, BlobWriter, Blobs, ContentFile, Gathered};
pub use change::{Change, ChangeLog, EntryChange, Former, NotWritten, Sequence, Sequences, Written, track};
pub use erased::{AnySnapshot, AnyTable, Entry, Find, Name, VisitError, Visitor};
pub use index::{Index, Indexes, NoIndexes};
pub use layout::{Hashed, InPartition, Indexed, Layout, Ordered, Partitioned};
/// For what macros write.
#[doc(hidden)]
pub use linkme;
pub use passing::PassingFolder;
pub use record::{Key, Record, RecordError, decode, encode};
pub use scope::{Reach, Scope, ScopeError};
pub use snapshot::Snapshot;
pub use state::{Moments, Opener, Put, Selection, Source, State, StateSnapshot, Steps, TableInfo};
pub use store::{STORES, Store, StoreField, StorePlugin, Stores};
pub use table::{Table, Writer};
pub use tree::OrderedTree;
