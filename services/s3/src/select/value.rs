//! Values of queries, and how they compare.

use std::cmp::Ordering;

use asf_runtime::Timestamp;
use asf_runtime::schema::TimestampFormat;
use serde_json::Value as Json;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// There is no such member.
    Missing,
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Time(Timestamp),
    /// A list or an object.
    Json(Json),
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(it) => Self::Bool(*it),
            Json::Number(number) => match number.as_i64() {
                Some(it) => Self::Int(it),
                None => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Self::Text(text.clone()),
            nested => Self::Json(nested.clone()),
        }
    }
}

impl Value {
    /// Whether nothing is known of it.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Self::Missing | Self::Null)
    }

    /// What it says as a condition; `None` is neither.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(it) => Some(*it),
            Self::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Self::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    pub(super) fn of_truth(truth: Option<bool>) -> Self {
        truth.map_or(Self::Null, Self::Bool)
    }

    /// A number as it is, or what a text says: the fields of CSV are texts.
    pub(super) fn number(&self) -> Option<Self> {
        match self {
            Self::Int(_) | Self::Float(_) => Some(self.clone()),
            Self::Text(text) => {
                let text = text.trim();
                let int = text.parse().map(Self::Int).ok();
                int.or_else(|| text.parse().ok().filter(|it: &f64| it.is_finite()).map(Self::Float))
            }
            _ => None,
        }
    }

    pub(super) fn float(&self) -> Option<f64> {
        match self.number()? {
            Self::Int(it) => Some(it as f64),
            Self::Float(it) => Some(it),
            _ => None,
        }
    }

    pub(super) fn int(&self) -> Option<i64> {
        match self.number()? {
            Self::Int(it) => Some(it),
            Self::Float(it) => Some(it as i64),
            _ => None,
        }
    }

    /// As it stands in CSV, and in texts.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Missing | Self::Null => String::new(),
            Self::Bool(it) => it.to_string(),
            Self::Int(it) => it.to_string(),
            Self::Float(it) => it.to_string(),
            Self::Text(it) => it.clone(),
            Self::Time(it) => it.format(TimestampFormat::DateTime),
            Self::Json(it) => it.to_string(),
        }
    }

    /// As it stands in JSON; nothing for what is missing.
    pub(super) fn json(&self) -> Option<Json> {
        Some(match self {
            Self::Missing => return None,
            Self::Null => Json::Null,
            Self::Bool(it) => (*it).into(),
            Self::Int(it) => (*it).into(),
            Self::Float(it) => (*it).into(),
            Self::Text(_) | Self::Time(_) => self.text().into(),
            Self::Json(it) => it.clone(),
        })
    }

    /// How two values compare; `None` where they do not, or nothing is known of one.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(_), _) | (_, Self::Bool(_)) => Some(self.truth()?.cmp(&other.truth()?)),
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Int(_) | Self::Float(_), _) | (_, Self::Int(_) | Self::Float(_)) => {
                self.float()?.partial_cmp(&other.float()?)
            }
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.cmp(b)),
            (Self::Json(a), Self::Json(b)) => (a == b).then_some(Ordering::Equal),
            _ => None,
        }
    }

    /// Whether two values are the same; `None` if nothing is known of one.
    pub(super) fn equals(&self, other: &Self) -> Option<bool> {
        if self.is_unknown() || other.is_unknown() {
            return None;
        }
        Some(self.compare(other) == Some(Ordering::Equal))
    }
}
