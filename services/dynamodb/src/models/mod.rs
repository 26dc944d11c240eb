//! What DynamoDB is about, without its wire types. All of it can be written down (serde), for stores.

pub mod key;
pub mod path;
pub mod table;
pub mod value;

pub use key::{KeyValue, PrimaryKey};
pub use path::{Element, Path};
pub use table::{KeySchema, KeyType, TableDescription};
pub use value::{AttributeType, AttributeValue, Item};
