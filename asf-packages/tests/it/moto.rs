//! The real moto, got once with pip, and run as a server.

use std::path::Path;
use std::time::Instant;

use asf_packages::{Libraries, PackageServer, Packages, Silent, Sources, Target};
use asf_servers::{Health, Server};

/// The folder is shared by all test runs, as the virtual environments of `asf-tests` are.
fn packages() -> Packages {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    Packages::registered(Libraries::new(folder.join("static"), folder.join("var")), Sources::default())
}

#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "it says how long it took")]
async fn moto_is_installed_and_answers() {
    let before = Instant::now();
    let installer = packages().installer("moto", None).unwrap();
    let was_here = installer.installed().is_some();
    let moto = installer.install(Target::VarLibs, &Silent).unwrap();
    println!("installed in {:?}{}", before.elapsed(), if was_here { ", it was here" } else { "" });
    // Scripts with the environment's folder in them work where it is now.
    let script = moto.launch.program.with_file_name("moto_server");
    let help = std::process::Command::new(script).arg("--help").output().unwrap();
    assert!(help.status.success(), "{}", String::from_utf8_lossy(&help.stderr));
    let activate = std::fs::read_to_string(moto.launch.program.with_file_name("activate")).unwrap();
    assert!(!activate.contains("partial"), "{activate}");

    let server = PackageServer::new(installer, |command, at| {
        command.args(["--host", &at.ip().to_string(), "--port", &at.port().to_string()]);
    });
    let server = Server::new(server.health(Health::Http("/moto-api/".to_owned())));
    let before = Instant::now();
    server.start().await.unwrap();
    println!("up in {:?}", before.elapsed());
    assert!(server.is_up().await);
    server.stop().await;
}
