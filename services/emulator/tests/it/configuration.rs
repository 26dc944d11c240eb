//! `asf config`: layers and what is wrong in them.

use crate::place::{Place, result};

#[test]
fn show_says_where_values_are_from() {
    let place = Place::new();
    place.write("home/.asf/dev.env", "LS_LOG=warn\nSERVICES=sqs # only this\n");
    place.write("work/.env", "DEBUG=1\nSERVICES=s3\nDATABASE_URL=x\n");
    let show = place.run_with(
        &["--profile", "dev", "config", "show", "--format", "json"],
        &[("LOCALSTACK_PERSISTENCE", "1"), ("LS_LOG", "error")],
    );
    assert_eq!(show.code, 0, "{show:?}");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&show.stdout).unwrap();
    let rows: Vec<[&str; 3]> = rows
        .iter()
        .map(|row| ["variable", "value", "from"].map(|name| row[name].as_str().unwrap()))
        .collect();
    let (profile, file) = (place.path("home/.asf/dev.env"), place.path("work/.env"));
    // The working directory may have another name than the one it was entered by.
    let file = file.canonicalize().unwrap();
    assert_eq!(
        rows,
        [
            ["DEBUG", "1", file.to_str().unwrap()],
            ["LS_LOG", "error", "environment"],
            ["SERVICES", "sqs", profile.to_str().unwrap()],
            ["PERSISTENCE", "1", "environment"],
            ["CONFIG_PROFILE", "dev", "command line"],
        ]
    );
    let plain = place.done(&["config", "show", "--format", "plain"]);
    assert_eq!(plain, "DEBUG=1\nSERVICES=s3\n");
    let all = place.done(&["config", "show", "--all"]);
    assert!(all.starts_with("VARIABLE ") && all.contains("SQS_ENDPOINT_STRATEGY"), "{all}");
}

#[test]
fn validate_names_all_that_is_wrong() {
    let place = Place::new();
    let right = place.run(&["config", "validate"]);
    assert_eq!((right.code, right.stderr.as_str()), (0, "the configuration is valid\n"));
    let variables =
        [("GATWAY_LISTEN", "x"), ("LS_LOG", "loud"), ("ASF_HEAD_TIMEOUT", "-1"), ("EDGE_PORT", "4566")];
    let wrong = place.run_with(&["config", "validate"], &variables);
    assert_eq!(
        (wrong.code, wrong.stderr.as_str()),
        (
            6,
            "warning: EDGE_PORT has no effect: LocalStack removed it in 3.0; use GATEWAY_LISTEN\n\
             warning: GATWAY_LISTEN (environment) is not known; did you mean GATEWAY_LISTEN?\n\
             error: ASF_HEAD_TIMEOUT=\"-1\" is not valid: expected a number of seconds, such as 30 or 0.5\n\
             error: LS_LOG=\"loud\" is not valid: expected one of trace, trace-internal, debug, info, warn, \
             warning, error\n"
        )
    );
    let json = place.run_with(&["config", "validate", "--format", "json"], &variables);
    assert_eq!(json.code, 6);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["valid"], false);
    assert_eq!(json["errors"][1]["variable"], "LS_LOG");
    assert_eq!(json["warnings"].as_array().unwrap().len(), 2);
}

/// A row of a service's own is checked as those of the table are.
#[test]
fn variables_of_services_are_checked() {
    let place = Place::new();
    for arguments in [vec!["config", "validate"], vec!["start", "--listen", "127.0.0.1:0"]] {
        let wrong = place.run_with(&arguments, &[("SQS_ENDPOINT_STRATEGY", "sideways")]);
        assert_eq!(
            (wrong.code, wrong.stderr.as_str()),
            (
                6,
                "error: SQS_ENDPOINT_STRATEGY=\"sideways\" is not valid: expected one of dynamic, standard, \
                 domain, path, off\n"
            )
        );
    }
}

#[test]
fn names_that_there_are_not_are_warned_of() {
    let place = Place::new();
    let variables = [("SERVICES", "sqs,queues"), ("PROVIDER_OVERRIDE_SQS", "elasticmq")];
    let result = place.run_with(&["config", "validate"], &variables);
    assert_eq!(
        (result.code, result.stderr.as_str()),
        (
            0,
            "warning: SERVICES names \"queues\", which is no service of AWS\n\
             warning: sqs has no provider \"elasticmq\"; it has: default\n\
             the configuration is valid\n"
        )
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let place = Place::new();
    let missing = place.run(&["--profile", "nope", "config", "show"]);
    assert_eq!(missing.code, 6);
    assert!(missing.stderr.starts_with("error: there is no profile \"nope\": "), "{missing:?}");
    place.write("work/.env", "A=1\n\nthis is nothing\n");
    let broken = place.run(&["config", "show"]);
    assert_eq!(broken.code, 6);
    assert!(broken.stderr.ends_with(".env, line 3: there is no '='\n"), "{broken:?}");
}

/// Nothing is written into a folder that is called `~`.
#[test]
fn without_a_home() {
    let place = Place::new();
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        result(place.command(arguments, variables).env_remove("HOME").output().unwrap())
    };
    let started = run(&["start", "--listen", "127.0.0.1:0"], &[]);
    assert_eq!(started.code, 6, "{started:?}");
    assert!(
        started.stderr.contains("HOME") && started.stderr.contains("LOCALSTACK_VOLUME_DIR"),
        "{started:?}"
    );
    let volume = place.path("volume").display().to_string();
    let status = run(&["status"], &[("LOCALSTACK_VOLUME_DIR", &volume)]);
    assert!(status.stderr.contains("ASF_RUN_DIR"), "{status:?}");
    let installed = run(&["lpm", "install", "moto"], &[("PATH", "/usr/bin:/bin")]);
    assert_eq!(installed.code, 1, "{installed:?}");
    assert!(installed.stderr.contains("LOCALSTACK_VOLUME_DIR"), "{installed:?}");
    assert!(!place.path("work/~").exists());
}
