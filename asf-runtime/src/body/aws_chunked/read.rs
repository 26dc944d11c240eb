//! aws-chunked bytes -> the body, piece by piece and without copying it.

use bytes::{Buf, Bytes};

use crate::AwsError;
use crate::body::checksum::{ChecksumAlgorithm, Hasher};
use crate::body::stage::Stage;
use crate::body::verify::Check;
use crate::shape::StreamError;
use crate::signature::ChunkSignatures;

/// Greatest length of a line: a size with the signature of a chunk, or a trailer.
const MAX_LINE: usize = 4096;
/// Greatest number of trailers.
const MAX_TRAILERS: usize = 32;

/// Takes `aws-chunked` off a body.
pub(in crate::body) struct Decoder {
    input: Bytes,
    /// The part of a line that has arrived, without its end.
    line: Vec<u8>,
    state: State,
    /// `x-amz-decoded-content-length`.
    expected: Option<u64>,
    received: u64,
    /// The checksum that `x-amz-trailer` announces, in the making.
    announced: Option<Hasher>,
    /// What the trailer says that it is.
    check: Option<Check>,
    trailers: usize,
    signatures: Option<ChunkSignatures>,
    /// The trailers that are signed, a line each.
    signed_trailers: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before or in the line with a chunk's size.
    Size,
    /// So many bytes of a chunk are to come.
    Data(u64),
    /// After the bytes of a chunk.
    DataEnd,
    /// In the lines after the last chunk.
    Trailers,
    /// After the empty line at the end.
    Over,
}

impl Decoder {
    /// A body of which the headers announce the length and a trailer with a checksum.
    pub(in crate::body) fn new(length: Option<u64>, trailer: Option<ChecksumAlgorithm>) -> Self {
        Self {
            input: Bytes::new(),
            line: Vec::new(),
            state: State::Size,
            expected: length,
            received: 0,
            announced: trailer.map(ChecksumAlgorithm::hasher),
            check: None,
            trailers: 0,
            signatures: None,
            signed_trailers: String::new(),
        }
    }

    /// With what the signatures of the chunks follow from.
    pub(in crate::body) fn with_signatures(mut self, signatures: Option<ChunkSignatures>) -> Self {
        self.signatures = signatures;
        self
    }

    /// The next line without its end; `None` until all of it is here.
    fn take_line(&mut self) -> Result<Option<Vec<u8>>, StreamError> {
        let end = self.input.iter().position(|byte| *byte == b'\n');
        let part = self.input.split_to(end.unwrap_or(self.input.len()));
        if self.line.len().saturating_add(part.len()) > MAX_LINE {
            return Err(malformed(format!("a line is longer than {MAX_LINE} bytes")));
        }
        self.line.extend_from_slice(&part);
        if end.is_none() {
            return Ok(None);
        }
        self.input.advance(1);
        let mut line = std::mem::take(&mut self.line);
        match line.pop() {
            Some(b'\r') => Ok(Some(line)),
            _ => Err(malformed("a line does not end in CR LF")),
        }
    }

    fn take_data(&mut self, left: u64) -> Result<Bytes, StreamError> {
        let size = usize::try_from(left).unwrap_or(usize::MAX).min(self.input.len());
        let data = self.input.split_to(size);
        self.received = self.received.saturating_add(data.len() as u64);
        if let Some(expected) = self.expected.filter(|it| self.received > *it) {
            return Err(StreamError::WrongLength { expected, actual: self.received });
        }
        if let Some(hasher) = &mut self.announced {
            hasher.update(&data);
        }
        if let Some(signatures) = &mut self.signatures {
            signatures.update(&data);
        }
        let left = left.saturating_sub(data.len() as u64);
        self.state = if left == 0 { State::DataEnd } else { State::Data(left) };
        Ok(data)
    }

    fn end_chunk(&mut self) -> Result<(), StreamError> {
        self.signatures.as_mut().map_or(Ok(()), ChunkSignatures::end)
    }

    fn trailer(&mut self, line: &[u8]) -> Result<(), StreamError> {
        self.trailers += 1;
        let line = std::str::from_utf8(line).map_err(|_| malformed_trailer())?;
        let (name, value) = line.split_once(':').ok_or_else(malformed_trailer)?;
        let (name, value) = (name.trim(), value.trim());
        if self.trailers > MAX_TRAILERS || name.is_empty() {
            return Err(malformed_trailer());
        }
        if name.eq_ignore_ascii_case("x-amz-trailer-signature") {
            return match &mut self.signatures {
                Some(signatures) => signatures.trailer(&self.signed_trailers, value),
                None => Ok(()),
            };
        }
        if self.signatures.is_some() {
            self.signed_trailers.extend([name.to_ascii_lowercase().as_str(), ":", value, "\n"]);
        }
        // One that was not announced has not been computed, and S3 does not take it either.
        let algorithm = ChecksumAlgorithm::from_header(name).ok_or_else(malformed_trailer)?;
        let hasher =
            self.announced.take_if(|it| it.algorithm() == algorithm).ok_or_else(malformed_trailer)?;
        let expected = algorithm.parse(value).ok_or_else(|| {
            let name = algorithm.header();
            refused("InvalidRequest", format!("Value for {name} trailing header is invalid."))
        })?;
        self.check = Some(Check::checksum(hasher, expected));
        Ok(())
    }

    /// The body has ended: was it what the headers had announced?
    fn conclude(&mut self) -> Result<(), StreamError> {
        self.state = State::Over;
        if let Some(expected) = self.expected.filter(|it| self.received != *it) {
            return Err(StreamError::WrongLength { expected, actual: self.received });
        }
        if self.announced.is_some() {
            return Err(malformed_trailer());
        }
        if let Some(signatures) = &self.signatures {
            signatures.finish()?;
        }
        self.check.take().map_or(Ok(()), Check::finish)
    }
}

impl Stage for Decoder {
    type Item = Bytes;

    fn push(&mut self, piece: Bytes) {
        self.input = piece;
    }

    fn pull(&mut self) -> Result<Option<Bytes>, StreamError> {
        while !self.input.is_empty() {
            if let State::Data(left) = self.state {
                return self.take_data(left).map(Some);
            }
            if self.state == State::Over {
                return Err(malformed("there are bytes after its end"));
            }
            let Some(line) = self.take_line()? else { break };
            match self.state {
                State::Size => {
                    let size = chunk_size(&line)?;
                    if let Some(signatures) = &mut self.signatures {
                        signatures.begin(chunk_signature(&line));
                    }
                    self.state = if size == 0 { State::Trailers } else { State::Data(size) };
                    if size == 0 {
                        self.end_chunk()?;
                    }
                }
                State::DataEnd if line.is_empty() => {
                    self.end_chunk()?;
                    self.state = State::Size;
                }
                State::Trailers if line.is_empty() => self.conclude()?,
                State::Trailers => self.trailer(&line)?,
                _ => return Err(malformed("a chunk is longer than its size")),
            }
        }
        Ok(None)
    }

    /// The body may end without the empty line, as long as the last line is whole: clients have been seen
    /// that do so, and what was announced is checked nevertheless.
    fn finish(&mut self) -> Result<Option<Bytes>, StreamError> {
        match self.state {
            State::Over => {}
            State::Trailers if self.line.is_empty() => self.conclude()?,
            _ => return Err(malformed("it ends before its end")),
        }
        Ok(None)
    }
}

/// The size of a chunk, from its line: hexadecimal digits, and extensions after a semicolon.
fn chunk_size(line: &[u8]) -> Result<u64, StreamError> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
    let size = (1..=16).contains(&digits.len()).then_some(digits).and_then(|digits| {
        digits
            .iter()
            .try_fold(0_u64, |size, digit| Some(size << 4 | u64::from(char::from(*digit).to_digit(16)?)))
    });
    size.ok_or_else(|| malformed("the size of a chunk is not a hexadecimal number"))
}

/// The signature of a chunk, from its line.
fn chunk_signature(line: &[u8]) -> Option<&str> {
    let extension = std::str::from_utf8(line).ok()?.split_once(';')?.1;
    extension.split(';').find_map(|it| it.trim().strip_prefix("chunk-signature="))
}

fn malformed(reason: impl Into<String>) -> StreamError {
    StreamError::Malformed(format!("aws-chunked: {}", reason.into()))
}

/// What S3 answers to trailers that it does not understand, that were not announced, or that were and do
/// not come.
fn malformed_trailer() -> StreamError {
    refused(
        "MalformedTrailerError",
        "The request contained trailing data that was not well-formed or did not conform to our published \
         schema.",
    )
}

fn refused(code: &'static str, message: impl Into<std::borrow::Cow<'static, str>>) -> StreamError {
    StreamError::Service(Box::new(AwsError::sender(code, message)))
}
