//! How an engine is run for one instance: its data are made, it is started, set up, written out and read in.

mod command;
mod mariadb;
mod postgres;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use asf_packages::Launch;
use asf_runtime::store::{Blob, Blobs};
use asf_servers::{Server, ServerOptions, Unprivileged};

use crate::kinds::Software;
use crate::models::Setup;
use command::Input;

/// The user by whom we set things up, as on RDS.
pub(crate) const ADMIN: &str = "rdsadmin";

/// An engine for one instance.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    software: Software,
    launch: Launch,
    /// The instance's folder, which the engine's user owns.
    folder: PathBuf,
    /// Whether what is written has to survive the machine's end.
    is_durable: bool,
    user: Unprivileged,
    admin_password: String,
}

impl Engine {
    /// The engine of an instance whose data are in `folder`.
    pub(crate) fn new(setup: &Setup, launch: Launch, folder: PathBuf, is_durable: bool) -> Self {
        let (software, admin_password) = (setup.kind.software(), setup.admin_password.clone());
        Self { software, launch, folder, is_durable, user: Unprivileged::of_process(), admin_password }
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A program beside the engine's, as its user, in its folder.
    fn own(&self, mut command: Command) -> Command {
        command.current_dir(&self.folder);
        self.user.apply(&mut command);
        command
    }

    /// A file in the instance's folder that only the engine's user reads.
    fn write(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.folder.join(name);
        let mut options = std::fs::File::options();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        io::Write::write_all(&mut options.open(&path)?, text.as_bytes())?;
        self.user.give(&path)?;
        Ok(path)
    }

    /// Makes the data of a new server; what an interrupted attempt left is removed.
    ///
    /// # Errors
    /// In the engine's words.
    pub(crate) async fn init(&self, setup: &Setup) -> Result<(), String> {
        match tokio::fs::remove_dir_all(self.data()).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.to_string()),
            _ => {}
        }
        match self.software {
            Software::Postgres => postgres::init(self).await,
            Software::MariaDb => mariadb::init(self, setup).await,
        }
    }

    /// The server.
    pub(crate) fn server(&self, options: ServerOptions) -> Server {
        match self.software {
            Software::Postgres => Server::with(postgres::Postgres(self.clone()), options),
            Software::MariaDb => Server::with(mariadb::server(self.clone()), options),
        }
    }

    /// Makes the master user and the first database.
    ///
    /// # Errors
    /// In the engine's words.
    pub(crate) async fn set_up(&self, at: SocketAddr, setup: &Setup) -> Result<(), String> {
        match self.software {
            Software::Postgres => self.run_sql(at, &postgres::set_up(setup)).await,
            Software::MariaDb => mariadb::set_up(self),
        }
    }

    /// Gives the master user another password.
    ///
    /// # Errors
    /// In the engine's words.
    pub(crate) async fn set_password(
        &self,
        at: SocketAddr,
        user: &str,
        password: &str,
    ) -> Result<(), String> {
        let sql = match self.software {
            Software::Postgres => postgres::set_password(user, password),
            Software::MariaDb => mariadb::set_password(user, password),
        };
        self.run_sql(at, &sql).await
    }

    async fn run_sql(&self, at: SocketAddr, sql: &str) -> Result<(), String> {
        let client = match self.software {
            Software::Postgres => postgres::client(self, at),
            Software::MariaDb => mariadb::client(self, at),
        };
        command::run(client, Input::Text(sql)).await.map(|_| ())
    }

    /// Writes all databases and users out.
    ///
    /// # Errors
    /// In the engine's words.
    pub(crate) async fn dump(&self, at: SocketAddr, blobs: &Blobs) -> Result<Blob, String> {
        let dump = match self.software {
            Software::Postgres => postgres::dump(self, at),
            Software::MariaDb => mariadb::dump(self, at),
        };
        command::run_into(dump, blobs).await
    }

    /// Reads in what [`dump`](Self::dump) has written, on a new server.
    ///
    /// # Errors
    /// In the engine's words.
    pub(crate) async fn restore(&self, at: SocketAddr, content: &Blob) -> Result<(), String> {
        match self.software {
            Software::Postgres => {
                postgres::restored(command::run(postgres::restore(self, at), Input::Blob(content)).await)
            }
            Software::MariaDb => {
                mariadb::set_up(self)?;
                command::run(mariadb::client(self, at), Input::Blob(content)).await.map(|_| ())
            }
        }
    }
}
