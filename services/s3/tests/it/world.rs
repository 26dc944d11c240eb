//! A provider under a clock that the test moves, and short words for what is asked of it.

use std::sync::Arc;
use std::time::Duration;

use asf_api_s3::*;
use asf_runtime::clock::ManualClock;
use asf_runtime::context::Environment;
use asf_runtime::ids::Ids;
use asf_runtime::plugin::Settings;
use asf_runtime::shape::ByteStream;
use asf_runtime::store::State;
use asf_runtime::{RequestContext, Timestamp};
use asf_s3::S3Provider;

pub(crate) struct World {
    pub(crate) provider: Arc<S3Provider>,
    pub(crate) state: State,
    clock: Arc<ManualClock>,
    environment: Environment,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::of(State::new())
    }

    /// A provider that finds a state as another has left it.
    pub(crate) fn of(state: State) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_780_000_000)));
        let settings = Settings::default().with_state(state.clone());
        Self {
            provider: Arc::new(S3Provider::new(&settings)),
            state,
            environment: Environment { clock: clock.clone(), ids: Arc::new(Ids::seeded(1)) },
            clock,
        }
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn ctx(&self, operation: &str) -> RequestContext {
        RequestContext::new(SERVICE.operation(operation).unwrap(), self.environment.clone())
    }

    pub(crate) async fn bucket(&self, name: &str) {
        let input = CreateBucketRequest { bucket: Some(name.to_owned()), ..Default::default() };
        self.provider.create_bucket(&self.ctx("CreateBucket"), input).await.unwrap();
    }

    pub(crate) async fn versioning(&self, bucket: &str, status: BucketVersioningStatus) {
        let input = PutBucketVersioningRequest {
            bucket: Some(bucket.to_owned()),
            versioning_configuration: Some(VersioningConfiguration {
                status: Some(status),
                ..Default::default()
            }),
            ..Default::default()
        };
        self.provider.put_bucket_versioning(&self.ctx("PutBucketVersioning"), input).await.unwrap();
    }

    pub(crate) async fn put(&self, bucket: &str, key: &str, body: &'static str) -> Option<String> {
        self.try_put(bucket, key, body.into()).await.unwrap().version_id
    }

    pub(crate) async fn try_put(
        &self,
        bucket: &str,
        key: &str,
        body: ByteStream,
    ) -> Result<PutObjectOutput, S3Error> {
        let input = PutObjectRequest {
            bucket: Some(bucket.to_owned()),
            key: Some(key.to_owned()),
            body: Some(body),
            ..Default::default()
        };
        self.provider.put_object(&self.ctx("PutObject"), input).await
    }

    pub(crate) async fn get(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<String, S3Error> {
        let input = GetObjectRequest {
            bucket: Some(bucket.to_owned()),
            key: Some(key.to_owned()),
            version_id: version.map(str::to_owned),
            ..Default::default()
        };
        let output = self.provider.get_object(&self.ctx("GetObject"), input).await?;
        let body = output.body.unwrap().collect(1 << 30).await.unwrap();
        Ok(String::from_utf8(body.to_vec()).unwrap())
    }

    pub(crate) async fn delete(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<DeleteObjectOutput, S3Error> {
        let input = DeleteObjectRequest {
            bucket: Some(bucket.to_owned()),
            key: Some(key.to_owned()),
            version_id: version.map(str::to_owned),
            ..Default::default()
        };
        self.provider.delete_object(&self.ctx("DeleteObject"), input).await
    }

    /// Keys and common prefixes of a page of `ListObjectsV2`.
    pub(crate) async fn list(&self, input: ListObjectsV2Request) -> (Vec<String>, Option<String>) {
        let output = self.provider.list_objects_v2(&self.ctx("ListObjectsV2"), input).await.unwrap();
        let mut found: Vec<String> = output.contents.into_iter().flatten().filter_map(|it| it.key).collect();
        found.extend(output.common_prefixes.into_iter().flatten().filter_map(|it| it.prefix));
        found.sort_unstable();
        (found, output.next_continuation_token)
    }
}

/// The code of an error.
pub(crate) fn code<T>(result: Result<T, S3Error>) -> String {
    use asf_runtime::error::ServiceError;
    result.err().map(|it| it.code().to_owned()).unwrap_or_default()
}
