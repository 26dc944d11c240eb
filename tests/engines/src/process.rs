//! What the kernel knows about this process, and about a folder's size.

use anyhow::{Context, Result};
use std::{os::unix::fs::MetadataExt, path::Path};

/// A line of `/proc/self/status` or `/proc/self/io`: its number.
pub fn number(file: &str, line: &str) -> Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/self/{file}"))?;
    let rest = text.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(':')).context("no such line")?;
    Ok(rest.split_whitespace().next().context("no number")?.parse()?)
}

/// Resident memory now, and at most, in MiB.
pub fn memory() -> Result<(f64, f64)> {
    let mib = |line| Ok::<_, anyhow::Error>(number("status", line)? as f64 / 1024.0);
    Ok((mib("VmRSS")?, mib("VmHWM")?))
}

/// Bytes that this process had written to disk.
pub fn written() -> Result<u64> {
    number("io", "write_bytes")
}

/// What a folder takes on disk (blocks, so that holes do not count), in bytes.
pub fn size(dir: &Path) -> Result<u64> {
    let mut size = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        // Engines remove files while we look.
        let Ok(about) = entry.metadata() else { continue };
        size += if about.is_dir() { self::size(&entry.path()).unwrap_or(0) } else { about.blocks() * 512 };
    }
    Ok(size)
}

pub fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
