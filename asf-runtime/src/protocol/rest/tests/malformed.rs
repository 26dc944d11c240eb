//! Requests that rest-json refuses, as in Smithy's `httpMalformedRequestTests`.

use super::*;

const JSON: (&str, &str) = ("content-type", "application/json");

/// One member of a kind in each place.
fn everywhere(shape: &str) -> Operation {
    let operations =
        json!({"Op": {"http": {"method": "POST", "requestUri": "/m/{path}"}, "input": {"shape": "In"}}});
    let shapes = json!({"In": {"type": "structure", "members": {
        "body": {"shape": shape},
        "path": {"shape": shape, "location": "uri", "locationName": "path"},
        "query": {"shape": shape, "location": "querystring", "locationName": "query"},
        "header": {"shape": shape, "location": "header", "locationName": "header"}}}});
    service(ProtocolKind::RestJson, &json!({}), &operations, &shapes).operation("Op").unwrap()
}

fn serialization<T>() -> Result<T, (u16, String)> {
    Err((400, "SerializationException".to_owned()))
}

/// Texts that are not of a kind, in path, query string and header. `good` is one that is.
fn check_texts(shape: &str, good: &str, bad: &[&str]) {
    let operation = everywhere(shape);
    let accepted = parse(operation, &format!("/m/{good}?query={good}"), &[("header", good)], b"");
    assert!(accepted.is_ok(), "{shape} {good}: {accepted:?}");
    for text in bad {
        let encoded =
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        for (uri, header) in [
            (format!("/m/{encoded}"), good),
            (format!("/m/{good}?query={encoded}"), good),
            (format!("/m/{good}"), *text),
        ] {
            let found = parse(operation, &uri, &[("header", header)], b"");
            assert_eq!(refusal(found), serialization(), "{shape} {uri} {header}");
        }
    }
}

/// JSON values that are not of a kind.
fn check_values(shape: &str, good: &str, bad: &[&str]) {
    let operation = everywhere(shape);
    for (value, is_good) in bad.iter().map(|it| (*it, false)).chain([(good, true)]) {
        let body = format!("{{ \"body\" : {value} }}");
        let found = refusal(parse(operation, "/m/", &[JSON], body.as_bytes()));
        match is_good {
            true => assert!(found.is_ok(), "{shape} {value}"),
            false => assert_eq!(found, serialization(), "{shape} {value}"),
        }
    }
}

#[test]
fn booleans() {
    let words = [
        "True", "TRUE", "y", "yes", "YES", "1", "on", "On", "False", "FALSE", "n", "N", "no", "0", "off",
        "OFF",
    ];
    check_texts("B", "true", &words);
    check_values("B", "true", &words);
    check_values("B", "false", &["\"true\"", "\"false\"", "1", "0", "[true]"]);
}

#[test]
fn integers() {
    let never = ["true", "1.001", "2ABC", "0x42", "Infinity", "-Infinity", "NaN", "+1", "1 2"];
    for (shape, beyond) in [
        ("Byte", &["128", "-129", "256", "9223372000000000000"][..]),
        ("Short", &["32768", "-32769", "123000000000000000000000"]),
        ("I", &["2147483648", "-9223372000000000000", "123000000000000000000000"]),
        ("L", &["-184467440737095500000", "184467440737095500000"]),
    ] {
        check_texts(shape, "1", &[&never[..], beyond].concat());
        check_values(shape, "1", &[&never[..], beyond, &["\"123\"", "1e3"]].concat());
    }
}

#[test]
fn floats() {
    for shape in ["F", "D"] {
        check_texts(shape, "-1.5e3", &["true", "2ABC", "0x42", "inf", "nan"]);
        check_texts(shape, "Infinity", &["infinity"]);
        check_values(shape, "1.5", &["\"123\"", "true", "2ABC", "0x42", "Infinity", "-Infinity", "NaN"]);
    }
    check_values("F", "1", &["1e39", "-1e39"]);
}

#[test]
fn blobs() {
    let bad = ["blob", "\"xyz\"", "\"YmxvYg=\"", "[98, 108]", "981081198", "true", "\"[][]\"", "\"-_==\""];
    check_values("Bytes", "\"YmxvYg==\"", &bad);
}

#[test]
fn timestamps() {
    let http_dates = ["Tue, 29 Apr 2014 18:30:38 GMT", "Sun, 02 Jan 2000 20:34:56.000 GMT"];
    let epochs = ["1515531081.1234", "1515531081"];
    let date_times = ["1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50Z", "1996-12-19T16:39:57-08:00"];
    let other_iso = [
        "1996-12-19T16:39:57+00",
        "1996-12-19T16:39:57+00Z",
        "1996-12-19T16:39:57",
        "1996-12-19T163957",
        "19961219T163957Z",
        "19961219T16:39:57Z",
        "1996-12-19T16:39Z",
        "1996-12-19T16:39",
        "1996-12-19T16Z",
        "1996-12-19 16:39:57Z",
        "2011-12-03T10:15:30+01:00[Europe/Paris]",
        "1996-12-19T16:39:57-08:00",
    ];
    let no_epochs = ["true", "1515531081ABC", "0x42", "1515531081.123.456", "Infinity", "-Infinity", "NaN"];
    check_texts("Iso", "1985-04-12T23:20:50.52Z", &[&http_dates[..], &epochs, &other_iso].concat());
    check_texts("Unix", "1515531081.1234", &[&http_dates[..], &date_times, &no_epochs].concat());
    let rfc = everywhere("Rfc");
    for bad in [&epochs[..], &date_times].concat() {
        assert_eq!(refusal(parse(rfc, "/m/", &[("header", bad)], b"")), serialization(), "{bad}");
    }
    // Without a format it depends on the place.
    let plain = everywhere("T");
    for (uri, header, is_good) in [
        ("/m/1985-04-12T23:20:50Z?query=1985-04-12T23:20:50Z", http_dates[0], true),
        ("/m/1985-04-12T23:20:50Z", date_times[1], false),
        ("/m/1515531081", http_dates[0], false),
        ("/m/1985-04-12T23:20:50Z?query=1515531081", http_dates[0], false),
    ] {
        assert_eq!(parse(plain, uri, &[("header", header)], b"").is_ok(), is_good, "{uri} {header}");
    }
    let quoted = |texts: &[&str]| texts.iter().map(|it| format!("\"{it}\"")).collect::<Vec<_>>();
    let check = |shape: &str, good: &str, quotes: &[&str], bare: &[&str]| {
        let quotes = quoted(quotes);
        let bad: Vec<&str> = quotes.iter().map(String::as_str).chain(bare.iter().copied()).collect();
        check_values(shape, good, &bad);
    };
    check(
        "T",
        "1515531081.5",
        &[&date_times[..], &epochs, &http_dates, &["NaN", "Infinity"]].concat(),
        &no_epochs,
    );
    check("Iso", "\"1985-04-12T23:20:50Z\"", &[&http_dates[..], &other_iso].concat(), &epochs);
    check("Rfc", "\"Tue, 29 Apr 2014 18:30:38 GMT\"", &date_times, &epochs);
}

#[test]
fn collections_and_unions() {
    check_values("Ss", r#"["a"]"#, &[r#"["a", null]"#, r#"["a", "b" "#, r#"{"a": "b"}"#, r#""a""#, "[1]"]);
    check_values("Map", r#"{"a": "b"}"#, &[r#"{null: "abc"}"#, r#"{"abc": null}"#, "[]", r#"{"a": 1}"#]);
    check_values(
        "Union",
        r#"{"int": 2}"#,
        &[
            r#"{"int": 2, "string": "three"}"#,
            r#"{"int": 2, "unknownField": "three"}"#,
            r#"{"int": null}"#,
            "{}",
            r#"["int"]"#,
            r#"{"unknown": "hello"}"#,
        ],
    );
}

#[test]
fn bodies() {
    let operation = everywhere("I");
    for body in [
        "{[",
        r#"{ "body": 10 }abc"#,
        r#"abc{ "body": 10 }"#,
        "{\"body\": 10 // ten\n}",
        r#"{"body": 10 /* ten */}"#,
        "{\"body\" :\u{c}10}",
        r#"{'body': 10}"#,
        r#"{"body": 10,}"#,
        r#"[{"body": 10}]"#,
        "10",
        "\"x\"",
        "null",
        "{\"body\": 1",
    ] {
        assert_eq!(refusal(parse(operation, "/m/", &[JSON], body.as_bytes())), serialization(), "{body}");
    }
}

#[test]
fn encodings() {
    let operation = everywhere("S");
    for uri in ["/m/%ff", "/m/a?query=%ff", "/m/a?%ff=x"] {
        assert_eq!(refusal(parse(operation, uri, &[], b"")), serialization(), "{uri}");
    }
    let many = format!("/m/a?{}", "a=b&".repeat(10_001));
    assert_eq!(refusal(parse(operation, &many, &[], b"")), serialization());
}

/// A string with `jsonvalue` is base64 of JSON in a header.
#[test]
fn json_in_headers() {
    let operations = json!({"Op": {"http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}}});
    let shapes = json!({"In": {"type": "structure", "members": {
        "json": {"shape": "S", "jsonvalue": true, "location": "header", "locationName": "json"}}}});
    let operation =
        service(ProtocolKind::RestJson, &json!({}), &operations, &shapes).operation("Op").unwrap();
    for header in ["xyz", "YmxvYg=", "[][]", "-_==", "e30", "YQ=="] {
        assert_eq!(refusal(parse(operation, "/", &[("json", header)], b"")), serialization(), "{header}");
    }
}

#[test]
fn media_types() {
    let operation = |input: Json, output: Json| {
        let operations = json!({"Op": {"http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "In"}, "output": {"shape": "Out"}}});
        let shapes = json!({"In": input, "Out": output});
        service(ProtocolKind::RestJson, &json!({}), &operations, &shapes).operation("Op").unwrap()
    };
    let payload =
        |shape: &str| json!({"type": "structure", "payload": "p", "members": {"p": {"shape": shape}}});
    let nothing = || json!({"type": "structure", "members": {}});
    let members = || json!({"type": "structure", "members": {"a": {"shape": "S"}}});
    let header = || json!({"type": "structure", "members": {"h": {"shape": "S", "location": "header", "locationName": "h"}}});
    let query = || json!({"type": "structure", "members": {"q": {"shape": "S", "location": "querystring", "locationName": "q"}}});
    let accept = || json!({"type": "structure", "members": {"h": {"shape": "S", "location": "header", "locationName": "Accept"}}});
    let untyped = || json!({"type": "structure", "payload": "p", "untypedPayload": true, "members": {"p": {"shape": "S"}}});
    let typed = || {
        json!({"type": "structure", "members": {
            "a": {"shape": "S"}, "h": {"shape": "S", "location": "header", "locationName": "Content-Type"}}})
    };
    let bad_type = Some((415, "UnsupportedMediaTypeException"));
    let bad_accept = Some((406, "NotAcceptableException"));
    for (input, output, content_type, accepts, body, expected) in [
        (members(), nothing(), Some("application/json"), None, "{}", None),
        (members(), nothing(), Some("Application/JSON; charset=utf-8"), None, "{}", None),
        (members(), nothing(), Some("application/x-amz-json-1.1"), None, "{}", None),
        (members(), nothing(), None, None, "{}", None),
        (members(), nothing(), Some("application/hal+json"), None, "{}", bad_type),
        (members(), nothing(), Some("application/hal+json"), None, "", None),
        (payload("Inner"), nothing(), Some("text/plain"), None, "{}", bad_type),
        (payload("S"), nothing(), None, None, "rawstring", bad_type),
        (payload("S"), nothing(), Some("application/json"), None, "rawstring", bad_type),
        (payload("S"), nothing(), Some("text/plain"), None, "rawstring", None),
        (untyped(), nothing(), None, None, "rawstring", None),
        (payload("Bytes"), nothing(), Some("image/jpeg"), None, "x", None),
        (payload("Bytes"), nothing(), None, None, "x", None),
        (nothing(), nothing(), Some("application/json"), None, "{}", bad_type),
        (header(), nothing(), Some("application/json"), None, "{}", bad_type),
        (header(), nothing(), Some("application/json"), None, "", None),
        (query(), nothing(), Some("application/json"), None, "{}", None),
        (nothing(), members(), None, Some("application/hal+json"), "", bad_accept),
        (nothing(), members(), None, Some("text/html, */*;q=0.1"), "", None),
        (nothing(), members(), None, Some("application/*"), "", None),
        (nothing(), members(), None, Some("application/x-amz-json-1.1"), "", None),
        (nothing(), members(), None, Some(""), "", None),
        (nothing(), payload("S"), None, Some("application/json"), "", bad_accept),
        (nothing(), payload("S"), None, Some("text/*"), "", None),
        (nothing(), payload("Bytes"), None, Some("image/jpeg"), "", None),
        (accept(), members(), None, Some("audio/ogg"), "", None),
        (typed(), nothing(), Some("text/plain"), None, "{}", None),
        (nothing(), nothing(), None, Some("image/jpeg"), "", None),
    ] {
        let headers: Vec<(&str, &str)> = [("content-type", content_type), ("accept", accepts)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        let found =
            refusal(parse(operation(input.clone(), output.clone()), "/", &headers, body.as_bytes())).err();
        let found = found.as_ref().map(|(status, code)| (*status, code.as_str()));
        assert_eq!(found, expected, "{input} {output} {headers:?} {body}");
    }
    // An operation without any input.
    let operations = json!({"Op": {"http": {"method": "POST", "requestUri": "/"}}});
    let operation =
        service(ProtocolKind::RestJson, &json!({}), &operations, &json!({})).operation("Op").unwrap();
    assert_eq!(refusal(parse(operation, "/", &[JSON], b"{}")).map_err(|it| it.0), Err(415));
    assert_eq!(refusal(parse(operation, "/", &[], b"{}")), Ok(json!({})));
}
