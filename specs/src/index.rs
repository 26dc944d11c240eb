//! The packed specs and their index.

use std::sync::OnceLock;

use asf_schema::{ProtocolKind, ServiceSchema};

/// What is known of a service without unpacking its spec.
#[derive(Debug)]
pub struct ServiceInfo {
    /// botocore's folder name, `sqs`.
    pub name: &'static str,
    /// `SQS`.
    pub service_id: &'static str,
    /// `Amazon Simple Queue Service`.
    pub full_name: &'static str,
    /// `2012-11-05`.
    pub api_version: &'static str,
    /// The main one first.
    pub protocols: &'static [ProtocolKind],
    /// How many there are.
    pub operations: u16,
    /// How many there are.
    pub shapes: u16,
    /// First label of its host names.
    pub endpoint_prefix: &'static str,
    /// Service name in the SigV4 credential scope.
    pub signing_name: &'static str,
    /// Prefix of `X-Amz-Target`; Smithy's service shape name in rpc-v2 paths.
    pub target_prefix: Option<&'static str>,
    /// Start and end in the blob.
    packed: (u32, u32),
    /// Bytes when unpacked.
    size: u32,
}

/// All services, sorted by name.
#[must_use]
pub fn services() -> &'static [ServiceInfo] {
    INDEX
}

/// The names of all services (botocore's folder names), sorted.
pub fn names() -> impl ExactSizeIterator<Item = &'static str> {
    INDEX.iter().map(|info| info.name)
}

/// What is known of a service without unpacking its spec.
#[must_use]
pub fn info(name: &str) -> Option<&'static ServiceInfo> {
    INDEX.get(position(name)?)
}

/// The model of a service; unpacked and parsed when it is first asked for (in a release build 26 ms
/// for ec2, the largest, 0.6 ms for the median, 0.4 s and 55 MB for all), then kept.
#[must_use]
pub fn service(name: &str) -> Option<&'static ServiceSchema> {
    let at = position(name)?;
    // A packed spec that does not load would be a fault of the build; a test loads them all.
    *LOADED.get(at)?.get_or_init(|| asf_schema::load_service(INDEX.get(at)?.name, &json(name)?).ok())
}

/// The spec of a service with our patch applied, as JSON text without spaces.
#[must_use]
pub fn json(name: &str) -> Option<Vec<u8>> {
    let info = info(name)?;
    let packed = BLOB.get(info.packed.0 as usize..info.packed.1 as usize)?;
    miniz_oxide::inflate::decompress_to_vec_with_limit(packed, info.size as usize).ok()
}

fn position(name: &str) -> Option<usize> {
    INDEX.binary_search_by(|info| info.name.cmp(name)).ok()
}

static INDEX: &[ServiceInfo] = include!(concat!(env!("OUT_DIR"), "/index.rs"));
static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/specs.bin"));
/// Parallel to the index.
static LOADED: [OnceLock<Option<&'static ServiceSchema>>; INDEX.len()] =
    [const { OnceLock::new() }; INDEX.len()];
