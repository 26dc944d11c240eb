//! Messages of `application/vnd.amazon.eventstream` <-> bytes.
//!
//! ```text
//! u32 length of the message | u32 length of the headers | u32 CRC of these eight bytes
//! headers | payload | u32 CRC of everything before
//! ```
//!
//! All numbers are in network order; the CRCs are CRC-32 as zip has it. The limits are botocore's
//! (`botocore/eventstream.py`): 128 KiB of headers, 24 MiB of payload.

use std::borrow::Cow;

use bytes::{Buf, Bytes, BytesMut};

use super::header::{self, HeaderValue, Headers};
use crate::body::stage::Stage;
use crate::shape::StreamError;

/// Greatest length of all headers of a message.
pub const MAX_HEADERS_LEN: usize = 128 * 1024;
/// Greatest length of a payload.
pub const MAX_PAYLOAD_LEN: usize = 24 * 1024 * 1024;

/// Length of what stands before the headers.
const PRELUDE: usize = 12;
/// Length of what stands around headers and payload.
const AROUND: usize = PRELUDE + 4;

/// Bytes that are no message, or a message that cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The CRC of the lengths is wrong: these are no messages.
    #[error("the checksum of the prelude is {actual:08x}, not {expected:08x}")]
    PreludeChecksum {
        /// What the message says.
        expected: u32,
        /// What it is.
        actual: u32,
    },
    /// The CRC of the message is wrong.
    #[error("the checksum of the message is {actual:08x}, not {expected:08x}")]
    MessageChecksum {
        /// What the message says.
        expected: u32,
        /// What it is.
        actual: u32,
    },
    /// The lengths do not fit each other or the bytes that are there.
    #[error("the lengths of message and headers do not fit")]
    Length,
    /// The headers are longer than [`MAX_HEADERS_LEN`].
    #[error("the headers are longer than {MAX_HEADERS_LEN} bytes")]
    HeadersTooLong,
    /// The payload is longer than [`MAX_PAYLOAD_LEN`].
    #[error("the payload is longer than {MAX_PAYLOAD_LEN} bytes")]
    PayloadTooLong,
    /// A header has no name or an unknown type, is cut off or too long; or there are too many.
    #[error("a header is malformed")]
    Header,
    /// A header comes twice.
    #[error("the header '{0}' comes twice")]
    DuplicateHeader(String),
}

impl From<FrameError> for StreamError {
    fn from(error: FrameError) -> Self {
        Self::Malformed(format!("event stream: {error}"))
    }
}

/// A message: typed headers and a payload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The headers.
    pub headers: Headers,
    /// The payload.
    pub payload: Bytes,
}

impl Message {
    /// A message without headers.
    #[must_use]
    pub fn new(payload: impl Into<Bytes>) -> Self {
        Self { headers: Headers::new(), payload: payload.into() }
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<HeaderValue>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&HeaderValue> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// The value of a header that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.header(name) {
            Some(HeaderValue::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Reads the bytes of one message. The payload is a part of them, not a copy.
    ///
    /// ```
    /// use asf_runtime::eventstream::Message;
    ///
    /// let message = Message::new("{}").with(":event-type", "chunk");
    /// let bytes = message.encode()?;
    /// assert_eq!(Message::decode(bytes)?, message);
    /// # Ok::<(), asf_runtime::eventstream::FrameError>(())
    /// ```
    ///
    /// # Errors
    /// [`FrameError`] when they are not one message, whole and unharmed.
    pub fn decode(mut frame: Bytes) -> Result<Self, FrameError> {
        let Some(lengths) = Lengths::read(&frame)? else { return Err(FrameError::Length) };
        if frame.len() != lengths.total {
            return Err(FrameError::Length);
        }
        let (covered, crc) = frame.split_last_chunk().ok_or(FrameError::Length)?;
        let (expected, actual) = (u32::from_be_bytes(*crc), crc_fast::crc32_iso_hdlc(covered));
        if expected != actual {
            return Err(FrameError::MessageChecksum { expected, actual });
        }
        // The lengths have been found to fit.
        frame.truncate(covered.len());
        frame.advance(PRELUDE);
        let headers = header::read(frame.split_to(lengths.headers))?;
        Ok(Self { headers, payload: frame })
    }

    /// The bytes of the message.
    ///
    /// # Errors
    /// [`FrameError`] when headers or payload are too long.
    pub fn encode(&self) -> Result<Bytes, FrameError> {
        let mut out = Vec::with_capacity(AROUND + 128 + self.payload.len().min(MAX_PAYLOAD_LEN));
        out.extend_from_slice(&[0; PRELUDE]);
        header::write(&self.headers, &mut out)?;
        let headers = out.len() - PRELUDE;
        if headers > MAX_HEADERS_LEN {
            return Err(FrameError::HeadersTooLong);
        }
        if self.payload.len() > MAX_PAYLOAD_LEN {
            return Err(FrameError::PayloadTooLong);
        }
        out.extend_from_slice(&self.payload);
        let length = |length: usize| u32::try_from(length).map_err(|_| FrameError::Length);
        let total = length(out.len() + 4)?;
        let mut prelude = [0; 8];
        let (first, second) = prelude.split_at_mut(4);
        first.copy_from_slice(&total.to_be_bytes());
        second.copy_from_slice(&length(headers)?.to_be_bytes());
        let crc = crc_fast::crc32_iso_hdlc(&prelude).to_be_bytes();
        for (place, byte) in out.iter_mut().zip(prelude.into_iter().chain(crc)) {
            *place = byte;
        }
        out.extend_from_slice(&crc_fast::crc32_iso_hdlc(&out).to_be_bytes());
        Ok(out.into())
    }
}

/// The lengths that a message begins with, found to fit each other.
struct Lengths {
    total: usize,
    headers: usize,
}

impl Lengths {
    /// Reads and checks the prelude; `None` until all of it is here.
    fn read(bytes: &[u8]) -> Result<Option<Self>, FrameError> {
        let Some((prelude, _)) = bytes.split_first_chunk::<PRELUDE>() else { return Ok(None) };
        let (lengths, crc) = prelude.split_at(8);
        let (total, headers) = lengths.split_at(4);
        let number = |bytes: &[u8]| bytes.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        let (expected, actual) = (number(crc), crc_fast::crc32_iso_hdlc(lengths));
        if expected != actual {
            return Err(FrameError::PreludeChecksum { expected, actual });
        }
        let (total, headers) = (number(total) as usize, number(headers) as usize);
        if headers > MAX_HEADERS_LEN {
            return Err(FrameError::HeadersTooLong);
        }
        match total.checked_sub(AROUND + headers) {
            None => Err(FrameError::Length),
            Some(payload) if payload > MAX_PAYLOAD_LEN => Err(FrameError::PayloadTooLong),
            Some(_) => Ok(Some(Self { total, headers })),
        }
    }
}

/// Cuts a body into messages. What a message claims is not believed before its prelude has been checked,
/// and memory is taken as bytes arrive, not as they are announced.
pub(super) struct Frames {
    input: Bytes,
    /// The beginning of a message, when it came in another piece than its end.
    partial: BytesMut,
    /// Length of that message, once it is known.
    total: Option<usize>,
}

impl Frames {
    /// Nothing has arrived yet.
    pub(super) fn new() -> Self {
        Self { input: Bytes::new(), partial: BytesMut::new(), total: None }
    }
}

impl Stage for Frames {
    type Item = Message;

    fn push(&mut self, piece: Bytes) {
        self.input = piece;
    }

    fn pull(&mut self) -> Result<Option<Message>, StreamError> {
        if self.partial.is_empty()
            && let Some(lengths) = Lengths::read(&self.input)?
            && lengths.total <= self.input.len()
        {
            return Ok(Some(Message::decode(self.input.split_to(lengths.total))?));
        }
        loop {
            let wanted = self.total.unwrap_or(PRELUDE);
            let missing = wanted.saturating_sub(self.partial.len());
            let part = self.input.split_to(missing.min(self.input.len()));
            self.partial.extend_from_slice(&part);
            if part.len() < missing {
                return Ok(None);
            }
            if self.total.take().is_some() {
                return Ok(Some(Message::decode(self.partial.split().freeze())?));
            }
            self.total = Lengths::read(&self.partial)?.map(|it| it.total);
        }
    }

    fn finish(&mut self) -> Result<Option<Message>, StreamError> {
        match self.partial.is_empty() {
            true => Ok(None),
            false => Err(StreamError::Malformed("event stream: it ends within a message".to_owned())),
        }
    }
}

/// Takes the signatures off the messages of a client. A signed message has the headers `:date` and
/// `:chunk-signature`, and another message as its payload; one without payload is the end. The signatures
/// are not verified: there is no secret key to do it with.
pub(super) struct SignedFrames {
    frames: Frames,
    over: bool,
}

impl SignedFrames {
    /// Nothing has arrived yet.
    pub(super) fn new() -> Self {
        Self { frames: Frames::new(), over: false }
    }
}

impl Stage for SignedFrames {
    type Item = Message;

    fn push(&mut self, piece: Bytes) {
        self.frames.push(piece);
    }

    fn pull(&mut self) -> Result<Option<Message>, StreamError> {
        match self.frames.pull()? {
            Some(message) if message.header(":chunk-signature").is_none() => Ok(Some(message)),
            Some(message) if message.payload.is_empty() => {
                self.over = true;
                Ok(None)
            }
            Some(message) => Ok(Some(Message::decode(message.payload)?)),
            None => Ok(None),
        }
    }

    fn finish(&mut self) -> Result<Option<Message>, StreamError> {
        self.frames.finish()
    }

    fn is_over(&self) -> bool {
        self.over
    }
}

#[cfg(test)]
mod tests;
