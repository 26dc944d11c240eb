//! HTTP messages as text, for snapshots.

use std::fmt::Write as _;

use asf_runtime::protocol::{Request, Response};
use asf_runtime::shape::ByteStream;
use futures_util::FutureExt as _;
use http::HeaderMap;

/// The request line, the headers in alphabetical order, the body.
pub(crate) fn show_request(request: &Request) -> String {
    let head = format!("{} {}", request.method(), request.uri());
    message(&head, request.headers(), request.body())
}

/// The status, the headers in alphabetical order, the body.
pub(crate) fn show_response(response: &Response) -> String {
    message(response.status().as_str(), response.headers(), response.body())
}

/// The body in one piece; all bodies in these tests are in memory.
pub(crate) fn full_body(body: ByteStream) -> ByteStream {
    body.collect(1 << 20).now_or_never().unwrap().unwrap().into()
}

fn message(head: &str, headers: &HeaderMap, body: &ByteStream) -> String {
    let mut lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort();
    let bytes = body.as_bytes().unwrap();
    let body = match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(|it: char| it.is_control() && it != '\n') => text.to_owned(),
        _ => hex(bytes),
    };
    format!("{head}\n{}\n\n{body}", lines.join("\n"))
}

/// Bytes as hexadecimal beside their printable characters, 32 a line.
fn hex(bytes: &[u8]) -> String {
    let mut out = String::new();
    for row in bytes.chunks(32) {
        let printable: String = row
            .iter()
            .map(|&it| if it.is_ascii_graphic() || it == b' ' { char::from(it) } else { '.' })
            .collect();
        let digits: String = row.iter().map(|it| format!("{it:02x}")).collect();
        let _ = writeln!(out, "{digits:<64}  {printable}");
    }
    out
}
