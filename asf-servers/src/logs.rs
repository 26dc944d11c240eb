//! What a server prints: the last lines in memory, all of it in a file, each line as a trace event.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

/// Lines that are kept in memory.
const TAIL: usize = 200;
/// Bytes of a line, at most; the rest of a longer one is left out of the tail and of traces.
const LINE: usize = 4 << 10;
/// Bytes of a log file; a longer one is renamed to `<name>.1`, in place of the one before.
const FILE: u64 = 10 << 20;

/// What a server prints.
///
/// Each line is a trace event of level `debug` and target `asf_servers::output`, the last 200 are in
/// memory, and with a file all of them are there.
#[derive(Debug)]
pub struct Logs {
    name: String,
    tail: Mutex<VecDeque<String>>,
    file: Option<Mutex<LogFile>>,
}

impl Logs {
    /// For the server of this name, with the file if there is to be one.
    #[must_use]
    pub fn new(name: &str, file: Option<PathBuf>) -> Self {
        let file = file.map(|path| Mutex::new(LogFile { path, open: None }));
        Self { name: name.to_owned(), tail: Mutex::default(), file }
    }

    /// The last lines, at most so many, oldest first.
    #[must_use]
    pub fn tail(&self, lines: usize) -> Vec<String> {
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.iter().skip(tail.len().saturating_sub(lines)).cloned().collect()
    }

    /// Adds a line, without its end.
    pub fn add(&self, line: &[u8]) {
        if let Some(file) = &self.file {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = file.add(line) {
                tracing::warn!(server = self.name, %error, "its log file cannot be written");
            }
        }
        let line = String::from_utf8_lossy(&line[..line.len().min(LINE)]).into_owned();
        tracing::debug!(target: "asf_servers::output", server = self.name, "{line}");
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        if tail.len() == TAIL {
            tail.pop_front();
        }
        tail.push_back(line);
    }

    /// Takes everything that comes, line by line, until the end.
    pub async fn take(&self, output: impl AsyncRead + Unpin) {
        let mut output = BufReader::with_capacity(LINE, output);
        let mut line = Vec::new();
        while let Ok(buffer) = output.fill_buf().await {
            if buffer.is_empty() {
                break;
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            line.extend_from_slice(&buffer[..end.unwrap_or(buffer.len())]);
            let used = end.map_or(buffer.len(), |end| end + 1);
            output.consume(used);
            // A line without an end must not grow for ever.
            if end.is_some() || line.len() >= 16 * LINE {
                self.add(line.strip_suffix(b"\r").unwrap_or(&line));
                line.clear();
            }
        }
        if !line.is_empty() {
            self.add(&line);
        }
    }
}

/// A log file, opened with the first line. Lines go to the page cache, so writing does not block for long.
#[derive(Debug)]
struct LogFile {
    path: PathBuf,
    open: Option<(File, u64)>,
}

impl LogFile {
    fn add(&mut self, line: &[u8]) -> io::Result<()> {
        let (mut file, mut size) = match self.open.take() {
            Some((_, size)) if size >= FILE => {
                fs::rename(&self.path, self.path.with_added_extension("1"))?;
                opened(&self.path)?
            }
            Some(open) => open,
            None => opened(&self.path)?,
        };
        file.write_all(&[line, b"\n"].concat())?;
        size += line.len() as u64 + 1;
        self.open = Some((file, size));
        Ok(())
    }
}

fn opened(path: &Path) -> io::Result<(File, u64)> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = File::options().create(true).append(true).open(path)?;
    let size = file.metadata()?.len();
    Ok((file, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_in_the_tail_and_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/it.log");
        let logs = Logs::new("it", Some(path.clone()));
        logs.take(&b"one\r\ntwo\n\nno end"[..]).await;
        assert_eq!(logs.tail(2), ["", "no end"]);
        assert_eq!(fs::read_to_string(path).unwrap(), "one\ntwo\n\nno end\n");
    }

    #[tokio::test]
    async fn it_stays_small() {
        let logs = Logs::new("it", None);
        let mut text = "x".repeat(1 << 20).into_bytes();
        text.extend("\nline".repeat(1000).into_bytes());
        logs.take(&text[..]).await;
        let tail = logs.tail(usize::MAX);
        assert_eq!(tail.len(), TAIL);
        assert_eq!(tail.last().unwrap(), "line");
        assert!(tail.iter().all(|line| line.len() <= LINE));
    }

    #[test]
    fn a_long_file_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it.log");
        fs::write(&path, vec![b'x'; 10 << 20]).unwrap();
        let logs = Logs::new("it", Some(path.clone()));
        logs.add(b"the last of the old");
        logs.add(b"new");
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");
        assert!(fs::metadata(folder.path().join("it.log.1")).unwrap().len() > FILE);
    }
}
