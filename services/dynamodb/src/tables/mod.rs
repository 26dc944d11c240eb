//! What a table is to be: `CreateTable` and `UpdateTable` as functions from descriptions to descriptions.
//!
//! Words are (asserted), where nothing else is said.

mod create;
mod indexes;
mod names;
mod provision;
mod throughput;
mod update;

pub use create::{AttributeDefinition, CreateTable, KeySchemaElement, StreamSpecification};
pub use indexes::{IndexRequest, ProjectionRequest, ProjectionType};
pub use names::check_table_name;
pub use provision::ProvisionRequest;
pub(crate) use provision::{follow, provision_of};
pub use update::{IndexChange, IndexUpdate, OtherChanges, TableChange, UpdateTable};
