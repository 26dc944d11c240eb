//! What the operating system does for processes in the background.

/// Leaves the terminal: its signals, and its end, are no longer ours.
#[cfg(unix)]
pub(super) fn leave_the_terminal() {
    // It fails only for the first process of a group, which then has left already.
    let _ = rustix::process::setsid();
}

#[cfg(not(unix))]
pub(super) fn leave_the_terminal() {}

/// How a process is asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// After requests under way are answered.
    Gracefully,
    /// At once.
    AtOnce,
}

/// Asks a process to end. False if it could not be asked.
#[cfg(unix)]
pub(super) fn end(pid: u32, how: End) -> bool {
    use rustix::process::{Pid, Signal, kill_process};
    let signal = match how {
        End::Gracefully => Signal::TERM,
        End::AtOnce => Signal::KILL,
    };
    let pid = i32::try_from(pid).ok().filter(|pid| *pid > 0).and_then(Pid::from_raw);
    pid.is_some_and(|pid| kill_process(pid, signal).is_ok())
}

#[cfg(not(unix))]
pub(super) fn end(_pid: u32, _how: End) -> bool {
    false
}
