//! Encryption: nothing is encrypted, but what requests say of it is checked, kept and said again, and content that
//! was written with a client's key is given to who has the key only.

use asf_runtime::RequestContext;
use asf_runtime::body::ChecksumAlgorithm;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::Fault;
use crate::models::{Encryption, ObjectData};

const HEADER: &str = "x-amz-server-side-encryption";

/// A client's key, as a request has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct CustomerKey<'a> {
    /// `x-amz-server-side-encryption-customer-algorithm`
    pub algorithm: Option<&'a str>,
    /// base64 of the key.
    pub key: Option<&'a str>,
    /// base64 of its MD5.
    pub key_md5: Option<&'a str>,
}

/// What a request says of encryption.
#[derive(Clone, Copy, Debug, Default)]
pub struct EncryptionRequest<'a> {
    /// `x-amz-server-side-encryption`
    pub algorithm: Option<&'a str>,
    /// Id, alias or ARN of a key of KMS.
    pub kms_key: Option<&'a str>,
    /// `x-amz-server-side-encryption-context`
    pub context: Option<&'a str>,
    /// `x-amz-server-side-encryption-bucket-key-enabled`
    pub bucket_key: Option<bool>,
    /// The client's key.
    pub customer: CustomerKey<'a>,
}

impl CustomerKey<'_> {
    /// Whether a request has any of it.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.algorithm.is_some() || self.key.is_some() || self.key_md5.is_some()
    }

    /// base64 of the key's MD5, once it was checked.
    ///
    /// # Errors
    /// test_s3::TestS3SSECEncryption::test_put_object_validation_sse_c
    pub fn checked(&self) -> Result<String, Fault> {
        let invalid =
            |message: &'static str| Fault::new("InvalidArgument", 400, message).with("ArgumentName", HEADER);
        let algorithm = self.algorithm.ok_or_else(|| {
            invalid(
                "Requests specifying Server Side Encryption with Customer provided keys must provide a valid \
                 encryption algorithm.",
            )
        })?;
        let key = self.key.ok_or_else(|| {
            invalid(
                "Requests specifying Server Side Encryption with Customer provided keys must provide an \
                 appropriate secret key.",
            )
        })?;
        if algorithm != "AES256" {
            let message = "The Encryption request you specified is not valid. Supported value: AES256.";
            return Err(Fault::new("InvalidEncryptionAlgorithmError", 400, message)
                .with("ArgumentName", HEADER)
                .with("ArgumentValue", algorithm));
        }
        let wrong = || invalid("The secret key was invalid for the specified algorithm.");
        let md5 = self.key_md5.ok_or_else(wrong)?;
        let key = STANDARD.decode(key).ok().filter(|key| key.len() == 32).ok_or_else(wrong)?;
        if ChecksumAlgorithm::Md5.digest(&key).to_base64() != md5 {
            return Err(invalid(
                "The calculated MD5 hash of the key did not match the hash that was provided.",
            ));
        }
        Ok(md5.to_owned())
    }

    /// Whether it opens an object.
    ///
    /// # Errors
    /// `InvalidRequest`, `AccessDenied` (test_s3::TestS3SSECEncryption::test_sse_c_with_versioning)
    pub fn open(&self, object: &ObjectData) -> Result<(), Fault> {
        match &object.encryption {
            Encryption::Customer { .. } if !self.is_given() => Err(Fault::invalid_request(
                "The object was stored using a form of Server Side Encryption. The correct parameters must be \
                 provided to retrieve the object.",
            )),
            Encryption::Customer { key_md5 } if self.checked()? != *key_md5 => Err(Fault::new(
                "AccessDenied",
                403,
                "Requests specifying Server Side Encryption with Customer provided keys must provide the correct \
                 secret key.",
            )),
            Encryption::Customer { .. } => Ok(()),
            _ if self.is_given() => {
                self.checked()?;
                Err(Fault::invalid_request("The encryption parameters are not applicable to this object."))
            }
            _ => Ok(()),
        }
    }
}

impl EncryptionRequest<'_> {
    /// Whether the request says anything.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.algorithm.is_some() || self.customer.is_given()
    }

    /// How something is encrypted, by the request or else by the bucket.
    ///
    /// # Errors
    /// `InvalidArgument` and its like.
    pub fn resolve(&self, ctx: &RequestContext, default: &Encryption) -> Result<Encryption, Fault> {
        if self.customer.is_given() {
            if let Some(algorithm) = self.algorithm {
                let message = "Server Side Encryption with Customer provided key is incompatible with the \
                               encryption method specified";
                return Err(Fault::invalid_argument(message, HEADER, algorithm));
            }
            return Ok(Encryption::Customer { key_md5: self.customer.checked()? });
        }
        match self.algorithm {
            Some("aws:kms" | "aws:kms:dsse") => {}
            // From the API reference of PutObject: the key needs the algorithm.
            other if self.kms_key.is_some() => {
                let message = "Server Side Encryption with AWS KMS managed key requires HTTP header \
                               x-amz-server-side-encryption : aws:kms";
                return Err(Fault::invalid_argument(message, HEADER, other.unwrap_or_default()));
            }
            None => return Ok(of_bucket(ctx, default, self.bucket_key)),
            Some("AES256") => return Ok(Encryption::S3),
            Some(other) => {
                let message = "The encryption method specified is not supported";
                return Err(Fault::invalid_argument(message, HEADER, other));
            }
        }
        // The bucket's key is for who does not name another.
        let of_bucket = match default {
            Encryption::Kms { key, bucket_key, .. } => Some((key.as_deref(), *bucket_key)),
            _ => None,
        };
        let key = self.kms_key.or(of_bucket.and_then(|(key, _)| key));
        Ok(Encryption::Kms {
            algorithm: self.algorithm.unwrap_or_default().to_owned(),
            key: Some(key_arn(ctx, key)),
            context: self.context.map(str::to_owned),
            bucket_key: self.bucket_key.or(of_bucket.map(|(_, it)| it)).unwrap_or_default(),
        })
    }
}

/// What a bucket does to objects that say nothing.
fn of_bucket(ctx: &RequestContext, default: &Encryption, bucket_key: Option<bool>) -> Encryption {
    match default.clone() {
        Encryption::Kms { algorithm, key, context, bucket_key: of_bucket } => Encryption::Kms {
            algorithm,
            key: Some(key_arn(ctx, key.as_deref())),
            context,
            bucket_key: bucket_key.unwrap_or(of_bucket),
        },
        other => other,
    }
}

/// The ARN of a key. That which S3 makes for an account has an id that follows from account and region: as long as
/// KMS is not asked, nobody else has one.
fn key_arn(ctx: &RequestContext, key: Option<&str>) -> String {
    let arn = |resource: String| {
        format!("arn:{}:kms:{}:{}:{resource}", ctx.partition().name(), ctx.region, ctx.account_id)
    };
    match key {
        Some(key) if key.starts_with("arn:") => key.to_owned(),
        Some(alias) if alias.starts_with("alias/") => arn(alias.to_owned()),
        Some(id) => arn(format!("key/{id}")),
        None => {
            let text = format!("aws/s3 {} {}", ctx.account_id, ctx.region);
            let digits = ChecksumAlgorithm::Md5.digest(text.as_bytes()).to_hex();
            let part = |range| digits.get(range).unwrap_or_default();
            let (a, b, c, d, e) = (part(0..8), part(8..12), part(13..16), part(17..20), part(20..32));
            arn(format!("key/{a}-{b}-4{c}-a{d}-{e}"))
        }
    }
}

/// What an input says of the client's key.
macro_rules! customer_key {
    ($input:expr) => {
        crate::encryption::CustomerKey {
            algorithm: $input.sse_customer_algorithm.as_deref(),
            key: $input.sse_customer_key.as_deref(),
            key_md5: $input.sse_customer_key_md5.as_deref(),
        }
    };
}

/// What an input says of the key of the source of a copy.
macro_rules! source_key {
    ($input:expr) => {
        crate::encryption::CustomerKey {
            algorithm: $input.copy_source_sse_customer_algorithm.as_deref(),
            key: $input.copy_source_sse_customer_key.as_deref(),
            key_md5: $input.copy_source_sse_customer_key_md5.as_deref(),
        }
    };
}

/// What an input says of encryption.
macro_rules! encryption_request {
    ($input:expr) => {
        crate::encryption::EncryptionRequest {
            algorithm: $input.server_side_encryption.as_ref().map(|it| it.as_str()),
            kms_key: $input.ssekms_key_id.as_deref(),
            context: $input.ssekms_encryption_context.as_deref(),
            bucket_key: $input.bucket_key_enabled,
            customer: crate::encryption::customer_key!($input),
        }
    };
}

/// Puts into an output what it says of encryption.
macro_rules! put_encryption {
    ($output:expr, $encryption:expr) => {
        match $encryption {
            crate::models::Encryption::S3 => {
                $output.server_side_encryption = Some(asf_api_s3::ServerSideEncryption::Aes256);
            }
            crate::models::Encryption::Kms { algorithm, key, bucket_key, .. } => {
                $output.server_side_encryption = Some(algorithm.as_str().into());
                $output.ssekms_key_id = key.clone();
                $output.bucket_key_enabled = bucket_key.then_some(true);
            }
            crate::models::Encryption::Customer { key_md5 } => {
                $output.sse_customer_algorithm = Some("AES256".to_owned());
                $output.sse_customer_key_md5 = Some(key_md5.clone());
            }
        }
    };
}

pub(crate) use {customer_key, encryption_request, put_encryption, source_key};
