//! Requests in all their places, what refused ones are answered with, and errors as others write them.

use asf_schema::{Operation, ProtocolKind, ServiceSchema, load_service};
use http::{HeaderMap, Request, Response};
use serde_json::{Value as Json, json};

use crate::error::ServiceError;
use crate::protocol::{self, Exchange};
use crate::value::neutral::{from_neutral, to_neutral};
use crate::{AwsError, Value};

fn service(kind: ProtocolKind) -> &'static ServiceSchema {
    let spec = json!({
        "metadata": {"protocol": kind.as_str(), "apiVersion": "2020-01-08", "endpointPrefix": "x",
                     "serviceId": "X", "xmlNamespace": "urn:x"},
        "operations": {"Do": {
            "name": "Do", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"},
            "output": {"shape": "Out", "resultWrapper": "DoResult"}, "errors": [{"shape": "Gone"}]
        }},
        "shapes": {
            "In": {"type": "structure", "members": {
                "Count": {"shape": "Integer"}, "Names": {"shape": "Strings"}, "Token": {"shape": "String",
                "idempotencyToken": true}}},
            "Out": {"type": "structure", "members": {"Count": {"shape": "Integer"}}},
            "Gone": {"type": "structure", "exception": true, "members": {
                "message": {"shape": "String"}, "Count": {"shape": "Integer"}, "Names": {"shape": "Strings"},
                "Code": {"shape": "String"}},
                "error": {"code": "Gone.Long", "httpStatusCode": 410, "senderFault": true}},
            "Integer": {"type": "integer"}, "String": {"type": "string"},
            "Strings": {"type": "list", "member": {"shape": "String"}}
        }
    });
    load_service("x", spec.to_string().as_bytes()).unwrap()
}

fn operation(kind: ProtocolKind) -> Operation {
    service(kind).operation("Do").unwrap()
}

fn parse(kind: ProtocolKind, uri: &str, body: &[u8]) -> Result<Json, (String, u16)> {
    let operation = operation(kind);
    let (parts, ()) = Request::post(uri).body(()).unwrap().into_parts();
    let mut input = Value::Null;
    match protocol::of(kind).parse_request(operation, &parts, body.to_vec().into(), &mut input) {
        Ok(()) => Ok(to_neutral(operation.input().unwrap(), &input)),
        Err(error) => {
            assert!(error.sender_fault());
            Err((error.code().to_owned(), error.status()))
        }
    }
}

#[test]
fn requests() {
    let value = json!({"Count": 1, "Names": ["a", "b"]});
    for (kind, uri, body) in [
        (ProtocolKind::Query, "/", "Action=Do&Version=2020-01-08&Count=1&Names.member.1=a&Names.member.2=b"),
        (ProtocolKind::Query, "/?Action=Do&Count=1&Names.member.1=a&Names.member.2=b", ""),
        (ProtocolKind::Query, "/?Action=Do&Names.member.2=b", "Action=Do&Count=1&Names.member.1=a"),
        (ProtocolKind::Query, "/?Count=1", "Count=1&Names.member.1=a&Names.member.2=b"),
        (
            ProtocolKind::Query,
            "/000000000000/q?Action=Do&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb&Signature=c&AWSAccessKeyId=d&Timestamp=e",
            "Count=1&Names.member.1=a&Names.member.2=b",
        ),
        (ProtocolKind::Ec2, "/", "Action=Do&Count=1&Names.1=a&Names.2=b"),
        (ProtocolKind::Ec2, "/?Action=Do&Count=1&Names.1=a&Names.2=b", ""),
    ] {
        assert_eq!(parse(kind, uri, body.as_bytes()), Ok(value.clone()), "{uri} {body}");
    }
}

#[test]
fn refused_requests() {
    for (body, query, ec2) in [
        (b"Count=x".as_slice(), "MalformedInput", "InvalidParameterValue"),
        (b"Count=99999999999", "MalformedInput", "InvalidParameterValue"),
        (b"Names=x", "MalformedInput", "InvalidParameterValue"),
        (b"Count=1&Count=2", "MalformedInput", "InvalidParameterValue"),
        (b"Token=%ff", "MalformedQueryString", "MalformedQueryString"),
        (b"Token=%2", "MalformedQueryString", "MalformedQueryString"),
        (b"\xff\xfe", "MalformedQueryString", "MalformedQueryString"),
    ] {
        assert_eq!(parse(ProtocolKind::Query, "/", body), Err((query.to_owned(), 400)));
        assert_eq!(parse(ProtocolKind::Ec2, "/", body), Err((ec2.to_owned(), 400)));
    }
}

/// Errors that are raised by a name of another protocol have their code in query and in ec2.
#[test]
fn codes() {
    for (raised, query, ec2) in [
        ("Gone", "Gone.Long", "Gone.Long"),
        ("Gone.Long", "Gone.Long", "Gone.Long"),
        ("ValidationException", "ValidationError", "InvalidParameterValue"),
        ("SerializationException", "MalformedInput", "InvalidParameterValue"),
        ("UnknownOperationException", "InvalidAction", "InvalidAction"),
        ("MissingRequiredParameterException", "MissingParameter", "MissingParameter"),
        ("com.amazon.coral.service#AccessDeniedException", "AccessDenied", "UnauthorizedOperation"),
        ("InvalidInstanceID.NotFound", "InvalidInstanceID.NotFound", "InvalidInstanceID.NotFound"),
    ] {
        for (kind, expected) in [(ProtocolKind::Query, query), (ProtocolKind::Ec2, ec2)] {
            let exchange = Exchange { headers: &HeaderMap::new(), request_id: "id" };
            let error = AwsError::sender(raised.to_owned(), "");
            let response = protocol::of(kind).serialize_error(service(kind), None, &error, exchange);
            let body = String::from_utf8(response.body().as_bytes().unwrap().to_vec()).unwrap();
            assert!(body.contains(&format!("<Code>{expected}</Code>")), "{raised}: {body}");
        }
    }
}

#[test]
fn errors_read() {
    for (kind, body, code, message, sender, members) in [
        (
            ProtocolKind::Query,
            "<ErrorResponse xmlns='urn:x'><Error><Type>Sender</Type><Code>Gone.Long</Code><Message>m</Message>\
             <Count>0</Count><Names><member>a</member></Names></Error><RequestId>id</RequestId></ErrorResponse>",
            "Gone.Long",
            "m",
            true,
            Some(json!({"message": "m", "Count": 0, "Names": ["a"], "Code": "Gone.Long"})),
        ),
        // The type on the wire counts, and so does the name of the shape.
        (
            ProtocolKind::Query,
            "<ErrorResponse><Error><Code>Gone</Code><Type>Receiver</Type></Error></ErrorResponse>",
            "Gone.Long",
            "",
            false,
            Some(json!({"Code": "Gone"})),
        ),
        (
            ProtocolKind::Query,
            "<Response><Errors><Error><Code>Other</Code><Message>m</Message></Error></Errors></Response>",
            "Other",
            "m",
            true,
            None,
        ),
        (ProtocolKind::Ec2, "<Error><Code>Other</Code></Error>", "Other", "", true, None),
        (
            ProtocolKind::Ec2,
            "<?xml version='1.0'?><Response><Errors><Error><Code>a.B</Code><Message>m &amp; n</Message></Error>\
             </Errors><RequestID>id</RequestID></Response>",
            "a.B",
            "m & n",
            true,
            None,
        ),
        // Members that cannot be read are left out.
        (
            ProtocolKind::Query,
            "<ErrorResponse><Error><Code>Gone</Code><Count>x</Count></Error></ErrorResponse>",
            "Gone.Long",
            "",
            true,
            Some(json!({})),
        ),
        (ProtocolKind::Query, "<ErrorResponse/>", "400", "", true, None),
        (ProtocolKind::Query, "", "400", "", true, None),
        (ProtocolKind::Query, "Bad gateway", "400", "Bad gateway", true, None),
    ] {
        let (parts, ()) = Response::builder().status(400).body(()).unwrap().into_parts();
        let read = protocol::of(kind).parse_error(operation(kind), &parts, body.as_bytes());
        assert_eq!(
            (read.code(), read.message(), read.sender_fault()),
            (code, Some(message), sender),
            "{body}"
        );
        assert_eq!(read.schema().map(|schema| to_neutral(schema, &read.members)), members, "{body}");
    }
}

#[test]
fn responses_refused() {
    for (kind, body) in [
        (ProtocolKind::Query, " "),
        (ProtocolKind::Query, "<DoResponse/>"),
        (ProtocolKind::Query, "<DoResponse><DoResult><Count>x</Count></DoResult></DoResponse>"),
        (ProtocolKind::Query, "<DoResponse><DoResult></DoResponse>"),
        (ProtocolKind::Ec2, "<DoResponse><Count>x</Count></DoResponse>"),
        (ProtocolKind::Ec2, "{}"),
    ] {
        let (parts, ()) = Response::new(()).into_parts();
        let body_bytes = body.as_bytes().to_vec().into();
        let read = protocol::of(kind).parse_response(operation(kind), &parts, body_bytes, &mut Value::Null);
        assert!(read.is_err(), "{body}");
    }
}

/// An error in whose model a member is called as the frame is has each element once.
#[test]
fn members_of_errors() {
    let service = service(ProtocolKind::Query);
    let schema = service.shape("Gone").unwrap();
    let members =
        from_neutral(schema, &json!({"message": "m", "Count": 0, "Names": [], "Code": "c"})).unwrap();
    let error = AwsError::sender("Gone.Long", "m").with_status(410);
    let error = crate::error::ReceivedError { error, schema: Some(schema), members };
    let exchange = Exchange { headers: &HeaderMap::new(), request_id: "id" };
    let response = protocol::of(ProtocolKind::Query).serialize_error(service, None, &error, exchange);
    assert_eq!(response.status(), 410);
    assert_eq!(
        std::str::from_utf8(response.body().as_bytes().unwrap()).unwrap(),
        "<ErrorResponse xmlns=\"urn:x\"><Error><Type>Sender</Type><Code>Gone.Long</Code><Message>m</Message>\
         <Count>0</Count><Names/></Error><RequestId>id</RequestId></ErrorResponse>"
    );
}
