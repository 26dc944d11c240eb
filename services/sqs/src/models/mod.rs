//! The domain: queues, their messages, and what lies in wait in them. Knows no wire types and no HTTP.

mod backlog;
mod message;
mod queue;

pub use backlog::{Backlog, Counts, DeadLetter, Place, Stored, Taken};
pub use message::Message;
pub(crate) use queue::check_tags;
pub use queue::{Home, Opened, Queue, QueueState};
