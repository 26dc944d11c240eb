//! Versions: their order, whatever the clock does, and what suspended buckets keep.

use asf_api_s3::*;

use crate::{World, code};

#[tokio::test]
async fn the_newest_is_the_last_that_was_written() {
    let world = World::new();
    world.bucket("bucket").await;
    world.versioning("bucket", BucketVersioningStatus::Enabled).await;
    // The clock stands still.
    let ids = [
        world.put("bucket", "k", "1").await.unwrap(),
        world.put("bucket", "k", "2").await.unwrap(),
        world.put("bucket", "k", "3").await.unwrap(),
    ];
    assert_eq!(world.get("bucket", "k", None).await.unwrap(), "3");
    for (id, body) in ids.iter().zip(["1", "2", "3"]) {
        assert_eq!(world.get("bucket", "k", Some(id)).await.unwrap(), body);
    }
    // A process that begins with an earlier clock than that which wrote them.
    world.pass(1_000_000);
    world.put("bucket", "k", "4").await;
    let world = World::of(world.state.clone());
    world.put("bucket", "k", "5").await;
    assert_eq!(world.get("bucket", "k", None).await.unwrap(), "5");
}

#[tokio::test]
async fn deleting_the_newest_brings_back_the_one_before() {
    let world = World::new();
    world.bucket("bucket").await;
    world.put("bucket", "k", "null").await;
    world.versioning("bucket", BucketVersioningStatus::Enabled).await;
    let first = world.put("bucket", "k", "1").await.unwrap();
    let marker = world.delete("bucket", "k", None).await.unwrap().version_id.unwrap();
    assert_eq!(code(world.get("bucket", "k", None).await), "NoSuchKey");
    assert_eq!(code(world.get("bucket", "k", Some(&marker)).await), "MethodNotAllowed");
    assert_eq!(world.delete("bucket", "k", Some(&marker)).await.unwrap().delete_marker, Some(true));
    assert_eq!(world.get("bucket", "k", None).await.unwrap(), "1");
    assert_eq!(world.delete("bucket", "k", Some(&first)).await.unwrap().delete_marker, None);
    assert_eq!(world.get("bucket", "k", None).await.unwrap(), "null");
    // One that is gone is gone again, as one that never was.
    assert_eq!(code(world.delete("bucket", "k", Some(&first)).await), "");
    assert_eq!(code(world.get("bucket", "k", Some(&first)).await), "NoSuchVersion");
}

/// test_s3_api::TestS3ObjectCRUD::test_put_object_on_suspended_bucket
#[tokio::test]
async fn a_suspended_bucket_has_one_version_null() {
    let world = World::new();
    world.bucket("bucket").await;
    world.versioning("bucket", BucketVersioningStatus::Enabled).await;
    let kept = world.put("bucket", "k", "kept").await.unwrap();
    world.versioning("bucket", BucketVersioningStatus::Suspended).await;
    for body in ["a", "b"] {
        assert_eq!(world.put("bucket", "k", body).await, None);
    }
    world.versioning("bucket", BucketVersioningStatus::Enabled).await;
    world.put("bucket", "k", "newest").await.unwrap();
    assert_eq!(world.get("bucket", "k", Some("null")).await.unwrap(), "b");
    world.versioning("bucket", BucketVersioningStatus::Suspended).await;
    // It replaces that which is behind another.
    world.put("bucket", "k", "c").await;
    assert_eq!(world.get("bucket", "k", Some("null")).await.unwrap(), "c");
    let deleted = world.delete("bucket", "k", None).await.unwrap();
    assert_eq!((deleted.delete_marker, deleted.version_id.as_deref()), (Some(true), Some("null")));
    assert_eq!(code(world.get("bucket", "k", Some("null")).await), "MethodNotAllowed");
    assert_eq!(world.get("bucket", "k", Some(&kept)).await.unwrap(), "kept");
}
