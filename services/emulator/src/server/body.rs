//! Bodies: of requests, which must not pause for too long, and of answers, which tell when they are sent.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use asf_runtime::Bytes;
use asf_runtime::shape::{ByteStream, StreamError};
use futures_util::Stream;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyDataStream;
use hyper::body::Incoming;

use super::activity::UnderWay;
use super::deadline::Deadline;

/// Bytes that nobody has read of a body and that are read away, so that the connection can go on.
const READ_AWAY: usize = 1 << 20;

/// The body of a request that is still to come, and what is left of it when whoever answers lets go of it. One
/// that pauses for longer than `time` fails.
///
/// `is_awaited`: that the client sends it when it is asked to (`Expect: 100-continue`), which reading it does.
pub(super) fn arriving(body: Incoming, time: Duration, is_awaited: bool) -> (ByteStream, Left) {
    let left = Left::default();
    if body.is_end_stream() {
        return (ByteStream::Empty, left);
    }
    let length = body.size_hint().exact();
    let pieces = Pieces { pieces: BodyDataStream::new(body), pause: Deadline::default(), time };
    let arriving = Arriving { pieces: Some(pieces), is_asked_for: !is_awaited, left: left.clone() };
    (ByteStream::from_stream(arriving, length), left)
}

struct Pieces {
    pieces: BodyDataStream<Incoming>,
    pause: Deadline,
    time: Duration,
}

impl Stream for Pieces {
    type Item = Result<Bytes, StreamError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Poll::Ready(piece) = Pin::new(&mut this.pieces).poll_next(cx) {
            this.pause.clear();
            return Poll::Ready(piece.map(|it| it.map_err(|error| StreamError::Io(io::Error::other(error)))));
        }
        if !this.pause.is_set() {
            this.pause.set(this.time);
        }
        if this.pause.is_over(cx) {
            let error = io::Error::new(io::ErrorKind::TimedOut, "the body does not come");
            return Poll::Ready(Some(Err(StreamError::Io(error))));
        }
        Poll::Pending
    }
}

struct Arriving {
    /// None at its end.
    pieces: Option<Pieces>,
    is_asked_for: bool,
    left: Left,
}

impl Stream for Arriving {
    type Item = Result<Bytes, StreamError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(pieces) = &mut this.pieces else { return Poll::Ready(None) };
        this.is_asked_for = true;
        let piece = std::task::ready!(Pin::new(pieces).poll_next(cx));
        if piece.is_none() {
            this.pieces = None;
        }
        Poll::Ready(piece)
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        let left = self.pieces.take().map(|pieces| (pieces, self.is_asked_for));
        *self.left.0.lock().unwrap_or_else(PoisonError::into_inner) = left;
    }
}

/// What is left of a body that was let go of before its end, and whether it was asked for.
#[derive(Clone, Default)]
pub(super) struct Left(Arc<Mutex<Option<(Pieces, bool)>>>);

impl Left {
    /// Reads away what is left, if it is little. False if the connection is of no more use: nobody knows whether
    /// what comes on it next is a request.
    pub(super) async fn read_away(&self) -> bool {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((mut pieces, is_asked_for)) = taken else { return true };
        if !is_asked_for {
            return false;
        }
        let mut length = 0;
        while let Some(piece) = std::future::poll_fn(|cx| Pin::new(&mut pieces).poll_next(cx)).await {
            let Ok(piece) = piece else { return false };
            length += piece.len();
            if length > READ_AWAY {
                return false;
            }
        }
        true
    }
}

/// The body of an answer. The request is under way as long as there is something of it to send.
pub(super) struct Leaving {
    body: ByteStream,
    _under_way: UnderWay,
}

impl Leaving {
    pub(super) fn new(body: ByteStream, under_way: UnderWay) -> Self {
        Self { body, _under_way: under_way }
    }
}

impl Body for Leaving {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.body)
    }
}
