//! The functions of queries (S3 user guide, "SQL functions").

use asf_runtime::Timestamp;
use asf_runtime::schema::TimestampFormat;
use serde_json::Value as Json;

use super::fault;
use super::value::Value;
use crate::error::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    CharLength,
    Coalesce,
    DateAdd,
    DateDiff,
    Extract,
    Lower,
    NullIf,
    Size,
    Substring,
    ToString,
    ToTimestamp,
    /// Whole string, what is trimmed; from both ends.
    Trim,
    TrimLeading,
    TrimTrailing,
    Upper,
    UtcNow,
}

impl Function {
    /// The function of a name in small letters.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "char_length" | "character_length" => Self::CharLength,
            "coalesce" => Self::Coalesce,
            "date_add" => Self::DateAdd,
            "date_diff" => Self::DateDiff,
            "extract" => Self::Extract,
            "lower" => Self::Lower,
            "nullif" => Self::NullIf,
            "size" => Self::Size,
            "substring" => Self::Substring,
            "to_string" => Self::ToString,
            "to_timestamp" => Self::ToTimestamp,
            "trim" => Self::Trim,
            "upper" => Self::Upper,
            "utcnow" => Self::UtcNow,
            _ => return None,
        })
    }
}

fn wrong() -> Fault {
    fault(
        "EvaluatorInvalidArguments",
        "Incorrect number of arguments in the function call in the SQL expression.",
    )
}

/// What a call comes to.
pub(super) fn call(function: Function, arguments: Vec<Value>, now: Timestamp) -> Result<Value, Fault> {
    match function {
        Function::UtcNow => return Ok(Value::Time(now)),
        Function::Coalesce => {
            return Ok(arguments.into_iter().find(|it| !it.is_unknown()).unwrap_or(Value::Null));
        }
        Function::NullIf => {
            let [a, b] = <[Value; 2]>::try_from(arguments).map_err(|_| wrong())?;
            return Ok(if a.equals(&b) == Some(true) { Value::Null } else { a });
        }
        _ => {}
    }
    // Of nothing, the others make nothing.
    if arguments.iter().any(Value::is_unknown) {
        return Ok(Value::Null);
    }
    let text = |index: usize| arguments.get(index).map(Value::text).ok_or_else(wrong);
    let time = |index: usize| match arguments.get(index) {
        Some(Value::Time(it)) => Ok(*it),
        Some(other) => read_time(&other.text()).ok_or_else(wrong),
        None => Err(wrong()),
    };
    let int = |index: usize| arguments.get(index).and_then(Value::int).ok_or_else(wrong);
    Ok(match function {
        Function::Lower => Value::Text(text(0)?.to_lowercase()),
        Function::Upper => Value::Text(text(0)?.to_uppercase()),
        Function::CharLength => Value::Int(text(0)?.chars().count() as i64),
        Function::ToString => Value::Text(text(0)?),
        Function::ToTimestamp => Value::Time(time(0)?),
        Function::Size => match arguments.first() {
            Some(Value::Json(Json::Array(items))) => Value::Int(items.len() as i64),
            Some(Value::Json(Json::Object(members))) => Value::Int(members.len() as i64),
            _ => return Err(wrong()),
        },
        Function::Substring => {
            let length = if arguments.len() > 2 { Some(int(2)?) } else { None };
            Value::Text(substring(&text(0)?, int(1)?, length))
        }
        Function::Trim | Function::TrimLeading | Function::TrimTrailing => {
            let what = arguments.get(1).map_or_else(|| " ".to_owned(), Value::text);
            let (whole, is_cut) = (text(0)?, |it: char| what.contains(it));
            let cut = match function {
                Function::TrimLeading => whole.trim_start_matches(is_cut),
                Function::TrimTrailing => whole.trim_end_matches(is_cut),
                _ => whole.trim_matches(is_cut),
            };
            Value::Text(cut.to_owned())
        }
        Function::Extract => {
            let shown = time(1)?.format(TimestampFormat::DateTime);
            let place = match text(0)?.as_str() {
                "year" => 0..4,
                "month" => 5..7,
                "day" => 8..10,
                "hour" => 11..13,
                "minute" => 14..16,
                "second" => 17..19,
                _ => return Err(wrong()),
            };
            shown.get(place).and_then(|it| it.parse().ok()).map_or(Value::Null, Value::Int)
        }
        Function::DateAdd => Value::Time(added(&text(0)?, int(1)?, time(2)?).ok_or_else(wrong)?),
        Function::DateDiff => {
            let (from, to) = (time(1)?, time(2)?);
            Value::Int(difference(&text(0)?, from, to).ok_or_else(wrong)?)
        }
        Function::UtcNow | Function::Coalesce | Function::NullIf => Value::Null,
    })
}

/// The part of a text from a character on, counted from 1; what comes before it takes from the length.
fn substring(text: &str, from: i64, length: Option<i64>) -> String {
    let end = length.map_or(i64::MAX, |it| from.saturating_add(it));
    let counted = text.chars().zip(1_i64..);
    counted.filter(|(_, at)| *at >= from && *at < end).map(|(it, _)| it).collect()
}

/// Seconds of a part of fixed length.
fn seconds(part: &str) -> Option<i64> {
    Some(match part {
        "day" => 86_400,
        "hour" => 3_600,
        "minute" => 60,
        "second" => 1,
        _ => return None,
    })
}

/// Year and month of a time, as one number of months.
fn months(time: Timestamp) -> Option<i64> {
    let shown = time.format(TimestampFormat::DateTime);
    let (year, month): (i64, i64) = (shown.get(0..4)?.parse().ok()?, shown.get(5..7)?.parse().ok()?);
    Some(year * 12 + month - 1)
}

fn added(part: &str, count: i64, time: Timestamp) -> Option<Timestamp> {
    if let Some(length) = seconds(part) {
        return Some(time.plus_seconds(count.checked_mul(length)?));
    }
    let count = match part {
        "year" => count.checked_mul(12)?,
        "month" => count,
        _ => return None,
    };
    let shown = time.format(TimestampFormat::DateTime);
    let months = months(time)?.checked_add(count)?;
    let rest = shown.get(10..)?;
    let day: i64 = shown.get(8..10)?.parse().ok()?;
    // The last day of a shorter month.
    (day.saturating_sub(3)..=day).rev().find_map(|day| {
        let text = format!("{:04}-{:02}-{day:02}{rest}", months.div_euclid(12), months.rem_euclid(12) + 1);
        Timestamp::parse(&text, TimestampFormat::DateTime).ok()
    })
}

fn difference(part: &str, from: Timestamp, to: Timestamp) -> Option<i64> {
    match part {
        "year" => Some(months(to)?.div_euclid(12) - months(from)?.div_euclid(12)),
        "month" => Some(months(to)? - months(from)?),
        other => Some((to.seconds() - from.seconds()) / seconds(other)?),
    }
}

/// A time as it is written in texts: with date only, to the minute, or whole.
pub(super) fn read_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let whole = match text.len() {
        5 if text.ends_with('T') => format!("{}-01-01T00:00:00Z", text.trim_end_matches('T')),
        8 if text.ends_with('T') => format!("{}-01T00:00:00Z", text.trim_end_matches('T')),
        10 => format!("{text}T00:00:00Z"),
        17 if text.ends_with('Z') => format!("{}:00Z", text.trim_end_matches('Z')),
        _ => text.to_owned(),
    };
    Timestamp::parse(&whole, TimestampFormat::DateTime).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls() {
        let text = |it: &str| Value::Text(it.to_owned());
        let called = |name: &str, arguments: Vec<Value>| {
            call(Function::of(name).unwrap(), arguments, Timestamp::EPOCH)
                .map(|it| it.text())
                .unwrap_or_default()
        };
        assert_eq!(called("substring", vec![text("abcdef"), Value::Int(2), Value::Int(3)]), "bcd");
        assert_eq!(called("substring", vec![text("abcdef"), Value::Int(0), Value::Int(3)]), "ab");
        assert_eq!(called("trim", vec![text("  a ")]), "a");
        assert_eq!(called("coalesce", vec![Value::Missing, Value::Null, text("x")]), "x");
        assert_eq!(called("nullif", vec![text("1"), Value::Int(1)]), "");
        assert_eq!(called("utcnow", vec![]), "1970-01-01T00:00:00Z");
        assert_eq!(called("extract", vec![text("month"), text("2010-02-03")]), "2");
        let added = called("date_add", vec![text("month"), Value::Int(1), text("2010-01-31")]);
        assert_eq!(added, "2010-02-28T00:00:00Z");
        let between = vec![text("year"), text("2010-12-31T"), text("2011-01-01")];
        assert_eq!(called("date_diff", between), "");
        let between = vec![text("year"), text("2010-12-31"), text("2011-01-01")];
        assert_eq!(called("date_diff", between), "1");
    }
}
