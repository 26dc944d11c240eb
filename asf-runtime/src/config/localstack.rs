//! LocalStack's documented variables that steer nothing here, so that whoever sets one hears of it.
//!
//! Source: LocalStack's documentation, "Configuration", with its section "Legacy". Names that other programs
//! use as well (`DOCKER_HOST`, `TMPDIR`, `SMTP_HOST`, ..) are left out.

use std::fmt;

/// Why one of LocalStack's variables has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// What it steers is not here.
    NotHere,
    /// LocalStack has removed it too, in this version; and what to use.
    Removed(&'static str, Option<&'static str>),
    /// It is not needed, and why.
    NotNeeded(&'static str),
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHere => f.write_str("LocalStack has it, but what it steers is not here"),
            Self::Removed(since, instead) => {
                write!(f, "LocalStack removed it in {since}")?;
                instead.map_or(Ok(()), |instead| write!(f, "; use {instead}"))
            }
            Self::NotNeeded(why) => f.write_str(why),
        }
    }
}

/// The effect of a variable that is LocalStack's and not one of ours.
#[must_use]
pub fn effect(name: &str) -> Option<Effect> {
    if let Some((_, effect)) = SPECIAL.iter().find(|(it, _)| *it == name) {
        return Some(*effect);
    }
    if let Some((_, since)) = REMOVED.iter().find(|(it, _)| *it == name) {
        return Some(Effect::Removed(since, None));
    }
    NOT_HERE.iter().flat_map(|line| line.split(' ')).any(|it| it == name).then_some(Effect::NotHere)
}

const NO_LICENCE: Effect = Effect::NotNeeded("no licence is needed");
const NO_DOWNLOADS: Effect = Effect::NotNeeded("nothing is downloaded at start");

/// Those of which there is something to say.
const SPECIAL: &[(&str, Effect)] = &[
    ("ACTIVATE_PRO", NO_LICENCE),
    ("DATA_DIR", Effect::Removed("2.0", Some("PERSISTENCE and LOCALSTACK_VOLUME_DIR"))),
    ("DEFAULT_REGION", Effect::Removed("3.0", Some("the region of each client"))),
    ("DISABLE_EVENTS", Effect::NotNeeded("nothing is reported to anyone")),
    ("EDGE_BIND_HOST", Effect::Removed("3.0", Some("GATEWAY_LISTEN"))),
    ("EDGE_PORT", Effect::Removed("3.0", Some("GATEWAY_LISTEN"))),
    ("EDGE_PORT_HTTP", Effect::Removed("3.0", Some("GATEWAY_LISTEN"))),
    ("ES_CUSTOM_BACKEND", Effect::Removed("3.0", Some("OPENSEARCH_CUSTOM_BACKEND"))),
    ("ES_ENDPOINT_STRATEGY", Effect::Removed("3.0", Some("OPENSEARCH_ENDPOINT_STRATEGY"))),
    ("ES_MULTI_CLUSTER", Effect::Removed("3.0", Some("OPENSEARCH_MULTI_CLUSTER"))),
    ("HOSTNAME_EXTERNAL", Effect::Removed("3.0", Some("LOCALSTACK_HOST"))),
    ("INIT_SCRIPTS_PATH", Effect::Removed("2.0", Some("ASF_INIT_DIR"))),
    ("LEGACY_INIT_DIR", Effect::Removed("2.0", Some("ASF_INIT_DIR"))),
    ("LOCALSTACK_API_KEY", NO_LICENCE),
    ("LOCALSTACK_AUTH_TOKEN", NO_LICENCE),
    ("LOCALSTACK_HOSTNAME", Effect::Removed("3.0", Some("LOCALSTACK_HOST"))),
    ("LOG_LICENSE_ISSUES", NO_LICENCE),
    ("MULTI_ACCOUNTS", Effect::NotNeeded("accounts are always kept apart")),
    ("SKIP_INFRA_DOWNLOADS", NO_DOWNLOADS),
    ("SKIP_SSL_CERT_DOWNLOAD", NO_DOWNLOADS),
    ("SQS_ENABLE_MESSAGE_RETENTION_PERIOD", Effect::NotNeeded("messages always end with their retention")),
    ("USE_SINGLE_REGION", Effect::Removed("3.0", Some("the region of each client"))),
];

/// Those that LocalStack has removed as well, with the version.
const REMOVED: &[(&str, &str)] = &[
    ("ACTIVATE_NEW_POD_CLIENT", "3.0"),
    ("BIGDATA_MONO_CONTAINER", "3.0"),
    ("DISABLE_TERM_HANDLER", "2.0"),
    ("EDGE_FORWARD_URL", "3.0"),
    ("EVENT_RULE_ENGINE", "4.1"),
    ("HOST_TMP_FOLDER", "2.0"),
    ("KINESIS_INITIALIZE_STREAMS", "3.0"),
    ("KINESIS_PROVIDER", "3.0"),
    ("KMS_PROVIDER", "3.0"),
    ("LAMBDA_CODE_EXTRACT_TIME", "3.0"),
    ("LAMBDA_CONTAINER_REGISTRY", "3.0"),
    ("LAMBDA_EVENT_SOURCE_MAPPING", "4.0"),
    ("LAMBDA_EXECUTOR", "3.0"),
    ("LAMBDA_FALLBACK_URL", "3.0"),
    ("LAMBDA_FORWARD_URL", "3.0"),
    ("LAMBDA_JAVA_OPTS", "3.0"),
    ("LAMBDA_REMOTE_DOCKER", "3.0"),
    ("LAMBDA_STAY_OPEN_MODE", "3.0"),
    ("LAMBDA_XRAY_INIT", "3.0"),
    ("LEGACY_DIRECTORIES", "2.0"),
    ("LEGACY_EDGE_PROXY", "3.0"),
    ("LEGACY_IAM_PROVIDER", "2.0"),
    ("LOCAL_PORT_STEPFUNCTIONS", "4.0"),
    ("MOCK_UNIMPLEMENTED", "3.0"),
    ("PERSIST_ALL", "3.0"),
    ("PORT_WEB_UI", "0.12.8"),
    ("S3_DIR", "4.0"),
    ("SQS_PROVIDER", "2.0"),
    ("STEPFUNCTIONS_LAMBDA_ENDPOINT", "4.0"),
    ("SYNCHRONOUS_API_GATEWAY_EVENTS", "2.0"),
    ("SYNCHRONOUS_DYNAMODB_EVENTS", "2.0"),
    ("SYNCHRONOUS_KINESIS_EVENTS", "3.0"),
    ("SYNCHRONOUS_SNS_EVENTS", "2.0"),
    ("SYNCHRONOUS_SQS_EVENTS", "2.0"),
    ("USE_LIGHT_IMAGE", "2.0"),
];

/// All others, a line for each of LocalStack's headings.
const NOT_HERE: &[&str] = &[
    // Docker
    "DOCKER_SOCK DOCKER_BRIDGE_IP LEGACY_DOCKER_CLIENT FORCE_NONINTERACTIVE OVERRIDE_IN_DOCKER",
    // Services
    "GRAPHQL_ENDPOINT_STRATEGY APPSYNC_JS_LIBS_VERSION BATCH_DOCKER_FLAGS",
    "BEDROCK_PREWARM DEFAULT_BEDROCK_MODEL BEDROCK_PULL_MODELS BIGDATA_DOCKER_NETWORK BIGDATA_DOCKER_FLAGS",
    "CFN_PER_RESOURCE_TIMEOUT CFN_VERBOSE_ERRORS CFN_STRING_REPLACEMENT_DENY_LIST CLOUDFRONT_LAMBDA_EDGE",
    "CODEBUILD_REMOVE_CONTAINERS CODEBUILD_ENABLE_CUSTOM_IMAGES CODEPIPELINE_GH_TOKEN",
    "DMS_SERVERLESS_DEPROVISIONING_DELAY DMS_SERVERLESS_STATUS_CHANGE_WAITING_TIME DOCDB_PROXY_CONTAINER",
    "DYNAMODB_HEAP_SIZE DYNAMODB_SHARE_DB DYNAMODB_IN_MEMORY DYNAMODB_CORS",
    "DYNAMODB_OPTIMIZE_DB_BEFORE_STARTUP DYNAMODB_DELAY_TRANSIENT_STATUSES",
    "ECR_ENDPOINT_STRATEGY ECS_REMOVE_CONTAINERS ECS_DOCKER_FLAGS ECS_DISABLE_AWS_ENDPOINT_URL",
    "ECS_TASK_EXECUTOR EC2_DOCKER_FLAGS EC2_DOCKER_INIT EC2_DOWNLOAD_DEFAULT_IMAGES EC2_EBS_MAX_VOLUME_SIZE",
    "EC2_HYPERVISOR_URI EC2_LIBVIRT_NETWORK EC2_LIBVIRT_POOL EC2_MOUNT_BLOCK_DEVICES EC2_REFERENCE_DOMAIN",
    "EC2_REMOVE_CONTAINERS EC2_VM_MANAGER EKS_K3S_FLAGS EKS_LOADBALANCER_PORT EKS_K3S_IMAGE_TAG",
    "EKS_K8S_PROVIDER EKS_K3S_IMAGE_REPOSITORY EKS_START_K3D_LB_INGRESS EKS_PERSIST_CLUSTER_CONTENTS",
    "EKS_K3D_CLUSTER_TOKEN REDIS_CONTAINER_MODE IGNORE_ES_DOWNLOAD_ERRORS IGNORE_OS_DOWNLOAD_ERRORS",
    "GLUE_JOB_EXECUTOR DOCKER_GLOBAL_IMAGE_PREFIX ENFORCE_IAM IAM_SOFT_MODE",
    "KINESIS_ERROR_PROBABILITY KINESIS_SHARD_LIMIT KINESIS_ON_DEMAND_STREAM_COUNT_LIMIT KINESIS_LATENCY",
    "KINESIS_MOCK_PROVIDER_ENGINE KINESIS_MOCK_MAXIMUM_HEAP_SIZE KINESIS_MOCK_INITIAL_HEAP_SIZE",
    "BUCKET_MARKER_LOCAL HOSTNAME_FROM_LAMBDA LAMBDA_DISABLE_AWS_ENDPOINT_URL LAMBDA_DOCKER_DNS",
    "LAMBDA_DISABLE_JAVA_SDK_V2_CERTIFICATE_VALIDATION LAMBDA_DOCKER_FLAGS LAMBDA_DOCKER_NETWORK",
    "LAMBDA_DOWNLOAD_AWS_LAYERS LAMBDA_IGNORE_ARCHITECTURE LAMBDA_K8S_IMAGE_PREFIX LAMBDA_K8S_INIT_IMAGE",
    "LAMBDA_KEEPALIVE_MS LAMBDA_LIMITS_CONCURRENT_EXECUTIONS LAMBDA_LIMITS_CODE_SIZE_ZIPPED",
    "LAMBDA_LIMITS_CREATE_FUNCTION_REQUEST_SIZE LAMBDA_LIMITS_MAX_FUNCTION_ENVVAR_SIZE_BYTES",
    "LAMBDA_PREBUILD_IMAGES LAMBDA_REMOVE_CONTAINERS LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT",
    "LAMBDA_RUNTIME_EXECUTOR LAMBDA_RUNTIME_IMAGE_MAPPING LAMBDA_RUNTIME_VALIDATION",
    "LAMBDA_SYNCHRONOUS_CREATE LAMBDA_TRUNCATE_STDOUT",
    "MWAA_PIP_TRUSTED_HOSTS MWAA_S3_POLL_INTERVAL MWAA_DOCKER_FLAGS",
    "NEPTUNE_DB_TYPE NEPTUNE_ENABLE_TRANSACTION NEPTUNE_GREMLIN_DEBUG NEPTUNE_USE_SSL",
    "OPENSEARCH_CUSTOM_BACKEND OPENSEARCH_MULTI_CLUSTER OPENSEARCH_ENDPOINT_STRATEGY",
    "RDS_CLUSTER_ENDPOINT_HOST_ONLY RDS_PG_CUSTOM_VERSIONS RDS_MYSQL_DOCKER RDS_PG_MAX_CONNECTIONS",
    "MSSQL_ACCEPT_EULA S3_SKIP_SIGNATURE_VALIDATION S3_SKIP_KMS_KEY_VALIDATION SNS_SES_SENDER_ADDRESS",
    "SQS_DISABLE_CLOUDWATCH_METRICS SQS_CLOUDWATCH_METRICS_REPORT_INTERVAL",
    "SFN_MOCK_CONFIG",
    // Security
    "DISABLE_CUSTOM_CORS_S3 DISABLE_CUSTOM_CORS_APIGATEWAY",
    // Persistence, pods, extensions
    "DISABLE_COMPATIBILITY_RULES AUTO_LOAD_POD POD_LOAD_CLI_TIMEOUT POD_ENCRYPTION ENABLE_POD_RESOURCES",
    "MERGE_STRATEGY EXTENSION_AUTO_INSTALL EXTENSION_DEV_MODE",
    // Miscellaneous, debugging, names
    "OUTBOUND_HTTP_PROXY OUTBOUND_HTTPS_PROXY DEVELOP_PORT WAIT_FOR_DEBUGGER",
    "DNS_ADDRESS DNS_SERVER DNS_RESOLVE_IP DNS_NAME_PATTERNS_TO_RESOLVE_UPSTREAM DNS_LOCAL_NAME_PATTERNS",
    "DISABLE_TRANSPARENT_ENDPOINT_INJECTION",
];

/// All names, for the documentation and for tests.
pub fn names() -> impl Iterator<Item = &'static str> {
    let special = SPECIAL.iter().map(|(name, _)| *name);
    let removed = REMOVED.iter().map(|(name, _)| *name);
    special.chain(removed).chain(NOT_HERE.iter().flat_map(|line| line.split(' ')))
}
