//! Listings, compared with what a simple walk over all keys finds.

use std::collections::{BTreeMap, BTreeSet};

use asf_api_s3::*;
use asf_runtime::ids::Ids;

use crate::World;

/// Keys of few letters, so that many have a prefix in common.
fn key(ids: &Ids) -> String {
    let length = 1 + ids.below(6) as usize;
    ids.text(length, b"ab/")
}

/// What a page after a key has, by a walk over all keys.
fn expected(keys: &BTreeSet<String>, prefix: &str, delimiter: Option<&str>, after: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    let shown = |key: &str| {
        let rest = key.strip_prefix(prefix)?;
        let Some(at) = delimiter.and_then(|it| rest.find(it)) else { return Some(key.to_owned()) };
        Some(key[..prefix.len() + at + 1].to_owned())
    };
    let skipped = shown(after);
    for key in keys.iter().filter(|key| key.as_str() > after) {
        // What the key of before was shown as is not shown again.
        found.extend(shown(key).filter(|it| Some(it) != skipped.as_ref() || it == key));
    }
    found.into_iter().collect()
}

#[tokio::test]
async fn pages_are_those_of_a_walk_over_all_keys() {
    let (world, ids) = (World::new(), Ids::seeded(7));
    world.bucket("bucket").await;
    world.versioning("bucket", BucketVersioningStatus::Enabled).await;
    let mut keys = BTreeSet::new();
    for _ in 0..300 {
        let key = key(&ids);
        // Many versions of some keys, and some that are deleted: neither is listed.
        for _ in 0..ids.below(12) {
            world.put("bucket", &key, "older").await;
        }
        if ids.below(4) == 0 {
            world.delete("bucket", &key, None).await.unwrap();
            keys.remove(&key);
        } else {
            world.put("bucket", &key, "newest").await;
            keys.insert(key);
        }
    }
    for _ in 0..300 {
        let prefix = ids.text(ids.below(3) as usize, b"ab/");
        let delimiter = (ids.below(2) == 0).then(|| "/".to_owned());
        let after = if ids.below(2) == 0 { key(&ids) } else { String::new() };
        let max = 1 + ids.below(7) as i32;
        let mut input = ListObjectsV2Request {
            bucket: Some("bucket".to_owned()),
            prefix: Some(prefix.clone()),
            delimiter: delimiter.clone(),
            start_after: Some(after.clone()),
            max_keys: Some(max),
            ..Default::default()
        };
        let mut found = Vec::new();
        loop {
            let (page, token) = world.list(input.clone()).await;
            assert!(page.len() <= max as usize);
            found.extend(page);
            let Some(token) = token else { break };
            input.continuation_token = Some(token);
        }
        let expected = expected(&keys, &prefix, delimiter.as_deref(), &after);
        assert_eq!(found, expected, "{prefix:?} {delimiter:?} after {after:?}");
    }
}

#[tokio::test]
async fn versions_come_once_the_newest_first() {
    let (world, ids) = (World::new(), Ids::seeded(8));
    world.bucket("bucket").await;
    world.versioning("bucket", BucketVersioningStatus::Enabled).await;
    let mut written: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for _ in 0..200 {
        let key = ids.text(2, b"abc/");
        let id = match ids.below(5) {
            0 => world.delete("bucket", &key, None).await.unwrap().version_id,
            _ => world.put("bucket", &key, "x").await,
        };
        written.entry(key).or_default().insert(0, id.unwrap());
    }
    let expected: Vec<_> =
        written.iter().flat_map(|(key, ids)| ids.iter().map(|id| (key.clone(), id.clone()))).collect();
    for max in [1, 3, 7, 1000] {
        let mut input = ListObjectVersionsRequest {
            bucket: Some("bucket".to_owned()),
            max_keys: Some(max),
            ..Default::default()
        };
        let mut found = Vec::new();
        loop {
            let ctx = world.ctx("ListObjectVersions");
            let page = world.provider.list_object_versions(&ctx, input.clone()).await.unwrap();
            let versions =
                page.versions.into_iter().flatten().map(|it| (it.key, it.version_id, it.is_latest));
            let markers =
                page.delete_markers.into_iter().flatten().map(|it| (it.key, it.version_id, it.is_latest));
            let mut entries: Vec<_> = versions.chain(markers).collect();
            // The document has versions and markers apart.
            entries.sort_by_key(|(key, id, _)| {
                let place = (key.clone().unwrap(), id.clone().unwrap());
                expected.iter().position(|it| *it == place)
            });
            for (key, id, is_latest) in entries {
                let (key, id) = (key.unwrap(), id.unwrap());
                assert_eq!(is_latest, Some(written[&key].first() == Some(&id)), "{key} {id}");
                found.push((key, id));
            }
            if page.is_truncated != Some(true) {
                break;
            }
            (input.key_marker, input.version_id_marker) = (page.next_key_marker, page.next_version_id_marker);
        }
        assert_eq!(found, expected, "pages of {max}");
    }
}

/// Folders of more keys than a page has, each of which is one entry.
#[tokio::test]
async fn large_buckets() {
    let world = World::new();
    world.bucket("bucket").await;
    let key = |folder: u32, number: u32| format!("{folder:03}/{number:03}");
    for folder in 0..60 {
        for number in 0..50 {
            world.put("bucket", &key(folder, number), "").await;
        }
    }
    let of = |prefix: &str, delimiter: Option<&str>| ListObjectsV2Request {
        bucket: Some("bucket".to_owned()),
        prefix: Some(prefix.to_owned()),
        delimiter: delimiter.map(str::to_owned),
        ..Default::default()
    };
    let (folders, token) = world.list(of("", Some("/"))).await;
    assert_eq!((folders.len(), token), (60, None));
    let (keys, _) = world.list(of("050/", None)).await;
    assert_eq!(keys.first().map(String::as_str), Some("050/000"));
    assert_eq!(keys.len(), 50);
}
