//! Programs that end by themselves.

use std::time::Duration;

use crate::program::{Scene, runs, until};

const FRAGILE: &str = "@call\ndef f(input, context):\n \
    if input['Text'] == 'crash':\n  print('good', 'bye', flush=True)\n  os._exit(3)\n \
    return {'TranslatedText': str(os.getpid()), 'SourceLanguageCode': 'en', 'TargetLanguageCode': 'de'}\n";

#[tokio::test]
async fn the_next_call_works() {
    let scene = Scene::new(FRAGILE);
    let first = scene.call("a").await.unwrap();
    let error = scene.call("crash").await.unwrap_err();
    assert_eq!(
        error,
        "InternalFailure 502 The extension 'notes', called for translate.TranslateText, ended (exit status: 3); \
         its last words: good bye"
    );
    let second = scene.call("a").await.unwrap();
    assert_ne!(first, second);
    assert!(!runs(&first) && runs(&second));
    scene.program.stop().await;
}

/// Each time in a row it is left alone for longer, by the clock of the emulator.
#[tokio::test]
async fn again_and_again() {
    let scene = Scene::new(FRAGILE);
    scene.call("crash").await.unwrap_err();
    for rest in [1, 2, 4] {
        scene.call("crash").await.unwrap_err();
        let error = scene.call("a").await.unwrap_err();
        assert!(
            error.starts_with("ServiceUnavailable 503 The extension 'notes' ended (exit status: 3)"),
            "{error}"
        );
        scene.clock.advance(Duration::from_millis(rest * 1000 - 1));
        assert!(scene.call("a").await.unwrap_err().contains("503"), "{rest} s are not over");
        scene.clock.advance(Duration::from_millis(1));
        scene.call("a").await.unwrap();
    }
    // A minute without a crash: the next is the first.
    scene.clock.advance(Duration::from_secs(60));
    scene.call("crash").await.unwrap_err();
    scene.call("a").await.unwrap();
    scene.program.stop().await;
}

/// It crashed while nobody was calling: the call that finds out is answered all the same.
#[tokio::test]
async fn between_calls() {
    let scene = Scene::new(FRAGILE);
    let first = scene.call("a").await.unwrap();
    std::process::Command::new("kill").args(["-9", &first]).status().unwrap();
    // Without a turn for the runtime, which would notice.
    while runs(&first) {}
    let second = scene.call("a").await.unwrap();
    assert_ne!(first, second);
    scene.program.stop().await;
}

#[tokio::test]
async fn an_eager_one_comes_back_by_itself() {
    let scene = Scene::with(FRAGILE, "start = \"eager\"");
    let first = scene.program.ready().await.unwrap().pid;
    std::process::Command::new("kill").args(["-9", &first.to_string()]).status().unwrap();
    let is_another = || match scene.program.status() {
        asf_extensions::Status::Running(instance) => instance.pid != first,
        _ => false,
    };
    until("another process runs", is_another).await;
    scene.program.stop().await;
}
