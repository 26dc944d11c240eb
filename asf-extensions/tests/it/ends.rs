//! Ends of programs: nothing is left behind.

use asf_runtime::provider::Provider as _;

use crate::program::{Scene, runs, until};

/// Answers with its process id and that of a process that it has started.
const PARENT: &str = "child = subprocess.Popen(['sleep', '600'])\n\
    @call\ndef f(input, context):\n return {'TranslatedText': f'{os.getpid()} {child.pid}', \
    'SourceLanguageCode': 'en', 'TargetLanguageCode': 'de'}\n";

async fn pids(scene: &Scene) -> (String, String) {
    let pids = scene.call("a").await.unwrap();
    let (own, child) = pids.split_once(' ').unwrap();
    assert!(runs(own) && runs(child));
    (own.to_owned(), child.to_owned())
}

async fn are_gone(own: &str, child: &str) {
    until("its processes are gone", || !runs(own) && !runs(child)).await;
}

#[tokio::test]
async fn stop_ends_it_and_what_it_has_started() {
    let end =
        "import atexit\natexit.register(lambda: open(os.environ['ASF_EXTENSION_DATA'] + '/end', 'w'))\n";
    let scene = Scene::with_grace(&format!("{end}{PARENT}"), std::time::Duration::from_secs(20));
    let (own, child) = pids(&scene).await;
    let socket = std::path::PathBuf::from(format!("/proc/{own}/environ"));
    let socket = std::fs::read_to_string(socket).unwrap_or_default();
    scene.program.stop().await;
    assert!(!runs(&own), "it has been waited for");
    are_gone(&own, &child).await;
    assert!(scene.folder.join("data/end").exists(), "it could end in its own way");
    for variable in socket.split('\0') {
        if let Some(path) = variable.strip_prefix("ASF_EXTENSION_SOCKET=") {
            assert!(!std::path::Path::new(path).parent().unwrap().exists(), "{path}");
        }
    }
}

/// What it is asked for is answered before it ends.
#[tokio::test]
async fn calls_under_way_are_answered() {
    let slow = "@call\ndef f(input, context):\n open(os.environ['ASF_EXTENSION_DATA'] + '/here', 'w').close()\n \
                threading.Event().wait(0.2)\n \
                return {'TranslatedText': 'late', 'SourceLanguageCode': 'en', 'TargetLanguageCode': 'de'}";
    let scene = Scene::with_grace(slow, std::time::Duration::from_secs(20));
    let here = scene.folder.join("data/here");
    let (answer, ()) = tokio::join!(scene.call("a"), async {
        until("it is called", || here.exists()).await;
        scene.program.stop().await;
    });
    assert_eq!(answer.as_deref(), Ok("late"));
}

#[tokio::test]
async fn one_that_does_not_listen_is_killed() {
    // After it has started the other, for which the library reads too.
    let deaf = "signal.signal = lambda *_: None\nos.read = lambda *_: threading.Event().wait()\n\
                import signal as s\ns.pthread_sigmask(s.SIG_BLOCK, [s.SIGTERM])\n";
    let scene = Scene::new(&format!("{PARENT}{deaf}"));
    let (own, child) = pids(&scene).await;
    scene.program.stop().await;
    assert!(!runs(&own));
    are_gone(&own, &child).await;
}

/// As a runtime that is shut down does.
#[test]
fn nothing_outlives_the_runtime() {
    let scene = Scene::new(PARENT);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (own, child) = runtime.block_on(pids(&scene));
    drop(runtime);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(are_gone(&own, &child));
}

#[tokio::test]
async fn a_reset_begins_anew() {
    let count = "calls = []\n@call\ndef f(input, context):\n calls.append(1)\n \
                 return {'TranslatedText': str(len(calls)), 'SourceLanguageCode': 'en', 'TargetLanguageCode': 'de'}";
    let scene = Scene::new(count);
    assert!(scene.provider.reset(), "there is nothing to forget yet");
    assert_eq!(scene.call("a").await.as_deref(), Ok("1"));
    assert_eq!(scene.call("a").await.as_deref(), Ok("2"));
    assert!(scene.provider.reset());
    assert_eq!(scene.call("a").await.as_deref(), Ok("1"));
    scene.program.stop().await;
}

#[tokio::test]
async fn while_it_starts() {
    let scene = Scene::new(
        "open(os.environ['ASF_EXTENSION_DATA'] + '/pid', 'w').write(f'{os.getpid()}.')\nthreading.Event().wait()",
    );
    let path = scene.folder.join("data/pid");
    let (call, ()) = tokio::join!(scene.call("a"), async {
        until("it has begun", || std::fs::read_to_string(&path).is_ok_and(|it| it.ends_with('.'))).await;
        scene.program.stop().await;
    });
    assert_eq!(call.unwrap_err(), "ServiceUnavailable 503 The extension 'notes' is stopped");
    let pid = std::fs::read_to_string(&path).unwrap();
    until("it is gone", || !runs(pid.trim_end_matches('.'))).await;
    assert!(!scene.path("anything").exists());
}
