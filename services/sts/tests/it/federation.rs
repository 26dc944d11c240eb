//! `GetFederationToken` and `GetSessionToken`.

use asf_api_sts::operations::{GetFederationToken, GetSessionToken};
use asf_api_sts::{GetFederationTokenRequest, GetSessionTokenRequest};

use crate::*;

/// test_sts::TestSTSIntegrations::test_get_federation_token
#[test]
fn a_federated_user() {
    let world = World::new();
    let input = GetFederationTokenRequest { name: some("bob"), ..Default::default() };
    let made = world.call::<GetFederationToken>(&By::key("111122223333"), input).unwrap();
    assert_eq!(made.packed_policy_size, Some(0));
    let user = made.federated_user.unwrap();
    assert_eq!(user.arn.as_deref(), Some("arn:aws:sts::111122223333:federated-user/bob"));
    assert_eq!(user.federated_user_id.as_deref(), Some("111122223333:bob"));
    assert_eq!(made.credentials.unwrap().expiration, Some(world.now().plus_seconds(43_200)));
}

#[test]
fn durations_and_devices() {
    let world = World::new();
    for (seconds, lasts) in [(None, 43_200), (Some(900), 900), (Some(129_600), 129_600)] {
        let input = GetSessionTokenRequest {
            duration_seconds: seconds,
            serial_number: some("GAHT12345678"),
            token_code: some("123456"),
        };
        let made = world.call::<GetSessionToken>(&By::key("test"), input).unwrap().credentials.unwrap();
        assert_eq!(made.expiration, Some(world.now().plus_seconds(lasts)));
        let session = world.provider.sessions().get(&made.access_key_id.unwrap()).unwrap();
        assert_eq!(session.mfa_serial.as_deref(), Some("GAHT12345678"));
    }
}
