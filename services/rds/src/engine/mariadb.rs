//! MariaDB, for engine `mysql` too.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use asf_servers::{Health, ProcessServer};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::command::{self, Input};
use super::{ADMIN, Engine};
use crate::models::Setup;

/// What the server runs with its first start: it makes the users, and takes away those that it comes with.
const FIRST: &str = "first.sql";

/// `/usr` of `/usr/sbin/mariadbd`: where its programs and their files are.
fn base(engine: &Engine) -> PathBuf {
    let base = engine.launch.program.parent().and_then(Path::parent);
    base.unwrap_or(Path::new("/usr")).to_owned()
}

/// A program of the same installation, which is not beside the server.
fn program(engine: &Engine, name: &str) -> Command {
    let mut command = Command::new(base(engine).join("bin").join(name));
    command.envs(engine.launch.environment.iter().map(|(name, value)| (name, value)));
    command.arg("--no-defaults");
    command
}

pub(super) async fn init(engine: &Engine, setup: &Setup) -> Result<(), String> {
    engine.write(FIRST, &first(engine, setup)).map_err(|error| error.to_string())?;
    let mut install = program(engine, "mariadb-install-db");
    install.arg(format!("--basedir={}", base(engine).display()));
    install.arg(format!("--datadir={}", engine.data().display()));
    install.args(["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]);
    command::run(engine.own(install), Input::Nothing).await.map(|_| ())
}

pub(super) fn server(engine: Engine) -> ProcessServer {
    let command = move |at: SocketAddr| {
        let mut command = engine.launch.command();
        command.arg("--no-defaults");
        command.arg(format!("--basedir={}", base(&engine).display()));
        command.arg(format!("--datadir={}", engine.data().display()));
        command.args([format!("--bind-address={}", at.ip()), format!("--port={}", at.port())]);
        // Below the data, where its path is not too long.
        command.args(["--socket=mysqld.sock", "--pid-file=mysqld.pid", "--skip-name-resolve"]);
        command.args([
            "--character-set-server=utf8mb4",
            "--innodb-buffer-pool-size=64M",
            "--max-connect-errors=1000000",
        ]);
        if !engine.is_durable {
            command.args(["--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync"]);
        }
        let first = engine.folder.join(FIRST);
        if first.exists() {
            command.arg(format!("--init-file={}", first.display()));
        }
        engine.own(command)
    };
    let health = |at| -> futures_util::future::BoxFuture<'static, bool> {
        Box::pin(async move { is_up(at).await.unwrap_or(false) })
    };
    ProcessServer::new("mariadb", command).health(Health::Check(Arc::new(health))).scheme("mysql")
}

/// Its first start has made what there is to be made.
pub(super) fn set_up(engine: &Engine) -> Result<(), String> {
    std::fs::remove_file(engine.folder.join(FIRST)).map_err(|error| error.to_string())
}

/// Whether it greets with a version, and not with an error.
/// (<https://mariadb.com/kb/en/connection/#initial-handshake-packet>)
async fn is_up(at: SocketAddr) -> Option<bool> {
    let mut stream = TcpStream::connect(at).await.ok()?;
    let mut head = [0; 5];
    stream.read_exact(&mut head).await.ok()?;
    Some(head.last() == Some(&10))
}

fn connected(engine: &Engine, name: &str, at: SocketAddr) -> Command {
    let mut command = program(engine, name);
    command.args(["--protocol=tcp".to_owned(), format!("--host={}", Ipv4Addr::LOCALHOST)]);
    command.args([format!("--port={}", at.port()), format!("--user={ADMIN}")]);
    command.env("MYSQL_PWD", &engine.admin_password);
    engine.own(command)
}

pub(super) fn client(engine: &Engine, at: SocketAddr) -> Command {
    let mut command = connected(engine, "mariadb", at);
    command.args(["--batch", "--binary-mode"]);
    command
}

pub(super) fn dump(engine: &Engine, at: SocketAddr) -> Command {
    let mut command = connected(engine, "mariadb-dump", at);
    command.args(["--all-databases", "--single-transaction", "--flush-privileges", "--hex-blob"]);
    command.args(["--events", "--routines", "--triggers"]);
    command
}

fn first(engine: &Engine, setup: &Setup) -> String {
    let mut sql = format!(
        "CREATE USER {admin} IDENTIFIED BY {admin_password};\n\
         GRANT ALL PRIVILEGES ON *.* TO {admin} WITH GRANT OPTION;\n\
         CREATE USER {user} IDENTIFIED BY {password};\n\
         GRANT ALL PRIVILEGES ON *.* TO {user} WITH GRANT OPTION;\n\
         DELETE FROM mysql.global_priv WHERE User IN ('', 'root');\n\
         FLUSH PRIVILEGES;\n",
        admin = format_args!("'{ADMIN}'@'127.0.0.1'"),
        admin_password = literal(&engine.admin_password),
        user = user(&setup.master),
        password = literal(&setup.password),
    );
    if let Some(database) = &setup.database {
        sql.push_str(&format!("CREATE DATABASE `{}`;\n", database.replace('`', "``")));
    }
    sql
}

pub(super) fn set_password(name: &str, password: &str) -> String {
    format!("ALTER USER {} IDENTIFIED BY {};\n", user(name), literal(password))
}

fn user(name: &str) -> String {
    format!("{}@'%'", literal(name))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        assert_eq!(set_password("o'x", "a\\'b"), "ALTER USER 'o''x'@'%' IDENTIFIED BY 'a\\\\''b';\n");
    }
}
