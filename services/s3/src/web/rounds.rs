//! The round that is made at each midnight (UTC) of the emulator's clock: what lifecycle rules say is over is removed.

use std::sync::{Arc, Weak};

use asf_api_s3::LifecycleRule;
use asf_api_s3::operations::DeleteObject;
use asf_runtime::context::Environment;
use asf_runtime::provider::{Providers, TypedOperation as _};
use asf_runtime::{RequestContext, Timestamp};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::with_native;
use crate::S3Provider;
use crate::configuration::lifecycle::{self, Subject, Version};
use crate::error::Fault;
use crate::events::{EventKind, ObjectEvent, publish};
use crate::models::{Bucket, ObjectVersion, VersionKey};
use crate::objects::Removal;

const DAY: i64 = 86_400;
/// Versions that are looked at in one go.
const PAGE: usize = 1000;

/// The rounds of an emulator. They end when this is dropped: an emulator may be a branch that is thrown away.
pub(super) struct Rounds(AbortHandle);

impl Rounds {
    /// Begins with them.
    pub(super) fn begin(runtime: &Handle, providers: Weak<Providers>, environment: Environment) -> Self {
        Self(runtime.spawn(every_midnight(providers, environment)).abort_handle())
    }
}

impl Drop for Rounds {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Makes a round at each midnight, for as long as the providers are there.
async fn every_midnight(providers: Weak<Providers>, environment: Environment) {
    loop {
        let now = environment.clock.now().seconds();
        environment.clock.until(Timestamp::from_seconds(now - now.rem_euclid(DAY) + DAY)).await;
        let Some(providers) = providers.upgrade() else { return };
        let mut ctx = RequestContext::new(DeleteObject::operation(), environment.clone());
        ctx.providers = providers.clone();
        let buckets = with_native(&providers, with_rules).unwrap_or_default();
        for (bucket, rules) in buckets {
            let ctx = ctx.elsewhere(bucket.owner, bucket.region.clone());
            let mut from = None;
            loop {
                let next = with_native(&providers, |it| round(it, &ctx, &bucket, &rules, from.take()));
                tokio::task::yield_now().await;
                match next.flatten() {
                    Some(next) => from = Some(next),
                    None => break,
                }
            }
            with_native(&providers, |it| abort_uploads(it, &ctx, &bucket, &rules));
        }
    }
}

type Rules = Arc<[LifecycleRule]>;

/// The buckets that have rules.
fn with_rules(provider: &S3Provider) -> Vec<(Arc<Bucket>, Rules)> {
    let tables = &provider.store().tables;
    let configured = tables.configurations.snapshot();
    let with_rules = configured.iter().filter_map(|(key, it)| {
        let rules: Rules = it.lifecycle.as_ref()?.configuration.rules.as_deref()?.into();
        Some((tables.buckets.get(key)?, rules))
    });
    with_rules.collect()
}

/// Removes what is over of a page of a bucket's versions. Returns where the next page begins.
fn round(
    provider: &S3Provider,
    ctx: &RequestContext,
    bucket: &Arc<Bucket>,
    rules: &[LifecycleRule],
    from: Option<VersionKey>,
) -> Option<VersionKey> {
    let objects = &provider.store().tables.objects;
    let first = from.unwrap_or_else(|| VersionKey { key: "".into(), order: 0 });
    let page = objects.range_in(&bucket.key, first.clone().., PAGE);
    let mut groups: Vec<&[(VersionKey, Arc<ObjectVersion>)]> =
        page.chunk_by(|a, b| a.0.key == b.0.key).collect();
    let next = if page.len() == PAGE { groups.pop() } else { None };
    let begins = next.and_then(|it| it.first()).map(|(at, _)| at.clone());
    // A key with more versions than a page: all of them.
    let whole;
    if let Some(begins) = begins.as_ref().filter(|_| groups.is_empty()) {
        let key = begins.key.clone();
        let end = VersionKey { key: key.clone(), order: u64::MAX };
        whole = objects.range_in(&bucket.key, VersionKey { key: key.clone(), order: 0 }..=end, usize::MAX);
        remove(provider, ctx, bucket, rules, &whole);
        // The least key above it.
        return Some(VersionKey { key: format!("{key}\0").into(), order: 0 });
    }
    for group in groups {
        remove(provider, ctx, bucket, rules, group);
    }
    begins
}

/// Removes what is over of a key's versions.
fn remove(
    provider: &S3Provider,
    ctx: &RequestContext,
    bucket: &Arc<Bucket>,
    rules: &[LifecycleRule],
    versions: &[(VersionKey, Arc<ObjectVersion>)],
) {
    let Some((newest, _)) = versions.first() else { return };
    let tags: Vec<Vec<(&str, &str)>> = versions.iter().map(|(_, version)| tags_of(version)).collect();
    let seen: Vec<Version<'_>> = versions
        .iter()
        .zip(&tags)
        .map(|((at, version), tags)| Version {
            subject: Subject { key: &at.key, size: version.data.as_ref().map(|it| it.size), tags },
            modified: version.modified,
            is_delete_marker: version.is_delete_marker(),
        })
        .collect();
    let now = ctx.clock().now();
    for due in lifecycle::plan(rules, &seen, now) {
        let version = match due {
            lifecycle::Removal::Current => None,
            lifecycle::Removal::Version(index) => versions.get(index),
        };
        let removal = Removal {
            key: newest.key.clone(),
            version_id: version.map(|(_, version)| version.shown_id()),
            bypass_governance: false,
            now,
            by: bucket.owner,
        };
        // What was written meanwhile is not over.
        let removed = provider.store().remove_version(bucket, &removal, ctx.ids(), |found| {
            let is_same = found.is_some_and(|found| found.at == *newest);
            if is_same || version.is_some() { Ok(()) } else { Err(Fault::no_such_key(&newest.key)) }
        });
        let removed = match removed {
            Ok(removed) => removed,
            Err(fault) => {
                // Locked, or gone.
                tracing::debug!(%fault, key = &*newest.key, "a lifecycle rule left a version");
                continue;
            }
        };
        let kind = match removed.marker {
            Some(_) => EventKind::LifecycleExpirationDeleteMarkerCreated,
            None => EventKind::LifecycleExpirationDelete,
        };
        let of = removed.marker.or(removed.version);
        publish(provider, ctx, bucket, || ObjectEvent {
            kind,
            bucket: bucket.clone(),
            key: newest.key.clone(),
            version_id: of.and_then(|it| it.version.id.as_deref().map(str::to_owned)),
            size: None,
            e_tag: None,
            sequence: provider.store().next_sequence(now),
            restored: None,
        });
    }
}

fn tags_of(version: &ObjectVersion) -> Vec<(&str, &str)> {
    let tags = version.data.iter().flat_map(|it| it.tags.iter());
    tags.map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

/// Aborts uploads that take too long.
fn abort_uploads(provider: &S3Provider, ctx: &RequestContext, bucket: &Bucket, rules: &[LifecycleRule]) {
    let store = provider.store();
    for (at, upload) in store.tables.uploads.range_in(&bucket.key, .., usize::MAX) {
        let end = lifecycle::abort_after(rules, &at.key, upload.initiated);
        if end.is_some_and(|(end, _)| end <= ctx.clock().now()) {
            store.remove_upload(&bucket.key, &at);
        }
    }
}
