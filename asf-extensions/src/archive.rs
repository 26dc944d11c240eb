//! What an extension is installed from: a folder, a tar.gz or a zip file. All of it is somebody else's
//! input: nothing is written outside of the place for it, there are no links, and there is an end to it.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek as _};
use std::path::{Component, Path, PathBuf};

/// Files and folders of an extension, at most.
const MOST_ENTRIES: usize = 10_000;
/// Bytes of all its files together, at most.
const MOST_BYTES: u64 = 256 << 20;
/// Folders within each other, at most.
const DEEPEST: usize = 32;
/// Folders that are left out when an extension is installed from a folder.
const LEFT_OUT: [&str; 2] = [".git", "__pycache__"];

/// Why something cannot be installed from.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file is neither of the two.
    #[error("{} is neither a folder nor a .tar.gz nor a .zip file", .0.display())]
    Unknown(PathBuf),
    /// It would write elsewhere.
    #[error("it has the path {0:?}, which leads out of it")]
    Outside(String),
    /// A link, a device or the like.
    #[error("{0:?} is no file and no folder; links are not taken")]
    Special(String),
    /// It has a file twice.
    #[error("it has {0:?} twice")]
    Twice(String),
    /// It is too large.
    #[error(
        "it is too large: an extension has {MOST_ENTRIES} files and {} MiB at most, and {DEEPEST} folders \
         within each other", MOST_BYTES >> 20
    )]
    TooLarge,
    /// It cannot be read, or its copy cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is a damaged zip file, or of a kind that is not read.
    #[error("the zip file cannot be read: {0}")]
    Zip(#[from] zip::result::ZipError),
}

/// Copies a folder, or unpacks a file, into an empty folder.
pub(crate) fn unpack(source: &Path, into: &Path) -> Result<(), ArchiveError> {
    let mut place = Place { root: into.to_owned(), entries: 0, left: MOST_BYTES, folders: HashSet::new() };
    if source.is_dir() {
        return copy_folder(source, Path::new(""), &mut place);
    }
    let mut file = File::open(source)?;
    let mut magic = [0; 4];
    let read = file.read(&mut magic)?;
    file.rewind()?;
    match magic.get(..read) {
        Some([0x1f, 0x8b, ..]) => unpack_tar(file, &mut place),
        Some(b"PK\x03\x04") => unpack_zip(file, &mut place),
        _ => Err(ArchiveError::Unknown(source.to_owned())),
    }
}

/// The folder that is filled, and what may still go into it.
struct Place {
    root: PathBuf,
    entries: usize,
    left: u64,
    /// Those that are there.
    folders: HashSet<PathBuf>,
}

impl Place {
    /// Where an entry goes. None for the folder itself.
    fn at(&mut self, path: &Path) -> Result<Option<PathBuf>, ArchiveError> {
        let shown = || path.to_string_lossy().into_owned();
        let mut inside = PathBuf::new();
        let mut depth = 0;
        for part in path.components() {
            match part {
                // A backslash is a separator elsewhere; a colon names a drive or a stream.
                Component::Normal(name) if !name.to_string_lossy().contains(['\\', ':', '\0']) => {
                    inside.push(name);
                    depth += 1;
                }
                Component::CurDir => {}
                _ => return Err(ArchiveError::Outside(shown())),
            }
        }
        self.entries += 1;
        if self.entries > MOST_ENTRIES || depth > DEEPEST {
            return Err(ArchiveError::TooLarge);
        }
        Ok((depth > 0).then(|| self.root.join(inside)))
    }

    fn folder(&mut self, path: &Path) -> Result<(), ArchiveError> {
        if let Some(at) = self.at(path)? {
            self.make(&at)?;
        }
        Ok(())
    }

    fn make(&mut self, folder: &Path) -> io::Result<()> {
        if !self.folders.contains(folder) {
            fs::create_dir_all(folder)?;
            self.folders.insert(folder.to_owned());
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, executable: bool, from: &mut dyn Read) -> Result<(), ArchiveError> {
        let shown = || path.to_string_lossy().into_owned();
        let at = self.at(path)?.ok_or_else(|| ArchiveError::Outside(shown()))?;
        if let Some(folder) = at.parent() {
            self.make(folder)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, if executable { 0o755 } else { 0o644 });
        #[cfg(not(unix))]
        let _ = executable;
        let mut to = match options.open(&at) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(ArchiveError::Twice(shown()));
            }
            Err(error) => return Err(error.into()),
        };
        // What it says of its size is not believed.
        let copied = io::copy(&mut from.take(self.left + 1), &mut to)?;
        self.left = self.left.checked_sub(copied).ok_or(ArchiveError::TooLarge)?;
        Ok(())
    }
}

fn copy_folder(source: &Path, inside: &Path, place: &mut Place) -> Result<(), ArchiveError> {
    let mut entries: Vec<fs::DirEntry> = fs::read_dir(source.join(inside))?.collect::<Result<_, _>>()?;
    entries.sort_unstable_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = inside.join(entry.file_name());
        // Of the link, not of what it leads to.
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            if !LEFT_OUT.iter().any(|it| entry.file_name() == *it) {
                place.folder(&path)?;
                copy_folder(source, &path, place)?;
            }
        } else if metadata.is_file() {
            place.file(&path, is_executable(&metadata), &mut File::open(entry.path())?)?;
        } else {
            return Err(ArchiveError::Special(path.to_string_lossy().into_owned()));
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

fn unpack_tar(file: File, place: &mut Place) -> Result<(), ArchiveError> {
    // Names are read as a whole, and may be as long as an archive says: what comes out of the compression is
    // counted too. Each entry has a header and padding.
    let most = MOST_BYTES + 1024 * MOST_ENTRIES as u64;
    let unpacked = flate2::read::MultiGzDecoder::new(io::BufReader::new(file)).take(most);
    let mut archive = tar::Archive::new(unpacked);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let executable = entry.header().mode()? & 0o100 != 0;
        match entry.header().entry_type() {
            tar::EntryType::Regular | tar::EntryType::Continuous => {
                place.file(&path, executable, &mut entry)?;
            }
            tar::EntryType::Directory => place.folder(&path)?,
            // The comment that `git archive` leaves.
            tar::EntryType::XGlobalHeader => {}
            _ => return Err(ArchiveError::Special(path.to_string_lossy().into_owned())),
        }
    }
    Ok(())
}

fn unpack_zip(file: File, place: &mut Place) -> Result<(), ArchiveError> {
    /// The kind of a file, and that of plain ones and folders, in a Unix mode.
    const KIND: u32 = 0o170_000;
    const PLAIN: u32 = 0o100_000;
    const FOLDER: u32 = 0o040_000;
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file))?;
    if archive.len() > MOST_ENTRIES {
        return Err(ArchiveError::TooLarge);
    }
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = entry.name()?.into_owned();
        let mode = entry.unix_mode().unwrap_or_default();
        if !matches!(mode & KIND, 0 | PLAIN | FOLDER) {
            return Err(ArchiveError::Special(name));
        }
        if entry.is_dir() {
            place.folder(Path::new(&name))?;
        } else {
            place.file(Path::new(&name), mode & 0o100 != 0, &mut entry)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// A tar.gz file; names are written as they are, which the library's own writer refuses to.
    fn tar_gz(path: &Path, entries: &[(&str, tar::EntryType, &str)]) {
        let file = flate2::write::GzEncoder::new(File::create(path).unwrap(), flate2::Compression::fast());
        let mut builder = tar::Builder::new(file);
        for (name, kind, text) in entries {
            let mut header = tar::Header::new_gnu();
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(*kind);
            header.set_mode(0o755);
            let is_link = matches!(kind, tar::EntryType::Symlink | tar::EntryType::Link);
            if is_link {
                header.set_link_name(text).unwrap();
            }
            let text = if is_link { "" } else { text };
            header.set_size(text.len() as u64);
            header.set_cksum();
            builder.append(&header, text.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap();
    }

    fn zip_file(path: &Path, entries: &[(&str, u32, &str)]) {
        let mut writer = zip::ZipWriter::new(File::create(path).unwrap());
        for (name, mode, text) in entries {
            let options = zip::write::SimpleFileOptions::default().unix_permissions(*mode);
            if mode & 0o170_000 == 0o120_000 {
                writer.add_symlink(*name, *text, options).unwrap();
            } else {
                writer.start_file(*name, options).unwrap();
                writer.write_all(text.as_bytes()).unwrap();
            }
        }
        writer.finish().unwrap();
    }

    struct Scene {
        root: tempfile::TempDir,
    }

    impl Scene {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            fs::create_dir(root.path().join("into")).unwrap();
            Self { root }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.root.path().join(name)
        }

        fn unpack(&self, name: &str) -> Result<(), String> {
            unpack(&self.path(name), &self.path("into")).map_err(|error| error.to_string())
        }
    }

    #[test]
    fn hostile_tars() {
        use tar::EntryType as Kind;
        for (entries, expected) in [
            (vec![("../evil", Kind::Regular, "x")], "leads out"),
            (vec![("a/../../evil", Kind::Regular, "x")], "leads out"),
            (vec![("/evil", Kind::Regular, "x")], "leads out"),
            (vec![("..\\evil", Kind::Regular, "x")], "leads out"),
            (vec![("C:evil", Kind::Regular, "x")], "leads out"),
            (vec![("..", Kind::Directory, "")], "leads out"),
            (vec![("a", Kind::Symlink, ".."), ("a/evil", Kind::Regular, "x")], "links are not taken"),
            (vec![("a", Kind::Link, "/etc/passwd")], "links are not taken"),
            (vec![("a", Kind::Fifo, "")], "links are not taken"),
            (vec![("a", Kind::Char, "")], "links are not taken"),
            (vec![("a", Kind::Regular, "x"), ("./a", Kind::Regular, "y")], "twice"),
        ] {
            let scene = Scene::new();
            tar_gz(&scene.path("a.tar.gz"), &entries);
            let error = scene.unpack("a.tar.gz").unwrap_err();
            assert!(error.contains(expected), "{entries:?}: {error}");
            assert!(!scene.path("evil").exists() && !Path::new("/evil").exists(), "{entries:?}");
        }
    }

    #[test]
    fn hostile_zips() {
        for (entries, expected) in [
            (vec![("../evil", 0o644, "x")], "leads out"),
            (vec![("/evil", 0o644, "x")], "leads out"),
            (vec![("a\\..\\..\\evil", 0o644, "x")], "leads out"),
            (vec![("a", 0o120_777, "/etc")], "links are not taken"),
        ] {
            let scene = Scene::new();
            zip_file(&scene.path("a.zip"), &entries);
            let error = scene.unpack("a.zip").unwrap_err();
            assert!(error.contains(expected), "{entries:?}: {error}");
            assert!(!scene.path("evil").exists());
        }
    }

    #[test]
    fn bombs_and_damaged_files() {
        let scene = Scene::new();
        // 300 MB of nothing, in 300 kB.
        let file = File::create(scene.path("bomb.tar.gz")).unwrap();
        let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::best()));
        let mut header = tar::Header::new_gnu();
        header.set_path("zeros").unwrap();
        header.set_mode(0o644);
        header.set_size(300 << 20);
        header.set_cksum();
        builder.append(&header, io::repeat(0).take(300 << 20)).unwrap();
        builder.into_inner().unwrap().finish().unwrap();
        assert!(scene.unpack("bomb.tar.gz").unwrap_err().contains("too large"));

        let deep = format!("{}x", "a/".repeat(40));
        tar_gz(&scene.path("deep.tar.gz"), &[(&deep, tar::EntryType::Regular, "x")]);
        assert!(scene.unpack("deep.tar.gz").unwrap_err().contains("too large"));

        tar_gz(&scene.path("whole.tar.gz"), &[("f", tar::EntryType::Regular, "some text that is cut")]);
        let whole = fs::read(scene.path("whole.tar.gz")).unwrap();
        fs::write(scene.path("cut.tar.gz"), &whole[..whole.len() / 2]).unwrap();
        assert!(scene.unpack("cut.tar.gz").is_err());
        for (name, bytes) in [
            ("no.gz", b"\x1f\x8bnot gzip".as_slice()),
            ("no.zip", b"PK\x03\x04nothing"),
            ("text", b"text"),
            ("", b""),
        ] {
            let name = if name.is_empty() { "empty" } else { name };
            fs::write(scene.path(name), bytes).unwrap();
            assert!(scene.unpack(name).is_err(), "{name}");
        }
    }

    #[test]
    fn what_is_fine() {
        for kind in ["tar.gz", "zip", "folder"] {
            let scene = Scene::new();
            let source = scene.path(kind);
            match kind {
                "zip" => zip_file(&source, &[("main.py", 0o755, "text"), ("lib/a.py", 0o644, "more")]),
                "tar.gz" => {
                    let plain = tar::EntryType::Regular;
                    let lib = ("./lib/", tar::EntryType::Directory, "");
                    tar_gz(&source, &[("./main.py", plain, "text"), lib, ("lib/a.py", plain, "more")]);
                }
                _ => {
                    fs::create_dir_all(source.join("lib/__pycache__")).unwrap();
                    fs::write(source.join("main.py"), "text").unwrap();
                    fs::write(source.join("lib/a.py"), "more").unwrap();
                    fs::write(source.join("lib/__pycache__/a.pyc"), "left out").unwrap();
                }
            }
            scene.unpack(kind).unwrap();
            assert_eq!(fs::read_to_string(scene.path("into/main.py")).unwrap(), "text", "{kind}");
            assert_eq!(fs::read_to_string(scene.path("into/lib/a.py")).unwrap(), "more", "{kind}");
            assert!(!scene.path("into/lib/__pycache__").exists());
            #[cfg(unix)]
            if kind != "folder" {
                assert!(is_executable(&fs::metadata(scene.path("into/main.py")).unwrap()), "{kind}");
            }
        }
        #[cfg(unix)]
        {
            let scene = Scene::new();
            fs::create_dir(scene.path("linked")).unwrap();
            std::os::unix::fs::symlink("/etc", scene.path("linked/a")).unwrap();
            assert!(scene.unpack("linked").unwrap_err().contains("links are not taken"));
        }
    }
}
