//! What an extension writes: into its log file, and as events of ours.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::process::Child;
use tokio::task::JoinHandle;

use crate::ExtensionName;

/// Bytes of a line; a longer one is cut into several.
const LINE: u64 = 16 << 10;
/// Bytes of the log, at most, and as many of the part before it (`output.log.old`).
const MOST: u64 = 8 << 20;
/// Lines that are kept for the message of a crash.
const LAST_WORDS: usize = 5;
/// How long is waited for the rest of what a process that has ended wrote: others may have its output open.
const SETTLE: Duration = Duration::from_millis(200);

/// What a process wrote last.
pub(super) struct LastWords {
    lines: Arc<Mutex<VecDeque<String>>>,
    readers: Vec<JoinHandle<()>>,
}

impl LastWords {
    /// Waits until all that was written is read.
    pub(super) async fn settle(&mut self) {
        for reader in &mut self.readers {
            // One that was waited for already does not come again.
            if !reader.is_finished() && tokio::time::timeout(SETTLE, reader).await.is_err() {
                return;
            }
        }
    }

    /// For the end of a message; empty if it wrote nothing.
    pub(super) fn shown(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.is_empty() {
            return String::new();
        }
        format!("; its last words: {}", lines.iter().map(String::as_str).collect::<Vec<_>>().join(" | "))
    }
}

/// Reads what a process writes, for as long as it does.
pub(super) fn keep(name: &ExtensionName, path: PathBuf, child: &mut Child) -> LastWords {
    let log = Arc::new(Mutex::new(Log::open(path)));
    let lines = Arc::new(Mutex::new(VecDeque::new()));
    let mut readers = Vec::new();
    if let Some(from) = child.stdout.take() {
        readers.push(tokio::spawn(read(name.clone(), log.clone(), lines.clone(), from)));
    }
    if let Some(from) = child.stderr.take() {
        readers.push(tokio::spawn(read(name.clone(), log, lines.clone(), from)));
    }
    LastWords { lines, readers }
}

async fn read(
    name: ExtensionName,
    log: Arc<Mutex<Log>>,
    last: Arc<Mutex<VecDeque<String>>>,
    from: impl AsyncRead + Unpin,
) {
    let mut from = BufReader::new(from);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        match (&mut from).take(LINE).read_until(b'\n', &mut bytes).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(extension = %name, %error, "the output of an extension cannot be read");
                return;
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let line = text.trim_end();
        tracing::info!(extension = %name, "{line}");
        if let Err(error) = log.lock().unwrap_or_else(PoisonError::into_inner).write(line) {
            tracing::debug!(extension = %name, %error, "the log of an extension cannot be written");
        }
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == LAST_WORDS {
            last.pop_front();
        }
        last.push_back(line.to_owned());
    }
}

/// A file that goes on where it ended, and begins anew when it has grown too long.
struct Log {
    path: PathBuf,
    file: Option<File>,
    length: u64,
}

impl Log {
    fn open(path: PathBuf) -> Self {
        let file = append(&path).ok();
        let length = file.as_ref().and_then(|it| it.metadata().ok()).map_or(0, |it| it.len());
        Self { path, file, length }
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        if self.length > MOST {
            std::fs::rename(&self.path, self.path.with_extension("log.old"))?;
            self.file = append(&self.path).ok();
            self.length = 0;
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(format!("{line}\n").as_bytes())?;
        self.length += line.len() as u64 + 1;
        Ok(())
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output.log");
        Log::open(path.clone()).write("first").unwrap();
        let mut log = Log::open(path.clone());
        let line = "x".repeat(1 << 20);
        for _ in 0..20 {
            log.write(&line).unwrap();
        }
        for name in ["output.log", "output.log.old"] {
            let length = std::fs::metadata(folder.path().join(name)).unwrap().len();
            assert!((1..=MOST + (2 << 20)).contains(&length), "{name} {length}");
        }
        log.write("last").unwrap();
        assert!(std::fs::read_to_string(path).unwrap().ends_with("x\nlast\n"));
    }
}
