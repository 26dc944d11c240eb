//! Content on its way out.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use tokio::task::JoinHandle;

use super::BlobError;
use super::content::{Blob, FilePiece, Piece};
use super::file::BlobFile;

/// Bytes that are read at once: they are sent on while the processor has them at hand.
const CHUNK: u64 = 256 << 10;

/// Content on its way out, a quarter of a mebibyte at a time. Its files stay while it lives.
///
/// What the system has in memory is read at once; for the disk it is waited where waiting is allowed.
pub struct BlobReader {
    blob: Blob,
    piece: usize,
    /// Within the piece.
    offset: u64,
    reading: Option<JoinHandle<Result<BytesMut, BlobError>>>,
    buffers: Buffers,
}

impl BlobReader {
    pub(super) fn new(blob: Blob) -> Self {
        Self { blob, piece: 0, offset: 0, reading: None, buffers: Buffers::default() }
    }

    /// The next bytes; `None` at the end, and after an error.
    pub async fn next(&mut self) -> Option<Result<Bytes, BlobError>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// What comes next, if that is known without waiting; otherwise it is begun to be read.
    fn begin(&mut self) -> Option<Result<Bytes, BlobError>> {
        let (file, at, length) = match self.blob.pieces.get(self.piece)? {
            Piece::Inline(bytes) => return Some(Ok(bytes.clone())),
            Piece::File(FilePiece { file: Some(file), offset, length, .. }) => {
                let left = length.saturating_sub(self.offset).min(CHUNK);
                (file.clone(), offset + self.offset, left as usize)
            }
            Piece::File(_) => return Some(Err(BlobError::Damaged("a file".to_owned()))),
        };
        let mut buffer = self.buffers.take(length);
        if let Some(read) = file.read_in_memory(at, &mut buffer) {
            buffer.truncate(read);
            return Some(Ok(self.buffers.lend(buffer)));
        }
        self.reading = Some(tokio::task::spawn_blocking(move || read_from_disk(&file, at, buffer)));
        None
    }

    /// Goes on behind what was read.
    fn advance(&mut self, result: &Result<Bytes, BlobError>) {
        match result {
            Ok(bytes) => {
                self.offset += bytes.len() as u64;
                if self.blob.pieces.get(self.piece).is_none_or(|piece| self.offset >= piece.len()) {
                    (self.piece, self.offset) = (self.piece + 1, 0);
                }
            }
            Err(_) => self.piece = usize::MAX,
        }
    }
}

fn read_from_disk(file: &Arc<BlobFile>, at: u64, mut buffer: BytesMut) -> Result<BytesMut, BlobError> {
    let read = file.read_into(at, &mut buffer)?;
    buffer.truncate(read);
    Ok(buffer)
}

impl Stream for BlobReader {
    type Item = Result<Bytes, BlobError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let known = if this.reading.is_none() { this.begin() } else { None };
        let result = match (known, &mut this.reading) {
            (Some(known), _) => known,
            (None, None) => return Poll::Ready(None),
            (None, Some(reading)) => {
                let read = std::task::ready!(Pin::new(reading).poll(cx));
                this.reading = None;
                let read = read.map_err(|_| BlobError::Ending).flatten();
                read.map(|buffer| this.buffers.lend(buffer))
            }
        };
        this.advance(&result);
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

/// Buffers that were read into and given to others. They come back when nobody has a part of them any more, and are
/// neither allocated nor zeroed anew.
#[derive(Default)]
struct Buffers {
    lent: VecDeque<Bytes>,
}

/// Buffers that are waited for to come back: what a connection sends and what it has been given to send next.
const LENT: usize = 3;

impl Buffers {
    /// A buffer of this length, with anything in it.
    fn take(&mut self, length: usize) -> BytesMut {
        match self.lent.pop_front().map(Bytes::try_into_mut) {
            Some(Ok(mut buffer)) => {
                buffer.resize(length, 0);
                return buffer;
            }
            Some(Err(lent)) if self.lent.len() + 1 < LENT => self.lent.push_front(lent),
            // Whoever has it keeps it.
            Some(Err(_)) | None => {}
        }
        BytesMut::zeroed(length)
    }

    fn lend(&mut self, buffer: BytesMut) -> Bytes {
        let bytes = buffer.freeze();
        self.lent.push_back(bytes.clone());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_when_nobody_has_them() {
        let mut buffers = Buffers::default();
        let first = buffers.take(1000);
        let at = first.as_ptr();
        let lent = buffers.lend(first);
        let part = lent.slice(10..20);
        drop(lent);
        let second = buffers.take(1000);
        assert_ne!(second.as_ptr(), at);
        drop(part);
        let again = buffers.take(1000);
        assert_eq!((again.as_ptr(), again.len()), (at, 1000));
        // What is kept is not waited for forever.
        let mut kept = Vec::new();
        for _ in 0..10 {
            let buffer = buffers.take(10);
            kept.push(buffers.lend(buffer));
        }
        assert_eq!(buffers.lent.len(), LENT);
    }
}
