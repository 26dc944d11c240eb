//! Pages and filters of what is described.

use asf_api_rds::{Filter, RdsError};

use crate::error::value;

/// The page of a list, and where the next one begins: behind the key of its last. A page has 20 to 100 records, and
/// 100 if nothing is said ("MaxRecords" in the API reference).
///
/// # Errors
/// `InvalidParameterValue` if the page is to have another size.
pub(crate) fn page<T>(
    all: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> &str,
    max_records: Option<i32>,
    marker: Option<&str>,
) -> Result<(Vec<T>, Option<String>), RdsError> {
    let max = max_records.unwrap_or(100);
    if !(20..=100).contains(&max) {
        let message = format!("Invalid value {max} for MaxRecords. Must be between 20 and 100");
        return Err(value(message));
    }
    let max = usize::try_from(max).unwrap_or(100);
    let is_behind = |it: &T| marker.is_none_or(|marker| key(it) > marker);
    let mut found: Vec<T> = all.into_iter().filter(is_behind).take(max + 1).collect();
    let more = found.len() > max;
    found.truncate(max);
    let next = found.last().filter(|_| more).map(|last| key(last).to_owned());
    Ok((found, next))
}

/// Checks filters, and gives them with their values; each has to be met by one of its values.
///
/// # Errors
/// `InvalidParameterValue` if there is no such filter, or one has no values.
pub(crate) fn filters(
    given: Option<Vec<Filter>>,
    known: &[&str],
) -> Result<Vec<(String, Vec<String>)>, RdsError> {
    let read = |filter: Filter| {
        let name = filter.name.unwrap_or_default();
        if !known.contains(&name.as_str()) {
            return Err(value(format!("Unrecognized filter name: {name}")));
        }
        let values = filter.values.unwrap_or_default();
        if values.is_empty() {
            return Err(value(format!("Filter {name} has no values.")));
        }
        Ok((name, values))
    };
    given.unwrap_or_default().into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages() {
        let all: Vec<String> = (10..60).map(|it| it.to_string()).collect();
        let get = |max, marker| page(all.iter(), |it| it.as_str(), max, marker).ok();
        let (first, next) = get(Some(20), None).unwrap();
        assert_eq!((first.len(), next.as_deref()), (20, Some("29")));
        let (last, next) = get(Some(20), Some("49")).unwrap();
        assert_eq!((last.len(), last[0].as_str(), next), (10, "50", None));
        assert_eq!(get(None, None).unwrap().0.len(), 50);
        assert!(get(Some(19), None).is_none() && get(Some(101), None).is_none());
    }
}
