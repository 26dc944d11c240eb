//! What was saved is there after it was loaded.

use std::io::Write as _;

use asf_pods::{Limits, Pod, PodError, Strategy, save};
use asf_store::{Blob, InPartition, State};
use proptest::prelude::*;

use crate::store::{Object, assert_same, labels, load, objects, saved, services, things};

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn states_come_back(
        entries in proptest::collection::vec(
            (0..3_usize, 0..2_usize, 0..5_u8, any::<u64>(), "\\PC{0,20}"), 0..60,
        )
    ) {
        let first = State::new();
        for (account, region, table, key, text) in &entries {
            let account = ["000000000000", "111122223333", "444455556666"][*account];
            let store = things(&first, account, ["us-east-1", "eu-west-1"][*region]);
            match table {
                0 => drop(store.local.insert(text.clone(), key.to_string())),
                1 => drop(store.hashed.insert(*key, text.clone())),
                2 => drop(store.parted.insert(InPartition { partition: text.clone(), sort: *key as u32 }, *key)),
                3 => drop(store.names.insert(text.clone(), *key as u32)),
                _ => drop(store.owners.insert(text.clone(), account.to_owned())),
            }
        }
        let second = State::new();
        let loaded = load(&second, &mut saved(&first), Strategy::Overwrite).unwrap();
        assert_same(&first, &second);
        let entries: usize = first.tables().iter().flat_map(|it| it.scopes().into_iter().map(|s| it.len(&s)).collect::<Vec<_>>()).sum();
        prop_assert_eq!(loaded.entries, entries);
        let again: usize = second.tables().iter().flat_map(|it| it.scopes().into_iter().map(|s| it.len(&s)).collect::<Vec<_>>()).sum();
        prop_assert_eq!(again, entries);
    }
}

#[tokio::test]
async fn content_comes_along_once() {
    let first = State::new();
    let large: Vec<u8> = (0..3_000_000_u32).map(|it| (it * 7 % 251) as u8).collect();
    let store = objects(&first);
    let blob = first.blobs("objects").put(large.clone().into()).await.unwrap();
    let part = blob.slice(1_000_000..2_000_000);
    store.objects.insert("all".to_owned(), Object { content: blob.clone() });
    store
        .objects
        .insert("part".to_owned(), Object { content: Blob::join([&part, &Blob::inline("x".into())]) });
    // Another file with the same content is the same content.
    let same = first.blobs("objects").put(large.clone().into()).await.unwrap();
    store.objects.insert("same".to_owned(), Object { content: same });
    let mut pod = saved(&first);
    assert_eq!((pod.manifest().contents, pod.manifest().content_bytes), (1, 3_000_000));
    let second = State::new();
    load(&second, &mut pod, Strategy::default()).unwrap();
    assert_same(&first, &second);
    drop((store, blob, part, first));
    let read = |key: &str| objects(&second).objects.get(&key.to_owned()).unwrap().content.clone();
    assert_eq!(read("all").bytes().await.unwrap(), large);
    assert_eq!(read("same").bytes().await.unwrap(), large);
    let mut expected = large[1_000_000..2_000_000].to_vec();
    expected.push(b'x');
    assert_eq!(read("part").bytes().await.unwrap(), expected);
    // And into a state that has files of its own already.
    load(&second, &mut saved(&second), Strategy::Overwrite).unwrap();
    assert_eq!(read("all").bytes().await.unwrap(), large);
}

#[test]
fn a_file_is_one() {
    let first = State::new();
    things(&first, "000000000000", "us-east-1").local.insert("a".to_owned(), "b".to_owned());
    let mut pod = saved(&first);
    let mut file = tempfile::tempfile().unwrap();
    pod.copy_to(&mut file).unwrap();
    file.flush().unwrap();
    assert_eq!(file.metadata().unwrap().len(), pod.len());
    let again = Pod::open(file).unwrap();
    assert_eq!(again.manifest(), pod.manifest());
    let table = &again.manifest().tables[0];
    assert_eq!((table.name(), table.entries, table.version), ("things.local".to_owned(), 1, 1));
    assert_eq!(again.manifest().services, services(&["objects", "things"]));
}

#[test]
fn some_services() {
    let first = State::new();
    things(&first, "000000000000", "us-east-1").local.insert("a".to_owned(), "b".to_owned());
    objects(&first).objects.insert("o".to_owned(), Object::default());
    let wanted = services(&["objects"]);
    let mut part = save(&first, Some(&wanted), labels(), &std::env::temp_dir()).unwrap();
    assert_eq!(part.manifest().services, wanted);
    let second = State::new();
    things(&second, "000000000000", "us-east-1").local.insert("mine".to_owned(), "b".to_owned());
    // Of the file that has all, one service: the others stay, whatever the strategy.
    let staged = saved(&first).stage(&second, Some(&wanted), &Limits::default()).unwrap();
    assert_eq!(staged.apply(&second, Strategy::Overwrite).services, wanted);
    assert!(things(&second, "000000000000", "us-east-1").local.get(&"mine".to_owned()).is_some());
    assert!(objects(&second).objects.get(&"o".to_owned()).is_some());
    let error = part.stage(&second, Some(&services(&["things"])), &Limits::default()).unwrap_err();
    assert!(matches!(&error, PodError::NoService(it) if it == "things"), "{error}");
    let error = save(&first, Some(&services(&["none"])), labels(), &std::env::temp_dir()).unwrap_err();
    assert!(matches!(&error, PodError::NoService(it) if it == "none"), "{error}");
}
