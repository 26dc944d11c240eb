//! `/_aws/sqs/messages`.

use asf_runtime::plugin::DEVELOPER_ENDPOINTS;
use asf_runtime::protocol::Request;
use serde_json::{Value, json};

use super::Sqs;

/// Asks; status, content type, body.
async fn ask(sqs: &Sqs, uri: &str, headers: &[(&str, &str)], body: &str) -> (u16, String, String) {
    let endpoint = DEVELOPER_ENDPOINTS.iter().find(|it| it.prefix == "/_aws/sqs/messages").unwrap();
    assert_eq!(endpoint.service, "sqs");
    let mut request = http::Request::builder().uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request: Request = request.body(body.as_bytes().to_vec().into()).unwrap();
    let (head, body) = (endpoint.answer)(&*sqs.provider, &sqs.environment, request).await.into_parts();
    let content_type = head.headers["content-type"].to_str().unwrap().to_owned();
    let body = body.collect(1 << 20).await.unwrap();
    (head.status.as_u16(), content_type, String::from_utf8(body.to_vec()).unwrap())
}

const JSON: (&str, &str) = ("accept", "application/json");

async fn bodies(sqs: &Sqs, uri: &str) -> Vec<String> {
    let (status, _, body) = ask(sqs, uri, &[JSON], "").await;
    assert_eq!(status, 200, "{body}");
    let body: Value = serde_json::from_str(&body).unwrap();
    let messages = body["ReceiveMessageResponse"]["ReceiveMessageResult"]["Message"].as_array().unwrap();
    messages.iter().map(|it| it["Body"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn looking_changes_nothing() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    for body in ["in flight", "<visible>"] {
        sqs.send(&url, body).await;
    }
    sqs.ok("ReceiveMessage", json!({"QueueUrl": url})).await;
    sqs.ok("SendMessage", json!({"QueueUrl": url, "MessageBody": "delayed", "DelaySeconds": 9})).await;
    let base = "/_aws/sqs/messages";
    for (uri, expected) in [
        (format!("{base}?QueueUrl={url}"), vec!["<visible>"]),
        (format!("{base}/us-east-1/000000000000/q"), vec!["<visible>"]),
        (format!("{base}/us-east-1/000000000000/q?ShowDelayed=true"), vec!["<visible>", "delayed"]),
        (format!("{base}?QueueUrl={url}&ShowInvisible=1"), vec!["in flight", "<visible>"]),
    ] {
        for _ in 0..2 {
            assert_eq!(bodies(&sqs, &uri).await, expected, "{uri}");
        }
    }
    assert_eq!(sqs.bodies(&url).await, ["<visible>"]);
}

#[tokio::test]
async fn as_xml() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let attributes = json!({"Foo": {"DataType": "String", "StringValue": "Bar"}});
    let input = json!({"QueueUrl": url, "MessageBody": "<b>", "MessageAttributes": attributes});
    let sent = sqs.ok("SendMessage", input).await;
    sqs.receive(&url).await;
    let uri = format!("/_aws/sqs/messages?QueueUrl={url}&ShowInvisible=true");
    let (status, content_type, body) = ask(&sqs, &uri, &[], "").await;
    assert_eq!((status, content_type.as_str()), (200, "text/xml"));
    let id = sent["MessageId"].as_str().unwrap();
    for part in [
        r#"<ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ReceiveMessageResult>"#,
        &format!("<Message><MessageId>{id}</MessageId><ReceiptHandle>SQS/BACKDOOR/ACCESS</ReceiptHandle>"),
        "<Body>&lt;b&gt;</Body>",
        "<Attribute><Name>SenderId</Name><Value>000000000000</Value></Attribute>",
        "<Attribute><Name>IsVisible</Name><Value>false</Value></Attribute>",
        "<MessageAttribute><Name>Foo</Name><Value><StringValue>Bar</StringValue><DataType>String</DataType>",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    // The same, as a form.
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let action = format!("Action=ReceiveMessage&QueueUrl={url}&ShowInvisible=true");
    assert!(ask(&sqs, "/_aws/sqs/messages", &form, &action).await.2.contains("<Body>&lt;b&gt;</Body>"));
}

/// An SDK whose endpoint this is: what it signs says which account and region it means.
#[tokio::test]
async fn as_an_sdk_asks() {
    let sqs = Sqs::new().account("111111111111").region("eu-west-1");
    sqs.queue("q", json!({})).await;
    sqs.send("q", "hello").await;
    let headers = [
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", "AmazonSQS.ReceiveMessage"),
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=111111111111/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host",
        ),
    ];
    let (status, content_type, body) =
        ask(&sqs, "/_aws/sqs/messages", &headers, r#"{"QueueUrl": "q", "MaxNumberOfMessages": 1}"#).await;
    assert_eq!((status, content_type.as_str()), (200, "application/x-amz-json-1.0"));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["Messages"][0]["Body"], "hello");
    assert_eq!(body["Messages"][0]["Attributes"]["SenderId"], "111111111111");
}

#[tokio::test]
async fn what_is_not_there() {
    let sqs = Sqs::new();
    for (uri, status, code) in [
        ("/_aws/sqs/messages", 400, "MissingParameter"),
        ("/_aws/sqs/messages?QueueUrl=nope", 400, "AWS.SimpleQueueService.NonExistentQueue"),
        ("/_aws/sqs/messages?QueueUrl=http://localhost/x", 404, "InvalidAddress"),
        ("/_aws/sqs/messages/us-east-1/q", 404, "InvalidAddress"),
        ("/_aws/sqs/messages?Action=SendMessage&QueueUrl=q", 400, "InvalidAction"),
    ] {
        let (got, _, body) = ask(&sqs, uri, &[], "").await;
        assert_eq!(got, status, "{uri}");
        assert!(body.contains(&format!("<Code>{code}</Code>")), "{uri}: {body}");
    }
}
