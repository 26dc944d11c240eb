//! Versions side by side, once each, whole or not at all.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};

use asf_packages::{FirstOf, InstallError, OnPath, PackageServer, Silent, Target};
use asf_servers::Server;

use super::{files, package, packages, writes};

#[test]
fn versions_are_side_by_side_and_static_ones_come_first() {
    let folder = tempfile::tempdir().unwrap();
    let packages = packages(
        folder.path(),
        [package(|version| {
            let version = version.to_owned();
            Box::new(writes(move |job| job.at(job.folder, fs::write(job.folder.join("program"), &version))))
        })],
    );
    let installer = |version| packages.installer("it", version).unwrap();
    assert!(Arc::ptr_eq(&installer(None), &installer(Some("1"))));
    assert!(installer(None).installed().is_none());
    let one = installer(None).install(Target::VarLibs, &Silent).unwrap();
    assert_eq!(one.launch.program, folder.path().join("var/it/1/program"));
    let two = installer(Some("2")).install(Target::VarLibs, &Silent).unwrap();
    assert_eq!(fs::read_to_string(&two.launch.program).unwrap(), "2");
    assert_eq!(installer(None).install(Target::VarLibs, &Silent).unwrap(), one);
    // Here already, so nothing goes to the other folder.
    assert_eq!(installer(None).install(Target::StaticLibs, &Silent).unwrap(), one);

    assert!(installer(None).remove(Target::VarLibs).unwrap());
    assert!(!installer(None).remove(Target::VarLibs).unwrap());
    let one = installer(None).install(Target::StaticLibs, &Silent).unwrap();
    assert_eq!(one.folder().unwrap(), folder.path().join("static/it/1"));
    assert_eq!(installer(None).installed(), Some(one));
    assert_eq!(
        files(folder.path()),
        [
            "static/it/.1.lock",
            "static/it/1/.asf-package.json",
            "static/it/1/program",
            "var/it/.1.lock",
            "var/it/.2.lock",
            "var/it/2/.asf-package.json",
            "var/it/2/program",
        ]
    );
}

#[test]
fn what_is_unknown_is_named_with_what_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let packages = packages(folder.path(), [package(|_| Box::new(writes(|_| Ok(()))))]);
    let error = |name, version| packages.installer(name, version).err().unwrap().to_string();
    assert_eq!(error("no", None), "there is no package \"no\"; there are it");
    assert_eq!(error("it", Some("3")), "it has no version \"3\"; it has 1, 2");
}

#[test]
fn those_who_want_it_at_once_get_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let count = Arc::new(AtomicU32::new(0));
    let counted = count.clone();
    let packages = packages(
        folder.path(),
        [package(move |_| {
            let count = counted.clone();
            Box::new(writes(move |_| {
                count.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }))
        })],
    );
    let installer = packages.installer("it", None).unwrap();
    let ready = Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                ready.wait();
                installer.install(Target::VarLibs, &Silent).unwrap();
            });
        }
    });
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_failed_installation_leaves_nothing_and_can_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let tries = Arc::new(AtomicU32::new(0));
    let packages = packages(
        folder.path(),
        [package(move |_| {
            let tries = tries.clone();
            Box::new(writes(move |job| {
                job.at(job.folder, fs::write(job.folder.join("program"), "half"))?;
                if tries.fetch_add(1, Ordering::SeqCst) == 0 { Err(job.failed("no luck")) } else { Ok(()) }
            }))
        })],
    );
    let installer = packages.installer("it", None).unwrap();
    let error = installer.ensure().await.unwrap_err();
    assert_eq!(error.to_string(), "it 1 cannot be installed: no luck");
    assert_eq!(files(folder.path()), ["var/it/.1.lock"]);
    installer.ensure().await.unwrap();
    // A folder that somebody has damaged is made anew.
    fs::remove_file(folder.path().join("var/it/1/.asf-package.json")).unwrap();
    assert!(installer.installed().is_none());
    installer.ensure().await.unwrap();
}

#[tokio::test]
async fn a_server_of_a_package_installs_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let packages = packages(
        folder.path(),
        [package(|version| {
            let is_good = version == "1";
            Box::new(writes(move |job| {
                if !is_good {
                    return Err(job.failed("no luck"));
                }
                let program = job.folder.join("program");
                job.at(
                    &program,
                    fs::write(&program, "#!/bin/sh\nexec python3 -m http.server --bind $1 $2\n"),
                )?;
                job.at(&program, fs::set_permissions(&program, fs::Permissions::from_mode(0o755)))
            }))
        })],
    );
    let server = |version| {
        let installer = packages.installer("it", Some(version)).unwrap();
        Server::new(PackageServer::new(installer, |command, at| {
            command.args([at.ip().to_string(), at.port().to_string()]);
        }))
    };
    let good = server("1");
    good.start().await.unwrap();
    good.stop().await;
    let error = server("2").start().await.unwrap_err().to_string();
    assert_eq!(error, "it cannot be started: it 2 cannot be installed: no luck");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("var"), "a file").unwrap();
    let packages = packages(folder.path(), [package(|_| Box::new(writes(|_| Ok(()))))]);
    let error = packages.installer("it", None).unwrap().install(Target::VarLibs, &Silent).unwrap_err();
    assert!(matches!(error, InstallError::File { .. }), "{error}");
    assert!(error.to_string().contains("var/it"), "{error}");
}

#[test]
fn what_the_machine_has_is_taken_if_its_version_fits() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let program = bin.join("program-of-the-test");
    fs::write(&program, "#!/bin/sh\necho program of the test, v1.4.2 of today\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let folder_of_program = bin.clone();
    let packages = packages(
        folder.path(),
        [package(move |version| {
            let machine = OnPath::new("program-of-the-test").version(version).or_in(&folder_of_program);
            Box::new(FirstOf::new(machine, writes(|_| Ok(()))))
        })],
    );
    let one = packages.installer("it", Some("1")).unwrap();
    let here = one.install(Target::VarLibs, &Silent).unwrap();
    assert_eq!((here.place, here.launch.program), (None, program.clone()));
    let error = one.remove(Target::VarLibs).unwrap_err();
    assert!(error.to_string().contains("was not installed by asf"), "{error}");
    let two = packages.installer("it", Some("2")).unwrap();
    assert!(two.installed().is_none());
    assert!(two.install(Target::VarLibs, &Silent).unwrap().place.is_some());

    let alone =
        super::packages(folder.path(), [package(|_| Box::new(OnPath::new("no-such-program").version("1")))]);
    let error =
        alone.installer("it", None).unwrap().install(Target::VarLibs, &Silent).unwrap_err().to_string();
    let expected =
        "it 1 cannot be installed without no-such-program: install version 1 of it, and have it on PATH";
    assert_eq!(error, expected);
}
