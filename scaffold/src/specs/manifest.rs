//! `specs/manifest.json`: where the specs come from, and a hash for each file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Context;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::layout;

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Services.
    pub services: usize,
    /// Operations of all services.
    pub operations: usize,
    /// Shapes of all services.
    pub shapes: usize,
}

impl Counts {
    /// Adds a service.
    pub fn add(&mut self, spec: &Value) {
        let len = |key: &str| spec.get(key).and_then(Value::as_object).map_or(0, Map::len);
        self.services += 1;
        self.operations += len("operations");
        self.shapes += len("shapes");
    }
}

/// The manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Version of the botocore that the specs were made from.
    pub botocore: String,
    /// How much there is, before patches.
    pub counts: Counts,
    /// SHA-256 in hexadecimal by path within the directory, with `/`.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// Name of the file in the directory of the specs.
    pub const FILE: &'static str = "manifest.json";

    /// Reads a manifest.
    ///
    /// # Errors
    /// When the text is no manifest.
    pub fn parse(text: &[u8]) -> anyhow::Result<Self> {
        let value: Value = serde_json::from_slice(text).context("the manifest is not JSON")?;
        let count = |key: &str| {
            let found = value.get(key).and_then(Value::as_u64).and_then(|it| usize::try_from(it).ok());
            found.with_context(|| format!("the manifest has no number of {key}"))
        };
        let files = value.get("files").and_then(Value::as_object).context("the manifest lists no files")?;
        let files = files
            .iter()
            .map(|(path, hash)| {
                let hash = hash.as_str().with_context(|| format!("the manifest has no hash for {path}"))?;
                Ok((path.clone(), hash.to_owned()))
            })
            .collect::<anyhow::Result<_>>()?;
        let botocore = value.get("botocore").and_then(Value::as_str);
        Ok(Self {
            botocore: botocore.context("the manifest does not name the version of botocore")?.to_owned(),
            counts: Counts {
                services: count("services")?,
                operations: count("operations")?,
                shapes: count("shapes")?,
            },
            files,
        })
    }

    /// The manifest as text, a file a line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let value = json!({
            "botocore": self.botocore,
            "services": self.counts.services,
            "operations": self.counts.operations,
            "shapes": self.counts.shapes,
            "files": self.files,
        });
        layout::format(&value, 2)
    }
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn there_and_back() {
        let manifest = Manifest {
            botocore: "1.2.3".to_owned(),
            counts: Counts { services: 1, operations: 2, shapes: 3 },
            files: BTreeMap::from([("a/1/service-2.json".to_owned(), sha256(b"x"))]),
        };
        assert_eq!(Manifest::parse(manifest.to_text().as_bytes()).unwrap(), manifest);
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert!(Manifest::parse(b"{}").is_err());
    }
}
