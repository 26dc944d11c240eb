//! Queue URLs: given out by strategy, taken in whichever form, across accounts and regions.

use serde_json::json;

use super::{Sqs, no_such_queue};

#[tokio::test]
async fn by_strategy() {
    let local = "localhost:4566";
    for (settings, host, url) in [
        (&[][..], local, "http://localhost:4566/000000000000/q"),
        (&[("SQS_ENDPOINT_STRATEGY", "off")], local, "http://localhost:4566/000000000000/q"),
        (
            &[("SQS_ENDPOINT_STRATEGY", "standard")],
            local,
            "http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/q",
        ),
        (
            &[("SQS_ENDPOINT_STRATEGY", "domain")],
            local,
            "http://us-east-1.queue.localhost.localstack.cloud:4566/000000000000/q",
        ),
        (&[("SQS_ENDPOINT_STRATEGY", "path")], local, "http://localhost:4566/queue/us-east-1/000000000000/q"),
        (
            &[("SQS_ENDPOINT_STRATEGY", "dynamic")],
            "us-east-1.queue.localhost.localstack.cloud:4566",
            "http://us-east-1.queue.localhost.localstack.cloud:4566/000000000000/q",
        ),
        (
            &[("SQS_ENDPOINT_STRATEGY", "standard"), ("LOCALSTACK_HOST", "emulator:4567")],
            local,
            "http://sqs.us-east-1.emulator:4567/000000000000/q",
        ),
        (&[("LOCALSTACK_HOST", "emulator")], local, "http://emulator:4566/000000000000/q"),
        (
            &[("LOCALSTACK_HOST", "emulator"), ("GATEWAY_LISTEN", "0.0.0.0:4567"), ("USE_SSL", "1")],
            local,
            "https://emulator:4567/000000000000/q",
        ),
        (
            &[("LOCALSTACK_HOST", ":5000")],
            local,
            "http://sqs.us-east-1.localhost.localstack.cloud:5000/000000000000/q",
        ),
        (&[("USE_SSL", "1")], local, "https://localhost:4566/000000000000/q"),
        // What is none is the default.
        (&[("SQS_ENDPOINT_STRATEGY", "nonsense")], local, "http://localhost:4566/000000000000/q"),
    ] {
        let sqs = Sqs::with(settings).host(host);
        assert_eq!(sqs.queue("q", json!({})).await, url, "{settings:?}");
        assert_eq!(sqs.ok("GetQueueUrl", json!({"QueueName": "q"})).await, json!({"QueueUrl": url}));
        assert_eq!(sqs.ok("ListQueues", json!({})).await, json!({"QueueUrls": [url]}));
        // Whoever was given a URL can use it.
        sqs.send(url, "a").await;
        assert_eq!(sqs.bodies(url).await, ["a"]);
    }
}

#[tokio::test]
async fn in_whichever_form() {
    let sqs = Sqs::new().region("eu-west-1");
    sqs.queue("q", json!({})).await;
    for url in [
        "http://localhost:4566/000000000000/q",
        "http://127.0.0.1:9/000000000000/q",
        "http://sqs.eu-west-1.localhost.localstack.cloud:4566/000000000000/q",
        "http://eu-west-1.queue.localhost.localstack.cloud:4566/000000000000/q",
        "http://localhost:4566/queue/eu-west-1/000000000000/q",
        "https://sqs.eu-west-1.amazonaws.com/000000000000/q",
        "q",
    ] {
        sqs.send(url, url).await;
        assert_eq!(sqs.bodies(url).await, [url]);
    }
    // The URL says us-east-1, where there is none.
    let elsewhere = "http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/q";
    let outcome = sqs.call("ReceiveMessage", json!({"QueueUrl": elsewhere})).await;
    assert_eq!(outcome, Err(no_such_queue()));
}

/// A URL names the queue of its account and region, whoever comes with it.
#[tokio::test]
async fn across_accounts_and_regions() {
    let owner =
        Sqs::with(&[("SQS_ENDPOINT_STRATEGY", "standard")]).account("111111111111").region("eu-west-1");
    let url = owner.queue("q", json!({})).await;
    assert_eq!(url, "http://sqs.eu-west-1.localhost.localstack.cloud:4566/111111111111/q");
    let caller = owner.account("222222222222").region("us-east-1");
    caller.send(&url, "hello").await;
    let input = json!({"QueueUrl": url, "MessageSystemAttributeNames": ["SenderId"]});
    let message = &owner.ok("ReceiveMessage", input).await["Messages"][0];
    assert_eq!(message["Attributes"], json!({"SenderId": "222222222222"}));

    // Without a URL it is the caller's own region, and account unless another is named.
    let neighbour = owner.account("222222222222");
    let get = |input| neighbour.call("GetQueueUrl", input);
    assert_eq!(get(json!({"QueueName": "q"})).await, Err(no_such_queue()));
    let of_owner = json!({"QueueName": "q", "QueueOwnerAWSAccountId": "111111111111"});
    assert_eq!(get(of_owner.clone()).await, Ok(json!({"QueueUrl": url})));
    assert_eq!(caller.call("GetQueueUrl", of_owner).await, Err(no_such_queue()));
    let of_nobody = json!({"QueueName": "q", "QueueOwnerAWSAccountId": "nobody"});
    assert_eq!(get(of_nobody).await, Err(no_such_queue()));
    assert_eq!(neighbour.ok("ListQueues", json!({})).await, json!({}));
}

/// Query requests may be sent to the queue's URL without naming it again.
#[tokio::test]
async fn the_url_that_a_request_was_sent_to() {
    let mut sqs = Sqs::new();
    let url = sqs.queue("q", json!({})).await;
    for (host, path) in [
        ("localhost:4566", "/000000000000/q"),
        ("sqs.us-east-1.localhost.localstack.cloud:4566", "/000000000000/q/"),
        ("localhost:4566", "/queue/us-east-1/000000000000/q"),
    ] {
        sqs.headers = vec![("host", host)];
        sqs.path = path;
        sqs.ok("SendMessage", json!({"MessageBody": path})).await;
        assert_eq!(sqs.bodies(&url).await, [path]);
    }
    sqs.path = "/nothing/like/a/queue";
    let outcome = sqs.call("SendMessage", json!({"MessageBody": "a"})).await;
    assert_eq!(outcome, Err(super::missing("QueueUrl")));
}
