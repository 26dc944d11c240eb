//! The blob of packed specs and the Rust source of its index.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Service;

/// Level 7 of 10: within 1 % of the smallest, in a third of the time.
const LEVEL: u8 = 7;

/// What is collected of the services; they are added in the order of their names.
#[derive(Default)]
pub(crate) struct Index {
    blob: Vec<u8>,
    rows: String,
}

impl Index {
    /// Adds a service.
    pub(crate) fn add(&mut self, service: &Service) -> Result<(), Box<dyn Error>> {
        let packed = miniz_oxide::deflate::compress_to_vec(&service.json, LEVEL);
        let start = self.blob.len();
        self.blob.extend_from_slice(&packed);
        row(&mut self.rows, service, start, self.blob.len())
    }

    /// Writes `specs.bin` and `index.rs`.
    pub(crate) fn write(&self, out: &Path) -> Result<(), Box<dyn Error>> {
        fs::write(out.join("specs.bin"), &self.blob)?;
        fs::write(out.join("index.rs"), format!("&[\n{}]\n", self.rows))?;
        Ok(())
    }
}

fn row(rows: &mut String, service: &Service, start: usize, end: usize) -> Result<(), Box<dyn Error>> {
    let metadata = &service.spec["metadata"];
    let text = |key: &str| metadata[key].as_str();
    let prefix = text("endpointPrefix").unwrap_or_default();
    let service_id = text("serviceId").or_else(|| text("serviceFullName")).unwrap_or_default();
    let count = |key: &str| service.spec[key].as_object().map_or(0, serde_json::Map::len);
    let listed = metadata["protocols"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut protocols: Vec<&str> = Vec::new();
    // The main protocol first, as in asf_schema's `Metadata`.
    for name in text("protocol").into_iter().chain(listed).map(variant) {
        let name = name.ok_or_else(|| format!("{}: unknown protocol", service.name))?;
        if !protocols.contains(&name) {
            protocols.push(name);
        }
    }
    writeln!(
        rows,
        "ServiceInfo {{ name: {:?}, service_id: {service_id:?}, full_name: {:?}, api_version: {:?}, \
         protocols: &[{}], operations: {}, shapes: {}, endpoint_prefix: {prefix:?}, signing_name: {:?}, \
         target_prefix: {:?}, packed: ({start}, {end}), size: {} }},",
        service.name,
        text("serviceFullName").unwrap_or(service_id),
        text("apiVersion").unwrap_or_default(),
        protocols.join(", "),
        count("operations"),
        count("shapes"),
        text("signingName").unwrap_or(prefix),
        text("targetPrefix"),
        service.json.len(),
    )?;
    Ok(())
}

/// The variant of `asf_schema::ProtocolKind`.
fn variant(protocol: &str) -> Option<&'static str> {
    Some(match protocol {
        "smithy-rpc-v2-cbor" => "ProtocolKind::RpcV2Cbor",
        "json" => "ProtocolKind::Json",
        "rest-json" => "ProtocolKind::RestJson",
        "rest-xml" => "ProtocolKind::RestXml",
        "query" => "ProtocolKind::Query",
        "ec2" => "ProtocolKind::Ec2",
        _ => return None,
    })
}

/// Writes `patches.rs`: name and text of every patch, for specs that are loaded at run time.
pub(crate) fn write_patches(specs: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(specs.join("patches"))? {
        let file = entry?.path();
        if file.extension().is_some_and(|it| it == "json") {
            names.extend(file.file_stem().map(|it| it.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    let mut rows = String::from("&[\n");
    for name in names {
        let file = specs.join("patches").join(format!("{name}.json"));
        writeln!(rows, "({name:?}, include_str!({file:?})),")?;
    }
    rows.push_str("]\n");
    fs::write(out.join("patches.rs"), rows)?;
    Ok(())
}
