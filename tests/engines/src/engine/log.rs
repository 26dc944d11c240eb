//! A plain append-only log, as little as there can be: the lower bound, not a candidate. A record is its
//! length, the CRC-32 of what follows, and the changes of one commit; reading replays all of it.

use super::{Change, Engine};
use anyhow::{Context, Result, bail};
use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{BufReader, ErrorKind, Read, Write},
    path::{Path, PathBuf},
    sync::Mutex,
};

/// Rewritten when it is larger than this and four times what the last rewrite left.
const REWRITE: u64 = 64 << 20;

type Entries = BTreeMap<(u8, Vec<u8>), Vec<u8>>;

pub struct Log {
    path: PathBuf,
    tail: Mutex<Tail>,
}

struct Tail {
    file: File,
    length: u64,
    rewritten: u64,
}

impl Log {
    pub fn open(dir: &Path) -> Result<Self> {
        let path = dir.join("log");
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        file.try_lock()?;
        let whole = file.metadata()?.len();
        let valid = replay(&path, |_| {})?;
        if valid < whole {
            eprintln!("log: {} bytes of an unfinished commit cut off", whole - valid);
            file.set_len(valid)?;
            file.sync_all()?;
        }
        File::open(dir)?.sync_all()?;
        Ok(Self { path, tail: Mutex::new(Tail { file, length: valid, rewritten: valid }) })
    }

    fn entries(&self) -> Result<Entries> {
        let mut entries = Entries::new();
        replay(&self.path, |change| {
            let key = (change.service as u8, change.key);
            match change.value {
                Some(value) => entries.insert(key, value),
                None => entries.remove(&key),
            };
        })?;
        Ok(entries)
    }

    fn rewrite(&self, tail: &mut Tail) -> Result<()> {
        let fresh = self.path.with_extension("new");
        let mut file = File::create(&fresh)?;
        file.try_lock()?;
        let mut length = 0;
        let entries: Vec<Change> = self
            .entries()?
            .into_iter()
            .map(|((service, key), value)| Change { service: service.into(), key, value: Some(value) })
            .collect();
        for changes in entries.chunks(1000) {
            let record = record(changes);
            file.write_all(&record)?;
            length += record.len() as u64;
        }
        file.sync_all()?;
        std::fs::rename(&fresh, &self.path)?;
        File::open(self.path.parent().context("a file is in a folder")?)?.sync_all()?;
        *tail = Tail { file, length, rewritten: length };
        Ok(())
    }
}

impl Engine for Log {
    fn commit(&self, changes: &[Change]) -> Result<()> {
        let mut tail = self.tail.lock().map_err(|_| anyhow::anyhow!("poisoned"))?;
        let record = record(changes);
        let written = tail.file.write_all(&record).and_then(|()| tail.file.sync_data());
        if let Err(error) = written {
            tail.file.set_len(tail.length)?;
            return Err(error.into());
        }
        tail.length += record.len() as u64;
        if tail.length > REWRITE && tail.length > 4 * tail.rewritten {
            self.rewrite(&mut tail)?;
        }
        Ok(())
    }

    fn read(&self, service: usize, prefix: &[u8], each: &mut dyn FnMut(&[u8], &[u8])) -> Result<()> {
        let from = (service as u8, prefix.to_vec());
        for ((of, key), value) in self.entries()?.range(from..) {
            if usize::from(*of) != service || !key.starts_with(prefix) {
                break;
            }
            each(key, value);
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<()> {
        let mut tail = self.tail.lock().map_err(|_| anyhow::anyhow!("poisoned"))?;
        self.rewrite(&mut tail)
    }
}

fn record(changes: &[Change]) -> Vec<u8> {
    let mut record = vec![0; 8];
    for change in changes {
        record.push(change.service as u8);
        record.push(u8::from(change.value.is_some()));
        record.extend((change.key.len() as u16).to_le_bytes());
        record.extend((change.value.as_ref().map_or(0, Vec::len) as u32).to_le_bytes());
        record.extend(&change.key);
        record.extend(change.value.as_deref().unwrap_or_default());
    }
    let length = (record.len() as u32 - 8).to_le_bytes();
    record[..4].copy_from_slice(&length);
    // The length is under the checksum too.
    let mut crc = crc32fast::Hasher::new();
    crc.update(&length);
    crc.update(&record[8..]);
    record[4..8].copy_from_slice(&crc.finalize().to_le_bytes());
    record
}

/// Calls for each change and answers how long the valid part is. Only the last record can be unfinished; a
/// wrong one with others behind it, or with a length that does not reach the end, is damage.
fn replay(path: &Path, mut each: impl FnMut(Change)) -> Result<u64> {
    let file = File::open(path)?;
    let whole = file.metadata()?.len();
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut valid = 0;
    loop {
        let mut head = [0; 8];
        match reader.read_exact(&mut head) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(valid),
            other => other?,
        }
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
        let end = valid + 8 + u64::from(length);
        if end > whole {
            return Ok(valid);
        }
        let mut body = vec![0; length as usize];
        reader.read_exact(&mut body)?;
        let mut crc = crc32fast::Hasher::new();
        crc.update(&head[..4]);
        crc.update(&body);
        if crc.finalize().to_le_bytes() != head[4..] {
            if end == whole {
                return Ok(valid);
            }
            bail!("damaged at byte {valid}");
        }
        let mut rest = body.as_slice();
        while let [service, there, k0, k1, v0, v1, v2, v3, more @ ..] = rest {
            let (key, more) = more.split_at(usize::from(u16::from_le_bytes([*k0, *k1])));
            let (value, more) = more.split_at(u32::from_le_bytes([*v0, *v1, *v2, *v3]) as usize);
            let value = (*there == 1).then(|| value.to_vec());
            each(Change { service: usize::from(*service), key: key.to_vec(), value });
            rest = more;
        }
        valid = end;
    }
}
