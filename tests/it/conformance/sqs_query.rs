//! SQS over query, which its model has from our patch: names of parameters and elements as in the API
//! reference of SQS (and in the model from before SQS spoke json).

use asf_api_sqs::SERVICE;
use asf_runtime::Value;
use asf_runtime::error::{AwsError, ServiceError as _};
use asf_runtime::protocol::{self, Exchange, Protocol};
use asf_runtime::schema::ProtocolKind;
use asf_runtime::value::neutral::{from_neutral, to_neutral};
use http::HeaderMap;
use serde_json::{Value as Json, json};

const NONE: &str = "<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>";

fn query() -> &'static dyn Protocol {
    protocol::of(ProtocolKind::Query)
}

fn parsed(operation: &str, uri: &str, form: &str) -> Result<Json, String> {
    let operation = SERVICE.operation(operation).unwrap();
    let (parts, ()) = http::Request::post(uri).body(()).unwrap().into_parts();
    let mut input = Value::Null;
    query()
        .parse_request(operation, &parts, form.as_bytes().to_vec().into(), &mut input)
        .map_err(|error| format!("{}: {}", error.code(), error.message().unwrap_or_default()))?;
    Ok(to_neutral(operation.input().unwrap(), &input))
}

#[test]
fn requests() {
    let queue = "QueueUrl=http%3A%2F%2Fx%2F000000000000%2Fq";
    let url = "http://x/000000000000/q";
    for (operation, form, expected) in [
        (
            "CreateQueue",
            "QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5&Attribute.2.Name=Policy&Attribute.2.Value=\
             &Tag.1.Key=a&Tag.1.Value=b"
                .to_owned(),
            json!({"QueueName": "q", "Attributes": {"DelaySeconds": "5", "Policy": ""}, "tags": {"a": "b"}}),
        ),
        (
            "SendMessage",
            format!(
                "{queue}&MessageBody=a+b&DelaySeconds=1&MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=Binary\
                 &MessageAttribute.1.Value.BinaryValue=Zm9v&MessageSystemAttribute.1.Name=AWSTraceHeader\
                 &MessageSystemAttribute.1.Value.DataType=String&MessageSystemAttribute.1.Value.StringValue=t"
            ),
            json!({
                "QueueUrl": url, "MessageBody": "a b", "DelaySeconds": 1,
                "MessageAttributes": {"n": {"BinaryValue": "Zm9v", "DataType": "Binary"}},
                "MessageSystemAttributes": {"AWSTraceHeader": {"StringValue": "t", "DataType": "String"}},
            }),
        ),
        (
            "SendMessageBatch",
            format!(
                "{queue}&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=x\
                 &SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.2.MessageBody=y\
                 &SendMessageBatchRequestEntry.2.MessageAttribute.1.Name=n\
                 &SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.StringValue=1\
                 &SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.DataType=Number"
            ),
            json!({"QueueUrl": url, "Entries": [
                {"Id": "a", "MessageBody": "x"},
                {"Id": "b", "MessageBody": "y",
                 "MessageAttributes": {"n": {"StringValue": "1", "DataType": "Number"}}},
            ]}),
        ),
        (
            "ReceiveMessage",
            format!("{queue}&AttributeName.1=All&MessageAttributeName.1=n&MaxNumberOfMessages=10&WaitTimeSeconds=0"),
            json!({
                "QueueUrl": url, "AttributeNames": ["All"], "MessageSystemAttributeNames": ["All"],
                "MessageAttributeNames": ["n"], "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0,
            }),
        ),
        (
            "AddPermission",
            format!("{queue}&Label=l&AWSAccountId.1=1&AWSAccountId.2=2&ActionName.1=SendMessage"),
            json!({"QueueUrl": url, "Label": "l", "AWSAccountIds": ["1", "2"], "Actions": ["SendMessage"]}),
        ),
        (
            "DeleteMessageBatch",
            format!(
                "{queue}&DeleteMessageBatchRequestEntry.1.Id=a&DeleteMessageBatchRequestEntry.1.ReceiptHandle=r%2B%2F"
            ),
            json!({"QueueUrl": url, "Entries": [{"Id": "a", "ReceiptHandle": "r+/"}]}),
        ),
        (
            "UntagQueue",
            format!("{queue}&TagKey.1=a&TagKey.2=b"),
            json!({"QueueUrl": url, "TagKeys": ["a", "b"]}),
        ),
        // Names of json are none here.
        ("ListQueues", "queueNamePrefix=a&QueueNamePrefix=b".to_owned(), json!({"QueueNamePrefix": "b"})),
    ] {
        let form = format!("Action={operation}&Version=2012-11-05&{form}");
        assert_eq!(parsed(operation, "/", &form), Ok(expected.clone()), "{form}");
        assert_eq!(parsed(operation, &format!("/?{form}"), ""), Ok(expected), "{form}");
    }
    // Requests to the queue itself: which one is for the provider to say.
    let found = parsed("SendMessage", "/000000000000/q?Action=SendMessage", "MessageBody=x");
    assert_eq!(found, Ok(json!({"MessageBody": "x"})));
    assert_eq!(
        parsed("ReceiveMessage", "/", "MaxNumberOfMessages=ten"),
        Err("MalformedInput: 'ten' is not an integer of 32 bits (at /MaxNumberOfMessages)".to_owned())
    );
}

#[test]
fn responses() {
    for (operation, result, expected) in [
        (
            "GetQueueAttributes",
            json!({"Attributes": {"DelaySeconds": "5"}}),
            "<Attribute><Name>DelaySeconds</Name><Value>5</Value></Attribute>",
        ),
        (
            "ReceiveMessage",
            json!({"Messages": [{
                "MessageId": "m", "Body": "<b>", "Attributes": {"SenderId": "s"},
                "MessageAttributes": {"n": {"StringValue": "1", "DataType": "Number"}},
            }]}),
            "<Message><MessageId>m</MessageId><Body>&lt;b&gt;</Body>\
             <Attribute><Name>SenderId</Name><Value>s</Value></Attribute>\
             <MessageAttribute><Name>n</Name><Value><StringValue>1</StringValue><DataType>Number</DataType></Value>\
             </MessageAttribute></Message>",
        ),
        (
            "SendMessageBatch",
            json!({"Successful": [{"Id": "a", "MessageId": "m", "MD5OfMessageBody": "d"}],
                   "Failed": [{"Id": "b", "SenderFault": true, "Code": "c"}]}),
            "<SendMessageBatchResultEntry><Id>a</Id><MessageId>m</MessageId><MD5OfMessageBody>d</MD5OfMessageBody>\
             </SendMessageBatchResultEntry><BatchResultErrorEntry><Id>b</Id><SenderFault>true</SenderFault>\
             <Code>c</Code></BatchResultErrorEntry>",
        ),
        (
            "ListQueues",
            json!({"QueueUrls": ["http://x/1", "http://x/2"]}),
            "<QueueUrl>http://x/1</QueueUrl><QueueUrl>http://x/2</QueueUrl>",
        ),
        ("ListQueueTags", json!({"Tags": {"a": "b"}}), "<Tag><Key>a</Key><Value>b</Value></Tag>"),
    ] {
        let schema = SERVICE.operation(operation).unwrap().output().unwrap();
        let mut output = from_neutral(schema, &result).unwrap();
        let body = answer(operation, &mut output);
        let expected = format!(
            "<{operation}Response xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\">\
             <{operation}Result>{expected}</{operation}Result>{NONE}</{operation}Response>"
        );
        assert_eq!(body, expected);
        let (parts, ()) = http::Response::new(()).into_parts();
        let mut read = Value::Null;
        let operation = SERVICE.operation(operation).unwrap();
        query().parse_response(operation, &parts, body.into_bytes().into(), &mut read).unwrap();
        assert_eq!(to_neutral(schema, &read), result);
    }
    assert_eq!(
        answer("DeleteQueue", &mut Value::Null),
        format!(
            "<DeleteQueueResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\">{NONE}</DeleteQueueResponse>"
        )
    );
}

fn answer(operation: &str, output: &mut Value) -> String {
    let operation = SERVICE.operation(operation).unwrap();
    let exchange = Exchange { headers: &HeaderMap::new(), request_id: "id" };
    let response = query().serialize_response(operation, output, exchange).unwrap();
    String::from_utf8(response.body().as_bytes().unwrap().to_vec()).unwrap()
}

/// An error has the code that it had before SQS spoke json, whichever of its names it was raised by
/// (both codes: `aws-recordings/sqs/test_sqs.json`).
#[test]
fn errors() {
    for (raised, code) in [
        ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
        ("AWS.SimpleQueueService.NonExistentQueue", "AWS.SimpleQueueService.NonExistentQueue"),
        ("QueueNameExists", "QueueAlreadyExists"),
        ("InvalidParameterValueException", "InvalidParameterValue"),
        ("InvalidAttributeName", "InvalidAttributeName"),
    ] {
        let operation = SERVICE.operation("SendMessage").unwrap();
        let exchange = Exchange { headers: &HeaderMap::new(), request_id: "id" };
        let error = AwsError::sender(raised, "m");
        let response = query().serialize_error(SERVICE, Some(operation), &error, exchange);
        assert_eq!(
            std::str::from_utf8(response.body().as_bytes().unwrap()).unwrap(),
            format!(
                "<ErrorResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><Error><Type>Sender</Type>\
                 <Code>{code}</Code><Message>m</Message></Error><RequestId>id</RequestId></ErrorResponse>"
            )
        );
    }
}
