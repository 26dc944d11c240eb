//! Extensions of a folder in a gateway: routes, providers, hooks, another look.

use std::sync::Arc;

use asf_extensions::{Around, Folder, Hosted};
use asf_runtime::extension::{Extensions, Surfaces};
use asf_runtime::gateway::edge::{EdgeRequest, Found};
use asf_runtime::hook::{HookContext, HookPoint};
use asf_runtime::provider::{DynamicProvider, Source, Tier};
use asf_runtime::shape::ByteStream;
use http::{Method, Request};
use serde_json::Value;

use crate::program::{runs, write};

const MAIN: &str = "\
@call
def f(input, context):
 return {'TranslatedText': input['Text'], 'SourceLanguageCode': 'en', 'TargetLanguageCode': 'de'}
@extension.route('/_extension/notes')
def echo(request):
 head = f'{request.method} {request.path} {sorted(request.query.items())} {request.headers[\"Host\"]} '
 def pieces():
  yield head.encode()
  if 'fail' in request.query: raise ValueError('midway')
  while piece := request.stream.read(5):
   yield piece
 return Response(201, pieces(), {'X-Mine': 'yes'})
@extension.hook('on_infra_ready')
def ready():
 open(os.environ['ASF_EXTENSION_DATA'] + '/ready', 'w')
@extension.hook('on_infra_shutdown')
def shutdown():
 open(os.environ['ASF_EXTENSION_DATA'] + '/shutdown', 'w')
";
const MANIFEST: &str = "hooks = [\"on_infra_ready\", \"on_infra_shutdown\"]\n\
    [[routes]]\npath = \"/_extension/notes/{*rest}\"\n";

struct Scene {
    root: tempfile::TempDir,
    folder: Folder,
    hosted: Hosted,
    extensions: Extensions,
}

impl Scene {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::of_volume(root.path());
        let extensions = Extensions::new(Surfaces::default());
        let hosted = Hosted::new(folder.clone(), Around::default(), extensions.clone());
        hosted.add_hooks();
        hosted.add_routes().unwrap();
        Self { root, folder, hosted, extensions }
    }

    fn install(&self, manifest: &str) {
        let source = self.root.path().join("source");
        write(&source, MAIN, manifest);
        self.folder.install(&source).unwrap();
    }

    async fn send(&self, method: Method, target: &str, body: ByteStream) -> Option<(u16, String)> {
        let (status, text) = self.try_to_send(method, target, body).await?;
        Some((status, text.unwrap()))
    }

    async fn try_to_send(
        &self,
        method: Method,
        target: &str,
        body: ByteStream,
    ) -> Option<(u16, Result<String, String>)> {
        let edge = &self.extensions.surfaces().edge;
        let request = Request::builder().method(method.clone()).uri(target).header("host", "h.test");
        let request = request.body(body).unwrap();
        let Found::Endpoint { endpoint, params, .. } =
            edge.find(&method, Some("h.test"), request.uri().path())
        else {
            return None;
        };
        let environment = asf_runtime::context::Environment::default();
        let response = endpoint.answer(EdgeRequest { request, params, environment, peer: None }).await;
        let (head, body) = response.into_parts();
        let body = body.collect(1 << 20).await.map_err(|error| error.to_string());
        Some((head.status.as_u16(), body.map(|it| String::from_utf8(it.to_vec()).unwrap())))
    }

    async fn run_hooks(&self, point: HookPoint) {
        let ctx = HookContext::new(point, self.extensions.clone(), Vec::new());
        let failures = self.extensions.surfaces().hooks.run(&ctx, std::time::Duration::from_secs(20)).await;
        assert!(failures.is_empty(), "{failures:?}");
    }

    async fn listed(&self) -> Value {
        let (status, text) = self.send(Method::GET, "/_asf/extensions", ByteStream::Empty).await.unwrap();
        assert_eq!(status, 200);
        serde_json::from_str::<Value>(&text).unwrap()["extensions"].take()
    }

    async fn reload(&self) -> String {
        let answer = self.send(Method::POST, "/_asf/extensions/reload", ByteStream::Empty).await;
        let (status, text) = answer.unwrap();
        assert_eq!(status, 200);
        text
    }
}

#[tokio::test]
async fn from_start_to_end() {
    let scene = Scene::new();
    assert!(scene.hosted.load().unwrap().added.is_empty());
    scene.install(MANIFEST);
    assert_eq!(scene.hosted.load().unwrap().added.len(), 1);
    assert!(scene.hosted.load().unwrap().added.is_empty(), "nothing has changed");
    assert_eq!(scene.listed().await[0]["state"], "idle");
    let service = asf_specs::service("translate").unwrap();
    let providers = scene.extensions.surfaces().providers.clone();
    let answering = providers.answering(service.operation("TranslateText").unwrap()).unwrap();
    assert_eq!(answering.source.as_str(), "extension:notes");
    assert!(providers.answering(service.operation("ListLanguages").unwrap()).is_none());

    scene.run_hooks(HookPoint::OnInfraReady).await;
    let data = scene.root.path().join("extensions/notes/data");
    assert!(data.join("ready").exists() && !data.join("shutdown").exists());
    let listed = scene.listed().await;
    assert_eq!(listed[0]["state"], "running");
    let pid = listed[0]["pid"].to_string();
    assert!(runs(&pid));
    scene.run_hooks(HookPoint::OnInfraShutdown).await;
    assert!(data.join("shutdown").exists());
    assert!(!runs(&pid));
}

#[tokio::test]
async fn routes() {
    let scene = Scene::new();
    scene.install(MANIFEST);
    scene.hosted.load().unwrap();
    let whole: ByteStream = "some words".into();
    let (status, text) = scene.send(Method::PUT, "/_extension/notes/a%20b?x=1&y=", whole).await.unwrap();
    assert_eq!(
        (status, text.as_str()),
        (201, "PUT /_extension/notes/a%20b [('x', ['1']), ('y', [''])] h.test some words")
    );
    // A body whose length is not known.
    let pieces = ["one ", "", "two ", "three"].map(|it| Ok(it.into()));
    let pieces = ByteStream::from_stream(futures_util::stream::iter(pieces), None);
    let (_, text) = scene.send(Method::POST, "/_extension/notes/", pieces).await.unwrap();
    assert!(text.ends_with("one two three"), "{text}");
    let target = "/_extension/notes/?fail";
    let failed = scene.try_to_send(Method::GET, target, ByteStream::Empty).await.unwrap();
    assert!(failed.1.is_err(), "it has no end that looks like one: {failed:?}");
    assert!(scene.send(Method::GET, "/_extension/other", ByteStream::Empty).await.is_none());
    scene.hosted.stop().await;
    let stopped = scene.send(Method::GET, "/_extension/notes/", ByteStream::Empty).await.unwrap();
    assert!(stopped.0 == 503 && stopped.1.contains("the extension 'notes' is stopped"), "{stopped:?}");
}

#[tokio::test]
async fn another_look() {
    let scene = Scene::new();
    assert_eq!(scene.reload().await, r#"{"added":[],"replaced":[],"removed":[],"failed":[]}"#);
    scene.install(&format!("start = \"eager\"\n{MANIFEST}"));
    assert!(scene.reload().await.contains(r#""added":["notes"]"#));
    let first = scene.listed().await[0]["pid"].to_string();
    assert!(runs(&first), "it is eager");

    scene.install(&format!("start = \"eager\"\n{MANIFEST}"));
    assert!(scene.reload().await.contains(r#""replaced":["notes"]"#));
    let second = scene.listed().await[0]["pid"].to_string();
    assert!(!runs(&first) && runs(&second));

    scene.folder.set_enabled("notes", false).unwrap();
    assert!(scene.reload().await.contains(r#""removed":["notes"]"#));
    assert!(!runs(&second));
    let listed = scene.listed().await;
    assert_eq!((&listed[0]["state"], &listed[0]["enabled"]), (&"unused".into(), &false.into()));
    assert!(scene.send(Method::GET, "/_extension/notes/", ByteStream::Empty).await.is_none());

    // By hand, and wrongly.
    scene.folder.set_enabled("notes", true).unwrap();
    let manifest = scene.root.path().join("extensions/notes/package/asf-extension.toml");
    std::fs::write(&manifest, "name = 7").unwrap();
    assert!(scene.reload().await.contains(r#""failed":[{"name":"notes","error":"asf-extension.toml:"#));
    assert!(scene.listed().await[0]["error"].as_str().unwrap().contains("invalid type"));
    scene.install(MANIFEST);
    assert!(scene.reload().await.contains(r#""added":["notes"]"#));
}

/// What is native goes first, but for what an extension overrides.
#[tokio::test]
async fn who_answers() {
    let translate = asf_specs::service("translate").unwrap();
    let native = || DynamicProvider::new(translate).handle("ListLanguages", |_, input| async { Ok(input) });
    for (manifest, expected) in [
        ("", "native"),
        ("[overrides]\ntranslate = [\"ListLanguages\"]\n", "extension:notes"),
        ("[overrides]\ntranslate = \"*\"\n", "extension:notes"),
    ] {
        let scene = Scene::new();
        scene.install(manifest);
        let providers = &scene.extensions.surfaces().providers;
        providers.add(Tier::Native, Source::Native, Arc::new(native().unwrap()));
        scene.hosted.load().unwrap();
        let source = |name| {
            let answering = providers.answering(translate.operation(name).unwrap());
            answering.map(|it| it.source.to_string())
        };
        assert_eq!(source("ListLanguages").as_deref(), Some(expected), "{manifest}");
        assert_eq!(source("TranslateText").as_deref(), Some("extension:notes"), "{manifest}");
    }
}
