//! `GetCallerIdentity`: who is who.

use asf_api_sts::operations::{GetCallerIdentity, GetFederationToken, GetSessionToken};
use asf_api_sts::{GetCallerIdentityRequest, GetFederationTokenRequest, GetSessionTokenRequest, StsApi as _};
use asf_runtime::identity::AccountId;
use asf_sts::StsProvider;
use asf_sts::principals::{Identity, Principals};
use futures_util::FutureExt as _;
use std::sync::Arc;

use crate::*;

#[test]
fn plain_keys_are_root_of_their_account() {
    let world = World::new();
    for (by, account, arn) in [
        (By::key("test"), "000000000000", "arn:aws:iam::000000000000:root"),
        (By::key("AKIAIOSFODNN7EXAMPLE"), "000000000000", "arn:aws:iam::000000000000:root"),
        (By::key("111122223333"), "111122223333", "arn:aws:iam::111122223333:root"),
        (By::key("LSIAQAAAAAAVNCBMPNSG"), "000000000042", "arn:aws:iam::000000000042:root"),
        (By::key("test").at("cn-north-1"), "000000000000", "arn:aws-cn:iam::000000000000:root"),
        (By::key("test").at("us-gov-west-1"), "000000000000", "arn:aws-us-gov:iam::000000000000:root"),
        (By::nobody(), "000000000000", "arn:aws:iam::000000000000:root"),
    ] {
        let expected = [account, "AKIAIOSFODNN7EXAMPLE", arn].map(str::to_owned);
        assert_eq!(world.identity(&by).unwrap(), expected);
    }
}

#[test]
fn through_the_trait() {
    let world = World::new();
    let ctx = world.context::<GetCallerIdentity>(&By::key("111122223333"));
    let answer = world.provider.get_caller_identity(&ctx, GetCallerIdentityRequest::default());
    assert_eq!(answer.now_or_never().unwrap().unwrap().account.as_deref(), Some("111122223333"));
}

/// Arn and id as in test_sts::TestSTSIntegrations::test_assume_role
#[test]
fn a_role() {
    let world = World::new();
    let made = world.assume(&By::key("test"), demo()).unwrap();
    let user = made.assumed_role_user.unwrap();
    let by = By::session(made.credentials.as_ref());
    let [account, id, arn] = world.identity(&by).unwrap();
    assert_eq!(
        (account.as_str(), Some(&id), Some(&arn)),
        ("111122223333", user.assumed_role_id.as_ref(), user.arn.as_ref())
    );
}

#[test]
fn a_session_of_a_user_is_that_user() {
    let world = World::new();
    let by = By::key("111122223333");
    let made = world.call::<GetSessionToken>(&by, GetSessionTokenRequest::default()).unwrap();
    let session = By::session(made.credentials.as_ref());
    assert_eq!(world.identity(&session).unwrap(), world.identity(&by).unwrap());
}

#[test]
fn a_federated_user() {
    let world = World::new();
    let input = GetFederationTokenRequest { name: some("bob"), ..Default::default() };
    let made = world.call::<GetFederationToken>(&By::key("111122223333"), input).unwrap();
    let expected = ["111122223333", "111122223333:bob", "arn:aws:sts::111122223333:federated-user/bob"];
    assert_eq!(world.identity(&By::session(made.credentials.as_ref())).unwrap(), expected.map(str::to_owned));
}

#[test]
fn sessions_end_and_need_their_token() {
    let world = World::new();
    let input = AssumeRoleRequest { duration_seconds: Some(900), ..demo() };
    let made = world.assume(&By::key("test"), input).unwrap();
    let by = By::session(made.credentials.as_ref());

    let invalid = "The security token included in the request is invalid.";
    for token in [None, some("another")] {
        let mut by = by.clone();
        by.key.as_mut().unwrap().session_token = token;
        refused(world.identity(&by), "InvalidClientTokenId", 403, invalid);
    }
    world.pass(899);
    assert!(world.identity(&by).is_ok());
    world.pass(1);
    let expired = "The security token included in the request is expired";
    refused(world.identity(&by), "ExpiredToken", 403, expired);
    refused(world.assume(&by, demo()), "ExpiredToken", 403, expired);
}

struct Bob;

impl Principals for Bob {
    fn user_of_access_key(&self, access_key_id: &str) -> Option<Identity> {
        (access_key_id == "LKIABOB").then(|| Identity {
            user_id: "AIDABOB".to_owned(),
            account: "111122223333".parse::<AccountId>().unwrap(),
            arn: "arn:aws:iam::111122223333:user/bob".to_owned(),
        })
    }
}

#[test]
fn users_of_iam() {
    let provider = StsProvider::default().with_principals(Arc::new(Bob));
    let world = World::with(provider, AccessKeyStyle::LocalStack);
    let expected = ["111122223333", "AIDABOB", "arn:aws:iam::111122223333:user/bob"].map(str::to_owned);
    assert_eq!(world.identity(&By::key("LKIABOB")).unwrap(), expected);
    let input = GetSessionTokenRequest::default();
    let made = world.call::<GetSessionToken>(&By::key("LKIABOB"), input).unwrap();
    assert_eq!(world.identity(&By::session(made.credentials.as_ref())).unwrap(), expected);
}
