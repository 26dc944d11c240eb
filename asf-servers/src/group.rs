//! Processes that do not outlive us, whatever happens to us.

use std::io;
use std::process::{Child, ChildStdin, Command, Stdio};

/// A process group with a watchdog: when this process dies, even by SIGKILL, the group is killed.
///
/// The first member of the group is a shell that reads from a pipe whose other end only we have. When we
/// die, the operating system closes our end, and the shell kills its own group. Nothing can slip through
/// between: a process joins the group with its birth (`Command::process_group`), and the group's id is not
/// given to another one as long as the watchdog is in it.
///
/// Linux's parent-death signal was not taken: it comes when the *thread* ends that started the process,
/// which need not be the end of ours; it does not reach what the process has started itself; and there is
/// none elsewhere. The price is a sleeping shell a server, about 0.2 MiB of its own.
///
/// A process that opens a session of its own (`setsid`) leaves the group; servers that do so have to end
/// with their parent themselves, as PostgreSQL's processes do.
///
/// Without `sh` on the machine, as in an image with nothing but us in it, there is no watchdog, and the
/// group is the process alone. In a container everything ends with its first process anyway.
#[derive(Debug)]
pub struct ProcessGroup {
    watchdog: Option<Watchdog>,
    id: i32,
}

#[derive(Debug)]
struct Watchdog {
    shell: Child,
    /// Closing it kills the group.
    _pipe: ChildStdin,
}

/// Waits for the end of the pipe, then runs the words it was given, and kills the group it is in. Signals
/// that ask the group to end are for the others.
const SCRIPT: &str =
    r#"trap '' TERM INT HUP QUIT; read -r _; test $# -gt 0 && "$@" </dev/null; kill -s KILL 0"#;

impl ProcessGroup {
    /// A group that nobody is in yet. When we die, `cleanup` (a program and its arguments) is run too, for
    /// what is not in the group, such as a container; it may be empty.
    ///
    /// # Errors
    /// When the shell cannot be started, unless there is none.
    pub fn open(cleanup: &[String]) -> io::Result<Self> {
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "asf-watchdog"]).args(cleanup);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        in_group(&mut shell, 0);
        match shell.spawn() {
            Ok(mut shell) => {
                let Some(pipe) = shell.stdin.take() else {
                    return Err(io::Error::other("the watchdog has no pipe"));
                };
                let id = i32::try_from(shell.id()).map_err(io::Error::other)?;
                Ok(Self { watchdog: Some(Watchdog { shell, _pipe: pipe }), id })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                tracing::warn!("there is no `sh`: servers outlive this process if it is killed");
                Ok(Self { watchdog: None, id: 0 })
            }
            Err(error) => Err(error),
        }
    }

    /// Makes a command's process a member, from its birth.
    pub fn admit(&self, command: &mut Command) {
        in_group(command, self.id);
    }

    /// Asks all members to end. `leader` is the process that was admitted.
    pub fn ask_to_end(&self, leader: u32) {
        self.send(leader, End::Asked);
    }

    /// Ends all members at once.
    pub fn kill(&mut self, leader: u32) {
        self.send(leader, End::Forced);
        if let Some(Watchdog { mut shell, .. }) = self.watchdog.take() {
            // It is in the group, hence it has ended; this only takes note of it.
            let _ = shell.kill();
            let _ = shell.wait();
        }
    }

    #[cfg(unix)]
    fn send(&self, leader: u32, how: End) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let signal = match how {
            End::Asked => Signal::TERM,
            End::Forced => Signal::KILL,
        };
        let id = match &self.watchdog {
            Some(_) => Some(self.id),
            None => i32::try_from(leader).ok(),
        };
        if let Some(id) = id.filter(|id| *id > 0).and_then(Pid::from_raw) {
            // It fails when nobody is left in the group.
            let _ = kill_process_group(id, signal);
        }
    }

    #[cfg(not(unix))]
    fn send(&self, _leader: u32, _how: End) {}
}

/// Closes the pipe, which kills the group; its end is noted elsewhere, because a cleanup may take a while.
impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Some(Watchdog { mut shell, _pipe }) = self.watchdog.take() {
            std::thread::spawn(move || shell.wait());
        }
    }
}

#[derive(Clone, Copy)]
enum End {
    Asked,
    Forced,
}

#[cfg(unix)]
fn in_group(command: &mut Command, id: i32) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(id);
}

#[cfg(not(unix))]
fn in_group(_command: &mut Command, _id: i32) {}
