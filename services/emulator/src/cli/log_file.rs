//! The log of a process in the background: stderr, which is a file there, kept from growing without end.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use tracing_subscriber::fmt::MakeWriter;

/// Bytes of the log, at most, and as many of the part before it.
const MOST: u64 = 64 << 20;

/// Opens the log anew. Appending, so that what is written after it was emptied is at its beginning.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let log = File::options().create(true).append(true).open(path)?;
    log.set_len(0)?;
    Ok(log)
}

/// Writes to stderr. When that has grown too long, what is in its file goes to `<file>.old`.
#[derive(Debug)]
pub(super) struct Stderr {
    file: Option<PathBuf>,
    most: u64,
    written: AtomicU64,
}

impl Stderr {
    /// `file` is where stderr goes, if it is a file of ours.
    pub(super) fn new(file: Option<PathBuf>) -> Self {
        Self { file, most: MOST, written: AtomicU64::new(0) }
    }
}

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = Bounded<'a, io::StderrLock<'static>>;

    fn make_writer(&'a self) -> Self::Writer {
        // Locked for the whole of an event, and while the file is moved: no line is lost.
        Bounded { log: self, out: io::stderr().lock() }
    }
}

/// A writer that counts.
pub(super) struct Bounded<'a, W> {
    log: &'a Stderr,
    out: W,
}

impl<W: Write> Write for Bounded<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        let Some(file) = &self.log.file else { return Ok(written) };
        let before = self.log.written.fetch_add(written as u64, Ordering::Relaxed);
        if before + written as u64 >= self.log.most {
            self.log.written.store(0, Ordering::Relaxed);
            move_away(file)?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Copies and empties the file: it is open in this process and in those that follow it.
fn move_away(file: &Path) -> io::Result<()> {
    fs::copy(file, file.with_extension("log.old"))?;
    File::options().write(true).open(file)?.set_len(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_does_not_grow_without_end() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("asf.log");
        fs::write(&path, "of before\n").unwrap();
        let file = create(&path).unwrap();
        let log = Stderr { file: Some(path.clone()), most: 10, written: AtomicU64::new(0) };
        for line in ["one\n", "two\n", "three\n", "four\n"] {
            Bounded { log: &log, out: &file }.write_all(line.as_bytes()).unwrap();
        }
        assert_eq!(fs::read_to_string(root.path().join("asf.log.old")).unwrap(), "one\ntwo\nthree\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "four\n");
    }
}
