//! Default encryption: AES256 unless the bucket says otherwise.

use asf_api_s3::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
};

use super::refusal::{of_schema, well_formed};
use crate::error::Fault;

/// What a bucket has that says nothing (S3 user guide, "Setting default server-side encryption behavior").
#[must_use]
pub fn default_configuration() -> ServerSideEncryptionConfiguration {
    let by_default = ServerSideEncryptionByDefault {
        sse_algorithm: Some(ServerSideEncryption::Aes256),
        kms_master_key_id: None,
    };
    let rule = ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(by_default),
        bucket_key_enabled: Some(false),
        blocked_encryption_types: None,
    };
    ServerSideEncryptionConfiguration { rules: Some(vec![rule]) }
}

/// Checks an encryption configuration, and fills in what it leaves open.
///
/// # Errors
/// `MalformedXML`, `InvalidArgument` (test_s3_api::TestS3BucketEncryption::test_s3_default_bucket_encryption_exc)
pub fn check(
    mut configuration: ServerSideEncryptionConfiguration,
) -> Result<ServerSideEncryptionConfiguration, Fault> {
    of_schema(&configuration)?;
    let rules = configuration.rules.as_deref_mut().unwrap_or_default();
    well_formed(rules.len() == 1)?;
    for rule in rules {
        if let Some(by_default) = &rule.apply_server_side_encryption_by_default
            && by_default.kms_master_key_id.is_some()
            && !matches!(
                by_default.sse_algorithm,
                Some(ServerSideEncryption::AwsKms | ServerSideEncryption::AwsKmsDsse)
            )
        {
            return Err(Fault::new(
                "InvalidArgument", 400,
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
            )
            .with("ArgumentName", "ApplyServerSideEncryptionByDefault"));
        }
        rule.bucket_key_enabled.get_or_insert(false);
    }
    Ok(configuration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_rule_and_a_key_for_kms_only() {
        let rule = |algorithm: &str, key: Option<&str>| ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(ServerSideEncryptionByDefault {
                sse_algorithm: Some(algorithm.into()),
                kms_master_key_id: key.map(str::to_owned),
            }),
            ..Default::default()
        };
        let put = |rules| check(ServerSideEncryptionConfiguration { rules: Some(rules) });
        let code = |rules| put(rules).unwrap_err().to_string().split(':').next().unwrap().to_owned();
        assert_eq!(code(vec![]), "MalformedXML");
        assert_eq!(code(vec![rule("AES256", None), rule("AES256", None)]), "MalformedXML");
        assert_eq!(code(vec![rule("rot13", None)]), "MalformedXML");
        assert_eq!(code(vec![rule("AES256", Some("key"))]), "InvalidArgument");
        let kept = put(vec![rule("aws:kms", Some("key"))]).unwrap();
        assert_eq!(kept.rules.unwrap().first().unwrap().bucket_key_enabled, Some(false));
    }
}
