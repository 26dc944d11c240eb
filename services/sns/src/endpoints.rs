//! Where subscriptions send to: protocols, and what an endpoint has to look like.

use asf_runtime::identity::Arn;

use crate::error::{ErrorKind, Fault};

/// The protocols ("Subscribe" in the API reference).
pub(crate) const PROTOCOLS: [&str; 9] =
    ["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"];

/// Whether endpoints of a protocol have to confirm a subscription before they get messages.
pub(crate) fn has_to_confirm(protocol: &str) -> bool {
    matches!(protocol, "http" | "https" | "email" | "email-json")
}

/// Checks an endpoint. Where no test is named, the words are from memory.
///
/// # Errors
/// `InvalidParameter`
pub(crate) fn check(protocol: &str, endpoint: &str, is_fifo: bool) -> Result<(), Fault> {
    // test_sns::test_subscribe_with_invalid_protocol
    if !PROTOCOLS.contains(&protocol) {
        return Err(Fault::invalid(format_args!(
            "Amazon SNS does not support this protocol string: {protocol}"
        )));
    }
    // As users report it (hashicorp/terraform-provider-aws, issue 38441).
    if is_fifo && protocol != "sqs" {
        return Err(Fault::invalid(format_args!("Invalid protocol type: {protocol}")));
    }
    let is_arn_of = |service: &str| endpoint.parse::<Arn>().is_ok_and(|it| it.service == service);
    let expect = |holds: bool, otherwise: &str| if holds { Ok(()) } else { Err(Fault::invalid(otherwise)) };
    match protocol {
        "http" | "https" => {
            let host = endpoint.strip_prefix(protocol).and_then(|it| it.strip_prefix("://"));
            expect(host.is_some_and(|it| !it.is_empty()), "Endpoint must match the specified protocol")?;
            let is_url = endpoint.parse::<http::Uri>().is_ok_and(|it| it.host().is_some());
            expect(is_url, "Unreachable Endpoint")?;
        }
        // test_sns::test_subscribe_sqs_queue_url; a queue that is not there is one all the same
        // (test_sns::test_subscribe_unknown_sqs_queue).
        "sqs" => {
            let arn = endpoint.parse::<Arn>().ok().filter(|it| it.service == "sqs");
            let is_queue = arn.is_some_and(|it| it.account.len() == 12 && !it.resource.contains([':', '/']));
            expect(is_queue, "SQS endpoint ARN")?;
            // test_sns::test_validations_for_fifo
            if !is_fifo && endpoint.ends_with(".fifo") {
                return Err(Fault::invalid(
                    "Invalid parameter: Endpoint Reason: \
                     FIFO SQS Queues can not be subscribed to standard SNS topics",
                ));
            }
        }
        "lambda" => expect(is_arn_of("lambda"), "Lambda endpoint ARN")?,
        "firehose" => expect(is_arn_of("firehose"), "Firehose endpoint ARN")?,
        // subscribeWithInvalidArnTest of ballerina-platform/module-ballerinax-aws.sns, which runs against AWS
        "application" => expect(
            is_arn_of("sns") && endpoint.contains(":endpoint/"),
            &format!("Application endpoint arn invalid:{endpoint}"),
        )?,
        "email" | "email-json" => {
            let has_both =
                endpoint.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
            expect(has_both, "Email address")?;
        }
        // test_sns::test_subscribe_invalid_sms
        _ if !is_phone(endpoint) => {
            return Err(Fault::new(ErrorKind::InvalidParameter, format!("Invalid SMS endpoint: {endpoint}")));
        }
        _ => {}
    }
    Ok(())
}

/// A phone number, with single separators between its digits.
pub(crate) fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let mut after_digit = false;
    for it in digits.bytes() {
        match it {
            b'0'..=b'9' => after_digit = true,
            b'-' | b'.' | b'/' | b' ' if after_digit => after_digit = false,
            _ => return false,
        }
    }
    after_digit && (3..=20).contains(&digits.len())
}

/// A number in E.164, which a message can be published to (test_sns::test_publish_wrong_phone_format).
pub(crate) fn is_e164(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|it| (2..=15).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit()))
}
