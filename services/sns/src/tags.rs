//! Tags of topics.

use crate::error::{ErrorKind, Fault};
use crate::tables::Attributes;

/// Tags of a topic at most ("Amazon SNS topic tagging" in the developer guide).
const MAX_TAGS: usize = 50;

/// Tags as they were given, if no key stands twice.
///
/// # Errors
/// `InvalidParameter` (test_sns::test_tags)
pub(crate) fn distinct(given: impl IntoIterator<Item = (String, String)>) -> Result<Attributes, Fault> {
    let mut tags = Attributes::new();
    for (key, value) in given {
        if tags.insert(key, value).is_some() {
            return Err(Fault::invalid("Duplicated keys are not allowed."));
        }
    }
    Ok(tags)
}

/// Adds tags to those of a topic.
///
/// # Errors
/// `TagLimitExceeded`
pub(crate) fn add(tags: &mut Attributes, more: Attributes) -> Result<(), Fault> {
    tags.extend(more);
    if tags.len() > MAX_TAGS {
        return Err(Fault::new(
            ErrorKind::TagLimitExceeded,
            "Could not complete request: tag quota of per resource exceeded",
        ));
    }
    Ok(())
}
