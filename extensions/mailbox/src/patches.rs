//! A patch: what is done around an operation, whoever answers it.

use asf_api_ses::operations::SendEmail;
use asf_api_ses::{MessageRejected, SendEmailRequest, SendEmailResponse, SesError};
use asf_macros::patch;
use asf_runtime::RequestContext;
use asf_runtime::patch::Next;

/// The address that SES's mailbox simulator has for an address on the suppression list.
const BLOCKED: &str = "suppressionlist@simulator.amazonses.com";

/// Refuses mail to the address that SES has for tests of that.
#[patch(service = "ses", operation = "SendEmail", name = "blocked", priority = 10)]
async fn blocked(
    ctx: &RequestContext,
    input: SendEmailRequest,
    next: Next<'_, SendEmail>,
) -> Result<SendEmailResponse, SesError> {
    if is_blocked(&input) {
        return Err(MessageRejected::new("Address is on the suppression list.").into());
    }
    next.call(ctx, input).await
}

fn is_blocked(input: &SendEmailRequest) -> bool {
    let mut to = input.destination.iter().filter_map(|it| it.to_addresses.as_ref()).flatten();
    to.any(|address| address == BLOCKED)
}
