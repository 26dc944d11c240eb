//! Tables: values and what is read of them, layers, warnings.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::plugin::Settings;

fn config(variables: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    Config::parse(&variables.iter().copied().collect::<Settings>())
}

#[test]
fn defaults() {
    let config = config(&[]).unwrap();
    assert_eq!(config.listen.0, [Listener::Tcp { host: "127.0.0.1".to_owned(), port: 4566 }]);
    assert_eq!(config.log_level, None);
    assert!(config.strict_service_loading && config.localstack_response_header);
    assert!(!config.debug && !config.persistence && !config.verify_signatures);
    assert_eq!(config.max_head_size.bytes(), 64 << 10);
    assert_eq!(config.max_body_size.bytes(), 128 << 20);
    assert_eq!(config.drain_timeout, Duration::from_secs(5));
    assert_eq!(config.services, ServiceNames::default());
    assert_eq!(config.snapshot_save_strategy, SaveStrategy::OnRequest);
    assert_eq!(config.docker_flags, "");
}

#[test]
fn every_row_is_well_formed() {
    let mut names = BTreeSet::new();
    for variable in variables() {
        assert!(names.insert(variable.name), "{} is there twice", variable.name);
        assert!(variable.meaning().ends_with('.'), "{}", variable.name);
        if !variable.default.is_empty() {
            variable.check(variable.name, variable.default).unwrap();
        }
        assert_eq!(localstack::effect(variable.name), None, "{} steers something", variable.name);
    }
    let mut foreign = BTreeSet::new();
    for name in localstack::names() {
        assert!(foreign.insert(name), "{name} is there twice");
    }
    assert!(foreign.len() > 150, "{}", foreign.len());
}

#[test]
fn values() {
    fn check<T: Setting + std::fmt::Debug>(text: &str, expected: Result<&str, &str>) {
        let found = T::parse(text).map(|value| format!("{value:?}"));
        assert_eq!(found.as_deref().map_err(|part| *part), expected, "{text}");
    }
    for (text, value) in [("1", "true"), ("True", "true"), ("0", "false"), (" FALSE ", "false")] {
        check::<bool>(text, Ok(value));
    }
    check::<bool>("yes", Err("yes"));
    check::<Duration>("30", Ok("30s"));
    check::<Duration>("0.25", Ok("250ms"));
    for wrong in ["-1", "inf", "NaN", "1e300", "1s"] {
        check::<Duration>(wrong, Err(wrong));
    }
    check::<Whole<1, 9>>("9", Ok("Whole(9)"));
    for wrong in ["0", "10", "-1", "1.0", "18446744073709551616"] {
        check::<Whole<1, 9>>(wrong, Err(wrong));
    }
    for (text, value) in [("7", "Size(7)"), ("64KiB", "Size(65536)"), ("1 g", "Size(1073741824)")] {
        check::<Size>(text, Ok(value));
    }
    for wrong in ["", "KiB", "1.5MiB", "9TiB", "-1", "18446744073709551615k", "1ü"] {
        check::<Size>(wrong, Err(wrong));
    }
    check::<LogLevel>("WARNING", Ok("Warn"));
    check::<LogLevel>("trace-internal", Ok("TraceInternal"));
    check::<LogLevel>("loud", Err("loud"));
    check::<ServiceNames>("s3, SQS:4576,", Ok("ServiceNames([\"s3\", \"sqs\"])"));
    check::<ServiceNames>("s3,a/b", Err("a/b"));
    check::<Origins>("https://a.example/,*", Ok("Origins([\"https://a.example\", \"*\"])"));
    check::<Origins>(
        "tauri://localhost,chrome-extension://abc",
        Ok("Origins([\"tauri://localhost\", \"chrome-extension://abc\"])"),
    );
    check::<Origins>("https://a.example,b.example", Err("b.example"));
    check::<Origins>("https://a.example/path", Err("https://a.example/path"));
    check::<HeaderNames>("X-A, x-b", Ok("HeaderNames([\"x-a\", \"x-b\"])"));
    check::<HeaderNames>("x-a,x b", Err("x b"));
}

#[test]
fn hosts() {
    for (text, expected) in [
        ("localhost.localstack.cloud:4566", Some((Some("localhost.localstack.cloud"), Some(4566)))),
        ("localhost", Some((Some("localhost"), None))),
        (":80", Some((None, Some(80)))),
        ("[::1]:80", Some((Some("[::1]"), Some(80)))),
        ("http://localhost", None),
        ("user@localhost", None),
        ("localhost:", None),
        (":", None),
        ("localhost:70000", None),
        ("local host", None),
    ] {
        let found = HostPort::parse(text);
        let expected =
            expected.map(|(host, port)| HostPort { host: host.map(str::to_owned), port }).ok_or(text);
        assert_eq!(found, expected, "{text}");
        if let Ok(found) = found {
            assert_eq!(found.to_string(), text);
        }
    }
}

#[test]
fn places_to_listen() {
    for (text, expected) in [
        ("4567", Some("127.0.0.1:4567")),
        (":4567", Some("127.0.0.1:4567")),
        ("0.0.0.0:443", Some("0.0.0.0:443")),
        ("1.2.3.4", Some("1.2.3.4:4566")),
        ("localhost", Some("localhost:4566")),
        ("localhost:0", Some("localhost:0")),
        ("my-host.local:80", Some("my-host.local:80")),
        ("[::1]:4566", Some("[::1]:4566")),
        ("[::]", Some("[::]:4566")),
        ("::1", Some("[::1]:4566")),
        ("unix:/run/asf.sock", Some("unix:/run/asf.sock")),
        ("unix:///run/asf.sock", Some("unix:/run/asf.sock")),
        ("unix:", None),
        ("nowhere", None),
        ("::1:4566x", None),
        ("1.2.3:80", None),
        ("1.2.3.4:70000", None),
        ("http://localhost:4566", None),
        ("-a:1", None),
        ("a b:1", None),
        ("localhost:", None),
    ] {
        assert_eq!(Listener::parse(text).map(|it| it.to_string()).as_deref(), expected, "{text}");
    }
    let listeners = Listeners::parse("127.0.0.1:4566, [::1]:4566,127.0.0.1:4566,").unwrap();
    assert_eq!(listeners.0.len(), 2);
    assert_eq!(Listeners::parse("127.0.0.1:4566,nowhere"), Err("nowhere"));
    assert_eq!(Listeners::parse(","), Err(","));
    for (text, url) in
        [("0.0.0.0:80", "http://127.0.0.1:80"), ("[::]:80", "http://[::1]:80"), ("unix:/a", "unix:/a")]
    {
        assert_eq!(Listener::parse(text).unwrap().to_connect().url(), url);
    }
}

#[test]
fn errors_name_variable_value_and_what_is_expected() {
    let errors = config(&[
        ("GATEWAY_LISTEN", "127.0.0.1:4566,nowhere"),
        ("LS_LOG", "loud"),
        ("PROVIDER_OVERRIDE_S3", "a b"),
        ("PERSISTENCE", "perhaps"),
    ]);
    assert_eq!(
        errors.unwrap_err().to_string(),
        "GATEWAY_LISTEN=\"127.0.0.1:4566,nowhere\" is not valid: \"nowhere\" is none; expected places to \
         listen, separated by commas, such as 127.0.0.1:4566, [::1]:4566 or unix:/run/asf.sock\n\
         LS_LOG=\"loud\" is not valid: expected one of trace, trace-internal, debug, info, warn, warning, \
         error\n\
         PERSISTENCE=\"perhaps\" is not valid: expected 1 or 0 (or true or false)\n\
         PROVIDER_OVERRIDE_S3=\"a b\" is not valid: expected the name of a provider, such as default, or a backend: \
         native, moto, aws, recorded:<folder>, or an http or https URL"
    );
}

#[test]
fn families() {
    let config = config(&[
        ("PROVIDER_OVERRIDE_COGNITO_IDP", "moto"),
        ("PROVIDER_OVERRIDE_SQS", "default"),
        ("PROVIDER_OVERRIDE_", "x"),
    ]);
    let overrides = config.unwrap().provider_overrides;
    assert_eq!(overrides.get("cognito-idp"), Some("moto"));
    assert_eq!(overrides.get("sqs"), Some("default"));
    assert_eq!(overrides.0.len(), 2);
}

/// Other programs use the name too: `DEBUG=express:*` must not keep us from starting.
#[test]
fn a_shared_name_is_no_error() {
    assert!(!config(&[("DEBUG", "express:*")]).unwrap().debug);
    let layers = environment(&[("DEBUG", "express:*")]);
    let warnings: Vec<String> = warnings(&layers).iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["DEBUG=\"express:*\" is taken for another program's; expected 1 or 0 (or true or false)"]
    );
}

fn environment(variables: &[(&str, &str)]) -> Layers {
    Layers::of_environment(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

#[test]
fn what_is_warned_of() {
    for (name, value, expected) in [
        ("GATEWAY_LISTEN", "0.0.0.0:4566", None),
        ("PROVIDER_OVERRIDE_SQS", "default", None),
        ("STRICT", "1", None),
        ("EXTERNAL_SERVICE_PORTS_START", "4600", None),
        ("STRICT", "0", None),
        ("STRICT", "false", None),
        ("PERSISTENCE", "1", None),
        (
            "EDGE_PORT",
            "4566",
            Some("EDGE_PORT has no effect: LocalStack removed it in 3.0; use GATEWAY_LISTEN"),
        ),
        ("KMS_PROVIDER", "x", Some("KMS_PROVIDER has no effect: LocalStack removed it in 3.0")),
        ("LOCALSTACK_AUTH_TOKEN", "x", Some("LOCALSTACK_AUTH_TOKEN has no effect: no licence is needed")),
        (
            "ENFORCE_IAM",
            "1",
            Some("ENFORCE_IAM has no effect: LocalStack has it, but what it steers is not here"),
        ),
        (
            "GATWAY_LISTEN",
            "x",
            Some("GATWAY_LISTEN (environment) is not known; did you mean GATEWAY_LISTEN?"),
        ),
        (
            "EXTRA_CORS_ALLOWED_ORIGIN",
            "x",
            Some(
                "EXTRA_CORS_ALLOWED_ORIGIN (environment) is not known; did you mean EXTRA_CORS_ALLOWED_ORIGINS?",
            ),
        ),
        (
            "gateway_listen",
            "x",
            Some("gateway_listen (environment) is not known; did you mean GATEWAY_LISTEN?"),
        ),
        ("ASF_NO_SUCH_THING", "x", Some("ASF_NO_SUCH_THING (environment) is not known and has no effect")),
        // Other programs' names.
        ("PATH", "/bin", None),
        ("SERVICE", "x", None),
        ("SQS_QUEUE_URL", "x", None),
        ("LOCALSTACK_PORT_4566_TCP", "tcp://1.2.3.4:4566", None),
        ("DOCKER_HOST", "x", None),
    ] {
        let found: Vec<String> =
            warnings(&environment(&[(name, value)])).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn names_with_the_prefix() {
    let settings = environment(&[
        ("LOCALSTACK_PERSISTENCE", "1"),
        ("LOCALSTACK_HOST", "a:1"),
        ("LOCALSTACK_PROVIDER_OVERRIDE_SQS", "default"),
        ("LOCALSTACK_LS_LOG", "debug"),
        ("LS_LOG", "error"),
    ])
    .settings();
    assert_eq!(settings.get("PERSISTENCE"), Some("1"));
    assert_eq!(settings.get("LOCALSTACK_HOST"), Some("a:1"));
    assert_eq!(settings.get("PROVIDER_OVERRIDE_SQS"), Some("default"));
    assert_eq!(settings.get("LS_LOG"), Some("error"));
}

/// A home directory with profiles and a working directory.
fn folders(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("home/.asf")).unwrap();
    fs::create_dir_all(root.path().join("work")).unwrap();
    for (name, text) in files {
        fs::write(root.path().join(name), text).unwrap();
    }
    root
}

fn load(root: &Path, environment: &[(&str, &str)], profile: Option<&str>) -> Result<Layers, EnvFileError> {
    let home = root.join("home").to_str().unwrap().to_owned();
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Layers::load(environment.chain([("HOME".to_owned(), home)]), profile, &root.join("work"))
}

#[test]
fn the_environment_wins_over_the_profile_and_that_over_dot_env() {
    let root = folders(&[
        ("work/.env", "LS_LOG=error\nSERVICES=from-env-file\nDEBUG=1\nSTRICT=1"),
        ("home/.asf/dev.env", "LS_LOG=warn\nSERVICES=from-profile\nLOCALSTACK_STRICT=0"),
        ("home/.asf/default.env", "EAGER_SERVICE_LOADING=1\nSERVICES=from-default"),
    ]);
    let layers = load(root.path(), &[("LS_LOG", "info"), ("STRICT", "")], Some("dev")).unwrap();
    assert_eq!(layers.get("LS_LOG"), Some("info"));
    assert_eq!(layers.origin("LS_LOG"), Some(&Origin::Environment));
    assert_eq!(layers.get("SERVICES"), Some("from-profile"));
    let profile = root.path().join("home/.asf/dev.env");
    assert_eq!(layers.origin("SERVICES"), Some(&Origin::Profile(profile)));
    assert_eq!(layers.get("DEBUG"), Some("1"));
    assert_eq!(layers.origin("DEBUG"), Some(&Origin::DotEnv(root.path().join("work/.env"))));
    assert_eq!(layers.get("STRICT"), Some("0"));
    assert_eq!(layers.get("EAGER_SERVICE_LOADING"), None);

    let mut layers = load(root.path(), &[("CONFIG_PROFILE", "dev,default")], None).unwrap();
    assert_eq!(layers.get("SERVICES"), Some("from-profile"));
    assert_eq!(layers.get("EAGER_SERVICE_LOADING"), Some("1"));
    layers.set("SERVICES", "s3");
    assert_eq!(layers.settings().get("SERVICES"), Some("s3"));
    assert_eq!(layers.origin("SERVICES"), Some(&Origin::CommandLine));

    let layers = load(root.path(), &[], None).unwrap();
    assert_eq!(layers.get("SERVICES"), Some("from-default"));
}

#[test]
fn profiles_that_cannot_be_read() {
    let root = folders(&[("home/.asf/broken.env", "A=1\nnonsense")]);
    let error = |profile| load(root.path(), &[], Some(profile)).unwrap_err().to_string();
    let folder = root.path().join("home/.asf");
    let path = |name: &str| folder.join(name).display().to_string();
    assert_eq!(error("no"), format!("there is no profile \"no\": {} does not exist", path("no.env")));
    assert_eq!(error("broken"), format!("{}, line 2: there is no '='", path("broken.env")));
    for name in ["../x", "a/b", ".hidden", "", "a,,b"] {
        let message = error(name);
        assert!(message.contains("is no name of a profile") || message.contains("no profile"), "{message}");
    }
    load(root.path(), &[], None).unwrap();
}

#[test]
fn unknown_names_of_a_profile_are_warned_of() {
    let root = folders(&[
        ("home/.asf/default.env", "FOO=1\nAWS_REGION=x"),
        ("work/.env", "DATABASE_URL=x\nAWS_REGION=x"),
    ]);
    let layers = load(root.path(), &[], None).unwrap();
    let profile = root.path().join("home/.asf/default.env").display().to_string();
    let found: Vec<String> = warnings(&layers).iter().map(ToString::to_string).collect();
    assert_eq!(found, [format!("FOO ({profile}) is not known and has no effect")]);
}

#[test]
fn folders_at_home() {
    let of = |variables: &[(&str, &str)]| config(variables).unwrap();
    let config = of(&[("HOME", "/home/me"), ("CONFIG_DIR", "~/x"), ("ASF_RUN_DIR", "/run/asf")]);
    assert_eq!(config.config_dir, Path::new("/home/me/x"));
    assert_eq!(config.run_dir, Path::new("/run/asf"));
    assert_eq!(config.volume_dir, Path::new("/home/me/.asf/volume"));
    assert_eq!(of(&[]).config_dir, Path::new("~/.asf"));
    assert_eq!(config.volume(), Ok(Path::new("/home/me/.asf/volume")));
    // A folder of that name is none of ours to make.
    let error = of(&[]).volume().unwrap_err().to_string();
    assert_eq!(
        error,
        "HOME is not set, so there is no folder ~/.asf/volume: set HOME, or LOCALSTACK_VOLUME_DIR to a folder whose \
         path does not begin with ~"
    );
    assert_eq!(of(&[("LOCALSTACK_VOLUME_DIR", "volume")]).volume(), Ok(Path::new("volume")));
    let root = folders(&[("home/own.env", "SERVICES=s3")]);
    let layers = load(root.path(), &[("CONFIG_DIR", "~/")], Some("own")).unwrap();
    assert_eq!(layers.get("SERVICES"), Some("s3"));
}
