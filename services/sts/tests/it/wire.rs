//! Calls as they come and go over the query protocol.

use asf_runtime::protocol::{self, Exchange};
use asf_runtime::shape::ByteStream;

use crate::*;

/// Status and body of the answer to a form.
fn answer<O: TypedOperation>(world: &World, form: &str) -> (u16, String) {
    let operation = O::operation();
    let query = protocol::of(operation.service().metadata.protocol());
    let request = http::Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    let (head, ()) = request.body(()).unwrap().into_parts();
    let mut input = world.provider.new_input(operation).unwrap();
    let body = ByteStream::from(form.to_owned().into_bytes());
    query.parse_request(operation, &head, body, &mut *input).unwrap();
    let ctx = world.context::<O>(&By::key("test"));
    let exchange = Exchange { headers: &head.headers, request_id: "id" };
    let valid =
        validation::validate(operation.input().unwrap(), &*input, world.provider.validation().unwrap());
    let answer = match valid {
        Ok(()) => Provider::call(&world.provider, &ctx, operation, input).now_or_never().unwrap(),
        Err(error) => Err(error.into()),
    };
    let response = match answer {
        Ok(Answer::Output(mut output)) => {
            query.serialize_response(operation, &mut *output, exchange).unwrap()
        }
        Ok(other) => panic!("{other:?}"),
        Err(error) => query.serialize_error(operation.service(), Some(operation), &*error, exchange),
    };
    let (head, body) = response.into_parts();
    let body = body.collect(1 << 20).now_or_never().unwrap().unwrap();
    (head.status.as_u16(), String::from_utf8(body.to_vec()).unwrap())
}

#[test]
fn a_role_is_assumed() {
    let world = World::new();
    let form = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fdemo\
                &RoleSessionName=session&Tags.member.1.Key=a&Tags.member.1.Value=b&DurationSeconds=900\
                &TransitiveTagKeys.member.1=a&SourceIdentity=alice";
    let (status, body) = answer::<AssumeRole>(&world, form);
    assert_eq!(status, 200, "{body}");
    for part in [
        r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>"#,
        "<Expiration>2026-05-28T20:41:40Z</Expiration>",
        "<Arn>arn:aws:sts::111122223333:assumed-role/demo/session</Arn>",
        "<SourceIdentity>alice</SourceIdentity>",
        "<RequestId>id</RequestId>",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

/// test_sts::TestSTSIntegrations::test_sts_invalid_parameters
#[test]
fn an_error() {
    let world = World::new();
    let form = "Action=AssumeRole&Version=2011-06-15&RoleArn=nothing-valid-in-here&RoleSessionName=session";
    let (status, body) = answer::<AssumeRole>(&world, form);
    assert_eq!(status, 400, "{body}");
    let expected = "<Error><Type>Sender</Type><Code>ValidationError</Code>\
                    <Message>nothing-valid-in-here is invalid</Message></Error>";
    assert!(body.contains(expected), "{body}");
}
