//! Signatures of notifications, and the certificates over their key.

use asf_sns::notification::SignatureVersion;
use asf_sns::signing::Signer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::*;

impl World {
    fn key(&self) -> asf_runtime::store::Attribute<SigningKey> {
        self.providers.state().stores::<SnsStore>().at(AccountId::DEFAULT, &Region::default()).signing
    }
}

fn public(key: &SigningKey) -> RsaPublicKey {
    let modulus: BigUint = key.primes.iter().map(|it| BigUint::from_bytes_be(it)).product();
    RsaPublicKey::new(modulus, 65_537_u32.into()).unwrap()
}

/// Whether it is the signature of a text, as "Verifying the signatures of Amazon SNS messages" has it.
fn holds(key: &RsaPublicKey, version: &str, text: &str, signature: &[u8]) -> bool {
    let verified = match version {
        "1" => key.verify(Pkcs1v15Sign::new::<Sha1>(), &Sha1::digest(text), signature),
        _ => key.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(text), signature),
    };
    verified.is_ok()
}

/// test_sns::test_publish_sqs_verify_signature[1], [2]
#[tokio::test]
async fn of_both_versions() {
    let world = World::new();
    let key = world.key().get();
    let public = public(&key);
    assert_eq!(public.n().bits(), 2_048);
    // The certificate is over this key.
    let der = STANDARD.decode(key.certificate.lines().filter(|it| !it.starts_with('-')).collect::<String>());
    let spki = public.to_pkcs1_der().unwrap();
    assert!(der.unwrap().windows(spki.as_bytes().len()).any(|it| it == spki.as_bytes()));
    for version in ["1", "2"] {
        let topic = world.create(&format!("t{version}"), &[("SignatureVersion", version)]).await.unwrap();
        let queue = world.queue(&format!("q{version}")).await;
        world.subscribe(&topic, "sqs", &queue, &[]).await.unwrap();
        for subject in [None, text("About")] {
            let message_attributes = attributes(&[("attr1", attribute("Number", "1"))]);
            let input =
                PublishInput { subject, message_attributes, ..message_to(&topic, "signed \u{fc}ber all") };
            world.publish(input).await.unwrap();
            let envelope = json(&world.bodies(&queue).await.remove(0));
            assert_eq!(envelope["SignatureVersion"], version);
            let names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
            let signed: String = names
                .iter()
                .filter_map(|name| Some(format!("{name}\n{}\n", envelope.get(*name)?.as_str()?)))
                .collect();
            let signature = STANDARD.decode(envelope["Signature"].as_str().unwrap()).unwrap();
            assert!(holds(&public, version, &signed, &signature));
            assert!(!holds(&public, version, &format!("{signed} "), &signature));
        }
    }
}

/// States from before have a key of two primes, and go on signing with it.
#[tokio::test]
async fn of_older_states() {
    let world = World::new();
    let given = world.key().get();
    let primes = given.primes.iter().map(|it| BigUint::from_bytes_be(it)).take(2).collect();
    let old = RsaPrivateKey::from_primes(primes, 65_537_u32.into()).unwrap();
    let kept = world.key();
    kept.set(SigningKey {
        key: old.to_pkcs8_der().unwrap().as_bytes().to_vec(),
        primes: Vec::new(),
        certificate: "that of before".to_owned(),
        id: "0123".to_owned(),
    });
    let signer = Signer::new(kept);
    let signed = signer.sign("x".to_owned(), SignatureVersion::One, "http://h", &world.environment.ids);
    let signature = signed.await.unwrap();
    assert_eq!(signature.certificate, "http://h/_aws/sns/SimpleNotificationService-0123.pem");
    assert_eq!(signer.certificate("0123").as_deref(), Some("that of before"));
    let value = STANDARD.decode(signature.value).unwrap();
    assert!(holds(&old.to_public_key(), "1", "x", &value));
}
