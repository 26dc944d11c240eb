//! Session tags: what a call passes, what it inherits, and what AWS refuses.

use serde::{Deserialize, Serialize};

use crate::error::{Failure, FailureKind};

/// Most tags of a session.
pub(crate) const MAX_TAGS: usize = 50;
/// Longest key and longest value, in characters. The model has these for tags that a call passes; tags in
/// tokens and assertions meet no model.
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;

/// A tag of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionTag {
    /// Kept as it was given, but the same in any case.
    pub key: String,
    /// May be empty.
    pub value: String,
    /// Whether sessions that are assumed from this one inherit it.
    pub transitive: bool,
}

impl SessionTag {
    /// Whether this tag has a key.
    #[must_use]
    pub fn is(&self, key: &str) -> bool {
        // Keys may have any letters.
        self.key.to_lowercase() == key.to_lowercase()
    }
}

/// The tags of a new session: those that the call passes, after those that it inherits.
///
/// `transitive` are the keys of passed tags that sessions assumed later are to inherit; `inherited` the
/// transitive tags of the calling session.
///
/// # Errors
/// `InvalidParameterValue` if a key comes twice, begins with `aws:`, is the key of an inherited tag, or is
/// said to be transitive without being passed. That an inherited tag cannot be passed again, and that keys
/// are the same in any case, is in the IAM User Guide ("Pass session tags in AWS STS").
pub fn of_session(
    passed: Vec<(String, String)>,
    transitive: &[String],
    inherited: Vec<SessionTag>,
) -> Result<Vec<SessionTag>, Failure> {
    let invalid = |message: &str| Failure::new(FailureKind::InvalidParameterValue, message);
    let mut tags = inherited;
    let from_call = tags.len();
    for (key, value) in passed {
        if key.to_lowercase().starts_with("aws:") {
            return Err(invalid("Tag keys beginning with aws: are reserved for system use."));
        }
        let (from_before, so_far) = tags.split_at(from_call);
        if so_far.iter().any(|tag| tag.is(&key)) {
            return Err(invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive."));
        }
        if from_before.iter().any(|tag| tag.is(&key)) {
            return Err(invalid(
                "One of the specified transitive tag keys can't be set because it conflicts with a \
                 transitive tag key from the calling session.",
            ));
        }
        if key.chars().count() > MAX_KEY || value.chars().count() > MAX_VALUE || tags.len() >= MAX_TAGS {
            return Err(invalid("Session tags exceed the limit on their number or length."));
        }
        tags.push(SessionTag { key, value, transitive: false });
    }
    for key in transitive {
        match tags.iter_mut().skip(from_call).find(|tag| tag.is(key)) {
            Some(tag) => tag.transitive = true,
            None => {
                return Err(invalid(
                    "The specified transitive tag key must be included in the requested tags.",
                ));
            }
        }
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused() {
        let inherited = SessionTag { key: "Team".to_owned(), value: "a".to_owned(), transitive: true };
        let check = |passed: &[&str], transitive: &[&str], expected: Option<&str>| {
            let passed = passed.iter().map(|key| ((*key).to_owned(), "v".to_owned())).collect();
            let transitive: Vec<_> = transitive.iter().map(|key| (*key).to_owned()).collect();
            let found = of_session(passed, &transitive, vec![inherited.clone()]);
            assert_eq!(found.err().map(|error| error.message).as_deref(), expected);
        };
        check(&[], &[], None);
        check(&["Project", "Cost"], &["project"], None);
        let duplicate = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
        check(&["Project", "Project"], &[], Some(duplicate));
        check(&["Project", "project"], &[], Some(duplicate));
        let conflict = "One of the specified transitive tag keys can't be set because it conflicts with a \
                        transitive tag key from the calling session.";
        check(&["team"], &[], Some(conflict));
        let absent = "The specified transitive tag key must be included in the requested tags.";
        check(&["Project"], &["Other"], Some(absent));
        check(&[], &["Team"], Some(absent));
        check(&["aws:x"], &[], Some("Tag keys beginning with aws: are reserved for system use."));
    }

    #[test]
    fn inherited_tags_stay_transitive() {
        let inherited = SessionTag { key: "Team".to_owned(), value: "a".to_owned(), transitive: true };
        let passed = vec![("Project".to_owned(), "p".to_owned()), ("Cost".to_owned(), "c".to_owned())];
        let tags = of_session(passed, &["Cost".to_owned()], vec![inherited]).unwrap();
        let found: Vec<_> = tags.iter().map(|tag| (tag.key.as_str(), tag.transitive)).collect();
        assert_eq!(found, [("Team", true), ("Project", false), ("Cost", true)]);
    }
}
