//! Content: streamed, shared, given up.

use asf_api_s3::*;
use asf_runtime::Bytes;
use asf_runtime::shape::{ByteStream, StreamError};
use asf_runtime::store::State;
use futures_util::stream;

use crate::{World, code};

fn pieces(count: usize, end: Option<StreamError>) -> ByteStream {
    let pieces = (0..count).map(|_| Ok(Bytes::from_static(&[b'a'; 64 << 10])));
    ByteStream::from_stream(stream::iter(pieces.chain(end.map(Err))), None)
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_what_was_there() {
    let world = World::new();
    world.bucket("bucket").await;
    world.put("bucket", "k", "before").await;
    let broken = StreamError::Malformed("cut off".to_owned());
    assert_eq!(code(world.try_put("bucket", "k", pieces(10, Some(broken))).await), "IncompleteBody");
    assert_eq!(world.get("bucket", "k", None).await.unwrap(), "before");
    world.try_put("bucket", "k", pieces(10, None)).await.unwrap();
    assert_eq!(world.get("bucket", "k", None).await.unwrap().len(), 640 << 10);
}

/// What is read goes on being read, whatever becomes of the object.
#[tokio::test]
async fn a_read_that_is_under_way_when_the_object_is_deleted() {
    let world = World::new();
    world.bucket("bucket").await;
    world.try_put("bucket", "k", pieces(10, None)).await.unwrap();
    let input = GetObjectRequest {
        bucket: Some("bucket".to_owned()),
        key: Some("k".to_owned()),
        ..Default::default()
    };
    let body = world.provider.get_object(&world.ctx("GetObject"), input).await.unwrap().body.unwrap();
    world.delete("bucket", "k", None).await.unwrap();
    assert_eq!(code(world.get("bucket", "k", None).await), "NoSuchKey");
    assert_eq!(body.collect(1 << 30).await.unwrap().len(), 640 << 10);
}

#[tokio::test]
async fn another_provider_over_the_same_state() {
    let state = State::new();
    let world = World::of(state.clone());
    world.bucket("bucket").await;
    world.put("bucket", "small", "small").await;
    world.try_put("bucket", "large", pieces(10, None)).await.unwrap();
    drop(world);
    let world = World::of(state);
    assert_eq!(world.get("bucket", "small", None).await.unwrap(), "small");
    assert_eq!(world.get("bucket", "large", None).await.unwrap().len(), 640 << 10);
}

/// A call within the process is not looked at before it comes here.
#[tokio::test]
async fn checksums_of_calls_within_the_process() {
    let world = World::new();
    world.bucket("bucket").await;
    let input = PutObjectRequest {
        bucket: Some("bucket".to_owned()),
        key: Some("k".to_owned()),
        body: Some("hello".into()),
        checksum_crc32: Some("AAAAAA==".to_owned()),
        ..Default::default()
    };
    let put = world.provider.put_object(&world.ctx("PutObject"), input).await;
    assert_eq!(code(put), "BadDigest");
    assert_eq!(code(world.get("bucket", "k", None).await), "NoSuchKey");
}
