//! S3 through boto3, the AWS CLI, and programs that were not written for AWS alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use asf_runtime::plugin::Settings;

use super::venv::Clients;
use super::{Emulator, NATIVE, client, python_folder, python_tests, python_tests_against, shown};

#[test]
fn boto3_s3() {
    python_tests(Clients::Today, "test_s3.py");
}

/// What AWS was recorded to answer, by topics.
#[test]
fn boto3_s3_recorded() {
    python_folder(&Emulator::start(), Clients::Today, "s3");
}

/// Sessions of directory buckets, whose credentials sign.
#[test]
fn boto3_s3_sessions_that_sign() {
    let settings = [NATIVE, ("VERIFY_SIGNATURES", "1")];
    let emulator = Emulator::start_with(settings.into_iter().collect());
    python_tests_against(&emulator, Clients::Today, "s3.test_directory_buckets");
}

/// Configurations of buckets, with a clock that is moved for lifecycles.
#[test]
fn boto3_s3_configuration() {
    let emulator = Emulator::start_controlled(Settings::default());
    python_tests_against(&emulator, Clients::Today, "test_s3_configuration.py");
}

/// A folder with files to carry back and forth.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("from");
        fs::create_dir_all(from.join("deep/er")).unwrap();
        fs::write(from.join("one.txt"), "one").unwrap();
        fs::write(from.join("empty"), "").unwrap();
        fs::write(from.join("deep/er/näme with space.bin"), vec![7; 100_000]).unwrap();
        // Above the threshold from which the clients upload in parts.
        fs::write(from.join("large.bin"), (0..20_u32 << 20).map(|it| (it >> 12) as u8).collect::<Vec<_>>())
            .unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Whether two folders have the same files with the same content.
    fn assert_same(&self, other: &str) {
        let (from, to) = (tree(&self.path("from")), tree(&self.path(other)));
        let names = |of: &[(PathBuf, Vec<u8>)]| of.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
        assert_eq!(names(&from), names(&to));
        assert!(from == to, "the content of {other} differs");
    }
}

fn tree(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut files, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push((path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// Runs it, and gives what it printed.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}:\n{}", shown(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn aws_s3() {
    let (emulator, files) = (Emulator::start(), Files::new());
    let aws = |arguments: &[&str]| {
        run(client(&Clients::Today.program("aws"), &emulator)
            .args(["--endpoint-url", emulator.url(), "s3"])
            .args(arguments)
            .current_dir(files.0.path()))
    };
    aws(&["mb", "s3://a-bucket"]);
    aws(&["cp", "from/one.txt", "s3://a-bucket/copied.txt"]);
    aws(&["cp", "s3://a-bucket/copied.txt", "s3://a-bucket/again.txt"]);
    assert_eq!(aws(&["cp", "s3://a-bucket/again.txt", "-"]), "one");
    aws(&["sync", "from", "s3://a-bucket/tree"]);
    let listed = aws(&["ls", "s3://a-bucket", "--recursive"]);
    assert_eq!(listed.lines().count(), 6, "{listed}");
    assert!(aws(&["ls", "s3://a-bucket"]).contains("PRE tree/"));
    aws(&["sync", "s3://a-bucket/tree", "to"]);
    files.assert_same("to");
    // There is nothing left to do.
    assert_eq!(aws(&["sync", "from", "s3://a-bucket/tree"]), "");
    aws(&["mv", "s3://a-bucket/tree/one.txt", "s3://a-bucket/moved.txt"]);
    assert!(!aws(&["ls", "s3://a-bucket/tree/"]).contains("one.txt"));
    aws(&["rb", "s3://a-bucket", "--force"]);
    assert_eq!(aws(&["ls"]), "");
}

/// Whether a program of the machine's is there; says so if it is not.
fn installed(program: &str) -> bool {
    let is_there = Command::new(program).arg("--version").output().is_ok_and(|it| it.status.success());
    if !is_there {
        eprintln!("skipped: {program} is not installed");
    }
    is_there
}

#[test]
fn rclone() {
    if !installed("rclone") {
        return;
    }
    let (emulator, files) = (Emulator::start(), Files::new());
    let rclone = |arguments: &[&str]| {
        run(Command::new("rclone")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", files.0.path())
            .env("RCLONE_CONFIG", "/dev/null")
            .env("RCLONE_CONFIG_ASF_TYPE", "s3")
            .env("RCLONE_CONFIG_ASF_PROVIDER", "Other")
            .env("RCLONE_CONFIG_ASF_ENDPOINT", emulator.url())
            .env("RCLONE_CONFIG_ASF_ACCESS_KEY_ID", "test")
            .env("RCLONE_CONFIG_ASF_SECRET_ACCESS_KEY", "test")
            .env("RCLONE_CONFIG_ASF_REGION", "us-east-1")
            .env("RCLONE_S3_UPLOAD_CUTOFF", "8M")
            .args(arguments)
            .current_dir(files.0.path()))
    };
    rclone(&["mkdir", "asf:a-bucket"]);
    rclone(&["sync", "from", "asf:a-bucket/tree"]);
    rclone(&["check", "from", "asf:a-bucket/tree"]);
    assert_eq!(rclone(&["ls", "asf:a-bucket"]).lines().count(), 4);
    rclone(&["copy", "asf:a-bucket/tree", "to"]);
    files.assert_same("to");
    rclone(&["moveto", "asf:a-bucket/tree/one.txt", "asf:a-bucket/moved.txt"]);
    assert_eq!(rclone(&["cat", "asf:a-bucket/moved.txt"]), "one");
    rclone(&["purge", "asf:a-bucket"]);
    assert_eq!(rclone(&["lsd", "asf:"]), "");
}

#[test]
fn s3cmd() {
    if !installed("s3cmd") {
        return;
    }
    let (emulator, files) = (Emulator::start(), Files::new());
    let host = emulator.url().strip_prefix("http://").unwrap();
    let s3cmd = |arguments: &[&str]| {
        run(Command::new("s3cmd")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", files.0.path())
            .env("LC_ALL", "C.UTF-8")
            .args([
                "--access_key=test",
                "--secret_key=test",
                "--no-ssl",
                "--no-progress",
                "--region=us-east-1",
            ])
            .args(["--host", host, "--host-bucket", host])
            .args(arguments)
            .current_dir(files.0.path()))
    };
    s3cmd(&["mb", "s3://a-bucket"]);
    s3cmd(&["sync", "from/", "s3://a-bucket/tree/"]);
    assert_eq!(s3cmd(&["ls", "-r", "s3://a-bucket"]).lines().count(), 4);
    s3cmd(&["sync", "s3://a-bucket/tree/", "to/"]);
    files.assert_same("to");
    s3cmd(&["cp", "s3://a-bucket/tree/one.txt", "s3://a-bucket/copied.txt"]);
    assert!(s3cmd(&["info", "s3://a-bucket/copied.txt"]).contains("f97c5d29941bfb1b2fdab0874906ab82"));
    s3cmd(&["rb", "--recursive", "--force", "s3://a-bucket"]);
}
