//! A recording, as it lies in its file.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use asf_schema::Operation;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::signature::key::sha256_hex;

/// A call and its answer: the output, or the error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The service, by botocore's folder name.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// Who answered.
    pub source: String,
    /// The parameters.
    pub parameters: Json,
    /// The answer, unless it is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Json>,
    /// The error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<RecordedError>,
}

/// An error that was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedError {
    /// The code.
    pub code: String,
    /// The text for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// HTTP status.
    pub status: u16,
    /// Whether the caller is to blame.
    pub is_senders_fault: bool,
    /// The name of its shape and its members, if it is modelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modelled: Option<(String, Json)>,
}

/// Why a recording cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file system.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// It is not what we write.
    #[error("{} is no recording: {reason}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// The folder of an operation's recordings. Names of services and operations have nothing in them that a file
/// system takes for something else.
pub(super) fn folder_of(root: &Path, operation: Operation) -> PathBuf {
    root.join(operation.service().name).join(operation.name())
}

/// The file of a call.
pub(super) fn path_of(root: &Path, operation: Operation, parameters: &Json) -> PathBuf {
    let hash = sha256_hex(sorted(parameters).to_string().as_bytes());
    folder_of(root, operation).join(format!("{}.json", hash.get(..16).unwrap_or(&hash)))
}

/// With the members of all objects in the order of their names: clients send them in any.
fn sorted(value: &Json) -> Json {
    match value {
        Json::Object(members) => {
            let mut names: Vec<_> = members.iter().collect();
            names.sort_unstable_by_key(|(name, _)| *name);
            Json::Object(Map::from_iter(names.into_iter().map(|(name, it)| (name.clone(), sorted(it)))))
        }
        Json::Array(items) => items.iter().map(sorted).collect(),
        _ => value.clone(),
    }
}

impl Recording {
    /// Reads a file; none if there is none. This blocks.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(path: &Path) -> Result<Option<Self>, RecordingError> {
        let text = match std::fs::read(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|error| RecordingError::Io { path: path.to_owned(), error })?,
        };
        let read = serde_json::from_slice(&text);
        read.map(Some).map_err(|error| malformed(path, &error))
    }

    /// Writes a file, whole or not at all. This blocks.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), RecordingError> {
        let folder = path.parent().unwrap_or(path);
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(folder)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let partial = folder.join(format!(".{name}.{}", std::process::id()));
            let mut file = std::fs::File::create(&partial)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.write_all(b"\n")?;
            std::fs::rename(&partial, path)
        };
        write().map_err(|error| RecordingError::Io { path: path.to_owned(), error })
    }
}

pub(super) fn malformed(path: &Path, reason: &dyn std::fmt::Display) -> RecordingError {
    RecordingError::Malformed { path: path.to_owned(), reason: reason.to_string() }
}
