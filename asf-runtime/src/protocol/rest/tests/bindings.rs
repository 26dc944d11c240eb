//! Labels, query strings, headers and bodies, both ways.

use super::*;

fn operation(uri: &str, input: &Json) -> Operation {
    of_protocol(ProtocolKind::RestJson, uri, input)
}

fn of_protocol(protocol: ProtocolKind, uri: &str, input: &Json) -> Operation {
    let operations = json!({"Op": {"http": {"method": "POST", "requestUri": uri}, "input": {"shape": "In"}}});
    let service = service(protocol, &json!({}), &operations, &json!({"In": input}));
    service.operation("Op").unwrap()
}

#[test]
fn labels() {
    let label = |shape: &str| {
        json!({"type": "structure", "members": {
            "bucket": {"shape": "S", "location": "uri", "locationName": "Bucket"},
            "key": {"shape": shape, "location": "uri", "locationName": "Key"}}})
    };
    let check = |template: &str, shape: &str, uri: &str, expected: Json| {
        assert_eq!(parse(operation(template, &label(shape)), uri, &[], b""), Ok(expected), "{uri}");
    };
    check("/{Bucket}/{Key+}", "S", "/b/a/b%20c//d/?acl", json!({"bucket": "b", "key": "a/b c//d/"}));
    check("/{Bucket}/{Key+}", "S", "/b//a", json!({"bucket": "b", "key": "/a"}));
    check("/{Bucket}/{Key+}", "S", "/b/a+b%2Bc", json!({"bucket": "b", "key": "a+b+c"}));
    check("/{Bucket}/{Key+}", "S", "/b/", json!({"bucket": "b"}));
    check("/{Bucket}", "S", "/b/", json!({"bucket": "b"}));
    check("/{Bucket}", "S", "/", json!({}));
    check("/v1/{Bucket}/x/{Key}/", "S", "/v1/a%2Fb/x/%C3%BC/", json!({"bucket": "a/b", "key": "ü"}));
    check("/m/{Key+}/policy", "S", "/m/arn:a/b/policy", json!({"key": "arn:a/b"}));
    check("/m/{Key+}/a/b", "S", "/m/x/y/a/b", json!({"key": "x/y"}));
    check("/m/{Key+}/policy", "S", "/m/policy", json!({}));
    check("/{Bucket}/{Key}", "I", "/b/-7", json!({"bucket": "b", "key": -7}));
    check("/{Bucket}/{Key}", "B", "/b/true", json!({"bucket": "b", "key": true}));
    check("/{Bucket}/{Key}", "D", "/b/NaN", json!({"bucket": "b", "key": "NaN"}));
    check(
        "/{Bucket}/{Key}",
        "T",
        "/b/2019-12-16T23%3A48%3A18Z",
        json!({"bucket": "b", "key": 1_576_540_098}),
    );
    check("/{Bucket}/{Key}", "Unix", "/b/1576540098", json!({"bucket": "b", "key": 1_576_540_098}));
}

#[test]
fn query_strings() {
    let input = json!({"type": "structure", "members": {
        "s": {"shape": "S", "location": "querystring", "locationName": "string"},
        "list": {"shape": "Ss", "location": "querystring", "locationName": "item"},
        "numbers": {"shape": "Is", "location": "querystring", "locationName": "number"},
        "flag": {"shape": "B", "location": "querystring", "locationName": "flag"},
        "at": {"shape": "T", "location": "querystring", "locationName": "at"},
        "times": {"shape": "Ts", "location": "querystring", "locationName": "time"},
        "same": {"shape": "S", "location": "header", "locationName": "string"}}});
    let check = |uri: &str, expected: Json| {
        assert_eq!(parse(operation("/x?kind=full&hello", &input), uri, &[], b""), Ok(expected), "{uri}");
    };
    check("/x?kind=full&hello", json!({}));
    check("/x?string=a+b%20c&string=second", json!({"s": "a b c"}));
    check("/x?string", json!({"s": ""}));
    check("/x?string=", json!({"s": ""}));
    check("/x?string=a=b", json!({"s": "a=b"}));
    check("/x?&&string=%F0%9F%98%B9&", json!({"s": "😹"}));
    check("/x?item=a&unknown=1&item=&item=b", json!({"list": ["a", "", "b"]}));
    check("/x?number=1&flag=false&number=2", json!({"numbers": [1, 2], "flag": false}));
    check("/x?at=1970-01-01T00%3A00%3A01Z", json!({"at": 1}));
    check("/x?time=1970-01-01T00%3A00%3A01Z&time=1970-01-01T00:00:02Z", json!({"times": [1, 2]}));
    check("/x?%73tring=x", json!({"s": "x"}));
}

/// A map of texts has the other arguments, a map of lists all of them (`RestJsonAllQueryStringTypes`), but
/// where a patch says so; neither has constants and signatures.
#[test]
fn maps_in_query_strings() {
    let input = |map: &str| {
        json!({"type": "structure", "members": {
            "s": {"shape": "S", "location": "querystring", "locationName": "named"},
            "map": {"shape": map, "location": "querystring"}}})
    };
    let lists = |others: bool| json!({"type": "map", "otherQueryParams": others, "key": {"shape": "S"}, "value": {"shape": "Ss"}});
    let check = |map: &str, others: bool, expected: Json| {
        let operations = json!({"Op": {"http": {"method": "GET", "requestUri": "/x?kind=full"}, "input": {"shape": "In"}}});
        let shapes = json!({"In": input(map), "Lists": lists(others)});
        let operation =
            service(ProtocolKind::RestJson, &json!({}), &operations, &shapes).operation("Op").unwrap();
        let uri = "/x?kind=full&named=n&a=1&b%3D=2&a=3&X-Amz-Signature=s";
        assert_eq!(parse(operation, uri, &[], b""), Ok(json!({"s": "n", "map": expected})), "{map}");
    };
    check("Map", false, json!({"a": "1", "b=": "2"}));
    check("Lists", false, json!({"named": ["n"], "a": ["1", "3"], "b=": ["2"]}));
    check("Lists", true, json!({"a": ["1", "3"], "b=": ["2"]}));
    let none = operation("/x", &input("Map"));
    assert_eq!(parse(none, "/x?named=n", &[], b""), Ok(json!({"s": "n"})));
}

#[test]
fn headers() {
    let input = json!({"type": "structure", "members": {
        "s": {"shape": "S", "location": "header", "locationName": "X-String"},
        "n": {"shape": "I", "location": "header", "locationName": "X-Number"},
        "flag": {"shape": "B", "location": "header", "locationName": "X-Flag"},
        "list": {"shape": "Ss", "location": "header", "locationName": "X-List"},
        "flags": {"shape": "Bs", "location": "header", "locationName": "X-Flags"},
        "at": {"shape": "T", "location": "header", "locationName": "X-At"},
        "iso": {"shape": "Iso", "location": "header", "locationName": "X-Iso"},
        "times": {"shape": "Ts", "location": "header", "locationName": "X-Times"},
        "json": {"shape": "S", "location": "header", "locationName": "X-Json", "jsonvalue": true},
        "meta": {"shape": "Map", "location": "headers", "locationName": "X-Meta-"}}});
    let check = |headers: &[(&str, &str)], expected: Json| {
        assert_eq!(parse(operation("/x", &input), "/x", headers, b""), Ok(expected), "{headers:?}");
    };
    check(&[], json!({}));
    check(&[("x-string", "Hello"), ("x-number", " 7 ")], json!({"s": "Hello", "n": 7}));
    check(&[("x-string", "")], json!({"s": ""}));
    check(&[("x-string", "ü")], json!({"s": "ü"}));
    check(&[("x-flag", "true"), ("x-flags", "true, false")], json!({"flag": true, "flags": [true, false]}));
    check(&[("x-list", r#""b,c", "\"def\"", a"#)], json!({"list": ["b,c", "\"def\"", "a"]}));
    check(&[("x-list", "a,b"), ("x-list", "c")], json!({"list": ["a", "b", "c"]}));
    check(&[("x-list", "")], json!({}));
    check(
        &[("x-at", "Mon, 16 Dec 2019 23:48:18 GMT"), ("x-iso", "2019-12-16T23:48:18Z")],
        json!({"at": 1_576_540_098, "iso": 1_576_540_098}),
    );
    check(
        &[("x-times", "Mon, 16 Dec 2019 23:48:18 GMT, Mon, 16 Dec 2019 23:48:18 GMT")],
        json!({"times": [1_576_540_098, 1_576_540_098]}),
    );
    check(&[("x-json", "eyJhIjpbMSx0cnVlXX0=")], json!({"json": {"a": [1, true]}}));
    check(
        &[("x-meta-a", "1"), ("X-Meta-B-c", ""), ("x-meta-a", "2")],
        json!({"meta": {"a": "1,2", "b-c": ""}}),
    );
}

/// Of an input, or an output, with this payload.
fn payload(protocol: ProtocolKind, shape: &str) -> Operation {
    let operations = json!({"Op": {"http": {"method": "POST", "requestUri": "/x"},
        "input": {"shape": "Io"}, "output": {"shape": "Io"}}});
    let shapes = json!({"Io": {"type": "structure", "payload": "p", "members": {
        "h": {"shape": "S", "location": "header", "locationName": "X-H"}, "p": {"shape": shape}}}});
    service(protocol, &json!({}), &operations, &shapes).operation("Op").unwrap()
}

#[test]
fn payloads_of_requests() {
    use ProtocolKind::{RestJson, RestXml};
    let check = |protocol, shape: &str, content_type: &str, body: &str, expected: Json| {
        let operation = payload(protocol, shape);
        let found = parse(operation, "/x", &[("content-type", content_type)], body.as_bytes());
        assert_eq!(found, Ok(expected), "{shape} {body}");
    };
    let json_type = "application/json";
    check(RestJson, "Inner", json_type, r#"{"a": "x"}"#, json!({"p": {"a": "x"}}));
    check(RestJson, "Inner", json_type, " { } ", json!({}));
    check(RestJson, "Inner", json_type, "", json!({}));
    check(RestJson, "Union", json_type, r#"{"int": 1}"#, json!({"p": {"int": 1}}));
    check(RestJson, "Union", json_type, "", json!({}));
    check(RestJson, "Doc", json_type, r#""hello""#, json!({"p": "hello"}));
    check(RestJson, "Doc", json_type, "{}", json!({"p": {}}));
    check(RestJson, "Ss", json_type, r#"["a"]"#, json!({"p": ["a"]}));
    check(RestJson, "S", "text/plain; charset=utf-8", "raw", json!({"p": "raw"}));
    check(RestJson, "S", "text/plain", "", json!({}));
    check(RestJson, "Bytes", "image/jpeg", "abc", json!({"p": "YWJj"}));
    check(RestJson, "Bytes", json_type, "", json!({}));
    check(RestJson, "Stream", json_type, "abc", json!({"p": "YWJj"}));
    check(RestXml, "Inner", "", "<Inner><a>x</a></Inner>", json!({"p": {"a": "x"}}));
    check(RestXml, "Inner", "", "<Any><a>x</a></Any>", json!({"p": {"a": "x"}}));
    check(RestXml, "Inner", "", "<Inner/>", json!({"p": {}}));
    check(RestXml, "Inner", "", "", json!({}));
    check(RestXml, "S", "", "{\"policy\": 1}", json!({"p": "{\"policy\": 1}"}));
    check(RestXml, "Stream", "", "abc", json!({"p": "YWJj"}));
}

#[test]
fn payloads_of_responses() {
    use ProtocolKind::{RestJson, RestXml};
    let check = |protocol, shape: &str, result: Json, expected: &str| {
        let operation = payload(protocol, shape);
        let response = respond(operation, &result);
        assert_eq!(shown(response), expected, "{shape} {result}");
        let (parts, body) = respond(operation, &result).into_parts();
        let mut output = Value::Null;
        of(operation).parse_response(operation, &parts, body, &mut output).unwrap();
        assert_eq!(to_neutral(operation.output().unwrap(), &output), result, "{expected}");
    };
    check(RestJson, "Inner", json!({"p": {"a": "x"}}), r#"200 [content-type: application/json] {"a":"x"}"#);
    check(RestJson, "Inner", json!({"h": "1"}), "200 [x-h: 1] ");
    check(RestJson, "Doc", json!({"p": [1, "a"]}), r#"200 [content-type: application/json] [1,"a"]"#);
    check(RestJson, "S", json!({"p": "raw"}), "200 [content-type: text/plain] raw");
    check(RestJson, "Bytes", json!({"p": "YWJj"}), "200 [content-type: application/octet-stream] abc");
    check(RestJson, "Stream", json!({"p": "YWJj"}), "200 [content-type: application/octet-stream] abc");
    check(RestJson, "Stream", json!({}), "200 [] ");
    check(
        RestXml,
        "Inner",
        json!({"p": {"a": "x"}}),
        "200 [content-type: application/xml] <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Inner><a>x</a></Inner>",
    );
    check(RestXml, "Inner", json!({}), "200 [] ");
    check(RestXml, "S", json!({"p": "raw"}), "200 [content-type: text/plain] raw");
}

/// A body that is still to come is handed on as it is, both ways.
#[test]
fn streams_are_passed_on() {
    for protocol in [ProtocolKind::RestJson, ProtocolKind::RestXml] {
        let operation = payload(protocol, "Stream");
        let chunks = || {
            let pieces = futures_util::stream::iter([Ok(crate::Bytes::from("a")), Ok("b".into())]);
            ByteStream::from_stream(pieces, Some(2))
        };
        let (parts, ()) = http::Request::post("/x").body(()).unwrap().into_parts();
        let mut value = Value::Null;
        of(operation).parse_request(operation, &parts, chunks(), &mut value).unwrap();
        assert!(matches!(value.member("p"), Some(Value::Stream(ByteStream::Chunks { length: Some(2), .. }))));
        let headers = HeaderMap::new();
        let exchange = Exchange { headers: &headers, request_id: "id" };
        let response = of(operation).serialize_response(operation, &mut value, exchange).unwrap();
        assert!(matches!(response.body(), ByteStream::Chunks { length: Some(2), .. }));
        assert_eq!(full(response.into_body()), b"ab");
    }
}

/// Events are framed elsewhere: the protocol leaves the body alone.
#[test]
fn event_streams_are_left_alone() {
    let operations = json!({"Op": {"http": {"method": "POST", "requestUri": "/x"},
        "input": {"shape": "Io"}, "output": {"shape": "Io"}}});
    let shapes = json!({
        "Io": {"type": "structure", "payload": "events", "members": {
            "h": {"shape": "S", "location": "header", "locationName": "X-H"}, "events": {"shape": "Events"}}},
        "Events": {"type": "structure", "eventstream": true, "members": {"e": {"shape": "Inner"}}},
    });
    let service = service(ProtocolKind::RestJson, &json!({}), &operations, &shapes);
    let operation = service.operation("Op").unwrap();
    let found = parse(
        operation,
        "/x",
        &[("x-h", "1"), ("content-type", "application/vnd.amazon.eventstream")],
        b"\0\0",
    );
    assert_eq!(found, Ok(json!({"h": "1"})));
    let expected = "200 [content-type: application/vnd.amazon.eventstream, x-h: 1] ";
    assert_eq!(shown(respond(operation, &json!({"h": "1"}))), expected);
}

#[test]
fn statuses_and_headers_of_responses() {
    let operations = json!({
        "Op": {"http": {"method": "GET", "requestUri": "/x", "responseCode": 202}, "output": {"shape": "Out"}},
        "Gone": {"http": {"method": "GET", "requestUri": "/y", "responseCode": 204}, "output": {"shape": "Out"}},
        "None": {"http": {"method": "GET", "requestUri": "/z", "responseCode": 204}},
    });
    let shapes = json!({"Out": {"type": "structure", "members": {
        "status": {"shape": "I", "location": "statusCode"},
        "type": {"shape": "S", "location": "header", "locationName": "Content-Type"},
        "list": {"shape": "Ss", "location": "header", "locationName": "X-List"},
        "at": {"shape": "T", "location": "header", "locationName": "Last-Modified"},
        "json": {"shape": "S", "location": "header", "locationName": "X-Json", "jsonvalue": true},
        "meta": {"shape": "Map", "location": "headers", "locationName": "x-meta-"},
        // Bound to the query string of requests; in an answer it has no other place than the body.
        "q": {"shape": "S", "location": "querystring", "locationName": "q"},
        "a": {"shape": "S"}}}});
    let service = service(ProtocolKind::RestJson, &json!({}), &operations, &shapes);
    let check = |operation: &str, result: Json, expected: &str| {
        let operation = service.operation(operation).unwrap();
        assert_eq!(shown(respond(operation, &result)), expected, "{result}");
    };
    let json_type = "content-type: application/json";
    check("Op", json!({}), &format!("202 [{json_type}] {{}}"));
    check("Op", json!({"a": "1", "q": "2"}), &format!("202 [{json_type}] {{\"q\":\"2\",\"a\":\"1\"}}"));
    check("Op", json!({"status": 304, "a": "1"}), "304 [] ");
    check("Op", json!({"status": 201, "type": "text/x"}), "201 [content-type: text/x] {}");
    check(
        "Op",
        json!({"list": ["a", "b,c", "\"d\""], "at": 1_576_540_098, "json": {"a": 1}, "meta": {"k": "v"}}),
        concat!(
            "202 [content-type: application/json, last-modified: Mon, 16 Dec 2019 23:48:18 GMT, ",
            r#"x-json: eyJhIjoxfQ==, x-list: a, "b,c", "\"d\"", x-meta-k: v] {}"#
        ),
    );
    check("Gone", json!({}), "204 [] ");
    check("Gone", json!({"a": "1"}), &format!("200 [{json_type}] {{\"a\":\"1\"}}"));
    check("None", json!({}), "204 [] ");
}

#[test]
fn requests() {
    let input = json!({"type": "structure", "members": {
        "Name": {"shape": "S", "location": "uri", "locationName": "Name"},
        "Key": {"shape": "S", "location": "uri", "locationName": "Key"},
        "at": {"shape": "T", "location": "querystring", "locationName": "at"},
        "list": {"shape": "Ss", "location": "querystring", "locationName": "item"},
        "bar": {"shape": "S", "location": "querystring", "locationName": "bar"},
        "map": {"shape": "Map", "location": "querystring"},
        "flag": {"shape": "B", "location": "header", "locationName": "X-Flag"},
        "body": {"shape": "S"}}});
    let write = |protocol, params: Json| {
        let operation = of_protocol(protocol, "/a/{Name}/{Key+}?acl&v=2", &input);
        let mut value = from_neutral(operation.input().unwrap(), &params).unwrap();
        let request = of(operation).serialize_request(operation, &mut value);
        request
            .map(|it| (it.uri().to_string(), String::from_utf8(full(it.into_body())).unwrap()))
            .map_err(|error| error.to_string())
    };
    let ok = |uri: &str, body: &str| Ok((uri.to_owned(), body.to_owned()));
    // A named member comes before the map's entry of that name, a constant as well (RestJsonQueryPrecedence).
    let params = json!({"Name": "ü/x", "Key": "k/ y~", "at": 1, "list": ["a", "b&c"], "bar": "named",
                        "map": {"bar": "fromMap", "acl": "x", "qux": "d"}, "flag": true});
    let uri = "/a/%C3%BC%2Fx/k/%20y~?acl&v=2&at=1970-01-01T00%3A00%3A01Z&item=a&item=b%26c&bar=named&qux=d";
    assert_eq!(write(ProtocolKind::RestJson, params.clone()), ok(uri, "{}"));
    assert_eq!(write(ProtocolKind::RestXml, params), ok(uri, ""));
    let body = "<In><body>x</body></In>";
    let params = json!({"Name": "n", "Key": "k", "body": "x"});
    assert_eq!(write(ProtocolKind::RestXml, params), ok("/a/n/k?acl&v=2", body));
    let error = |text: &str| Err(text.to_owned());
    assert_eq!(
        write(ProtocolKind::RestJson, json!({"Name": "", "Key": "k"})),
        error("Name: a label of a path cannot be empty")
    );
    assert_eq!(
        write(ProtocolKind::RestJson, json!({"Name": "n"})),
        error("Key: a label of the path is missing")
    );
}

#[test]
fn headers_that_cannot_be() {
    let operation = operation(
        "/x",
        &json!({"type": "structure", "members": {
            "h": {"shape": "S", "location": "header", "locationName": "X-H"},
            "meta": {"shape": "Map", "location": "headers", "locationName": "x-meta-"}}}),
    );
    for (params, expected) in [
        (json!({"h": "a\nb"}), "h: the value has characters that no header can have"),
        (json!({"meta": {"a b": "c"}}), "meta: 'x-meta-a b' cannot be the name of a header"),
    ] {
        let mut value = from_neutral(operation.input().unwrap(), &params).unwrap();
        let error = of(operation).serialize_request(operation, &mut value).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn errors_with_headers() {
    let operations =
        json!({"Op": {"http": {"method": "GET", "requestUri": "/x"}, "errors": [{"shape": "Slow"}]}});
    let shapes = json!({"Slow": {"type": "structure", "exception": true, "error": {"httpStatusCode": 429}, "members": {
        "message": {"shape": "S"}, "after": {"shape": "I", "location": "header", "locationName": "Retry-After"},
        "kind": {"shape": "S", "location": "header", "locationName": "x-amzn-ErrorType"}, "a": {"shape": "I"}}}});
    for (protocol, expected) in [
        (
            ProtocolKind::RestJson,
            r#"429 [content-type: application/json, retry-after: 7, x-amzn-errortype: Slow] {"message":"m","a":0}"#,
        ),
        (
            ProtocolKind::RestXml,
            concat!(
                "429 [content-type: application/xml, retry-after: 7, x-amzn-errortype: k] ",
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse><Error><Type>Sender</Type>",
                "<Code>Slow</Code><Message>m</Message><a>0</a></Error><RequestId>id</RequestId></ErrorResponse>"
            ),
        ),
    ] {
        let service = service(protocol, &json!({}), &operations, &shapes);
        let operation = service.operation("Op").unwrap();
        let schema = service.shape("Slow").unwrap();
        let members =
            from_neutral(schema, &json!({"message": "m", "after": 7, "a": 0, "kind": "k"})).unwrap();
        let error = AwsError::sender("Slow", "m").with_status(429);
        let error = crate::error::ReceivedError { error, schema: Some(schema), members };
        let headers = HeaderMap::new();
        let write = || {
            let exchange = Exchange { headers: &headers, request_id: "id" };
            of(operation).serialize_error(service, Some(operation), &error, exchange)
        };
        assert_eq!(shown(write()), expected);
        let (parts, body) = write().into_parts();
        let read = of(operation).parse_error(operation, &parts, &full(body));
        assert_eq!((read.code(), read.message(), read.status()), ("Slow", Some("m"), 429));
        assert_eq!(read.members.member("after").and_then(Value::as_i64), Some(7));
        assert_eq!(read.members.member("message").and_then(Value::as_str), Some("m"));
    }
}
