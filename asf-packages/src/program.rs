//! Programs that are run for an installation: pip, npm, apt-get, dpkg-deb.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use asf_servers::ProcessGroup;

use crate::{InstallError, Job};

/// Lines of its output that an error quotes.
const LAST_WORDS: usize = 12;
/// Characters of the line by which one tells that there is no network.
const LONGEST_REASON: usize = 300;
/// Bytes at the end of the output that are looked at.
const LAST_BYTES: u64 = 32 << 10;

/// What pip, npm, apt and the C library say when there is no network.
const OFFLINE: [&str; 14] = [
    "Temporary failure in name resolution",
    "Temporary failure resolving",
    "Name or service not known",
    "nodename nor servname",
    "Could not resolve",
    "Network is unreachable",
    "No route to host",
    "Failed to establish a new connection",
    "Could not connect to",
    "Connection refused",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ETIMEDOUT",
];

impl Job<'_> {
    /// Runs a program for this installation. What it prints goes to the job's log; it ends with us, so that
    /// nobody writes into a folder that another process has swept.
    /// In errors it is called `name`.
    pub(crate) fn run(&self, name: &str, command: Command) -> Result<(), InstallError> {
        self.run_to(name, command, None)
    }

    /// The same, with what it prints to stdout.
    pub(crate) fn ask(&self, name: &str, command: Command) -> Result<String, InstallError> {
        let answer = self.log.with_added_extension("answer");
        let file = self.at(&answer, File::create(&answer))?;
        let result = self.run_to(name, command, Some(file));
        let text = self.at(&answer, std::fs::read_to_string(&answer));
        let _ = std::fs::remove_file(&answer);
        result.and(text)
    }

    fn run_to(&self, name: &str, mut command: Command, stdout: Option<File>) -> Result<(), InstallError> {
        let log = File::options().create(true).truncate(true).read(true).write(true).open(self.log);
        let mut log = self.at(self.log, log)?;
        let copies = log.try_clone().and_then(|one| Ok((one, log.try_clone()?)));
        let (out, err) = self.at(self.log, copies)?;
        let mut group = self.at(Path::new("sh"), ProcessGroup::open(&[]))?;
        group.admit(&mut command);
        command.stdin(Stdio::null()).stdout(stdout.unwrap_or(out)).stderr(err);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                group.kill(0);
                return Err(self.missing(name, &error.to_string()));
            }
        };
        let status = self.at(Path::new(name), child.wait())?;
        group.kill(child.id());
        if status.success() {
            return Ok(());
        }
        let words = last_words(&mut log).unwrap_or_default();
        let is_offline = |line: &&String| OFFLINE.iter().any(|it| line.contains(it));
        if let Some(line) = words.iter().find(is_offline) {
            let reason: String = line.trim().chars().take(LONGEST_REASON).collect();
            return Err(self.offline(&format!("the source of {name}"), &reason));
        }
        let words = words[words.len().saturating_sub(LAST_WORDS)..].to_vec();
        let program = name.to_owned();
        Err(InstallError::Program { package: self.name(), program, how: status.to_string(), words })
    }

    pub(crate) fn offline(&self, from: &str, reason: &str) -> InstallError {
        InstallError::Offline {
            package: self.name(),
            from: from.to_owned(),
            reason: reason.to_owned(),
            folder: self.destination.to_owned(),
        }
    }

    pub(crate) fn missing(&self, program: &str, advice: &str) -> InstallError {
        let (program, advice) = (program.to_owned(), advice.to_owned());
        InstallError::Missing { package: self.name(), program, advice }
    }
}

fn last_words(log: &mut File) -> io::Result<Vec<String>> {
    let size = log.metadata()?.len();
    log.seek(SeekFrom::Start(size.saturating_sub(LAST_BYTES)))?;
    let mut bytes = Vec::new();
    log.take(LAST_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// Where a program is, among the folders of `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    find_in(program, std::env::split_paths(&std::env::var_os("PATH")?))
}

/// Where a program is, among folders.
pub(crate) fn find_in(program: &str, folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    folders.map(|folder| folder.join(program)).find(|path| is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
