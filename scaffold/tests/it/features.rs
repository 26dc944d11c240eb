//! One small spec for each feature of the generator, in `tests/features/<feature>`, with the crate that
//! comes of it, which is compiled. What these crates do is in [`generated`](super::generated).
//!
//! After a change to the generator: `cargo test -p scaffold rewrite_features -- --ignored`, and read the
//! diff.

use std::fs;
use std::path::{Path, PathBuf};

use scaffold::generate::emit::Home;
use scaffold::generate::{CrateFiles, Model, Plan, crate_files};
use scaffold::specs::SpecSource;
use serde_json::Value;

/// What of a feature is generated besides the plain crate.
#[derive(Clone, Copy, Default)]
struct Options {
    operations: Option<&'static [&'static str]>,
    docs: bool,
}

const PLAIN: Options = Options { operations: None, docs: false };

const FEATURES: &[(&str, Options)] = &[
    ("boxes", PLAIN),
    ("cut", Options { operations: Some(&["Put", "Get"]), ..PLAIN }),
    ("docs", Options { docs: true, ..PLAIN }),
    ("enums", PLAIN),
    ("errors", PLAIN),
    ("names", PLAIN),
    ("recursion", PLAIN),
    ("schema", PLAIN),
    ("streams", PLAIN),
    ("unions", PLAIN),
    ("values", PLAIN),
];

fn directory(feature: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/features").join(feature)
}

pub(crate) fn spec(feature: &str) -> Value {
    let text = fs::read(directory(feature).join("service-2.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn generate(feature: &str, options: Options) -> CrateFiles {
    let operations = options.operations.map(|it| it.iter().map(|&it| it.to_owned()).collect::<Vec<_>>());
    let mut model = Model::new(&format!("feature-{feature}"), spec(feature), operations.as_deref()).unwrap();
    if options.docs {
        model = model.with_docs(&spec(feature));
    }
    crate_files(&model, &Plan::new(&model), &Home::Workspace).unwrap()
}

#[test]
fn committed_features_are_as_generated() {
    for (feature, options) in FEATURES {
        let differences = generate(feature, *options).differences(&directory(feature)).unwrap();
        let diffs: String = differences.iter().map(|it| it.diff.as_str()).collect();
        assert!(diffs.is_empty(), "{feature} (see the top of this file):\n{diffs}");
    }
    let mut found: Vec<String> = fs::read_dir(directory(""))
        .unwrap()
        .map(|it| it.unwrap())
        .filter(|it| it.path().is_dir())
        .map(|it| it.file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, FEATURES.iter().map(|(feature, _)| *feature).collect::<Vec<_>>());
}

#[test]
#[ignore = "writes the committed crates anew"]
fn rewrite_features() {
    for (feature, options) in FEATURES {
        generate(feature, *options).save(&directory(feature)).unwrap();
    }
}

/// Maps with random order are used on the way: two runs in a process differ where their order shows.
#[test]
fn generation_is_deterministic() {
    for (feature, options) in FEATURES {
        assert_eq!(generate(feature, *options), generate(feature, *options), "{feature}");
    }
    let specs = SpecSource::find(Some(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs"))).unwrap();
    for service in ["lambda", "dynamodb", "s3", "medialive"] {
        let generate = || {
            let model = Model::new(service, specs.spec(service).unwrap(), None).unwrap();
            crate_files(&model, &Plan::new(&model), &Home::Workspace).unwrap()
        };
        assert_eq!(generate(), generate(), "{service}");
    }
}
