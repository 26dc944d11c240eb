//! Delivery policies: how HTTP deliveries are tried again, and with which content type they are sent.
//!
//! A topic's lies within `http`, a subscription's does not; what a subscription leaves out is the topic's, and what
//! that leaves out is AWS's. The forms are those of test_sns::test_topic_delivery_policy_crud and
//! test_sns::test_subscribe_external_http_endpoint_content_type. The words about numbers are AWS's, as others have
//! reported them: `numRetries` (createTopicWithInvalidDeliveryPolicyTest of ballerina-platform/module-ballerinax-aws.sns,
//! which runs against AWS), `minDelayTarget` (awsdocs/amazon-sns-developer-guide, pull request 5).

use serde_json::{Map, Value, json};

/// What notifications are sent as, unless a policy says otherwise.
const CONTENT_TYPE: &str = "text/plain; charset=UTF-8";
/// Seconds between two attempts at most, and for all of them ("Amazon SNS message delivery retries").
const MAX_DELAY: i64 = 3_600;
/// Attempts after the first at most ("Creating an HTTP/S delivery policy").
const MAX_RETRIES: i64 = 100;
const BACKOFF: [&str; 4] = ["linear", "arithmetic", "geometric", "exponential"];

/// Reads a topic's policy, and writes it as it is kept; `None` for an empty text, which takes it away.
///
/// # Errors
/// What is wrong, to stand behind `Invalid parameter: `; the words are ours where nobody has AWS's.
pub fn of_topic(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let policy = object(text)?;
    let http = policy.get("http").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut kept = Map::new();
    for name in [
        "defaultHealthyRetryPolicy",
        "defaultSicklyRetryPolicy",
        "defaultThrottlePolicy",
        "defaultRequestPolicy",
    ] {
        if let Some(value) = http.get(name).filter(|it| !it.is_null()) {
            kept.insert(name.to_owned(), value.clone());
        }
    }
    check_retries(kept.get("defaultHealthyRetryPolicy"), "http.defaultHealthyRetryPolicy")?;
    let overrides = http.get("disableSubscriptionOverrides").and_then(Value::as_bool).unwrap_or(false);
    kept.insert("disableSubscriptionOverrides".to_owned(), overrides.into());
    Ok(Some(json!({ "http": kept }).to_string()))
}

/// Reads a subscription's policy, and writes it as it is kept; `None` for an empty text.
///
/// # Errors
/// As [`of_topic`].
pub fn of_subscription(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let policy = object(text)?;
    let part = |name: &str| policy.get(name).cloned().unwrap_or(Value::Null);
    check_retries(policy.get("healthyRetryPolicy"), "healthyRetryPolicy")?;
    let kept = json!({
        "healthyRetryPolicy": part("healthyRetryPolicy"),
        "sicklyRetryPolicy": part("sicklyRetryPolicy"),
        "throttlePolicy": part("throttlePolicy"),
        "requestPolicy": part("requestPolicy"),
        "guaranteed": policy.get("guaranteed").and_then(Value::as_bool).unwrap_or(false),
    });
    Ok(Some(kept.to_string()))
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|_| "DeliveryPolicy: failed to parse JSON.".to_owned())
}

/// The numbers of a retry policy, from what to what ("Creating an HTTP/S delivery policy").
const BOUNDS: [(&str, i64, i64); 6] = [
    ("minDelayTarget", 1, MAX_DELAY),
    ("maxDelayTarget", 1, MAX_DELAY),
    ("numRetries", 0, MAX_RETRIES),
    ("numNoDelayRetries", 0, MAX_RETRIES),
    ("numMinDelayRetries", 0, MAX_RETRIES),
    ("numMaxDelayRetries", 0, MAX_RETRIES),
];

/// Checks a retry policy, which stands at this place.
fn check_retries(policy: Option<&Value>, place: &str) -> Result<(), String> {
    let Some(policy) = policy.filter(|it| !it.is_null()) else { return Ok(()) };
    let wrong = |what: &str| Err(format!("DeliveryPolicy: {place}.{what}"));
    for (name, least, greatest) in BOUNDS {
        match policy.get(name) {
            None | Some(Value::Null) => {}
            Some(value) => match value.as_i64() {
                None => return wrong(&format!("{name} must be a number")),
                Some(it) if it < least => {
                    return wrong(&format!("{name} must be greater than or equal to {least}"));
                }
                Some(it) if it > greatest => {
                    return wrong(&format!("{name} must be less than or equal to {greatest}"));
                }
                Some(_) => {}
            },
        }
    }
    let number = |name: &str| policy.get(name).and_then(Value::as_i64);
    if let (Some(minimum), Some(maximum)) = (number("minDelayTarget"), number("maxDelayTarget"))
        && minimum > maximum
    {
        return wrong("minDelayTarget must be less than or equal to maxDelayTarget");
    }
    let of = |name: &str| number(name).unwrap_or(0);
    let phases = of("numNoDelayRetries") + of("numMinDelayRetries") + of("numMaxDelayRetries");
    if phases > number("numRetries").unwrap_or(3) {
        return wrong("numRetries must be greater than or equal to the retries of all phases");
    }
    match policy.get("backoffFunction").and_then(Value::as_str) {
        Some(function) if !BACKOFF.contains(&function) => wrong("backoffFunction is not supported"),
        _ => Ok(()),
    }
}

/// A healthy retry policy in which nothing is left out.
fn healthy(given: Option<&Value>) -> Value {
    let mut all = json!({
        "minDelayTarget": 20,
        "maxDelayTarget": 20,
        "numRetries": 3,
        "numMaxDelayRetries": 0,
        "numNoDelayRetries": 0,
        "numMinDelayRetries": 0,
        "backoffFunction": "linear",
    });
    if let (Some(all), Some(given)) = (all.as_object_mut(), given.and_then(Value::as_object)) {
        for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
            all.insert(name.clone(), value.clone());
        }
    }
    all
}

fn kept(policy: Option<&str>) -> Value {
    policy.and_then(|it| serde_json::from_str(it).ok()).unwrap_or(Value::Null)
}

/// `EffectiveDeliveryPolicy` of a topic.
#[must_use]
pub fn effective_of_topic(policy: Option<&str>) -> Value {
    let policy = kept(policy);
    let http = &policy["http"];
    let mut effective = json!({
        "defaultHealthyRetryPolicy": healthy(http.get("defaultHealthyRetryPolicy")),
        "disableSubscriptionOverrides": http.get("disableSubscriptionOverrides").cloned().unwrap_or(false.into()),
    });
    for name in ["defaultSicklyRetryPolicy", "defaultThrottlePolicy"] {
        if let Some(value) = http.get(name) {
            effective[name] = value.clone();
        }
    }
    let request = http.get("defaultRequestPolicy").cloned();
    effective["defaultRequestPolicy"] = request.unwrap_or_else(|| json!({"headerContentType": CONTENT_TYPE}));
    json!({ "http": effective })
}

/// `EffectiveDeliveryPolicy` of a subscription.
#[must_use]
pub fn effective_of_subscription(policy: Option<&str>, of_topic: Option<&str>) -> Value {
    let topic = effective_of_topic(of_topic);
    let topic = &topic["http"];
    let own = match topic["disableSubscriptionOverrides"].as_bool() {
        Some(true) => Value::Null,
        _ => kept(policy),
    };
    let part = |name: &str| own.get(name).filter(|it| !it.is_null()).cloned();
    json!({
        "healthyRetryPolicy": match part("healthyRetryPolicy") {
            Some(given) => healthy(Some(&given)),
            None => topic["defaultHealthyRetryPolicy"].clone(),
        },
        "sicklyRetryPolicy": part("sicklyRetryPolicy"),
        "throttlePolicy": part("throttlePolicy"),
        "requestPolicy": part("requestPolicy").unwrap_or_else(|| topic["defaultRequestPolicy"].clone()),
        "guaranteed": own.get("guaranteed").cloned().unwrap_or(false.into()),
    })
}

/// What a delivery goes by.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// `Content-Type` of notifications.
    pub content_type: String,
    /// Seconds before each further attempt.
    pub delays: Vec<i64>,
}

/// The plan of a subscription.
#[must_use]
pub fn plan(policy: Option<&str>, of_topic: Option<&str>) -> Plan {
    let effective = effective_of_subscription(policy, of_topic);
    let content_type = effective["requestPolicy"]["headerContentType"].as_str().unwrap_or(CONTENT_TYPE);
    Plan { content_type: content_type.to_owned(), delays: delays(&effective["healthyRetryPolicy"]) }
}

/// The phases one after the other: at once, at the least delay, backing off, at the greatest
/// ("Delivery policy stages").
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "delays are small")]
fn delays(policy: &Value) -> Vec<i64> {
    let number = |name: &str| policy[name].as_i64().unwrap_or(0).clamp(0, MAX_DELAY);
    let count = |name: &str| usize::try_from(number(name).min(MAX_RETRIES)).unwrap_or(0);
    let (least, greatest) =
        (number("minDelayTarget"), number("maxDelayTarget").max(number("minDelayTarget")));
    let (at_once, at_least, at_most) =
        (count("numNoDelayRetries"), count("numMinDelayRetries"), count("numMaxDelayRetries"));
    let backing_off = count("numRetries").saturating_sub(at_once + at_least + at_most);
    let span = (greatest - least) as f64;
    let step = |index: usize| {
        // From 0 for the first to 1 for the last.
        let part = if backing_off > 1 { index as f64 / (backing_off - 1) as f64 } else { 0.0 };
        let part = match policy["backoffFunction"].as_str() {
            Some("arithmetic") => part * (part + 1.0) / 2.0,
            Some("geometric") => part * part,
            Some("exponential") => (part.exp2() - 1.0) * part,
            _ => part,
        };
        least + (span * part).round() as i64
    };
    let mut delays = vec![0; at_once];
    delays.extend(std::iter::repeat_n(least, at_least));
    delays.extend((0..backing_off).map(step));
    delays.extend(std::iter::repeat_n(greatest, at_most));
    // The whole takes an hour at most.
    let mut sum = 0;
    delays.retain(|delay| {
        sum += delay;
        sum <= MAX_DELAY
    });
    delays
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases() {
        let of =
            |policy: Value| plan(Some(&json!({ "healthyRetryPolicy": policy }).to_string()), None).delays;
        assert_eq!(plan(None, None).delays, [20, 20, 20]);
        assert_eq!(of(json!({"numRetries": 0})), [0; 0]);
        let all = json!({
            "minDelayTarget": 1, "maxDelayTarget": 5, "numRetries": 8,
            "numNoDelayRetries": 1, "numMinDelayRetries": 1, "numMaxDelayRetries": 1,
        });
        assert_eq!(of(all), [0, 1, 1, 2, 3, 4, 5, 5]);
        assert_eq!(of(json!({"minDelayTarget": 3600, "maxDelayTarget": 3600, "numRetries": 3})), [3600]);
        for function in BACKOFF {
            let delays = of(
                json!({"minDelayTarget": 1, "maxDelayTarget": 100, "numRetries": 9, "backoffFunction": function}),
            );
            assert!(
                delays.is_sorted() && delays.first() == Some(&1) && delays.last() == Some(&100),
                "{delays:?}"
            );
        }
    }

    #[test]
    fn refused() {
        for policy in [
            r#"{"http": {"defaultHealthyRetryPolicy": {"numRetries": 101}}}"#,
            r#"{"http": {"defaultHealthyRetryPolicy": {"minDelayTarget": 9, "maxDelayTarget": 1}}}"#,
            r#"{"http": {"defaultHealthyRetryPolicy": {"numRetries": 1, "numNoDelayRetries": 2}}}"#,
            r#"{"http": {"defaultHealthyRetryPolicy": {"backoffFunction": "none"}}}"#,
            r#"{"http": {"defaultHealthyRetryPolicy": {"numRetries": -1}}}"#,
            "x",
        ] {
            assert!(of_topic(policy).is_err(), "{policy}");
        }
    }
}
