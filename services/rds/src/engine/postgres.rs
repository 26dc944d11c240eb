//! PostgreSQL.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::Arc;

use asf_servers::{Backend, Ended, Health, Running, ServerError, Start, spawn};
use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::command::{self, Input};
use super::{ADMIN, Engine};
use crate::models::Setup;

/// Everybody who may connect at all has a password.
const HOSTS: &str = "\nhost all all all scram-sha-256\n";

pub(super) async fn init(engine: &Engine) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let password = engine.write("password", &engine.admin_password).map_err(text)?;
    let mut initdb = engine.launch.sibling("initdb");
    initdb.arg("--pgdata").arg(engine.data()).args(["--username", ADMIN]).arg("--pwfile").arg(&password);
    initdb.args(["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "--no-instructions"]);
    if !engine.is_durable {
        initdb.arg("--no-sync");
    }
    let made = command::run(engine.own(initdb), Input::Nothing).await;
    std::fs::remove_file(password).map_err(text)?;
    made?;
    let hosts = std::fs::File::options().append(true).open(engine.data().join("pg_hba.conf"));
    hosts.and_then(|mut file| std::io::Write::write_all(&mut file, HOSTS.as_bytes())).map_err(text)
}

/// The server. It is asked to end in its own way: without waiting for clients to leave.
pub(super) struct Postgres(pub(super) Engine);

impl Backend for Postgres {
    fn name(&self) -> &str {
        "postgresql"
    }

    fn run(&self, start: Start) -> BoxFuture<'_, Result<Box<dyn Running>, ServerError>> {
        let engine = &self.0;
        let mut command = engine.launch.command();
        command.arg("-D").arg(engine.data());
        command.args(["-p", &start.address.port().to_string(), "-h", &start.address.ip().to_string()]);
        // No socket in the file system, whose path would be too long.
        command.args(["-c", "unix_socket_directories=", "-c", "shared_buffers=32MB"]);
        if !engine.is_durable {
            command.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
        }
        let pid = engine.data().join("postmaster.pid");
        let command = engine.own(command);
        Box::pin(async move {
            if is_defunct(&pid) {
                let _ = std::fs::remove_file(&pid);
            }
            let inner = spawn(command, &start)?;
            Ok(Box::new(Postmaster { inner, pid }) as Box<dyn Running>)
        })
    }

    fn health(&self) -> Health {
        Health::Check(Arc::new(|at| Box::pin(async move { is_up(at).await.unwrap_or(false) })))
    }

    fn scheme(&self) -> &str {
        "postgresql"
    }
}

struct Postmaster {
    inner: Box<dyn Running>,
    /// The file in which it says its process.
    pid: std::path::PathBuf,
}

impl Running for Postmaster {
    fn ended(&mut self) -> BoxFuture<'_, Ended> {
        self.inner.ended()
    }

    /// SIGTERM would have it wait for its clients to leave.
    fn ask_to_end(&mut self) {
        if !interrupt(&self.pid) {
            self.inner.ask_to_end();
        }
    }

    fn kill(&mut self) {
        self.inner.kill();
    }
}

/// The process that a file names.
fn process(pid: &std::path::Path) -> Option<i32> {
    let text = std::fs::read_to_string(pid).ok()?;
    text.lines().next()?.trim().parse().ok().filter(|it| *it > 1)
}

#[cfg(unix)]
fn interrupt(pid: &std::path::Path) -> bool {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = process(pid).and_then(Pid::from_raw);
    pid.is_some_and(|pid| kill_process(pid, Signal::INT).is_ok())
}

/// Whether the process that a file names has ended, and only nobody has taken note of it: so it is where the first
/// process of a container looks after no orphans. PostgreSQL takes it for one that runs. Its children ended with it.
fn is_defunct(pid: &std::path::Path) -> bool {
    let status = process(pid).and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/stat")).ok());
    let state = status.as_deref().and_then(|it| it.rsplit_once(") "));
    state.is_some_and(|(_, rest)| rest.starts_with(['Z', 'X']))
}

#[cfg(not(unix))]
fn interrupt(_: &std::path::Path) -> bool {
    false
}

/// Whether it lets somebody in: it asks for a password then, and says an error as long as it starts.
/// (<https://www.postgresql.org/docs/15/protocol-flow.html>)
async fn is_up(at: SocketAddr) -> Option<bool> {
    let mut stream = TcpStream::connect(at).await.ok()?;
    let parameters = format!("user\0{ADMIN}\0database\0postgres\0\0");
    let length = u32::try_from(parameters.len() + 8).ok()?;
    let mut message = Vec::with_capacity(parameters.len() + 8);
    message.extend_from_slice(&length.to_be_bytes());
    // Version 3.0 of the protocol.
    message.extend_from_slice(&196_608_u32.to_be_bytes());
    message.extend_from_slice(parameters.as_bytes());
    stream.write_all(&message).await.ok()?;
    Some(stream.read_u8().await.ok()? == b'R')
}

fn connected(engine: &Engine, program: &str, at: SocketAddr) -> Command {
    let mut command = engine.launch.sibling(program);
    command.args(["--no-password", "--host", &Ipv4Addr::LOCALHOST.to_string()]);
    command.args(["--port", &at.port().to_string(), "--username", ADMIN]);
    command.env("PGPASSWORD", &engine.admin_password).env("PGCONNECT_TIMEOUT", "10");
    command.env_remove("PGSERVICE").env_remove("PGOPTIONS").env("LC_ALL", "C");
    engine.own(command)
}

/// Reads SQL, and stops at the first error.
pub(super) fn client(engine: &Engine, at: SocketAddr) -> Command {
    let mut command = restore(engine, at);
    command.args(["--set", "ON_ERROR_STOP=1"]);
    command
}

pub(super) fn dump(engine: &Engine, at: SocketAddr) -> Command {
    let mut command = connected(engine, "pg_dumpall", at);
    command.args(["--database", "postgres"]);
    command
}

pub(super) fn restore(engine: &Engine, at: SocketAddr) -> Command {
    let mut command = connected(engine, "psql", at);
    command.args(["--no-psqlrc", "--quiet", "--dbname", "postgres"]);
    command
}

/// A dump makes our own user too, which is there already; other errors are errors.
pub(super) fn restored(result: Result<String, String>) -> Result<(), String> {
    let words = result?;
    let is_known = format!("role \"{ADMIN}\" already exists");
    match words.lines().find(|it| it.contains("ERROR:") && !it.contains(&is_known)) {
        Some(error) => Err(error.to_owned()),
        None => Ok(()),
    }
}

/// The master user is what `rds_superuser` makes of it on RDS, and may more: everything.
pub(super) fn set_up(setup: &Setup) -> String {
    let (user, password) = (name(&setup.master), literal(&setup.password));
    let mut sql = format!(
        "CREATE ROLE rds_superuser;\n\
         CREATE ROLE {user} SUPERUSER CREATEDB CREATEROLE LOGIN PASSWORD {password} IN ROLE rds_superuser;\n\
         ALTER DATABASE postgres OWNER TO {user};\n"
    );
    if let Some(database) = setup.database.as_deref().filter(|it| *it != "postgres") {
        sql.push_str(&format!("CREATE DATABASE {} OWNER {user};\n", name(database)));
    }
    sql
}

pub(super) fn set_password(user: &str, password: &str) -> String {
    format!("ALTER ROLE {} PASSWORD {};\n", name(user), literal(password))
}

fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        let sql = set_password("a\"b", "it's \\ fine");
        assert_eq!(sql, "ALTER ROLE \"a\"\"b\" PASSWORD 'it''s \\ fine';\n");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn one_that_ended_and_one_that_runs() {
        let file = std::env::temp_dir().join(format!("asf-rds-pid-{}", std::process::id()));
        std::fs::write(&file, format!("{}\n/data\n", std::process::id())).unwrap();
        assert!(!is_defunct(&file));
        let mut child = Command::new("true").spawn().unwrap();
        std::fs::write(&file, format!("{}\n/data\n", child.id())).unwrap();
        // It is not waited for before it is seen as what it is.
        while !is_defunct(&file) {
            std::thread::yield_now();
        }
        child.wait().unwrap();
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn errors_of_a_restoration() {
        let known = "psql:<stdin>:14: ERROR:  role \"rdsadmin\" already exists";
        assert_eq!(restored(Ok(known.to_owned())), Ok(()));
        let other = format!("{known}\npsql:<stdin>:20: ERROR:  no such type");
        assert_eq!(restored(Ok(other)), Err("psql:<stdin>:20: ERROR:  no such type".to_owned()));
    }
}
