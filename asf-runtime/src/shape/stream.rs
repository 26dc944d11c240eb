//! Bodies that are not buffered: bytes, and events.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::{Mismatch, Scalar, Shape};
use crate::error::ServiceError;

/// The bytes of a body: there already, or still to come. It is both the body of every HTTP message in
/// ASF and the type of streaming blobs in generated structures.
#[derive(Default)]
pub enum ByteStream {
    /// No body.
    #[default]
    Empty,
    /// All of it is here.
    Full(Bytes),
    /// It comes in pieces. `length` is the number of bytes, where it is known.
    Chunks {
        /// The pieces.
        stream: BoxStream<'static, Result<Bytes, StreamError>>,
        /// Number of bytes in all of them.
        length: Option<u64>,
    },
}

impl ByteStream {
    /// A body that comes in pieces.
    pub fn from_stream(
        stream: impl Stream<Item = Result<Bytes, StreamError>> + Send + 'static,
        length: Option<u64>,
    ) -> Self {
        Self::Chunks { stream: stream.boxed(), length }
    }

    /// Number of bytes, where it is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match self {
            Self::Empty => Some(0),
            Self::Full(bytes) => Some(bytes.len() as u64),
            Self::Chunks { length, .. } => *length,
        }
    }

    /// The bytes, if all of them are here.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Empty => Some(&[]),
            Self::Full(bytes) => Some(bytes),
            Self::Chunks { .. } => None,
        }
    }

    /// The next piece; `None` after the last one. No piece is empty.
    pub async fn next(&mut self) -> Option<Result<Bytes, StreamError>> {
        StreamExt::next(self).await
    }

    /// Waits for all of it.
    ///
    /// # Errors
    /// [`StreamError::TooLarge`] when there are more than `limit` bytes, or what the source failed with.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes, StreamError> {
        if self.length().is_some_and(|length| length > limit as u64) {
            return Err(StreamError::TooLarge { limit });
        }
        let Some(first) = self.next().await.transpose()? else { return Ok(Bytes::new()) };
        let Some(second) = self.next().await.transpose()? else {
            return if first.len() > limit { Err(StreamError::TooLarge { limit }) } else { Ok(first) };
        };
        let mut all = BytesMut::with_capacity((first.len() + second.len()).min(limit));
        all.extend_from_slice(&first);
        let mut piece = Some(second);
        while let Some(bytes) = piece {
            if all.len().saturating_add(bytes.len()) > limit {
                return Err(StreamError::TooLarge { limit });
            }
            all.extend_from_slice(&bytes);
            piece = self.next().await.transpose()?;
        }
        Ok(all.freeze())
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, StreamError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return match &mut *self {
                Self::Empty => Poll::Ready(None),
                Self::Full(bytes) => {
                    let bytes = std::mem::take(bytes);
                    *self = Self::Empty;
                    if bytes.is_empty() {
                        continue;
                    }
                    Poll::Ready(Some(Ok(bytes)))
                }
                Self::Chunks { stream, .. } => match stream.as_mut().poll_next(cx) {
                    Poll::Ready(Some(Ok(bytes))) if bytes.is_empty() => continue,
                    Poll::Ready(None) => {
                        *self = Self::Empty;
                        Poll::Ready(None)
                    }
                    other => other,
                },
            };
        }
    }
}

impl http_body::Body for ByteStream {
    type Data = Bytes;
    /// The text of the [`StreamError`]: a server can do nothing with it but cut the connection, and the
    /// errors of services cannot go between threads as those of bodies have to.
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        let frame = |piece: Result<Bytes, StreamError>| match piece {
            Ok(bytes) => Ok(http_body::Frame::data(bytes)),
            Err(error) => Err(std::io::Error::other(error.to_string())),
        };
        self.poll_next(cx).map(|next| next.map(frame))
    }

    fn is_end_stream(&self) -> bool {
        self.length() == Some(0) && !matches!(self, Self::Chunks { .. })
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.length().map_or_else(http_body::SizeHint::default, http_body::SizeHint::with_exact)
    }
}

impl From<Bytes> for ByteStream {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() { Self::Empty } else { Self::Full(bytes) }
    }
}

impl From<Vec<u8>> for ByteStream {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for ByteStream {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for ByteStream {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl std::fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.length() {
            Some(length) => write!(f, "ByteStream({length} bytes)"),
            None => f.write_str("ByteStream(unknown length)"),
        }
    }
}

impl Shape for ByteStream {
    fn scalar(&self) -> Option<Scalar<'_>> {
        match self {
            Self::Full(bytes) => Some(Scalar::Blob(bytes)),
            _ => None,
        }
    }

    fn set(&mut self, value: Scalar<'_>) -> Result<(), Mismatch> {
        let Scalar::Blob(bytes) = value else { return Err(Mismatch) };
        *self = Self::from(bytes.clone());
        Ok(())
    }

    fn take_stream(&mut self) -> Option<ByteStream> {
        Some(std::mem::take(self))
    }

    fn put_stream(&mut self, stream: ByteStream) -> Result<(), Mismatch> {
        *self = stream;
        Ok(())
    }
}

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// It is larger than what is accepted.
    #[error("the body is larger than the {limit} bytes that are accepted")]
    TooLarge {
        /// Greatest number of bytes.
        limit: usize,
    },
    /// It breaks the rules of its framing (aws-chunked, event stream, compression, checksum).
    #[error("the body is malformed: {0}")]
    Malformed(String),
    /// It has another length than was announced.
    #[error("the body has {actual} bytes, not {expected} as was announced")]
    WrongLength {
        /// What was announced.
        expected: u64,
        /// What was found; of a body that is too long, where it was given up.
        actual: u64,
    },
    /// A checksum that the client sent is not that of the body.
    #[error("the {algorithm} checksum of the body is {actual}, not {expected} as was announced")]
    ChecksumMismatch {
        /// `crc32`, `sha256`... of `x-amz-checksum-*`; `content-md5`; `x-amz-content-sha256`.
        algorithm: &'static str,
        /// What was announced, base64 (of `x-amz-content-sha256`, hexadecimal digits).
        expected: String,
        /// What was found, likewise.
        actual: String,
    },
    /// The connection failed.
    #[error("the connection failed: {0}")]
    Io(#[from] std::io::Error),
    /// An error of the service: sent in the stream, or what the service says of a body like this.
    #[error("{0}")]
    Service(Box<dyn ServiceError>),
}

/// Events with their types erased, on the way out: each is a union value, or the error that ends it.
pub type DynEvents = BoxStream<'static, Result<Box<dyn Shape>, Box<dyn ServiceError>>>;

/// One event that has arrived but is not read yet: reads it into a union value.
pub type EventRead = Box<dyn FnOnce(&mut dyn Shape) -> Result<(), StreamError> + Send>;

/// Events with their types erased, on the way in.
pub type EventReads = BoxStream<'static, Result<EventRead, StreamError>>;

/// A stream of events: the member of an input or output whose target is an event stream. `T` is the
/// generated union of the events.
#[derive(Default)]
pub struct EventStream<T>(Option<BoxStream<'static, Result<T, StreamError>>>);

impl<T: Send + 'static> EventStream<T> {
    /// A stream of these events. An error ends it and is sent to the other side.
    pub fn new(events: impl Stream<Item = Result<T, StreamError>> + Send + 'static) -> Self {
        Self(Some(events.boxed()))
    }

    /// The next event; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<T, StreamError>> {
        match &mut self.0 {
            Some(events) => events.next().await,
            None => None,
        }
    }
}

impl<T> std::fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventStream")
    }
}

impl<T: Shape + Default> Shape for EventStream<T> {
    fn take_events(&mut self) -> Option<DynEvents> {
        let events = self.0.take()?;
        Some(
            events
                .map(|event| match event {
                    Ok(event) => Ok(Box::new(event) as Box<dyn Shape>),
                    Err(StreamError::Service(error)) => Err(error),
                    Err(error) => {
                        Err(Box::new(crate::AwsError::internal(error.to_string())) as Box<dyn ServiceError>)
                    }
                })
                .boxed(),
        )
    }

    fn put_events(&mut self, events: EventReads) -> Result<(), Mismatch> {
        self.0 = Some(
            events
                .map(|event| {
                    let mut value = T::default();
                    event?(&mut value)?;
                    Ok(value)
                })
                .boxed(),
        );
        Ok(())
    }
}
