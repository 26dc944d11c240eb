//! Signatures of the chunks of an aws-chunked body: each signs the one before, the first the request's.
//! Source: S3's API reference, "Signature Calculations for the Authorization Header: Transferring Payload in
//! Multiple Chunks", and the same with trailers.

use sha2::{Digest as _, Sha256};

use super::key::{EMPTY_SHA256, SigningKey, hex, sha256_hex};
use super::{AmzDate, CredentialScope};
use crate::AwsError;
use crate::shape::StreamError;

/// Verifies chunk after chunk.
#[derive(Clone, Debug)]
pub struct ChunkSignatures {
    key: SigningKey,
    /// Date and scope, a line each.
    head: String,
    /// The signature before.
    previous: String,
    /// The signature of the chunk that is under way, in the making.
    chunk: Option<(String, Sha256)>,
    /// Whether the trailers are signed, too.
    has_trailer: bool,
}

impl ChunkSignatures {
    /// The chunks of a request with this signature. `has_trailer`: of
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`.
    #[must_use]
    pub fn new(
        key: SigningKey,
        date: AmzDate,
        scope: &CredentialScope,
        seed: &str,
        has_trailer: bool,
    ) -> Self {
        let head = format!("{date}\n{scope}\n");
        Self { key, head, previous: seed.to_owned(), chunk: None, has_trailer }
    }

    /// A chunk begins that has this signature.
    pub(crate) fn begin(&mut self, signature: Option<&str>) {
        self.chunk = Some((signature.unwrap_or_default().to_owned(), Sha256::new()));
    }

    /// The next bytes of it.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        if let Some((_, hasher)) = &mut self.chunk {
            hasher.update(bytes);
        }
    }

    /// The chunk has ended.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch`.
    pub(crate) fn end(&mut self) -> Result<(), StreamError> {
        let Some((signature, hasher)) = self.chunk.take() else { return Ok(()) };
        let hash = hex(&hasher.finalize());
        let text =
            format!("AWS4-HMAC-SHA256-PAYLOAD\n{}{}\n{EMPTY_SHA256}\n{hash}", self.head, self.previous);
        self.check(&text, signature)
    }

    /// The signature of the trailers: lines of `name:value`.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch`.
    pub(crate) fn trailer(&mut self, lines: &str, signature: &str) -> Result<(), StreamError> {
        let hash = sha256_hex(lines.as_bytes());
        let text = format!("AWS4-HMAC-SHA256-TRAILER\n{}{}\n{hash}", self.head, self.previous);
        self.has_trailer = false;
        self.check(&text, signature.to_owned())
    }

    /// The body has ended.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch` if the trailers' signature is missing.
    pub(crate) fn finish(&self) -> Result<(), StreamError> {
        if self.has_trailer { Err(mismatch()) } else { Ok(()) }
    }

    fn check(&mut self, text: &str, signature: String) -> Result<(), StreamError> {
        if !self.key.verify(text.as_bytes(), &signature) {
            return Err(mismatch());
        }
        self.previous = signature;
        Ok(())
    }
}

fn mismatch() -> StreamError {
    let error = AwsError::sender("SignatureDoesNotMatch", super::words::S3_MISMATCH).with_status(403);
    StreamError::Service(Box::new(error))
}
