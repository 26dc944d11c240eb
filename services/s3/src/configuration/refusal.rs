//! What requests about configurations are refused with, besides what [`Fault`] has.

use asf_runtime::Structure;
use asf_runtime::validation::{Style, validate};

use crate::error::Fault;

/// What the bucket's state does not allow
/// (test_s3_api::TestS3ObjectLock::test_disable_versioning_on_locked_bucket).
pub(crate) fn invalid_bucket_state(message: &'static str) -> Fault {
    Fault::new("InvalidBucketState", 409, message)
}

/// A configuration that the bucket does not have.
pub(crate) fn not_found(code: &'static str, message: &'static str, bucket: &str) -> Fault {
    Fault::new(code, 404, message).with("BucketName", bucket)
}

/// What the model asks for (required members, values of enums) holds in a document.
///
/// # Errors
/// `MalformedXML`
pub(crate) fn of_schema<T: Structure>(document: &T) -> Result<(), Fault> {
    validate(T::schema_of(), document, Style::CORAL).map_err(|_| Fault::malformed_xml())
}

/// The document of a request, which has to be there and of the schema.
///
/// # Errors
/// `MalformedXML`
pub(crate) fn document<T: Structure>(document: Option<T>) -> Result<T, Fault> {
    let document = document.ok_or_else(Fault::malformed_xml)?;
    of_schema(&document)?;
    Ok(document)
}

/// Holds, or the document is malformed.
pub(crate) fn well_formed(holds: bool) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::malformed_xml()) }
}
