//! Files of somebody's making: refused with a reason, and nothing is changed.

use std::io::{Read as _, Write as _};

use asf_pods::{Limits, Manifest, Pod, PodError, Strategy, TableManifest};
use asf_store::{State, encode};
use flate2::{Compression, write::ZlibEncoder};
use sha2::{Digest as _, Sha256};

use crate::store::{assert_same, load, saved, things};

fn file(bytes: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// A file whose checksums are right, whatever is in it.
fn forged(frames: &[u8], change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(frames).unwrap();
    let packed = packed.finish().unwrap();
    let table = |service: &str, attribute: &str, entries, bytes| TableManifest {
        service: service.to_owned(),
        attribute: attribute.to_owned(),
        version: 1,
        entries,
        bytes,
    };
    let mut manifest = Manifest {
        services: ["things".to_owned(), "objects".to_owned()].into(),
        tables: vec![table("things", "local", 1, 4)],
        size: frames.len() as u64,
        packed: packed.len() as u64,
        sha256: hex(&Sha256::digest(&packed)),
        ..Manifest::default()
    };
    change(&mut manifest);
    let text = serde_json::to_vec(&manifest).unwrap();
    let mut bytes = b"ASFSTATE\x01\0\0\0".to_vec();
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(Sha256::digest(&text));
    bytes.extend(text);
    bytes.extend(packed);
    bytes
}

fn entry(table: u32, scope: &str, key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut frame = vec![2];
    frame.extend(table.to_le_bytes());
    frame.extend((scope.len() as u16).to_le_bytes());
    frame.extend(scope.as_bytes());
    frame.extend(1_u32.to_le_bytes());
    for part in [key, value] {
        frame.extend((part.len() as u32).to_le_bytes());
        frame.extend(part);
    }
    frame
}

fn text(text: &str) -> Vec<u8> {
    encode(&text.to_owned()).unwrap()
}

const SCOPE: &str = "000000000000/us-east-1";

/// What comes of loading a file over a state, which stays as it was.
fn outcome(bytes: &[u8]) -> String {
    let (state, copy) = (State::new(), State::new());
    for state in [&state, &copy] {
        things(state, "000000000000", "us-east-1").local.insert("mine".to_owned(), "here".to_owned());
    }
    let result = Pod::open(file(bytes)).and_then(|mut pod| load(&state, &mut pod, Strategy::Overwrite));
    match result {
        Ok(loaded) => format!("loaded {}", loaded.entries),
        Err(error) => {
            assert!(error.is_of_the_file(), "{error}");
            assert_same(&state, &copy);
            error.to_string()
        }
    }
}

#[test]
fn forged_files() {
    let good = [entry(0, SCOPE, &text("k"), &text("v")), vec![0]].concat();
    assert_eq!(outcome(&forged(&good, |_| {})), "loaded 1");
    let end = |mut frames: Vec<u8>| {
        frames.push(0);
        frames
    };
    let content = |digest: [u8; 32], length: u64, bytes: &[u8]| {
        [&[1, 0, 0, 0, 0][..], &digest, &length.to_le_bytes(), bytes].concat()
    };
    let with_objects = |it: &mut Manifest| {
        it.tables[0].service = "objects".to_owned();
        it.tables[0].attribute = "objects".to_owned();
    };
    // A record whose content is a file with a name that leads elsewhere.
    let path = {
        #[derive(serde::Serialize)]
        struct Named<'a>(&'a str, u64, u64);
        let piece = std::collections::BTreeMap::from([("f", Named("../../../etc/passwd", 0, 1))]);
        encode(&std::collections::BTreeMap::from([("content", vec![piece])])).unwrap()
    };
    let path_bytes = (path.len() + 2) as u64;
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("no end", forged(&good[..good.len() - 1], |_| {}), "cannot be unpacked"),
        ("a tag", forged(&[9, 0, 0, 0, 0], |_| {}), "a frame of a kind 9"),
        ("a table", forged(&end(entry(7, SCOPE, &text("k"), &text("v"))), |_| {}), "an entry of no table"),
        ("a scope", forged(&end(entry(0, "../x", &text("k"), &text("v"))), |_| {}), "is not a scope"),
        ("a reach", forged(&end(entry(0, "*/*", &text("k"), &text("v"))), |_| {}), "has no entries of */*"),
        ("a value", forged(&end(entry(0, SCOPE, &text("k"), &[0xff, 0])), |_| {}), "cannot be read"),
        ("twice", forged(&[&good[..good.len() - 1], &good].concat(), |_| {}), "more than its manifest"),
        ("nothing", forged(&[0], |_| {}), "less than its manifest"),
        ("after the end", forged(&[&good[..], b"more"].concat(), |_| {}), "after its end"),
        ("a size", forged(&good, |it| it.size = 3), "cannot be unpacked"),
        ("a length", forged(&[2, 0, 0, 0, 0, 0xff, 0xff], |_| {}), "within an entry"),
        ("entries", forged(&good, |it| it.tables[0].bytes = u64::MAX), "too large"),
        ("contents", forged(&good, |it| it.content_bytes = u64::MAX), "too large"),
        (
            "no such table",
            forged(&good, |it| it.tables[0].attribute = "../x".to_owned()),
            "has no table things.../x",
        ),
        (
            "newer",
            forged(&good, |it| it.tables[0].version = 9),
            "records of version 9, and this build reads up to 1",
        ),
        ("packed", forged(&good, |it| it.packed = u64::MAX), "bytes of entries"),
        ("checksum", forged(&good, |it| it.sha256 = String::new()), "its checksum is another"),
        (
            "a path",
            forged(&end(entry(0, SCOPE, &text("k"), &path)), |it| {
                with_objects(it);
                it.tables[0].bytes = path_bytes;
            }),
            "the content \"../../../etc/passwd\"",
        ),
        (
            "content's checksum",
            forged(&content([0; 32], 1, b"x"), |it| {
                with_objects(it);
                (it.contents, it.content_bytes) = (1, 1);
            }),
            "checksum of content",
        ),
        (
            "content's length",
            forged(&content([0; 32], u64::MAX, b"x"), |it| {
                with_objects(it);
                (it.contents, it.content_bytes) = (1, 1);
            }),
            "more than its manifest",
        ),
        ("foreign", b"PK\x03\x04 and so on".to_vec(), "no file with a state"),
        ("empty", vec![], "no file with a state"),
        ("format", b"ASFSTATE\x02\0\0\0".to_vec(), "its format is 2, and this build reads up to 1"),
        ("manifest", b"ASFSTATE\x01\0\0\0\xff\xff\xff\xff".to_vec(), "its manifest has 4294967295 bytes"),
    ];
    for (name, bytes, expected) in cases {
        let outcome = outcome(&bytes);
        assert!(outcome.contains(expected), "{name}: {outcome}");
    }
}

#[test]
fn a_bomb_is_refused_before_it_takes_room() {
    let zeros = vec![0_u8; 64 << 20];
    let frames = [entry(0, SCOPE, &text("k"), &zeros), vec![0]].concat();
    let bytes = forged(&frames, |it| it.tables[0].bytes = 10);
    assert!(bytes.len() < 1 << 20, "{}", bytes.len());
    let mut pod = Pod::open(file(&bytes)).unwrap();
    let limits = Limits { part: 1 << 20, ..Limits::default() };
    let error = pod.stage(&State::new(), None, &limits).unwrap_err();
    assert!(matches!(error, PodError::TooLarge(_)), "{error}");
    assert!(outcome(&bytes).contains("more than its manifest"));
}

#[test]
fn every_cut_and_every_flipped_byte_is_noticed() {
    let state = State::new();
    for key in 0..20_u64 {
        things(&state, "000000000000", "us-east-1").hashed.insert(key, format!("value {key}"));
    }
    let mut bytes = Vec::new();
    saved(&state).into_file().unwrap().read_to_end(&mut bytes).unwrap();
    assert!(outcome(&bytes).starts_with("loaded 20"));
    for at in 0..bytes.len() {
        assert!(Pod::open(file(&bytes[..at])).is_err(), "cut at {at}");
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        assert!(Pod::open(file(&flipped)).is_err(), "flipped at {at}");
    }
}
