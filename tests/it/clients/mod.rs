//! Real clients against a server: boto3 and the AWS CLI, from a virtual environment that is made here.

mod cbor;
mod emulator;
mod s3;
mod venv;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use asf_moto::Inventory;
use asf_packages::{Installation, Packages, Silent, Target};
use asf_runtime::config::Config;

pub(crate) use emulator::{Emulator, NATIVE};
use venv::Clients;

/// A command with what an AWS client needs in its environment, and nothing of the developer's own.
fn client(program: &Path, emulator: &Emulator) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    for (name, value) in [
        ("AWS_ENDPOINT_URL", emulator.url()),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", "/nonexistent"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
        ("AWS_PAGER", ""),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("LC_ALL", "C.UTF-8"),
        ("HOME", "/nonexistent"),
    ] {
        command.env(name, value);
    }
    command
}

/// What it printed, for the message of a failed test.
fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients")
}

/// Runs the tests of a Python file, each in an emulator that they share.
fn python_tests(clients: Clients, file: &str) {
    python_tests_against(&Emulator::start(), clients, file);
}

fn python_tests_against(emulator: &Emulator, clients: Clients, file: &str) {
    unittest(emulator, clients, file, &["-q", file]);
}

/// Runs the tests of all files of a folder.
fn python_folder(emulator: &Emulator, clients: Clients, folder: &str) {
    unittest(emulator, clients, folder, &["discover", "-q", "-s", folder, "-t", "."]);
}

fn unittest(emulator: &Emulator, clients: Clients, what: &str, arguments: &[&str]) {
    let output = client(&clients.program("python"), emulator)
        .args(["-m", "unittest"])
        .args(arguments)
        .current_dir(scripts())
        .env("EMULATOR_PID", std::process::id().to_string())
        .output()
        .unwrap();
    let shown = shown(&output);
    assert!(output.status.success(), "{what}:\n{shown}");
    assert!(!shown.contains("Ran 0 tests"), "{what} has no tests:\n{shown}");
}

#[test]
fn boto3_sns() {
    python_tests(Clients::Today, "test_sns.py");
}

#[test]
fn boto3_sqs() {
    python_tests(Clients::Today, "test_sqs.py");
}

/// The same tests over the query protocol.
#[test]
fn boto3_sqs_query() {
    python_tests(Clients::Query, "test_sqs.py");
}

/// Two tests at the same time, each in a branch of one state.
#[test]
fn boto3_branches() {
    python_tests(Clients::Today, "test_branches.py");
}

/// The tests start the process themselves, and kill it.
#[test]
fn boto3_restart() {
    let output = Command::new(Clients::Today.program("python"))
        .args(["-m", "unittest", "-q", "test_restart.py"])
        .current_dir(scripts())
        .env_clear()
        .env("ASF", env!("CARGO_BIN_EXE_asf-under-test"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    let shown = shown(&output);
    assert!(output.status.success() && !shown.contains("Ran 0 tests"), "{shown}");
}

#[test]
fn boto3_dynamodb() {
    python_tests(Clients::Today, "test_dynamodb.py");
}

#[test]
fn boto3_sts() {
    python_tests(Clients::Today, "test_sts.py");
}

/// The endpoints of the process itself, and what is told to browsers.
#[test]
fn internal_endpoints() {
    let settings = [NATIVE, ("DEBUG", "1"), ("EXTRA_CORS_ALLOWED_ORIGINS", "http://friend.test")];
    let emulator = Emulator::start_with(settings.into_iter().collect());
    python_tests_against(&emulator, Clients::OpenApi, "test_internal.py");
}

#[test]
fn boto3_extension_in_python() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/extensions/python-translate");
    let emulator = Emulator::start_with_extension(&example);
    python_tests_against(&emulator, Clients::Today, "test_extension.py");
}

#[test]
fn boto3_errors() {
    python_tests(Clients::Today, "test_errors.py");
}

#[test]
fn boto3_faults() {
    python_tests(Clients::Today, "test_faults.py");
}

/// The volume with moto, which is installed once, in the target directory.
///
/// # Panics
/// When it cannot be installed: that is a failure, not a reason to skip.
fn moto() -> (String, Installation) {
    let volume = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moto").display().to_string();
    let settings = [("LOCALSTACK_VOLUME_DIR", volume.as_str())].into_iter().collect();
    let packages = Packages::configured(&Config::parse(&settings).unwrap());
    let installer = packages.installer("moto", None).unwrap();
    let installed = installer.install(Target::VarLibs, &Silent);
    let installation = installed.unwrap_or_else(|error| {
        panic!("the tests of what moto answers need moto, from the Python package index: {error}")
    });
    (volume, installation)
}

#[test]
fn boto3_moto() {
    let (volume, _) = moto();
    // Of what is native, two services in moto's hands: with bodies, and with accounts in names.
    let settings = [
        ("LOCALSTACK_VOLUME_DIR", volume.as_str()),
        ("PROVIDER_OVERRIDE_S3", "moto"),
        ("PROVIDER_OVERRIDE_SNS", "moto"),
    ];
    let settings = settings.into_iter().collect();
    let emulator = Emulator::start_with(settings);
    python_tests_against(&emulator, Clients::Today, "test_moto_resources.py");
    python_tests_against(&emulator, Clients::Today, "test_moto.py");
}

/// `asf-moto/src/inventory.json` is what the moto says that is installed by default.
#[test]
fn moto_says_what_is_shipped() {
    let (_, installation) = moto();
    let said = Inventory::asked(&installation.launch.program).unwrap();
    assert!(said == *Inventory::shipped(), "inventory.json is not current: scripts/moto-inventory");
}

/// Engines are installed once, in the target directory, from Debian's packages as far as the machine has none.
fn with_engines(file: &str, ports: (&str, &str), more: &[(&str, &str)]) {
    let has = |program: &str| {
        let version = Command::new(program).arg("--version").output();
        version.is_ok_and(|it| it.status.success())
    };
    if !has("apt-get") {
        println!("not run: there is no apt, from which engines come");
        return;
    }
    let volume = Path::new(env!("CARGO_TARGET_TMPDIR")).join("engines");
    let settings = [
        ("LOCALSTACK_VOLUME_DIR", volume.to_str().unwrap()),
        ("EXTERNAL_SERVICE_PORTS_START", ports.0),
        ("EXTERNAL_SERVICE_PORTS_END", ports.1),
    ];
    let emulator = Emulator::start_with(settings.into_iter().chain(more.iter().copied()).collect());
    let output = client(&Clients::Engines.program("python"), &emulator)
        .args(["-W", "ignore::ResourceWarning", "-m", "unittest", "-q", file])
        .current_dir(scripts())
        .envs([("PORTS_START", ports.0), ("PORTS_END", ports.1)])
        // It is there when the first server is that needs it.
        .env("CERTIFICATE", volume.join("tls/server.pem"))
        .output()
        .unwrap();
    let shown = shown(&output);
    assert!(output.status.success(), "{file}:\n{shown}");
}

#[test]
fn boto3_rds_and_clients_of_databases() {
    with_engines("test_rds.py", ("25510", "25560"), &[]);
}

#[test]
fn boto3_elasticache_and_redis() {
    with_engines("test_elasticache.py", ("25610", "25660"), &[]);
}

/// A server of npm's that an override puts in front.
#[test]
fn boto3_kinesis_by_kinesalite() {
    let has_npm = Command::new("npm").arg("--version").output().is_ok_and(|it| it.status.success());
    if !has_npm {
        println!("not run: there is no npm");
        return;
    }
    with_engines("test_kinesis.py", ("25710", "25760"), &[("PROVIDER_OVERRIDE_KINESIS", "kinesalite")]);
}

/// Nothing is asked but native providers, whatever the rules say.
#[test]
fn strict() {
    let settings = [("ASF_BACKENDS", "*=native,moto"), ("STRICT", "1")];
    let emulator = Emulator::start_with(settings.into_iter().collect());
    python_tests_against(&emulator, Clients::Today, "test_errors.py");
}

#[test]
fn boto3_signatures() {
    let settings = [NATIVE, ("VERIFY_SIGNATURES", "1")];
    let emulator = Emulator::start_controlled(settings.into_iter().collect());
    python_tests_against(&emulator, Clients::Today, "test_signatures.py");
}

/// The lines of the README's quick start, as a shell runs them.
#[test]
fn aws_cli() {
    let emulator = Emulator::start();
    let aws = Clients::Today.program("aws");
    // Version 1 of the CLI takes AWS's own host for SQS, whatever AWS_ENDPOINT_URL says.
    let awslocal = || {
        let mut command = client(&aws, &emulator);
        command.args(["--endpoint-url", emulator.url()]);
        command
    };
    let run = |arguments: &[&str]| {
        let output = awslocal().args(arguments).output().unwrap();
        assert!(output.status.success(), "aws {}:\n{}", arguments.join(" "), shown(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let text = |arguments: &[&str]| run(&[arguments, &["--output", "text"]].concat()).trim().to_owned();

    let account = text(&["sts", "get-caller-identity", "--query", "Account"]);
    assert_eq!(account, "000000000000");
    let url = text(&["sqs", "create-queue", "--queue-name", "orders", "--query", "QueueUrl"]);
    assert_eq!(url, format!("{}/000000000000/orders", emulator.url()));
    run(&["sqs", "send-message", "--queue-url", &url, "--message-body", "hello"]);
    let body = text(&["sqs", "receive-message", "--queue-url", &url, "--query", "Messages[0].Body"]);
    assert_eq!(body, "hello");

    let output = awslocal().args(["sqs", "get-queue-url", "--queue-name", "no"]).output().unwrap();
    assert!(!output.status.success());
    let error = shown(&output);
    assert!(error.contains("(AWS.SimpleQueueService.NonExistentQueue)"), "{error}");
    assert!(error.contains("The specified queue does not exist."), "{error}");
}

/// `awslocal` as its users call it: nothing but the place to go to.
#[test]
fn awslocal() {
    let emulator = Emulator::start();
    let program = Clients::Today.program("awslocal");
    let bin = program.parent().unwrap().to_owned();
    let output = client(&program, &emulator)
        // It runs `aws`, as it finds it.
        .env("PATH", bin)
        .args(["sqs", "create-queue", "--queue-name", "orders", "--query", "QueueUrl", "--output", "text"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    let url = String::from_utf8(output.stdout).unwrap();
    assert_eq!(url.trim(), format!("{}/000000000000/orders", emulator.url()));
}
