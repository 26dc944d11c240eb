//! Redis, and what is like it: how it is run, and asked.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use asf_packages::Launch;
use asf_runtime::clock::{Clock as _, SystemClock};
use asf_servers::{Encrypted, Encryption, Health, ProcessServer, Server, ServerOptions, port_beside};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::models::Node;

/// How one server is run.
#[derive(Clone, Debug)]
pub(crate) struct Redis {
    pub(crate) launch: Launch,
    /// Its folder, in which it has its data and its configuration.
    pub(crate) folder: PathBuf,
    /// Whether what is written has to survive.
    pub(crate) is_durable: bool,
    pub(crate) is_cluster: bool,
    /// Where clients reach it, where that is not where it listens.
    pub(crate) announced: Option<u16>,
    /// Where it listens, once it is run.
    pub(crate) at: Arc<Mutex<Option<SocketAddr>>>,
}

/// Pauses of a tenth of a second until a cluster is up.
const PATIENCE: u32 = 300;
/// How far Redis has the port of a cluster's bus from its own, unless it is told.
const BUS: u32 = 10_000;
const CONFIGURATION: &str = "redis.conf";

impl Redis {
    /// Where it listens, without encryption.
    pub(crate) fn address(&self) -> Result<SocketAddr, String> {
        let at = *self.at.lock().unwrap_or_else(PoisonError::into_inner);
        at.ok_or_else(|| "it does not run".to_owned())
    }

    /// The server, behind what takes the encryption off, if it has that. Its configuration is to be
    /// [written](Self::configure) before.
    pub(crate) fn server(&self, options: ServerOptions, encryption: Option<Encryption>) -> Server {
        let this = self.clone();
        let command = move |at: SocketAddr| {
            *this.at.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
            let mut command = this.launch.command();
            command.arg(this.folder.join(CONFIGURATION)).current_dir(&this.folder);
            command.args(["--port", &at.port().to_string(), "--bind", &at.ip().to_string()]);
            // Its usual one may be another program's: from 32768 on the system gives ports to connections.
            if this.is_cluster
                && let Ok(bus) = port_beside(at.ip(), u32::from(at.port()) + BUS)
            {
                command.args(["--cluster-port", &bus.to_string()]);
            }
            // Clients of a cluster go where it says that it is.
            if let (true, Some(port)) = (this.is_cluster, this.announced) {
                command.args(["--cluster-announce-port", &port.to_string()]);
            }
            command
        };
        let health = |at| -> futures_util::future::BoxFuture<'static, bool> {
            Box::pin(async move { is_up(at).await.unwrap_or(false) })
        };
        let server = ProcessServer::new("redis", command).health(Health::Check(Arc::new(health)));
        match encryption {
            None => Server::with(server.scheme("redis"), options),
            Some(encryption) => Server::with(Encrypted(server.scheme("rediss"), encryption), options),
        }
    }

    /// Writes the configuration: tokens do not belong where `ps` shows them.
    pub(crate) fn configure(&self, tokens: &[String]) -> io::Result<()> {
        let user = user(tokens).join(" ");
        let mut text = format!("user {user}\nprotected-mode no\ndaemonize no\n");
        text.push_str(if self.is_durable { "appendonly yes\n" } else { "appendonly no\nsave \"\"\n" });
        if self.is_cluster {
            text.push_str("cluster-enabled yes\ncluster-require-full-coverage no\n");
        }
        let mut options = std::fs::File::options();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(Path::new(&self.folder).join(CONFIGURATION))?;
        io::Write::write_all(&mut file, text.as_bytes())
    }
}

/// The default user, with these tokens.
fn user(tokens: &[String]) -> Vec<String> {
    let mut words: Vec<String> = ["default", "reset", "on", "~*", "&*", "+@all"].map(str::to_owned).to_vec();
    if tokens.is_empty() {
        words.push("nopass".to_owned());
    }
    words.extend(tokens.iter().map(|it| format!(">{it}")));
    words
}

/// What is done once a server runs: a server of a cluster has all slots.
pub(crate) async fn set_up(at: SocketAddr, node: &Node) -> Result<(), String> {
    if !node.is_cluster {
        return Ok(());
    }
    let (token, text) = (node.tokens.first(), |it: &str| it.to_owned());
    match ask(at, token, &["CLUSTER", "ADDSLOTSRANGE", "0", "16383"].map(text)).await {
        // It was kept.
        Err(error) if error.contains("already busy") => {}
        other => other?,
    }
    // It answers that the cluster is down for its first two seconds.
    let mut patience = PATIENCE;
    while let Err(error) = ask(at, token, &["EXISTS", "fruit"].map(text)).await {
        patience = patience.checked_sub(1).ok_or(error)?;
        SystemClock.until(SystemClock.now().plus_millis(100)).await;
    }
    Ok(())
}

/// Sets the tokens of a server that runs; `before` is one that it takes now.
pub(crate) async fn set_tokens(
    at: SocketAddr,
    before: Option<&String>,
    tokens: &[String],
) -> Result<(), String> {
    let words: Vec<String> = ["ACL", "SETUSER"].map(str::to_owned).into_iter().chain(user(tokens)).collect();
    ask(at, before, &words).await
}

/// Whether it answers; while it reads its data, it says `-LOADING`.
async fn is_up(at: SocketAddr) -> Option<bool> {
    let mut stream = BufReader::new(TcpStream::connect(at).await.ok()?);
    stream.write_all(b"PING\r\n").await.ok()?;
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    Some(line.starts_with("+PONG") || line.starts_with("-NOAUTH"))
}

/// Sends a command that is answered with a line, such as `+OK` or `:0`.
async fn ask(at: SocketAddr, token: Option<&String>, words: &[String]) -> Result<(), String> {
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, at.port()));
    let text = |error: io::Error| error.to_string();
    let mut stream = BufReader::new(TcpStream::connect(at).await.map_err(text)?);
    let login = token.map(|token| vec!["AUTH".to_owned(), token.clone()]);
    for words in login.iter().map(Vec::as_slice).chain([words]) {
        // <https://redis.io/docs/latest/develop/reference/protocol-spec/>
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            request.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        stream.write_all(request.as_bytes()).await.map_err(text)?;
        let mut line = String::new();
        stream.read_line(&mut line).await.map_err(text)?;
        if !line.starts_with(['+', ':']) {
            return Err(format!("it answered {}", line.trim_end()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users() {
        assert_eq!(user(&[]).join(" "), "default reset on ~* &* +@all nopass");
        let tokens = ["one".to_owned(), "two".to_owned()];
        assert_eq!(user(&tokens).join(" "), "default reset on ~* &* +@all >one >two");
    }
}
