//! `asf start --docker`, with a program in Docker's place: what it is asked for, and what is said without it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::place::Place;

/// A program that answers as Docker's does, and writes down what it is asked for.
fn docker(place: &Place, engine: &str) -> PathBuf {
    let asked = place.path("asked");
    let script = place.write(
        "docker",
        &format!(
            "#!/bin/sh\ncase \" $* \" in *' version '*) {engine};; esac\n\
             for word in \"$@\"; do echo \"$word\" >> '{}'; done\nexit 9\n",
            asked.display()
        ),
    );
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    script
}

#[test]
fn without_docker() {
    let place = Place::new();
    let missing = place.run_with(&["start", "--docker"], &[("DOCKER_CMD", "/no/such/docker")]);
    assert_eq!(
        (missing.code, missing.stderr.as_str()),
        (
            8,
            "error: there is no program \"/no/such/docker\" (DOCKER_CMD). Start Docker, or leave out \
             --docker: asf needs no container\n"
        )
    );
    let script = docker(&place, "echo 'Cannot connect to the Docker daemon' >&2; exit 1");
    let down = place.run_with(&["start", "--docker"], &[("DOCKER_CMD", script.to_str().unwrap())]);
    assert_eq!(
        (down.code, down.stderr.as_str()),
        (
            8,
            "error: no Docker engine answers (Cannot connect to the Docker daemon). Start Docker, or leave \
             out --docker: asf needs no container\n"
        )
    );
}

#[test]
fn what_docker_is_asked_for() {
    let place = Place::new();
    let script = docker(&place, "exit 0");
    let command = format!("{} --context x", script.display());
    let result = place.run_with(
        &["start", "--docker", "-d", "-e", "LS_LOG=debug"],
        &[
            ("DOCKER_CMD", &command),
            ("DOCKER_FLAGS", "--network mine"),
            ("GATEWAY_LISTEN", "localhost:4566,0.0.0.0:4567"),
            ("SERVICES", "sqs"),
            ("LOCALSTACK_VOLUME_DIR", "/data"),
            ("PATH_OF_NO_CONCERN", "x"),
        ],
    );
    // The program's own exit code.
    assert_eq!(result.code, 9, "{result:?}");
    let asked = std::fs::read_to_string(place.path("asked")).unwrap();
    let run = asked.split_once("run\n").unwrap().1;
    assert_eq!(
        run.lines().collect::<Vec<_>>().join(" "),
        "--rm --detach --name asf-main --publish 127.0.0.1:4566:4566 --publish 0.0.0.0:4567:4567 \
         --env GATEWAY_LISTEN=0.0.0.0:4566,0.0.0.0:4567 --env LS_LOG=debug --env SERVICES=sqs \
         --volume /data:/var/lib/localstack --network mine asf:latest"
    );
}
