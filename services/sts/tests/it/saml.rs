//! `AssumeRoleWithSAML`.

use asf_api_sts::operations::AssumeRoleWithSAML;
use asf_api_sts::{AssumeRoleWithSamlRequest, AssumeRoleWithSamlResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::*;

const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/idp";

/// A response in which a test replaces what it is about.
fn response() -> String {
    let attribute = |name: &str, value: &str| {
        format!(
            r#"<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>"#
        )
    };
    let attributes = [
        attribute("Role", &format!("{ROLE},{PROVIDER}")),
        attribute("RoleSessionName", "alice@example.com"),
        attribute("SourceIdentity", "alice"),
        attribute("SessionDuration", "7200"),
        attribute("PrincipalTag:Project", "x"),
        attribute("TransitiveTagKeys", "Project"),
    ]
    .concat();
    format!(
        r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><saml:Assertion
          xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:Issuer>https://idp.example.com/saml</saml:Issuer>
          <saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">alice</saml:NameID>
          <saml:SubjectConfirmation><saml:SubjectConfirmationData NotOnOrAfter="2026-05-28T20:31:40Z"
          Recipient="https://signin.aws.amazon.com/saml"/></saml:SubjectConfirmation></saml:Subject>
          <saml:Conditions NotOnOrAfter="2026-05-28T20:31:40.000Z"><saml:AudienceRestriction>
          <saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction></saml:Conditions>
          <saml:AuthnStatement SessionIndex="1"/>
          <saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion></samlp:Response>"#
    )
}

fn input(response: &str) -> AssumeRoleWithSamlRequest {
    AssumeRoleWithSamlRequest {
        role_arn: some(ROLE),
        principal_arn: some(PROVIDER),
        saml_assertion: Some(STANDARD.encode(response)),
        ..Default::default()
    }
}

fn call(world: &World, input: AssumeRoleWithSamlRequest) -> Result<AssumeRoleWithSamlResponse, StsError> {
    world.call::<AssumeRoleWithSAML>(&By::nobody(), input)
}

#[test]
fn an_assertion_grants_a_role() {
    let world = World::new();
    let made = call(&world, input(&response())).unwrap();
    let user = made.assumed_role_user.unwrap();
    assert_eq!(user.arn.as_deref(), Some("arn:aws:sts::111122223333:assumed-role/demo/alice@example.com"));
    assert_eq!(made.subject.as_deref(), Some("alice"));
    assert_eq!(made.subject_type.as_deref(), Some("persistent"));
    assert_eq!(made.issuer.as_deref(), Some("https://idp.example.com/saml"));
    assert_eq!(made.audience.as_deref(), Some("https://signin.aws.amazon.com/saml"));
    let qualifier = asf_sts::saml::name_qualifier("https://idp.example.com/saml", "111122223333", "idp");
    assert_eq!(made.name_qualifier, Some(qualifier));
    assert_eq!(made.source_identity.as_deref(), Some("alice"));
    let credentials = made.credentials.unwrap();
    assert_eq!(credentials.expiration, Some(world.now().plus_seconds(3600)));
    let session = world.provider.sessions().get(credentials.access_key_id.as_deref().unwrap()).unwrap();
    assert_eq!(session.transitive_tags().map(|tag| tag.value.as_str()).collect::<Vec<_>>(), ["x"]);
    assert_eq!(world.identity(&By::session(Some(&credentials))).unwrap()[0], "111122223333");
}

#[test]
fn durations() {
    let world = World::new();
    let ends = r#"<saml:AuthnStatement SessionNotOnOrAfter="2026-05-28T20:56:40Z"/>"#;
    for (response, asked, lasts) in [
        (response(), Some(900), 900),
        (response(), None, 3600),
        (response(), Some(7200), 7200),
        (response().replace(r#"<saml:AuthnStatement SessionIndex="1"/>"#, ends), None, 1800),
        (response().replace(r#"<saml:AuthnStatement SessionIndex="1"/>"#, ends), Some(900), 900),
    ] {
        let made = call(&world, AssumeRoleWithSamlRequest { duration_seconds: asked, ..input(&response) });
        assert_eq!(made.unwrap().credentials.unwrap().expiration, Some(world.now().plus_seconds(lasts)));
    }
}

#[test]
fn what_is_refused() {
    let world = World::new();
    let with = |from: &str, to: &str| {
        let whole = response();
        assert!(whole.contains(from), "{from}");
        input(&whole.replace(from, to))
    };
    let not_authorized = "Not authorized to perform sts:AssumeRoleWithSAML";
    for (input, code, status, message) in [
        (
            AssumeRoleWithSamlRequest { saml_assertion: some("****"), ..input("") },
            "InvalidIdentityToken",
            400,
            "Invalid base64 SAMLResponse",
        ),
        (input("no XML"), "InvalidIdentityToken", 400, "Invalid SAMLResponse"),
        (
            with("RoleSessionName", "Other"),
            "InvalidIdentityToken",
            400,
            "RoleSessionName is required in AuthnResponse",
        ),
        (
            with("alice@example.com", "a b"),
            "InvalidIdentityToken",
            400,
            "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}",
        ),
        (
            with("<saml:AttributeValue>alice</", "<saml:AttributeValue>aws:alice</"),
            "InvalidIdentityToken",
            400,
            "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"",
        ),
        (
            with("urn:amazon:webservices", "urn:other"),
            "InvalidIdentityToken",
            400,
            "Response does not contain the required audience.",
        ),
        (with(ROLE, "arn:aws:iam::111122223333:role/other"), "AccessDenied", 403, not_authorized),
        (
            AssumeRoleWithSamlRequest {
                principal_arn: some("arn:aws:iam::111122223333:user/idp"),
                ..input(&response())
            },
            "AccessDenied",
            403,
            not_authorized,
        ),
        (
            AssumeRoleWithSamlRequest { principal_arn: some("no-arn-but-long-enough"), ..input(&response()) },
            "ValidationError",
            400,
            "no-arn-but-long-enough is invalid",
        ),
        (
            with(r#"NotOnOrAfter="2026-05-28T20:31:40Z""#, r#"NotOnOrAfter="2026-05-28T20:26:40Z""#),
            "ExpiredTokenException",
            400,
            "Response has expired",
        ),
    ] {
        refused(call(&world, input), code, status, message);
    }
    world.pass(300);
    refused(call(&world, input(&response())), "ExpiredTokenException", 400, "Response has expired");
}

#[test]
fn assertions_do_not_show_up_in_complaints() {
    let world = World::new();
    let error =
        call(&world, AssumeRoleWithSamlRequest { saml_assertion: some("abc"), ..input("") }).unwrap_err();
    let expected = "1 validation error detected: Value at 'sAMLAssertion' failed to satisfy constraint: \
                    Member must have length greater than or equal to 4";
    assert_eq!(error.message(), Some(expected));
}
