//! Requests that say nothing of themselves but method and path.

use super::{check, refused};

#[test]
fn paths_of_services() {
    // Operations that are called unsigned.
    check(
        "GET /federation/credentials?role_name=r&account_id=1\nx-amz-sso_bearer_token: t",
        "sso.GetRoleCredentials rest-json",
    );
    check("POST /token", "sso-oidc.CreateToken rest-json");
    check("POST /client/register", "sso-oidc.RegisterClient rest-json");
    // A version, or two words that are a service's.
    check("GET /2015-03-31/functions/", "lambda.ListFunctions rest-json");
    check("POST /2015-03-31/functions/f/invocations", "lambda.Invoke rest-json");
    check("GET /2013-04-01/hostedzone", "route53.ListHostedZones rest-xml");
    check("GET /greengrass/groups", "greengrass.ListGroups rest-json");
    // A token.
    check("GET /v1/spaces/s/projects/p\nauthorization: Bearer t", "codecatalyst.GetProject rest-json");
    check("POST /model/m/converse\nauthorization: Bearer t", "bedrock-runtime.Converse rest-json");
    check("GET /foundation-models\nauthorization: Bearer t", "bedrock.ListFoundationModels rest-json");
    // A method that buckets and keys do not have.
    check("POST /restapis/", "apigateway.CreateRestApi rest-json");
    check("PATCH /restapis/a", "apigateway.UpdateRestApi rest-json");
}

#[test]
fn buckets_and_keys() {
    check("GET /my-bucket", "s3.ListObjects rest-xml");
    check("GET /my-bucket/index.html", "s3.GetObject rest-xml");
    check("HEAD /my-bucket/a/b/c", "s3.HeadObject rest-xml");
    check("PUT /my-bucket/a", "s3.PutObject rest-xml");
    check("DELETE /my-bucket/a", "s3.DeleteObject rest-xml");
    check("GET /my-bucket?list-type=2", "s3.ListObjectsV2 rest-xml");
    // Words that services have too, but that are likelier buckets.
    check("GET /assets/logo.png", "s3.GetObject rest-xml");
    check("GET /applications/a", "s3.GetObject rest-xml");
    check("GET /images/2026/a.png", "s3.GetObject rest-xml");
}

#[test]
fn neither() {
    for request in [
        "GET /",
        "HEAD /",
        "POST /",
        "OPTIONS /my-bucket/key",
        "GET /_localstack/health",
        "GET /_aws/sqs/messages",
        "GET /ab",
        "GET /b%00d/key",
        "POST /my-bucket/key",
        "BREW /my-bucket/key",
    ] {
        let error = refused(request);
        assert_eq!(
            (error.service.as_deref(), error.code, error.status),
            (None, "UnknownOperationException", 404),
            "{request}"
        );
    }
}
