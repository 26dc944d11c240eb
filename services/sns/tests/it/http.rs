//! Deliveries over HTTP, to a server of ours.

use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use crate::*;

/// A request as the server has got it.
#[derive(Debug)]
struct Got {
    head: String,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// A server that answers with these statuses, then with 200.
async fn serve(statuses: &'static [u16]) -> (String, mpsc::UnboundedReceiver<Got>) {
    serve_over(statuses, None).await
}

/// A connection, over TLS or not.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A self-signed certificate for `localhost`.
fn self_signed() -> TlsAcceptor {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key.into())
        .unwrap();
    Arc::new(config).into()
}

async fn serve_over(
    statuses: &'static [u16],
    tls: Option<TlsAcceptor>,
) -> (String, mpsc::UnboundedReceiver<Got>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://localhost:{}/sns-endpoint", listener.local_addr().unwrap().port());
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for status in statuses.iter().copied().chain(std::iter::repeat(200)) {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream: Box<dyn Stream> = match &tls {
                Some(tls) => Box::new(tls.accept(stream).await.unwrap()),
                None => Box::new(stream),
            };
            let mut bytes = Vec::new();
            let got = loop {
                stream.read_buf(&mut bytes).await.unwrap();
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let got = Got { head: head.to_owned(), body: body.to_owned() };
                let length: usize = got.header("content-length").unwrap().parse().unwrap();
                if body.len() >= length {
                    break got;
                }
            };
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            let _ = stream.shutdown().await;
            if sender.send(got).is_err() {
                return;
            }
        }
    });
    (url, receiver)
}

async fn confirm(world: &World, topic: &str, got: &Got) -> String {
    let token = json(&got.body)["Token"].as_str().unwrap().to_owned();
    let input = ConfirmSubscriptionInput { topic_arn: text(topic), token: Some(token), ..Default::default() };
    world.sns().confirm_subscription(&world.ctx(), input).await.unwrap().subscription_arn.unwrap()
}

/// test_sns::test_subscribe_external_http_endpoint[False], [True]
#[tokio::test]
async fn from_confirmation_to_end() {
    let world = World::new();
    for is_raw in ["false", "true"] {
        let topic = world.topic(&format!("t-{is_raw}")).await;
        let (url, mut got) = serve(&[]).await;
        let arn = world.subscribe(&topic, "http", &url, &[("RawMessageDelivery", is_raw)]).await.unwrap();
        let asked = got.recv().await.unwrap();
        assert!(asked.head.starts_with("POST /sns-endpoint HTTP/1.1"), "{}", asked.head);
        for (name, value) in [
            ("x-amz-sns-message-type", "SubscriptionConfirmation"),
            ("x-amz-sns-topic-arn", &topic),
            ("content-type", "text/plain; charset=UTF-8"),
            ("user-agent", "Amazon Simple Notification Service Agent"),
            ("accept-encoding", "gzip,deflate"),
        ] {
            assert_eq!(asked.header(name), Some(value));
        }
        assert_eq!(asked.header("x-amz-sns-subscription-arn"), None);
        let body = json(&asked.body);
        let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "Type",
                "MessageId",
                "Token",
                "TopicArn",
                "Message",
                "SubscribeURL",
                "Timestamp",
                "SignatureVersion",
                "Signature",
                "SigningCertURL"
            ]
        );
        assert_eq!(
            body["Message"],
            format!(
                "You have chosen to subscribe to the topic {topic}.\nTo confirm the subscription, visit the SubscribeURL included in this message."
            )
        );
        assert_eq!(asked.header("x-amz-sns-message-id"), body["MessageId"].as_str());
        // Nothing before it is confirmed.
        world.say(&topic, "too early").await;
        assert_eq!(confirm(&world, &topic, &asked).await, arn);

        world.say(&topic, "test_external_http_endpoint").await;
        let notified = got.recv().await.unwrap();
        assert_eq!(notified.header("x-amz-sns-message-type"), Some("Notification"));
        assert_eq!(notified.header("x-amz-sns-subscription-arn"), Some(arn.as_str()));
        if is_raw == "true" {
            assert_eq!(notified.header("x-amz-sns-rawdelivery"), Some("true"));
            assert_eq!(notified.body, "test_external_http_endpoint");
        } else {
            assert_eq!(notified.header("x-amz-sns-rawdelivery"), None);
            assert_eq!(json(&notified.body)["Message"], "test_external_http_endpoint");
        }

        let unsubscribe = UnsubscribeInput { subscription_arn: text(&arn) };
        world.sns().unsubscribe(&world.ctx(), unsubscribe).await.unwrap();
        let ended = got.recv().await.unwrap();
        assert_eq!(ended.header("x-amz-sns-message-type"), Some("UnsubscribeConfirmation"));
        assert_eq!(ended.header("x-amz-sns-subscription-arn"), Some(arn.as_str()));
        assert!(json(&ended.body)["Message"].as_str().unwrap().starts_with(&format!(
            "You have chosen to deactivate subscription {arn}.\nTo cancel this operation"
        )));
        assert!(world.subscription(&arn).await.is_err());
        // Its link brings it back.
        assert_eq!(confirm(&world, &topic, &ended).await, arn);
        assert_eq!(world.subscription(&arn).await.unwrap()["PendingConfirmation"], "false");
    }
}

/// Over TLS, with a certificate that nobody vouches for; user and password may stand in the URL.
#[tokio::test]
async fn encrypted() {
    let world = World::new();
    let topic = world.topic("t").await;
    let (url, mut got) = serve_over(&[], Some(self_signed())).await;
    let url = url.replace("://", "://user:pass%20word@");
    world.subscribe(&topic, "https", &url, &[]).await.unwrap();
    let asked = got.recv().await.unwrap();
    assert_eq!(asked.header("authorization"), Some("Basic dXNlcjpwYXNzIHdvcmQ="));
    confirm(&world, &topic, &asked).await;
    world.say(&topic, "sealed").await;
    assert_eq!(json(&got.recv().await.unwrap().body)["Message"], "sealed");
}

/// Retries come when the clock says so, and what fails for good goes to the dead letters.
#[tokio::test]
async fn retries() {
    let world = World::new();
    let dead = world.queue("dead").await;
    let redrive = json!({ "deadLetterTargetArn": dead }).to_string();
    let policy = json!({"healthyRetryPolicy": {"minDelayTarget": 10, "maxDelayTarget": 10, "numRetries": 2}})
        .to_string();
    let given = [("RedrivePolicy", redrive.as_str()), ("DeliveryPolicy", policy.as_str())];
    // The first 200 is that of the confirmation.
    for (name, statuses, attempts, is_dead) in [
        ("mended", &[200, 500, 503][..], 3, false),
        ("broken", &[200, 500, 500, 429], 3, true),
        ("refused", &[200, 404], 1, true),
    ] {
        let topic = world.topic(name).await;
        let (url, mut got) = serve(statuses).await;
        world.subscribe(&topic, "http", &url, &given).await.unwrap();
        confirm(&world, &topic, &got.recv().await.unwrap()).await;
        world.say(&topic, name).await;
        for attempt in 0..attempts {
            if attempt > 0 {
                assert!(got.try_recv().is_err());
            }
            // The clock is moved until it is waited for.
            let request = loop {
                match got.try_recv() {
                    Ok(request) => break request,
                    Err(_) if attempt > 0 => world.pass(10),
                    Err(_) => {}
                }
                for _ in 0..50 {
                    tokio::task::yield_now().await;
                }
            };
            assert_eq!(json(&request.body)["Message"], name);
        }
        let mut letters = world.texts(&dead).await;
        while is_dead && letters.is_empty() {
            tokio::task::yield_now().await;
            letters = world.texts(&dead).await;
        }
        assert_eq!(letters, if is_dead { vec![name.to_owned()] } else { vec![] });
    }
}

/// Messages that wait to be tried again take room; when there is none, nobody can publish.
#[tokio::test]
async fn bounded() {
    let world = World::new();
    let topic = world.topic("t").await;
    let (url, mut got) = serve(&[]).await;
    world.subscribe(&topic, "http", &url, &[]).await.unwrap();
    confirm(&world, &topic, &got.recv().await.unwrap()).await;
    // Nobody listens any more.
    drop(got);
    world.say(&topic, "the last").await;
    let large = "a".repeat(250 << 10);
    let mut taken = 0;
    let refused = loop {
        match world.publish(message_to(&topic, &large)).await {
            Ok(_) => taken += 1,
            Err(fault) => break fault,
        }
        assert!(taken < 300, "64 MiB hold no more than 262 of them");
    };
    assert_eq!((refused.code.as_str(), refused.status), ("Throttled", 429));
    assert!(taken > 200, "{taken}");
    // When they are given up, there is room again.
    while world.publish(message_to(&topic, &large)).await.is_err() {
        world.pass(20);
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }
}
