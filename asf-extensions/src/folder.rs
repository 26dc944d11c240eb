//! Where extensions are installed: a folder each, with what was installed and what belongs to it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::archive;
use crate::name::nearest;
use crate::{ArchiveError, ExtensionName, InvalidName, MANIFEST, Manifest, ManifestError};

/// The folder with a folder for each extension:
///
/// - `<name>/package/`: what was installed, its manifest among it;
/// - `<name>/disabled`: there while it is disabled;
/// - `<name>/data/`: what the extension keeps, which outlives another version of it;
/// - `<name>/output.log`: what it wrote.
///
/// Nothing else knows of an extension, so what is here can be looked at and mended by hand. Programs that
/// change it at the same time wait for each other; what is installed is there as a whole or not at all.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

/// An extension that is installed.
#[derive(Debug)]
pub struct Installed {
    /// Its name.
    pub name: ExtensionName,
    /// Its folder.
    pub folder: PathBuf,
    /// Whether it is used.
    pub is_enabled: bool,
    /// What it says of itself, or why that cannot be told.
    pub manifest: Result<Manifest, ManifestError>,
}

impl Installed {
    /// Where its program is.
    #[must_use]
    pub fn package(&self) -> PathBuf {
        self.folder.join("package")
    }
}

/// Why a folder could not be changed or looked at.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The name is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// There is no extension of this name.
    #[error("there is no extension {name:?} in {}{}", folder.display(), meant(.nearest.as_deref()))]
    NotInstalled {
        /// The name.
        name: String,
        /// Where it was looked for.
        folder: PathBuf,
        /// One that may be meant.
        nearest: Option<String>,
    },
    /// It cannot be installed from there.
    #[error("cannot install from {}: {error}", source_path.display())]
    Archive {
        /// What was to be installed.
        source_path: PathBuf,
        /// Why not.
        error: ArchiveError,
    },
    /// Its manifest is wrong, or there is none.
    #[error("cannot install from {}: {error}", source_path.display())]
    Manifest {
        /// What was to be installed.
        source_path: PathBuf,
        /// Why not.
        error: ManifestError,
    },
    /// A file of ours could not be read or written.
    #[error("cannot use {}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map(|it| format!("; is {it} meant?")).unwrap_or_default()
}

impl Folder {
    /// This folder; it need not be there yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The one in the folder for what is kept (`LOCALSTACK_VOLUME_DIR`).
    #[must_use]
    pub fn of_volume(volume: &Path) -> Self {
        Self(volume.join("extensions"))
    }

    /// All that are installed, by name.
    ///
    /// # Errors
    /// [`FolderError::Io`] when the folder is there and cannot be read.
    pub fn list(&self) -> Result<Vec<Installed>, FolderError> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(at(&self.0)(error)),
        };
        let mut names: Vec<ExtensionName> = entries
            .flatten()
            .filter_map(|it| ExtensionName::new(it.file_name().into_string().ok()?).ok())
            .filter(|name| self.of(name).join("package").is_dir())
            .collect();
        names.sort_unstable();
        Ok(names.into_iter().map(|name| self.installed(name)).collect())
    }

    /// The extension of a name.
    ///
    /// # Errors
    /// [`FolderError`] when it is not installed.
    pub fn get(&self, name: &str) -> Result<Installed, FolderError> {
        let known = ExtensionName::new(name)?;
        if self.of(&known).join("package").is_dir() {
            return Ok(self.installed(known));
        }
        let all = self.list()?;
        let nearest = nearest(name, all.iter().map(|it| it.name.as_str())).map(str::to_owned);
        Err(FolderError::NotInstalled { name: name.to_owned(), folder: self.0.clone(), nearest })
    }

    /// Installs an extension from a folder, a `.tar.gz` or a `.zip` file, in the place of one of the same name.
    /// What that has kept stays, and so does whether it is enabled; a new one is.
    ///
    /// # Errors
    /// [`FolderError`] when what is there is no extension, or not one that could be used.
    pub fn install(&self, source: &Path) -> Result<Installed, FolderError> {
        fs::create_dir_all(&self.0).map_err(at(&self.0))?;
        let _one_at_a_time = self.lock()?;
        let staging = tempfile::Builder::new().prefix(".installing-").tempdir_in(&self.0);
        let staging = staging.map_err(at(&self.0))?;
        let unpacked = staging.path().join("unpacked");
        fs::create_dir(&unpacked).map_err(at(&unpacked))?;
        archive::unpack(source, &unpacked)
            .map_err(|error| FolderError::Archive { source_path: source.to_owned(), error })?;
        let root = root(&unpacked);
        let wrong = |error| FolderError::Manifest { source_path: source.to_owned(), error };
        let manifest = Manifest::read(&root).map_err(|error| match error {
            // The folder that was looked in is ours.
            ManifestError::Missing(_) => wrong(ManifestError::Missing(source.to_owned())),
            error => wrong(error),
        })?;
        manifest.check_operations().map_err(wrong)?;
        let folder = self.of(&manifest.name);
        let package = folder.join("package");
        fs::create_dir_all(folder.join("data")).map_err(at(&folder))?;
        let before = staging.path().join("before");
        if package.exists() {
            fs::rename(&package, &before).map_err(at(&package))?;
        }
        if let Err(error) = fs::rename(&root, &package) {
            let _ = fs::rename(&before, &package);
            return Err(at(&package)(error));
        }
        Ok(self.installed(manifest.name))
    }

    /// Enables or disables an extension. False if it was so already.
    ///
    /// # Errors
    /// [`FolderError`] when it is not installed.
    pub fn set_enabled(&self, name: &str, is_enabled: bool) -> Result<bool, FolderError> {
        let _one_at_a_time = self.lock()?;
        let installed = self.get(name)?;
        let marker = installed.folder.join("disabled");
        if installed.is_enabled == is_enabled {
            return Ok(false);
        }
        let changed = if is_enabled { fs::remove_file(&marker) } else { File::create(&marker).map(drop) };
        changed.map_err(at(&marker))?;
        Ok(true)
    }

    /// Removes an extension, and all that it has kept.
    ///
    /// # Errors
    /// [`FolderError`] when it is not installed.
    pub fn remove(&self, name: &str) -> Result<(), FolderError> {
        let _one_at_a_time = self.lock()?;
        let installed = self.get(name)?;
        // Moved away first: if this is cut short, what is left is no extension any more.
        let aside = tempfile::Builder::new().prefix(".removing-").tempdir_in(&self.0);
        let aside = aside.map_err(at(&self.0))?;
        fs::rename(&installed.folder, aside.path().join("all")).map_err(at(&installed.folder))?;
        let path = aside.path().to_owned();
        aside.close().map_err(at(&path))
    }

    /// Where what it writes is kept.
    #[must_use]
    pub fn log_file(&self, name: &ExtensionName) -> PathBuf {
        self.of(name).join("output.log")
    }

    fn of(&self, name: &ExtensionName) -> PathBuf {
        self.0.join(name.as_str())
    }

    fn installed(&self, name: ExtensionName) -> Installed {
        let folder = self.of(&name);
        let is_enabled = !folder.join("disabled").exists();
        let manifest = Manifest::read(&folder.join("package"));
        Installed { name, folder, is_enabled, manifest }
    }

    /// Waits until nobody else changes the folder.
    fn lock(&self) -> Result<Option<File>, FolderError> {
        if !self.0.is_dir() {
            return Ok(None);
        }
        let path = self.0.join(".lock");
        let open = File::options().create(true).truncate(false).write(true).open(&path);
        let file = open.and_then(|file| file.lock().map(|()| file)).map_err(at(&path))?;
        Ok(Some(file))
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |error| FolderError::Io { path, error }
}

/// Where the manifest is: in the folder, or, as archives of a folder have it, in the one folder in it.
fn root(unpacked: &Path) -> PathBuf {
    if unpacked.join(MANIFEST).exists() {
        return unpacked.to_owned();
    }
    let mut entries = fs::read_dir(unpacked).into_iter().flatten().flatten();
    match (entries.next(), entries.next()) {
        (Some(only), None) if only.path().is_dir() => only.path(),
        _ => unpacked.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTES: &str = "name = \"notes\"\nversion = \"1\"\nprotocol = 1\ncommand = [\"./run\"]\n\
                         [operations]\nkinesis = [\"ListStreams\"]\n";

    fn source(root: &Path, name: &str, manifest: &str) -> PathBuf {
        let folder = root.join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(MANIFEST), manifest).unwrap();
        folder
    }

    fn names(folder: &Folder) -> Vec<String> {
        folder.list().unwrap().iter().map(|it| format!("{} {}", it.name, it.is_enabled)).collect()
    }

    #[test]
    fn from_install_to_remove() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::of_volume(&root.path().join("volume"));
        assert!(names(&folder).is_empty());
        assert!(matches!(folder.get("notes"), Err(FolderError::NotInstalled { nearest: None, .. })));
        assert!(folder.set_enabled("notes", true).is_err());
        let first = source(root.path(), "first", NOTES);
        fs::write(first.join("old.txt"), "old").unwrap();
        let installed = folder.install(&first).unwrap();
        assert_eq!(names(&folder), ["notes true"]);
        assert!(installed.package().join("old.txt").exists());

        assert!(folder.set_enabled("notes", false).unwrap());
        assert!(!folder.set_enabled("notes", false).unwrap());
        fs::write(installed.folder.join("data/kept"), "").unwrap();
        // Another version: nothing of the old one is left but what it has kept, and that it is disabled.
        let second = source(root.path(), "second", &NOTES.replace("\"1\"", "\"2\""));
        let installed = folder.install(&second).unwrap();
        assert_eq!(installed.manifest.as_ref().unwrap().version, "2");
        assert_eq!(names(&folder), ["notes false"]);
        assert!(!installed.package().join("old.txt").exists());
        assert!(installed.folder.join("data/kept").exists());

        let error = folder.get("note").unwrap_err().to_string();
        assert!(error.contains("is notes meant?"), "{error}");
        assert!(folder.get("../notes").unwrap_err().to_string().contains("no name"));
        assert!(folder.set_enabled("notes", true).unwrap());
        folder.remove("notes").unwrap();
        assert!(names(&folder).is_empty());
        assert!(folder.remove("notes").is_err());
        let left: Vec<_> = fs::read_dir(root.path().join("volume/extensions"))
            .unwrap()
            .map(|it| it.unwrap().file_name())
            .collect();
        assert_eq!(left, [".lock"], "nothing is left over");
    }

    #[test]
    fn what_is_no_extension_changes_nothing() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::new(root.path().join("extensions"));
        folder.install(&source(root.path(), "good", NOTES)).unwrap();
        let empty = root.path().join("empty");
        fs::create_dir(&empty).unwrap();
        for (source, expected) in [
            (
                source(root.path(), "typo", &NOTES.replace("ListStreams", "ListStream")),
                "is ListStreams meant?",
            ),
            (source(root.path(), "bad", "name = 1"), "invalid type"),
            (empty, "has no asf-extension.toml"),
            (root.path().join("nothing"), "No such file"),
        ] {
            let error = folder.install(&source).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            assert!(error.contains(source.to_str().unwrap()), "{error}");
        }
        assert_eq!(folder.get("notes").unwrap().manifest.unwrap().version, "1");
    }

    #[test]
    fn an_archive_may_have_one_folder_around_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::new(root.path().join("extensions"));
        source(root.path(), "outer/notes-1.0", NOTES);
        folder.install(&root.path().join("outer")).unwrap();
        assert_eq!(names(&folder), ["notes true"]);
    }
}
