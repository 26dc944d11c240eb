//! Patterns of the models: Java's regular expressions, for a Rust engine.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use fancy_regex::{Regex, RegexBuilder};

/// Steps that a pattern with look-around may take for one text; the others run in linear time anyway.
const BACKTRACK_LIMIT: usize = 100_000;
/// Bytes that one compiled pattern may take.
const SIZE_LIMIT: usize = 4 << 20;

/// A pattern that the engine does not understand.
#[derive(Debug, thiserror::Error)]
#[error("the pattern cannot be compiled: {0}")]
pub struct PatternError(String);

const BEYOND_FIRST_PLANE: &str = r"\x{10000}-\x{10FFFF}";

type Compiled = HashMap<&'static str, Option<Arc<Regex>>>;

/// Compiled once each, at first use. Patterns come from schemas, so their number is bounded.
static COMPILED: RwLock<Option<Compiled>> = RwLock::new(None);

/// Whether the whole of a text matches a pattern. True if the pattern cannot be compiled or takes too
/// many steps: the text may be right, and a service that refuses what AWS takes is of no use.
pub(super) fn matches(pattern: &'static str, text: &str) -> bool {
    let cached = |cache: &Option<Compiled>| cache.as_ref().and_then(|it| it.get(pattern).cloned());
    let found = cached(&COMPILED.read().unwrap_or_else(PoisonError::into_inner));
    let regex = found.unwrap_or_else(|| {
        let compiled = compile_pattern(pattern).ok().map(Arc::new);
        let mut cache = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
        cache.get_or_insert_default().entry(pattern).or_insert(compiled).clone()
    });
    regex.is_none_or(|regex| regex.is_match(text).unwrap_or(true))
}

/// Compiles a model's pattern so that it matches whole texts.
///
/// # Errors
/// [`PatternError`] for the few patterns of the models that are no regular expressions (a stray bracket,
/// say) or are larger than 4 MiB compiled.
pub fn compile_pattern(pattern: &str) -> Result<Regex, PatternError> {
    RegexBuilder::new(&format!(r"\A(?:{})\z", translate(pattern)))
        .backtrack_limit(BACKTRACK_LIMIT)
        .delegate_size_limit(SIZE_LIMIT)
        .build()
        .map_err(|error| PatternError(error.to_string()))
}

/// Java's notation -> the engine's. What differs in AWS's models: `\d`, `\w` and `\s` are ASCII; `[` and
/// `&&` within a class; characters beyond 16 bits written as surrogate pairs.
fn translate(pattern: &str) -> String {
    // The two ways in which models write "everything beyond the first plane", as ranges of surrogates.
    let pattern = pattern
        .replace(r"\uD800\uDC00-\uDBFF\uDFFF", BEYOND_FIRST_PLANE)
        .replace(r"\uD800\uDBFF-\uDC00\uDFFF", BEYOND_FIRST_PLANE)
        .replace(r"\p{all}", r"\s\S")
        .replace(r"\p{XDigit}", "[0-9A-Fa-f]")
        .replace(r"\p{LD}", r"[\p{L}\p{Nd}]")
        .replace(r"\p{Punct}", r"[!-/:-@\[-`{-~]");
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut letters = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                let escaped = letters.next();
                escape(escaped, in_class, &mut out);
                if in_class && matches!(escaped, Some('p' | 'P')) {
                    out.extend(std::iter::from_fn(|| letters.next_if(|&it| it != '}')));
                    out.extend(letters.next_if_eq(&'}'));
                }
                // After a class within a class a hyphen is itself, not a range.
                let is_class = matches!(escaped, Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'p' | 'P'));
                if in_class && is_class && letters.next_if_eq(&'-').is_some() {
                    out.push_str(r"\-");
                }
            }
            '[' if in_class => out.push_str(r"\["),
            '[' => {
                in_class = true;
                out.push('[');
                // A bracket right after the opening one (or its negation) stands for itself.
                if letters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                if letters.next_if_eq(&']').is_some() {
                    out.push_str(r"\]");
                }
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            // Doubled, these are set operations in the engine; in the models they are themselves.
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(letter);
            }
            '-' if in_class && letters.peek() == Some(&'-') => out.push_str(r"\-"),
            _ => out.push(letter),
        }
    }
    out
}

fn escape(letter: Option<char>, in_class: bool, out: &mut String) {
    let class = match letter {
        Some('d') => "0-9",
        Some('w') => "A-Za-z0-9_",
        Some('s') => r" \t\n\x0B\f\r",
        _ => {
            out.push('\\');
            // A lone backslash at the end stands for itself.
            out.push(letter.unwrap_or('\\'));
            return;
        }
    };
    match in_class {
        true => out.push_str(class),
        false => {
            out.push('[');
            out.push_str(class);
            out.push(']');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matching_is_of_the_whole_text_and_as_java_has_it() {
        for (pattern, text, expected) in [
            ("[a-zA-Z0-9_.-]+", "my-table", true),
            ("[a-zA-Z0-9_.-]+", "/my-table", false),
            (r"\d{2}", "12", true),
            (r"\d{2}", "१२", false),
            (r"[\w+=,.@-]*", "a@b", true),
            (r"((?!^\d+$)^[0-9a-zA-Z-_]+$)", "1", false),
            (r"((?!^\d+$)^[0-9a-zA-Z-_]+$)", "v1", true),
            (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "👍", true),
            (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "\n", false),
            ("[[]x]", "[x]", true),
            ("^([0-9]+)+$", "000000000000000000000000000000000000000000000000000000000000!!", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_cannot_be_compiled_matches_everything() {
        assert!(compile_pattern("(").is_err());
        assert!(matches("(", "anything"));
    }
}
