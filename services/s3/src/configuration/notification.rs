//! Notifications of a bucket: what a configuration may be, and which of it an event is for.

use asf_api_s3::{
    Event, FilterRuleName, LambdaFunctionConfiguration, NotificationConfiguration,
    NotificationConfigurationFilter, QueueConfiguration, TopicConfiguration,
};
use asf_runtime::ids::Ids;

use super::refusal::well_formed;
use crate::error::Fault;

/// The kind of a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A queue of SQS.
    Queue,
    /// A topic of SNS.
    Topic,
    /// A function of Lambda.
    Function,
}

impl Kind {
    /// The element that names the destination, as errors do
    /// (test_s3_notifications_sns::TestS3NotificationsToSns::test_invalid_topic_arn).
    fn argument(self) -> &'static str {
        match self {
            Self::Queue => "Queue",
            Self::Topic => "Topic",
            Self::Function => "CloudFunction",
        }
    }

    /// The service in the ARN.
    fn service(self) -> &'static str {
        match self {
            Self::Queue => "sqs",
            Self::Topic => "sns",
            Self::Function => "lambda",
        }
    }
}

/// One entry of a configuration, whatever its kind.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The kind of the destination.
    pub kind: Kind,
    /// The entry's id.
    pub id: &'a str,
    /// The destination.
    pub arn: &'a str,
    /// Events that it hears of.
    pub events: &'a [Event],
    /// Keys that it hears of.
    filter: Option<&'a NotificationConfigurationFilter>,
}

/// The entries of a configuration.
pub fn targets(configuration: &NotificationConfiguration) -> impl Iterator<Item = Target<'_>> {
    fn target<'a>(
        kind: Kind,
        (id, arn, events): (&'a Option<String>, &'a Option<String>, &'a Option<Vec<Event>>),
        filter: &'a Option<NotificationConfigurationFilter>,
    ) -> Target<'a> {
        Target {
            kind,
            id: id.as_deref().unwrap_or_default(),
            arn: arn.as_deref().unwrap_or_default(),
            events: events.as_deref().unwrap_or_default(),
            filter: filter.as_ref(),
        }
    }
    let queues = configuration.queue_configurations.iter().flatten();
    let topics = configuration.topic_configurations.iter().flatten();
    let functions = configuration.lambda_function_configurations.iter().flatten();
    queues
        .map(|QueueConfiguration { id, queue_arn, events, filter }| {
            target(Kind::Queue, (id, queue_arn, events), filter)
        })
        .chain(topics.map(|TopicConfiguration { id, topic_arn, events, filter }| {
            target(Kind::Topic, (id, topic_arn, events), filter)
        }))
        .chain(functions.map(|LambdaFunctionConfiguration { id, lambda_function_arn, events, filter }| {
            target(Kind::Function, (id, lambda_function_arn, events), filter)
        }))
}

impl Target<'_> {
    /// Whether it hears of an event (`ObjectCreated:Put`) of a key.
    #[must_use]
    pub fn wants(&self, event: &str, key: &str) -> bool {
        self.events.iter().any(|it| covers(it.as_str(), event))
            && key.starts_with(self.rule("prefix"))
            && key.ends_with(self.rule("suffix"))
    }

    /// The value of a filter rule; empty if there is none.
    fn rule(&self, name: &str) -> &str {
        let rules = self.filter.and_then(|it| it.key.as_ref()).and_then(|it| it.filter_rules.as_deref());
        let mut rules = rules.unwrap_or_default().iter();
        let is_it = |it: &FilterRuleName| it.as_str().eq_ignore_ascii_case(name);
        let rule = rules.rfind(|rule| rule.name.as_ref().is_some_and(is_it));
        rule.and_then(|it| it.value.as_deref()).unwrap_or_default()
    }

    /// Whether an event of a key could be for both.
    fn overlaps(&self, other: &Self) -> bool {
        let events = self.events.iter().any(|one| {
            other.events.iter().any(|another| {
                let (one, another) = (one.as_str(), another.as_str());
                let name = |it: &str| it.strip_prefix("s3:").unwrap_or(it).to_owned();
                covers(one, &name(another)) || covers(another, &name(one))
            })
        });
        let (prefixes, suffixes) =
            ((self.rule("prefix"), other.rule("prefix")), (self.rule("suffix"), other.rule("suffix")));
        events
            && (prefixes.0.starts_with(prefixes.1) || prefixes.1.starts_with(prefixes.0))
            && (suffixes.0.ends_with(suffixes.1) || suffixes.1.ends_with(suffixes.0))
    }
}

/// Whether the event of a configuration (`s3:ObjectCreated:*`) is or has this one (`ObjectCreated:Put`).
fn covers(configured: &str, event: &str) -> bool {
    let configured = configured.strip_prefix("s3:").unwrap_or(configured);
    match configured.strip_suffix('*') {
        Some(start) => event.starts_with(start),
        None => configured == event,
    }
}

/// Checks a configuration, and fills in what it leaves open: ids, and the names of filter rules as AWS writes them.
///
/// Whether destinations exist is not looked at here.
///
/// # Errors
/// `MalformedXML`, `InvalidArgument` (test_s3_notifications_lambda::TestS3NotificationsToLambda::test_invalid_lambda_arn,
/// test_s3_api::TestS3BucketNotificationConfiguration::test_bucket_notification_with_invalid_filter_rules)
pub fn check(
    configuration: Option<NotificationConfiguration>,
    ids: &Ids,
) -> Result<NotificationConfiguration, Fault> {
    let mut configuration = configuration.ok_or_else(Fault::malformed_xml)?;
    let queues = configuration.queue_configurations.iter_mut().flatten();
    let topics = configuration.topic_configurations.iter_mut().flatten();
    let functions = configuration.lambda_function_configurations.iter_mut().flatten();
    let parts = queues
        .map(|it| (&mut it.id, &mut it.filter))
        .chain(topics.map(|it| (&mut it.id, &mut it.filter)))
        .chain(functions.map(|it| (&mut it.id, &mut it.filter)));
    for (id, filter) in parts {
        if id.as_ref().is_none_or(String::is_empty) {
            *id = Some(ids.uuid());
        }
        check_filter(filter)?;
    }
    for target in targets(&configuration) {
        well_formed(!target.events.is_empty() && !target.arn.is_empty())?;
        // From memory.
        if let Some(event) = target.events.iter().find(|it| matches!(it, Event::Unknown(_))) {
            return Err(Fault::invalid_argument(
                "A specified event is not supported for notifications.",
                "Event",
                event.as_str(),
            ));
        }
        if Arn::parse(target.arn).is_none_or(|arn| arn.service != target.kind.service()) {
            return Err(Fault::invalid_argument(
                "The ARN could not be parsed",
                target.kind.argument(),
                target.arn,
            ));
        }
    }
    let all: Vec<_> = targets(&configuration).collect();
    let mut pairs =
        all.iter().enumerate().flat_map(|(at, it)| all.iter().skip(at + 1).map(move |other| (it, other)));
    if pairs.any(|(one, another)| one.overlaps(another)) {
        // S3 user guide, "Examples of notification configurations with invalid prefix and suffix overlapping".
        return Err(Fault::new(
            "InvalidArgument",
            400,
            "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are \
             overlapping for the same event type.",
        ));
    }
    Ok(configuration)
}

/// Names of rules in any case, kept as AWS shows them
/// (test_s3_notifications_sqs::TestS3NotificationsToSQS::test_filter_rules_case_insensitive).
fn check_filter(filter: &mut Option<NotificationConfigurationFilter>) -> Result<(), Fault> {
    let rules = filter.as_mut().and_then(|it| it.key.as_mut()).and_then(|it| it.filter_rules.as_mut());
    for rule in rules.into_iter().flatten() {
        let name = rule.name.as_ref().map(FilterRuleName::as_str).unwrap_or_default();
        let shown = match name.to_ascii_lowercase().as_str() {
            "prefix" => "Prefix",
            "suffix" => "Suffix",
            _ => {
                return Err(Fault::invalid_argument(
                    "filter rule name must be either prefix or suffix",
                    "FilterRule.Name",
                    name,
                ));
            }
        };
        rule.name = Some(FilterRuleName::Unknown(shown.to_owned()));
        rule.value.get_or_insert_default();
    }
    let is_empty = filter.as_ref().is_some_and(|it| {
        it.key.as_ref().is_none_or(|it| it.filter_rules.as_ref().is_none_or(Vec::is_empty))
    });
    if is_empty {
        *filter = None;
    }
    Ok(())
}

/// What a destination that does not exist, or that S3 may not use, is refused with
/// (test_s3_notifications_lambda: `lambda-does-not-exist`; queues and topics from memory).
#[must_use]
pub fn no_such_destination(target: &Target<'_>) -> Fault {
    let arn = target.arn;
    let (name, value) = match target.kind {
        Kind::Queue => (arn.to_owned(), "The destination queue does not exist".to_owned()),
        Kind::Topic => (arn.to_owned(), "The destination topic does not exist".to_owned()),
        Kind::Function => (format!("{arn}, null"), format!("Not authorized to invoke function [{arn}]")),
    };
    Fault::new("InvalidArgument", 400, "Unable to validate the following destination configurations")
        .with("ArgumentName1", name)
        .with("ArgumentValue1", value)
}

/// `arn:aws:sqs:us-east-1:000000000000:queue`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `sqs`
    pub service: &'a str,
    /// `us-east-1`
    pub region: &'a str,
    /// The account's number.
    pub account: &'a str,
    /// What comes behind it.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Reads an ARN that has a region and an account.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (arn, partition) = (parts.next()?, parts.next()?);
        let (service, region, account) = (parts.next()?, parts.next()?, parts.next()?);
        let resource = parts.next()?;
        let is_whole = ![service, region, account, resource].contains(&"");
        (arn == "arn" && partition.starts_with("aws") && is_whole).then_some(Self {
            service,
            region,
            account,
            resource,
        })
    }
}

#[cfg(test)]
mod tests {
    use asf_api_s3::{FilterRule, S3KeyFilter};

    use super::*;

    const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:q";

    fn queue(arn: &str, event: &str, rules: &[(&str, &str)]) -> QueueConfiguration {
        let rules = rules
            .iter()
            .map(|(name, value)| FilterRule { name: Some((*name).into()), value: Some((*value).to_owned()) });
        let key = S3KeyFilter { filter_rules: Some(rules.collect()) };
        QueueConfiguration {
            id: None,
            queue_arn: Some(arn.to_owned()),
            events: Some(vec![event.into()]),
            filter: Some(NotificationConfigurationFilter { key: Some(key) }),
        }
    }

    fn put(queues: Vec<QueueConfiguration>) -> Result<NotificationConfiguration, String> {
        let configuration =
            NotificationConfiguration { queue_configurations: Some(queues), ..Default::default() };
        check(Some(configuration), &Ids::seeded(1)).map_err(|it| it.to_string())
    }

    #[test]
    fn what_is_refused() {
        let created = "s3:ObjectCreated:*";
        for (queues, expected) in [
            (vec![queue("invalid-queue", created, &[])], "InvalidArgument: The ARN could not be parsed"),
            (
                vec![queue("arn:aws:sns:us-east-1:000000000000:q", created, &[])],
                "InvalidArgument: The ARN could not be parsed",
            ),
            (
                vec![queue(QUEUE, created, &[("INVALID", "x")])],
                "InvalidArgument: filter rule name must be either prefix or suffix",
            ),
            (vec![queue(QUEUE, "s3:Other", &[])], "InvalidArgument: A specified event"),
            (
                vec![queue(QUEUE, created, &[]), queue(QUEUE, "s3:ObjectCreated:Put", &[("prefix", "a")])],
                "InvalidArgument: Configuration is ambiguously defined.",
            ),
        ] {
            let found = put(queues).unwrap_err();
            assert!(found.starts_with(expected), "{found} instead of {expected}");
        }
        assert!(put(vec![queue(QUEUE, created, &[]), queue(QUEUE, "s3:ObjectTagging:*", &[])]).is_ok());
        let apart = [[("prefix", "a/")], [("prefix", "b/")]].map(|rules| queue(QUEUE, created, &rules));
        assert!(put(apart.to_vec()).is_ok());
    }

    #[test]
    fn which_events_it_is_for() {
        let rules = [("pREfix", "logs/"), ("suffix", ".txt")];
        let kept = put(vec![queue(QUEUE, "s3:ObjectCreated:*", &rules)]).unwrap();
        let target = targets(&kept).next().unwrap();
        assert_eq!(target.id.len(), 36);
        for (event, key, is_wanted) in [
            ("ObjectCreated:Put", "logs/a.txt", true),
            ("ObjectCreated:Copy", "logs/a.txt", true),
            ("ObjectRemoved:Delete", "logs/a.txt", false),
            ("ObjectCreated:Put", "logs/a.png", false),
            ("ObjectCreated:Put", "log.txt", false),
        ] {
            assert_eq!(target.wants(event, key), is_wanted, "{event} {key}");
        }
        let names = kept.queue_configurations.unwrap().remove(0).filter.unwrap().key.unwrap();
        let names: Vec<_> =
            names.filter_rules.unwrap().into_iter().map(|it| it.name.unwrap().as_str().to_owned()).collect();
        assert_eq!(names, ["Prefix", "Suffix"]);
    }
}
