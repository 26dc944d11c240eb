//! ARNs of topics and subscriptions, with SNS's words for those that are none.

use asf_runtime::identity::{AccountId, Arn, Region};

use crate::error::Fault;

/// Elements of an ARN.
const ELEMENTS: usize = 6;

/// An ARN in the region that is called, for a parameter.
///
/// # Errors
/// `InvalidParameter`: it is no ARN (test_sns::test_unsubscribe_wrong_arn_format), or one of another service or
/// region (test_sns::test_cross_region_delivery_sqs).
pub(crate) fn parse(text: &str, region: &Region, parameter: &str) -> Result<(AccountId, Arn), Fault> {
    if text.is_empty() {
        return Err(Fault::reason(parameter, "no value for required parameter"));
    }
    let elements = text.split(':').count();
    if elements < ELEMENTS {
        return Err(Fault::reason(
            parameter,
            format_args!("An ARN must have at least {ELEMENTS} elements, not {elements}"),
        ));
    }
    let arn: Arn = text.parse().map_err(|_| Fault::invalid(parameter))?;
    let account = arn.account.parse().map_err(|_| Fault::invalid(parameter))?;
    if arn.service != "sns" || arn.region != region.as_str() {
        return Err(Fault::invalid(parameter));
    }
    Ok((account, arn))
}

/// Account and name of a topic.
///
/// # Errors
/// As [`parse`].
pub(crate) fn topic(text: &str, region: &Region) -> Result<(AccountId, String), Fault> {
    let (account, arn) = parse(text, region, "TopicArn")?;
    if arn.resource.contains([':', '/']) {
        return Err(Fault::invalid("TopicArn"));
    }
    Ok((account, arn.resource))
}

/// The account of a subscription's topic.
///
/// # Errors
/// As [`parse`]; `InvalidParameter` if there is no id (test_sns::test_unsubscribe_wrong_arn_format).
pub(crate) fn subscription(text: &str, region: &Region) -> Result<AccountId, Fault> {
    let (account, arn) = parse(text, region, "SubscriptionArn")?;
    let is_id = |id: &str| {
        id.len() == 36
            && id.bytes().enumerate().all(|(at, it)| match at {
                8 | 13 | 18 | 23 => it == b'-',
                _ => it.is_ascii_hexdigit(),
            })
    };
    match arn.resource.split_once(':') {
        Some((_, id)) if is_id(id) => Ok(account),
        _ => Err(Fault::invalid("SubscriptionId")),
    }
}

/// The ARN of something of SNS.
pub(crate) fn of(account: AccountId, region: &Region, resource: &str) -> String {
    format!("arn:{}:sns:{region}:{account}:{resource}", region.partition())
}
