//! What becomes of what was there.

use asf_pods::{Limits, Strategy, What, diff};
use asf_store::State;

use crate::store::{load, saved, things};

const HERE: (&str, &str) = ("000000000000", "us-east-1");
const THERE: (&str, &str) = ("000000000000", "eu-west-1");

fn set(state: &State, (account, region): (&str, &str), key: &str, value: &str) {
    let store = things(state, account, region);
    store.local.insert(key.to_owned(), value.to_owned());
    store.owners.insert(format!("{key} of {region}"), value.to_owned());
}

fn has(state: &State, (account, region): (&str, &str), key: &str) -> Option<String> {
    things(state, account, region).local.get(&key.to_owned()).map(|it| String::clone(&it))
}

#[test]
fn strategies() {
    let pod = || {
        let state = State::new();
        set(&state, HERE, "both", "new");
        set(&state, HERE, "new", "new");
        saved(&state)
    };
    for (strategy, old_here, old_there, old_hashed) in [
        (Strategy::Overwrite, None, None, false),
        (Strategy::AccountRegionMerge, None, Some("old"), false),
        (Strategy::ServiceMerge, Some("old"), Some("old"), true),
    ] {
        let state = State::new();
        set(&state, HERE, "both", "old");
        set(&state, HERE, "old", "old");
        set(&state, THERE, "old", "old");
        things(&state, HERE.0, HERE.1).hashed.insert(1, "old".to_owned());
        let loaded = load(&state, &mut pod(), strategy).unwrap();
        assert_eq!(loaded.entries, 4, "{strategy:?}");
        assert_eq!(has(&state, HERE, "both").as_deref(), Some("new"), "{strategy:?}");
        assert_eq!(has(&state, HERE, "new").as_deref(), Some("new"), "{strategy:?}");
        assert_eq!(has(&state, HERE, "old").as_deref(), old_here, "{strategy:?}");
        assert_eq!(has(&state, THERE, "old").as_deref(), old_there, "{strategy:?}");
        // A table that the file has nothing of is of the service's account and region all the same.
        assert_eq!(things(&state, HERE.0, HERE.1).hashed.get(&1).is_some(), old_hashed, "{strategy:?}");
        let owners = things(&state, HERE.0, HERE.1).owners;
        let keeps_owners = strategy != Strategy::Overwrite;
        assert_eq!(owners.get(&"old of eu-west-1".to_owned()).is_some(), keeps_owners, "{strategy:?}");
        assert!(owners.get(&"new of us-east-1".to_owned()).is_some(), "{strategy:?}");
    }
}

#[test]
fn names_of_strategies() {
    assert_eq!("overwrite".parse(), Ok(Strategy::Overwrite));
    assert_eq!("account-region-merge".parse(), Ok(Strategy::default()));
    assert_eq!("service-merge".parse(), Ok(Strategy::ServiceMerge));
    assert!("merge".parse::<Strategy>().unwrap_err().to_string().contains("service-merge"));
}

#[test]
fn differences() {
    let (first, second) = (State::new(), State::new());
    for (state, value) in [(&first, "1"), (&second, "2")] {
        things(state, HERE.0, HERE.1).local.insert("changed".to_owned(), value.to_owned());
        things(state, HERE.0, HERE.1).local.insert("same".to_owned(), "same".to_owned());
    }
    things(&first, THERE.0, THERE.1).local.insert("removed".to_owned(), String::new());
    things(&second, HERE.0, HERE.1).local.insert("added".to_owned(), String::new());
    let found = diff(&mut saved(&first), &mut saved(&second), true, &Limits::default()).unwrap();
    let counts: Vec<_> = found.iter().map(|it| (&*it.scope, it.added, it.removed, it.changed)).collect();
    assert_eq!(counts, [("000000000000/eu-west-1", 0, 1, 0), ("000000000000/us-east-1", 1, 0, 1)]);
    let keys: Vec<_> = found[1].entries.as_ref().unwrap().iter().map(|it| (&*it.key, it.what)).collect();
    assert_eq!(keys, [("\"added\"", What::Added), ("\"changed\"", What::Changed)]);
}
