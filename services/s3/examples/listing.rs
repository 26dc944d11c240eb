//! What pages of listings cost in buckets of different sizes: `cargo run --release -p asf-s3 --example listing`.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement for people")]

use std::sync::Arc;
use std::time::Instant;

use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::store::{Blob, InPartition, State};
use asf_s3::listing::Query;
use asf_s3::models::{BucketKey, Encryption, Headers, ObjectData, ObjectVersion, VersionKey};
use asf_s3::store::Store;

fn main() {
    for keys in [1_000_u32, 30_000, 1_000_000] {
        let store = Store::open(&State::new());
        let bucket = BucketKey::new(Region::default().partition(), "bucket");
        let version = Arc::new(version());
        store.tables.objects.write_in(&bucket, |objects| {
            for number in 0..keys {
                let key = format!("{:03}/{:02}/{number:07}", number % 1000, number % 100).into();
                let at = VersionKey { key, order: 1 };
                objects.insert(InPartition::new(bucket.clone(), at), version.clone());
            }
        });
        let measure = |what: &str, query: Query<'_>, after: Option<&str>| {
            let start = Instant::now();
            let mut entries = 0;
            for _ in 0..20 {
                let page = store.list_objects(&bucket, query, after);
                entries = page.entries.len() + page.prefixes.len();
            }
            println!("{keys:>8} keys: {what}: {entries} entries in {:?}", start.elapsed() / 20);
        };
        let all = Query { prefix: "", delimiter: None, max: 1000 };
        measure("the first page", all, None);
        measure("a page from the middle", all, Some("500/"));
        measure("common prefixes", Query { delimiter: Some("/"), ..all }, None);
        measure("under a prefix", Query { prefix: "777/", max: 1000, delimiter: Some("/") }, None);
    }
}

fn version() -> ObjectVersion {
    let data = ObjectData {
        size: 0,
        e_tag: "d41d8cd98f00b204e9800998ecf8427e".to_owned(),
        content: Blob::default(),
        headers: Headers::default(),
        metadata: indexmap::IndexMap::new(),
        storage_class: "STANDARD".to_owned(),
        checksum: None,
        parts: Vec::new(),
        encryption: Encryption::S3,
        tags: indexmap::IndexMap::new(),
        acl: None,
        retention: None,
        legal_hold: None,
        restored_until: None,
    };
    let data = Some(Box::new(data));
    ObjectVersion { id: None, modified: Timestamp::EPOCH, owner: AccountId::DEFAULT, data }
}
