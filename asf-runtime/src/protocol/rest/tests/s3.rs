//! What S3 does its own way.

use super::*;

/// Something like S3.
fn bucket(operation: &str) -> Operation {
    let operations = json!({
        "Put": {"http": {"method": "PUT", "requestUri": "/{Bucket}?x"}, "input": {"shape": "PutIn"}},
        "List": {"http": {"method": "GET", "requestUri": "/{Bucket}"}, "input": {"shape": "ListIn"}, "output": {"shape": "ListOut"}},
        "Location": {"http": {"method": "GET", "requestUri": "/{Bucket}?location"},
                     "output": {"shape": "LocationOut", "locationName": "LocationConstraint"}},
        "Head": {"http": {"method": "HEAD", "requestUri": "/{Bucket}"}, "errors": [{"shape": "NoSuchBucket"}]},
    });
    let shapes = json!({
        "PutIn": {"type": "structure", "payload": "Conf", "members": {
            "Bucket": {"shape": "S", "location": "uri", "locationName": "Bucket"},
            "Conf": {"shape": "Conf", "locationName": "BucketConf", "xmlNamespace": {"uri": "http://s3/"}}}},
        "Conf": {"type": "structure", "members": {"Days": {"shape": "I"}, "At": {"shape": "T"}}},
        "ListIn": {"type": "structure", "members": {
            "Bucket": {"shape": "S", "location": "uri", "locationName": "Bucket"},
            "Max": {"shape": "I", "location": "querystring", "locationName": "max-keys"},
            "Since": {"shape": "T", "location": "header", "locationName": "if-modified-since"},
            "Lock": {"shape": "B", "location": "header", "locationName": "x-amz-lock"}}},
        "ListOut": {"type": "structure", "members": {"Prefix": {"shape": "S"},
            "Contents": {"shape": "Contents"}}},
        "Contents": {"type": "list", "flattened": true, "member": {"shape": "Inner"}},
        "LocationOut": {"type": "structure", "unwrappedXmlOutput": true, "members": {"LocationConstraint": {"shape": "S"}}},
        "NoSuchBucket": {"type": "structure", "members": {}, "exception": true, "error": {"httpStatusCode": 404}},
    });
    let metadata = json!({"noErrorWrapping": true, "xmlNamespace": "http://s3/"});
    service(ProtocolKind::RestXml, &metadata, &operations, &shapes).operation(operation).unwrap()
}

#[test]
fn refused_requests() {
    let malformed = Err((400, "MalformedXML".to_owned()));
    let argument = || Err((400, "InvalidArgument".to_owned()));
    let put = bucket("Put");
    for (body, expected) in [
        ("", Ok(json!({"Bucket": "b"}))),
        ("<BucketConf/>", Ok(json!({"Bucket": "b", "Conf": {}}))),
        ("<Conf><Days>1</Days></Conf>", Ok(json!({"Bucket": "b", "Conf": {"Days": 1}}))),
        ("<BucketConf><Days>1</Days>", malformed.clone()),
        ("<BucketConf><Days>x</Days></BucketConf>", malformed.clone()),
        ("<BucketConf><Days>99999999999</Days></BucketConf>", malformed.clone()),
        ("<BucketConf><At>soon</At></BucketConf>", malformed.clone()),
        ("<Other/>", malformed.clone()),
        ("{}", malformed),
    ] {
        assert_eq!(refusal(parse(put, "/b?x", &[], body.as_bytes())), expected, "{body}");
    }
    let list = bucket("List");
    for (uri, headers, expected) in [
        ("/b?max-keys=7", &[][..], Ok(json!({"Bucket": "b", "Max": 7}))),
        ("/b?max-keys=", &[], Ok(json!({"Bucket": "b"}))),
        ("/b", &[("x-amz-lock", "True")], Ok(json!({"Bucket": "b", "Lock": true}))),
        ("/b?max-keys=a", &[], argument()),
        ("/b", &[("if-modified-since", "soon")], argument()),
    ] {
        assert_eq!(refusal(parse(list, uri, headers, b"")), expected, "{uri}");
    }
    let error = parse(put, "/b?x", &[], b"{}").unwrap_err();
    let words = "The XML you provided was not well-formed or did not validate against our published schema";
    assert_eq!(error.message(), Some(words));
    let error = parse(list, "/b?max-keys=a", &[], b"").unwrap_err();
    assert_eq!(error.message(), Some("Provided max-keys not an integer or within integer range"));
}

#[test]
fn answers() {
    let check = |operation: &str, result: Json, expected: &str| {
        let operation = bucket(operation);
        let declared = expected.replace('|', "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        assert_eq!(shown(respond(operation, &result)), declared, "{result}");
        let (parts, body) = respond(operation, &result).into_parts();
        let mut output = Value::Null;
        of(operation).parse_response(operation, &parts, body, &mut output).unwrap();
        if let Some(schema) = operation.output() {
            assert_eq!(to_neutral(schema, &output), result, "{expected}");
        }
    };
    let xml = "200 [content-type: application/xml] |";
    check(
        "List",
        json!({"Prefix": "p", "Contents": [{"a": "1"}, {"a": "2"}]}),
        &format!(
            "{xml}<ListOut xmlns=\"http://s3/\"><Prefix>p</Prefix><Contents><a>1</a></Contents><Contents><a>2</a></Contents></ListOut>"
        ),
    );
    check(
        "Location",
        json!({"LocationConstraint": "eu-west-1"}),
        &format!("{xml}<LocationConstraint xmlns=\"http://s3/\">eu-west-1</LocationConstraint>"),
    );
    check(
        "Location",
        json!({}),
        &format!("{xml}<LocationConstraint xmlns=\"http://s3/\"></LocationConstraint>"),
    );
    check("Put", json!({}), "200 [] ");
}

#[test]
fn errors() {
    let operation = bucket("Head");
    let headers = HeaderMap::new();
    let write = |error: &AwsError| {
        let exchange = Exchange { headers: &headers, request_id: "id" };
        of(operation).serialize_error(operation.service(), Some(operation), error, exchange)
    };
    let response = write(&AwsError::sender("NoSuchBucket", "gone").with_status(404));
    assert_eq!(response.headers()["x-amz-request-id"], "id");
    assert_eq!(response.headers()["x-amz-id-2"], "aWQ=");
    for (error, expected) in [
        (
            AwsError::sender("NoSuchBucket", "gone").with_status(404),
            concat!(
                "404 [content-type: application/xml] <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>",
                "<Code>NoSuchBucket</Code><Message>gone</Message><RequestId>id</RequestId><HostId>aWQ=</HostId></Error>"
            ),
        ),
        (
            AwsError::sender("InvalidArgument", "").without_message(),
            concat!(
                "400 [content-type: application/xml] <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>",
                "<Code>InvalidArgument</Code><Message/><RequestId>id</RequestId><HostId>aWQ=</HostId></Error>"
            ),
        ),
        (
            AwsError::sender("NoSuchKey", "gone")
                .with_status(404)
                .with_header("x-amz-delete-marker", "true")
                .with_detail("Key", "a<b"),
            concat!(
                "404 [content-type: application/xml, x-amz-delete-marker: true] ",
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>gone</Message>",
                "<Key>a&lt;b</Key><RequestId>id</RequestId><HostId>aWQ=</HostId></Error>"
            ),
        ),
        (AwsError::sender("NotModified", "").with_status(304), "304 [] "),
    ] {
        assert_eq!(shown(write(&error)), expected);
    }
    // What clients make of it: code, or the status where there is no body.
    for (status, body, code, message) in [
        (404, "<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>", "NoSuchBucket", "gone"),
        (404, "", "404", ""),
        (503, "<html>", "503", ""),
        (400, "<ErrorResponse><RequestId/><Error><Code>A</Code></Error></ErrorResponse>", "A", ""),
    ] {
        let (parts, ()) = http::Response::builder().status(status).body(()).unwrap().into_parts();
        let error = of(operation).parse_error(operation, &parts, body.as_bytes());
        assert_eq!((error.code(), error.message(), error.status()), (code, Some(message), status), "{body}");
    }
}

/// Services that speak rest-xml without being S3 refuse as all others do.
#[test]
fn others_refuse_as_others_do() {
    let operations = json!({"Op": {"http": {"method": "POST", "requestUri": "/"},
        "input": {"shape": "Inner", "locationName": "Request"}}});
    let operation =
        service(ProtocolKind::RestXml, &json!({}), &operations, &json!({})).operation("Op").unwrap();
    assert_eq!(parse(operation, "/", &[], b"<Request><n>1</n></Request>"), Ok(json!({"n": 1})));
    for body in ["<Request><n>x</n></Request>", "<Other/>", "{}"] {
        let expected = Err((400, "SerializationException".to_owned()));
        assert_eq!(refusal(parse(operation, "/", &[], body.as_bytes())), expected, "{body}");
    }
}

/// CopyObject and its like: the answer began before it was known how it ends.
#[test]
fn errors_with_status_200() {
    let (head, ()) = http::Response::new(()).into_parts();
    let protocol = crate::protocol::of(ProtocolKind::RestXml);
    let error = "<?xml version=\"1.0\"?>\n<Error><Code>SlowDown</Code><Message>later</Message></Error>";
    for (body, expected) in
        [(error, true), ("<ListOut><Prefix>p</Prefix></ListOut>", false), ("<Error", false), ("", false)]
    {
        assert_eq!(protocol.is_error(bucket("List"), &head, body.as_bytes()), expected, "{body}");
    }
    let read = protocol.parse_error(bucket("List"), &head, error.as_bytes());
    assert_eq!((read.code(), read.message()), ("SlowDown", Some("later")));
}
