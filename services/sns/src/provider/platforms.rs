//! Operations on platform applications and their endpoints.

use asf_api_sns::*;
use asf_runtime::RequestContext;

use super::{SnsProvider, pairs};
use crate::platforms;

/// `CreatePlatformApplication`
pub(super) fn create_application(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: CreatePlatformApplicationInput,
) -> Result<CreatePlatformApplicationResponse, SnsError> {
    let arn = platforms::create_application(
        &provider.store(ctx),
        ctx.account_id,
        &ctx.region,
        input.name.as_deref().unwrap_or_default(),
        input.platform.as_deref().unwrap_or_default(),
        pairs(input.attributes).collect(),
    )?;
    Ok(CreatePlatformApplicationResponse { platform_application_arn: Some(arn) })
}

/// `GetPlatformApplicationAttributes`
pub(super) fn get_application(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &GetPlatformApplicationAttributesInput,
) -> Result<GetPlatformApplicationAttributesResponse, SnsError> {
    let arn = input.platform_application_arn.as_deref().unwrap_or_default();
    let application = platforms::application(&provider.store(ctx), arn)?;
    Ok(GetPlatformApplicationAttributesResponse { attributes: Some(platforms::shown(&application)) })
}

/// `SetPlatformApplicationAttributes`
pub(super) fn set_application(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: SetPlatformApplicationAttributesInput,
) -> Result<(), SnsError> {
    let arn = input.platform_application_arn.unwrap_or_default();
    platforms::set_application(&provider.store(ctx), &arn, pairs(input.attributes).collect())?;
    Ok(())
}

/// `DeletePlatformApplication`
pub(super) fn delete_application(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &DeletePlatformApplicationInput,
) {
    platforms::delete_application(
        &provider.store(ctx),
        input.platform_application_arn.as_deref().unwrap_or_default(),
    );
}

/// `ListPlatformApplications`
pub(super) fn list_applications(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &ListPlatformApplicationsInput,
) -> Result<ListPlatformApplicationsResponse, SnsError> {
    let store = provider.store(ctx);
    let (found, next_token) = platforms::page(input.next_token.as_deref(), |start, limit| {
        platforms::applications(&store, start, limit)
    })?;
    let applications = found.into_iter().map(|(arn, application)| PlatformApplication {
        platform_application_arn: Some(arn),
        attributes: Some(platforms::shown(&application)),
    });
    Ok(ListPlatformApplicationsResponse { platform_applications: Some(applications.collect()), next_token })
}

/// `CreatePlatformEndpoint`
pub(super) fn create_endpoint(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: CreatePlatformEndpointInput,
) -> Result<CreateEndpointResponse, SnsError> {
    let arn = platforms::create_device(
        &provider.store(ctx),
        input.platform_application_arn.as_deref().unwrap_or_default(),
        input.token.unwrap_or_default(),
        input.custom_user_data,
        pairs(input.attributes).collect(),
        ctx.ids(),
    )?;
    Ok(CreateEndpointResponse { endpoint_arn: Some(arn) })
}

/// `GetEndpointAttributes`
pub(super) fn get_endpoint(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &GetEndpointAttributesInput,
) -> Result<GetEndpointAttributesResponse, SnsError> {
    let device = platforms::device(&provider.store(ctx), input.endpoint_arn.as_deref().unwrap_or_default())?;
    Ok(GetEndpointAttributesResponse { attributes: Some(device.attributes.clone()) })
}

/// `SetEndpointAttributes`
pub(super) fn set_endpoint(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: SetEndpointAttributesInput,
) -> Result<(), SnsError> {
    let arn = input.endpoint_arn.unwrap_or_default();
    platforms::set_device(&provider.store(ctx), &arn, pairs(input.attributes).collect())?;
    Ok(())
}

/// `DeleteEndpoint`
pub(super) fn delete_endpoint(provider: &SnsProvider, ctx: &RequestContext, input: &DeleteEndpointInput) {
    platforms::delete_device(&provider.store(ctx), input.endpoint_arn.as_deref().unwrap_or_default());
}

/// `ListEndpointsByPlatformApplication`
pub(super) fn list_endpoints(
    provider: &SnsProvider,
    ctx: &RequestContext,
    input: &ListEndpointsByPlatformApplicationInput,
) -> Result<ListEndpointsByPlatformApplicationResponse, SnsError> {
    let store = provider.store(ctx);
    let application = input.platform_application_arn.as_deref().unwrap_or_default();
    platforms::application(&store, application)?;
    let (found, next_token) = platforms::page(input.next_token.as_deref(), |start, limit| {
        platforms::devices_of(&store, application, start, limit)
    })?;
    let endpoints = found.into_iter().map(|(arn, device)| Endpoint {
        endpoint_arn: Some(arn),
        attributes: Some(device.attributes.clone()),
    });
    Ok(ListEndpointsByPlatformApplicationResponse { endpoints: Some(endpoints.collect()), next_token })
}
