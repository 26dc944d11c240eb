//! Host names: endpoints, S3's buckets, and what is no API's.

use super::{Text, check, refused};

#[test]
fn endpoints() {
    for host in [
        "lambda.us-east-1.amazonaws.com",
        "lambda.us-east-1.amazonaws.com:443",
        "lambda.us-gov-west-1.amazonaws.com",
        "lambda-fips.us-east-1.amazonaws.com",
        "lambda.us-east-1.api.aws",
        "lambda.cn-north-1.amazonaws.com.cn",
        "lambda.cn-north-1.api.amazonwebservices.com.cn",
        "lambda.us-iso-east-1.c2s.ic.gov",
        "lambda.localhost.localstack.cloud:4566",
        "lambda.us-east-1.localhost.localstack.cloud:4566",
        "lambda.localhost:4566",
    ] {
        // A path that is no version's: alone it is taken for a bucket's.
        check(&format!("GET /2015-03-31/functions\nhost: {host}"), "lambda.ListFunctions rest-json");
        assert_eq!(
            refused(&format!("GET /bucket/key\nhost: {host}")).service.as_deref(),
            Some("lambda"),
            "{host}"
        );
    }
    check("GET /restapis\nhost: apigateway.us-east-1.amazonaws.com", "apigateway.GetRestApis rest-json");
    check("GET /bots/\nhost: models-fips.lex.us-east-1.amazonaws.com", "lex-models.GetBots rest-json");
    check("POST /bots/\nhost: models-v2-lex.us-east-1.amazonaws.com", "lexv2-models.ListBots rest-json");
    check("GET /tags/a\nhost: ivs.us-east-1.amazonaws.com", "ivs.ListTagsForResource rest-json");
    check(
        "GET /tags/a\nhost: ivsrealtime.us-east-1.amazonaws.com",
        "ivs-realtime.ListTagsForResource rest-json",
    );
    // The endpoint is what a service's own name is not: `email`; both are known on this machine.
    check(
        "GET /v2/email/identities\nhost: email.us-east-1.amazonaws.com",
        "sesv2.ListEmailIdentities rest-json",
    );
    check(
        "GET /v2/email/identities\nhost: sesv2.localhost.localstack.cloud",
        "sesv2.ListEmailIdentities rest-json",
    );
    // Host against signature: the signature counts.
    check("GET /tags/a\n@ivs\nhost: lambda.us-east-1.amazonaws.com", "ivs.ListTagsForResource rest-json");
    // The host in the URI, as HTTP/2 and proxies have it.
    check("GET https://apigateway.us-east-1.amazonaws.com/restapis", "apigateway.GetRestApis rest-json");
}

#[test]
fn buckets() {
    for host in [
        "bucket.s3.amazonaws.com",
        "bucket.s3.us-east-1.amazonaws.com",
        "bucket.s3.us-east-1.amazonaws.com:443",
        "bucket.s3-us-west-2.amazonaws.com",
        "bucket.s3-external-1.amazonaws.com",
        "bucket.s3.dualstack.us-east-1.amazonaws.com",
        "bucket.s3-fips.us-east-1.amazonaws.com",
        "bucket.s3-fips.dualstack.us-east-1.amazonaws.com",
        "bucket.s3-accelerate.amazonaws.com",
        "bucket.s3-accelerate.dualstack.amazonaws.com",
        "bucket.s3.cn-north-1.amazonaws.com.cn",
        "bucket.s3express-use1-az4.us-east-1.amazonaws.com",
        "bucket.s3-accesspoint.us-east-1.amazonaws.com",
        "bucket.s3-accesspoint.dualstack.us-east-1.amazonaws.com",
        "bucket.s3-object-lambda.us-east-1.amazonaws.com",
        "bucket.s3.localhost.localstack.cloud:4566",
        "bucket.s3.us-east-1.localhost.localstack.cloud:4566",
        "bucket.s3.localhost:4566",
        "bucket.s3.localhost",
        // Behind a name of one's own.
        "bucket.s3.localstack:4566",
        "bucket.s3.emulator.internal",
    ] {
        for signature in ["", "\n@s3"] {
            let check = |request: &str, expected: &str| {
                check(&format!("{request}\nhost: {host}{signature}"), expected);
            };
            check("GET /", "s3.ListObjects rest-xml /bucket");
            check("GET /?list-type=2&prefix=a", "s3.ListObjectsV2 rest-xml /bucket?list-type=2&prefix=a");
            check("PUT /", "s3.CreateBucket rest-xml /bucket");
            check("PUT /key", "s3.PutObject rest-xml /bucket/key");
            check("GET /a/b%20c/", "s3.GetObject rest-xml /bucket/a/b%20c/");
            check("GET //", "s3.GetObject rest-xml /bucket//");
            check("GET /key?acl", "s3.GetObjectAcl rest-xml /bucket/key?acl");
            check("POST /?delete", "s3.DeleteObjects rest-xml /bucket?delete");
        }
    }
    let dotted = "GET /key\nhost: my.sqs.bucket.s3.us-east-1.amazonaws.com";
    check(dotted, "s3.GetObject rest-xml /my.sqs.bucket/key");
    let text = Text::new(dotted);
    let route = asf_specs::router().route(&text.request()).unwrap();
    assert_eq!(route.bucket(&text.request()), Some("my.sqs.bucket"));
    check("GET /key\nhost: sqs.s3.localhost", "s3.GetObject rest-xml /sqs/key");
    // Buckets that look like regions.
    check("GET /key\nhost: my-bucket-1.s3.localhost", "s3.GetObject rest-xml /my-bucket-1/key");
    check("GET /key\nhost: us-east-1.s3.us-east-1.amazonaws.com", "s3.GetObject rest-xml /us-east-1/key");
}

#[test]
fn no_buckets() {
    for host in [
        "s3.amazonaws.com",
        "s3.us-east-1.amazonaws.com",
        "s3-us-west-2.amazonaws.com",
        "s3.dualstack.us-east-1.amazonaws.com",
        "s3.localhost.localstack.cloud:4566",
        "s3.us-east-1.localhost.localstack.cloud:4566",
        "s3.localhost:4566",
        "s3.localstack:4566",
    ] {
        check(&format!("GET /\nhost: {host}"), "s3.ListBuckets rest-xml");
        check(&format!("GET /bucket/key\nhost: {host}"), "s3.GetObject rest-xml");
        check(&format!("GET /2015-03-31/functions\nhost: {host}"), "s3.GetObject rest-xml");
    }
    for host in [
        "localhost:4566",
        "127.0.0.1:4566",
        "[::1]:4566",
        "localstack:4566",
        "host.docker.internal:4566",
        "localhost.localstack.cloud:4566",
        "emulator.internal",
    ] {
        check(&format!("GET /bucket/key\n@s3\nhost: {host}"), "s3.GetObject rest-xml");
        check(&format!("GET /bucket/key\nhost: {host}"), "s3.GetObject rest-xml");
        check(&format!("GET /2015-03-31/functions\n@lambda\nhost: {host}"), "lambda.ListFunctions rest-json");
    }
    // Signed for another service: the host is a name like any other.
    check(
        "GET /2015-03-31/functions\n@lambda\nhost: bucket.s3.localhost:4566",
        "lambda.ListFunctions rest-json",
    );
    // What stands before the host of the function that answers is a token.
    check(
        "POST /WriteGetObjectResponse\n@s3-object-lambda\nx-amz-request-route: io\nx-amz-request-token: t\nhost: io.s3-object-lambda.us-east-1.amazonaws.com",
        "s3.WriteGetObjectResponse rest-xml",
    );
}

/// Endpoints of what users have made: they are not for the router, signed or not.
#[test]
fn endpoints_of_users() {
    for host in [
        "a1b2.execute-api.us-east-1.amazonaws.com",
        "a1b2.execute-api.localhost.localstack.cloud:4566",
        "a1b2.lambda-url.us-east-1.on.aws",
        "a1b2.lambda-url.us-east-1.localhost.localstack.cloud:4566",
        "search-domain-x.us-east-1.es.amazonaws.com",
        "domain.us-east-1.opensearch.localhost.localstack.cloud:4566",
        "a1b2.us-east-1.aoss.amazonaws.com",
        "bucket.s3-website-us-east-1.amazonaws.com",
        "bucket.s3-website.localhost.localstack.cloud:4566",
        "bucket.s3-website.eu-central-1.amazonaws.com",
        "balancer.elb.localhost.localstack.cloud:4566",
        "d1.cloudfront.localhost.localstack.cloud:4566",
        "000000000000.dkr.ecr.us-east-1.localhost.localstack.cloud:4566",
        "a1b2.appsync-api.us-east-1.amazonaws.com",
    ] {
        for request in [
            "GET /",
            "GET /2015-03-31/functions",
            "PUT /bucket/key",
            "POST /?Action=ListUsers&Version=2010-05-08",
            "POST /prod\n@execute-api\nx-amz-target: AmazonSQS.SendMessage",
            "POST /\n@lambda",
            "GET /_search\n@es",
        ] {
            let error = refused(&format!("{request}\nhost: {host}"));
            assert_eq!((error.code, error.status), ("UnknownOperationException", 404), "{request} {host}");
        }
    }
    // Their connections are an API; the stage stands before the path.
    for host in
        ["a1b2.execute-api.us-east-1.amazonaws.com", "a1b2.execute-api.localhost.localstack.cloud:4566"]
    {
        for signature in ["", "\n@execute-api"] {
            check(
                &format!("POST /prod/@connections/c%3D\nhost: {host}{signature}"),
                "apigatewaymanagementapi.PostToConnection rest-json /@connections/c%3D",
            );
        }
    }
}
