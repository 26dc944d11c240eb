//! Content, as a record has it.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::BlobError;
use super::file::{BlobFile, ContentFile};
use super::folder::Folder;
use super::reader::BlobReader;

/// Content of any size: pieces, each in memory or a range of a file. Cheap to clone; what is cloned, cut or
/// joined shares the files.
///
/// In a record, whose [`Record::blobs`](crate::Record::blobs) has to name it, it is written as what is in
/// memory and the names of files.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Blob {
    pub(super) pieces: Arc<[Piece]>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Piece {
    /// In memory.
    #[serde(rename = "i")]
    Inline(Bytes),
    /// Of a file.
    #[serde(rename = "f")]
    File(FilePiece),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Named", into = "Named")]
pub(super) struct FilePiece {
    /// None of a record that was read and not attached to a folder.
    pub(super) file: Option<Arc<BlobFile>>,
    id: Box<str>,
    pub(super) offset: u64,
    pub(super) length: u64,
}

/// A range of a file, as it is written: id, offset, length.
#[derive(Serialize, Deserialize)]
struct Named(Box<str>, u64, u64);

impl From<FilePiece> for Named {
    fn from(piece: FilePiece) -> Self {
        Self(piece.id, piece.offset, piece.length)
    }
}

impl From<Named> for FilePiece {
    fn from(Named(id, offset, length): Named) -> Self {
        Self { file: None, id, offset, length }
    }
}

impl Piece {
    pub(super) fn of(file: Arc<BlobFile>, length: u64) -> Self {
        let id = file.id.clone();
        Self::File(FilePiece { file: Some(file), id, offset: 0, length })
    }

    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Inline(bytes) => bytes.len() as u64,
            Self::File(piece) => piece.length,
        }
    }

    /// A part of it; the range is within it.
    fn cut(&self, range: &Range<u64>) -> Self {
        match self {
            // What is in memory is far below 4 GiB.
            Self::Inline(bytes) => Self::Inline(bytes.slice(range.start as usize..range.end as usize)),
            Self::File(piece) => Self::File(FilePiece {
                offset: piece.offset + range.start,
                length: range.end - range.start,
                ..piece.clone()
            }),
        }
    }
}

impl Blob {
    pub(super) fn of(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self { pieces: pieces.into_iter().filter(|piece| piece.len() > 0).collect() }
    }

    /// Content in memory, however large: for what is small anyway.
    #[must_use]
    pub fn inline(content: Bytes) -> Self {
        if content.is_empty() { Self::default() } else { Self { pieces: Arc::new([Piece::Inline(content)]) } }
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(Piece::len).sum()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A part of it, brought to what there is. Nothing is copied.
    #[must_use]
    pub fn slice(&self, range: Range<u64>) -> Self {
        if range.start == 0 && range.end >= self.len() {
            return self.clone();
        }
        let mut start = 0;
        let parts = self.pieces.iter().filter_map(|piece| {
            let (from, to) = (start, start + piece.len());
            start = to;
            let cut = range.start.max(from)..range.end.min(to);
            (cut.start < cut.end).then(|| piece.cut(&(cut.start - from..cut.end - from)))
        });
        Self::of(parts.collect::<Vec<_>>())
    }

    /// What is joined of parts, in their order. Nothing is copied.
    #[must_use]
    pub fn join<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        Self::of(parts.into_iter().flat_map(|part| part.pieces.iter().cloned()))
    }

    /// The content on its way out.
    #[must_use]
    pub fn reader(&self) -> BlobReader {
        BlobReader::new(self.clone())
    }

    /// The content, in memory: for what is known to be small.
    ///
    /// # Errors
    /// A file is damaged or cannot be read.
    pub async fn bytes(&self) -> Result<Bytes, BlobError> {
        if let [Piece::Inline(bytes)] = &*self.pieces {
            return Ok(bytes.clone());
        }
        let mut reader = self.reader();
        let Some(first) = reader.next().await.transpose()? else { return Ok(Bytes::new()) };
        if first.len() as u64 == self.len() {
            return Ok(first);
        }
        // What a record says of its length is believed when the bytes have come.
        let mut content = Vec::from(first);
        while let Some(bytes) = reader.next().await {
            content.extend_from_slice(&bytes?);
        }
        Ok(content.into())
    }

    /// Finds the files of a record that was read.
    pub(crate) fn attach(&mut self, folder: &Arc<Folder>, service: &str) -> Result<(), BlobError> {
        let attached: Result<Arc<[Piece]>, BlobError> = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::File(piece) if piece.file.is_none() => {
                    let file = Some(folder.attach(service, &piece.id)?);
                    Ok(Piece::File(FilePiece { file, ..piece.clone() }))
                }
                other => Ok(other.clone()),
            })
            .collect();
        self.pieces = attached?;
        Ok(())
    }

    /// Gives its files other names, under which it is written from now on.
    pub(crate) fn rename<E: From<BlobError>>(
        &mut self,
        name: &mut dyn FnMut(&ContentFile) -> Result<String, E>,
    ) -> Result<(), E> {
        let mut renamed = Vec::with_capacity(self.pieces.len());
        for piece in &*self.pieces {
            renamed.push(match piece {
                Piece::Inline(bytes) => Piece::Inline(bytes.clone()),
                Piece::File(part) => {
                    let lost = || BlobError::Damaged(format!("the file {:?}", part.id));
                    let file = ContentFile(part.file.clone().ok_or_else(lost)?);
                    Piece::File(FilePiece { id: name(&file)?.into(), ..part.clone() })
                }
            });
        }
        self.pieces = renamed.into();
        Ok(())
    }

    /// Gives the pieces of a record that was read the files that their names stand for. Whoever wrote the
    /// record may have meant harm: a piece that is not within its file is refused.
    pub(crate) fn resolve(
        &mut self,
        find: &mut dyn FnMut(&str) -> Option<ContentFile>,
    ) -> Result<(), BlobError> {
        let mut resolved = Vec::with_capacity(self.pieces.len());
        for piece in &*self.pieces {
            resolved.push(match piece {
                Piece::Inline(bytes) => Piece::Inline(bytes.clone()),
                Piece::File(part) => {
                    let wrong = || BlobError::Damaged(format!("the content {:?}", part.id));
                    let file = find(&part.id).ok_or_else(wrong)?;
                    let end = part.offset.checked_add(part.length).ok_or_else(wrong)?;
                    if end > file.len()? {
                        return Err(wrong());
                    }
                    Piece::File(FilePiece { id: file.id().into(), file: Some(file.0), ..part.clone() })
                }
            });
        }
        self.pieces = resolved.into();
        Ok(())
    }
}
