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

/// Of two that complete an upload, one does.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_upload_is_completed_once() {
    let world = Arc::new(World::new());
    world.bucket("bucket").await;
    world.versioning("bucket", BucketVersioningStatus::Enabled).await;
    let of = || (Some("bucket".to_owned()), Some("k".to_owned()));
    let (bucket, key) = of();
    let input = CreateMultipartUploadRequest { bucket, key, ..Default::default() };
    let ctx = world.ctx("CreateMultipartUpload");
    let upload_id = world.provider.create_multipart_upload(&ctx, input).await.unwrap().upload_id;
    let (bucket, key) = of();
    let input = UploadPartRequest {
        bucket,
        key,
        upload_id: upload_id.clone(),
        part_number: Some(1),
        body: Some("part".into()),
        ..Default::default()
    };
    let e_tag = world.provider.upload_part(&world.ctx("UploadPart"), input).await.unwrap().e_tag;
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let (world, (bucket, key)) = (world.clone(), of());
            let part = CompletedPart { part_number: Some(1), e_tag: e_tag.clone(), ..Default::default() };
            let input = CompleteMultipartUploadRequest {
                bucket,
                key,
                upload_id: upload_id.clone(),
                multipart_upload: Some(CompletedMultipartUpload { parts: Some(vec![part]) }),
                ..Default::default()
            };
            tokio::spawn(async move {
                world.provider.complete_multipart_upload(&world.ctx("CompleteMultipartUpload"), input).await
            })
        })
        .collect();
    let mut codes = Vec::new();
    for task in tasks {
        codes.push(code(task.await.unwrap()));
    }
    codes.sort_unstable();
    assert_eq!(codes, ["", "NoSuchUpload", "NoSuchUpload", "NoSuchUpload"]);
    assert_eq!(world.get("bucket", "k", None).await.unwrap(), "part");
}
