//! What is wrong with a pattern, as AWS says it.

use std::fmt;

/// So many characters of a source are shown.
const SHOWN: usize = 500;

/// Why a text is no pattern. It displays as AWS words it, place included.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PatternError {
    /// What is wrong, without the place.
    pub reason: String,
    pub(crate) place: Place,
}

/// Where it is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// AWS does not say.
    Unsaid,
    /// In a text that it does not repeat.
    Text { line: usize, column: usize },
    /// In the pattern as it writes it: without white space.
    Pattern { source: String, column: usize },
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        match &self.place {
            Place::Unsaid => Ok(()),
            Place::Text { line, column } => write!(
                f,
                "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); \
                 line: {line}, column: {column}]"
            ),
            Place::Pattern { source, column } => {
                let shown = source.char_indices().nth(SHOWN).and_then(|(end, _)| source.get(..end));
                match shown {
                    None => write!(f, "\n at [Source: (String)\"{source}\"")?,
                    Some(shown) => {
                        let more = source.chars().count() - SHOWN;
                        write!(f, "\n at [Source: (String)\"{shown}\"[truncated {more} chars]")?;
                    }
                }
                write!(f, "; line: 1, column: {column}]")
            }
        }
    }
}

impl PatternError {
    pub(crate) fn unplaced(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), place: Place::Unsaid }
    }

    /// A text that is no JSON. AWS's reader stands behind a word that it does not know
    /// (test_sns::test_subscribe_invalid_filter_policy); of other mistakes the words are not recorded.
    pub(crate) fn json(text: &str, error: &serde_json::Error) -> Self {
        let line = error.line().max(1);
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let at = start + error.column().saturating_sub(1);
        // serde_json may have gone into the word: `nope` is wrong from its second letter on.
        let before = text.get(..at).unwrap_or_default();
        let is_word = |it: char| it.is_alphanumeric() || matches!(it, '_' | '$');
        let begin = before.trim_end_matches(is_word).len();
        let rest = text.get(begin..).unwrap_or_default();
        let word: String = rest.chars().take_while(|it| is_word(*it)).collect();
        let is_known = word.is_empty()
            || matches!(word.as_str(), "true" | "false" | "null")
            || word.starts_with(|it: char| it.is_ascii_digit());
        let (reason, column) = if is_known {
            (format!("failed to parse JSON. {}", describe(error)), error.column())
        } else {
            let reason = format!(
                "failed to parse JSON. Unrecognized token '{word}': was expecting \
                 (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
            );
            let end = text.get(start..begin).unwrap_or_default().chars().count() + word.chars().count();
            (reason, end + 1)
        };
        Self { reason, place: Place::Text { line, column } }
    }
}

/// serde_json's words without the place, which is said apart.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}
