//! Listings: pages of the keys of a bucket, with keys that have a delimiter in common put together.
//!
//! A page costs what it shows: what lies under a common prefix, and the older versions of a key, are jumped over.

use std::ops::Bound;
use std::sync::Arc;

use asf_runtime::store::{InPartition, NoIndexes, OrderedTree, Record};

use crate::models::{BucketKey, ObjectVersion, UploadKey, VersionKey};
use crate::objects::Found;
use crate::store::Store;

/// What is listed.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// What keys begin with.
    pub prefix: &'a str,
    /// What keys are put together by, after the prefix.
    pub delimiter: Option<&'a str>,
    /// How many entries a page has.
    pub max: usize,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What has a place of its own.
    pub entries: Vec<T>,
    /// What keys that were put together begin with, delimiter included.
    pub prefixes: Vec<String>,
    /// The key or prefix that came last.
    pub last: Option<String>,
    /// Whether a prefix came last.
    pub ends_with_prefix: bool,
    /// Whether there is more.
    pub is_truncated: bool,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            prefixes: Vec::new(),
            last: None,
            ends_with_prefix: false,
            is_truncated: false,
        }
    }
}

impl<T> Page<T> {
    fn len(&self) -> usize {
        self.entries.len() + self.prefixes.len()
    }
}

/// A version that is listed.
#[derive(Clone, Debug)]
pub struct Listed {
    /// It.
    pub found: Found,
    /// Whether it is the newest of its key.
    pub is_latest: bool,
}

impl Query<'_> {
    /// The common prefix of a key, if it has the delimiter after the prefix.
    fn common<'k>(&self, key: &'k str) -> Option<&'k str> {
        let delimiter = self.delimiter.filter(|it| !it.is_empty())?;
        let rest = key.strip_prefix(self.prefix)?;
        let end = self.prefix.len() + rest.find(delimiter)? + delimiter.len();
        key.get(..end)
    }

    /// Where a page begins that comes after a key: `None`, if nothing does. What is put together with the key has
    /// been shown.
    fn after(&self, marker: &str) -> Option<After> {
        if marker < self.prefix {
            return Some(After::From(self.prefix.to_owned()));
        }
        match self.common(marker) {
            Some(common) => successor(common).map(After::From),
            None => Some(After::Key(marker.to_owned())),
        }
    }
}

/// Where a page begins.
enum After {
    /// With the first key that is not before this.
    From(String),
    /// After all of this key.
    Key(String),
}

/// The first text that is after all that begin with this; `None` if there is none.
fn successor(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            // Surrogates are no characters.
            '\u{d7ff}' => Some('\u{e000}'),
            other => char::from_u32(u32::from(other) + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

impl Store {
    /// The objects of a bucket, after a key.
    #[must_use]
    pub fn list_objects(&self, bucket: &BucketKey, query: Query<'_>, after: Option<&str>) -> Page<Found> {
        let mut page = Page::default();
        let start =
            match after.map_or_else(|| Some(After::From(query.prefix.to_owned())), |it| query.after(it)) {
                Some(After::From(key)) => Bound::Included(first_of(&key)),
                Some(After::Key(key)) => Bound::Excluded(last_of(&key.into())),
                None => return page,
            };
        if query.max == 0 {
            return page;
        }
        self.tables.objects.read_in(bucket, |versions| {
            walk_objects(versions, bucket, query, start, &mut page);
        });
        page
    }

    /// The versions of a bucket's objects, after a version of a key, or after all of the key's.
    #[must_use]
    pub fn list_versions(
        &self,
        bucket: &BucketKey,
        query: Query<'_>,
        after: Option<(&str, Option<u64>)>,
    ) -> Page<Listed> {
        let mut page = Page::default();
        let start = match after {
            None => Bound::Included(first_of(query.prefix)),
            Some((key, Some(order))) => Bound::Excluded(VersionKey { key: key.into(), order }),
            Some((key, None)) => match query.after(key) {
                Some(After::From(key)) => Bound::Included(first_of(&key)),
                Some(After::Key(key)) => Bound::Excluded(last_of(&key.into())),
                None => return page,
            },
        };
        if query.max == 0 {
            return page;
        }
        self.tables.objects.read_in(bucket, |versions| {
            let newest = |key: &Arc<str>| {
                versions.first_in(bucket, Bound::Included(&first_of(key))).map(|(at, _)| at.order)
            };
            walk(
                versions,
                bucket,
                query,
                start,
                |key: &VersionKey| &*key.key,
                first_of,
                &mut page,
                |at, version| {
                    let is_latest = newest(&at.key) == Some(at.order);
                    Listed { found: Found { at: at.clone(), version: version.clone() }, is_latest }
                },
            );
        });
        page
    }

    /// The uploads of a bucket that are under way, after an upload of a key, or after all of the key's.
    #[must_use]
    pub fn list_uploads(
        &self,
        bucket: &BucketKey,
        query: Query<'_>,
        after: Option<(&str, Option<&str>)>,
    ) -> Page<(UploadKey, Arc<crate::models::Upload>)> {
        let mut page = Page::default();
        let first = |key: &str| UploadKey { key: key.into(), id: "".into() };
        let last = |key: String| UploadKey { key: key.into(), id: "\u{10ffff}".into() };
        let start = match after {
            None => Bound::Included(first(query.prefix)),
            Some((key, Some(id))) => Bound::Excluded(UploadKey { key: key.into(), id: id.into() }),
            Some((key, None)) => match query.after(key) {
                Some(After::From(key)) => Bound::Included(first(&key)),
                Some(After::Key(key)) => Bound::Excluded(last(key)),
                None => return page,
            },
        };
        if query.max == 0 {
            return page;
        }
        self.tables.uploads.read_in(bucket, |uploads| {
            walk(
                uploads,
                bucket,
                query,
                start,
                |key: &UploadKey| &*key.key,
                first,
                &mut page,
                |at, upload| (at.clone(), upload.clone()),
            );
        });
        page
    }
}

fn first_of(key: &str) -> VersionKey {
    VersionKey { key: key.into(), order: 0 }
}

fn last_of(key: &Arc<str>) -> VersionKey {
    VersionKey { key: key.clone(), order: u64::MAX }
}

/// Goes through the newest versions of keys from a place on.
fn walk_objects(
    versions: &OrderedTree<InPartition<BucketKey, VersionKey>, ObjectVersion, NoIndexes>,
    bucket: &BucketKey,
    query: Query<'_>,
    start: Bound<VersionKey>,
    page: &mut Page<Found>,
) {
    let mut from = Some(start);
    while let Some(start) = from.take() {
        let Some((at, version)) = versions.first_in(bucket, start.as_ref()) else { return };
        if !at.key.starts_with(query.prefix) {
            return;
        }
        // Its older versions do not count.
        from = Some(Bound::Excluded(last_of(&at.key)));
        if version.is_delete_marker() {
            continue;
        }
        if page.len() == query.max {
            page.is_truncated = true;
            return;
        }
        let Some(common) = query.common(&at.key) else {
            page.last = Some(at.key.to_string());
            page.ends_with_prefix = false;
            page.entries.push(Found { at, version: version.clone() });
            continue;
        };
        page.prefixes.push(common.to_owned());
        page.last = Some(common.to_owned());
        page.ends_with_prefix = true;
        from = successor(common).map(|next| Bound::Included(first_of(&next)));
    }
}

/// Goes through all entries from a place on; all of them count.
#[expect(clippy::too_many_arguments, reason = "of two tables")]
fn walk<K: asf_runtime::store::Key, V: Record, T>(
    entries: &OrderedTree<InPartition<BucketKey, K>, V, NoIndexes>,
    bucket: &BucketKey,
    query: Query<'_>,
    start: Bound<K>,
    key_of: impl Fn(&K) -> &str,
    first_of: impl Fn(&str) -> K,
    page: &mut Page<T>,
    entry: impl Fn(&K, &Arc<V>) -> T,
) {
    let mut from = Some(start);
    while let Some(start) = from.take() {
        let Some((at, value)) = entries.first_in(bucket, start.as_ref()) else { return };
        let key = key_of(&at);
        if !key.starts_with(query.prefix) {
            return;
        }
        if page.len() == query.max {
            page.is_truncated = true;
            return;
        }
        if let Some(common) = query.common(key) {
            page.prefixes.push(common.to_owned());
            page.last = Some(common.to_owned());
            page.ends_with_prefix = true;
            from = successor(common).map(|next| Bound::Included(first_of(&next)));
            continue;
        }
        page.last = Some(key.to_owned());
        page.ends_with_prefix = false;
        page.entries.push(entry(&at, value));
        from = Some(Bound::Excluded(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_a_prefix() {
        for (prefix, expected) in [
            ("a/", Some("a0")),
            ("", None),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
            ("\u{d7ff}", Some("\u{e000}")),
            ("é", Some("ê")),
        ] {
            assert_eq!(successor(prefix).as_deref(), expected, "{prefix}");
        }
    }
}
