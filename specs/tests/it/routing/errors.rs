//! Requests that go nowhere, and every input that could do harm.

use asf_schema::ProtocolKind::{Ec2, Json, Query, RestJson, RestXml, RpcV2Cbor};

use super::{Text, refused};

#[test]
fn refusals() {
    let form = "content-type: application/x-www-form-urlencoded\n\n";
    for (request, service, protocol, status, expected) in [
        (
            "POST /\n@dynamodb\nx-amz-target: DynamoDB_20120810.Nonsense".to_owned(),
            Some("dynamodb"), Json, 400,
            r#"UnknownOperationException: dynamodb has no operation "Nonsense""#,
        ),
        (
            "POST /\nx-amz-target: Nonsense".to_owned(),
            None, Json, 400,
            r#"UnknownOperationException: no service is known that has the operation "Nonsense""#,
        ),
        (
            "POST /\n@dynamodb\ncontent-type: application/x-amz-json-1.0\n\n{}".to_owned(),
            Some("dynamodb"), Json, 400,
            "UnknownOperationException: dynamodb has no operation at POST /",
        ),
        (
            "POST /service/GraniteServiceVersion20100801/operation/Nonsense\n@monitoring\nsmithy-protocol: rpc-v2-cbor".to_owned(),
            Some("cloudwatch"), RpcV2Cbor, 404,
            r#"UnknownOperationException: cloudwatch has no operation "Nonsense""#,
        ),
        (
            format!("POST /\n@iam\n{form}Action=Nonsense&Version=2010-05-08"),
            Some("iam"), Query, 400,
            "InvalidAction: Could not find operation Nonsense for version 2010-05-08",
        ),
        (
            format!("POST /\n@ec2\n{form}Action=Nonsense&Version=2016-11-15"),
            Some("ec2"), Ec2, 400,
            "InvalidAction: The action Nonsense is not valid for this web service.",
        ),
        (
            format!("POST /000000000000/q\n@sqs\n{form}Action=Nonsense"),
            Some("sqs"), Query, 400,
            "InvalidAction: The action Nonsense is not valid for this web service.",
        ),
        (
            format!("POST /\n@iam\n{form}Version=2010-05-08"),
            Some("iam"), Query, 400,
            "MissingAction: The request must contain the parameter Action.",
        ),
        (
            format!("POST /\n{form}Action=Nonsense&Version=2010-05-08"),
            Some("iam"), Query, 400,
            "InvalidAction: Could not find operation Nonsense for version 2010-05-08",
        ),
        (
            format!("POST /\n{form}a=b"),
            None, Query, 400,
            "MissingAction: The request must contain the parameter Action.",
        ),
        (
            "GET /nonsense\n@lambda".to_owned(),
            Some("lambda"), RestJson, 404,
            "UnknownOperationException: lambda has no operation at GET /nonsense",
        ),
        (
            "PATCH /2013-04-01/hostedzone\n@route53".to_owned(),
            Some("route53"), RestXml, 404,
            "UnknownOperationException: route53 has no operation at PATCH /2013-04-01/hostedzone",
        ),
        (
            "PATCH /bucket/key\n@s3".to_owned(),
            Some("s3"), RestXml, 405,
            "MethodNotAllowed: The specified method is not allowed against this resource.",
        ),
        (
            "POST /\nhost: bucket.s3.localhost.localstack.cloud".to_owned(),
            Some("s3"), RestXml, 405,
            "MethodNotAllowed: The specified method is not allowed against this resource.",
        ),
        (
            "GET /a\n@vpc-lattice-svcs".to_owned(),
            None, RestJson, 404,
            r#"UnknownOperationException: the request is signed for "vpc-lattice-svcs", which is no service"#,
        ),
        (
            "GET /".to_owned(),
            None, RestJson, 404,
            "UnknownOperationException: no service can be told from GET /: the request is not signed, and neither \
             its host nor its headers name one",
        ),
    ] {
        let error = refused(&request);
        assert_eq!(error.to_string(), expected);
        assert_eq!((error.service.as_deref(), error.protocol, error.status), (service, protocol, status), "{request}");
    }
}

/// Pieces of requests, in all sorts of orders and cut anywhere: an answer, whichever, in bounded time.
#[test]
fn no_input_does_harm() {
    const PIECES: [&str; 28] = [
        "/",
        "//",
        "?",
        "&",
        "=",
        "%",
        "%2F",
        "%e2%82",
        "#",
        "://",
        ":",
        "@",
        ".",
        "..",
        "é",
        "\u{0}",
        "+}",
        "{",
        "s3",
        "bucket",
        "portals",
        "service",
        "operation",
        "Action=",
        "X-Amz-Credential=",
        "aws4_request",
        ".s3.localhost",
        "AWS4-HMAC-SHA256 Credential=",
    ];
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..20_000 {
        let mut any = |most: usize| {
            let mut text = String::new();
            for _ in 0..random(most) {
                text.push_str(PIECES[random(PIECES.len())]);
            }
            text
        };
        let (uri, host, authorization, target, body) = (any(12), any(6), any(8), any(5), any(8));
        let mut text = Text::new("GET /");
        text.method = ["GET", "POST", "PUT", ""][random(4)].to_owned();
        text.uri = uri;
        text.body = body;
        for (name, value) in [("host", host), ("authorization", authorization), ("x-amz-target", target)] {
            if let (0, Ok(value)) = (random(2), http::HeaderValue::from_bytes(value.as_bytes())) {
                text.headers.insert(name, value);
            }
        }
        if random(2) == 0 {
            text.headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
        }
        if let Ok(route) = asf_specs::router().route(&text.request()) {
            assert!(asf_specs::info(route.service).is_some());
            assert_ne!(route.rewritten(&text.request()).as_deref(), Some(""));
        }
    }
    // Long ones.
    for piece in ["/", "/a", "&a=b", "a.", "%2F", "é"] {
        let mut text = Text::new("GET /\n@s3");
        text.uri = format!("/portals{}", piece.repeat(100_000));
        asf_specs::router().route(&text.request()).unwrap();
    }
}
