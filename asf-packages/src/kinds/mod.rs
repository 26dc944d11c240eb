//! The ways in which packages get here.

mod archive;
mod debian;
mod jar;
mod npm;
mod on_path;
mod pip;

pub use archive::{Archive, Checksum, github_asset};
pub use debian::Debian;
pub use jar::{Jar, maven_artifact};
pub use npm::Npm;
pub use on_path::OnPath;
pub use pip::Pip;
