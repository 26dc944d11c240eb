//! Archives and jars from a server of ours, in place of those that tests do not reach.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use asf_packages::{
    Archive, Checksum, InstallError, Installation, Installer, Jar, Packages, Silent, Sources, Target,
    github_asset,
};

use super::{files, libraries, package};

/// A server of files by path, which ends with the test process.
struct Files {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

/// `cut` has its last bytes missing, though its length says otherwise.
fn serve(files: &[(&str, Vec<u8>)]) -> Files {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let files: HashMap<String, Vec<u8>> =
        files.iter().map(|(path, it)| ((*path).to_owned(), it.clone())).collect();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let all_asked = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let first = lines.next().unwrap();
            lines.find(String::is_empty);
            let path = first.split(' ').nth(1).unwrap().to_owned();
            match files.get(&path) {
                Some(file) => {
                    let head = format!(
                        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                        file.len()
                    );
                    let sent = if path.contains("cut") { &file[..file.len() - 1] } else { file };
                    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent)).unwrap();
                }
                None => {
                    stream
                        .write_all(
                            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                        )
                        .unwrap();
                }
            }
            all_asked.lock().unwrap().push(path);
        }
    });
    Files { url, asked }
}

fn archive() -> Vec<u8> {
    let mut builder =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(4);
    header.set_mode(0o755);
    header.set_cksum();
    builder.append_data(&mut header, "it-1/bin/program", &b"text"[..]).unwrap();
    builder.into_inner().unwrap().finish().unwrap()
}

fn digest<D: sha2::Digest>(bytes: &[u8]) -> String {
    D::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn install(
    folder: &Path,
    sources: Sources,
    installer: impl Installer + Clone + 'static,
) -> Result<Installation, InstallError> {
    let packages = Packages::new([package(move |_| Box::new(installer.clone()))], libraries(folder), sources);
    packages.installer("it", None)?.install(Target::VarLibs, &Silent)
}

fn mirrored(files: &Files) -> Sources {
    Sources { mirror: Some(files.url.clone()), ..Sources::default() }
}

#[test]
fn an_archive_is_checked_and_unpacked() {
    let archive = archive();
    let beside = format!("{} *it.tar.gz\n", digest::<sha2::Sha256>(&archive).to_uppercase());
    let files_of_host = serve(&[
        ("/example.com/it.tar.gz", archive.clone()),
        ("/example.com/it.tar.gz.sha256", beside.into_bytes()),
        ("/example.com/it.tar.gz.sha512", digest::<sha2::Sha512>(&archive).into_bytes()),
    ]);
    for checksum in [Checksum::Sha256At(".sha256"), Checksum::Sha512At(".sha512"), Checksum::Unknown] {
        let folder = tempfile::tempdir().unwrap();
        let installer = Archive::new("https://example.com/it.tar.gz", checksum, "bin/program").strip(1);
        let here = install(folder.path(), mirrored(&files_of_host), installer).unwrap();
        assert_eq!(fs::read_to_string(&here.launch.program).unwrap(), "text");
        // Neither the archive nor anything else is left.
        let expected = ["var/it/.1.lock", "var/it/1/.asf-package.json", "var/it/1/bin/program"];
        assert_eq!(files(folder.path()), expected);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("it.tar.gz");
    fs::write(&file, &archive).unwrap();
    let url = format!("file://{}", file.display());
    install(folder.path(), Sources::default(), Archive::new(&url, Checksum::Unknown, "it-1/bin/program"))
        .unwrap();
}

#[test]
fn what_is_not_right_is_not_installed() {
    let archive = archive();
    let files_of_host = serve(&[
        ("/example.com/it.tar.gz", archive.clone()),
        ("/example.com/it.tar.gz.sha256", digest::<sha2::Sha256>(b"another").into_bytes()),
        ("/example.com/cut.tar.gz", archive),
        ("/example.com/text.tar.gz", b"no archive".to_vec()),
    ]);
    let (another, program) = (Checksum::Sha256("00"), "it-1/bin/program");
    for (path, checksum, program, expected) in [
        ("it", another, program, "is not what is expected (its digest is "),
        ("it", Checksum::Sha256At(".sha256"), program, "is not what is expected"),
        ("it", Checksum::Sha256At(".none"), program, "it.tar.gz.none: it answers 404"),
        ("none", Checksum::Unknown, program, "none.tar.gz: it answers 404"),
        ("cut", Checksum::Unknown, program, "broke off"),
        ("text", Checksum::Unknown, program, "it cannot be unpacked"),
        ("it", Checksum::Unknown, "bin/other", "it.tar.gz has no bin/other"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let installer = Archive::new(&format!("https://example.com/{path}.tar.gz"), checksum, program);
        let error = install(folder.path(), mirrored(&files_of_host), installer).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nis not: {expected}");
        assert_eq!(files(folder.path()), ["var/it/.1.lock"]);
    }
}

#[test]
fn jars_come_from_releases_and_repositories() {
    let jar = b"a jar".to_vec();
    let served = serve(&[
        ("/github.com/owner/it/releases/download/v1/it.jar", jar.clone()),
        ("/repository/org/example/it/1.0/it-1.0.jar", jar.clone()),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let release = Jar::new(&github_asset("owner/it", "v1", "it.jar"), Checksum::Unknown);
    let here = install(folder.path(), mirrored(&served), release).unwrap();
    assert_eq!(here.launch.program, Path::new("java"));
    assert_eq!(fs::read(&here.launch.arguments[1]).unwrap(), jar);

    let artifact = Jar::maven("org.example", "it", "1.0", Checksum::Unknown);
    let folder = tempfile::tempdir().unwrap();
    let error = install(folder.path(), Sources::default(), artifact.clone()).unwrap_err().to_string();
    assert!(error.contains("set ASF_MAVEN_REPOSITORY"), "{error}");
    let maven = Some(format!("{}/repository/", served.url));
    install(folder.path(), Sources { maven, ..Sources::default() }, artifact).unwrap();
    assert_eq!(served.asked.lock().unwrap().len(), 2);
}

#[test]
fn without_a_network_the_error_says_what_to_do() {
    // A port that nobody listens on.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let sources = Sources { mirror: Some(format!("http://127.0.0.1:{port}")), ..Sources::default() };
    let folder = tempfile::tempdir().unwrap();
    let installer = Archive::new("https://example.com/it.tar.gz", Checksum::Unknown, "program");
    let error = install(folder.path(), sources, installer).unwrap_err();
    assert!(matches!(error, InstallError::Offline { .. }), "{error}");
    let destination = folder.path().join("var/it/1");
    let words = error.to_string();
    let expected = format!(
        "run `asf lpm install it` on a machine that has one and copy {} from there, to the same path",
        destination.display()
    );
    assert!(words.contains(&expected), "{words}");
}

/// Answers every request over TLS with a certificate that nobody but `ASF_CA_BUNDLE` believes.
#[test]
fn certificates_of_a_proxy_are_believed_if_they_are_configured() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let tls = rustls::ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let tls = Arc::new(tls);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = rustls::ServerConnection::new(tls.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream.unwrap());
            // One that does not believe us ends here.
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\njar";
            let mut head = [0; 4096];
            let _ = std::io::Read::read(&mut stream, &mut head).and_then(|_| stream.write_all(answer));
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle.pem");
    let jar = || Jar::new("https://example.com/it.jar", Checksum::Unknown);
    let sources = |ca_bundle| Sources {
        mirror: Some(format!("https://localhost:{port}")),
        ca_bundle,
        ..Sources::default()
    };
    let error = install(folder.path(), sources(None), jar()).unwrap_err().to_string();
    assert!(error.contains("set ASF_CA_BUNDLE"), "{error}");
    fs::write(&bundle, "no certificate").unwrap();
    let error = install(folder.path(), sources(Some(bundle.clone())), jar()).unwrap_err().to_string();
    assert!(error.contains("(ASF_CA_BUNDLE) has no certificate in it"), "{error}");
    fs::write(&bundle, made.cert.pem()).unwrap();
    install(folder.path(), sources(Some(bundle)), jar()).unwrap();
}
