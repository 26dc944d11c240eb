//! `asf logs`: the log of what runs in the background.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::time::Duration;

use super::wait::Deadline;
use super::{Failure, Outcome, Session};

/// Bytes that are read at once.
const BLOCK: usize = 64 << 10;

/// Arguments of `logs`.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Arguments {
    /// Go on with what is added, until the process ends
    #[arg(long, short)]
    follow: bool,
    /// Only the last lines
    #[arg(long, short = 'n', value_name = "NUMBER")]
    lines: Option<usize>,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Outcome {
    let folder = session.run_dir()?;
    let path = folder.log_file();
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let message = format!("there is no log at {}; asf start -d writes one", path.display());
            return Err(Failure::NotRunning(message));
        }
        Err(error) => return Err(error.into()),
    };
    write(file, *arguments, || Ok(folder.running()?.is_some()))
}

/// Writes a file, all of it or its last lines, and what is added for as long as something runs.
pub(super) fn write(
    mut file: File,
    arguments: Arguments,
    is_running: impl Fn() -> Result<bool, Failure>,
) -> Outcome {
    if let Some(lines) = arguments.lines {
        let start = start_of_last(&mut file, lines)?;
        file.seek(SeekFrom::Start(start))?;
    }
    let deadline = Deadline::after(Duration::MAX);
    loop {
        // Asked before reading: what a process writes before it ends is read after.
        let running = arguments.follow && is_running()?;
        if !copy(&mut file)? || !running {
            return Ok(());
        }
        deadline.pause();
    }
}

/// Copies the rest of a file. False if nobody reads any more.
fn copy(file: &mut File) -> io::Result<bool> {
    // Begun anew.
    if file.metadata()?.len() < file.stream_position()? {
        file.seek(SeekFrom::Start(0))?;
    }
    let mut stdout = io::stdout().lock();
    match io::copy(file, &mut stdout).and_then(|_| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Where the last lines begin: read from the end, in blocks.
fn start_of_last(file: &mut File, lines: usize) -> io::Result<u64> {
    let end = file.metadata()?.len();
    let (mut at, mut seen) = (end, 0);
    let mut block = Vec::with_capacity(BLOCK);
    while at > 0 {
        let from = at.saturating_sub(BLOCK as u64);
        file.seek(SeekFrom::Start(from))?;
        block.clear();
        (&*file).take(at - from).read_to_end(&mut block)?;
        for (index, _) in block.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n') {
            let next = from + index as u64 + 1;
            // The end of the last line does not begin another.
            if next == end {
                continue;
            }
            seen += 1;
            if seen == lines {
                return Ok(next);
            }
        }
        at = from;
    }
    Ok(if lines == 0 { end } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines() {
        for (text, lines, expected) in [
            ("a\nb\nc\n", 1, "c\n"),
            ("a\nb\nc", 1, "c"),
            ("a\nb\nc\n", 2, "b\nc\n"),
            ("a\nb\n", 9, "a\nb\n"),
            ("a\nb\n", 0, ""),
            ("\n\n", 1, "\n"),
            ("", 3, ""),
        ] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let start = start_of_last(&mut file, lines).unwrap() as usize;
            assert_eq!(&text[start..], expected, "{text:?}, {lines}");
        }
        let mut file = tempfile::tempfile().unwrap();
        let line = "x".repeat(BLOCK) + "\n";
        file.write_all(line.repeat(3).as_bytes()).unwrap();
        assert_eq!(start_of_last(&mut file, 2).unwrap(), line.len() as u64);
    }
}
