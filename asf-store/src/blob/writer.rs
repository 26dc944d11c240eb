//! Content on its way in.

use std::io::Write as _;

use bytes::{Bytes, BytesMut};

use super::content::{Blob, Piece};
use super::folder::{Blobs, INLINE};
use super::{BlobError, blocking};

/// Bytes that are gathered before the disk is asked.
const GATHERED: usize = 256 << 10;

/// Content on its way in: in memory while it is small, then in a file. Dropped before it is finished, it
/// leaves nothing.
#[derive(Debug)]
pub struct BlobWriter {
    blobs: Blobs,
    gathered: BytesMut,
    file: Option<tempfile::NamedTempFile>,
    written: u64,
}

impl BlobWriter {
    pub(super) fn new(blobs: Blobs) -> Self {
        Self { blobs, gathered: BytesMut::new(), file: None, written: 0 }
    }

    /// How many bytes have come.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.written + self.gathered.len() as u64
    }

    /// Whether none has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes more.
    ///
    /// # Errors
    /// It cannot be written; [`BlobError::is_full`] says whether there was no room. The writer is of no more
    /// use then.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        if self.gathered.len() + bytes.len() < GATHERED {
            self.gathered.extend_from_slice(&bytes);
            return Ok(());
        }
        let gathered = self.gathered.split().freeze();
        self.flush(gathered, bytes).await
    }

    /// Writes to the file, which is made if there is none.
    async fn flush(&mut self, first: Bytes, second: Bytes) -> Result<(), BlobError> {
        let (blobs, file) = (self.blobs.clone(), self.file.take());
        self.written += (first.len() + second.len()) as u64;
        let file = blocking(move || {
            let mut file = file.map_or_else(|| blobs.folder.create(blobs.service), Ok)?;
            for bytes in [first, second] {
                let written = file.as_file_mut().write_all(&bytes);
                written.map_err(|error| BlobError::of("write", file.path(), error))?;
            }
            Ok(file)
        });
        self.file = Some(file.await?);
        Ok(())
    }

    /// Ends it. The content is on the disk after this, if its state is kept and it is not in memory.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub async fn finish(mut self) -> Result<Blob, BlobError> {
        let rest = self.gathered.split().freeze();
        if self.file.is_none() && rest.len() <= INLINE {
            return Ok(Blob::inline(rest));
        }
        if self.file.is_none() || !rest.is_empty() {
            self.flush(rest, Bytes::new()).await?;
        }
        let (blobs, written) = (self.blobs, self.written);
        let Some(file) = self.file else { return Ok(Blob::default()) };
        let file = blocking(move || blobs.folder.keep(blobs.service, file)).await?;
        Ok(Blob::of([Piece::of(file, written)]))
    }
}
