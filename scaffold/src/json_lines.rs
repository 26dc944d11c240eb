//! Programs that answer each line of JSON with a line of JSON: `scaffold marshal` and `scaffold route`.

use std::io::{self, BufRead, BufReader, BufWriter, Write};

use anyhow::{Context, anyhow};
use asf_runtime::Bytes;
use asf_runtime::error::ServiceError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde_json::{Value as Json, json};

/// Answers every line of stdin on stdout, until stdin ends. An answer has the `id` of its line.
///
/// # Errors
/// When stdin or stdout fail. What is wrong with a line is an answer.
pub fn answer_lines(mut answer: impl FnMut(&Json) -> anyhow::Result<Json>) -> anyhow::Result<()> {
    let mut stdin = BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut stdout = BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    loop {
        line.clear();
        if stdin.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let reply = match serde_json::from_slice::<Json>(&line) {
            Ok(request) => {
                let mut reply = answer(&request).unwrap_or_else(|error| failure(&format!("{error:#}")));
                reply["id"] = request["id"].clone();
                reply
            }
            Err(error) => failure(&format!("the line is not JSON: {error}")),
        };
        serde_json::to_writer(&mut stdout, &reply)?;
        stdout.write_all(b"\n")?;
        // Whoever waits for this answer before asking again must get it; while more lines are here
        // already, nobody does.
        if stdin.buffer().is_empty() {
            stdout.flush()?;
        }
    }
    stdout.flush()?;
    Ok(())
}

/// The answer to a line that cannot be answered.
fn failure(message: &str) -> Json {
    json!({"error": {"code": "InternalFailure", "message": message, "status": 500}})
}

/// An error as answers have it.
pub fn error(error: &dyn ServiceError) -> Json {
    json!({"error": {
        "code": error.code(), "message": error.message().unwrap_or_default(), "status": error.status(),
    }})
}

/// A text member of a request.
///
/// # Errors
/// When it is absent or no text.
pub fn text<'a>(request: &'a Json, name: &str) -> anyhow::Result<&'a str> {
    request.get(name).and_then(Json::as_str).ok_or_else(|| anyhow!("the request has no text {name:?}"))
}

/// An HTTP request in its JSON form: `method`, `uri`, `headers`, `body_b64`.
///
/// # Errors
/// When a part cannot be one of HTTP.
pub fn http_request(json: &Json) -> anyhow::Result<(http::request::Parts, Bytes)> {
    let body = match json.get("body_b64").and_then(Json::as_str) {
        Some(body) => Bytes::from(STANDARD.decode(body).context("body_b64 is not base64")?),
        None => Bytes::new(),
    };
    let mut request = http::Request::new(());
    *request.method_mut() = Method::from_bytes(text(json, "method")?.as_bytes())?;
    let uri = text(json, "uri")?;
    *request.uri_mut() = Uri::try_from(uri).with_context(|| format!("{uri:?} is no URI"))?;
    *request.headers_mut() = headers(json.get("headers"))?;
    Ok((request.into_parts().0, body))
}

/// Headers in their JSON form: an object in which a header that comes twice has a list.
///
/// # Errors
/// When a name or value cannot be one of a header.
pub fn headers(json: Option<&Json>) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, values) in json.and_then(Json::as_object).into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes()).with_context(|| format!("header {name:?}"))?;
        for value in values.as_array().map_or_else(|| std::slice::from_ref(values), Vec::as_slice) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            headers.append(&name, HeaderValue::from_bytes(text.as_bytes())?);
        }
    }
    Ok(headers)
}
