//! What a lifecycle configuration may be, and the form that it had before filters.

use std::collections::HashSet;

use asf_api_s3::{
    BucketLifecycleConfiguration, LifecycleConfiguration, LifecycleRule, LifecycleRuleFilter, Rule, Tag,
    TransitionDefaultMinimumObjectSize, TransitionStorageClass,
};
use asf_runtime::Timestamp;
use asf_runtime::ids::Ids;
use asf_runtime::schema::TimestampFormat;

use super::DAY;
use crate::configuration::refusal::{document, well_formed};
use crate::error::Fault;

/// Most rules (S3 user guide, "Lifecycle configuration elements").
const MAX_RULES: usize = 1000;
/// Greatest length of an id (the same).
const MAX_ID: usize = 255;

/// Checks a configuration, and gives rules without an id one.
///
/// # Errors
/// `MalformedXML`, `InvalidRequest`, `InvalidArgument`
/// (test_s3::TestS3BucketLifecycle::test_put_bucket_lifecycle_conf_exc; what is not there: from memory)
pub fn check(
    configuration: Option<BucketLifecycleConfiguration>,
    ids: &Ids,
) -> Result<BucketLifecycleConfiguration, Fault> {
    let mut configuration = document(configuration)?;
    let rules = configuration.rules.as_deref_mut().unwrap_or_default();
    well_formed((1..=MAX_RULES).contains(&rules.len()))?;
    let mut seen = HashSet::new();
    for rule in rules {
        check_rule(rule)?;
        // 48 characters of base64 on AWS, which say nothing either.
        let id = rule.id.get_or_insert_with(|| ids.uuid());
        if id.chars().count() > MAX_ID {
            return Err(Fault::invalid_argument(
                format!("ID length should not exceed allowed limit of {MAX_ID}"),
                "ID",
                id.as_str(),
            ));
        }
        if !seen.insert(id.clone()) {
            return Err(Fault::invalid_argument(
                "Rule ID must be unique. Found same ID for more than one rule",
                "ID",
                id.as_str(),
            ));
        }
    }
    Ok(configuration)
}

fn check_rule(rule: &LifecycleRule) -> Result<(), Fault> {
    // One of both, and not both.
    well_formed(rule.filter.is_some() != rule.prefix.is_some())?;
    if let Some(filter) = &rule.filter {
        check_filter(filter)?;
    }
    let has_action = rule.expiration.is_some()
        || rule.transitions.as_ref().is_some_and(|it| !it.is_empty())
        || rule.noncurrent_version_expiration.is_some()
        || rule.noncurrent_version_transitions.as_ref().is_some_and(|it| !it.is_empty())
        || rule.abort_incomplete_multipart_upload.is_some();
    if !has_action {
        return Err(Fault::invalid_request("At least one action needs to be specified in a rule"));
    }
    if let Some(expiration) = &rule.expiration {
        let said = [
            expiration.date.is_some(),
            expiration.days.is_some(),
            expiration.expired_object_delete_marker.is_some(),
        ];
        well_formed(said.iter().filter(|it| **it).count() == 1)?;
        check_days(expiration.days, "Expiration")?;
        check_date(expiration.date)?;
        if expiration.expired_object_delete_marker == Some(true) && rule.filter.as_ref().is_some_and(has_tags)
        {
            return Err(Fault::invalid_request(
                "ExpiredObjectDeleteMarker cannot be specified with Tags or ObjectSize in filter.",
            ));
        }
    }
    if let Some(expiration) = &rule.noncurrent_version_expiration {
        well_formed(expiration.noncurrent_days.is_some())?;
        check_days(expiration.noncurrent_days, "NoncurrentVersionExpiration")?;
        if expiration.newer_noncurrent_versions.is_some_and(|it| !(1..=100).contains(&it)) {
            return Err(Fault::invalid_argument(
                "'NewerNoncurrentVersions' must be a positive integer between 1 and 100",
                "NewerNoncurrentVersions",
                expiration.newer_noncurrent_versions.unwrap_or_default().to_string(),
            ));
        }
    }
    for transition in rule.transitions.iter().flatten() {
        well_formed(transition.date.is_some() != transition.days.is_some())?;
        well_formed(transition.storage_class.is_some())?;
        check_date(transition.date)?;
        if transition.days.is_some_and(|it| it < 0) {
            return Err(Fault::invalid_argument(
                "'Days' in the Transition action must be nonnegative",
                "Days",
                transition.days.unwrap_or_default().to_string(),
            ));
        }
        check_infrequent(
            transition.storage_class.as_ref().map(TransitionStorageClass::as_str),
            transition.days,
        )?;
        check_order(rule, transition.days)?;
    }
    for transition in rule.noncurrent_version_transitions.iter().flatten() {
        well_formed(transition.noncurrent_days.is_some() && transition.storage_class.is_some())?;
    }
    if let Some(abort) = &rule.abort_incomplete_multipart_upload {
        well_formed(abort.days_after_initiation.is_some())?;
        check_days(abort.days_after_initiation, "AbortIncompleteMultipartUpload")?;
        if rule.filter.as_ref().is_some_and(has_tags) {
            return Err(Fault::invalid_request(
                "AbortIncompleteMultipartUpload cannot be specified with Tags or ObjectSize in filter.",
            ));
        }
    }
    Ok(())
}

/// One criterion, or several of them in `And`, or none.
fn check_filter(filter: &LifecycleRuleFilter) -> Result<(), Fault> {
    let kinds = [
        filter.prefix.is_some(),
        filter.tag.is_some(),
        filter.object_size_greater_than.is_some(),
        filter.object_size_less_than.is_some(),
        filter.and.is_some(),
    ];
    well_formed(kinds.iter().filter(|it| **it).count() <= 1)?;
    let Some(and) = &filter.and else { return Ok(()) };
    let tags = and.tags.as_deref().unwrap_or_default();
    let mut seen = HashSet::new();
    if !tags.iter().all(|tag: &Tag| seen.insert(&tag.key)) {
        return Err(Fault::invalid_request("Duplicate Tag Keys are not allowed."));
    }
    let criteria = usize::from(and.prefix.is_some())
        + tags.len()
        + usize::from(and.object_size_greater_than.is_some())
        + usize::from(and.object_size_less_than.is_some());
    well_formed(criteria >= 2)?;
    if let (Some(above), Some(below)) = (and.object_size_greater_than, and.object_size_less_than)
        && above >= below
    {
        return Err(Fault::invalid_request(
            "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.",
        ));
    }
    Ok(())
}

fn has_tags(filter: &LifecycleRuleFilter) -> bool {
    let in_and = filter.and.as_ref().is_some_and(|it| {
        it.tags.as_ref().is_some_and(|it| !it.is_empty())
            || it.object_size_greater_than.is_some()
            || it.object_size_less_than.is_some()
    });
    filter.tag.is_some()
        || filter.object_size_greater_than.is_some()
        || filter.object_size_less_than.is_some()
        || in_and
}

fn check_days(days: Option<i32>, action: &str) -> Result<(), Fault> {
    match days {
        Some(days) if days <= 0 => Err(Fault::invalid_argument(
            format!("'Days' for {action} action must be a positive integer"),
            "Days",
            days.to_string(),
        )),
        _ => Ok(()),
    }
}

fn check_date(date: Option<Timestamp>) -> Result<(), Fault> {
    match date {
        Some(date) if date.seconds().rem_euclid(DAY) != 0 || date.subsec_nanos() != 0 => {
            let shown = date.format(TimestampFormat::DateTime);
            Err(Fault::invalid_argument("'Date' must be at midnight GMT", "Date", shown))
        }
        _ => Ok(()),
    }
}

/// Objects stay 30 days before they go to a class for infrequent access.
fn check_infrequent(class: Option<&str>, days: Option<i32>) -> Result<(), Fault> {
    match (class, days) {
        (Some(class @ ("STANDARD_IA" | "ONEZONE_IA")), Some(days)) if days < 30 => {
            Err(Fault::invalid_argument(
                format!(
                    "'Days' in Transition action must be greater than or equal to 30 for storageClass '{class}'"
                ),
                "Days",
                days.to_string(),
            ))
        }
        _ => Ok(()),
    }
}

/// A transition comes before the end.
fn check_order(rule: &LifecycleRule, transition: Option<i32>) -> Result<(), Fault> {
    let expiration = rule.expiration.as_ref().and_then(|it| it.days);
    match (transition, expiration) {
        (Some(transition), Some(expiration)) if expiration <= transition => Err(Fault::invalid_argument(
            "'Days' in the Expiration action must be greater than 'Days' in the Transition action",
            "Days",
            expiration.to_string(),
        )),
        _ => Ok(()),
    }
}

/// `x-amz-transition-default-minimum-object-size`
///
/// # Errors
/// `InvalidRequest` (test_s3::TestS3BucketLifecycle::test_s3_transition_default_minimum_object_size)
pub(crate) fn minimum_size(
    asked: Option<TransitionDefaultMinimumObjectSize>,
) -> Result<TransitionDefaultMinimumObjectSize, Fault> {
    match asked {
        None => Ok(TransitionDefaultMinimumObjectSize::AllStorageClasses128k),
        Some(TransitionDefaultMinimumObjectSize::Unknown(value)) => {
            Err(Fault::invalid_request(format!("Invalid TransitionDefaultMinimumObjectSize found: {value}")))
        }
        Some(known) => Ok(known),
    }
}

/// A configuration of the form that it had before filters, in the newer one.
#[must_use]
pub fn from_older(configuration: LifecycleConfiguration) -> BucketLifecycleConfiguration {
    let rules = configuration.rules.map(|rules| rules.into_iter().map(rule_from_older).collect());
    BucketLifecycleConfiguration { rules }
}

fn rule_from_older(rule: Rule) -> LifecycleRule {
    LifecycleRule {
        expiration: rule.expiration,
        id: rule.id,
        prefix: Some(rule.prefix.unwrap_or_default()),
        filter: None,
        status: rule.status,
        transitions: rule.transition.map(|it| vec![it]),
        noncurrent_version_transitions: rule.noncurrent_version_transition.map(|it| vec![it]),
        noncurrent_version_expiration: rule.noncurrent_version_expiration,
        abort_incomplete_multipart_upload: rule.abort_incomplete_multipart_upload,
    }
}

/// Rules as the operation shows them that is from before filters.
#[must_use]
pub fn to_older(configuration: &BucketLifecycleConfiguration) -> Vec<Rule> {
    let rules = configuration.rules.iter().flatten().cloned();
    rules
        .map(|rule| Rule {
            expiration: rule.expiration,
            id: rule.id,
            prefix: rule.prefix.or_else(|| rule.filter.and_then(|it| it.prefix)).or(Some(String::new())),
            status: rule.status,
            transition: rule.transitions.and_then(|it| it.into_iter().next()),
            noncurrent_version_transition: rule
                .noncurrent_version_transitions
                .and_then(|it| it.into_iter().next()),
            noncurrent_version_expiration: rule.noncurrent_version_expiration,
            abort_incomplete_multipart_upload: rule.abort_incomplete_multipart_upload,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use asf_api_s3::{LifecycleExpiration, LifecycleRuleAndOperator, NoncurrentVersionExpiration};

    use super::*;

    fn put(change: impl FnOnce(&mut LifecycleRule)) -> String {
        let mut rule = LifecycleRule {
            id: Some("rule".to_owned()),
            filter: Some(LifecycleRuleFilter::default()),
            status: Some("Enabled".into()),
            expiration: Some(LifecycleExpiration { days: Some(7), ..Default::default() }),
            ..Default::default()
        };
        change(&mut rule);
        let configuration = BucketLifecycleConfiguration { rules: Some(vec![rule]) };
        check(Some(configuration), &Ids::seeded(1)).err().map(|it| it.to_string()).unwrap_or_default()
    }

    fn expiration(change: impl FnOnce(&mut LifecycleExpiration)) -> String {
        put(|rule| change(rule.expiration.as_mut().unwrap()))
    }

    fn filter(change: impl FnOnce(&mut LifecycleRuleFilter)) -> String {
        put(|rule| change(rule.filter.as_mut().unwrap()))
    }

    /// test_put_bucket_lifecycle_conf_exc
    #[test]
    fn what_is_refused() {
        let tag = |key: &str| Tag { key: Some(key.to_owned()), value: Some("v".to_owned()) };
        let and = |tags: Vec<Tag>, prefix: Option<&str>| LifecycleRuleAndOperator {
            prefix: prefix.map(str::to_owned),
            tags: Some(tags),
            ..Default::default()
        };
        let malformed = "MalformedXML: ";
        for (found, expected) in [
            (put(|_| ()), ""),
            (put(|it| it.filter = None), malformed),
            (put(|it| it.status = None), malformed),
            (put(|it| it.status = Some("On".into())), malformed),
            (put(|it| it.expiration = None), "InvalidRequest: At least one action"),
            (
                put(|it| it.noncurrent_version_expiration = Some(NoncurrentVersionExpiration::default())),
                malformed,
            ),
            (expiration(|it| it.expired_object_delete_marker = Some(true)), malformed),
            (expiration(|it| it.days = Some(0)), "InvalidArgument: 'Days' for Expiration action must be"),
            (
                expiration(|it| {
                    it.days = None;
                    it.date = Some(Timestamp::from_seconds(1));
                }),
                "InvalidArgument: 'Date' must be at midnight GMT",
            ),
            (
                expiration(|it| {
                    it.days = None;
                    it.date = Some(Timestamp::from_seconds(DAY));
                }),
                "",
            ),
            (
                filter(|it| {
                    it.prefix = Some("a".to_owned());
                    it.and = Some(and(vec![tag("a")], Some("b")));
                }),
                malformed,
            ),
            (
                filter(|it| {
                    it.object_size_greater_than = Some(1);
                    it.and = Some(and(vec![tag("a")], Some("b")));
                }),
                malformed,
            ),
            (
                filter(|it| it.and = Some(and(vec![tag("a"), tag("a")], None))),
                "InvalidRequest: Duplicate Tag Keys are not allowed.",
            ),
            (filter(|it| it.and = Some(and(vec![tag("a"), tag("b")], None))), ""),
        ] {
            assert!(found.starts_with(expected), "{found} instead of {expected}");
            assert_eq!(found.is_empty(), expected.is_empty(), "{found}");
        }
    }
}
