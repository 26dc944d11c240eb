//! What rules remove of one key at a time.

use asf_api_s3::LifecycleRule;
use asf_runtime::Timestamp;

use super::{Subject, midnight_after};

/// A version, as rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// What filters look at.
    pub subject: Subject<'a>,
    /// When it was written.
    pub modified: Timestamp,
    /// Whether it is a delete marker.
    pub is_delete_marker: bool,
}

/// Something that a rule does to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The current version expires: it is deleted, or hidden by a delete marker where versions are kept.
    Current,
    /// A version is deleted for good: which, counted from the newest.
    Version(usize),
}

/// What is due of a key, whose versions are given, the newest first.
#[must_use]
pub fn plan(rules: &[LifecycleRule], versions: &[Version<'_>], now: Timestamp) -> Vec<Removal> {
    let mut due = Vec::new();
    let Some(current) = versions.first() else { return due };
    if current.is_delete_marker {
        // A marker that hides nothing. Rules with days or a date remove those as well (S3 user guide, "Removing
        // expired object delete markers").
        let is_expired = versions.len() == 1
            && rules.iter().filter(|rule| current.subject.is_of(rule)).any(|rule| {
                rule.expiration.as_ref().is_some_and(|it| {
                    it.expired_object_delete_marker == Some(true) || is_over(it.days, it.date, current, now)
                })
            });
        if is_expired {
            due.push(Removal::Version(0));
        }
    } else if rules
        .iter()
        .filter(|rule| current.subject.is_of(rule))
        .any(|rule| rule.expiration.as_ref().is_some_and(|it| is_over(it.days, it.date, current, now)))
    {
        due.push(Removal::Current);
    }
    // A version became noncurrent when the one after it was written.
    for (index, pair) in versions.windows(2).enumerate() {
        let [newer, version] = pair else { continue };
        let is_due = rules.iter().filter(|rule| version.subject.is_of(rule)).any(|rule| {
            let Some(expiration) = &rule.noncurrent_version_expiration else { return false };
            let kept = usize::try_from(expiration.newer_noncurrent_versions.unwrap_or(0)).unwrap_or(0);
            index >= kept && now >= midnight_after(newer.modified, expiration.noncurrent_days.unwrap_or(0))
        });
        if is_due {
            due.push(Removal::Version(index + 1));
        }
    }
    due
}

fn is_over(days: Option<i32>, date: Option<Timestamp>, version: &Version<'_>, now: Timestamp) -> bool {
    days.is_some_and(|days| now >= midnight_after(version.modified, days)) || date.is_some_and(|it| now >= it)
}

/// When an upload of a key that began then is aborted, if a rule does so, and the rule's id.
#[must_use]
pub fn abort_after<'a>(
    rules: &'a [LifecycleRule],
    key: &str,
    initiated: Timestamp,
) -> Option<(Timestamp, &'a str)> {
    let subject = Subject { key, size: None, tags: &[] };
    let ends = rules.iter().filter(|rule| subject.is_of(rule)).filter_map(|rule| {
        let days = rule.abort_incomplete_multipart_upload.as_ref()?.days_after_initiation?;
        Some((midnight_after(initiated, days), rule.id.as_deref().unwrap_or_default()))
    });
    ends.min()
}

#[cfg(test)]
mod tests {
    use asf_api_s3::{AbortIncompleteMultipartUpload, LifecycleExpiration, NoncurrentVersionExpiration};

    use super::*;
    use crate::configuration::lifecycle::DAY;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_seconds(days * DAY)
    }

    fn version(day: i64, is_delete_marker: bool) -> Version<'static> {
        let size = (!is_delete_marker).then_some(1);
        Version { subject: Subject { key: "a", size, tags: &[] }, modified: at(day), is_delete_marker }
    }

    fn rule(change: impl FnOnce(&mut LifecycleRule)) -> LifecycleRule {
        let mut rule = LifecycleRule { status: Some("Enabled".into()), ..Default::default() };
        change(&mut rule);
        rule
    }

    #[test]
    fn current_versions_and_markers() {
        let days = rule(|it| {
            it.expiration = Some(LifecycleExpiration { days: Some(3), ..Default::default() });
        });
        let marker = rule(|it| {
            let expiration =
                LifecycleExpiration { expired_object_delete_marker: Some(true), ..Default::default() };
            it.expiration = Some(expiration);
        });
        let days = std::slice::from_ref(&days);
        assert_eq!(plan(days, &[version(0, false)], at(2)), []);
        assert_eq!(plan(days, &[version(0, false)], at(3)), [Removal::Current]);
        assert_eq!(plan(days, &[version(1, true), version(0, false)], at(9)), []);
        assert_eq!(plan(days, &[version(0, true)], at(2)), []);
        assert_eq!(plan(days, &[version(0, true)], at(3)), [Removal::Version(0)]);
        let marker = std::slice::from_ref(&marker);
        assert_eq!(plan(marker, &[version(0, true)], at(0)), [Removal::Version(0)]);
        assert_eq!(plan(marker, &[version(1, true), version(0, false)], at(9)), []);
        assert_eq!(plan(marker, &[version(0, false)], at(9)), []);
    }

    #[test]
    fn noncurrent_versions() {
        let rule = rule(|it| {
            it.noncurrent_version_expiration = Some(NoncurrentVersionExpiration {
                noncurrent_days: Some(2),
                newer_noncurrent_versions: Some(1),
            });
        });
        let versions = [version(5, false), version(3, false), version(2, false), version(1, false)];
        let rules = [rule];
        assert_eq!(plan(&rules, &versions, at(4)), [Removal::Version(3)]);
        assert_eq!(plan(&rules, &versions, at(9)), [Removal::Version(2), Removal::Version(3)]);
    }

    #[test]
    fn uploads() {
        let rule = rule(|it| {
            it.id = Some("abort".to_owned());
            it.prefix = Some("a".to_owned());
            it.abort_incomplete_multipart_upload =
                Some(AbortIncompleteMultipartUpload { days_after_initiation: Some(1) });
        });
        let rules = [rule];
        let begun = Timestamp::from_seconds(5);
        assert_eq!(abort_after(&rules, "abc", begun), Some((at(2), "abort")));
        assert_eq!(abort_after(&rules, "bc", begun), None);
    }
}
