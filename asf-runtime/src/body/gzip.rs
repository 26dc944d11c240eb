//! Bodies that clients compress, decompressed piece by piece.
//!
//! At most some 32 KiB come out at a time, however small the piece was that they come from: who collects
//! the body stops at the limit, and so nothing is gained by sending a bomb.

use std::io::Write;

use bytes::{Buf, Bytes};
use flate2::write::MultiGzDecoder;

use super::stage::Stage;
use crate::shape::StreamError;

/// Takes `gzip` off a body.
pub(super) struct Gunzip {
    input: Bytes,
    decoder: MultiGzDecoder<Vec<u8>>,
    /// Whether anything has arrived. A body of nothing is nothing, and not a broken archive.
    begun: bool,
    ended: bool,
}

impl Gunzip {
    /// Nothing has arrived yet.
    pub(super) fn new() -> Self {
        Self { input: Bytes::new(), decoder: MultiGzDecoder::new(Vec::new()), begun: false, ended: false }
    }

    fn decompressed(&mut self) -> Option<Bytes> {
        let out = std::mem::take(self.decoder.get_mut());
        (!out.is_empty()).then(|| out.into())
    }
}

fn malformed(error: &std::io::Error) -> StreamError {
    StreamError::Malformed(format!("it is not gzip: {error}"))
}

impl Stage for Gunzip {
    type Item = Bytes;

    fn push(&mut self, piece: Bytes) {
        self.input = piece;
        self.begun = true;
    }

    fn pull(&mut self) -> Result<Option<Bytes>, StreamError> {
        while !self.input.is_empty() {
            let taken = self.decoder.write(&self.input).map_err(|error| malformed(&error))?;
            if taken == 0 {
                return Err(malformed(&std::io::ErrorKind::InvalidData.into()));
            }
            self.input.advance(taken.min(self.input.len()));
            if let Some(out) = self.decompressed() {
                return Ok(Some(out));
            }
        }
        Ok(None)
    }

    fn finish(&mut self) -> Result<Option<Bytes>, StreamError> {
        if self.begun && !self.ended {
            self.ended = true;
            self.decoder.try_finish().map_err(|error| malformed(&error))?;
            return Ok(self.decompressed());
        }
        Ok(None)
    }
}
