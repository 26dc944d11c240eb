//! Signatures of requests: read from headers or query strings, computed again, and compared.
//!
//! [`claim`] reads what a request says of its signature, [`canonical`] writes the request in the form that is
//! signed, [`key`] derives and signs, [`v2`] does the same for S3's old signatures, [`chunks`] for the
//! pieces of an aws-chunked body, [`verify_policy`] for forms of browsers. [`check_window`] judges by the clock, [`verify`] the signature. What is wrong
//! is a [`Refusal`], with each protocol's words for it ([`Refusal::error`]). Which secret a key has says whoever
//! implements [`SecretKeys`].
//!
//! Version 4 with HMAC-SHA256 is verified, and version 2 for S3. Signatures with ECDSA (SigV4A) are refused
//! as not verifiable: the public key would have to be derived from the secret with a crate for P-256 that
//! nothing else here needs. Signatures of single events in an event stream are not verified, the request
//! that opens it is. Sources: IAM User Guide, "Create a signed AWS API request"; S3's API reference,
//! "Authenticating Requests (AWS Signature Version 4)".

pub mod canonical;
pub mod chunks;
pub mod claim;
mod date;
mod form;
mod judge;
pub mod key;
mod query;
mod refusal;
mod scope;
mod secrets;
pub mod v2;
mod window;
mod words;

pub use chunks::ChunkSignatures;
pub use claim::{Claim, Place, Signature};
pub use date::AmzDate;
pub use form::verify_policy;
pub(crate) use judge::{Payload, read_claim};
pub use judge::{SentRequest, SignedBody, check_window, verify};
pub use query::Query;
pub use refusal::{Malformed, Refusal};
pub use scope::CredentialScope;
pub use secrets::{IssuedKeys, KeyRefusal, SecretKey, SecretKeys};
pub use words::Audience;

#[cfg(test)]
mod tests;
