//! A server of a test's own, over a chain that answers what the test asks of it, and a client that sends
//! bytes as they are.

use std::sync::Arc;
use std::time::Duration;

use asf_emulator::{Limits, Server, Tls};
use asf_runtime::config::Listener;
use asf_runtime::context::Environment;
use asf_runtime::gateway::handlers::serialize_error;
use asf_runtime::gateway::{Flow, Gateway, GatewayContext, GatewayHandler, Handled, HandlerChain, handler};
use asf_runtime::shape::ByteStream;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// Times that are waited for.
pub(crate) const SHORT: Duration = Duration::from_millis(150);

/// Waits, but not for ever.
pub(crate) async fn patiently<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it took too long")
}

/// Answers by path: `/where` scheme and version, `/echo` the body, `/wait` when it is let go, `/poll` when the server
/// is about to end, `/panic`.
struct Answers {
    entered: Semaphore,
    leave: Semaphore,
}

impl Default for Answers {
    fn default() -> Self {
        Self { entered: Semaphore::new(0), leave: Semaphore::new(0) }
    }
}

impl GatewayHandler for Answers {
    fn name(&self) -> &str {
        "answers"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        Box::pin(async move {
            let body = match ctx.request.uri.path() {
                "/where" => {
                    let scheme = ctx.request.uri.scheme_str().unwrap_or("-").to_owned();
                    format!("{scheme} {:?} {}", ctx.request.version, ctx.peer.is_some()).into()
                }
                "/echo" => {
                    let collected = std::mem::take(&mut ctx.body).collect(ctx.max_body).await;
                    collected.map_err(|error| error.into_error(ctx.protocol))?.into()
                }
                "/wait" => {
                    self.entered.add_permits(1);
                    self.leave.acquire().await.unwrap().forget();
                    "let go".into()
                }
                "/poll" => {
                    self.entered.add_permits(1);
                    ctx.ending.begun().await;
                    "nothing came".into()
                }
                "/panic" => panic!("as asked for"),
                _ => ByteStream::Empty,
            };
            *ctx.response.body_mut() = body;
            Ok(Flow::Stop)
        })
    }
}

/// A server that is running.
pub(crate) struct Listening {
    pub(crate) places: Vec<Listener>,
    answers: Arc<Answers>,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Listening {
    /// On a free port of the loopback.
    pub(crate) async fn new(limits: Limits) -> Self {
        Self::at(&["127.0.0.1:0"], limits, Tls::self_signed(None)).await
    }

    pub(crate) async fn at(places: &[&str], limits: Limits, tls: Tls) -> Self {
        let answers = Arc::new(Answers::default());
        let server = Server::bind(&listeners(places), gateway(&answers)).await.unwrap();
        let server = server.with_limits(limits).with_tls(tls);
        let places = server.places().to_vec();
        let (end, ended) = oneshot::channel();
        let task = tokio::spawn(server.run(async {
            let _ = ended.await;
        }));
        Self { places, answers, end, task }
    }

    /// The address of the first place.
    pub(crate) fn address(&self) -> String {
        self.places[0].to_string()
    }

    pub(crate) async fn client(&self) -> Client<TcpStream> {
        Client::new(TcpStream::connect(self.address()).await.unwrap())
    }

    /// Until a request to `/wait` or `/poll` is under way.
    pub(crate) async fn entered(&self) {
        patiently(self.answers.entered.acquire()).await.unwrap().forget();
    }

    /// Lets a request to `/wait` go.
    pub(crate) fn let_go(&self) {
        self.answers.leave.add_permits(1);
    }

    /// Asks for the end, looks at what happens, and lets a request to `/wait` go, with which the end is there.
    pub(crate) async fn let_go_at_the_end(self, meanwhile: impl AsyncFnOnce(&JoinHandle<()>)) {
        let answers = self.answers.clone();
        let ended = self.end();
        meanwhile(&ended).await;
        answers.leave.add_permits(1);
        patiently(ended).await.unwrap();
    }

    /// Asks for the end. The future is done when it is there.
    pub(crate) fn end(self) -> JoinHandle<()> {
        self.end.send(()).unwrap();
        self.task
    }
}

pub(crate) fn listeners(places: &[&str]) -> Vec<Listener> {
    places.iter().map(|it| Listener::parse(it).unwrap()).collect()
}

/// A gateway that no request comes to.
pub(crate) fn any_gateway() -> Arc<Gateway> {
    gateway(&Arc::default())
}

fn gateway(answers: &Arc<Answers>) -> Arc<Gateway> {
    let chain = HandlerChain {
        request: vec![answers.clone()],
        exception: vec![handler("serialize error", serialize_error)],
        ..HandlerChain::default()
    };
    Arc::new(Gateway::new(chain, Environment::default()))
}

/// A client of HTTP/1.1 that sends bytes as they are.
pub(crate) struct Client<S> {
    stream: S,
    arrived: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, arrived: Vec::new() }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Sends a request without a body, and reads the answer.
    pub(crate) async fn get(&mut self, path: &str) -> (u16, String) {
        self.send(get(path)).await;
        self.answer().await
    }

    /// The next answer: status and body.
    pub(crate) async fn answer(&mut self) -> (u16, String) {
        let head = loop {
            if let Some(end) = self.arrived.windows(4).position(|it| it == b"\r\n\r\n") {
                let rest = self.arrived.split_off(end + 4);
                let head = std::mem::replace(&mut self.arrived, rest);
                break String::from_utf8(head).unwrap().to_ascii_lowercase();
            }
            assert!(patiently(self.more()).await, "no answer, but the end");
        };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head.lines().find_map(|it| it.strip_prefix("content-length: ")).unwrap_or("0");
        let length: usize = length.parse().unwrap();
        while self.arrived.len() < length {
            assert!(patiently(self.more()).await, "the end within an answer");
        }
        let rest = self.arrived.split_off(length);
        (status, String::from_utf8(std::mem::replace(&mut self.arrived, rest)).unwrap())
    }

    /// What comes until the connection is closed.
    pub(crate) async fn rest(mut self) -> String {
        while patiently(self.more()).await {}
        String::from_utf8(self.arrived).unwrap()
    }

    /// Whether anything comes before a time is over, the end included.
    pub(crate) async fn hears_within(&mut self, time: Duration) -> bool {
        timeout(time, self.more()).await.is_ok()
    }

    /// Reads what is there. False at the end.
    async fn more(&mut self) -> bool {
        self.stream.read_buf(&mut self.arrived).await.is_ok_and(|read| read > 0)
    }

    /// Sends bytes to a connection that may be closed.
    pub(crate) async fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }
}

/// A request without a body.
pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}
