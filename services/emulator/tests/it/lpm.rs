//! `asf lpm`, with a mirror of ours in place of what tests do not reach.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use sha2::{Digest as _, Sha256};

use crate::place::{Place, Result};

/// Serves a DynamoDB local that is none, and its digest; ends with the test process.
fn mirror() -> String {
    let mut builder =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(5);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append_data(&mut header, "DynamoDBLocal.jar", &b"a jar"[..]).unwrap();
    let archive = builder.into_inner().unwrap().finish().unwrap();
    let digest: String = Sha256::digest(&archive).iter().map(|byte| format!("{byte:02x}")).collect();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines =
                BufReader::new(stream.try_clone().unwrap()).lines().map(std::result::Result::unwrap);
            let first = lines.next().unwrap();
            lines.find(String::is_empty);
            let body = if first.contains(".sha256 ") { digest.as_bytes() } else { &archive };
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).unwrap();
        }
    });
    url
}

/// A place where there is a Java, and a mirror.
struct Setting {
    place: Place,
    variables: Vec<(&'static str, String)>,
}

impl Setting {
    fn new(mirror: &str) -> Self {
        let place = Place::new();
        let java = place.write("bin/java", "#!/bin/sh\n");
        std::fs::set_permissions(&java, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:/usr/bin:/bin", place.path("bin").display());
        let static_libs = place.path("static").display().to_string();
        let variables = vec![
            ("PATH", path),
            ("ASF_DOWNLOAD_MIRROR", mirror.to_owned()),
            ("ASF_STATIC_LIBS_DIR", static_libs),
        ];
        Self { place, variables }
    }

    fn lpm(&self, arguments: &[&str]) -> Result {
        let variables: Vec<_> = self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.place.run_with(&[&["lpm"], arguments].concat(), &variables)
    }

    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let result = self.lpm(arguments);
        assert_eq!(result.code, 0, "{result:?}");
        result.stdout
    }
}

#[test]
fn a_package_is_listed_installed_and_removed() {
    let setting = Setting::new(&mirror());
    let listed = || {
        let rows: serde_json::Value =
            serde_json::from_str(&setting.done(&["list", "--format", "json"])).unwrap();
        let row =
            rows.as_array().unwrap().iter().find(|row| row["name"] == "dynamodb-local").unwrap().clone();
        row["installed"].as_str().unwrap().to_owned()
    };
    assert_eq!(listed(), "");
    let result = setting.lpm(&["install", "dynamodb-local"]);
    let folder = setting.place.path("home/.asf/volume/lib/dynamodb-local/latest");
    assert_eq!(result.code, 0, "{result:?}");
    // Nobody watches, so there are lines and no bars.
    assert!(
        result.stderr.contains("dynamodb-local latest: downloading http://127.0.0.1:"),
        "{}",
        result.stderr
    );
    let last = format!("dynamodb-local latest is at {}\n", folder.display());
    assert!(result.stderr.ends_with(&last), "{}", result.stderr);
    assert_eq!(std::fs::read(folder.join("DynamoDBLocal.jar")).unwrap(), b"a jar");
    assert_eq!(listed(), "var");
    // Here already: nothing is got again.
    let again = setting.lpm(&["install", "dynamodb-local"]);
    assert_eq!(again.stderr, last);

    let info: serde_json::Value =
        serde_json::from_str(&setting.done(&["info", "dynamodb-local", "--format", "json"])).unwrap();
    assert_eq!(info["default_version"], "latest");
    assert_eq!(info["versions"][0]["path"], folder.to_str().unwrap());
    let verbose = setting.done(&["list", "--versions", "-v", "--format", "plain"]);
    assert!(
        verbose.lines().any(|line| line.starts_with("moto\t5.1.22\t\t") && line.contains("\tpip\t")),
        "{verbose}"
    );

    assert_eq!(setting.lpm(&["remove", "dynamodb-local"]).stderr, "dynamodb-local latest is removed\n");
    assert_eq!(setting.lpm(&["remove", "dynamodb-local"]).stderr, "dynamodb-local latest is not installed\n");
    assert_eq!(listed(), "");
    assert_eq!(setting.done(&["install", "--target", "static", "--quiet", "dynamodb-local"]), "");
    assert_eq!(listed(), "static");
}

/// What the mirror has for ElasticMQ is not ElasticMQ; the other package is installed all the same.
#[test]
fn one_that_fails_does_not_keep_the_others() {
    let setting = Setting::new(&mirror());
    let result = setting.lpm(&["install", "--parallel", "2", "elasticmq", "dynamodb-local"]);
    assert_eq!(result.code, 1, "{result:?}");
    assert!(result.stderr.contains("elasticmq 1.7.1 is not installed"), "{}", result.stderr);
    assert!(
        result.stderr.contains("error: elasticmq 1.7.1 is not installed: what http"),
        "{}",
        result.stderr
    );
    assert!(result.stderr.contains("dynamodb-local latest is at "), "{}", result.stderr);
}

#[test]
fn without_a_network_it_says_what_to_do() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let setting = Setting::new(&format!("http://127.0.0.1:{port}"));
    let result = setting.lpm(&["install", "elasticmq"]);
    assert_eq!(result.code, 1, "{result:?}");
    assert!(result.stderr.contains("cannot be reached"), "{}", result.stderr);
    assert!(
        result.stderr.contains("run `asf lpm install elasticmq` on a machine that has one"),
        "{}",
        result.stderr
    );
}

#[test]
fn command_lines_that_are_wrong() {
    let setting = Setting::new("http://127.0.0.1:1");
    for (arguments, message) in [
        (&["install", "no"][..], "there is no package \"no\"; there are dynamodb-local, "),
        (&["install", "--version", "1", "moto"], "moto has no version \"1\"; it has 5.2.5, "),
        (&["install", "--version", "1", "moto", "redis"], "--version is for one package"),
        (&["install", "--target", "no", "moto"], "\"no\" is no target; there are static and var"),
        (&["info", "no"], "there is no package \"no\""),
        (&["install"], "Usage:"),
    ] {
        let result = setting.lpm(arguments);
        assert!(result.stderr.contains(message), "{arguments:?}: {}", result.stderr);
        assert_eq!(result.code, 2, "{arguments:?}");
    }
}
