//! Content of any size, and what becomes of its files.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use asf_macros::Store;
use asf_store::{
    Blob, BlobError, Change, ChangeLog, Entry, Put, Record, Sequence, Source, State, Stores, Table,
    TableInfo, decode, encode,
};
use asf_types::identity::{AccountId, Region};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Object {
    content: Blob,
}

impl Record for Object {
    fn blobs(&mut self, visit: &mut dyn FnMut(&mut Blob)) {
        visit(&mut self.content);
    }
}

#[derive(Clone, Debug, Store)]
#[store(service = "objects", crate = asf_store)]
struct ObjectStore {
    #[store(cross_account)]
    objects: Table<String, Object>,
}

/// A journal without a disk: what was changed last, by key.
#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Vec<Written>>>);

/// Key and value.
type Written = (Vec<u8>, Option<Vec<u8>>);

impl ChangeLog for Journal {
    fn push(&self, change: Change) -> Sequence {
        if let Change::Entry(entry) = change {
            self.0.lock().unwrap().push((entry.key().unwrap(), entry.value().unwrap()));
        }
        1
    }
}

impl Source for Journal {
    fn load(&self, table: &TableInfo, put: &Put<'_>) {
        let entries: std::collections::BTreeMap<_, _> = self.0.lock().unwrap().iter().cloned().collect();
        for (key, value) in entries.into_iter().filter(|_| table.attribute == "objects") {
            if let Some(value) = value {
                put(Entry { scope: &"*/*".parse().unwrap(), key: &key, version: 1, value: &value }).unwrap();
            }
        }
    }
}

fn content(length: usize) -> bytes::Bytes {
    (0..length).map(|it| (it % 251) as u8).collect::<Vec<_>>().into()
}

fn store(state: &State) -> (Stores<ObjectStore>, ObjectStore) {
    let stores: Stores<ObjectStore> = state.stores();
    let store = stores.at(AccountId::DEFAULT, &Region::default());
    (stores, store)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn name(text: &str) -> String {
    text.to_owned()
}

#[tokio::test]
async fn any_size_comes_back() {
    let (stores, _) = store(&State::new());
    for length in [0, 1, 8 << 10, (8 << 10) + 1, 256 << 10, (1 << 20) + 7] {
        let whole = content(length);
        let mut writer = stores.blobs().writer();
        for chunk in whole.chunks(100_003) {
            writer.write(bytes::Bytes::copy_from_slice(chunk)).await.unwrap();
        }
        assert_eq!(writer.len(), length as u64);
        let blob = writer.finish().await.unwrap();
        assert_eq!((blob.len(), blob.bytes().await.unwrap() == whole), (length as u64, true), "{length}");
        for (start, end) in [(0, 0), (0, 5), (5, 300_000), (length as u64, u64::MAX), (7, 8192)] {
            let part = blob.slice(start..end).bytes().await.unwrap();
            let range = (start as usize).min(length)..(end as usize).min(length);
            assert!(part == whole.get(range.clone()).unwrap_or_default(), "{length} {range:?}");
        }
    }
}

#[tokio::test]
async fn parts_are_joined_without_being_copied() {
    let (stores, _) = store(&State::new());
    let parts = [content(300_000), content(3), content(9000), content(0)];
    let mut blobs = Vec::new();
    for part in &parts {
        blobs.push(stores.blobs().put(part.clone()).await.unwrap());
    }
    let joined = Blob::join(&blobs);
    drop(blobs);
    let whole = parts.concat();
    assert!(joined.bytes().await.unwrap() == whole);
    assert!(joined.slice(299_999..300_010).slice(1..5).bytes().await.unwrap() == whole[300_000..300_004]);
}

#[tokio::test]
async fn a_file_lives_as_long_as_its_last_hold() {
    let (folder, journal) = (tempfile::tempdir().unwrap(), Journal::default());
    let state =
        State::durable_with_blobs(Arc::new(journal.clone()), Arc::new(journal), folder.path().to_owned());
    let (stores, store) = store(&state);
    let count = || files(folder.path()).len();
    store.objects.insert(name("a"), Object { content: stores.blobs().put(content(100_000)).await.unwrap() });
    store.objects.insert(name("small"), Object { content: stores.blobs().put(content(10)).await.unwrap() });
    assert_eq!(count(), 1);
    // A copy has the same file.
    let copy = Object { content: store.objects.get(&name("a")).unwrap().content.slice(10..20_000) };
    store.objects.insert(name("b"), copy);
    store.objects.remove(&name("a"));
    let (snapshot, mut reader) = (state.snapshot(), store.objects.get(&name("b")).unwrap().content.reader());
    store.objects.remove(&name("b"));
    drop(snapshot);
    assert_eq!(count(), 1);
    assert!(reader.next().await.unwrap().unwrap() == content(100_000)[10..20_000]);
    drop(reader);
    assert_eq!(count(), 0);
    // Nothing is left of what was not finished.
    let mut writer = stores.blobs().writer();
    writer.write(content(1 << 20)).await.unwrap();
    writer.settle().await.unwrap();
    assert_eq!(count(), 1);
    drop(writer);
    assert_eq!(count(), 0);
    // Nor of what was being written when it was given up.
    let mut writer = stores.blobs().writer();
    writer.write(content(8 << 20)).await.unwrap();
    drop(writer);
    while count() > 0 {
        tokio::task::yield_now().await;
    }
}

/// A buffer is read into again only when nobody has what was in it.
#[tokio::test]
async fn pieces_stay_what_they_are_while_more_is_read() {
    let (stores, _) = store(&State::new());
    let whole = content((2 << 20) + 5);
    let blob = stores.blobs().put(whole.clone()).await.unwrap();
    for kept_back in [0, 1, 2, 100] {
        let (mut reader, mut kept, mut read) = (blob.reader(), std::collections::VecDeque::new(), 0);
        let check =
            |(at, piece): (usize, bytes::Bytes)| assert!(piece == whole[at..at + piece.len()], "{at}");
        while let Some(piece) = reader.next().await.transpose().unwrap() {
            let length = piece.len();
            kept.push_back((read, piece));
            read += length;
            if kept.len() > kept_back {
                kept.pop_front().map(check);
            }
        }
        assert_eq!(read, whole.len());
        kept.into_iter().for_each(check);
    }
}

/// A process may have a thousand files open, and a store has more.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn few_files_stay_open() {
    let (folder, journal) = (tempfile::tempdir().unwrap(), Journal::default());
    let state =
        State::durable_with_blobs(Arc::new(journal.clone()), Arc::new(journal), folder.path().to_owned());
    let (stores, _) = store(&state);
    let mut blobs = Vec::new();
    for length in 10_000..10_300 {
        blobs.push(stores.blobs().put(content(length)).await.unwrap());
    }
    let open = || {
        let descriptors = std::fs::read_dir("/proc/self/fd").unwrap();
        let files = descriptors.filter_map(|it| std::fs::read_link(it.unwrap().path()).ok());
        files.filter(|file| file.starts_with(folder.path())).count()
    };
    assert_eq!(open(), 0);
    for _ in 0..2 {
        for blob in &blobs {
            assert!(blob.bytes().await.unwrap() == content(blob.len() as usize));
        }
        assert!((1..=128).contains(&open()), "{}", open());
    }
    drop(blobs);
    assert_eq!(open(), 0);
}

#[tokio::test]
async fn content_is_there_after_a_restart_and_what_no_record_has_is_not() {
    let (folder, journal) = (tempfile::tempdir().unwrap(), Journal::default());
    let open = || {
        let journal = Arc::new(journal.clone());
        State::durable_with_blobs(journal.clone(), journal, folder.path().to_owned())
    };
    {
        let state = open();
        let (stores, store) = store(&state);
        let blob = stores.blobs().put(content(100_000)).await.unwrap();
        store.objects.insert(name("a"), Object { content: blob.clone() });
        store.objects.insert(name("b"), Object { content: Blob::join([&blob, &Blob::inline(content(5))]) });
    }
    // What a crash leaves: a file that was being written, one whose record was not, one in a strange place.
    let shelf = folder.path().join("objects/zz");
    std::fs::create_dir_all(&shelf).unwrap();
    for path in [shelf.join("zzorphan"), folder.path().join("objects/half.part")] {
        std::fs::write(path, b"x").unwrap();
    }
    assert_eq!(files(folder.path()).len(), 3);
    let state = open();
    let (_, store) = store(&state);
    assert_eq!(files(folder.path()).len(), 1);
    assert!(store.objects.get(&name("a")).unwrap().content.bytes().await.unwrap() == content(100_000));
    assert_eq!(store.objects.get(&name("b")).unwrap().content.len(), 100_005);
    // Both have it, whichever goes first.
    store.objects.remove(&name("a"));
    assert_eq!(files(folder.path()).len(), 1);
    store.objects.remove(&name("b"));
    assert_eq!(files(folder.path()).len(), 0);
}

#[tokio::test]
async fn damage_is_an_error() {
    let (folder, journal) = (tempfile::tempdir().unwrap(), Journal::default());
    let state =
        State::durable_with_blobs(Arc::new(journal.clone()), Arc::new(journal), folder.path().to_owned());
    let (stores, _) = store(&state);
    let blob = stores.blobs().put(content(100_000)).await.unwrap();
    let file = files(folder.path()).remove(0);
    std::fs::File::options().write(true).open(&file).unwrap().set_len(1000).unwrap();
    assert!(matches!(blob.bytes().await, Err(BlobError::Damaged(_))));
    // A record that was not attached, or names what is no id, has nothing to read.
    let record = encode(&Object { content: blob.clone() }).unwrap();
    let stray: Object = decode(&record).unwrap();
    assert!(matches!(stray.content.bytes().await, Err(BlobError::Damaged(_))));
    // No folder can be made where a file is.
    let journal = Arc::new(Journal::default());
    let state = State::durable_with_blobs(journal.clone(), journal, file);
    let error = state.blobs("objects").put(content(100_000)).await.unwrap_err();
    assert!(matches!(error, BlobError::File { doing: "create", .. }), "{error}");
}

/// A file of somebody else's making must not lead out of the folder.
#[tokio::test]
async fn ids_are_no_paths() {
    let outside = tempfile::NamedTempFile::new().unwrap();
    let id = format!("../../../../../../../..{}", outside.path().display());
    for id in [id.as_str(), "..", "", "a/b"] {
        // A record, by hand: a map of `content`, which is a list of pieces.
        let record = encode(&serde_record(id)).unwrap();
        let journal = Journal::default();
        journal.0.lock().unwrap().push((encode(&name("a")).unwrap(), Some(record)));
        let folder = tempfile::tempdir().unwrap();
        let journal = Arc::new(journal);
        let state = State::durable_with_blobs(journal.clone(), journal, folder.path().to_owned());
        let (_, store) = store(&state);
        let object = store.objects.get(&name("a")).unwrap();
        assert!(matches!(object.content.bytes().await, Err(BlobError::Damaged(_))), "{id}");
    }
    assert!(outside.path().exists());
}

fn serde_record(id: &str) -> impl Serialize {
    #[derive(Serialize)]
    struct Record {
        content: Vec<Piece>,
    }
    #[derive(Serialize)]
    enum Piece {
        #[serde(rename = "f")]
        File((String, u64, u64)),
    }
    Record { content: vec![Piece::File((id.to_owned(), 0, 1))] }
}

/// A branch has the files of its parent, none of its own, until the last of both lets go.
#[tokio::test]
async fn a_branch_shares_files() {
    let (folder, journal) = (tempfile::tempdir().unwrap(), Journal::default());
    let state =
        State::durable_with_blobs(Arc::new(journal.clone()), Arc::new(journal), folder.path().to_owned());
    let (stores, main) = store(&state);
    let whole = content(100_000);
    let blob = stores.blobs().put(whole.clone()).await.unwrap();
    main.objects.insert(name("a"), Object { content: blob });
    let count = || files(folder.path()).len();
    assert_eq!(count(), 1);

    let branch = State::branch(&state.snapshot().unwrap());
    let (of_branch, forked) = store(&branch);
    assert_eq!(count(), 1);
    main.objects.remove(&name("a"));
    let shared = forked.objects.get(&name("a")).unwrap();
    assert!(shared.content.bytes().await.unwrap() == whole);
    // What is new in the branch is elsewhere.
    let blob = of_branch.blobs().put(content(100_000)).await.unwrap();
    forked.objects.insert(name("b"), Object { content: blob });
    assert_eq!(count(), 1);
    drop((shared, forked, of_branch, branch));
    assert_eq!(count(), 0);
}
