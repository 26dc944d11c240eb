//! npm, apt and pip themselves, as far as the machine has them: where they are, they have to work.

use std::path::Path;
use std::process::{Command, Stdio};

use asf_packages::{Debian, InstallError, Packages, Pip, Silent, Sources, Target};
use asf_servers::{ProcessServer, Server};

use super::{libraries, package, packages};

fn has(program: &str) -> bool {
    let version = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|it| it.success())
}

#[tokio::test]
async fn a_package_of_npm_is_installed_and_runs() {
    if !has("npm") {
        println!("not run: there is no npm");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let packages = Packages::registered(libraries(folder.path()), Sources::default());
    let installer = packages.installer("kinesis-mock", None).unwrap();
    let here = installer.install(Target::VarLibs, &Silent).unwrap();
    let server = Server::new(ProcessServer::new("kinesis-mock", move |at| {
        let mut command = here.command();
        command.env("KINESIS_MOCK_PLAIN_PORT", at.port().to_string());
        command.env("KINESIS_MOCK_TLS_PORT", "0");
        command
    }));
    server.start().await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_package_of_debian_is_unpacked_and_runs() {
    if !has("apt-get") {
        println!("not run: there is no apt");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // `hello` has the same version in several releases, and next to nothing in it; it stands for others.
    let hello =
        |version: &'static str| package(move |_| Box::new(Debian::new("hello", version, "usr/bin/hello")));
    let other = packages(folder.path(), [hello("1")]);
    let error =
        other.installer("it", None).unwrap().install(Target::VarLibs, &Silent).unwrap_err().to_string();
    assert!(
        error.contains("this machine's distribution has hello 2.") && error.contains(", not 1;"),
        "{error}"
    );
    let absent = || Box::new(Debian::new("asf-no-such-package", "1", "usr/bin/no"));
    let other = packages(folder.path(), [package(move |_| absent())]);
    let error =
        other.installer("it", None).unwrap().install(Target::VarLibs, &Silent).unwrap_err().to_string();
    assert!(error.contains("this machine's distribution has no asf-no-such-package;"), "{error}");
    let packages = packages(folder.path(), [hello("2")]);
    let here = packages.installer("it", None).unwrap().install(Target::VarLibs, &Silent).unwrap();
    let output = here.command().output().unwrap();
    assert_eq!(output.stdout, b"Hello, world!\n");
    assert_eq!(here.launch.environment.len(), 1);
}

/// pip is told of an index that nobody serves, by its own variable.
#[test]
fn without_a_network_pip_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "clients::installs_without_a_network", "--ignored", "--nocapture"]);
    child.env("ASF_TEST_FOLDER", folder.path()).env("PIP_INDEX_URL", "http://127.0.0.1:9/simple");
    child.env_remove("PIP_EXTRA_INDEX_URL");
    let output = child.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
#[ignore = "it is run by the test above"]
fn installs_without_a_network() {
    let folder = std::env::var_os("ASF_TEST_FOLDER").unwrap();
    let packages = packages(Path::new(&folder), [package(|_| Box::new(Pip::new("asf-test-package", "1")))]);
    let error = packages.installer("it", None).unwrap().install(Target::VarLibs, &Silent).unwrap_err();
    assert!(matches!(error, InstallError::Offline { .. }), "{error}");
    let words = error.to_string();
    assert!(words.starts_with("it 1 cannot be got: the source of pip cannot be reached ("), "{words}");
}
