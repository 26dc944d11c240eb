//! "Did you mean": the nearest name in errors about unknown services, operations and shapes.

/// The nearest of the names, unless none is near.
pub fn suggest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    names
        .into_iter()
        .map(|candidate| (closeness(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(closeness, _)| *closeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Similar spelling; or the one is the other without its ends (`queueurl` of `getqueueurl`).
fn closeness(wanted: &str, candidate: &str) -> f64 {
    let alike = strsim::jaro_winkler(wanted, candidate);
    let (short, long) =
        if wanted.len() < candidate.len() { (wanted, candidate) } else { (candidate, wanted) };
    if short.len() >= 4 && long.contains(short) {
        return alike.max(0.81 + 0.19 * short.len() as f64 / long.len() as f64);
    }
    alike
}

/// The error about a name that is not there: `no service named sqz; did you mean sqs?`
pub fn unknown<'a>(what: &str, name: &str, names: impl IntoIterator<Item = &'a str>) -> anyhow::Error {
    match suggest(name, names) {
        Some(nearest) => anyhow::anyhow!("no {what} named {name}; did you mean {nearest}?"),
        None => anyhow::anyhow!("no {what} named {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_name() {
        let services = ["autoscaling", "sqs", "sns", "s3", "dynamodb", "lambda", "cloudformation"];
        for (name, nearest) in [
            ("sqz", Some("sqs")),
            ("SQS", Some("sqs")),
            ("dynamo", Some("dynamodb")),
            ("dynamodb2", Some("dynamodb")),
            ("formation", Some("cloudformation")),
            ("lamda", Some("lambda")),
            ("nosuchthing", None),
            ("xxxxxxx", None),
            ("", None),
        ] {
            assert_eq!(suggest(name, services), nearest, "{name}");
        }
        let operations = ["SendMessage", "SendMessageBatch", "GetQueueUrl", "DeleteQueue"];
        assert_eq!(suggest("SendMesage", operations), Some("SendMessage"));
        assert_eq!(suggest("queueurl", operations), Some("GetQueueUrl"));
        assert_eq!(
            unknown("operation", "GetQueueURI", operations).to_string(),
            "no operation named GetQueueURI; did you mean GetQueueUrl?"
        );
    }
}
