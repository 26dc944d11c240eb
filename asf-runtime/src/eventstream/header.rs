//! Headers of a message: names with typed values.

use std::borrow::Cow;

use bytes::{Buf, BufMut, Bytes};

use super::frame::FrameError;

/// Greatest length of a text or of bytes in a header that we write; what is read may be as long as the
/// length field can say.
const MAX_VALUE: usize = i16::MAX as usize;
/// Greatest number of headers that are read. AWS's own messages have less than ten; each name is compared
/// with those before it.
const MAX_HEADERS: usize = 256;

/// The value of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderValue {
    /// A boolean (types 0 and 1).
    Bool(bool),
    /// 8 bits (type 2).
    Byte(i8),
    /// 16 bits (type 3).
    Short(i16),
    /// 32 bits (type 4).
    Int(i32),
    /// 64 bits (type 5).
    Long(i64),
    /// Bytes (type 6).
    Bytes(Bytes),
    /// Text (type 7).
    String(String),
    /// Milliseconds since 1970 (type 8).
    Timestamp(i64),
    /// A UUID (type 9).
    Uuid([u8; 16]),
}

impl From<&str> for HeaderValue {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

/// Names with their values, in the order of the wire. A name comes once.
pub type Headers = Vec<(Cow<'static, str>, HeaderValue)>;

/// Reads all headers of a message.
pub(super) fn read(mut bytes: Bytes) -> Result<Headers, FrameError> {
    let mut headers = Headers::new();
    while bytes.has_remaining() {
        let name = bytes.try_get_u8().map_err(|_| FrameError::Header)?;
        if name == 0 || headers.len() == MAX_HEADERS {
            return Err(FrameError::Header);
        }
        let name = text(take(&mut bytes, usize::from(name))?)?;
        let value = value(&mut bytes)?;
        if headers.iter().any(|(other, _)| *other == name) {
            return Err(FrameError::DuplicateHeader(name));
        }
        headers.push((Cow::Owned(name), value));
    }
    Ok(headers)
}

fn value(bytes: &mut Bytes) -> Result<HeaderValue, FrameError> {
    let short = |_| FrameError::Header;
    Ok(match bytes.try_get_u8().map_err(short)? {
        0 => HeaderValue::Bool(true),
        1 => HeaderValue::Bool(false),
        2 => HeaderValue::Byte(bytes.try_get_i8().map_err(short)?),
        3 => HeaderValue::Short(bytes.try_get_i16().map_err(short)?),
        4 => HeaderValue::Int(bytes.try_get_i32().map_err(short)?),
        5 => HeaderValue::Long(bytes.try_get_i64().map_err(short)?),
        6 => {
            let length = bytes.try_get_u16().map_err(short)?;
            HeaderValue::Bytes(take(bytes, usize::from(length))?)
        }
        7 => {
            let length = bytes.try_get_u16().map_err(short)?;
            HeaderValue::String(text(take(bytes, usize::from(length))?)?)
        }
        8 => HeaderValue::Timestamp(bytes.try_get_i64().map_err(short)?),
        9 => {
            let mut uuid = [0; 16];
            bytes.try_copy_to_slice(&mut uuid).map_err(short)?;
            HeaderValue::Uuid(uuid)
        }
        _ => return Err(FrameError::Header),
    })
}

fn take(bytes: &mut Bytes, length: usize) -> Result<Bytes, FrameError> {
    if bytes.len() < length {
        return Err(FrameError::Header);
    }
    Ok(bytes.split_to(length))
}

fn text(bytes: Bytes) -> Result<String, FrameError> {
    String::from_utf8(bytes.into()).map_err(|_| FrameError::Header)
}

/// Appends headers.
pub(super) fn write(headers: &Headers, out: &mut Vec<u8>) -> Result<(), FrameError> {
    for (name, value) in headers {
        match u8::try_from(name.len()) {
            Ok(length) if length > 0 => out.put_u8(length),
            _ => return Err(FrameError::Header),
        }
        out.put_slice(name.as_bytes());
        match value {
            HeaderValue::Bool(it) => out.put_u8(u8::from(!it)),
            HeaderValue::Byte(it) => {
                out.put_u8(2);
                out.put_i8(*it);
            }
            HeaderValue::Short(it) => {
                out.put_u8(3);
                out.put_i16(*it);
            }
            HeaderValue::Int(it) => {
                out.put_u8(4);
                out.put_i32(*it);
            }
            HeaderValue::Long(it) => {
                out.put_u8(5);
                out.put_i64(*it);
            }
            HeaderValue::Bytes(it) => write_bytes(6, it, out)?,
            HeaderValue::String(it) => write_bytes(7, it.as_bytes(), out)?,
            HeaderValue::Timestamp(it) => {
                out.put_u8(8);
                out.put_i64(*it);
            }
            HeaderValue::Uuid(it) => {
                out.put_u8(9);
                out.put_slice(it);
            }
        }
    }
    Ok(())
}

fn write_bytes(kind: u8, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), FrameError> {
    match u16::try_from(bytes.len()) {
        Ok(length) if bytes.len() <= MAX_VALUE => {
            out.put_u8(kind);
            out.put_u16(length);
            out.put_slice(bytes);
            Ok(())
        }
        _ => Err(FrameError::Header),
    }
}

/// As much of a text as fits a header.
pub(super) fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_VALUE)).unwrap_or_default()
}
