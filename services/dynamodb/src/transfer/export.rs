//! The files of an export ("DynamoDB table export output format" in the developer guide): data in packed lines of JSON, a
//! manifest of these files, a summary, and checksums of both.

use std::io::{self, Write as _};

use asf_runtime::Timestamp;
use asf_runtime::schema::TimestampFormat;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest as _, Md5};
use serde_json::{Map, Value as Json, json};

use crate::json;
use crate::models::Item;
use crate::store::history::ItemChange;
use crate::store::transfers::{ExportRecord, Exported};

/// Items of a data file at most.
pub const FILE_ITEMS: usize = 100_000;

/// A data file, packed.
#[derive(Clone, Debug)]
pub struct DataFile {
    /// Its bytes.
    pub content: Vec<u8>,
    /// Items in it.
    pub items: usize,
}

/// Lines of JSON, packed into files; one that is empty if there are none.
///
/// # Errors
///
/// Those of packing, which into memory has none.
pub fn data_files<T>(items: &[T], line: impl Fn(&T) -> Json) -> io::Result<Vec<DataFile>> {
    let pack = |items: &[T]| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        for item in items {
            writeln!(packed, "{}", line(item))?;
        }
        Ok(DataFile { content: packed.finish()?, items: items.len() })
    };
    if items.is_empty() {
        return Ok(vec![pack(items)?]);
    }
    items.chunks(FILE_ITEMS).map(pack).collect()
}

/// A line of a full export.
#[must_use]
pub fn item_line(item: &Item) -> Json {
    json!({"Item": json::item(item)})
}

/// A line of an incremental export.
#[must_use]
pub fn change_line(change: &ItemChange, shows_old: bool) -> Json {
    let nanos = i64::from(change.at.subsec_nanos());
    let micros = change.at.seconds().saturating_mul(1_000_000).saturating_add(nanos / 1_000);
    let mut line = Map::new();
    line.insert("Metadata".to_owned(), json!({"WriteTimestampMicros": {"N": micros.to_string()}}));
    line.insert("Keys".to_owned(), json::item(&change.keys));
    if let Some(old) = change.old.as_ref().filter(|_| shows_old) {
        line.insert("OldImage".to_owned(), json::item(&old.item));
    }
    if let Some(new) = &change.new {
        line.insert("NewImage".to_owned(), json::item(&new.item));
    }
    Json::Object(line)
}

/// A line of `manifest-files.json`.
#[must_use]
pub fn file_line(file: &DataFile, etag: Option<&str>, key: &str) -> Json {
    json!({
        "itemCount": file.items,
        "md5Checksum": checksum(&file.content),
        "etag": etag.map(|it| it.trim_matches('"')),
        "dataFileS3Key": key,
    })
}

/// `manifest-summary.json`
#[must_use]
pub fn summary(export: &ExportRecord, arn: &str, files_key: &str) -> Json {
    let time = |at: Timestamp| at.format(TimestampFormat::DateTime);
    let request = &export.request;
    let mut summary = Map::new();
    let mut set = |name: &str, value: Json| summary.insert(name.to_owned(), value);
    // From memory; the documentation shows that of full exports.
    let is_full = matches!(request.what, Exported::Full(_));
    set("version", json!(if is_full { "2020-06-30" } else { "2023-08-01" }));
    set("exportArn", json!(arn));
    set("startTime", json!(time(export.started)));
    set("endTime", json!(time(export.ended)));
    set("tableArn", json!(request.table));
    set("tableId", json!(export.table_id));
    match &request.what {
        Exported::Full(at) => {
            set("exportTime", json!(time(*at)));
        }
        Exported::Changes { from, to, .. } => {
            set("exportFromTime", json!(time(*from)));
            set("exportToTime", json!(time(*to)));
        }
    }
    set("s3Bucket", json!(request.bucket));
    set("s3Prefix", json!(request.prefix));
    set("s3SseAlgorithm", json!(request.encryption));
    set("s3SseKmsKeyId", json!(request.kms_key));
    set("manifestFilesS3Key", json!(files_key));
    set("billedSizeBytes", json!(export.bytes));
    set("itemCount", json!(export.items));
    set("outputFormat", json!("DYNAMODB_JSON"));
    if let Exported::Changes { view, .. } = &request.what {
        set("outputView", json!(view));
        set("exportType", json!("INCREMENTAL_EXPORT"));
    }
    Json::Object(summary)
}

/// The MD5 of a file, in base64.
#[must_use]
pub fn checksum(content: &[u8]) -> String {
    STANDARD.encode(Md5::digest(content))
}
