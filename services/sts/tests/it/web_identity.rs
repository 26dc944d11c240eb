//! `AssumeRoleWithWebIdentity`, and the tokens of `GetWebIdentityToken` that it takes.

use asf_api_sts::operations::{AssumeRoleWithWebIdentity, GetWebIdentityToken};
use asf_api_sts::{
    AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse, GetWebIdentityTokenRequest, Tag,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::*;

fn token(claims: &str) -> String {
    format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#), URL_SAFE_NO_PAD.encode(claims))
}

fn input(token: &str) -> AssumeRoleWithWebIdentityRequest {
    AssumeRoleWithWebIdentityRequest {
        role_arn: some(ROLE),
        role_session_name: some("session"),
        web_identity_token: some(token),
        ..Default::default()
    }
}

fn call(
    world: &World,
    input: AssumeRoleWithWebIdentityRequest,
) -> Result<AssumeRoleWithWebIdentityResponse, StsError> {
    world.call::<AssumeRoleWithWebIdentity>(&By::nobody(), input)
}

#[test]
fn a_token_grants_a_role() {
    let world = World::new();
    for (issuer, provider) in [
        (
            "https://oidc.eks.us-west-2.amazonaws.com/id/ABC",
            "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/ABC",
        ),
        ("https://accounts.google.com", "accounts.google.com"),
        ("accounts.google.com", "accounts.google.com"),
    ] {
        let claims = format!(
            r#"{{"iss":"{issuer}","aud":["sts.amazonaws.com"],"sub":"system:serviceaccount:default:me",
                "exp":{},"https://aws.amazon.com/source_identity":"alice",
                "https://aws.amazon.com/tags":{{"principal_tags":{{"Project":["x"]}},"transitive_tag_keys":["Project"]}}}}"#,
            START + 60
        );
        let made = call(&world, input(&token(&claims))).unwrap();
        assert_eq!(made.provider.as_deref(), Some(provider));
        assert_eq!(made.audience.as_deref(), Some("sts.amazonaws.com"));
        let subject = made.subject_from_web_identity_token.as_deref();
        assert_eq!(subject, Some("system:serviceaccount:default:me"));
        assert_eq!(made.source_identity.as_deref(), Some("alice"));
        let user = made.assumed_role_user.unwrap();
        assert_eq!(user.arn.as_deref(), Some("arn:aws:sts::111122223333:assumed-role/demo/session"));
        let credentials = made.credentials.unwrap();
        assert_eq!(credentials.expiration, Some(world.now().plus_seconds(3600)));
        let session = world.provider.sessions().get(&credentials.access_key_id.unwrap()).unwrap();
        assert_eq!(session.transitive_tags().count(), 1);
    }
}

#[test]
fn what_is_refused() {
    let world = World::new();
    let whole = format!(r#"{{"iss":"https://i","aud":"a","sub":"s","exp":{START}}}"#);
    let no_jwt =
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
    let expired =
        format!("Token expired: current date/time {START} must be before the expiration date/time{START}");
    for (token, code, message) in [
        ("token".to_owned(), "InvalidIdentityToken", no_jwt),
        (
            token(r#"{"iss":"https://i","sub":"s","exp":1}"#),
            "InvalidIdentityToken",
            "Missing a required claim: aud",
        ),
        (token(&whole), "ExpiredTokenException", &expired),
    ] {
        refused(call(&world, input(&token)), code, 400, message);
    }
    let user = AssumeRoleWithWebIdentityRequest {
        role_arn: some("arn:aws:iam::111122223333:user/bob"),
        ..input(&token(&whole))
    };
    refused(
        call(&world, user),
        "AccessDenied",
        403,
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    );
}

#[test]
fn access_tokens_are_opaque() {
    let world = World::new();
    let input =
        AssumeRoleWithWebIdentityRequest { provider_id: some("www.amazon.com"), ..input("Atza|token") };
    let made = call(&world, input.clone()).unwrap();
    assert_eq!((made.provider.as_deref(), made.audience.as_deref()), (Some("www.amazon.com"), None));
    let subject = made.subject_from_web_identity_token;
    assert!(subject.as_ref().is_some_and(|it| it.starts_with("amzn1.account.")));
    assert_eq!(call(&world, input).unwrap().subject_from_web_identity_token, subject);
}

fn request(algorithm: &str) -> GetWebIdentityTokenRequest {
    GetWebIdentityTokenRequest {
        audience: Some(vec!["https://api.example.com".to_owned()]),
        signing_algorithm: some(algorithm),
        ..Default::default()
    }
}

#[test]
fn outbound_tokens() {
    let world = World::new();
    let by = By::session(world.assume(&By::key("test"), demo()).unwrap().credentials.as_ref());
    for (algorithm, signature) in [("RS256", 256), ("ES384", 96)] {
        let made = GetWebIdentityTokenRequest {
            tags: Some(vec![Tag { key: some("job"), value: some("1") }]),
            ..request(algorithm)
        };
        let made = world.call::<GetWebIdentityToken>(&by, made).unwrap();
        assert_eq!(made.expiration, Some(world.now().plus_seconds(300)));
        let token = made.web_identity_token.unwrap();
        let parts: Vec<_> = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
        assert_eq!(parts[2].len(), signature);
        let claims: asf_runtime::Document = serde_json::from_slice(&parts[1]).unwrap();
        assert_eq!(claims["sub"], ROLE);
        assert_eq!(claims["aud"], "https://api.example.com");
        assert_eq!(claims["exp"], START + 300);
        let own = &claims["https://sts.amazonaws.com/"];
        assert_eq!(
            (&own["aws_account"], &own["source_region"]),
            (&"111122223333".into(), &"us-east-1".into())
        );
        assert_eq!(own["request_tags"]["job"], "1");
        let issuer = claims["iss"].as_str().unwrap().strip_prefix("https://").unwrap();
        assert!(issuer.ends_with(".tokens.sts.global.api.aws"), "{issuer}");

        let taken = call(&world, input(&token)).unwrap();
        assert_eq!(taken.provider, Some(format!("arn:aws:iam::111122223333:oidc-provider/{issuer}")));
    }
}

#[test]
fn outbound_tokens_that_are_refused() {
    let world = World::new();
    let message = "1 validation error detected: Value 'HS256' at 'signingAlgorithm' failed to satisfy \
                   constraint: Member must satisfy enum value set: [RS256, ES384]";
    let by = By::key("test");
    refused(world.call::<GetWebIdentityToken>(&by, request("HS256")), "ValidationError", 400, message);

    let short = AssumeRoleRequest { duration_seconds: Some(900), ..demo() };
    let session = By::session(world.assume(&by, short).unwrap().credentials.as_ref());
    let longer = GetWebIdentityTokenRequest { duration_seconds: Some(901), ..request("RS256") };
    let error = world.call::<GetWebIdentityToken>(&session, longer).unwrap_err();
    assert_eq!((error.code(), error.status()), ("SessionDurationEscalationException", 403));

    let tag = |index: u32| Tag { key: Some(format!("{index:0100}")), value: Some("v".repeat(200)) };
    let many = GetWebIdentityTokenRequest { tags: Some((0..50).map(tag).collect()), ..request("RS256") };
    let error = world.call::<GetWebIdentityToken>(&by, many).unwrap_err();
    assert_eq!((error.code(), error.status()), ("JWTPayloadSizeExceededException", 400));
}
