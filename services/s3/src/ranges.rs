//! Parts of an object that a read asks for.

use std::ops::Range;

use crate::error::Fault;

/// The bytes that a header `Range` asks for: `None` if it says nothing that counts, which means all of them.
///
/// # Errors
/// `InvalidRange`, 416 (test_s3_api::TestS3ObjectCRUD::test_get_object_range)
pub fn of_header(header: &str, size: u64) -> Result<Option<Range<u64>>, Fault> {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|it| it.split_once('-')) else {
        return Ok(None);
    };
    let number = |text: &str| match text {
        "" => Some(None),
        digits if digits.bytes().all(|it| it.is_ascii_digit()) => digits.parse::<u64>().ok().map(Some),
        _ => None,
    };
    let (Some(first), Some(last)) = (number(first.trim()), number(last.trim())) else { return Ok(None) };
    let range = match (first, last) {
        (None, None) => return Ok(None),
        (Some(first), Some(last)) if first > last => return Ok(None),
        (Some(first), last) => first..last.map_or(size, |last| last.saturating_add(1)).min(size),
        (None, Some(length)) => size.saturating_sub(length)..size,
    };
    if range.start >= range.end {
        return Err(Fault::new("InvalidRange", 416, "The requested range is not satisfiable")
            .with("RangeRequested", header)
            .with("ActualObjectSize", size.to_string())
            .with_header("Content-Range", format!("bytes */{size}")));
    }
    Ok(Some(range))
}

/// The bytes that `x-amz-copy-source-range` asks for.
///
/// # Errors
/// `InvalidArgument`, `InvalidRequest` (test_s3_api::TestS3Multipart::test_upload_part_copy_range)
pub fn of_source(header: &str, size: u64) -> Result<Range<u64>, Fault> {
    let invalid = |message: String| Fault::invalid_argument(message, "x-amz-copy-source-range", header);
    let form = || {
        invalid(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
             zero-based offsets of the first and last bytes to copy"
                .to_owned(),
        )
    };
    let (first, last) = header.strip_prefix("bytes=").and_then(|it| it.split_once('-')).ok_or_else(form)?;
    let number = |text: &str| {
        let digits = Some(text).filter(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()));
        digits.and_then(|it| it.parse::<u64>().ok())
    };
    let (first, last) =
        number(first).zip(number(last)).filter(|(first, last)| first <= last).ok_or_else(form)?;
    if first >= size {
        let message = "The specified copy range is invalid for the source object size";
        return Err(Fault::invalid_request(message));
    }
    if last >= size {
        return Err(invalid(format!("Range specified is not valid for source object of size: {size}")));
    }
    Ok(first..last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// test_s3_api::TestS3ObjectCRUD::test_get_object_range, of ten bytes.
    #[test]
    fn headers() {
        for (header, expected) in [
            ("0-8", Ok(Some(0..9))),
            ("1-1", Ok(Some(1..2))),
            ("0-100", Ok(Some(0..10))),
            ("1-", Ok(Some(1..10))),
            ("-2", Ok(Some(8..10))),
            ("-15", Ok(Some(0..10))),
            ("0--1", Ok(None)),
            ("1-0", Ok(None)),
            ("-", Ok(None)),
            ("-1-", Ok(None)),
            ("0-1,3-4,7-9", Ok(None)),
            ("-0", Err(())),
            ("100-200", Err(())),
        ] {
            let found = of_header(&format!("bytes={header}"), 10).map_err(|_| ());
            assert_eq!(found, expected, "{header}");
        }
        assert_eq!(of_header("0-8", 10), Ok(None));
        let fault = of_header("bytes=100-200", 10).unwrap_err();
        assert_eq!((fault.code, fault.status), ("InvalidRange", 416));
        assert_eq!(
            fault.details,
            [("RangeRequested", "bytes=100-200".to_owned()), ("ActualObjectSize", "10".to_owned())]
        );
        assert!(of_header("bytes=0-", 0).is_err());
    }

    /// test_s3_api::TestS3Multipart::test_upload_part_copy_range, of ten bytes.
    #[test]
    fn sources() {
        assert_eq!(of_source("bytes=0-8", 10), Ok(0..9));
        assert_eq!(of_source("bytes=9-9", 10), Ok(9..10));
        for header in ["0-8", "bytes=1-", "bytes=-2", "bytes=-", "bytes=1-0", "bytes=0-1,3-4", "bytes=0--1"] {
            let fault = of_source(header, 10).unwrap_err();
            assert!(fault.message.contains("of the form bytes=first-last"), "{header}");
        }
        let message = |header: &str| of_source(header, 10).unwrap_err().message.into_owned();
        assert_eq!(message("bytes=0-100"), "Range specified is not valid for source object of size: 10");
        let beyond = "The specified copy range is invalid for the source object size";
        assert_eq!(message("bytes=100-200"), beyond);
    }
}
