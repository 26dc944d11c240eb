//! Deliveries to HTTP endpoints, with retries by the virtual clock.

use std::time::Duration;

use asf_runtime::clock::Clock;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use http::{Request, StatusCode, Uri};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::retries::{Failure, pause};
use super::tls;

/// How long an endpoint may take to answer ("Fanout Amazon SNS notifications to HTTPS endpoints": 15 seconds).
const PATIENCE: Duration = Duration::from_secs(15);
/// test_sns::test_subscribe_external_http_endpoint
const AGENT: &str = "Amazon Simple Notification Service Agent";

/// What goes with a message (test_sns::test_subscribe_external_http_endpoint).
#[derive(Clone, Copy, Debug)]
pub(super) struct Headers<'a> {
    pub(super) kind: &'static str,
    pub(super) message_id: &'a str,
    pub(super) topic: &'a str,
    pub(super) subscription: Option<&'a str>,
    pub(super) is_raw: bool,
    pub(super) content_type: &'a str,
}

/// Sends a message, and again after each of the delays, until it is accepted. What the endpoint has refused for good,
/// with a status of the 400s that is not 429, is not tried again ("Amazon SNS message delivery retries": retries are
/// for server-side errors).
///
/// # Errors
/// Why the last attempt failed; it is of no use to try again.
pub(super) async fn send(
    url: &str,
    headers: Headers<'_>,
    body: String,
    delays: &[i64],
    connections: &Semaphore,
    clock: &dyn Clock,
) -> Result<(), String> {
    let body = Bytes::from(body);
    let mut delays = delays.iter().copied();
    loop {
        let attempted = {
            // Given back before it waits.
            let _connection = connections.acquire().await.map_err(|error| error.to_string())?;
            attempt(url, headers, body.clone()).await
        };
        let failure = match attempted {
            Ok(status) if status.is_success() => return Ok(()),
            Ok(status) if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                Failure::Final(format!("the endpoint answered {status}"))
            }
            Ok(status) => Failure::Passing(format!("the endpoint answered {status}")),
            Err(error) => Failure::Passing(error),
        };
        pause(failure, &mut delays, clock).await.map_err(Failure::text)?;
    }
}

async fn attempt(url: &str, headers: Headers<'_>, body: Bytes) -> Result<StatusCode, String> {
    let request = request(url, headers, body)?;
    match tokio::time::timeout(PATIENCE, exchange(url, request)).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("the endpoint did not answer within {} seconds", PATIENCE.as_secs())),
    }
}

fn request(url: &str, headers: Headers<'_>, body: Bytes) -> Result<Request<Full<Bytes>>, String> {
    let uri: Uri = url.parse().map_err(|error| format!("{url} is no URL: {error}"))?;
    let authority = uri.authority().map_or("", |it| it.as_str());
    // "Subscribing an HTTP/S endpoint": user and password may stand in the URL.
    let (user, host) =
        authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    let path = uri.path_and_query().map_or("/", |it| it.as_str());
    let mut request = Request::post(path)
        .header(HOST, host)
        .header("x-amz-sns-message-type", headers.kind)
        .header("x-amz-sns-message-id", headers.message_id)
        .header("x-amz-sns-topic-arn", headers.topic)
        .header(CONTENT_TYPE, headers.content_type)
        .header(USER_AGENT, AGENT)
        .header(ACCEPT_ENCODING, "gzip,deflate");
    if let Some(arn) = headers.subscription {
        request = request.header("x-amz-sns-subscription-arn", arn);
    }
    if headers.is_raw {
        request = request.header("x-amz-sns-rawdelivery", "true");
    }
    if let Some(user) = user {
        let user = percent_encoding::percent_decode_str(user).collect::<Vec<u8>>();
        request = request.header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(user)));
    }
    request.body(Full::new(body)).map_err(|error| error.to_string())
}

async fn exchange(url: &str, request: Request<Full<Bytes>>) -> Result<StatusCode, String> {
    let uri: Uri = url.parse().map_err(|error| format!("{url} is no URL: {error}"))?;
    let is_tls = uri.scheme_str() == Some("https");
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let unreachable = |error: std::io::Error| format!("{host}:{port} cannot be reached: {error}");
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(unreachable)?;
    if !is_tls {
        return over(stream, request).await;
    }
    let name = ServerName::try_from(host.clone()).map_err(|error| error.to_string())?;
    let connector = tls::connector().map_err(|error| error.to_string())?;
    over(connector.connect(name, stream).await.map_err(unreachable)?, request).await
}

async fn over<S>(stream: S, request: Request<Full<Bytes>>) -> Result<StatusCode, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let improper = |error: hyper::Error| format!("the endpoint gave no proper answer: {error}");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(improper)?;
    // It ends with the sender.
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(improper);
    connection.abort();
    Ok(answer?.status())
}
