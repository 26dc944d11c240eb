//! Content on its way out.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use super::content::{Blob, Piece};
use super::{BlobError, blocking};

/// Bytes that are read at once.
const CHUNK: u64 = 256 << 10;

type Read = Pin<Box<dyn Future<Output = Result<Bytes, BlobError>> + Send>>;

/// Content on its way out, a quarter of a mebibyte at a time. Its files stay while it lives.
pub struct BlobReader {
    blob: Blob,
    piece: usize,
    /// Within the piece.
    offset: u64,
    reading: Option<Read>,
}

impl BlobReader {
    pub(super) fn new(blob: Blob) -> Self {
        Self { blob, piece: 0, offset: 0, reading: None }
    }

    /// The next bytes; `None` at the end, and after an error.
    pub async fn next(&mut self) -> Option<Result<Bytes, BlobError>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// What comes next, and where that leaves it.
    fn begin(&self) -> Option<Read> {
        let piece = self.blob.pieces.get(self.piece)?;
        let left = piece.len() - self.offset;
        match piece {
            Piece::Inline(bytes) => Some(Box::pin(std::future::ready(Ok(bytes.clone())))),
            Piece::File(part) => {
                let Some(file) = part.file.clone() else {
                    return Some(Box::pin(std::future::ready(Err(BlobError::Damaged("a file".to_owned())))));
                };
                let (at, length) = (part.offset + self.offset, left.min(CHUNK) as usize);
                Some(Box::pin(blocking(move || file.read_at(at, length).map(Bytes::from))))
            }
        }
    }
}

impl Stream for BlobReader {
    type Item = Result<Bytes, BlobError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.reading.is_none() {
            self.reading = self.begin();
        }
        let Some(reading) = &mut self.reading else { return Poll::Ready(None) };
        let result = std::task::ready!(reading.as_mut().poll(cx));
        self.reading = None;
        match &result {
            Ok(bytes) => {
                self.offset += bytes.len() as u64;
                if self.blob.pieces.get(self.piece).is_none_or(|piece| self.offset >= piece.len()) {
                    (self.piece, self.offset) = (self.piece + 1, 0);
                }
            }
            Err(_) => self.piece = usize::MAX,
        }
        Poll::Ready(Some(result))
    }
}

impl std::fmt::Debug for BlobReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlobReader")
            .field("piece", &self.piece)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}
