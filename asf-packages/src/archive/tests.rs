//! Archives of strangers.

use std::fs;
use std::io::{Cursor, Write as _};
use std::os::unix::fs::PermissionsExt as _;

use ::tar::{Builder, EntryType, Header};
use ::zip::ZipWriter;
use ::zip::write::SimpleFileOptions;

use super::*;

/// An entry of a test's archive.
#[derive(Clone, Copy)]
enum Entry {
    File(&'static str, &'static str),
    Program(&'static str),
    Folder(&'static str),
    Symlink(&'static str, &'static str),
    HardLink(&'static str, &'static str),
    Device(&'static str),
}

use Entry::{Device, File as Text, Folder, HardLink, Program, Symlink};

/// A tar file with names as they are: the library itself refuses to write the bad ones.
fn tar(entries: &[Entry]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for entry in entries {
        let (name, kind, link, content, mode) = match *entry {
            Text(name, content) => (name, EntryType::Regular, "", content, 0o644),
            Program(name) => (name, EntryType::Regular, "", "#!", 0o6755),
            Folder(name) => (name, EntryType::Directory, "", "", 0o755),
            Symlink(name, to) => (name, EntryType::Symlink, to, "", 0o777),
            HardLink(name, to) => (name, EntryType::Link, to, "", 0o644),
            Device(name) => (name, EntryType::Block, "", "", 0o644),
        };
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, content.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip(entries: &[Entry]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for entry in entries {
        match *entry {
            Text(name, content) => {
                writer.start_file(name, options).unwrap();
                writer.write_all(content.as_bytes()).unwrap();
            }
            Program(name) => writer.start_file(name, options.unix_permissions(0o755)).unwrap(),
            Folder(name) => writer.add_directory(name, options).unwrap(),
            Symlink(name, to) => writer.add_symlink(name, to, options).unwrap(),
            HardLink(..) | Device(_) => panic!("zip files have none"),
        }
    }
    writer.finish().unwrap().into_inner()
}

/// Unpacks into `<folder>/in/to`, so that there is an outside to look at.
fn unpacked(
    bytes: &[u8],
    name: &str,
    strip: usize,
    limits: Limits,
) -> (tempfile::TempDir, Result<(), ArchiveError>) {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    fs::write(&archive, bytes).unwrap();
    let into = folder.path().join("in/to");
    fs::create_dir_all(&into).unwrap();
    let result = unpack(&archive, name, &into, strip, limits);
    fs::remove_file(archive).unwrap();
    (folder, result)
}

#[test]
fn files_folders_and_links_are_unpacked() {
    let entries = [
        Folder("top/"),
        Text("./top/readme", "read me"),
        Program("top/bin/deep/run"),
        Symlink("top/bin/link", "deep/run"),
        Symlink("top/bin/up", "../readme"),
        Text("left-out", "has no folder"),
    ];
    let gz = |tar: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(tar).unwrap();
        encoder.finish().unwrap()
    };
    let tar = tar(&entries);
    for (name, bytes) in
        [("it.tar", tar.clone()), ("it.tgz", gz(&tar)), ("it.tar.gz", gz(&tar)), ("it.zip", zip(&entries))]
    {
        let (folder, result) = unpacked(&bytes, name, 1, Limits::default());
        result.unwrap_or_else(|error| panic!("{name}: {error}"));
        let into = folder.path().join("in/to");
        assert_eq!(fs::read_to_string(into.join("bin/up")).unwrap(), "read me", "{name}");
        let mode = |path: &str| fs::metadata(into.join(path)).unwrap().permissions().mode() & 0o7777;
        // Whoever runs it must not become someone else.
        assert_eq!((mode("bin/link"), mode("readme") & 0o111), (0o755, 0), "{name}");
        assert!(!into.join("left-out").exists() && !into.join("top").exists(), "{name}");
    }
}

#[test]
fn a_hard_link_is_the_file_that_came_before() {
    let (folder, result) =
        unpacked(&tar(&[Text("a/one", "text"), HardLink("b/two", "a/one")]), "it.tar", 0, Limits::default());
    result.unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("in/to/b/two")).unwrap(), "text");
}

/// What the error is about, and what it must not have done: the folder beside stays as it was.
fn refused(name: &str, bytes: &[u8], expected: &str) {
    let (folder, result) = unpacked(bytes, name, 0, Limits::default());
    let error = result.err().unwrap_or_else(|| panic!("{expected}: it was unpacked")).to_string();
    assert!(error.contains(expected), "{error}\nis not: {expected}");
    let outside: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .chain(fs::read_dir(folder.path().join("in")).unwrap())
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(outside, ["in", "to"], "{expected}");
}

#[test]
fn names_and_links_cannot_leave_the_folder() {
    let both: &[(&[Entry], &str)] = &[
        (&[Text("../evil", "")], "\"../evil\" is to be written outside"),
        (&[Text("a/../../evil", "")], "outside"),
        (&[Text("/evil", "")], "outside"),
        (&[Folder("../evil/")], "outside"),
        (&[Symlink("link", "/etc")], "a link to \"/etc\""),
        (&[Symlink("link", "../evil")], "a link to \"../evil\""),
        (&[Symlink("a/link", "../../evil")], "a link to"),
        (&[Symlink("a/link", "b/../../../evil")], "a link to"),
        // One by one they look harmless: `here` is the folder itself, so `here/..` would be the one above.
        (&[Symlink("here", "."), Symlink("up", "here/..")], "a link to \"here/..\""),
        (&[Symlink("a", "b"), Text("a/evil", "")], "through"),
        (&[Symlink("dir", "."), Text("dir/evil", "")], "through"),
        (&[Text("file", ""), Text("file/evil", "")], "through"),
    ];
    for (entries, expected) in both {
        refused("it.tar", &tar(entries), expected);
        refused("it.zip", &zip(entries), expected);
    }
    for (entries, expected) in [
        (&[HardLink("passwd", "/etc/passwd")][..], "outside"),
        (&[HardLink("passwd", "../../passwd")], "outside"),
        (&[Symlink("a/up", "../b"), HardLink("up", "a/up")], "a link to \"a/up\""),
        (&[HardLink("one", "not-there")], "a link to"),
        (&[Device("sda")], "\"sda\" is of a kind (Block)"),
    ] {
        refused("it.tar", &tar(entries), expected);
    }
    refused("it.zip", &zip(&[Text("a\\..\\..\\evil", "")]), "outside");
}

/// A link that was unpacked is replaced by a file of its name; the file that it leads to is not touched.
#[test]
fn a_file_is_not_written_through_a_link() {
    let entries = [Text("kept", "kept"), Symlink("link", "kept"), Text("link", "new")];
    let (folder, result) = unpacked(&tar(&entries), "it.tar", 0, Limits::default());
    result.unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join("in/to").join(name)).unwrap();
    assert_eq!((read("kept").as_str(), read("link").as_str()), ("kept", "new"));
}

#[test]
fn a_folder_is_not_replaced_by_a_link() {
    let entries = [Text("dir/file", ""), Symlink("dir", ".")];
    let (_folder, result) = unpacked(&tar(&entries), "it.tar", 0, Limits::default());
    assert!(matches!(result, Err(ArchiveError::Io(_))), "{result:?}");
}

#[test]
fn what_is_too_large_is_not_unpacked() {
    let limits = Limits { bytes: 10, entries: 2 };
    let six = Text("one", "123456");
    for (entries, expected) in [
        (&[six, Text("two", "12345")][..], "more than 10 bytes"),
        (&[Folder("a/"), Folder("b/"), Folder("c/")], "more than 2 entries"),
    ] {
        for (name, bytes) in [("it.tar", tar(entries)), ("it.zip", zip(entries))] {
            let (_folder, result) = unpacked(&bytes, name, 0, limits);
            let error = result.unwrap_err().to_string();
            assert!(error.contains(expected), "{name}: {error}");
        }
    }
    let (_folder, result) = unpacked(&tar(&[six, Text("two", "1234")]), "it.tar", 0, limits);
    result.unwrap();
}

#[test]
fn broken_and_unknown_archives_are_errors() {
    for (name, bytes) in
        [("it.tar.gz", &b"not gzip"[..]), ("it.tar", &[b'x'; 600]), ("it.zip", b"not zip"), ("it.rar", b"")]
    {
        let (_folder, result) = unpacked(bytes, name, 0, Limits::default());
        assert!(result.is_err(), "{name}");
    }
    // One that breaks off.
    let bytes = tar(&[Text("one", "123456")]);
    let (_folder, result) = unpacked(&bytes[..514], "it.tar", 0, Limits::default());
    assert!(result.is_err());
}
