//! The header `x-amz-expiration`: when a rule removes the current version of an object, and which.

use asf_api_s3::LifecycleRule;
use asf_runtime::Timestamp;
use asf_runtime::schema::TimestampFormat;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{Subject, midnight_after};

/// What is escaped in the id of a rule.
const ESCAPED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'%').add(b'+').add(b',').add(b'&').add(b'=').add(b'#');

/// `expiry-date="Fri, 21 Dec 2012 00:00:00 GMT", rule-id="picture-deletion-rule"` (API reference, `PutObject`).
///
/// Of several rules the one counts that removes it first.
#[must_use]
pub fn expiration(rules: &[LifecycleRule], subject: Subject<'_>, modified: Timestamp) -> Option<String> {
    let ends = rules.iter().filter(|rule| subject.is_of(rule)).filter_map(|rule| {
        let expiration = rule.expiration.as_ref()?;
        let end = match (expiration.days, expiration.date) {
            (Some(days), _) => midnight_after(modified, days),
            (None, Some(date)) => date,
            (None, None) => return None,
        };
        Some((end, rule))
    });
    let (end, rule) = ends.min_by_key(|(end, _)| *end)?;
    let id = utf8_percent_encode(rule.id.as_deref().unwrap_or_default(), ESCAPED);
    let date = end.format(TimestampFormat::HttpDate);
    Some(format!("expiry-date=\"{date}\", rule-id=\"{id}\""))
}

#[cfg(test)]
mod tests {
    use asf_api_s3::{LifecycleExpiration, LifecycleRuleFilter, Tag};

    use super::*;

    fn rule(id: &str, days: i32, filter: LifecycleRuleFilter) -> LifecycleRule {
        LifecycleRule {
            id: Some(id.to_owned()),
            status: Some("Enabled".into()),
            expiration: Some(LifecycleExpiration { days: Some(days), ..Default::default() }),
            filter: Some(filter),
            ..Default::default()
        }
    }

    /// test_s3::TestS3BucketLifecycle::test_bucket_lifecycle_object_size_rules, ::test_bucket_lifecycle_tag_rules
    #[test]
    fn the_first_rule_that_is_for_it() {
        let tag = Tag { key: Some("k".to_owned()), value: Some("v".to_owned()) };
        let rules = [
            rule(
                "large",
                9,
                LifecycleRuleFilter { object_size_greater_than: Some(20), ..Default::default() },
            ),
            rule(
                "small one",
                2,
                LifecycleRuleFilter { object_size_less_than: Some(10), ..Default::default() },
            ),
            rule("tagged", 1, LifecycleRuleFilter { tag: Some(tag), ..Default::default() }),
        ];
        // 1970-01-01T00:00:01Z
        let modified = Timestamp::from_seconds(1);
        let found = |size, tags: &[(&str, &str)]| {
            expiration(&rules, Subject { key: "a", size: Some(size), tags }, modified).unwrap_or_default()
        };
        assert_eq!(found(15, &[]), "");
        assert_eq!(found(25, &[]), r#"expiry-date="Sun, 11 Jan 1970 00:00:00 GMT", rule-id="large""#);
        assert_eq!(found(5, &[]), r#"expiry-date="Sun, 04 Jan 1970 00:00:00 GMT", rule-id="small%20one""#);
        assert_eq!(
            found(5, &[("k", "v")]),
            r#"expiry-date="Sat, 03 Jan 1970 00:00:00 GMT", rule-id="tagged""#
        );
    }
}
