//! An emulator in this process, on a port of its own.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use asf_emulator::{Server, Surroundings};
use asf_extensions::{Around, Folder, Hosted};
use asf_runtime::config::Listener;
use asf_runtime::context::Environment;
use asf_runtime::gateway::Gateway;
use asf_runtime::gateway::edge::EdgeRouter;
use asf_runtime::plugin::Settings;
use tokio::sync::oneshot;
use tracing_subscriber::filter::LevelFilter;

/// For tests that have to see what native providers do not answer.
pub(crate) const NATIVE: (&str, &str) = ("ASF_BACKENDS", "*=native");

/// Serves until it is dropped.
pub(crate) struct Emulator {
    url: String,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// With the time of the machine, and native providers alone: nothing is installed for its tests.
    pub(super) fn start() -> Self {
        Self::start_with([NATIVE].into_iter().collect())
    }

    /// With the time of the machine.
    pub(super) fn start_with(settings: Settings) -> Self {
        Self::start_on(settings, EdgeRouter::new())
    }

    /// With a clock that is moved at `/_asf/clock`.
    pub(super) fn start_controlled(settings: Settings) -> Self {
        Self::serve(move |ready, ended| async move {
            let emulator = asf_emulator::controlled_emulator(settings, Surroundings::default()).unwrap();
            run(emulator.gateway, ready, ended).await;
        })
    }

    /// With the time of the machine, and routes of the test's.
    pub(crate) fn start_on(settings: Settings, edge: EdgeRouter) -> Self {
        Self::serve(move |ready, ended| async move {
            let around = Surroundings { edge, ..Surroundings::default() };
            let gateway = asf_emulator::gateway_with(settings, Environment::default(), around).unwrap();
            run(gateway, ready, ended).await;
        })
    }

    /// Runs a function in a thread and a runtime of its own: it says where it serves, and ends when it is told.
    fn serve<F, R>(function: F) -> Self
    where
        F: FnOnce(mpsc::Sender<String>, oneshot::Receiver<()>) -> R + Send + 'static,
        R: Future<Output = ()>,
    {
        // What it has to say is shown with a test that fails: the capturing goes on in the threads of a test.
        let _ = tracing_subscriber::fmt().with_test_writer().with_max_level(LevelFilter::WARN).try_init();
        let (ready, address) = mpsc::channel();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(function(ready, ended));
        });
        let url = address.recv().unwrap();
        Self { url, end: Some(end), thread: Some(thread) }
    }

    /// With an extension out of process, installed from a folder.
    pub(super) fn start_with_extension(source: &Path) -> Self {
        let volume = tempfile::tempdir().unwrap();
        let folder = Folder::of_volume(volume.path());
        let settings = Settings::default();
        folder.install(source).unwrap();
        Self::serve(move |ready, ended| async move {
            let emulator = asf_emulator::emulator(settings, Environment::default(), Surroundings::default());
            let asf_emulator::Emulator { gateway, extensions, .. } = emulator.unwrap();
            let hosted = Hosted::new(folder, Around::default(), extensions);
            assert_eq!(hosted.load().unwrap().added.len(), 1);
            let server = Server::bind(&[anywhere()], Arc::new(gateway)).await.unwrap();
            let url = server.places()[0].url();
            hosted.set_endpoint(&url);
            ready.send(url).unwrap();
            server.run(async { drop(ended.await) }).await;
            hosted.stop().await;
            drop(volume);
        })
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

async fn run(gateway: Gateway, ready: mpsc::Sender<String>, ended: oneshot::Receiver<()>) {
    let server = Server::bind(&[anywhere()], Arc::new(gateway)).await.unwrap();
    ready.send(server.places()[0].url()).unwrap();
    server.run(async { drop(ended.await) }).await;
}

fn anywhere() -> Listener {
    Listener::Tcp { host: "127.0.0.1".to_owned(), port: 0 }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
