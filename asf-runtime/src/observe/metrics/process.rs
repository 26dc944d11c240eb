//! What the kernel knows of this process, where there is `/proc`.

use std::fs;

/// Ticks a second in `/proc/self/stat`: `USER_HZ`, which is 100 on every architecture that Rust's Linux
/// targets have.
const TICKS: f64 = 100.0;

/// What the kernel knows of this process; none of what it does not tell.
#[derive(Debug, Default)]
pub(super) struct ProcessState {
    pub(super) cpu_seconds: Option<f64>,
    pub(super) resident_bytes: Option<f64>,
    pub(super) virtual_bytes: Option<f64>,
    pub(super) threads: Option<f64>,
    pub(super) open_files: Option<f64>,
    pub(super) max_files: Option<f64>,
}

impl ProcessState {
    pub(super) fn now() -> Self {
        let read = |file: &str| fs::read_to_string(format!("/proc/self/{file}")).unwrap_or_default();
        let status = read("status");
        let kib = |name: &str| field(&status, name).map(|kib| kib * 1024.0);
        Self {
            cpu_seconds: cpu_seconds(&read("stat")),
            resident_bytes: kib("VmRSS:"),
            virtual_bytes: kib("VmSize:"),
            threads: field(&status, "Threads:"),
            // One of them is the folder itself.
            open_files: fs::read_dir("/proc/self/fd").ok().map(|it| it.count().saturating_sub(1) as f64),
            max_files: field(&read("limits"), "Max open files"),
        }
    }
}

/// The number after a name at the beginning of a line.
fn field(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// User and system time: fields 14 and 15, the first two of which are before the name's parenthesis.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut times = rest.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Some((times.next()?.ok()? + times.next()?.ok()?) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_texts() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194304 500 0 0 0 150 50 0 0 20 0 3 0 12345";
        assert_eq!(cpu_seconds(stat), Some(2.0));
        assert_eq!(cpu_seconds(""), None);
        assert_eq!(field("VmSize:\t 10 kB\nVmRSS:\t    2048 kB\n", "VmRSS:"), Some(2048.0));
        assert_eq!(
            field("Max open files            1024                 4096 files", "Max open files"),
            Some(1024.0)
        );
        assert_eq!(field("Max open files            unlimited", "Max open files"), None);
    }
}
