use asf_api_sqs::SqsApi;
use asf_macros::{handler, provider};

struct One;

#[provider(service = "SQS", nam = "x", name = 3, register = "no", new = || One, name = "y")]
impl SqsApi for One {}

struct Two;

#[provider(name = "x")]
impl SqsApi for Two {}

struct Three;

#[provider(service = "sqs", expand)]
impl SqsApi for Three {}

#[provider(service = "sqs")]
impl One {
    #[handler("CreateQueue")]
    fn create_queue(&self) {}
}

#[provider(service = "sqs")]
struct Four;

struct Five<T>(T);

#[provider(service = "sqs")]
impl<T: Send + Sync> SqsApi for Five<T> {}

impl One {
    #[handler("CreateQueue")]
    fn create(&self) {}
}

fn main() {}
