//! An emulator in this process, on a port of its own.

use std::sync::Arc;
use std::thread::JoinHandle;

use asf_emulator::{Server, Surroundings};
use asf_runtime::config::Listener;
use asf_runtime::context::Environment;
use asf_runtime::gateway::Gateway;
use asf_runtime::gateway::edge::EdgeRouter;
use asf_runtime::plugin::Settings;
use tokio::sync::oneshot;

/// Serves until it is dropped.
pub(crate) struct Emulator {
    url: String,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// With the time of the machine and default settings.
    pub(super) fn start() -> Self {
        Self::start_with(Settings::default())
    }

    /// With the time of the machine.
    pub(super) fn start_with(settings: Settings) -> Self {
        Self::start_on(settings, EdgeRouter::new())
    }

    /// With a clock that is moved at `/_asf/clock`.
    pub(super) fn start_controlled(settings: Settings) -> Self {
        Self::serve(move || asf_emulator::controlled_gateway(settings, Surroundings::default()).unwrap())
    }

    /// With the time of the machine, and routes of the test's.
    pub(crate) fn start_on(settings: Settings, edge: EdgeRouter) -> Self {
        let around = Surroundings { edge, ..Surroundings::default() };
        Self::serve(move || asf_emulator::gateway_with(settings, Environment::default(), around).unwrap())
    }

    fn serve(gateway: impl FnOnce() -> Gateway + Send + 'static) -> Self {
        let (ready, address) = std::sync::mpsc::channel();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let gateway = gateway();
                let anywhere = Listener::Tcp { host: "127.0.0.1".to_owned(), port: 0 };
                let server = Server::bind(&[anywhere], Arc::new(gateway)).await.unwrap();
                ready.send(server.places()[0].url()).unwrap();
                server.run(async { drop(ended.await) }).await;
            });
        });
        let url = address.recv().unwrap();
        Self { url, end: Some(end), thread: Some(thread) }
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
