use asf_macros::provider;

#[derive(Default)]
struct Queues;

#[provider(service = "sqss")]
impl asf_api_sqs::SqsApi for Queues {}

fn main() {}
