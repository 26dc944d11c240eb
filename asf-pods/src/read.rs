//! A file is checked, and its frames are read.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Write};

use asf_store::{Entry, Scope};
use flate2::bufread::ZlibDecoder;
use sha2::{Digest as _, Sha256};

use crate::error::PodError;
use crate::manifest::{FORMAT, Manifest};
use crate::save::{CONTENT, END, ENTRY, MAGIC, hex};

/// The longest manifest that is read.
const MAX_MANIFEST: u32 = 4 << 20;

/// How much is read of a file. What is above is refused, so that a small file that unpacks to much does no harm.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of keys and values of all entries: they come to be in memory.
    pub entries: u64,
    /// Bytes of content: they come to be on the disk.
    pub contents: u64,
    /// Bytes of a key or a value.
    pub part: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 4 << 30, contents: 64 << 30, part: 256 << 20 }
    }
}

/// A file with a state.
#[derive(Debug)]
pub struct Pod {
    pub(crate) file: File,
    pub(crate) manifest: Manifest,
    /// Where the frames begin.
    pub(crate) start: u64,
}

/// A frame.
pub(crate) enum Frame<'a> {
    /// Content of a table's service, of a length, whose hash is this.
    Content {
        table: usize,
        digest: String,
        content: &'a mut dyn Read,
    },
    Entry {
        table: usize,
        entry: Entry<'a>,
    },
}

impl Pod {
    /// Looks at a file: whether it is one, whether this build can read it, and whether it is whole.
    ///
    /// # Errors
    /// It is not.
    pub fn open(mut file: File) -> Result<Self, PodError> {
        file.rewind()?;
        let (manifest, start) = head(&mut file)?;
        let length = file.metadata()?.len();
        if start.checked_add(manifest.packed) != Some(length) {
            let expected = manifest.packed;
            let found = length.saturating_sub(start);
            return Err(PodError::damaged(format!("it has {found} bytes of entries, not {expected}")));
        }
        let mut hash = Hash(Sha256::new());
        io::copy(&mut file, &mut hash)?;
        if hex(&hash.0.finalize()) != manifest.sha256 {
            return Err(PodError::damaged("its checksum is another"));
        }
        Ok(Self { file, manifest, start })
    }

    /// What it says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// How many bytes the file has.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.start + self.manifest.packed
    }

    /// Whether it has no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.manifest.tables.is_empty()
    }

    /// Writes the file elsewhere.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn copy_to(&mut self, to: &mut impl Write) -> Result<(), PodError> {
        self.file.rewind()?;
        io::copy(&mut self.file, to)?;
        Ok(())
    }

    /// The file, at its beginning.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn into_file(mut self) -> Result<File, PodError> {
        self.file.rewind()?;
        Ok(self.file)
    }

    /// Calls this with each frame. All of them were as the manifest says if there is no error.
    pub(crate) fn frames(
        &mut self,
        limits: &Limits,
        visit: &mut dyn FnMut(Frame<'_>) -> Result<(), PodError>,
    ) -> Result<(), PodError> {
        let manifest = &self.manifest;
        // Counted with care: the numbers are somebody's.
        let stated = manifest.tables.iter().try_fold(0_u64, |sum, it| sum.checked_add(it.bytes));
        if stated.is_none_or(|it| it > limits.entries) {
            return Err(PodError::TooLarge(format!("its entries have more than {} bytes", limits.entries)));
        }
        if manifest.content_bytes > limits.contents {
            return Err(PodError::TooLarge(format!("its content has more than {} bytes", limits.contents)));
        }
        self.file.seek(SeekFrom::Start(self.start))?;
        let packed = BufReader::with_capacity(256 << 10, (&self.file).take(manifest.packed));
        let unpacked = ZlibDecoder::new(packed).take(manifest.size);
        let mut from = Frames { from: BufReader::with_capacity(64 << 10, unpacked) };
        let mut counts = vec![(0_u64, 0_u64); manifest.tables.len()];
        let (mut contents, mut content_bytes) = (0_u64, 0_u64);
        let (mut key, mut value, mut scope_text, mut scope) = (vec![], vec![], vec![], Scope::default());
        let more = || PodError::damaged("it has more than its manifest says");
        loop {
            let [tag] = from.array()?;
            if tag == END {
                break;
            }
            let table = u32::from_le_bytes(from.array()?) as usize;
            let stated = manifest.tables.get(table);
            let stated = stated.ok_or_else(|| PodError::damaged("an entry of no table"))?;
            match tag {
                CONTENT => {
                    let digest: [u8; 32] = from.array()?;
                    let length = u64::from_le_bytes(from.array()?);
                    content_bytes = content_bytes.checked_add(length).ok_or_else(more)?;
                    contents += 1;
                    if content_bytes > manifest.content_bytes || contents > manifest.contents {
                        return Err(more());
                    }
                    let reader: &mut dyn Read = &mut from.from;
                    let mut content = reader.take(length);
                    visit(Frame::Content { table, digest: hex(&digest), content: &mut content })?;
                    io::copy(&mut content, &mut io::sink()).map_err(|error| unpacked_wrong(&error))?;
                    if content.limit() > 0 {
                        return Err(PodError::damaged("it ends within content"));
                    }
                }
                ENTRY => {
                    let length = u16::from_le_bytes(from.array()?);
                    let former = std::mem::take(&mut scope_text);
                    from.bytes(u32::from(length), limits, &mut scope_text)?;
                    if scope_text != former || former.is_empty() {
                        let text = std::str::from_utf8(&scope_text).unwrap_or_default();
                        scope = text.parse().map_err(|error| PodError::damaged(format!("{error}")))?;
                    }
                    let version = u32::from_le_bytes(from.array()?);
                    for part in [&mut key, &mut value] {
                        let length = u32::from_le_bytes(from.array()?);
                        from.bytes(length, limits, part)?;
                    }
                    let Some((entries, bytes)) = counts.get_mut(table) else { continue };
                    *entries += 1;
                    *bytes += (key.len() + value.len()) as u64;
                    if *entries > stated.entries || *bytes > stated.bytes {
                        return Err(more());
                    }
                    visit(Frame::Entry {
                        table,
                        entry: Entry { scope: &scope, key: &key, version, value: &value },
                    })?;
                }
                other => return Err(PodError::damaged(format!("a frame of a kind {other}"))),
            }
        }
        let is_as_stated =
            manifest.tables.iter().zip(&counts).all(|(it, count)| (it.entries, it.bytes) == *count)
                && (manifest.contents, manifest.content_bytes) == (contents, content_bytes);
        if !is_as_stated {
            return Err(PodError::damaged("it has less than its manifest says"));
        }
        if from.from.read(&mut [0]).map_err(|error| unpacked_wrong(&error))? > 0 {
            return Err(PodError::damaged("something comes after its end"));
        }
        Ok(())
    }
}

fn head(file: &mut File) -> Result<(Manifest, u64), PodError> {
    fn array<const N: usize>(file: &mut File) -> Result<[u8; N], PodError> {
        let mut bytes = [0; N];
        file.read_exact(&mut bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => PodError::damaged("it ends before its manifest"),
            _ => PodError::Io(error),
        })?;
        Ok(bytes)
    }
    let mut magic = Vec::new();
    file.take(MAGIC.len() as u64).read_to_end(&mut magic)?;
    if magic != MAGIC {
        return Err(PodError::Foreign);
    }
    match u32::from_le_bytes(array(file)?) {
        FORMAT => {}
        found if found > FORMAT => return Err(PodError::TooNew { found, known: FORMAT }),
        found => return Err(PodError::damaged(format!("there is no format {found}"))),
    }
    let length = u32::from_le_bytes(array(file)?);
    if length > MAX_MANIFEST {
        return Err(PodError::TooLarge(format!("its manifest has {length} bytes")));
    }
    let digest: [u8; 32] = array(file)?;
    let mut text = Vec::new();
    file.take(u64::from(length)).read_to_end(&mut text)?;
    if text.len() != length as usize {
        return Err(PodError::damaged("it ends within its manifest"));
    }
    if Sha256::digest(&text)[..] != digest {
        return Err(PodError::damaged("the checksum of its manifest is another"));
    }
    let manifest = serde_json::from_slice(&text);
    let manifest = manifest.map_err(|error| PodError::damaged(format!("its manifest: {error}")))?;
    Ok((manifest, file.stream_position()?))
}

/// What the unpacker says is of the file.
fn unpacked_wrong(error: &io::Error) -> PodError {
    PodError::damaged(format!("it cannot be unpacked: {error}"))
}

struct Frames<R> {
    from: R,
}

impl<R: Read> Frames<R> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], PodError> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes).map_err(|error| unpacked_wrong(&error))?;
        Ok(bytes)
    }

    /// Memory is taken as the bytes come, not as the length says.
    fn bytes(&mut self, length: u32, limits: &Limits, to: &mut Vec<u8>) -> Result<(), PodError> {
        if length > limits.part {
            return Err(PodError::TooLarge(format!("a key or value has {length} bytes")));
        }
        to.clear();
        (&mut self.from).take(u64::from(length)).read_to_end(to).map_err(|error| unpacked_wrong(&error))?;
        if to.len() == length as usize { Ok(()) } else { Err(PodError::damaged("it ends within an entry")) }
    }
}

struct Hash(Sha256);

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
