//! Servers that are a task of this process.

use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::{Backend, Ended, Running, ServerError, Start};

/// A server that is a task in this process; what LocalStack writes as `do_start_thread`.
///
/// ```
/// use asf_servers::{Server, TaskServer};
///
/// let echo = Server::new(TaskServer::new("echo", |start, stopping| async move {
///     let listener = tokio::net::TcpListener::bind(start.address).await.map_err(|it| it.to_string())?;
///     let serve = async {
///         while let Ok((mut stream, _)) = listener.accept().await {
///             let (mut from, mut to) = stream.split();
///             let _ = tokio::io::copy(&mut from, &mut to).await;
///         }
///     };
///     tokio::select! {
///         () = serve => {}
///         () = stopping.asked() => {}
///     }
///     Ok(())
/// }));
/// # let _ = echo;
/// ```
pub struct TaskServer {
    name: String,
    task: Box<MakeTask>,
}

type MakeTask = dyn Fn(Start, Stopping) -> BoxFuture<'static, Result<(), String>> + Send + Sync;

impl TaskServer {
    /// A server of this name. The task ends when it is asked to, or with what went wrong.
    pub fn new<F, T>(name: &str, task: F) -> Self
    where
        F: Fn(Start, Stopping) -> T + Send + Sync + 'static,
        T: Future<Output = Result<(), String>> + Send + 'static,
    {
        let task =
            Box::new(move |start, stopping| -> BoxFuture<'static, _> { Box::pin(task(start, stopping)) });
        Self { name: name.to_owned(), task }
    }
}

/// Says when a task has to end.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Waits until it has to.
    pub async fn asked(mut self) {
        // Fails when the server is gone, which asks for the same.
        let _ = self.0.wait_for(|is_asked| *is_asked).await;
    }
}

impl Backend for TaskServer {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self, start: Start) -> BoxFuture<'_, Result<Box<dyn Running>, ServerError>> {
        let stop = watch::Sender::new(false);
        let task = tokio::spawn((self.task)(start, Stopping(stop.subscribe())));
        let running: Box<dyn Running> = Box::new(Task { task, stop, ended: None });
        Box::pin(std::future::ready(Ok(running)))
    }
}

struct Task {
    task: JoinHandle<Result<(), String>>,
    stop: watch::Sender<bool>,
    ended: Option<Ended>,
}

impl Running for Task {
    fn ended(&mut self) -> BoxFuture<'_, Ended> {
        Box::pin(async move {
            if let Some(ended) = &self.ended {
                return ended.clone();
            }
            let ended = Ended(match (&mut self.task).await {
                Ok(Ok(())) => "it returned".to_owned(),
                Ok(Err(reason)) => reason,
                Err(error) => error.to_string(),
            });
            self.ended = Some(ended.clone());
            ended
        })
    }

    fn ask_to_end(&mut self) {
        self.stop.send_replace(true);
    }

    fn kill(&mut self) {
        self.task.abort();
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.task.abort();
    }
}
