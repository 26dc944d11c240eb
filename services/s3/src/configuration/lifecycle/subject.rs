//! What lifecycle rules look at of an object.

use asf_api_s3::{LifecycleRule, LifecycleRuleFilter, Tag};

/// What rules look at of an object.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The key.
    pub key: &'a str,
    /// Bytes; none of delete markers and uploads.
    pub size: Option<u64>,
    /// Tags, as pairs.
    pub tags: &'a [(&'a str, &'a str)],
}

impl Subject<'_> {
    /// Whether an enabled rule is for it.
    #[must_use]
    pub fn is_of(&self, rule: &LifecycleRule) -> bool {
        rule.status.as_ref().is_some_and(|it| it.as_str() == "Enabled")
            && self.begins_with(rule.prefix.as_deref())
            && rule.filter.as_ref().is_none_or(|filter| self.passes(filter))
    }

    fn passes(&self, filter: &LifecycleRuleFilter) -> bool {
        let single = self.begins_with(filter.prefix.as_deref())
            && filter.tag.as_ref().is_none_or(|tag| self.has(tag))
            && self.is_between(filter.object_size_greater_than, filter.object_size_less_than);
        single
            && filter.and.as_ref().is_none_or(|and| {
                self.begins_with(and.prefix.as_deref())
                    && and.tags.iter().flatten().all(|tag| self.has(tag))
                    && self.is_between(and.object_size_greater_than, and.object_size_less_than)
            })
    }

    fn begins_with(&self, prefix: Option<&str>) -> bool {
        prefix.is_none_or(|it| self.key.starts_with(it))
    }

    fn has(&self, tag: &Tag) -> bool {
        self.tags
            .iter()
            .any(|(key, value)| tag.key.as_deref() == Some(*key) && tag.value.as_deref() == Some(*value))
    }

    fn is_between(&self, above: Option<i64>, below: Option<i64>) -> bool {
        let Some(size) = self.size else { return above.is_none() && below.is_none() };
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        above.is_none_or(|it| size > it) && below.is_none_or(|it| size < it)
    }
}
