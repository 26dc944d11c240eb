//! Texts that only we write: authorization messages and trade-in tokens.

use asf_api_sts::operations::{DecodeAuthorizationMessage, GetDelegatedAccessToken};
use asf_api_sts::{DecodeAuthorizationMessageRequest, GetDelegatedAccessTokenRequest};
use asf_runtime::identity::AccountId;
use asf_sts::authorization_message::{AuthorizationMessage, encode_authorization_message};
use asf_sts::principals::Identity;
use asf_sts::trade_in::trade_in_token;

use crate::*;

#[test]
fn authorization_messages() {
    let world = World::new();
    let decode = |text: &str| {
        let input = DecodeAuthorizationMessageRequest { encoded_message: some(text) };
        world.call::<DecodeAuthorizationMessage>(&By::key("test"), input)
    };
    let message = AuthorizationMessage {
        explicit_deny: false,
        matched_statements: Vec::new(),
        principal: Identity {
            user_id: "AIDABOB".to_owned(),
            account: AccountId::DEFAULT,
            arn: "arn:aws:iam::000000000000:user/bob".to_owned(),
        },
        action: "ec2:RunInstances".to_owned(),
        resource: "arn:aws:ec2:us-east-1:000000000000:instance/*".to_owned(),
        conditions: vec![("ec2:Tenancy".to_owned(), vec!["default".to_owned()])],
    };
    let encoded = encode_authorization_message(&message);
    let expected = r#"{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},"context":{"principal":{"id":"AIDABOB","name":"bob","arn":"arn:aws:iam::000000000000:user/bob"},"action":"ec2:RunInstances","resource":"arn:aws:ec2:us-east-1:000000000000:instance/*","conditions":{"items":[{"key":"ec2:Tenancy","values":{"items":[{"value":"default"}]}}]}}}"#;
    assert_eq!(decode(&encoded).unwrap().decoded_message.as_deref(), Some(expected));

    for text in ["rHU-pVHMSckD0OAc5l3r9", "not\na message", &encoded[1..], &trade_in_token("x", world.now())]
    {
        refused(decode(text), "InvalidAuthorizationMessageException", 400, "Message is not valid");
    }
    let error = decode("").unwrap_err();
    assert_eq!(error.code(), "ValidationError");
}

#[test]
fn trade_in_tokens() {
    let world = World::new();
    let exchange = |token: &str| {
        let input = GetDelegatedAccessTokenRequest { trade_in_token: some(token) };
        world.call::<GetDelegatedAccessToken>(&By::key("test"), input)
    };
    let bob = "arn:aws:iam::111122223333:user/bob";
    let token = trade_in_token(bob, world.now().plus_seconds(60));
    let made = exchange(&token).unwrap();
    assert_eq!(made.assumed_principal.as_deref(), Some(bob));
    let [account, id, arn] = world.identity(&By::session(made.credentials.as_ref())).unwrap();
    assert_eq!((account.as_str(), &id[..4], arn.as_str()), ("111122223333", "AIDA", bob));

    refused(exchange("other"), "AccessDenied", 403, "The trade-in token is not valid.");
    world.pass(60);
    let error = exchange(&token).unwrap_err();
    assert_eq!((error.code(), error.status()), ("ExpiredTradeInTokenException", 400));
}
