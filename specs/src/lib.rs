//! The models of every AWS service, as the `asf` binary carries them.
//!
//! `specs/<service>/<api-version>/service-2.json` are botocore's models without documentation (see
//! `NOTICE.md`); `specs/patches/<service>.json` are our corrections, each with its reason. The build
//! script applies the patches and packs all specs into the binary (about 3 MB). At run time nothing
//! is read until it is asked for: [`services`] is a static index, [`service`] unpacks, parses and
//! keeps one model.
//!
//! ```
//! let info = asf_specs::info("sqs").ok_or("no such service")?;
//! assert_eq!((info.service_id, info.operations), ("SQS", 23));
//! let sqs = asf_specs::service("sqs").ok_or("no such service")?;
//! assert_eq!(sqs.operation("SendMessage").map(|it| it.name()), Some("SendMessage"));
//! assert_eq!(asf_specs::regions::partition_of("cn-north-1").dns_suffix, "amazonaws.com.cn");
//! # Ok::<(), &'static str>(())
//! ```

mod index;
pub mod patch;
pub mod regions;
mod routes;

use asf_schema::{LoadError, ServiceSchema};
use serde_json::Value;

pub use index::{ServiceInfo, info, json, names, service, services};
pub use patch::PatchError;
pub use routes::router;

/// Why a spec cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// The text is not JSON.
    #[error("the spec of {service} is not JSON: {error}")]
    Json {
        /// The service.
        service: String,
        /// Where and why.
        error: serde_json::Error,
    },
    /// Our patch of the service does not fit the spec.
    #[error("the patch of {service} does not fit its spec: {error}")]
    Patch {
        /// The service.
        service: String,
        /// Which operation, and why.
        error: PatchError,
    },
    /// It is no service model.
    #[error("the spec of {service}: {error}")]
    Load {
        /// The service.
        service: String,
        /// Where and why.
        error: LoadError,
    },
}

/// Loads a spec by the name of its service (botocore's folder name), with our patch of that service
/// applied: what [`service`] does with the specs it carries, for a `service-2.json` from elsewhere.
///
/// # Errors
/// When the text is no service model, or the patch does not fit.
pub fn load_spec(name: &str, json: &[u8]) -> Result<&'static ServiceSchema, SpecError> {
    let spec = patched(name, json)?;
    asf_schema::load_service_value(name, &spec)
        .map_err(|error| SpecError::Load { service: name.to_owned(), error })
}

/// Parses a spec and applies our patch of the service, if there is one; see [`load_spec`].
///
/// # Errors
/// When the text is not JSON, or the patch does not fit.
pub fn patched(name: &str, json: &[u8]) -> Result<Value, SpecError> {
    let mut spec: Value =
        serde_json::from_slice(json).map_err(|error| SpecError::Json { service: name.to_owned(), error })?;
    if let Some(text) = patch_text(name) {
        let patch: Value = serde_json::from_str(text)
            .map_err(|error| SpecError::Json { service: format!("{name} (patch)"), error })?;
        patch::apply(&mut spec, &patch)
            .map_err(|error| SpecError::Patch { service: name.to_owned(), error })?;
    }
    Ok(spec)
}

/// The text of our patch of a service, `specs/patches/<service>.json`.
#[must_use]
pub fn patch_text(name: &str) -> Option<&'static str> {
    let found = PATCHES.binary_search_by(|(service, _)| (*service).cmp(name)).ok()?;
    PATCHES.get(found).map(|(_, text)| *text)
}

/// The services that have a patch.
pub fn patched_names() -> impl ExactSizeIterator<Item = &'static str> {
    PATCHES.iter().map(|(name, _)| *name)
}

/// Sorted by name.
static PATCHES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/patches.rs"));
