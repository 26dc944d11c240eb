//! Calls of a gateway that the extension is linked into.

use std::sync::Arc;

use asf_emulator::{Emulator, Surroundings};
use asf_ext_mailbox::mailbox::{Mail, Mailbox};
use asf_runtime::Timestamp;
use asf_runtime::clock::ManualClock;
use asf_runtime::context::Environment;
use asf_runtime::ids::Ids;
use asf_runtime::plugin::{PluginState, Settings};
use asf_runtime::shape::ByteStream;
use serde_json::{Value, json};

fn emulator(variables: &[(&str, &str)]) -> Emulator {
    let clock = Arc::new(ManualClock::new(Timestamp::EPOCH));
    let environment = Environment { clock, ids: Arc::new(Ids::seeded(1)) };
    // What nobody here answers is not to go on to moto.
    let alone = ("ASF_BACKENDS", "*=native");
    let settings = Settings::from_iter(std::iter::once(alone).chain(variables.iter().copied()));
    asf_emulator::emulator(settings, environment, Surroundings::default()).unwrap()
}

async fn answer(emulator: &Emulator, request: http::Request<ByteStream>) -> (http::response::Parts, String) {
    let (parts, body) = emulator.gateway.process(request).await.into_parts();
    let body = body.collect(1 << 20).await.unwrap();
    (parts, String::from_utf8(body.to_vec()).unwrap())
}

/// A call of SES's, as an SDK makes it.
async fn ses(emulator: &Emulator, form: &'static str) -> (http::response::Parts, String) {
    let request = http::Request::post("/")
        .header("host", "email.us-east-1.amazonaws.com")
        .header("content-type", "application/x-www-form-urlencoded")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ses/aws4_request, SignedHeaders=host, Signature=0",
        )
        .body(ByteStream::from(form))
        .unwrap();
    answer(emulator, request).await
}

const SEND: &str = "Action=SendEmail&Version=2010-12-01&Source=a%40example.com\
    &Destination.ToAddresses.member.1=b%40example.com&Destination.BccAddresses.member.1=c%40example.com\
    &Message.Subject.Data=Hello&Message.Body.Text.Data=Good%20morning";

async fn messages(emulator: &Emulator) -> (u16, Value) {
    let request = http::Request::get("/_extension/mailbox/messages").body(ByteStream::Empty).unwrap();
    let (parts, body) = answer(emulator, request).await;
    (parts.status.as_u16(), serde_json::from_str(&body).unwrap_or_default())
}

fn state(emulator: &Emulator, name: &str) -> PluginState {
    let plugins = emulator.extensions.surfaces().plugins.list();
    plugins.into_iter().find(|it| it.id.to_string() == name).unwrap().state
}

#[tokio::test]
async fn mail_is_kept_and_shown() {
    let emulator = emulator(&[]);
    let (parts, body) = ses(&emulator, SEND).await;
    assert_eq!(parts.status, 200, "{body}");
    assert_eq!(parts.headers["x-asf-source"], "extension:mailbox");
    assert_eq!(parts.headers["x-mailbox"], "/_extension/mailbox/messages");
    let (_, kept) = messages(&emulator).await;
    let id = kept["messages"][0]["id"].as_str().unwrap().to_owned();
    assert!(body.contains(&format!("<MessageId>{id}</MessageId>")), "{body}");
    assert_eq!(
        kept["messages"],
        json!([{
            "id": id, "time": "1970-01-01T00:00:00Z", "from": "a@example.com",
            "to": ["b@example.com", "c@example.com"], "subject": "Hello", "text": "Good morning", "html": null,
        }])
    );
    for (method, path, status) in
        [("DELETE", "/_extension/mailbox/messages", 204), ("POST", "/_localstack/state/ses/reset", 200)]
    {
        ses(&emulator, SEND).await;
        assert_ne!(messages(&emulator).await.1["messages"], json!([]));
        let clear = http::Request::builder().method(method).uri(path).body(ByteStream::Empty).unwrap();
        assert_eq!(answer(&emulator, clear).await.0.status, status);
        assert_eq!(messages(&emulator).await.1["messages"], json!([]));
    }
}

/// The patch is around what the extension answers, and can be switched off.
#[tokio::test]
async fn mail_to_the_blocked_address() {
    const BLOCKED: &str = "Action=SendEmail&Version=2010-12-01&Source=a%40example.com\
        &Destination.ToAddresses.member.1=suppressionlist%40simulator.amazonses.com\
        &Message.Subject.Data=Hello&Message.Body.Text.Data=Good%20morning";
    let emulator = emulator(&[]);
    let (parts, body) = ses(&emulator, BLOCKED).await;
    assert!(parts.status == 400 && body.contains("<Code>MessageRejected</Code>"), "{body}");
    assert_eq!(state(&emulator, "patches/ses.SendEmail:blocked"), PluginState::Loaded);
    let patches = emulator.extensions.surfaces().providers.patches();
    assert!(patches.switch(patches.find("ses.SendEmail:blocked").unwrap(), false));
    let (parts, body) = ses(&emulator, BLOCKED).await;
    assert_eq!(parts.status, 200, "{body}");
    assert_eq!(messages(&emulator).await.1["messages"].as_array().unwrap().len(), 1);
}

/// What it does not answer, no one does; what is wrong is refused as everywhere.
#[tokio::test]
async fn other_calls() {
    let emulator = emulator(&[]);
    let (parts, _) = ses(&emulator, "Action=ListIdentities&Version=2010-12-01").await;
    assert_eq!((parts.status.as_u16(), &parts.headers["x-asf-source"]), (501, &"none".parse().unwrap()));
    let (parts, body) = ses(&emulator, "Action=SendEmail&Version=2010-12-01&Source=a").await;
    assert!(parts.status == 400 && body.contains("ValidationError"), "{body}");
    let request = http::Request::get("/_localstack/health").body(ByteStream::Empty).unwrap();
    assert!(!answer(&emulator, request).await.0.headers.contains_key("x-mailbox"));
}

#[tokio::test]
async fn it_is_taken_out_again() {
    let emulator = emulator(&[]);
    assert_eq!(emulator.extensions.names(), ["mailbox"]);
    assert_eq!(state(&emulator, "extensions/mailbox"), PluginState::Loaded);
    assert!(emulator.extensions.remove("mailbox"));
    let (parts, _) = ses(&emulator, SEND).await;
    assert_eq!(parts.status, 501);
    assert!(!parts.headers.contains_key("x-mailbox"));
    assert_ne!(messages(&emulator).await.0, 200);
}

#[tokio::test]
async fn it_is_switched_off() {
    let emulator = emulator(&[("ASF_DISABLED_PLUGINS", "*/mailbox")]);
    assert_eq!(state(&emulator, "extensions/mailbox"), PluginState::Disabled);
    assert_eq!(state(&emulator, "commands/mailbox"), PluginState::Disabled);
    assert_eq!(state(&emulator, "hooks/on_infra_ready:mailbox"), PluginState::Registered);
    assert_eq!(ses(&emulator, SEND).await.0.status, 501);
}

#[tokio::test]
async fn the_oldest_goes_first() {
    let emulator = emulator(&[("MAILBOX_LIMIT", "2")]);
    for _ in 0..3 {
        ses(&emulator, SEND).await;
    }
    assert_eq!(messages(&emulator).await.1["messages"].as_array().unwrap().len(), 2);

    let mailbox = Mailbox::new(2);
    for subject in ["one", "two", "three"] {
        mailbox.put(Mail {
            id: String::new(),
            time: String::new(),
            from: String::new(),
            to: Vec::new(),
            subject: subject.to_owned(),
            text: None,
            html: None,
        });
    }
    let subjects: Vec<String> = mailbox.all().into_iter().map(|it| it.subject).collect();
    assert_eq!(subjects, ["two", "three"]);
}
