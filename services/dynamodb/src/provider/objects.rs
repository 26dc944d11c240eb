//! The objects of exports and imports: S3, of whoever answers for it.

use asf_api_s3::{
    GetObjectRequest, ListObjectsV2Request, PutObjectRequest, S3Api as _, S3Client, S3Error,
    ServerSideEncryption,
};
use asf_runtime::client::InProcess;
use asf_runtime::error::ServiceError as _;
use asf_runtime::{AwsError, Bytes, RequestContext};

/// Bytes of an object that is read, at most.
const OBJECT_BYTES: usize = 1 << 30;

/// A bucket, as the caller of DynamoDB sees it.
pub(super) struct Bucket<'c> {
    ctx: &'c RequestContext,
    s3: S3Client<InProcess>,
    name: String,
    owner: Option<String>,
}

/// Code and message of a failure of S3's, as exports and imports have them. From memory: `S3NoSuchBucket`.
pub(super) fn failure(error: &S3Error) -> (String, String) {
    (format!("S3{}", error.code()), error.message().unwrap_or_default().to_owned())
}

impl<'c> Bucket<'c> {
    pub(super) fn new(ctx: &'c RequestContext, name: &str, owner: Option<&str>) -> Self {
        Self { ctx, s3: S3Client::new(ctx.connect()), name: name.to_owned(), owner: owner.map(str::to_owned) }
    }

    /// Puts an object; returns its `ETag`.
    ///
    /// # Errors
    ///
    /// S3's.
    pub(super) async fn put(
        &self,
        key: &str,
        content: Vec<u8>,
        encryption: (&str, Option<&str>),
    ) -> Result<Option<String>, S3Error> {
        let (algorithm, kms_key) = encryption;
        let input = PutObjectRequest {
            bucket: Some(self.name.clone()),
            key: Some(key.to_owned()),
            content_length: i64::try_from(content.len()).ok(),
            body: Some(content.into()),
            expected_bucket_owner: self.owner.clone(),
            server_side_encryption: Some(match algorithm {
                "KMS" => ServerSideEncryption::AwsKms,
                _ => ServerSideEncryption::Aes256,
            }),
            ssekms_key_id: kms_key.map(str::to_owned),
            ..PutObjectRequest::default()
        };
        Ok(self.s3.put_object(self.ctx, input).await?.e_tag)
    }

    /// The keys of all objects with a prefix.
    ///
    /// # Errors
    ///
    /// S3's.
    pub(super) async fn keys(&self, prefix: Option<&str>) -> Result<Vec<String>, S3Error> {
        let mut keys = Vec::new();
        let mut token = None;
        loop {
            let input = ListObjectsV2Request {
                bucket: Some(self.name.clone()),
                prefix: prefix.map(str::to_owned),
                continuation_token: token,
                expected_bucket_owner: self.owner.clone(),
                ..ListObjectsV2Request::default()
            };
            let page = self.s3.list_objects_v2(self.ctx, input).await?;
            keys.extend(page.contents.into_iter().flatten().filter_map(|object| object.key));
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(keys);
            }
        }
    }

    /// What an object holds.
    ///
    /// # Errors
    ///
    /// S3's, or that it is too large.
    pub(super) async fn get(&self, key: &str) -> Result<Bytes, S3Error> {
        let input = GetObjectRequest {
            bucket: Some(self.name.clone()),
            key: Some(key.to_owned()),
            expected_bucket_owner: self.owner.clone(),
            ..GetObjectRequest::default()
        };
        let body = self.s3.get_object(self.ctx, input).await?.body.unwrap_or_default();
        Ok(body.collect(OBJECT_BYTES).await.map_err(AwsError::from)?)
    }
}

/// Does what takes a while away from the threads that serve requests.
///
/// # Errors
///
/// If it panics.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AwsError> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => {
            runtime.spawn_blocking(work).await.map_err(|error| AwsError::internal(error.to_string()))
        }
        Err(_) => Ok(work()),
    }
}
