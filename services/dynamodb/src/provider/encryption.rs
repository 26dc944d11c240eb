//! `SSESpecification`: which key a table is encrypted with.

use asf_api_dynamodb::{SseSpecification, SseType};
use md5::{Digest as _, Md5};

use crate::error::DynamoError;
use crate::store::Address;

/// What stands for AWS's own key for DynamoDB.
const OWN: &str = "alias/aws/dynamodb";

/// That the members go together (quirks: DDB-TABLE-442).
pub(super) fn check(given: &SseSpecification) -> Result<(), DynamoError> {
    let refuse = |reason: &str| Err(DynamoError::parameter(reason));
    match (given.enabled, &given.sse_type, &given.kms_master_key_id) {
        (Some(false), Some(_), _) => refuse("SSEType can not be specified if Enabled is false"),
        (Some(false), None, Some(_)) => refuse("KMSMasterKeyId can not be specified if Enabled is false"),
        (_, Some(SseType::Aes256), _) => refuse("SSEType AES256 is not supported"),
        (_, None, Some(_)) => refuse("SSEType KMS is required if KMSMasterKeyId is specified"),
        _ => Ok(()),
    }
}

/// The key that a table is encrypted with, if it is one of KMS: the given one, or AWS's own for DynamoDB, which is
/// the same for all tables of an account in a region
/// (test_dynamodb::TestDynamoDB::test_dynamodb_create_table_with_partial_sse_specification).
///
/// That `SSEType` alone enables it is (quirks: DDB-TABLE-044).
pub(super) fn key(address: &Address, given: &SseSpecification) -> Option<String> {
    if given.enabled != Some(true) && (given.enabled.is_some() || given.sse_type.is_none()) {
        return None;
    }
    Some(key_arn(address, given.kms_master_key_id.as_deref()))
}

/// The ARN of a key, which may be given by its id, its alias or its ARN, in the region of the address.
pub(super) fn key_arn(address: &Address, given: Option<&str>) -> String {
    let Address { account, region, .. } = address;
    let arn = |resource: &str| format!("arn:{}:kms:{region}:{account}:{resource}", region.partition());
    match given.filter(|key| *key != OWN) {
        Some(key) if key.starts_with("arn:") => key.to_owned(),
        Some(key) if key.starts_with("alias/") => arn(key),
        Some(key) => arn(&format!("key/{}", key.trim_start_matches("key/"))),
        None => arn(&format!("key/{}", own_id(&format!("{account} {region}")))),
    }
}

/// The id of AWS's own key of an account in a region: always the same.
fn own_id(of: &str) -> String {
    let digest: [u8; 16] = Md5::digest(format!("{OWN} {of}")).into();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
