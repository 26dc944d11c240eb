//! Many at once: of writes with conditions one wins, and nothing comes into a bucket that is gone.

use std::sync::Arc;

use asf_api_s3::*;

use crate::{World, code};

async fn put_new(world: &World, body: String) -> Result<PutObjectOutput, S3Error> {
    let input = PutObjectRequest {
        bucket: Some("bucket".to_owned()),
        key: Some("k".to_owned()),
        body: Some(body.into()),
        if_none_match: Some("*".to_owned()),
        ..Default::default()
    };
    world.provider.put_object(&world.ctx("PutObject"), input).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_wins() {
    let world = Arc::new(World::new());
    world.bucket("bucket").await;
    for _ in 0..50 {
        let tasks: Vec<_> = (0..8)
            .map(|number| {
                let world = world.clone();
                tokio::spawn(async move { put_new(&world, number.to_string()).await.map(|_| number) })
            })
            .collect();
        let mut winners = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(number) => winners.push(number),
                error => assert_eq!(code(error), "PreconditionFailed"),
            }
        }
        assert_eq!(winners.len(), 1);
        assert_eq!(world.get("bucket", "k", None).await.unwrap(), winners[0].to_string());
        world.delete("bucket", "k", None).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_bucket_is_deleted_while_objects_come() {
    let world = Arc::new(World::new());
    for _ in 0..50 {
        world.bucket("bucket").await;
        let putting = {
            let world = world.clone();
            tokio::spawn(async move { world.try_put("bucket", "k", "x".into()).await.map(drop) })
        };
        let deleting = {
            let world = world.clone();
            tokio::spawn(async move {
                let input = DeleteBucketRequest { bucket: Some("bucket".to_owned()), ..Default::default() };
                world.provider.delete_bucket(&world.ctx("DeleteBucket"), input).await
            })
        };
        let (put, deleted) = (putting.await.unwrap(), deleting.await.unwrap());
        match (code(put).as_str(), code(deleted).as_str()) {
            // The object was there first.
            ("", "BucketNotEmpty") => {
                world.delete("bucket", "k", None).await.unwrap();
                let input = DeleteBucketRequest { bucket: Some("bucket".to_owned()), ..Default::default() };
                world.provider.delete_bucket(&world.ctx("DeleteBucket"), input).await.unwrap();
            }
            ("NoSuchBucket", "") => {}
            other => panic!("{other:?}"),
        }
        // Another of its name has nothing of it.
        world.bucket("bucket").await;
        assert_eq!(code(world.get("bucket", "k", None).await), "NoSuchKey");
        let input = DeleteBucketRequest { bucket: Some("bucket".to_owned()), ..Default::default() };
        world.provider.delete_bucket(&world.ctx("DeleteBucket"), input).await.unwrap();
    }
}

/// Of many that complete an upload, one does, and all are told of what it made: a request that is made again is
/// answered the same, for an hour.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_upload_is_completed_once() {
    let world = Arc::new(World::new());
    world.bucket("bucket").await;
    world.versioning("bucket", BucketVersioningStatus::Enabled).await;
    let (upload_id, part) = begun(&world).await;
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let (world, id, part) = (world.clone(), upload_id.clone(), part.clone());
            tokio::spawn(async move { complete(&world, &id, part).await })
        })
        .collect();
    let mut outputs = Vec::new();
    for task in tasks {
        outputs.push(task.await.unwrap().unwrap());
    }
    assert_eq!(world.get("bucket", "k", None).await.unwrap(), "part");
    let input = ListObjectVersionsRequest { bucket: Some("bucket".to_owned()), ..Default::default() };
    let versions =
        world.provider.list_object_versions(&world.ctx("ListObjectVersions"), input).await.unwrap();
    let versions = versions.versions.unwrap_or_default();
    assert_eq!(versions.len(), 1);
    for output in outputs {
        assert_eq!(output.version_id, versions[0].version_id);
        assert_eq!(output.e_tag, versions[0].e_tag);
        assert!(output.checksum_crc64nvme.is_some());
    }
    let other = CompletedPart { part_number: Some(2), ..part.clone() };
    assert_eq!(code(complete(&world, &upload_id, other).await), "NoSuchUpload");
    world.pass(3599);
    complete(&world, &upload_id, part.clone()).await.unwrap();
    world.pass(1);
    assert_eq!(code(complete(&world, &upload_id, part).await), "NoSuchUpload");
}

/// What is remembered of an upload goes with its bucket, and when the next ones are completed.
#[tokio::test]
async fn completions_are_forgotten() {
    let world = World::new();
    let kept = || world.provider.store().tables.completions.len();
    world.bucket("bucket").await;
    for _ in 0..3 {
        let (upload_id, part) = begun(&world).await;
        complete(&world, &upload_id, part).await.unwrap();
    }
    assert_eq!(kept(), 3);
    world.pass(3600);
    let (upload_id, part) = begun(&world).await;
    complete(&world, &upload_id, part).await.unwrap();
    assert_eq!(kept(), 1);
    world.delete("bucket", "k", None).await.unwrap();
    let input = DeleteBucketRequest { bucket: Some("bucket".to_owned()), ..Default::default() };
    world.provider.delete_bucket(&world.ctx("DeleteBucket"), input).await.unwrap();
    assert_eq!(kept(), 0);
}

/// An upload with one part.
async fn begun(world: &World) -> (String, CompletedPart) {
    let (bucket, key) = (Some("bucket".to_owned()), Some("k".to_owned()));
    let input =
        CreateMultipartUploadRequest { bucket: bucket.clone(), key: key.clone(), ..Default::default() };
    let ctx = world.ctx("CreateMultipartUpload");
    let upload_id = world.provider.create_multipart_upload(&ctx, input).await.unwrap().upload_id;
    let input = UploadPartRequest {
        bucket,
        key,
        upload_id: upload_id.clone(),
        part_number: Some(1),
        body: Some("part".into()),
        ..Default::default()
    };
    let e_tag = world.provider.upload_part(&world.ctx("UploadPart"), input).await.unwrap().e_tag;
    (upload_id.unwrap(), CompletedPart { part_number: Some(1), e_tag, ..Default::default() })
}

async fn complete(
    world: &World,
    upload_id: &str,
    part: CompletedPart,
) -> Result<CompleteMultipartUploadOutput, S3Error> {
    let input = CompleteMultipartUploadRequest {
        bucket: Some("bucket".to_owned()),
        key: Some("k".to_owned()),
        upload_id: Some(upload_id.to_owned()),
        multipart_upload: Some(CompletedMultipartUpload { parts: Some(vec![part]) }),
        ..Default::default()
    };
    world.provider.complete_multipart_upload(&world.ctx("CompleteMultipartUpload"), input).await
}
