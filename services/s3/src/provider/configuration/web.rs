//! What web pages and browsers see: CORS and websites.

use asf_api_s3::*;
use asf_runtime::RequestContext;

use super::{S3Provider, bucket};
use crate::configuration::refusal::not_found;
use crate::configuration::{cors, website};

/// `GetBucketCors`
pub(in crate::provider) fn cors(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketCorsRequest,
) -> Result<GetBucketCorsOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let configurations = provider.configurations(&bucket);
    // test_s3_cors::TestS3Cors::test_delete_cors
    let cors = configurations.cors.as_ref().ok_or_else(|| {
        not_found("NoSuchCORSConfiguration", "The CORS configuration does not exist", &bucket.name)
    })?;
    Ok(GetBucketCorsOutput { cors_rules: cors.cors_rules.clone() })
}

/// `PutBucketCors`
pub(in crate::provider) fn put_cors(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketCorsRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let cors = cors::check(input.cors_configuration)?;
    provider.configure(&bucket, |it| it.cors = Some(cors.into()))?;
    Ok(())
}

/// `DeleteBucketCors`
pub(in crate::provider) fn delete_cors(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteBucketCorsRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    provider.configure(&bucket, |it| it.cors = None)?;
    Ok(())
}

/// `GetBucketWebsite`
pub(in crate::provider) fn website(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &GetBucketWebsiteRequest,
) -> Result<GetBucketWebsiteOutput, S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let configurations = provider.configurations(&bucket);
    // test_s3::TestS3StaticWebsiteHosting::test_website_hosting_no_such_website
    let website = configurations.website.as_ref().ok_or_else(|| {
        not_found(
            "NoSuchWebsiteConfiguration",
            "The specified bucket does not have a website configuration",
            &bucket.name,
        )
    })?;
    let WebsiteConfiguration { error_document, index_document, redirect_all_requests_to, routing_rules } =
        website.to_owned();
    Ok(GetBucketWebsiteOutput { redirect_all_requests_to, index_document, error_document, routing_rules })
}

/// `PutBucketWebsite`
pub(in crate::provider) fn put_website(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: PutBucketWebsiteRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    let website = website::check(input.website_configuration)?;
    provider.configure(&bucket, |it| it.website = Some(website.into()))?;
    Ok(())
}

/// `DeleteBucketWebsite`
pub(in crate::provider) fn delete_website(
    provider: &S3Provider,
    ctx: &RequestContext,
    input: &DeleteBucketWebsiteRequest,
) -> Result<(), S3Error> {
    let bucket = bucket!(provider, ctx, input);
    provider.configure(&bucket, |it| it.website = None)?;
    Ok(())
}
