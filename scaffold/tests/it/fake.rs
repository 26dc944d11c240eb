//! A small botocore in a temporary directory.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The folder of a botocore that has two services.
pub(crate) struct Fake {
    root: TempDir,
}

impl Fake {
    pub(crate) fn new(version: &str) -> Self {
        let fake = Self { root: tempfile::tempdir().unwrap() };
        fake.version(version);
        fake.write(
            "data/endpoints.json",
            &json!({"partitions": [{"partition": "aws", "services": {"a": {}}}]}),
        );
        fake.write("data/partitions.json", &json!({"partitions": [{"id": "aws", "regions": {"r": {}}}]}));
        fake.write_gzipped("data/queue/2012-11-05/service-2.json.gz", &queue());
        fake.write(
            "data/queue/2012-11-05/paginators-1.json",
            &json!({"pagination": {"List": {"limit_key": "N"}}}),
        );
        // An older version, which is not taken.
        fake.write("data/queue/2009-01-01/service-2.json", &json!({"old": true}));
        fake.write("data/table/2012-08-10/service-2.json", &table());
        fake.write(
            "data/table/2012-08-10/waiters-2.json",
            &json!({"version": 2, "waiters": {"Exists": {"delay": 5}}}),
        );
        // Not a service.
        fake.write("data/extras/readme.json", &json!({}));
        fs::create_dir_all(fake.root.path().join(format!("botocore-{version}.dist-info"))).unwrap();
        let licence = fake.root.path().join(format!("botocore-{version}.dist-info/LICENSE.txt"));
        fs::write(licence, "Apache License\n").unwrap();
        fake
    }

    /// The directory that `botocore` is in.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root.path().join("botocore/data")
    }

    pub(crate) fn version(&self, version: &str) {
        let file = self.root.path().join("botocore/__init__.py");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, format!("import os\n__version__ = '{version}'\n")).unwrap();
    }

    pub(crate) fn write(&self, path: &str, value: &Value) {
        write(&self.root.path().join("botocore").join(path), &serde_json::to_vec_pretty(value).unwrap());
    }

    pub(crate) fn write_gzipped(&self, path: &str, value: &Value) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&serde_json::to_vec(value).unwrap()).unwrap();
        write(&self.root.path().join("botocore").join(path), &encoder.finish().unwrap());
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_dir_all(self.root.path().join("botocore").join(path)).unwrap();
    }
}

fn write(file: &Path, bytes: &[u8]) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

pub(crate) fn queue() -> Value {
    json!({
        "version": "2.0",
        "metadata": {"apiVersion": "2012-11-05", "protocol": "json", "serviceId": "Queue", "jsonVersion": "1.0"},
        "documentation": "<p>A queue.</p>",
        "operations": {
            "Send": {"name": "Send", "http": {"method": "POST", "requestUri": "/"}, "documentation": "sends",
                "input": {"shape": "SendRequest"}, "errors": [{"shape": "Gone", "documentation": "gone"}]},
            "List": {"name": "List", "http": {"method": "POST", "requestUri": "/"}}
        },
        "shapes": {
            "SendRequest": {"type": "structure", "required": ["documentation"],
                "members": {
                    "zebra": {"shape": "Text", "documentation": "first in the order of the spec"},
                    "documentation": {"shape": "Text", "documentation": "a member of this name"},
                    "apple": {"shape": "Text"}
                }},
            "Gone": {"type": "structure", "members": {}, "exception": true, "documentation": "gone"},
            "Text": {"type": "string", "enum": ["A"], "documentation": "a text"}
        }
    })
}

pub(crate) fn table() -> Value {
    json!({
        "version": "2.0",
        "metadata": {"apiVersion": "2012-08-10", "protocol": "json", "serviceId": "Table", "jsonVersion": "1.0"},
        "operations": {"Put": {"name": "Put", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "PutInput"}}},
        "shapes": {"PutInput": {"type": "structure", "members": {"Key": {"shape": "Text"}}}, "Text": {"type": "string"}}
    })
}
