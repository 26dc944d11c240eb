//! Other servers of a chain: over TLS, and AWS itself. Another asf stands in for both, and checks signatures; no
//! call leaves the machine.

use serde_json::json;

use super::{Answer, send, start};
use crate::place::{Foreground, Place};

/// An asf that speaks TLS and checks signatures, with its certificate.
fn stand_in(place: &Place) -> (Foreground, String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let both = place.write("server.pem", &format!("{}{}", key.serialize_pem(), certificate.pem()));
    let roots = place.write("roots.pem", &certificate.pem());
    let variables = [
        ("CUSTOM_SSL_CERT_PATH", both.to_str().unwrap()),
        ("VERIFY_SIGNATURES", "1"),
        ("AWS_ACCESS_KEY_ID", "mine"),
        ("AWS_SECRET_ACCESS_KEY", "hidden"),
    ];
    let (asf, address) = start(place, &variables);
    let port = address.rsplit_once(':').unwrap().1.to_owned();
    (asf, format!("https://localhost:{port}"), roots.display().to_string())
}

fn create_queue(address: &str, name: &str) -> Answer {
    let headers = "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS.CreateQueue\r\n\
                   Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/sqs/aws4_request, \
                   SignedHeaders=host, Signature=0\r\n";
    send(address, "POST", "/", headers, &json!({ "QueueName": name }).to_string())
}

#[test]
fn aws_is_called_with_our_own_credentials() {
    let (behind, place) = (Place::new(), Place::new());
    let (_behind, url, roots) = stand_in(&behind);
    let with = |variables: &[(&'static str, &'static str)]| {
        let backend = [("ASF_BACKENDS", "sqs=aws"), ("ASF_AWS_ENDPOINT", &url), ("ASF_CA_BUNDLE", &roots)];
        [&backend, variables]
            .concat()
            .into_iter()
            .map(|(name, value)| (name, value.to_owned()))
            .collect::<Vec<_>>()
    };
    let run = |variables: &[(&'static str, String)]| {
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        start(&place, &variables)
    };
    let allowed = ("ASF_ALLOW_AWS", "1");
    let right = with(&[allowed, ("AWS_ACCESS_KEY_ID", "mine"), ("AWS_SECRET_ACCESS_KEY", "hidden")]);
    let (_asf, address) = run(&right);
    let made = create_queue(&address, "q");
    assert_eq!((made.status, made.header("x-asf-source")), (200, Some("aws")), "{made:?}");
    assert!(made.json()["QueueUrl"].as_str().unwrap().ends_with("/000000000000/q"), "{made:?}");
    // What stands in for AWS does check.
    let wrong = with(&[allowed, ("AWS_ACCESS_KEY_ID", "mine"), ("AWS_SECRET_ACCESS_KEY", "guessed")]);
    let (_asf, address) = run(&wrong);
    let refused = create_queue(&address, "q");
    assert!(refused.status == 400 && refused.body.contains("InvalidSignatureException"), "{refused:?}");

    for (variables, message) in [
        (with(&[("AWS_ACCESS_KEY_ID", "mine"), ("AWS_SECRET_ACCESS_KEY", "hidden")]), "Set ASF_ALLOW_AWS=1"),
        (with(&[allowed]), "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"),
    ] {
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = place.run_with(&["start", "--listen", "127.0.0.1:0"], &variables);
        assert_eq!(refused.code, 6, "{refused:?}");
        assert!(refused.stderr.contains(message), "{refused:?}");
    }
}

#[test]
fn over_tls() {
    let (behind, place) = (Place::new(), Place::new());
    let (_behind, url, roots) = stand_in(&behind);
    // It is asked, and says that the request is not signed as it wants it.
    let (_asf, address) = start(&place, &[("PROVIDER_OVERRIDE_SQS", &url), ("ASF_CA_BUNDLE", &roots)]);
    let answer = create_queue(&address, "q");
    assert_eq!((answer.status, answer.header("x-asf-source")), (400, Some(url.as_str())), "{answer:?}");
    assert!(answer.body.contains("IncompleteSignatureException"), "{answer:?}");
    // One that is not trusted is not told anything.
    let (_asf, address) = start(&place, &[("PROVIDER_OVERRIDE_SQS", &url)]);
    let answer = create_queue(&address, "q");
    assert_eq!(answer.status, 502, "{answer:?}");
    assert!(answer.body.contains("certificate"), "{answer:?}");

    let wrong = place.run_with(&["start"], &[("PROVIDER_OVERRIDE_SQS", "ftp://host")]);
    assert_eq!(wrong.code, 6, "{wrong:?}");
}
