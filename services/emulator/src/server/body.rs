//! Bodies: of requests, which must not pause for too long, and of answers, which tell when they are sent.

use std::io;
use std::pin::Pin;
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

/// The body of a request that is still to come. One that pauses for longer than `time` fails.
pub(super) fn arriving(body: Incoming, time: Duration) -> ByteStream {
    if body.is_end_stream() {
        return ByteStream::Empty;
    }
    let length = body.size_hint().exact();
    let pieces = BodyDataStream::new(body);
    ByteStream::from_stream(Arriving { pieces, pause: Deadline::default(), time }, length)
}

struct Arriving {
    pieces: BodyDataStream<Incoming>,
    pause: Deadline,
    time: Duration,
}

impl Stream for Arriving {
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
