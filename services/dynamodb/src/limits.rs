//! DynamoDB's limits ("Quotas in Amazon DynamoDB").

/// Bytes of an item: one of exactly this size is taken (conformance: item-size).
pub const ITEM_BYTES: usize = 400 * 1024;
/// Bytes of a partition key.
pub const PARTITION_KEY_BYTES: usize = 2048;
/// Bytes of a sort key.
pub const SORT_KEY_BYTES: usize = 1024;
/// Levels of a value, the value itself being one.
pub const NESTING: usize = 32;
/// Bytes of an expression.
pub const EXPRESSION_BYTES: usize = 4096;
/// Operators and functions in an expression.
pub const OPERATORS: usize = 300;
/// Operands of IN.
pub const IN_OPERANDS: usize = 100;
/// Elements of a document path.
pub const PATH_ELEMENTS: usize = 32;
/// Local secondary indexes of a table.
pub const LOCAL_INDEXES: usize = 5;
/// Global secondary indexes of a table.
pub const GLOBAL_INDEXES: usize = 20;
/// Attributes that all indexes of a table together project by name.
pub const PROJECTED_ATTRIBUTES: usize = 100;
/// Capacity units of a table or an index.
pub const CAPACITY_UNITS: i64 = 1_000_000_000_000;
/// Bytes of all items that a transaction writes.
pub const TRANSACTION_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of items that a page of a query or a scan looks at.
pub const PAGE_BYTES: u64 = 1024 * 1024;
/// Bytes of the items that `BatchGetItem` answers.
pub const BATCH_BYTES: u64 = 16 * 1024 * 1024;
/// Items of `BatchGetItem`.
pub const BATCH_READS: usize = 100;
/// Writes of `BatchWriteItem`.
pub const BATCH_WRITES: usize = 25;
/// Tables that `ListTables` answers at once.
pub const LISTED_TABLES: usize = 100;
/// Tags of a table.
pub const TAGS: usize = 50;
