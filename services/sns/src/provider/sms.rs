//! Operations on text messages.

use std::ops::Bound;

use asf_api_sns::*;
use asf_runtime::RequestContext;

use super::{SnsProvider, pairs};
use crate::{pages, sms};

/// `GetSMSAttributes`
pub(super) fn get(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: GetSmsAttributesInput,
) -> GetSmsAttributesResponse {
    let settings = sms::settings(&provider.store(ctx), &input.attributes.unwrap_or_default());
    GetSmsAttributesResponse { attributes: Some(settings) }
}

/// `SetSMSAttributes`
pub(super) fn set(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: SetSmsAttributesInput,
) -> Result<SetSmsAttributesResponse, SnsError> {
    sms::set(&provider.store(ctx), pairs(input.attributes).collect())?;
    Ok(SetSmsAttributesResponse {})
}

/// `CheckIfPhoneNumberIsOptedOut`
pub(super) fn is_opted_out(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: CheckIfPhoneNumberIsOptedOutInput,
) -> Result<CheckIfPhoneNumberIsOptedOutResponse, SnsError> {
    let number = input.phone_number.unwrap_or_default();
    sms::check_number(&number)?;
    Ok(CheckIfPhoneNumberIsOptedOutResponse {
        is_opted_out: Some(provider.store(ctx).opted_out.contains(&number)),
    })
}

/// `ListPhoneNumbersOptedOut`
pub(super) fn list_opted_out(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &ListPhoneNumbersOptedOutInput,
) -> Result<ListPhoneNumbersOptedOutResponse, SnsError> {
    let start = pages::start(input.next_token.as_deref())?;
    let mut found = provider.store(ctx).opted_out.range((start, Bound::Unbounded), pages::PAGE + 1);
    let next_token = pages::cut(&mut found, pages::PAGE, |(number, _)| number);
    let phone_numbers = Some(found.into_iter().map(|(number, _)| number).collect());
    Ok(ListPhoneNumbersOptedOutResponse { phone_numbers, next_token })
}

/// `OptInPhoneNumber`
pub(super) fn opt_in(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: OptInPhoneNumberInput,
) -> Result<OptInPhoneNumberResponse, SnsError> {
    let number = input.phone_number.unwrap_or_default();
    sms::check_number(&number)?;
    provider.store(ctx).opted_out.remove(&number);
    Ok(OptInPhoneNumberResponse {})
}

/// `CreateSMSSandboxPhoneNumber`
pub(super) fn add_to_sandbox(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &CreateSmsSandboxPhoneNumberInput,
) -> Result<CreateSmsSandboxPhoneNumberResult, SnsError> {
    sms::add_to_sandbox(&provider.store(ctx), input.phone_number.as_deref().unwrap_or_default(), ctx.ids());
    Ok(CreateSmsSandboxPhoneNumberResult {})
}

/// `DeleteSMSSandboxPhoneNumber`
pub(super) fn remove_from_sandbox(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &DeleteSmsSandboxPhoneNumberInput,
) -> Result<DeleteSmsSandboxPhoneNumberResult, SnsError> {
    sms::remove_from_sandbox(&provider.store(ctx), input.phone_number.as_deref().unwrap_or_default())?;
    Ok(DeleteSmsSandboxPhoneNumberResult {})
}

/// `VerifySMSSandboxPhoneNumber`
pub(super) fn verify(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &VerifySmsSandboxPhoneNumberInput,
) -> Result<VerifySmsSandboxPhoneNumberResult, SnsError> {
    let number = input.phone_number.as_deref().unwrap_or_default();
    sms::verify(&provider.store(ctx), number, input.one_time_password.as_deref().unwrap_or_default())?;
    Ok(VerifySmsSandboxPhoneNumberResult {})
}

/// `ListSMSSandboxPhoneNumbers`
pub(super) fn list_sandbox(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &ListSmsSandboxPhoneNumbersInput,
) -> Result<ListSmsSandboxPhoneNumbersResult, SnsError> {
    let start = pages::start(input.next_token.as_deref())?;
    let size = input
        .max_results
        .and_then(|it| usize::try_from(it).ok())
        .unwrap_or(pages::PAGE)
        .clamp(1, pages::PAGE);
    let mut found = provider.store(ctx).sandbox.range((start, Bound::Unbounded), size + 1);
    let next_token = pages::cut(&mut found, size, |(number, _)| number);
    let numbers = found.into_iter().map(|(number, record)| SmsSandboxPhoneNumber {
        phone_number: Some(number),
        status: Some(match record.is_verified {
            true => SmsSandboxPhoneNumberVerificationStatus::Verified,
            false => SmsSandboxPhoneNumberVerificationStatus::Pending,
        }),
    });
    Ok(ListSmsSandboxPhoneNumbersResult { phone_numbers: Some(numbers.collect()), next_token })
}
