//! A moment of a state becomes a file.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Seek as _, Write};
use std::path::Path;

use asf_store::{AnySnapshot, ContentFile, Entry, State, StateSnapshot, VisitError};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use sha2::{Digest as _, Sha256};

use crate::error::PodError;
use crate::manifest::{FORMAT, Manifest, TableManifest};
use crate::read::Pod;

pub(crate) const MAGIC: &[u8; 8] = b"ASFSTATE";
pub(crate) const END: u8 = 0;
pub(crate) const CONTENT: u8 = 1;
pub(crate) const ENTRY: u8 = 2;

/// Bytes of content that are read at once.
const CHUNK: usize = 256 << 10;

/// What a file says of where it comes from.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// The version of the build.
    pub product: String,
    /// The time, in ISO 8601.
    pub created: String,
}

/// Saves a state as it is at one moment, or some services of it. The file is in `folder`, without a name: it is gone
/// with the pod, unless it is [copied](Pod::copy_to). Takes long; the state goes on meanwhile.
///
/// # Errors
/// It cannot be written; content cannot be read.
pub fn save(
    state: &State,
    services: Option<&BTreeSet<String>>,
    labels: Labels,
    folder: &Path,
) -> Result<Pod, PodError> {
    save_moment(&state.snapshot().ok_or(PodError::Inside)?, services, labels, folder)
}

/// As [`save`], of a moment that was taken before.
///
/// # Errors
/// It cannot be written; content cannot be read.
pub fn save_moment(
    snapshot: &StateSnapshot,
    services: Option<&BTreeSet<String>>,
    labels: Labels,
    folder: &Path,
) -> Result<Pod, PodError> {
    let is_wanted = |service: &str| services.is_none_or(|services| services.contains(service));
    let mut manifest = Manifest { product: labels.product, created: labels.created, ..Manifest::default() };
    let tables: Vec<&dyn AnySnapshot> =
        snapshot.tables().map(|it| &**it).filter(|it| is_wanted(it.info().service)).collect();
    manifest.services = tables.iter().map(|it| it.info().service.to_owned()).collect();
    if let Some(missing) = services.into_iter().flatten().find(|it| !manifest.services.contains(*it)) {
        return Err(PodError::NoService(missing.clone()));
    }
    let packed = Packed { file: tempfile::tempfile_in(folder)?, hash: Sha256::new(), length: 0 };
    // The fastest: records are text with the same words again and again, and 1 has most of the gain.
    let writer = Writer { to: ZlibEncoder::new(packed, Compression::fast()), length: 0 };
    let frames = RefCell::new(writer);
    for table in tables.into_iter().filter(|it| it.scopes().iter().any(|scope| it.len(scope) > 0)) {
        write_table(table, &frames, &mut manifest).map_err(|error| match error.downcast::<PodError>() {
            Ok(error) => *error,
            Err(error) => match error.downcast::<asf_store::BlobError>() {
                Ok(error) => PodError::Content(*error),
                Err(error) => PodError::Record { table: table.info().to_string(), error: error.to_string() },
            },
        })?;
    }
    let mut frames = frames.into_inner();
    frames.write_all(&[END])?;
    manifest.size = frames.length;
    let packed = frames.to.finish()?;
    manifest.packed = packed.length;
    manifest.sha256 = hex(&packed.hash.finalize());
    let mut body = packed.file;
    body.rewind()?;
    // The manifest stands first and is known last.
    let mut file = tempfile::tempfile_in(folder)?;
    let text = serde_json::to_vec(&manifest).map_err(io::Error::from)?;
    let length = u32::try_from(text.len()).map_err(|_| PodError::TooLarge("its manifest".to_owned()))?;
    file.write_all(MAGIC)?;
    file.write_all(&FORMAT.to_le_bytes())?;
    file.write_all(&length.to_le_bytes())?;
    file.write_all(&Sha256::digest(&text))?;
    file.write_all(&text)?;
    let start = file.stream_position()?;
    io::copy(&mut body, &mut file)?;
    Ok(Pod { file, manifest, start })
}

fn write_table(
    table: &dyn AnySnapshot,
    frames: &RefCell<Writer>,
    manifest: &mut Manifest,
) -> Result<(), VisitError> {
    let info = table.info();
    let number = u32::try_from(manifest.tables.len())?;
    // Content is kept by service; tables of one service follow each other.
    let mut names: HashMap<String, String> = HashMap::new();
    let mut written: BTreeSet<String> = BTreeSet::new();
    let (mut entries, mut bytes, mut contents, mut content_bytes) = (0, 0, 0, 0);
    let mut name = |file: &ContentFile| -> Result<String, VisitError> {
        if let Some(name) = names.get(file.id()) {
            return Ok(name.clone());
        }
        let length = file.len()?;
        let mut hash = Sha256::new();
        pieces(file, length, |piece| {
            hash.update(piece);
            Ok(())
        })?;
        let digest = hash.finalize();
        let name = hex(&digest);
        if written.insert(name.clone()) {
            let mut frames = frames.borrow_mut();
            frames.write_all(&[CONTENT]).map_err(PodError::from)?;
            frames.write_all(&number.to_le_bytes()).map_err(PodError::from)?;
            frames.write_all(&digest).map_err(PodError::from)?;
            frames.write_all(&length.to_le_bytes()).map_err(PodError::from)?;
            pieces(file, length, |piece| Ok(frames.write_all(piece).map_err(PodError::from)?))?;
            contents += 1;
            content_bytes += length;
        }
        names.insert(file.id().to_owned(), name.clone());
        Ok(name)
    };
    table.carry(&mut name, &mut |entry: Entry<'_>| {
        let scope = entry.scope.to_string();
        let mut frame = vec![ENTRY];
        frame.extend(number.to_le_bytes());
        frame.extend(u16::try_from(scope.len())?.to_le_bytes());
        frame.extend(scope.as_bytes());
        frame.extend(entry.version.to_le_bytes());
        for part in [entry.key, entry.value] {
            frame.extend(u32::try_from(part.len())?.to_le_bytes());
            frame.extend(part);
        }
        entries += 1;
        bytes += (entry.key.len() + entry.value.len()) as u64;
        Ok(frames.borrow_mut().write_all(&frame).map_err(PodError::from)?)
    })?;
    manifest.contents += contents;
    manifest.content_bytes += content_bytes;
    manifest.tables.push(TableManifest {
        service: info.service.to_owned(),
        attribute: info.attribute.to_owned(),
        version: info.version,
        entries,
        bytes,
    });
    Ok(())
}

fn pieces(
    file: &ContentFile,
    length: u64,
    mut take: impl FnMut(&[u8]) -> Result<(), VisitError>,
) -> Result<(), VisitError> {
    let mut at = 0;
    while at < length {
        let wanted = usize::try_from(length - at).unwrap_or(CHUNK).min(CHUNK);
        let piece = file.read_at(at, wanted)?;
        at += piece.len() as u64;
        take(&piece)?;
    }
    Ok(())
}

/// Frames, counted.
struct Writer {
    to: ZlibEncoder<Packed>,
    length: u64,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Frames as they are in the file, counted and hashed.
struct Packed {
    file: File,
    hash: Sha256,
    length: u64,
}

impl Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
