//! Object lock, as time passes.

use asf_api_s3::*;
use asf_runtime::Timestamp;

use crate::{World, code};

const NOW: i64 = 1_780_000_000;

impl World {
    async fn lockable_bucket(&self) {
        let input = CreateBucketRequest {
            bucket: Some("bucket".to_owned()),
            object_lock_enabled_for_bucket: Some(true),
            ..Default::default()
        };
        self.provider.create_bucket(&self.ctx("CreateBucket"), input).await.unwrap();
    }

    async fn put_locked(&self, mode: ObjectLockMode, seconds: i64) -> String {
        let input = PutObjectRequest {
            bucket: Some("bucket".to_owned()),
            key: Some("k".to_owned()),
            object_lock_mode: Some(mode),
            object_lock_retain_until_date: Some(Timestamp::from_seconds(NOW + seconds)),
            ..Default::default()
        };
        self.provider.put_object(&self.ctx("PutObject"), input).await.unwrap().version_id.unwrap()
    }

    async fn retain(
        &self,
        mode: ObjectLockRetentionMode,
        seconds: i64,
        bypass: bool,
    ) -> Result<PutObjectRetentionOutput, S3Error> {
        let input = PutObjectRetentionRequest {
            bucket: Some("bucket".to_owned()),
            key: Some("k".to_owned()),
            retention: Some(ObjectLockRetention {
                mode: Some(mode),
                retain_until_date: Some(Timestamp::from_seconds(NOW + seconds)),
            }),
            bypass_governance_retention: Some(bypass),
            ..Default::default()
        };
        self.provider.put_object_retention(&self.ctx("PutObjectRetention"), input).await
    }

    async fn delete_bypassing(&self, version: &str) -> Result<DeleteObjectOutput, S3Error> {
        let input = DeleteObjectRequest {
            bucket: Some("bucket".to_owned()),
            key: Some("k".to_owned()),
            version_id: Some(version.to_owned()),
            bypass_governance_retention: Some(true),
            ..Default::default()
        };
        self.provider.delete_object(&self.ctx("DeleteObject"), input).await
    }
}

/// test_s3::TestS3ObjectLockRetention::test_s3_object_retention_compliance_mode
#[tokio::test]
async fn compliance_holds_against_everybody_until_it_ends() {
    let world = World::new();
    world.lockable_bucket().await;
    let version = world.put_locked(ObjectLockMode::Compliance, 100).await;
    assert_eq!(code(world.delete_bypassing(&version).await), "AccessDenied");
    let (compliance, governance) = (ObjectLockRetentionMode::Compliance, ObjectLockRetentionMode::Governance);
    assert_eq!(code(world.retain(compliance.clone(), 50, true).await), "AccessDenied");
    assert_eq!(code(world.retain(governance, 200, true).await), "AccessDenied");
    assert_eq!(code(world.retain(compliance, 200, false).await), "");
    world.pass(150);
    assert_eq!(code(world.delete_bypassing(&version).await), "AccessDenied");
    world.pass(51);
    assert_eq!(code(world.delete("bucket", "k", Some(&version)).await), "");
}

/// test_s3::TestS3ObjectLockRetention::test_s3_object_retention, ::test_object_lock_extend_duration
#[tokio::test]
async fn governance_gives_way_to_who_may() {
    let world = World::new();
    world.lockable_bucket().await;
    let version = world.put_locked(ObjectLockMode::Governance, 100).await;
    assert_eq!(code(world.delete("bucket", "k", Some(&version)).await), "AccessDenied");
    let governance = ObjectLockRetentionMode::Governance;
    assert_eq!(code(world.retain(governance.clone(), 50, false).await), "AccessDenied");
    assert_eq!(code(world.retain(governance, 50, true).await), "");
    assert_eq!(code(world.delete_bypassing(&version).await), "");
}
