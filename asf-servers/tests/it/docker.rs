//! Containers, with a program that answers as `docker` does: there is no engine where these tests run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use asf_servers::{DockerContainerServer, DockerEngine, Proxied, Server, ServerError};

use super::{SCRIPT, pids};

/// A program that writes down how it is called, and runs the test server as the container.
pub(crate) fn engine(folder: &Path) -> DockerEngine {
    let program = folder.join("docker");
    let script = format!(
        "#!/bin/sh\n\
         echo \"$@\" >> {calls}\n\
         test \"$1\" = run || exit 0\n\
         while test \"$1\" != --publish; do shift; done\n\
         port=${{2#127.0.0.1:}}\n\
         exec python3 {SCRIPT} ${{port%:*}} polite\n",
        calls = folder.join("calls").display()
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    DockerEngine::of(&program.display().to_string())
}

#[tokio::test]
async fn a_container_is_run_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let container = DockerContainerServer {
        environment: vec![("KEY".to_owned(), "a value".to_owned())],
        volumes: vec![("/data".to_owned(), "/var/lib/it".to_owned())],
        flags: vec!["--memory=1g".to_owned()],
        command: vec!["serve".to_owned()],
        engine: engine(folder.path()),
        ..DockerContainerServer::new("it", "it:1.2", 80)
    };
    let server = Server::new(container);
    let address = server.start().await.unwrap();
    server.stop().await;
    assert_eq!(server.logs().tail(1), ["bye"]);
    let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
    let port = address.port();
    assert_eq!(
        calls.lines().collect::<Vec<_>>(),
        [
            "version --format {{.Server.Version}}",
            &format!("rm --force asf-it-{port}"),
            &format!(
                "run --rm --name asf-it-{port} --publish {address}:80 --env KEY=a value \
                 --volume /data:/var/lib/it --memory=1g it:1.2 serve"
            ),
        ]
    );
}

#[tokio::test]
async fn a_container_behind_a_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let container =
        DockerContainerServer { engine: engine(folder.path()), ..DockerContainerServer::new("it", "it", 80) };
    let server = Server::new(Proxied(container));
    let address = server.start().await.unwrap();
    assert_eq!(pids(&server).len(), 1);
    let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
    assert!(!calls.contains(&address.to_string()), "{calls}");
}

#[tokio::test]
async fn without_an_engine_the_error_says_so() {
    for (cmd, reason) in
        [("no-such-docker", "no-such-docker: No such file"), ("false", "it does not say why")]
    {
        let engine = DockerEngine::of(cmd);
        let server =
            Server::new(DockerContainerServer { engine, ..DockerContainerServer::new("it", "it", 80) });
        let error = server.start().await.unwrap_err();
        assert!(matches!(error, ServerError::NoDocker { .. }));
        let words = error.to_string();
        assert!(
            words.starts_with(&format!("it needs a Docker engine, and none answers: {reason}")),
            "{words}"
        );
    }
}
