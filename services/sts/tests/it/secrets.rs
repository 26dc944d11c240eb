//! What signatures are verified with: the secrets of sessions.

use asf_runtime::plugin::CREDENTIAL_STORES;
use asf_runtime::signature::{KeyRefusal, SecretKey};

use crate::*;

#[test]
fn of_sessions() {
    let store = CREDENTIAL_STORES.iter().find(|it| it.service == "sts").unwrap();
    let world = World::new();
    let made = world.assume(&By::key("test"), demo()).unwrap().credentials.unwrap();
    let id = made.access_key_id.unwrap();
    let secret = |id: &str, token: Option<&str>| {
        let credentials =
            context::Credentials { access_key_id: id.to_owned(), session_token: token.map(str::to_owned) };
        (store.secret)(&world.provider, &credentials, world.clock.now())
    };
    let token = made.session_token.as_deref();
    assert_eq!(secret(&id, token), Ok(made.secret_access_key.map(SecretKey::new)));
    assert_eq!(secret(&id, None), Err(KeyRefusal::WrongToken));
    assert_eq!(secret(&id, Some("another")), Err(KeyRefusal::WrongToken));
    assert_eq!(secret("LSIAQAAAAAAVNCBMPNSG", token), Ok(None));
    assert_eq!(secret("test", None), Ok(None));
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(secret(&id, token), Err(KeyRefusal::Expired));
}
