//! Python packages, each in a virtual environment of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{InstallError, Installer, Job, Launch, program};

/// Bytes of a script in `bin`, at most; what is larger is a program, and has no paths to mend.
const SCRIPT: u64 = 256 << 10;

/// A package of the Python package index, got with pip into a virtual environment.
#[derive(Clone, Debug)]
pub struct Pip {
    requirement: String,
    module: String,
}

impl Pip {
    /// This distribution, with extras if need be (`moto[server]`), in this version. It is run as the module
    /// of the distribution's name.
    #[must_use]
    pub fn new(distribution: &str, version: &str) -> Self {
        let module = distribution.split('[').next().unwrap_or(distribution).replace('-', "_");
        Self { requirement: format!("{distribution}=={version}"), module }
    }

    /// Run as this module: `python -m moto.server`.
    #[must_use]
    pub fn module(mut self, module: &str) -> Self {
        module.clone_into(&mut self.module);
        self
    }
}

impl Installer for Pip {
    fn prepare_installation(&self, job: &Job<'_>) -> Result<(), InstallError> {
        let advice =
            "install Python 3.9 or newer, with its venv module (on Debian: apt-get install python3-venv)";
        if program::find("python3").is_none() {
            return Err(job.missing("python3", advice));
        }
        let mut check = Command::new("python3");
        check.args(["-c", "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 9))"]);
        job.run("python3", check).map_err(|_| job.missing("a recent python3 with venv", advice))
    }

    fn install(&self, job: &Job<'_>) -> Result<(), InstallError> {
        // pip is run as it comes with Python. Installed into the environment it would cost seconds, which whoever is
        // told that there is no network has to wait, too.
        let bundled = bundled_pip();
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--prompt", job.package]).arg(job.folder);
        if bundled.is_some() {
            venv.arg("--without-pip");
        }
        job.run("python3", venv)?;
        let mut pip = Command::new(python(job.folder));
        if let Some(wheel) = bundled {
            pip.env("PYTHONPATH", wheel);
        }
        pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input"]);
        // Without a network, five more tries are long.
        pip.args(["--quiet", "--retries", "1", &self.requirement]);
        job.run("pip", pip)
    }

    /// Scripts in `bin` name the environment's folder, which is renamed in the end.
    fn post_process(&self, job: &Job<'_>) -> Result<(), InstallError> {
        let (from, to) = (job.folder.display().to_string(), job.destination.display().to_string());
        let mend = |path: &Path| -> std::io::Result<()> {
            if !fs::symlink_metadata(path)?.is_file() || fs::metadata(path)?.len() > SCRIPT {
                return Ok(());
            }
            match fs::read_to_string(path) {
                // Keeps its permissions.
                Ok(text) if text.contains(&from) => fs::write(path, text.replace(&from, &to)),
                _ => Ok(()),
            }
        };
        let bin = job.folder.join("bin");
        let scripts = job.at(&bin, fs::read_dir(&bin))?.flatten().map(|it| it.path());
        for path in scripts.chain([job.folder.join("pyvenv.cfg")]) {
            job.at(&path, mend(&path))?;
        }
        Ok(())
    }

    fn launch(&self, folder: &Path) -> Launch {
        Launch::program(python(folder)).with(["-m", &self.module])
    }

    fn source(&self) -> String {
        "pip".to_owned()
    }
}

/// The wheel of pip that Python makes environments with: its own, or the distribution's.
fn bundled_pip() -> Option<String> {
    const FIND: &str = "\
import ensurepip, glob, os, sysconfig
own = os.path.join(os.path.dirname(ensurepip.__file__), '_bundled')
for folder in (own, sysconfig.get_config_var('WHEEL_PKG_DIR'), '/usr/share/python-wheels'):
    for wheel in glob.glob(os.path.join(folder or own, 'pip-*.whl')):
        raise SystemExit(print(wheel))
";
    let output = Command::new("python3").args(["-I", "-c", FIND]).stdin(Stdio::null()).output().ok()?;
    let wheel = String::from_utf8(output.stdout).ok()?;
    Some(wheel.trim().to_owned()).filter(|it| !it.is_empty())
}

fn python(folder: &Path) -> std::path::PathBuf {
    folder.join("bin/python")
}
