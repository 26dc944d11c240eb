//! What a connection is doing, and the bytes of one that is watched for doing nothing.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use asf_runtime::observe::metrics::Connections;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Limits;
use super::deadline::Deadline;

/// The requests of a connection.
#[derive(Debug, Default)]
pub(super) struct Activity {
    under_way: AtomicUsize,
    begun: AtomicU64,
}

/// A request that is under way until this is dropped, behind the last byte of the answer.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<Activity>);

impl Activity {
    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(self.clone())
    }

    /// The connection is no longer one of requests, and is never idle.
    pub(super) fn hand_over(&self) {
        self.under_way.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Begins a connection of HTTP/2.
const PREFACE: &[u8] = b"PRI ";

/// How long a connection that is closed is read from, and how much, if the client was still sending.
const LINGER: Duration = Duration::from_secs(1);
const MAX_LEFT_OVER: usize = 1 << 20;

/// The bytes of a connection. Reading fails when there was no request for too long, or a head has not come
/// to its end; writing fails when the client does not read.
///
/// A connection that waits for a request has [`Limits::idle_time`], from its first byte on
/// [`Limits::head_time`]. In HTTP/2 bytes are not only heads, so there it is always the former.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    activity: Arc<Activity>,
    connections: Arc<Connections>,
    limits: Limits,
    is_http2: bool,
    /// Requests that had begun when reading was last looked at.
    seen: u64,
    /// Whether a byte of a head is there.
    in_head: bool,
    /// Whether there was a request since the time for the next one began.
    was_busy: bool,
    /// Bytes that were left over when it was closed.
    left_over: Option<usize>,
    reading: Deadline,
    writing: Deadline,
}

impl<S> Watched<S> {
    pub(super) fn new(
        stream: S,
        activity: Arc<Activity>,
        connections: Arc<Connections>,
        limits: Limits,
        is_http2: bool,
    ) -> Self {
        let (reading, writing) = (Deadline::default(), Deadline::default());
        Self {
            stream,
            activity,
            connections,
            limits,
            is_http2,
            seen: 0,
            in_head: false,
            was_busy: false,
            left_over: None,
            reading,
            writing,
        }
    }

    /// Bytes have come.
    fn arrived(&mut self, bytes: &[u8]) {
        if self.seen == 0 && !self.in_head {
            self.is_http2 |= bytes.starts_with(PREFACE);
        }
        if self.in_head || self.is_http2 || self.activity.under_way.load(Ordering::Relaxed) > 0 {
            return;
        }
        self.in_head = true;
        self.was_busy = false;
        self.seen = self.activity.begun.load(Ordering::Relaxed);
        self.reading.set(self.limits.head_time);
    }

    /// Nothing has come. Whether that is so for too long.
    ///
    /// Nothing reads when an answer is sent, so the end of a request shows only when the time is over: then
    /// there is another.
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let begun = self.activity.begun.load(Ordering::Relaxed);
        let is_busy = self.activity.under_way.load(Ordering::Relaxed) > 0;
        if is_busy || begun != self.seen {
            self.seen = begun;
            self.was_busy = true;
            if std::mem::take(&mut self.in_head) {
                self.reading.clear();
            }
        }
        if !self.reading.is_set() {
            self.reading.set(self.limits.idle_time);
            self.was_busy = is_busy;
        }
        if !self.reading.is_over(cx) {
            return false;
        }
        if !std::mem::replace(&mut self.was_busy, is_busy) {
            return true;
        }
        self.reading.set(self.limits.idle_time);
        self.reading.is_over(cx)
    }

    /// Counts what was written.
    fn sent(&self, result: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(length)) = result {
            self.connections.sent.fetch_add(*length as u64, Ordering::Relaxed);
        }
    }

    fn written<T>(&mut self, result: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.writing.clear();
            return result;
        }
        if !self.writing.is_set() {
            self.writing.set(self.limits.idle_time);
        }
        if self.writing.is_over(cx) {
            return Poll::Ready(Err(late("the client does not read")));
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> Watched<S> {
    /// Reads what a client is still sending after it has been answered. Closing with that unread would make
    /// its system throw the answer away.
    fn poll_left_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut space = [0; 4096];
        loop {
            let mut into = ReadBuf::new(&mut space);
            let so_far = self.left_over.unwrap_or_default();
            match Pin::new(&mut self.stream).poll_read(cx, &mut into) {
                Poll::Ready(Ok(())) if !into.filled().is_empty() && so_far < MAX_LEFT_OVER => {
                    self.left_over = Some(so_far + into.filled().len());
                }
                Poll::Pending if so_far > 0 && !self.reading.is_over(cx) => return Poll::Pending,
                _ => return Poll::Ready(()),
            }
        }
    }
}

fn late(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what)
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        if let Poll::Ready(result) = Pin::new(&mut this.stream).poll_read(cx, into) {
            let arrived = into.filled().get(before..).unwrap_or_default();
            this.connections.received.fetch_add(arrived.len() as u64, Ordering::Relaxed);
            this.arrived(arrived);
            return Poll::Ready(result);
        }
        if this.is_late(cx) {
            return Poll::Ready(Err(late("the client sends no request")));
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.sent(&result);
        this.written(result, cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.sent(&result);
        this.written(result, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_flush(cx);
        this.written(result, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.left_over.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            this.left_over = Some(0);
            this.reading.set(LINGER.min(this.limits.head_time));
        }
        this.poll_left_over(cx).map(Ok)
    }
}
