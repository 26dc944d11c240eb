//! What comes of calls.

use futures_util::future::join_all;
use serde_json::json;

use crate::program::Scene;

/// An answer with a text.
const SAY: &str = "def say(text):\n return {'TranslatedText': str(text), 'SourceLanguageCode': 'en', 'TargetLanguageCode': 'de'}\n";

fn saying(expression: &str) -> String {
    format!("{SAY}@call\ndef f(input, context):\n return say({expression})\n")
}

#[tokio::test]
async fn what_it_is_told() {
    for (expression, expected) in [
        ("input['Text']", "hi"),
        ("context.account_id + context.region + context.partition", "000000000000us-east-1aws"),
        ("context.service + '.' + context.operation", "translate.TranslateText"),
        ("context.now", "1000000.0"),
        ("context.headers['x-test']", "seen"),
        ("context.access_key_id", "None"),
        ("len(context.request_id)", "36"),
        ("os.environ['AWS_ENDPOINT_URL'] + os.environ['AWS_ACCESS_KEY_ID']", "http://127.0.0.1:1test"),
        ("os.environ['ASF_EXTENSION_NAME'] + os.environ['ASF_EXTENSION_PROTOCOL']", "notes1"),
        ("os.path.isdir(os.environ['ASF_EXTENSION_DATA'])", "True"),
        ("os.path.exists('asf-extension.toml')", "True"),
        ("os.environ.get('GREETING')", "hello"),
    ] {
        let scene = Scene::with(&saying(expression), "environment = { GREETING = \"hello\" }");
        assert_eq!(scene.call("hi").await.as_deref(), Ok(expected), "{expression}");
        scene.program.stop().await;
    }
}

#[tokio::test]
async fn errors_with_members() {
    let scene = Scene::new(
        "@call\ndef f(input, context):\n \
         raise AwsError('UnsupportedLanguagePairException', 'No.', members={'SourceLanguageCode': 'xx'})",
    );
    let error = scene.answer("a").await.unwrap_err();
    assert_eq!((error.code(), error.status()), ("UnsupportedLanguagePairException", 400));
    let members = asf_runtime::value::neutral::to_neutral(error.schema().unwrap(), error.members().unwrap());
    assert_eq!(members, json!({"SourceLanguageCode": "xx", "Message": "No."}));
    scene.program.stop().await;
}

#[tokio::test]
async fn what_fails_in_it_is_told() {
    let scene = Scene::new("@call\ndef f(input, context):\n return {'Text': input['Nothing']}");
    let told = "InternalFailure 500 The extension 'notes', called for translate.TranslateText, ";
    assert_eq!(scene.call("a").await, Err(format!("{told}failed: KeyError: 'Nothing'")));
    scene.program.stop().await;
    let log = std::fs::read_to_string(scene.folder.join("output.log")).unwrap();
    assert!(log.contains("Traceback") && log.contains("KeyError: 'Nothing'"), "{log}");

    let scene = Scene::new("@call\ndef f(input, context):\n return {'TranslatedText': 1}");
    let error = scene.call("a").await.unwrap_err();
    assert!(error.starts_with(told) && error.contains("1 is not a string (at /TranslatedText)"), "{error}");
    scene.program.stop().await;
}

#[tokio::test]
async fn a_call_that_takes_too_long() {
    let scene = Scene::with(
        &format!(
            "{SAY}@call\ndef f(input, context):\n threading.Event().wait(60 if input['Text'] == 'long' else 0)\n return say(os.getpid())"
        ),
        "call-timeout = 0.5",
    );
    let pid = scene.call("short").await.unwrap();
    let error = scene.call("long").await.unwrap_err();
    assert!(
        error.starts_with("InternalFailure 504") && error.ends_with("did not answer in 0.5 s"),
        "{error}"
    );
    // It has not crashed.
    assert_eq!(scene.call("short").await, Ok(pid));
    scene.program.stop().await;
}

/// All of them wait for one start, and for their turn: more than its queue has room for.
#[tokio::test]
async fn many_calls_at_once() {
    let scene = Scene::new(&saying("os.getpid()"));
    let answers = join_all((0..400).map(|_| scene.call("a"))).await;
    let first = answers[0].clone().unwrap();
    assert!(answers.iter().all(|it| it.as_deref() == Ok(&first)), "{answers:?}");
    scene.program.stop().await;
}

/// A program that speaks for itself: bytes by the path that is asked for.
const BARE: &str = "\
import socket
server = socket.socket(socket.AF_UNIX)
server.bind(os.environ['ASF_EXTENSION_SOCKET'])
server.listen()
def answer(status, body):
 return b'HTTP/1.1 %s\\r\\nContent-Length: %d\\r\\n\\r\\n%s' % (status, len(body), body)
while True:
 connection, _ = server.accept()
 request = connection.recv(65536)
 if b'/health' in request:
  connection.sendall(answer(b'200 OK', HEALTH))
 else:
  while b'}}' not in request: request += connection.recv(65536)
  connection.sendall(ANSWER)
 connection.close()
";

#[tokio::test]
async fn answers_that_are_none() {
    for (answer, expected) in [
        ("b'SSH-2.0-OpenSSH\\r\\n'", "500 .. gave no proper answer: it is no HTTP"),
        ("answer(b'200 OK', b'<xml/>')", "500 .. gave no proper answer: expected value at line 1"),
        ("answer(b'200 OK', b'')", "500 .. gave no proper answer: EOF while parsing"),
        (
            "answer(b'404 Not Found', b'{}')",
            "500 .. gave no proper answer: its status is 404 Not Found, not 200",
        ),
        ("answer(b'301 Moved', b'')", "500 .. gave no proper answer: its status is 301"),
        ("answer(b'500 No', b'words')", "500 .. failed: words"),
        ("b''", "502 .. broke off the connection"),
        ("answer(b'200 OK', b'{\"output\"')[:-3]", "502 .. broke off the connection"),
        (
            "answer(b'200 OK', b'x' * (129 << 20))",
            "500 .. gave no proper answer: it is larger than 134217728 bytes",
        ),
    ] {
        let main = format!("HEALTH, ANSWER = b'{{\"protocol\": 1}}', None\n{BARE}")
            .replace("sendall(ANSWER)", &format!("sendall({answer})"));
        let scene = Scene::new(&main);
        let error = scene.call("a").await.unwrap_err();
        let (status, words) = expected.split_once(" .. ").unwrap();
        let told = format!(
            "InternalFailure {status} The extension 'notes', called for translate.TranslateText, {words}"
        );
        assert!(error.starts_with(&told), "{answer}: {error}");
        scene.program.stop().await;
    }
}

#[tokio::test]
async fn programs_that_do_not_get_ready() {
    let health = |health: &str| format!("HEALTH, ANSWER = {health}, b''\n{BARE}");
    for (main, manifest, expected) in [
        ("", "command = [\"no-such-program\"]", "no-such-program: No such file"),
        ("", "command = [\"./missing\"]", "./missing: No such file"),
        (
            "print('the last', file=sys.stderr); sys.exit(3)",
            "",
            "it ended (exit status: 3); its last words: the last",
        ),
        ("import nothing_of_the_kind", "", "ModuleNotFoundError"),
        ("threading.Event().wait()", "start-timeout = 0.5", "it does not answer GET /health after 0.5 s"),
        (&health("b'{\"protocol\": 7}'"), "", "it speaks protocol 7, and this is 1"),
        (&health("b'ok'"), "", "its answer to GET /health is not {\"protocol\": 1}"),
    ] {
        let scene = Scene::with(main, manifest);
        let error = scene.call("a").await.unwrap_err();
        assert!(
            error.starts_with("InternalFailure 502 The extension 'notes' cannot be started: ")
                && error.contains(expected),
            "{main} {manifest}: {error}"
        );
        // It is not tried again with each call.
        let error = scene.call("a").await.unwrap_err();
        assert!(
            error.starts_with("ServiceUnavailable 503") && error.contains("is started again at"),
            "{error}"
        );
        scene.program.stop().await;
        let error = scene.call("a").await.unwrap_err();
        assert_eq!(error, "ServiceUnavailable 503 The extension 'notes' is stopped");
    }
}
