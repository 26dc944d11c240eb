//! A body that is checked against the checksums announced for it, on its way.

use bytes::Bytes;

use super::checksum::{ChecksumAlgorithm, Digest, Hasher};
use super::stage::Stage;
use crate::shape::StreamError;

/// One checksum that was announced.
pub(super) struct Check {
    hasher: Hasher,
    expected: Digest,
    name: &'static str,
    /// In errors, the digest is written in hexadecimal digits rather than in base64.
    hex: bool,
}

/// `algorithm` of the mismatch of a `Content-MD5`.
pub(super) const CONTENT_MD5: &str = "content-md5";
/// `algorithm` of the mismatch of an `x-amz-content-sha256`.
pub(super) const CONTENT_SHA256: &str = "x-amz-content-sha256";

impl Check {
    /// By `x-amz-checksum-*`. The hasher has what is there of the body.
    pub(super) fn checksum(hasher: Hasher, expected: Digest) -> Self {
        Self { name: hasher.algorithm().name(), hasher, expected, hex: false }
    }

    /// By `Content-MD5`.
    pub(super) fn content_md5(expected: Digest) -> Self {
        Self { name: CONTENT_MD5, ..Self::checksum(ChecksumAlgorithm::Md5.hasher(), expected) }
    }

    /// By `x-amz-content-sha256`.
    pub(super) fn content_sha256(expected: Digest) -> Self {
        let hasher = ChecksumAlgorithm::Sha256.hasher();
        Self { name: CONTENT_SHA256, hex: true, ..Self::checksum(hasher, expected) }
    }

    /// Takes the next bytes in.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// Compares.
    ///
    /// # Errors
    /// [`StreamError::ChecksumMismatch`].
    pub(super) fn finish(self) -> Result<(), StreamError> {
        let actual = self.hasher.finish();
        if actual == self.expected {
            return Ok(());
        }
        let text = |digest: &Digest| if self.hex { digest.to_hex() } else { digest.to_base64() };
        Err(StreamError::ChecksumMismatch {
            algorithm: self.name,
            expected: text(&self.expected),
            actual: text(&actual),
        })
    }
}

/// Passes a body on, and fails at its end if a checksum is not the body's.
pub(super) struct Verify {
    checks: Vec<Check>,
    piece: Option<Bytes>,
}

impl Verify {
    /// A body with these checksums.
    pub(super) fn new(checks: Vec<Check>) -> Self {
        Self { checks, piece: None }
    }
}

impl Stage for Verify {
    type Item = Bytes;

    fn push(&mut self, piece: Bytes) {
        for check in &mut self.checks {
            check.update(&piece);
        }
        self.piece = Some(piece);
    }

    fn pull(&mut self) -> Result<Option<Bytes>, StreamError> {
        Ok(self.piece.take())
    }

    fn finish(&mut self) -> Result<Option<Bytes>, StreamError> {
        self.checks.drain(..).try_for_each(Check::finish)?;
        Ok(None)
    }
}
