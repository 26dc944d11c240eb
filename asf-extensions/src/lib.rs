//! Extensions out of process: programs that we start and speak to over HTTP on a Unix socket, in whatever
//! language they are written. They answer operations, which reach them parsed, as JSON, and whose answers are
//! serialised here; and routes, which are proxied to them.
//!
//! - [`Manifest`]: what an extension's folder says of it, `asf-extension.toml`;
//! - [`Folder`]: where extensions are installed, from folders and archives, enabled and disabled;
//! - [`Program`]: the process of one: started when first needed, started again when it crashed, stopped;
//! - [`ExtensionProvider`] and [`route`]: how calls and requests reach it;
//! - [`Hosted`]: all of them in a process that serves.
//!
//! What is said on the socket is in `docs/extensions-out-of-process.md`.

mod archive;
mod call;
mod folder;
mod hosted;
mod manifest;
mod name;
mod program;
mod provider;
mod route;

pub use archive::ArchiveError;
pub use folder::{Folder, FolderError, Installed};
pub use hosted::{Changes, Hosted};
pub use manifest::{Fault, MANIFEST, Manifest, ManifestError, Moment, PROTOCOL, Route, Served, Start};
pub use name::{ExtensionName, InvalidName};
pub use program::{Around, Instance, Program, Status, Unavailable};
pub use provider::ExtensionProvider;
pub use route::route;
