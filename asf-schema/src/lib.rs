//! AWS service models as flat tables.
//!
//! A [`ServiceSchema`] describes one service: its metadata, operations, shapes and members. It is
//! plain data that lives as long as the process: generated crates hold theirs in statics, and
//! [`load_service`] builds the same tables from a `service-2.json` at run time. Everything else in
//! ASF (protocols, validation, routing, code generation) reads these tables and nothing else.
//!
//! Shapes refer to each other by small indices, so recursion costs nothing and a whole service is a
//! handful of arrays. The handles [`Schema`], [`Member`] and [`Operation`] pair an index with its
//! service; they are `Copy` and are what code passes around.
//!
//! ```
//! let spec = br#"{
//!   "metadata": {"apiVersion": "2012-11-05", "endpointPrefix": "sqs", "protocol": "json",
//!                "serviceId": "SQS", "serviceFullName": "SQS", "jsonVersion": "1.0", "targetPrefix": "AmazonSQS"},
//!   "operations": {"GetQueueUrl": {"name": "GetQueueUrl", "http": {"method": "POST", "requestUri": "/"},
//!                  "input": {"shape": "GetQueueUrlRequest"}}},
//!   "shapes": {"GetQueueUrlRequest": {"type": "structure", "required": ["QueueName"],
//!              "members": {"QueueName": {"shape": "String"}}}, "String": {"type": "string"}}
//! }"#;
//! let service = asf_schema::load_service("sqs", spec)?;
//! let operation = service.operation("GetQueueUrl").ok_or("no such operation")?;
//! let input = operation.input().ok_or("no input")?;
//! assert_eq!(input.member(0).name(), "QueueName");
//! assert!(input.member(0).is_required());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod handle;
mod load;
mod operation;
mod service;
mod shape;
mod traits;

pub use handle::{Member, Operation, Schema};
pub use load::{LoadError, load_service, load_service_value};
pub use operation::{AuthKind, HttpChecksum, OperationFlags, OperationSchema};
pub use service::{Metadata, ServiceSchema};
pub use shape::{Constraints, ErrorSchema, MemberSchema, ShapeId, ShapeSchema, XmlNamespace, concat};
pub use traits::{Kind, Location, MemberFlags, ProtocolKind, ShapeFlags, TimestampFormat};
