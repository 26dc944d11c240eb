//! Tests of reading assertions and of the small checks on them.

use super::*;

const RESPONSE: &str = r#"<?xml version="1.0"?>
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0">
  <Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">response-issuer</Issuer>
  <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2">
    <saml:Issuer>https://idp.example.com/saml</saml:Issuer>
    <saml:Subject>
      <saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">a&amp;b&#33;</saml:NameID>
      <saml:SubjectConfirmation><saml:SubjectConfirmationData NotOnOrAfter="2030-01-01T00:00:00Z"
        Recipient="https://signin.aws.amazon.com/saml"/></saml:SubjectConfirmation>
    </saml:Subject>
    <saml:Conditions NotOnOrAfter="2030-01-01T00:05:00Z"><saml:AudienceRestriction>
      <saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction></saml:Conditions>
    <saml:AuthnStatement SessionNotOnOrAfter="2030-01-01T01:00:00Z"/>
    <saml:AttributeStatement>
      <saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/Role">
        <saml:AttributeValue>one,two</saml:AttributeValue><saml:AttributeValue><![CDATA[three,four]]></saml:AttributeValue>
      </saml:Attribute>
      <saml:Attribute Name="empty"/>
    </saml:AttributeStatement>
  </saml:Assertion>
</samlp:Response>"#;

#[test]
fn a_response_is_read() {
    let text = |text: &str| Some(text.to_owned());
    let expected = Assertion {
        issuer: text("https://idp.example.com/saml"),
        subject: text("a&b!"),
        subject_format: text("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"),
        recipient: text("https://signin.aws.amazon.com/saml"),
        not_on_or_after: vec!["2030-01-01T00:00:00Z".to_owned(), "2030-01-01T00:05:00Z".to_owned()],
        audiences: vec!["urn:amazon:webservices".to_owned()],
        session_not_on_or_after: text("2030-01-01T01:00:00Z"),
        attributes: vec![
            (format!("{ATTRIBUTES}Role"), vec!["one,two".to_owned(), "three,four".to_owned()]),
            ("empty".to_owned(), Vec::new()),
        ],
    };
    assert_eq!(Assertion::read(RESPONSE.as_bytes()), Some(expected));
}

#[test]
fn what_cannot_be_read() {
    let deep = format!("<Assertion>{}{}</Assertion>", "<a>".repeat(100), "</a>".repeat(100));
    let many = format!("<Assertion>{}</Assertion>", "<Attribute/>".repeat(1_001));
    for xml in [
        "",
        "text",
        "<a>",
        "<a></b>",
        "<Response/>",
        "<Response><EncryptedAssertion/></Response>",
        "<Assertion><Issuer>&unknown;</Issuer></Assertion>",
        "<Assertion></Assertion></Assertion>",
        "<R><Assertion/><Assertion/></R>",
        &deep,
        &many,
    ] {
        assert_eq!(Assertion::read(xml.as_bytes()), None, "{xml}");
    }
    assert_eq!(Assertion::read(b"<Assertion>\xff</Assertion>"), None);
    assert!(Assertion::read(b"<Assertion/>").is_some());
}

#[test]
fn pairs_grant_in_either_order() {
    let (role, provider) = ("arn:aws:iam::000000000000:role/r", "arn:aws:iam::000000000000:saml-provider/p");
    for (pair, granted) in [
        (format!("{role},{provider}"), true),
        (format!(" {provider} , {role} "), true),
        (format!("{role},{role}"), false),
        (role.to_owned(), false),
    ] {
        let assertion = Assertion {
            attributes: vec![(format!("{ATTRIBUTES}Role"), vec![pair.clone()])],
            ..Assertion::default()
        };
        assert_eq!(grants(&assertion, role, provider), granted, "{pair}");
    }
}

#[test]
fn audiences() {
    for (audience, fits) in [
        ("urn:amazon:webservices", true),
        ("urn:amazon:webservices:cn-north-1", true),
        ("https://signin.aws.amazon.com/saml", true),
        ("https://us-west-2.signin.aws.amazon.com/saml", true),
        ("https://signin.amazonaws.cn/saml", true),
        ("https://other.example.com/saml", false),
    ] {
        let assertion = Assertion { audiences: vec![audience.to_owned()], ..Assertion::default() };
        assert_eq!(check_audience(&assertion).is_ok(), fits, "{audience}");
    }
}

/// The inputs are those of botocore's documentation; the digest is Python's
/// `base64(sha1(b"https://example.com/saml123456789012/MySAMLIdP"))`.
#[test]
fn name_qualifiers() {
    assert_eq!(
        name_qualifier("https://example.com/saml", "123456789012", "MySAMLIdP"),
        "1uAJanUnBc2XeUkHURMht+xam2c="
    );
}
