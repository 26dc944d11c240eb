//! How often which operation was called, for `/_localstack/usage`.

use serde_json::{Map, Value};

use super::metrics::Metrics;

/// Calls by service and operation: `{"sqs": {"SendMessage": 3}}`. LocalStack's document leaves the form open;
/// this is what its counters look like, a name with counts by key.
#[must_use]
pub fn usage(metrics: &Metrics) -> Value {
    let mut services = Map::new();
    for ((service, operation), total) in metrics.totals() {
        // What could not be told has no name.
        if operation.is_empty() {
            continue;
        }
        let operations = services.entry(service).or_insert_with(|| Map::new().into());
        if let Some(operations) = operations.as_object_mut() {
            operations.insert(operation.to_owned(), total.calls().into());
        }
    }
    services.into()
}
