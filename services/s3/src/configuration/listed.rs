//! What the four configurations that a bucket has many of share: inventory, analytics, metrics and
//! intelligent-tiering. Each has an id, and is listed by it, a hundred at a time.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Kept;
use crate::error::Fault;

/// Entries of a page ("You can have up to 1,000 .. 100 at a time", S3 API reference of the list operations).
pub const PAGE: usize = 100;
/// Entries of a bucket (the same).
pub const MOST: usize = 1000;

/// A page of configurations.
#[derive(Debug)]
pub struct Page<T> {
    /// What is on it; none if there is nothing.
    pub entries: Option<Vec<T>>,
    /// Where the next begins, if there is one.
    pub next: Option<String>,
}

/// The configurations from a token on.
///
/// # Errors
/// `InvalidArgument` for a token that is none (words from the recordings of other lists of S3).
pub fn page<T: Clone>(all: &BTreeMap<String, Kept<T>>, token: Option<&str>) -> Result<Page<T>, Fault> {
    let after = token.map(read_token).transpose()?;
    let mut rest = all.iter().filter(|(id, _)| after.as_ref().is_none_or(|after| *id > after)).peekable();
    let mut entries = Vec::new();
    let mut last = None;
    while let Some((id, configuration)) = rest.next_if(|_| entries.len() < PAGE) {
        entries.push(configuration.to_owned());
        last = Some(id);
    }
    let next = last.filter(|_| rest.peek().is_some()).map(|id| STANDARD.encode(id));
    Ok(Page { entries: (!entries.is_empty()).then_some(entries), next })
}

fn read_token(token: &str) -> Result<String, Fault> {
    let bytes = STANDARD.decode(token).ok().and_then(|it| String::from_utf8(it).ok());
    bytes.filter(|it| !it.is_empty()).ok_or_else(|| {
        Fault::new("InvalidArgument", 400, "The continuation token provided is incorrect")
            .with("ArgumentName", "continuation-token")
    })
}

/// A configuration that there is.
///
/// # Errors
/// `NoSuchConfiguration` (test_s3::TestS3::test_s3_inventory_report_crud)
pub fn find<'a, T>(all: &'a BTreeMap<String, Kept<T>>, id: &str) -> Result<&'a Kept<T>, Fault> {
    all.get(id)
        .ok_or_else(|| Fault::new("NoSuchConfiguration", 404, "The specified configuration does not exist."))
}

/// Whether the id of the request is the one in the document.
///
/// # Errors
/// `IdMismatch` (test_s3::TestS3::test_s3_put_inventory_report_exceptions)
pub fn check_id(asked: &str, id: Option<&str>) -> Result<(), Fault> {
    if id == Some(asked) {
        return Ok(());
    }
    Err(Fault::new("IdMismatch", 400, "Document ID does not match the specified configuration ID."))
}

/// Puts one in.
///
/// # Errors
/// `TooManyConfigurations` (S3 API reference, `PutBucketMetricsConfiguration`)
pub fn insert<T>(all: &mut BTreeMap<String, Kept<T>>, id: String, configuration: T) -> Result<(), Fault> {
    if all.len() >= MOST && !all.contains_key(&id) {
        return Err(Fault::new(
            "TooManyConfigurations",
            400,
            "You are attempting to create a new configuration but have already reached the 1,000-configuration limit.",
        ));
    }
    all.insert(id, configuration.into());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages() {
        let mut all = BTreeMap::new();
        for number in 0..MOST {
            insert(&mut all, format!("{number:04}"), number).unwrap();
        }
        let error = insert(&mut all, "x".to_owned(), 1).unwrap_err();
        assert!(error.to_string().starts_with("TooManyConfigurations"));
        insert(&mut all, "0000".to_owned(), 0).unwrap();
        let (mut token, mut found) = (None, Vec::new());
        loop {
            let page = page(&all, token.as_deref()).unwrap();
            found.extend(page.entries.unwrap());
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(found, (0..MOST).collect::<Vec<_>>());
        assert!(page(&all, Some("?")).is_err());
        assert!(page(&BTreeMap::<String, Kept<usize>>::new(), None).unwrap().entries.is_none());
    }
}
