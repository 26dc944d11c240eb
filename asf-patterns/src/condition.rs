//! Conditions on a value.

use crate::cidr::Cidr;
use crate::event::Scalar;

/// What a value has to be like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    Equals(Scalar),
    Prefix(String),
    Suffix(String),
    /// Compared in lower case.
    PrefixIgnoreCase(String),
    SuffixIgnoreCase(String),
    EqualsIgnoreCase(String),
    Wildcard(String),
    Numeric(Range),
    Cidr(Cidr),
    /// Whether there is a value at all; the search sees to it.
    Exists(bool),
    /// None of them holds.
    AnythingBut(Vec<Condition>),
}

/// Numbers between two bounds; each may be left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) bottom: f64,
    pub(crate) has_bottom: bool,
    pub(crate) top: f64,
    pub(crate) has_top: bool,
}

impl Range {
    fn contains(&self, value: f64) -> bool {
        let above = value > self.bottom || (self.has_bottom && value >= self.bottom);
        let below = value < self.top || (self.has_top && value <= self.top);
        above && below
    }
}

impl Condition {
    /// Whether it holds for a value that is there.
    pub(crate) fn holds(&self, value: &Scalar) -> bool {
        let text = match value {
            Scalar::Text(text) => Some(text.as_str()),
            _ => None,
        };
        let is = |test: &dyn Fn(&str) -> bool| text.is_some_and(test);
        match self {
            Self::Equals(expected) => expected == value,
            Self::Prefix(prefix) => is(&|it| it.starts_with(prefix)),
            Self::Suffix(suffix) => is(&|it| it.ends_with(suffix)),
            Self::PrefixIgnoreCase(prefix) => is(&|it| it.to_lowercase().starts_with(prefix)),
            Self::SuffixIgnoreCase(suffix) => is(&|it| it.to_lowercase().ends_with(suffix)),
            Self::EqualsIgnoreCase(expected) => is(&|it| it.to_lowercase() == *expected),
            Self::Wildcard(pattern) => is(&|it| fits(pattern, it)),
            Self::Numeric(range) => matches!(value, Scalar::Number(it) if range.contains(*it)),
            Self::Cidr(cidr) => is(&|it| cidr.contains(it)),
            Self::Exists(wanted) => *wanted,
            Self::AnythingBut(none_of) => !none_of.iter().any(|it| it.holds(value)),
        }
    }
}

/// A part of a wildcard pattern.
enum Part {
    Any,
    One(char),
}

/// `*` stands for any text, `\*` and `\\` for themselves. Each star takes as little as it can, and the last one more
/// where that fails, which finds a way if there is one.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(one) = chars.next() {
        parts.push(match one {
            '*' => Part::Any,
            '\\' => Part::One(chars.next().unwrap_or('\\')),
            one => Part::One(one),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let (mut part, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match (parts.get(part), text.get(at)) {
            (Some(Part::Any), _) => {
                star = Some((part, at));
                part += 1;
            }
            (Some(Part::One(expected)), Some(found)) if expected == found => {
                part += 1;
                at += 1;
            }
            _ => {
                let Some((from, taken)) = star else { return false };
                star = Some((from, taken + 1));
                part = from + 1;
                at = taken + 1;
            }
        }
    }
    parts.iter().skip(part).all(|it| matches!(it, Part::Any))
}
