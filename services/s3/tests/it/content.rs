//! Content: streamed, shared, given up.

use asf_api_s3::*;
use asf_runtime::Bytes;
use asf_runtime::body::ChecksumAlgorithm as Algorithm;
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

/// A large body is summed and written while it comes, several at the same time. What is said of it is of all of it, and
/// in its order, however it was cut.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_bodies_side_by_side() {
    let world = World::new();
    world.bucket("bucket").await;
    let (world, mib) = (&world, 1 << 20);
    let uploads = [1000, 8193, 65_537, mib - 1, mib, mib + 1, 2 * mib, 5 * mib + 17].into_iter().enumerate();
    let uploads = uploads.flat_map(|(number, length)| [(number, length, 5000), (number, length, 70_000)]);
    let uploads = uploads.map(|(number, length, piece)| async move {
        let whole: Vec<u8> = (0..length).map(|it| (it * 31 + (it >> 9) + number) as u8).collect();
        let pieces: Vec<_> = whole.chunks(piece).map(|it| Ok(Bytes::copy_from_slice(it))).collect();
        let key = format!("{number}/{piece}");
        let input = PutObjectRequest {
            bucket: Some("bucket".to_owned()),
            key: Some(key.clone()),
            body: Some(ByteStream::from_stream(stream::iter(pieces), None)),
            checksum_sha256: Some(Algorithm::Sha256.digest(&whole).to_base64()),
            ..Default::default()
        };
        let put = world.provider.put_object(&world.ctx("PutObject"), input).await.unwrap();
        let e_tag = format!("\"{}\"", Algorithm::Md5.digest(&whole).to_hex());
        assert_eq!(put.e_tag, Some(e_tag), "{key}");
        let input = GetObjectRequest {
            bucket: Some("bucket".to_owned()),
            key: Some(key.clone()),
            ..Default::default()
        };
        let got = world.provider.get_object(&world.ctx("GetObject"), input).await.unwrap();
        assert!(got.body.unwrap().collect(1 << 30).await.unwrap() == whole, "{key}");
    });
    futures_util::future::join_all(uploads).await;
}
