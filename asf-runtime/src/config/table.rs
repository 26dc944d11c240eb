//! The one table of variables. Everything else is made of it: the typed configuration, `asf config show`,
//! checks, warnings, `docs/configuration.md`.

use std::path::PathBuf;
use std::time::Duration;

use super::variable::{Reader, variables};
use super::{
    BackendRules, ConfigErrors, HeaderNames, HostPort, Listeners, LoadStrategy, LogFormat, LogLevel, Origins,
    ProviderOverrides, SaveStrategy, ServiceNames, Size, Source, Variable, Whole, Words,
};
use crate::plugin::Settings;

variables! {
    "Listening" {
        /// Where to listen: a list of `<address>:<port>`, `[<IPv6 address>]:<port>` and `unix:<path>`. An
        /// address alone has port 4566, a port alone is on the loopback, port 0 is one that is free. In a
        /// container use `0.0.0.0:4566`, as the image does.
        "GATEWAY_LISTEN" listen: Listeners = "127.0.0.1:4566";
        /// The host, the port (`:4566`), or both that URLs in answers name. A host alone has the port of
        /// `GATEWAY_LISTEN`. Without it they name those that the request was sent to.
        "LOCALSTACK_HOST" localstack_host: Option<HostPort> = "";
        /// Makes URLs in answers begin with `https`, whatever the request came over.
        "USE_SSL" use_ssl: bool = "0";
        /// A file with a private key and certificates (PEM) to speak TLS with, instead of the self-signed
        /// certificate that is made on first use.
        "CUSTOM_SSL_CERT_PATH" custom_ssl_cert_path: Option<PathBuf> = "";
        /// Whether answers have the header `x-localstack`, by which tools recognise LocalStack.
        "LOCALSTACK_RESPONSE_HEADER_ENABLED" localstack_response_header: bool = "1";
    }
    "Logging and tracing" {
        /// Logs more, and opens endpoints that show the inside, such as `/_localstack/diagnose`.
        "DEBUG" debug: bool = "0", .shared_name();
        /// How much is logged; stronger than `DEBUG`.
        "LS_LOG" log_level: Option<LogLevel> = "";
        /// What log lines look like: for people, or one JSON object a line.
        "ASF_LOG_FORMAT" log_format: LogFormat = "text", .by(Source::Asf);
        /// Logs each handler that a request goes through, its time, and what it changed.
        "DEBUG_HANDLER_CHAIN" debug_handler_chain: bool = "0";
        /// How many calls `/_asf/requests` remembers; 0 is none.
        "ASF_REQUEST_JOURNAL_SIZE" request_journal_size: Whole<0, 1_000_000> = "1000", .by(Source::Asf);
        /// Where OpenTelemetry traces are sent (OTLP over HTTP), such as `http://localhost:4318`. Without it
        /// there are none.
        "OTEL_EXPORTER_OTLP_ENDPOINT" otlp_endpoint: Option<String> = "", .by(Source::OpenTelemetry);
        /// The name of this process in traces.
        "OTEL_SERVICE_NAME" otel_service_name: String = "asf", .by(Source::OpenTelemetry);
    }
    "Services" {
        /// The services that may be used; without it, all.
        "SERVICES" services: ServiceNames = "";
        /// Makes providers at start instead of when they are first called: those of `SERVICES`, else all.
        "EAGER_SERVICE_LOADING" eager_service_loading: bool = "0";
        /// Whether services that `SERVICES` leaves out are refused. If not, `SERVICES` says only which are
        /// loaded at start.
        "STRICT_SERVICE_LOADING" strict_service_loading: bool = "1";
        /// The provider of a service, by name, where there are several, or another backend: `moto`, `aws`,
        /// `recorded:<folder>`, or a URL;
        /// `PROVIDER_OVERRIDE_SQS=default`.
        /// Hyphens in a service's name are underscores here.
        "PROVIDER_OVERRIDE_<SERVICE>" provider_overrides: ProviderOverrides = "";
        /// Refuses every call that is not answered by a native provider.
        "STRICT" strict: bool = "0", .by(Source::Asf);
        /// Which backends are asked, by service and operation, and in which order: rules such as
        /// `*=native,moto;dynamodb.PutItem=http://localhost:8000;kms=none`. See docs/fallback.md.
        "ASF_BACKENDS" backends: BackendRules = "*=native,moto", .by(Source::Asf);
        /// Lets `ASF_BACKENDS` name `aws`: the real AWS, called with `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
        /// `AWS_SESSION_TOKEN` of this process.
        "ASF_ALLOW_AWS" allow_aws: bool = "0", .by(Source::Asf);
        /// A URL that stands in for all endpoints of the real AWS, with the backend `aws`.
        "ASF_AWS_ENDPOINT" aws_endpoint: Option<String> = "", .by(Source::Asf);
        /// The first of the ports that services open for what users connect to directly.
        "EXTERNAL_SERVICE_PORTS_START" external_ports_start: Whole<1, 65535> = "4510";
        /// The port after the last of them.
        "EXTERNAL_SERVICE_PORTS_END" external_ports_end: Whole<1, 65536> = "4560";
    }
    "Accounts and regions" {
        /// Lets calls be signed for regions that AWS does not have.
        "ALLOW_NONSTANDARD_REGIONS" allow_nonstandard_regions: bool = "0";
        /// Issues access key ids that begin with `AKIA` and `ASIA`, as AWS does, and believes the account in
        /// them. Otherwise they begin with `LKIA` and `LSIA`.
        "PARITY_AWS_ACCESS_KEY_ID" parity_aws_access_key_id: bool = "0";
    }
    "Security" {
        /// Refuses requests that are not signed with the secret of their access key: one that a service (STS)
        /// has issued, or the pair in `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
        "VERIFY_SIGNATURES" verify_signatures: bool = "0", .by(Source::Asf);
        /// With `VERIFY_SIGNATURES`: the secret of access keys that no one has issued, `test` and the numbers of
        /// accounts.
        "ASF_TEST_SECRET_KEY" test_secret_key: String = "test", .by(Source::Asf);
        /// Origins of browsers' pages that may call, besides those of this machine: a list such as
        /// `https://app.example.com,http://localhost:3000`.
        "EXTRA_CORS_ALLOWED_ORIGINS" extra_cors_allowed_origins: Origins = "";
        /// Headers that pages may send, besides those of AWS's SDKs.
        "EXTRA_CORS_ALLOWED_HEADERS" extra_cors_allowed_headers: HeaderNames = "";
        /// Headers that pages may see, besides those of AWS's answers.
        "EXTRA_CORS_EXPOSE_HEADERS" extra_cors_expose_headers: HeaderNames = "";
        /// Lets pages of every origin call. Any site that is open in a browser can then read and change
        /// everything here.
        "DISABLE_CORS_CHECKS" disable_cors_checks: bool = "0";
        /// Adds no CORS headers to answers.
        "DISABLE_CORS_HEADERS" disable_cors_headers: bool = "0";
        /// Lets `POST /_localstack/config` change variables while we run.
        "ENABLE_CONFIG_UPDATES" enable_config_updates: bool = "0";
    }
    "Limits" {
        /// Bytes of a request's line and headers, at most.
        "ASF_MAX_HEAD_SIZE" max_head_size: Size = "64KiB", .by(Source::Asf);
        /// Bytes of a body that is read as a whole, at most. Streams, such as S3's objects, are not counted.
        "ASF_MAX_BODY_SIZE" max_body_size: Size = "128MiB", .by(Source::Asf);
        /// Connections at the same time, at most; more have to wait.
        "ASF_MAX_CONNECTIONS" max_connections: Whole<1, 1_000_000> = "10000", .by(Source::Asf);
        /// Seconds that a client may take to send a request's line and headers.
        "ASF_HEAD_TIMEOUT" head_timeout: Duration = "30", .by(Source::Asf);
        /// Seconds after which a connection without a request is closed.
        "ASF_IDLE_TIMEOUT" idle_timeout: Duration = "300", .by(Source::Asf);
        /// Seconds that requests under way may go on after the end was asked for.
        "ASF_DRAIN_TIMEOUT" drain_timeout: Duration = "5", .by(Source::Asf);
    }
    "State" {
        /// Keeps state across restarts.
        "PERSISTENCE" persistence: bool = "0";
        /// When state is written. `ON_REQUEST` loses nothing that was acknowledged.
        "SNAPSHOT_SAVE_STRATEGY" snapshot_save_strategy: SaveStrategy = "ON_REQUEST";
        /// When state is read.
        "SNAPSHOT_LOAD_STRATEGY" snapshot_load_strategy: LoadStrategy = "ON_REQUEST";
        /// Seconds between writes with `SNAPSHOT_SAVE_STRATEGY=SCHEDULED`.
        "SNAPSHOT_FLUSH_INTERVAL" snapshot_flush_interval: Duration = "15";
    }
    "Hooks and plugins" {
        /// The folder with init scripts, in `boot.d`, `start.d`, `ready.d` and `shutdown.d`.
        "ASF_INIT_DIR" init_dir: PathBuf = "/etc/localstack/init", .by(Source::Asf);
        /// Plugins that are not used: a list of `<namespace>/<name>`, as `asf plugins list` shows them. `*` stands
        /// for any text: `hooks/*`.
        "ASF_DISABLED_PLUGINS" disabled_plugins: Words = "", .by(Source::Asf);
    }
    "Command line" {
        /// Which profile to read: `<CONFIG_DIR>/<profile>.env`. Without it `default.env` is read, if there is
        /// one. Only in the environment, or as `--profile`.
        "CONFIG_PROFILE" config_profile: Option<String> = "";
        /// The folder of profiles. Only in the environment.
        "CONFIG_DIR" config_dir: PathBuf = "~/.asf";
        /// The folder where a detached process keeps its pid file and its log; one process a folder.
        "ASF_RUN_DIR" run_dir: PathBuf = "~/.asf/run", .by(Source::Asf);
        /// The folder for what is kept: state, certificates, downloads, extensions. With `--docker` it is mounted at
        /// `/var/lib/localstack`.
        "LOCALSTACK_VOLUME_DIR" volume_dir: PathBuf = "~/.asf/volume";
        /// The folder of packages that an image is built with (`asf lpm install --target static`). Others are
        /// installed in `LOCALSTACK_VOLUME_DIR`, below `lib`.
        "ASF_STATIC_LIBS_DIR" static_libs_dir: PathBuf = "/usr/lib/asf", .by(Source::Asf);
    }
    "Packages" {
        /// A mirror of what packages are downloaded from: `https://host/path` is got from
        /// `<mirror>/host/path`. pip, npm and apt have settings of their own.
        "ASF_DOWNLOAD_MIRROR" download_mirror: Option<String> = "", .by(Source::Asf);
        /// A file with root certificates (PEM) for downloads of packages and for backends with an `https` URL,
        /// instead of those that are built in: for networks whose proxies open TLS.
        "ASF_CA_BUNDLE" ca_bundle: Option<PathBuf> = "", .by(Source::Asf);
        /// The URL of a Maven repository, for packages that come from one.
        "ASF_MAVEN_REPOSITORY" maven_repository: Option<String> = "", .by(Source::Asf);
    }
    "Docker" {
        /// The image that `asf start --docker` runs.
        "IMAGE_NAME" image_name: String = "asf:latest";
        /// The name of its container.
        "MAIN_CONTAINER_NAME" main_container_name: String = "asf-main";
        /// The program that speaks to the Docker engine, with arguments that always go first: `sudo docker`.
        "DOCKER_CMD" docker_cmd: String = "docker";
        /// Further arguments of `docker run`.
        "DOCKER_FLAGS" docker_flags: String = "";
    }
}
