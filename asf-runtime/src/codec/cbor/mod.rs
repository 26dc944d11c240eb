//! CBOR bodies <-> [`Shape`](crate::Shape), driven by the schema: the body format of
//! smithy-rpc-v2-cbor, and of Kinesis's `application/x-amz-cbor-1.1`. minicbor tokenises.

mod read;
mod write;

pub use read::{read_document, read_shape};
pub use write::{CborWriter, write_shape};

/// How a body is read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CborOptions {
    /// Timestamps count milliseconds rather than seconds. The AWS SDKs for Java do so in
    /// `application/x-amz-cbor-1.1` (`SdkCborGenerator` writes tag 1 and the milliseconds).
    pub millis: bool,
    /// What a client sent is read strictly: timestamps have their tag (in seconds), unions exactly one
    /// member, dense lists and maps no nulls. What a service answered is read as AWS SDKs do.
    pub strict: bool,
}

impl CborOptions {
    /// For requests of smithy-rpc-v2-cbor on the server, and for writing.
    pub const STRICT: Self = Self { millis: false, strict: true };
    /// For responses of smithy-rpc-v2-cbor on the client.
    pub const LENIENT: Self = Self { millis: false, strict: false };
    /// For `application/x-amz-cbor-1.1`.
    pub const MILLIS: Self = Self { millis: true, strict: true };
}

#[cfg(test)]
mod tests;
