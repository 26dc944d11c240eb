//! What DynamoDB is about, without its wire types. All of it can be written down (serde), for stores.

pub mod key;
pub mod path;
pub mod provision;
pub mod table;
pub mod value;

pub use key::{KeyValue, PrimaryKey};
pub use path::{Element, Path};
pub use provision::{Provision, Units};
pub use table::{KeySchema, KeyType, TableDescription};
pub use value::{AttributeType, AttributeValue, Item};
