//! Input that is refused.

use asf_api_sts::operations::{GetFederationToken, GetSessionToken};
use asf_api_sts::{GetFederationTokenRequest, GetSessionTokenRequest, PolicyDescriptorType, Tag};

use crate::*;

fn constraint(value: &str, member: &str, constraint: &str) -> String {
    format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must \
         {constraint}"
    )
}

/// test_sts::TestSTSIntegrations::test_sts_invalid_parameters
#[test]
fn parameters_as_recorded() {
    let world = World::new();
    for (role, session, message) in [
        (
            ROLE,
            "Session1:2",
            constraint("Session1:2", "roleSessionName", "satisfy regular expression pattern: [\\w+=,.@-]*"),
        ),
        ("nothing-valid-in-here", "session", "nothing-valid-in-here is invalid".to_owned()),
        ("arn::b:::something/test-role", "session", "arn::b:::something/test-role is invalid".to_owned()),
        ("arn:a:a::aaaaaaaaaa:", "session", "arn:a:a::aaaaaaaaaa: is invalid".to_owned()),
        ("arn:a::::something/test-role", "session", "arn:a::::something/test-role is invalid".to_owned()),
        ("arn:a:::something/test-role", "session", "arn:a:::something/test-role is invalid".to_owned()),
    ] {
        let input = AssumeRoleRequest {
            role_arn: some(role),
            role_session_name: some(session),
            ..AssumeRoleRequest::default()
        };
        refused(world.assume(&By::key("test"), input), "ValidationError", 400, &message);
    }
}

#[test]
fn constraints_of_the_model() {
    let world = World::new();
    let least = |bound| format!("have value greater than or equal to {bound}");
    let most = |bound| format!("have value less than or equal to {bound}");
    for (input, message) in [
        (
            AssumeRoleRequest { duration_seconds: Some(899), ..demo() },
            constraint("899", "durationSeconds", &least(900)),
        ),
        (
            AssumeRoleRequest { duration_seconds: Some(43_201), ..demo() },
            constraint("43201", "durationSeconds", &most(43_200)),
        ),
        (
            AssumeRoleRequest { role_session_name: some("x"), ..demo() },
            constraint("x", "roleSessionName", "have length greater than or equal to 2"),
        ),
        (
            AssumeRoleRequest { role_arn: some("short"), ..demo() },
            constraint("short", "roleArn", "have length greater than or equal to 20"),
        ),
        (
            AssumeRoleRequest { external_id: some("a b"), ..demo() },
            constraint("a b", "externalId", "satisfy regular expression pattern: [\\w+=,.@:\\/-]*"),
        ),
        (
            AssumeRoleRequest { token_code: some("12345"), ..demo() },
            constraint("12345", "tokenCode", "have length greater than or equal to 6"),
        ),
        (
            AssumeRoleRequest { source_identity: some("aws:me"), ..demo() },
            constraint("aws:me", "sourceIdentity", "satisfy regular expression pattern: [\\w+=,.@-]*"),
        ),
        (
            AssumeRoleRequest { role_session_name: None, ..demo() },
            "1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: \
             Member must not be null"
                .to_owned(),
        ),
    ] {
        refused(world.assume(&By::key("test"), input), "ValidationError", 400, &message);
    }
    for (seconds, message) in [
        (899, constraint("899", "durationSeconds", &least(900))),
        (129_601, constraint("129601", "durationSeconds", &most(129_600))),
    ] {
        let input = GetSessionTokenRequest { duration_seconds: Some(seconds), ..Default::default() };
        refused(world.call::<GetSessionToken>(&By::key("test"), input), "ValidationError", 400, &message);
        let input = GetFederationTokenRequest {
            name: some("bob"),
            duration_seconds: Some(seconds),
            ..Default::default()
        };
        refused(world.call::<GetFederationToken>(&By::key("test"), input), "ValidationError", 400, &message);
    }
}

#[test]
fn what_the_model_does_not_say() {
    let world = World::new();
    let tag = |key: &str| Tag { key: some(key), value: some("v") };
    let mfa = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";
    let user = "arn:aws:iam::000000000000:root";
    for (input, code, status, message) in [
        (
            AssumeRoleRequest { role_arn: some("arn:aws:iam::111122223333:user/bob"), ..demo() },
            "AccessDenied",
            403,
            format!(
                "User: {user} is not authorized to perform: sts:AssumeRole on resource: \
                 arn:aws:iam::111122223333:user/bob"
            ),
        ),
        (
            AssumeRoleRequest { serial_number: some("GAHT12345678"), ..demo() },
            "AccessDenied",
            403,
            mfa.to_owned(),
        ),
        (AssumeRoleRequest { token_code: some("123456"), ..demo() }, "AccessDenied", 403, mfa.to_owned()),
        (
            AssumeRoleRequest { policy: some("{}"), ..demo() },
            "MalformedPolicyDocument",
            400,
            "Syntax errors in policy.".to_owned(),
        ),
        (
            AssumeRoleRequest { tags: Some(vec![tag("a"), tag("A")]), ..demo() },
            "InvalidParameterValue",
            400,
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.".to_owned(),
        ),
        (
            AssumeRoleRequest { transitive_tag_keys: Some(vec!["a".to_owned()]), ..demo() },
            "InvalidParameterValue",
            400,
            "The specified transitive tag key must be included in the requested tags.".to_owned(),
        ),
        (
            AssumeRoleRequest {
                policy_arns: Some(vec![PolicyDescriptorType { arn: some("no-arn-but-long-enough") }]),
                ..demo()
            },
            "ValidationError",
            400,
            "no-arn-but-long-enough is invalid".to_owned(),
        ),
    ] {
        refused(world.assume(&By::key("test"), input), code, status, &message);
    }
    let tags: Vec<_> = (0..51).map(|it| tag(&it.to_string())).collect();
    let error = world.assume(&By::key("test"), AssumeRoleRequest { tags: Some(tags), ..demo() }).unwrap_err();
    assert!(
        error.message().unwrap().ends_with(
            "at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50"
        ),
        "{error}"
    );
    assert!(world.provider.sessions().is_empty(), "nothing was issued");
}
