//! A socket that listens.

use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::{Path, PathBuf};

use asf_runtime::config::Listener;
use socket2::{Domain, Protocol, Type};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};

use super::stream::Stream;

/// Connections that may wait to be taken.
const BACKLOG: i32 = 1024;

#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixSocket),
}

impl Socket {
    /// Binds a place; `places` are all that there are to be.
    pub(super) async fn bind(place: &Listener, places: &[Listener]) -> io::Result<Self> {
        match place {
            Listener::Tcp { host, port } => {
                // Clients try IPv4 first, or only.
                let host = if host == "localhost" { "127.0.0.1" } else { host };
                // `[::]` stands for the addresses of IPv4 too, unless those are listened on besides.
                let beside = Listener::Tcp { host: "0.0.0.0".to_owned(), port: *port };
                let only_v6 = places.contains(&beside);
                let mut failed = io::Error::new(io::ErrorKind::AddrNotAvailable, "the host has no address");
                for address in tokio::net::lookup_host((host, *port)).await? {
                    match tcp(address, only_v6) {
                        Ok(listener) => return Ok(Self::Tcp(listener)),
                        Err(error) => failed = error,
                    }
                }
                Err(failed)
            }
            #[cfg(unix)]
            Listener::Unix(path) => Ok(Self::Unix(UnixSocket::bind(path).await?)),
            #[cfg(not(unix))]
            Listener::Unix(_) => {
                Err(io::Error::new(io::ErrorKind::Unsupported, "there are no Unix sockets here"))
            }
        }
    }

    /// Where it listens.
    pub(super) fn place(&self) -> io::Result<Listener> {
        match self {
            Self::Tcp(listener) => {
                let address = listener.local_addr()?;
                Ok(Listener::Tcp { host: address.ip().to_string(), port: address.port() })
            }
            #[cfg(unix)]
            Self::Unix(socket) => Ok(Listener::Unix(socket.path.clone())),
        }
    }

    /// The next connection, and the address at its other end.
    pub(super) async fn accept(&self) -> io::Result<(Stream, Option<SocketAddr>)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                // Answers are small; waiting to fill a packet costs more than it gains.
                let _ = stream.set_nodelay(true);
                Ok((Stream::Tcp(stream), Some(peer)))
            }
            #[cfg(unix)]
            Self::Unix(socket) => Ok((Stream::Unix(socket.listener.accept().await?.0), None)),
        }
    }
}

fn tcp(address: SocketAddr, only_v6: bool) -> io::Result<TcpListener> {
    let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // On Windows this would let two processes have the same port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(only_v6)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// A socket in the file system. Its file goes with it.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct UnixSocket {
    listener: UnixListener,
    path: PathBuf,
    /// Which file it is, so that another's in its place is left alone.
    file: Option<(u64, u64)>,
}

#[cfg(unix)]
impl UnixSocket {
    async fn bind(path: &Path) -> io::Result<Self> {
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_stale(path).await => {
                std::fs::remove_file(path)?;
                UnixListener::bind(path)?
            }
            result => result?,
        };
        Ok(Self { listener, path: path.to_owned(), file: file(path) })
    }
}

#[cfg(unix)]
impl Drop for UnixSocket {
    fn drop(&mut self) {
        if self.file.is_some() && file(&self.path) == self.file {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether a path is that of a socket on which no one listens any more. What is no socket is not ours to
/// remove.
#[cfg(unix)]
async fn is_stale(path: &Path) -> bool {
    file(path).is_some()
        && UnixStream::connect(path).await.is_err_and(|it| it.kind() == io::ErrorKind::ConnectionRefused)
}

/// Device and number of the socket at a path.
#[cfg(unix)]
fn file(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let metadata = std::fs::symlink_metadata(path).ok()?;
    metadata.file_type().is_socket().then(|| (metadata.dev(), metadata.ino()))
}
