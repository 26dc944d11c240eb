//! The installation of one version of one package: once, whole, or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use asf_servers::Unprivileged;
use serde::{Deserialize, Serialize};

use crate::{
    InstallError, Installation, Installer, Job, Libraries, Package, Progress, Silent, Sources, Target,
};

/// The file in a package's folder that says what it is.
const RECEIPT: &str = ".asf-package.json";

/// Installs one version of one package.
///
/// - **Once.** A file lock is held meanwhile, which keeps other threads out as well as other processes, and
///   which the operating system gives back when its holder dies.
/// - **Whole.** Everything is written into a folder beside, flushed to disk, and renamed in the end: a
///   package that is there is complete, even after the power has failed. What a killed installation left
///   behind is swept away by the next one.
#[derive(Clone)]
pub struct PackageInstaller {
    package: &'static str,
    version: &'static str,
    installer: Arc<dyn Installer>,
    libraries: Libraries,
    sources: Arc<Sources>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Receipt {
    package: String,
    version: String,
    source: String,
}

impl PackageInstaller {
    pub(crate) fn new(
        package: &Package,
        version: &'static str,
        libraries: Libraries,
        sources: Arc<Sources>,
    ) -> Self {
        let installer = package.installer(version).into();
        Self { package: package.name(), version, installer, libraries, sources }
    }

    /// The package.
    #[must_use]
    pub fn package(&self) -> &'static str {
        self.package
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// Where it comes from, in words.
    #[must_use]
    pub fn source(&self) -> String {
        self.installer.source()
    }

    /// Where it is, if it is here: in the static folder, in the other one, or on the machine.
    #[must_use]
    pub fn installed(&self) -> Option<Installation> {
        Target::ALL.into_iter().find_map(|target| self.installed_in(target)).or_else(|| self.found())
    }

    /// The same, if it was installed with this target.
    #[must_use]
    pub fn installed_in(&self, target: Target) -> Option<Installation> {
        let folder = self.destination(target);
        let receipt: Receipt = serde_json::from_slice(&fs::read(folder.join(RECEIPT)).ok()?).ok()?;
        (receipt.package == self.package && receipt.version == self.version).then(|| Installation {
            package: self.package,
            version: self.version,
            launch: self.installer.launch(&folder),
            place: Some((target, folder)),
        })
    }

    fn found(&self) -> Option<Installation> {
        let launch = self.installer.found()?;
        Some(Installation { package: self.package, version: self.version, place: None, launch })
    }

    /// Installs it, if it is not here. This blocks, for minutes at times; [`ensure`](Self::ensure) does not.
    ///
    /// # Errors
    /// Why it cannot be installed, and what to do. Nothing is left then.
    pub fn install(&self, target: Target, progress: &dyn Progress) -> Result<Installation, InstallError> {
        if let Some(here) = self.installed() {
            return Ok(here);
        }
        let home = self.libraries.to_write(target).map_err(|error| InstallError::NoHome {
            package: format!("{} {}", self.package, self.version),
            error,
        })?;
        let home = home.join(self.package);
        let _lock = self.lock(&home, progress)?;
        // Whoever had the lock may have done it.
        if let Some(here) = self.installed() {
            return Ok(here);
        }
        self.sweep(&home);
        let partial = Partial::new(&home, self.version);
        let destination = self.destination(target);
        let job = Job {
            package: self.package,
            version: self.version,
            folder: &partial.folder,
            destination: &destination,
            log: &partial.log,
            sources: &self.sources,
            progress,
        };
        job.at(&partial.folder, fs::create_dir(&partial.folder))?;
        progress.step("looking what it takes");
        self.installer.prepare_installation(&job)?;
        progress.step(&format!("getting it from {}", self.installer.source()));
        self.installer.install(&job)?;
        progress.step("finishing");
        self.installer.post_process(&job)?;
        let receipt = partial.folder.join(RECEIPT);
        job.at(&receipt, self.write_receipt(&receipt))?;
        job.at(&partial.folder, flush(&partial.folder))?;
        if destination.exists() {
            // A folder without a receipt: not one of ours, or not whole.
            job.at(&destination, fs::remove_dir_all(&destination))?;
        }
        job.at(&destination, fs::rename(&partial.folder, &destination))?;
        job.at(&home, File::open(&home).and_then(|it| it.sync_all()))?;
        let lost = || job.failed("it was removed again at once");
        self.installed_in(target).ok_or_else(lost)
    }

    /// Installs it in the usual folder, if it is not here, on a thread where that may take long.
    ///
    /// # Errors
    /// As [`install`](Self::install).
    pub async fn ensure(&self) -> Result<Installation, InstallError> {
        let this = self.clone();
        let install = tokio::task::spawn_blocking(move || this.install(Target::default(), &Silent));
        install.await.unwrap_or_else(|error| {
            Err(InstallError::Failed { package: self.package.to_owned(), reason: error.to_string() })
        })
    }

    /// As [`ensure`](Self::ensure), for a program that another user than ours is going to run: where that user can get
    /// at it, which is in the static folder if the volume is closed to others, as root's home is.
    ///
    /// # Errors
    /// As [`install`](Self::install), or it is where the user cannot get at it.
    pub async fn ensure_for(&self, user: Unprivileged) -> Result<Installation, InstallError> {
        let this = self.clone();
        let install = tokio::task::spawn_blocking(move || this.install_for(user));
        install.await.unwrap_or_else(|error| {
            Err(InstallError::Failed { package: self.package.to_owned(), reason: error.to_string() })
        })
    }

    fn install_for(&self, user: Unprivileged) -> Result<Installation, InstallError> {
        let is_good = |it: &Installation| user.can_reach(&it.launch.program);
        let here = Target::ALL.into_iter().filter_map(|target| self.installed_in(target)).chain(self.found());
        if let Some(good) = here.into_iter().find(is_good) {
            return Ok(good);
        }
        let is_open = |usual: &Path| {
            let _ = fs::create_dir_all(usual);
            user.can_reach(usual)
        };
        let is_open = self.libraries.to_write(Target::VarLibs).map_or(true, is_open);
        let target = if is_open { Target::VarLibs } else { Target::StaticLibs };
        let installed = self.install(target, &Silent)?;
        if is_good(&installed) {
            return Ok(installed);
        }
        let program = installed.launch.program.display();
        Err(InstallError::Failed {
            package: format!("{} {}", self.package, self.version),
            reason: format!(
                "it does not run as root, and the user `nobody` cannot get at {program}. Set \
                 LOCALSTACK_VOLUME_DIR to a folder that is open to all, or install it with `asf lpm install \
                 --target static {}` after `asf lpm remove {}`",
                self.package, self.package
            ),
        })
    }

    /// Removes what was installed with a target. False if there was nothing.
    ///
    /// # Errors
    /// When it is on the machine, but not from us; or cannot be removed.
    pub fn remove(&self, target: Target) -> Result<bool, InstallError> {
        let home = self.home(target);
        let destination = self.destination(target);
        if !destination.exists() {
            return match self.found() {
                Some(found) => Err(InstallError::NotOurs {
                    package: self.package.to_owned(),
                    program: found.launch.program,
                }),
                None => Ok(false),
            };
        }
        let _lock = self.lock(&home, &Silent)?;
        let partial = Partial::new(&home, self.version);
        let at = |result: io::Result<()>| result.map_err(|error| self.file_error(&destination, &error));
        // At once, so that nobody sees half of it.
        at(fs::rename(&destination, &partial.folder))?;
        at(fs::remove_dir_all(&partial.folder))?;
        self.sweep(&home);
        Ok(true)
    }

    fn home(&self, target: Target) -> PathBuf {
        self.libraries.folder(target).join(self.package)
    }

    fn destination(&self, target: Target) -> PathBuf {
        self.home(target).join(self.version)
    }

    fn lock(&self, home: &Path, progress: &dyn Progress) -> Result<File, InstallError> {
        let path = home.join(format!(".{}.lock", self.version));
        let lock = || -> io::Result<File> {
            fs::create_dir_all(home)?;
            let file = File::options().create(true).truncate(false).write(true).open(&path)?;
            if file.try_lock().is_err() {
                progress.step("waiting for another process that installs it");
                file.lock()?;
            }
            Ok(file)
        };
        lock().map_err(|error| self.file_error(&path, &error))
    }

    /// Removes what installations left behind that were killed. The lock is held.
    fn sweep(&self, home: &Path) {
        let prefix = Partial::prefix(self.version);
        for entry in fs::read_dir(home).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                let path = entry.path();
                let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
                let _ = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            }
        }
    }

    fn write_receipt(&self, path: &Path) -> io::Result<()> {
        let receipt = Receipt {
            package: self.package.to_owned(),
            version: self.version.to_owned(),
            source: self.installer.source(),
        };
        File::create(path)?.write_all(&serde_json::to_vec_pretty(&receipt)?)
    }

    fn file_error(&self, path: &Path, error: &io::Error) -> InstallError {
        InstallError::File {
            package: format!("{} {}", self.package, self.version),
            path: path.to_owned(),
            reason: error.to_string(),
        }
    }
}

/// The folder of an installation under way, and the log beside it. What is left of them goes with this.
struct Partial {
    folder: PathBuf,
    log: PathBuf,
}

impl Partial {
    fn prefix(version: &str) -> String {
        format!(".{version}.partial-")
    }

    fn new(home: &Path, version: &str) -> Self {
        /// Tells apart those of one process.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}{}-{count}", Self::prefix(version), std::process::id());
        Self { log: home.join(format!("{name}.log")), folder: home.join(name) }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_file(&self.log);
    }
}

/// Has everything in a folder's file system written to disk: one call for thousands of files.
#[cfg(target_os = "linux")]
fn flush(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

#[cfg(not(target_os = "linux"))]
fn flush(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            flush(&entry.path())?;
        } else if kind.is_file() {
            File::open(entry.path())?.sync_all()?;
        }
    }
    Ok(())
}
