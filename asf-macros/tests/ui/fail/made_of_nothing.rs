use asf_macros::provider;

struct NoDefault;

#[provider(service = "sqs")]
impl asf_api_sqs::SqsApi for NoDefault {}

struct OtherApi;

#[provider(service = "sqs", name = "other", api = asf_api_sts, register = false)]
impl asf_api_sts::StsApi for OtherApi {}

struct New;

impl New {
    fn new() -> Self {
        Self
    }
}

#[provider(service = "sqs", name = "new", new = New::new)]
impl asf_api_sqs::SqsApi for New {}

fn main() {}
