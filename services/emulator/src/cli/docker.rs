//! `asf start --docker`: the same in a container.

use std::io;
use std::process::{Command, Stdio};

use asf_runtime::config::{Config, Listener};
use asf_runtime::hook::ContainerContext;

use super::{Failure, Outcome, Session, config, hooks};

/// Where the image has what is kept.
const VOLUME: &str = "/var/lib/localstack";

pub(super) fn run(session: &Session, detached: bool) -> Outcome {
    let settings = session.config()?;
    find_engine(&settings)?;
    let mut container = container(session, &settings, detached);
    hooks::configure_container(session, &mut container)?;
    let status = docker(&settings)?.arg("run").args(container.into_words()).status()?;
    match status.code() {
        Some(0) => Ok(()),
        code => Err(Failure::Silent(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))),
    }
}

/// `DOCKER_CMD` may have arguments: `sudo docker`.
fn docker(settings: &Config) -> Result<Command, Failure> {
    let mut words = settings.docker_cmd.split_whitespace();
    let program = words.next().ok_or_else(|| Failure::NoDocker("DOCKER_CMD names no program".to_owned()))?;
    let mut command = Command::new(program);
    command.args(words);
    Ok(command)
}

fn find_engine(settings: &Config) -> Outcome {
    let mut command = docker(settings)?;
    command.args(["version", "--format", "{{.Server.Version}}"]).stdin(Stdio::null());
    let advice = "Start Docker, or leave out --docker: asf needs no container";
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let words = String::from_utf8_lossy(&output.stderr);
            let words = words.lines().next().unwrap_or("it does not say why").trim().to_owned();
            Err(Failure::NoDocker(format!("no Docker engine answers ({words}). {advice}")))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let program = &settings.docker_cmd;
            Err(Failure::NoDocker(format!("there is no program {program:?} (DOCKER_CMD). {advice}")))
        }
        Err(error) => Err(Failure::NoDocker(format!("{}: {error}. {advice}", settings.docker_cmd))),
    }
}

/// The container as the configuration says; hooks may change it.
fn container(session: &Session, settings: &Config, detached: bool) -> ContainerContext {
    let mut words = vec!["--rm".to_owned()];
    words.extend(detached.then(|| "--detach".to_owned()));
    words.extend(["--name".to_owned(), settings.main_container_name.clone()]);
    let mut inside = Vec::new();
    for listener in &settings.listen.0 {
        if let Listener::Tcp { host, port } = listener {
            let host = if host == "localhost" { "127.0.0.1" } else { host };
            let outside = Listener::Tcp { host: host.to_owned(), port: *port };
            words.extend(["--publish".to_owned(), format!("{outside}:{port}")]);
            inside.push(format!("0.0.0.0:{port}"));
        }
    }
    words.extend(["--env".to_owned(), format!("GATEWAY_LISTEN={}", inside.join(","))]);
    for (name, value) in config::for_container(session) {
        words.extend(["--env".to_owned(), format!("{name}={value}")]);
    }
    words.extend(["--volume".to_owned(), format!("{}:{VOLUME}", settings.volume_dir.display())]);
    words.extend(settings.docker_flags.split_whitespace().map(str::to_owned));
    ContainerContext::new(session.layers.settings(), words, settings.image_name.clone())
}
