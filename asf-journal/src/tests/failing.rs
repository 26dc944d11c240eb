//! A disk that is full, fails to sync, or is read only, and then is well again.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use redb::StorageBackend;
use redb::backends::FileBackend;

use asf_store::{Ordered, Reach};

use super::numbers;
use crate::engine::redb::open_with;
use crate::folder::Folder;
use crate::journal::{Journal, Options, Save};

/// How a disk is.
#[derive(Clone, Copy, PartialEq, Debug)]
#[repr(u8)]
enum Disk {
    Well,
    Full,
    /// Takes what is written; that it is safe it does not say.
    NoSync,
    ReadOnly,
}

#[derive(Clone, Debug, Default)]
struct Health(Arc<AtomicU8>);

impl Health {
    fn set(&self, disk: Disk) {
        self.0.store(disk as u8, Ordering::SeqCst);
    }

    fn check(&self, failing: &[Disk]) -> io::Result<()> {
        let now = self.0.load(Ordering::SeqCst);
        match failing.iter().find(|disk| **disk as u8 == now) {
            None => Ok(()),
            Some(Disk::Full) => Err(io::ErrorKind::StorageFull.into()),
            Some(Disk::ReadOnly) => Err(io::ErrorKind::ReadOnlyFilesystem.into()),
            Some(_) => Err(io::Error::other("input/output error")),
        }
    }
}

/// A file on a disk that may fail.
#[derive(Debug)]
struct Storage {
    file: FileBackend,
    health: Health,
}

impl StorageBackend for Storage {
    fn len(&self) -> Result<u64, io::Error> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        self.health.check(&[Disk::Full, Disk::ReadOnly])?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        self.health.check(&[Disk::NoSync])?;
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        self.health.check(&[Disk::Full, Disk::ReadOnly])?;
        self.file.write(offset, data)
    }
}

fn journal(path: &Path, save: Save, health: &Health) -> Journal {
    let folder = Folder::take(path).unwrap();
    let (file, health) = (folder.entries(), health.clone());
    let open = move || {
        open_with(&file, |builder| {
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&file)?;
            builder.create_with_backend(Storage { file: FileBackend::new(file)?, health: health.clone() })
        })
    };
    Journal::open_with(Options { save, ..Options::new(path) }, folder, Box::new(open)).unwrap()
}

#[tokio::test]
async fn nothing_is_acknowledged_that_is_not_on_disk() {
    for (disk, words) in [
        (Disk::Full, "the disk is full"),
        (Disk::ReadOnly, "it may not be written"),
        (Disk::NoSync, "input/output error"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let health = Health::default();
        let journal = journal(folder.path(), Save::OnRequest, &health);
        let table = numbers(journal.state(), "a");
        let set = async |key, value| journal.state().durably(async { table.insert(key, value) }).await.1;
        set(1, 1).await.unwrap();
        health.set(disk);
        for round in 0..3 {
            let error = set(2, round).await.unwrap_err().to_string();
            assert!(error.contains(words), "{disk:?}: {error}");
        }
        // It is in memory, and reads and other services go on.
        assert_eq!(table.get(&2).as_deref(), Some(&2));
        health.set(Disk::Well);
        set(3, 3).await.unwrap();
        drop((table, journal));
        let journal = Journal::open(Options::new(folder.path())).unwrap();
        let table = numbers(journal.state(), "a");
        // What failed before was written with what came after it.
        assert_eq!(
            table.range(.., 9).iter().map(|(key, value)| (*key, **value)).collect::<Vec<_>>(),
            [(1, 1), (2, 2), (3, 3)]
        );
        assert_eq!(journal.problems().list(), []);
    }
}

#[tokio::test]
async fn it_recovers_without_another_change() {
    let folder = tempfile::tempdir().unwrap();
    let health = Health::default();
    let journal = journal(folder.path(), Save::OnRequest, &health);
    let table = numbers(journal.state(), "a");
    health.set(Disk::Full);
    journal.state().durably(async { table.insert(1, 1) }).await.1.unwrap_err();
    health.set(Disk::Well);
    // By itself, after a moment; `save` only waits for it.
    journal.save(None).await.unwrap();
    drop((table, journal));
    let journal = Journal::open(Options::new(folder.path())).unwrap();
    assert_eq!(numbers(journal.state(), "a").len(), 1);
}

#[tokio::test]
async fn a_save_that_fails_is_made_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let health = Health::default();
    let journal = journal(folder.path(), Save::Manual, &health);
    let table = numbers(journal.state(), "a");
    health.set(Disk::Full);
    journal.state().durably(async { table.insert(1, 1) }).await.1.unwrap();
    assert!(journal.save(None).await.unwrap_err().to_string().contains("the disk is full"));
    health.set(Disk::Well);
    journal.save(Some("of-tests")).await.unwrap();
    // Not saved: with MANUAL, the end saves nothing.
    table.insert(2, 2);
    drop((table, journal));
    let journal = Journal::open(Options::new(folder.path())).unwrap();
    assert_eq!(numbers(journal.state(), "a").range(.., 9).len(), 1);
}

#[tokio::test]
async fn what_belongs_together_is_written_together_whatever_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let health = Health::default();
    let journal = journal(folder.path(), Save::OnRequest, &health);
    let table =
        |service| journal.state().opener(service).table::<u64, u64, Ordered>("a", Reach::CrossAccount);
    let (left, right) = (table("left"), table("right"));
    let both = async || {
        let change = || drop((left.insert(1, 1), right.insert(1, 1)));
        journal.state().durably(async { journal.state().atomically(change) }).await.1
    };
    let commits = || std::fs::read(folder.path().join("commits")).unwrap()[0];
    both().await.unwrap();
    assert_eq!(commits(), 1);
    health.set(Disk::Full);
    both().await.unwrap_err();
    health.set(Disk::Well);
    journal.save(Some("left")).await.unwrap();
    journal.save(None).await.unwrap();
    assert_eq!(commits(), 2);
}
