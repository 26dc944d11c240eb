//! Content on its way in.

use std::fs::File;
use std::io::{IoSlice, Write as _};

use bytes::Bytes;
use tempfile::NamedTempFile;
use tokio::task::JoinHandle;

use super::content::{Blob, Piece};
use super::folder::{Blobs, INLINE};
use super::gathered::Gathered;
use super::{BlobError, blocking};

/// Bytes that are gathered before the disk is asked.
const GATHERED: usize = 1 << 20;

/// Content on its way in: in memory while it is small, then in a file. Dropped before it is finished, it
/// leaves nothing.
///
/// It is written while more comes: at most two mebibytes are in memory, one that is being written and one that is
/// being gathered.
#[derive(Debug)]
pub struct BlobWriter {
    blobs: Blobs,
    gathered: Gathered,
    file: OutFile,
    /// Bytes that were handed over to the file.
    written: u64,
}

/// The file that is being written.
#[derive(Debug)]
enum OutFile {
    /// None yet.
    Unmade,
    Open(NamedTempFile),
    /// It is with those who write. It is deleted if nobody waits for it any more.
    Away(JoinHandle<Result<NamedTempFile, BlobError>>),
}

impl OutFile {
    /// The file, once what was handed over is in it.
    async fn settled(&mut self) -> Result<Option<NamedTempFile>, BlobError> {
        if let Self::Away(writing) = self {
            // Waited for in its place: who gives up waiting does not lose it.
            let written = writing.await;
            *self = Self::Unmade;
            return Ok(Some(written.map_err(|_| BlobError::Ending)??));
        }
        match std::mem::replace(self, Self::Unmade) {
            Self::Open(file) => Ok(Some(file)),
            _ => Ok(None),
        }
    }
}

impl BlobWriter {
    pub(super) fn new(blobs: Blobs) -> Self {
        Self { blobs, gathered: Gathered::default(), file: OutFile::Unmade, written: 0 }
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

    /// Takes more. It is not yet on the disk after this: an error may be of what came before.
    ///
    /// # Errors
    /// It cannot be written; [`BlobError::is_full`] says whether there was no room. The writer is of no more
    /// use then.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.gathered.push(bytes);
        if self.gathered.len() < GATHERED {
            return Ok(());
        }
        self.hand_over().await
    }

    /// Hands what was gathered over to be written, when what was before it is.
    async fn hand_over(&mut self) -> Result<(), BlobError> {
        let file = self.file.settled().await?;
        self.written += self.gathered.len() as u64;
        let (blobs, pieces) = (self.blobs.clone(), self.gathered.take());
        self.file = OutFile::Away(tokio::task::spawn_blocking(move || append(&blobs, file, &pieces)));
        Ok(())
    }

    /// Waits until what was handed over is written.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub async fn settle(&mut self) -> Result<(), BlobError> {
        if let Some(file) = self.file.settled().await? {
            self.file = OutFile::Open(file);
        }
        Ok(())
    }

    /// Ends it. The content is on the disk after this, if its state is kept and it is not in memory.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub async fn finish(mut self) -> Result<Blob, BlobError> {
        let file = self.file.settled().await?;
        let length = self.len();
        let pieces = self.gathered.take();
        if file.is_none() && length <= INLINE as u64 {
            return Ok(Blob::inline(joined(pieces)));
        }
        let blobs = self.blobs;
        let file = blocking(move || {
            let file = append(&blobs, file, &pieces)?;
            blobs.folder.keep(blobs.service, file)
        });
        Ok(Blob::of([Piece::of(file.await?, length)]))
    }
}

/// Little content, in memory of its own: what it came in is larger.
fn joined(mut pieces: Vec<Bytes>) -> Bytes {
    match pieces.len() {
        // It was copied when it was gathered.
        1 => pieces.remove(0),
        _ => pieces.concat().into(),
    }
}

/// Writes behind what is in the file, which is made if there is none.
fn append(blobs: &Blobs, file: Option<NamedTempFile>, pieces: &[Bytes]) -> Result<NamedTempFile, BlobError> {
    let mut file = file.map_or_else(|| blobs.folder.create(blobs.service), Ok)?;
    let written = write_all(file.as_file_mut(), pieces);
    written.map_err(|error| BlobError::of("write", file.path(), error))?;
    Ok(file)
}

/// Writes pieces in as few calls as there can be.
fn write_all(file: &mut File, pieces: &[Bytes]) -> std::io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = pieces.iter().map(|it| IoSlice::new(it)).collect();
    let mut rest = slices.as_mut_slice();
    while !rest.is_empty() {
        match file.write_vectored(rest) {
            Ok(0) => return Err(std::io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut rest, written),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
