//! The query API of 2012-11-05: forms in, XML out, through `specs/patches/sqs.json`.
//!
//! The patch agrees with the model that botocore had up to 1.31.80, when SQS was a query service: requests
//! that its client writes are read, and what is answered its parser reads, for every operation.

use asf_runtime::schema::ProtocolKind;
use serde_json::json;

use super::Sqs;

/// Status and body of an answer; the body without the XML around the result.
async fn ask(sqs: &Sqs, operation: &str, form: &str) -> (u16, String) {
    let form = format!("Action={operation}&Version=2012-11-05&{form}");
    let (head, body) = sqs.exchange(ProtocolKind::Query, operation, form).await.into_parts();
    let body = String::from_utf8(body.collect(1 << 20).await.unwrap().to_vec()).unwrap();
    (head.status.as_u16(), body)
}

/// The content of `<OperationResult>`.
async fn result(sqs: &Sqs, operation: &str, form: &str) -> String {
    let (status, body) = ask(sqs, operation, form).await;
    assert_eq!(status, 200, "{body}");
    let root = format!(r#"<{operation}Response xmlns="http://queue.amazonaws.com/doc/2012-11-05/">"#);
    assert!(body.contains(&root), "{body}");
    assert!(body.contains("<ResponseMetadata><RequestId>"), "{body}");
    let (open, close) = (format!("<{operation}Result>"), format!("</{operation}Result>"));
    let inner = body.split_once(&open).and_then(|(_, rest)| Some(rest.split_once(&close)?.0));
    inner.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn queues_and_attributes() {
    let sqs = Sqs::new();
    let url = "http://localhost:4566/000000000000/q";
    let form = "QueueName=q&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=40\
                &Attribute.2.Name=DelaySeconds&Attribute.2.Value=1&Tag.1.Key=k&Tag.1.Value=v";
    assert_eq!(result(&sqs, "CreateQueue", form).await, format!("<QueueUrl>{url}</QueueUrl>"));
    let form = format!("QueueUrl={url}&AttributeName.1=VisibilityTimeout&AttributeName.2=DelaySeconds");
    assert_eq!(
        result(&sqs, "GetQueueAttributes", &form).await,
        "<Attribute><Name>VisibilityTimeout</Name><Value>40</Value></Attribute>\
         <Attribute><Name>DelaySeconds</Name><Value>1</Value></Attribute>"
    );
    // One attribute needs no number.
    let form = format!("QueueUrl={url}&Attribute.Name=DelaySeconds&Attribute.Value=0");
    let (status, body) = ask(&sqs, "SetQueueAttributes", &form).await;
    assert_eq!(status, 200, "{body}");
    let form = format!("QueueUrl={url}&AttributeName=DelaySeconds");
    assert_eq!(
        result(&sqs, "GetQueueAttributes", &form).await,
        "<Attribute><Name>DelaySeconds</Name><Value>0</Value></Attribute>"
    );
    assert_eq!(
        result(&sqs, "ListQueueTags", &format!("QueueUrl={url}")).await,
        "<Tag><Key>k</Key><Value>v</Value></Tag>"
    );
    assert_eq!(ask(&sqs, "UntagQueue", &format!("QueueUrl={url}&TagKey.1=k")).await.0, 200);
    assert_eq!(result(&sqs, "ListQueueTags", &format!("QueueUrl={url}")).await, "");
    assert_eq!(ask(&sqs, "TagQueue", &format!("QueueUrl={url}&Tag.1.Key=a&Tag.1.Value=")).await.0, 200);
    assert_eq!(
        result(&sqs, "ListQueueTags", &format!("QueueUrl={url}")).await,
        "<Tag><Key>a</Key><Value/></Tag>"
    );
    sqs.queue("r", json!({})).await;
    assert_eq!(
        result(&sqs, "ListQueues", "").await,
        format!("<QueueUrl>{url}</QueueUrl><QueueUrl>http://localhost:4566/000000000000/r</QueueUrl>")
    );
    let form = format!(
        "QueueUrl={url}&Label=l&AWSAccountId.1=111111111111&ActionName.1=SendMessage&ActionName.2=ReceiveMessage"
    );
    assert_eq!(ask(&sqs, "AddPermission", &form).await.0, 200);
    let policy = sqs.attributes(url, json!(["Policy"])).await["Attributes"]["Policy"].to_string();
    assert!(policy.contains("SQS:SendMessage") && policy.contains("SQS:ReceiveMessage"), "{policy}");
}

#[tokio::test]
async fn messages() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let form = format!(
        "QueueUrl={url}&MessageBody=a+%26+b&MessageAttribute.1.Name=Foo\
         &MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=Bar\
         &MessageAttribute.2.Name=Bin&MessageAttribute.2.Value.DataType=Binary\
         &MessageAttribute.2.Value.BinaryValue=AQID\
         &MessageSystemAttribute.1.Name=AWSTraceHeader&MessageSystemAttribute.1.Value.DataType=String\
         &MessageSystemAttribute.1.Value.StringValue=Root%3D1"
    );
    let sent = result(&sqs, "SendMessage", &form).await;
    for part in
        ["<MD5OfMessageBody>", "<MD5OfMessageAttributes>", "<MD5OfMessageSystemAttributes>", "<MessageId>"]
    {
        assert!(sent.contains(part), "{sent}");
    }
    let form = format!(
        "QueueUrl={url}&AttributeName.1=SenderId&AttributeName.2=AWSTraceHeader&MessageAttributeName.1=All\
         &MaxNumberOfMessages=10"
    );
    let received = result(&sqs, "ReceiveMessage", &form).await;
    assert!(received.starts_with("<Message><MessageId>") && received.ends_with("</Message>"), "{received}");
    for part in [
        "<Body>a &amp; b</Body>",
        "<Attribute><Name>SenderId</Name><Value>000000000000</Value></Attribute>",
        "<Attribute><Name>AWSTraceHeader</Name><Value>Root=1</Value></Attribute>",
        "<MessageAttribute><Name>Foo</Name><Value><StringValue>Bar</StringValue><DataType>String</DataType></Value>\
         </MessageAttribute>",
        "<MessageAttribute><Name>Bin</Name><Value><BinaryValue>AQID</BinaryValue><DataType>Binary</DataType></Value>\
         </MessageAttribute>",
    ] {
        assert!(received.contains(part), "{part} in {received}");
    }
    assert_eq!(result(&sqs, "ReceiveMessage", &format!("QueueUrl={url}")).await, "");

    // To the queue's own URL.
    let at_queue = Sqs { path: "/000000000000/q", ..sqs.clone() };
    assert_eq!(ask(&at_queue, "SendMessage", "MessageBody=c").await.0, 200);
    assert!(result(&at_queue, "ReceiveMessage", "").await.contains("<Body>c</Body>"));
}

/// test_sqs::test_send_batch_message_size, over query
#[tokio::test]
async fn batches() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    let entry = "SendMessageBatchRequestEntry";
    let form = format!(
        "QueueUrl={url}&{entry}.1.Id=one&{entry}.1.MessageBody=a&{entry}.1.MessageAttribute.1.Name=Foo\
         &{entry}.1.MessageAttribute.1.Value.DataType=String&{entry}.1.MessageAttribute.1.Value.StringValue=Bar\
         &{entry}.2.Id=two&{entry}.2.MessageBody=b&{entry}.2.DelaySeconds=901"
    );
    let answer = result(&sqs, "SendMessageBatch", &form).await;
    assert!(answer.starts_with("<SendMessageBatchResultEntry><Id>one</Id><MessageId>"), "{answer}");
    assert!(answer.contains("<MD5OfMessageAttributes>ae7155c6026991b6d54b11589678bf9c<"), "{answer}");
    assert!(
        answer.ends_with(
            "</SendMessageBatchResultEntry><BatchResultErrorEntry><Id>two</Id><SenderFault>true</SenderFault>\
             <Code>InvalidParameterValue</Code><Message>Value 901 for parameter DelaySeconds is invalid. \
             Reason: DelaySeconds must be &gt;= 0 and &lt;= 900.</Message></BatchResultErrorEntry>"
        ),
        "{answer}"
    );
    let received = sqs.receive(&url).await;
    let handle = received[0]["ReceiptHandle"].as_str().unwrap().replace('+', "%2B");
    let entry = "ChangeMessageVisibilityBatchRequestEntry";
    let form = format!(
        "QueueUrl={url}&{entry}.1.Id=a&{entry}.1.ReceiptHandle={handle}&{entry}.1.VisibilityTimeout=60"
    );
    assert_eq!(
        result(&sqs, "ChangeMessageVisibilityBatch", &form).await,
        "<ChangeMessageVisibilityBatchResultEntry><Id>a</Id></ChangeMessageVisibilityBatchResultEntry>"
    );
    let entry = "DeleteMessageBatchRequestEntry";
    let form = format!("QueueUrl={url}&{entry}.1.Id=a&{entry}.1.ReceiptHandle={handle}");
    assert_eq!(
        result(&sqs, "DeleteMessageBatch", &form).await,
        "<DeleteMessageBatchResultEntry><Id>a</Id></DeleteMessageBatchResultEntry>"
    );
}

#[tokio::test]
async fn dead_letters() {
    let sqs = Sqs::new();
    let dead = sqs.queue("dead", json!({})).await;
    let arn = sqs.arn(&dead).await;
    let policy = json!({"deadLetterTargetArn": arn, "maxReceiveCount": 1}).to_string();
    let url = sqs.queue("q", json!({"RedrivePolicy": policy})).await;
    assert_eq!(
        result(&sqs, "ListDeadLetterSourceQueues", &format!("QueueUrl={dead}")).await,
        format!("<QueueUrl>{url}</QueueUrl>")
    );
    let started = result(&sqs, "StartMessageMoveTask", &format!("SourceArn={arn}")).await;
    assert!(started.starts_with("<TaskHandle>"), "{started}");
    super::settle().await;
    let listed = result(&sqs, "ListMessageMoveTasks", &format!("SourceArn={arn}")).await;
    assert!(
        listed.starts_with("<ListMessageMoveTasksResultEntry><Status>COMPLETED</Status><SourceArn>"),
        "{listed}"
    );
}

/// Codes and statuses are those of the query protocol
/// (test_sqs::test_too_many_entries_in_batch_request[sqs_query] and others of that kind).
#[tokio::test]
async fn errors() {
    let sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    sqs.queue("delayed", json!({"DelaySeconds": "1"})).await;
    for (operation, form, status, code, message) in [
        (
            "GetQueueUrl",
            "QueueName=nope".to_owned(),
            400,
            "AWS.SimpleQueueService.NonExistentQueue",
            "The specified queue does not exist.",
        ),
        (
            "SendMessage",
            format!("QueueUrl={url}"),
            400,
            "MissingParameter",
            "The request must contain the parameter MessageBody.",
        ),
        (
            "ReceiveMessage",
            format!("QueueUrl={url}&MaxNumberOfMessages=11"),
            400,
            "InvalidParameterValue",
            "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
        ),
        (
            "CreateQueue",
            "QueueName=delayed&Attribute.1.Name=DelaySeconds&Attribute.1.Value=2".to_owned(),
            400,
            "QueueAlreadyExists",
            "A queue already exists with the same name and a different value for attribute DelaySeconds",
        ),
        (
            "DeleteMessageBatch",
            format!("QueueUrl={url}"),
            400,
            "AWS.SimpleQueueService.EmptyBatchRequest",
            "There should be at least one DeleteMessageBatchRequestEntry in the request.",
        ),
        (
            "SetQueueAttributes",
            format!("QueueUrl={url}&Attribute.1.Name=FifoQueue&Attribute.1.Value=true"),
            400,
            "InvalidAttributeName",
            "Unknown Attribute FifoQueue.",
        ),
    ] {
        let (got, body) = ask(&sqs, operation, &form).await;
        let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>");
        assert!(body.contains(&error), "{error} in {body}");
        assert!(body.contains(r#"<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">"#));
        assert_eq!(got, status);
    }
}
