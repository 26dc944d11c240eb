//! Servers that a provider has behind it: a process, a container, a proxy, a task of ours.
//!
//! A [`Server`] has the life: it is started once however many ask at once, watched until it is up,
//! restarted when it crashes, stopped with grace, and gone when we are gone. What is special to a kind of
//! server is its [`Backend`], which brings it up; in LocalStack's words, `run` here is `do_run` or
//! `do_start_thread` there.
//!
//! ```no_run
//! # async fn example() -> Result<(), asf_servers::ServerError> {
//! use std::process::Command;
//!
//! use asf_servers::{ProcessServer, Server};
//!
//! let moto = Server::new(ProcessServer::new("moto", |at| {
//!     let mut command = Command::new("moto_server");
//!     command.args(["--host", &at.ip().to_string(), "--port", &at.port().to_string()]);
//!     command
//! }));
//! let address = moto.start().await?;
//! println!("moto answers at {address}");
//! moto.stop().await;
//! # Ok(())
//! # }
//! ```

mod backend;
mod data_folder;
mod docker;
mod encryption;
mod error;
mod external_ports;
mod fleet;
mod group;
mod health;
mod http_proxy;
mod logs;
mod port;
mod process;
mod proxied;
mod restart;
mod server;
mod supervisor;
mod task;
mod tcp_proxy;
mod tls;
mod unprivileged;

pub use backend::{Backend, Ended, Running, Start};
pub use data_folder::DataFolder;
pub use docker::{DockerContainerServer, DockerEngine};
pub use encryption::Encryption;
pub use error::ServerError;
pub use external_ports::{ExternalPorts, PortError, ReservedPort, listening_address};
pub use fleet::{Fleet, Live, Turn, come_up};
pub use group::ProcessGroup;
pub use health::Health;
pub use http_proxy::HttpProxy;
pub use logs::Logs;
pub use port::{Port, port_beside};
pub use process::{ProcessServer, spawn};
pub use proxied::{Encrypted, Proxied, ProxiedDockerContainerServer};
pub use restart::RestartPolicy;
pub use server::{Server, ServerOptions, Status};
pub use task::{Stopping, TaskServer};
pub use tcp_proxy::{TcpProxy, TcpProxyServer};
pub use tls::Tls;
pub use unprivileged::Unprivileged;
