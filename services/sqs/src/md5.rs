//! The MD5 digests that SDKs check: of a body, and of message attributes.

use md5::{Digest, Md5};

use crate::message_attributes::{AttributeContent, Attributes};

/// MD5 of a text, in hexadecimal.
#[must_use]
pub fn of_body(body: &str) -> String {
    hexadecimal(&Md5::digest(body.as_bytes()))
}

/// MD5 of message attributes in hexadecimal, none of no attributes.
///
/// Attributes sorted by name; of each the name, the data type, a byte for the kind of value (1 text, 2
/// binary) and the value, texts with their length in four bytes before them ("Calculating the MD5 message
/// digest for message attributes" in the developer guide).
#[must_use]
pub fn of_attributes(attributes: &Attributes) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut sorted: Vec<_> = attributes.iter().collect();
    sorted.sort_unstable_by_key(|(name, _)| name.as_str());
    let mut digest = Md5::new();
    for (name, value) in sorted {
        with_length(&mut digest, name.as_bytes());
        with_length(&mut digest, value.data_type.as_bytes());
        let (kind, bytes) = match &value.content {
            AttributeContent::Text(text) => (1, text.as_bytes()),
            AttributeContent::Binary(bytes) => (2, bytes.as_ref()),
        };
        digest.update([kind]);
        with_length(&mut digest, bytes);
    }
    Some(hexadecimal(&digest.finalize()))
}

fn with_length(digest: &mut Md5, bytes: &[u8]) {
    digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    digest.update(bytes);
}

/// Bytes in hexadecimal, in lower case.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message_attributes::AttributeValue;

    /// test_sqs::test_send_receive_wait_time_seconds, ::test_fifo_change_to_high_throughput_after_creation
    #[test]
    fn bodies() {
        for (body, md5) in [
            ("message", "78e731027d8fd50ed642340b7c9a63b3"),
            ("Test4", "41d5e808720c8ee71257214e952a6721"),
            ("foobar", "3858f62230ac3c915f300c664312c63f"),
            ("msg", "6e2baaf3b97dbeef01c0043275f9a0e7"),
        ] {
            assert_eq!(of_body(body), md5);
        }
    }

    /// test_sqs::test_receive_message_message_system_attribute_names_filters,
    /// test_sqs::test_send_message_with_binary_attributes
    #[test]
    fn attributes() {
        let text = AttributeValue {
            data_type: "String".to_owned(),
            content: AttributeContent::Text("Bar".to_owned()),
        };
        let trace = b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01";
        let binary = AttributeValue {
            data_type: "Binary".to_owned(),
            content: AttributeContent::Binary(bytes::Bytes::from_static(trace)),
        };
        for (name, value, md5) in [
            ("Foo", text, "ae7155c6026991b6d54b11589678bf9c"),
            ("attr1", binary, "8cbe4db156db8a94db8b801b7addb984"),
        ] {
            let attributes = Attributes::from_iter([(name.to_owned(), value)]);
            assert_eq!(of_attributes(&attributes).as_deref(), Some(md5));
        }
        assert_eq!(of_attributes(&Attributes::new()), None);
    }
}
