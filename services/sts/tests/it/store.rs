//! The bounds of the store of sessions.

use asf_runtime::store::State;
use asf_sts::sessions::{EXPIRED_KEPT, SessionStore};

use crate::*;

fn sessions(world: &World, seconds: &[i32]) -> Vec<Arc<asf_sts::session::Session>> {
    let issue = |seconds: &i32| {
        let input = AssumeRoleRequest { duration_seconds: Some(*seconds), ..demo() };
        let made = world.assume(&By::key("test"), input).unwrap();
        world.provider.sessions().get(&made.credentials.unwrap().access_key_id.unwrap()).unwrap()
    };
    seconds.iter().map(issue).collect()
}

#[test]
fn those_that_end_first_are_forgotten_first() {
    let world = World::new();
    let made = sessions(&world, &[900, 3600, 1800]);
    for (store, remembered) in [
        (SessionStore::bounded(&State::new(), 2, usize::MAX), [false, true, true]),
        (SessionStore::bounded(&State::new(), 1, usize::MAX), [false, false, true]),
        (SessionStore::bounded(&State::new(), 9, 10_000), [false, true, true]),
    ] {
        for session in &made {
            store.insert(session, world.now());
        }
        let found = made.iter().map(|it| store.get(&it.credentials.access_key_id).is_some());
        assert_eq!(found.collect::<Vec<_>>(), remembered, "{store:?}");
    }
}

#[test]
fn the_same_session_twice_is_one() {
    let world = World::new();
    let made = sessions(&world, &[900]);
    let store = SessionStore::bounded(&State::new(), 2, 5_000);
    for _ in 0..3 {
        store.insert(&made[0], world.now());
    }
    assert_eq!(store.len(), 1);
}

#[test]
fn sessions_that_are_long_over_are_forgotten() {
    let world = World::new();
    let made = world.assume(&By::key("test"), demo()).unwrap();
    let by = By::session(made.credentials.as_ref());
    world.pass(3600 + EXPIRED_KEPT as u64);
    world.assume(&By::key("test"), demo()).unwrap();
    assert_eq!(world.identity(&by).unwrap_err().code(), "ExpiredToken");
    world.pass(1);
    world.assume(&By::key("test"), demo()).unwrap();
    // An unknown key, which still acts in its account.
    assert_eq!(world.identity(&by).unwrap()[2], "arn:aws:iam::111122223333:root");
    assert_eq!(world.provider.sessions().len(), 2);
}

#[test]
fn what_a_gateway_asks() {
    let world = World::new();
    let store = world.provider.sessions();
    let session = sessions(&world, &[900]).remove(0);
    let (key, token) = (&session.credentials.access_key_id, session.credentials.session_token.as_str());
    assert_eq!(store.check("test", None, world.now()), Ok(None));
    assert_eq!(store.check(key, Some(token), world.now()), Ok(Some(session.clone())));
    assert!(store.check(key, None, world.now()).is_err());
    assert!(store.check(key, Some(token), session.expiration).is_err());
}
