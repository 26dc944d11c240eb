//! Where servers have their data.

use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

use asf_runtime::config::Config;
use asf_runtime::store::PassingFolder;

use crate::Unprivileged;

/// Where root has what `nobody` cannot reach in the volume.
const OPEN: &str = "/var/lib/asf";

/// The folder that the servers of a service have their data in. Of a state that is kept (`PERSISTENCE=1`), it is
/// `<service>` in the volume; otherwise a temporary one, which goes with this. The temporary ones of processes
/// that were killed are swept when another one is made.
///
/// Servers do not run as root; where they cannot get into the volume, as in root's home, the folder is below
/// `/var/lib/asf`.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    /// Of a temporary one.
    _life: Option<PassingFolder>,
}

impl DataFolder {
    /// Opens the folder of a service. This blocks.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(config: &Config, service: &str, is_durable: bool) -> io::Result<Self> {
        let user = Unprivileged::of_process();
        if !is_durable {
            return Self::temporary(service, user);
        }
        let volume = std::path::absolute(config.volume().map_err(io::Error::other)?)?;
        fs::create_dir_all(&volume)?;
        let path = if user.can_reach(&volume) {
            volume.join(service)
        } else {
            let mut name = std::hash::DefaultHasher::new();
            volume.hash(&mut name);
            Path::new(OPEN).join(format!("{:016x}", name.finish())).join(service)
        };
        fs::create_dir_all(&path)?;
        open_to_others(&path)?;
        Ok(Self { path, _life: None })
    }

    fn temporary(service: &str, user: Unprivileged) -> io::Result<Self> {
        let usual = std::env::temp_dir();
        let parent = if user.can_reach(&usual) { usual } else { PathBuf::from("/tmp") };
        let folder = PassingFolder::new_in(&parent, &format!("asf-{service}-"))?;
        open_to_others(folder.path())?;
        Ok(Self { path: folder.path().to_owned(), _life: Some(folder) })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Others may pass, and not look.
#[cfg(unix)]
fn open_to_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o711))
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use asf_runtime::plugin::Settings;

    use super::*;

    #[test]
    fn a_temporary_one_goes_with_its_life() {
        let config = Config::parse(&Settings::default()).unwrap();
        let service = format!("test{}", std::process::id());
        let one = DataFolder::open(&config, &service, false).unwrap();
        assert!(Unprivileged::of_process().can_reach(one.path()));
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists());
        // What is to be kept is not kept in a folder that is called `~`.
        let error = DataFolder::open(&config, &service, true).unwrap_err().to_string();
        assert!(error.contains("HOME is not set"), "{error}");
    }

    #[test]
    fn what_is_kept_stays() {
        let volume = tempfile::tempdir().unwrap();
        let settings = [("LOCALSTACK_VOLUME_DIR", volume.path().to_str().unwrap())];
        let config = Config::parse(&settings.into_iter().collect::<Settings>()).unwrap();
        let folder = DataFolder::open(&config, "rds", true).unwrap();
        let path = folder.path().to_owned();
        assert!(Unprivileged::of_process().can_reach(&path));
        drop(folder);
        assert!(path.exists());
        assert_eq!(DataFolder::open(&config, "rds", true).unwrap().path(), path);
        let _ = fs::remove_dir_all(path);
    }
}
