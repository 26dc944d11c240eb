//! Updating and verifying a directory of specs.

use std::fs;
use std::path::Path;

use scaffold::specs::{Botocore, Counts, SpecSource, Updated, Verified, update, verify};
use serde_json::json;

use crate::fake::{self, Fake};

fn update_from(fake: &Fake, directory: &Path) -> Updated {
    update(&Botocore::at(&fake.data()).unwrap(), directory, &mut |_, _| ()).unwrap()
}

fn verify_at(directory: &Path) -> Verified {
    verify(directory, &mut |_, _| ()).unwrap()
}

#[test]
fn an_update_writes_what_is_taken_from_botocore() {
    let (fake, specs) = (Fake::new("1.0.0"), tempfile::tempdir().unwrap());
    let updated = update_from(&fake, specs.path());
    assert_eq!(updated.counts, Counts { services: 2, operations: 3, shapes: 5 });
    assert_eq!((updated.from.as_deref(), updated.to.as_str()), (None, "1.0.0"));
    let read = |path: &str| fs::read_to_string(specs.path().join(path)).unwrap();
    check(
        &read("queue/2012-11-05/service-2.json"),
        r#"{
"version":"2.0",
"metadata":{
"apiVersion":"2012-11-05",
"protocol":"json",
"serviceId":"Queue",
"jsonVersion":"1.0"
},
"operations":{
"Send":{"name":"Send","http":{"method":"POST","requestUri":"/"},"input":{"shape":"SendRequest"},"errors":[{"shape":"Gone"}]},
"List":{"name":"List","http":{"method":"POST","requestUri":"/"}}
},
"shapes":{
"SendRequest":{"type":"structure","required":["documentation"],"members":{"zebra":{"shape":"Text"},"documentation":{"shape":"Text"},"apple":{"shape":"Text"}}},
"Gone":{"type":"structure","members":{},"exception":true},
"Text":{"type":"string","enum":["A"]}
}
}
"#,
    );
    check(
        &read("queue/2012-11-05/paginators-1.json"),
        "{\n\"pagination\":{\n\"List\":{\"limit_key\":\"N\"}\n}\n}\n",
    );
    assert!(specs.path().join("table/2012-08-10/waiters-2.json").is_file());
    assert!(!specs.path().join("queue/2009-01-01").exists());
    assert_eq!(read("LICENSE-botocore.txt"), "Apache License\n");
    let verified = verify_at(specs.path());
    assert_eq!((verified.problems, verified.files, verified.counts), (vec![], 7, updated.counts));

    let source = SpecSource::find(Some(specs.path())).unwrap();
    assert_eq!(source.names().unwrap(), ["queue", "table"]);
    assert_eq!(source.schema("queue").unwrap().metadata.service_id, "Queue");
    assert!(source.paginators("queue").unwrap().is_some() && source.paginators("table").unwrap().is_none());
    assert!(source.waiters("table").unwrap().is_some());
    let error = source.spec("tabel").unwrap_err().to_string();
    assert_eq!(error, "no service named tabel; did you mean table?");
    assert!(source.spec("../queue").is_err());
}

fn check(got: &str, expected: &str) {
    assert_eq!(got, expected);
}

#[test]
fn a_second_update_reports_changes_and_keeps_patches() {
    let (fake, specs) = (Fake::new("1.0.0"), tempfile::tempdir().unwrap());
    update_from(&fake, specs.path());
    let patch =
        json!([{"op": "add", "path": "/metadata/xmlNamespace", "value": "urn:q", "reason": "a test"}]);
    fs::create_dir(specs.path().join("patches")).unwrap();
    fs::write(specs.path().join("patches/queue.json"), patch.to_string()).unwrap();
    fs::write(specs.path().join("mine.txt"), "kept").unwrap();

    let same = update_from(&fake, specs.path());
    assert_eq!((same.written, same.deleted, same.operations.len()), (0, 0, 0));

    // A shape that Send reaches, one operation more and one fewer, a service more and one fewer.
    fake.version("1.1.0");
    let mut queue = fake::queue();
    queue["shapes"]["Text"]["enum"] = json!(["A", "B"]);
    queue["operations"]["Purge"] = json!({"name": "Purge", "http": {"method": "POST", "requestUri": "/"}});
    queue["operations"].as_object_mut().unwrap().remove("List");
    fake.write_gzipped("data/queue/2012-11-05/service-2.json.gz", &queue);
    fake.remove("data/table");
    fake.write("data/topic/2010-03-31/service-2.json", &fake::table());

    let updated = update_from(&fake, specs.path());
    assert_eq!((updated.from.as_deref(), updated.to.as_str()), (Some("1.0.0"), "1.1.0"));
    assert_eq!((updated.added, updated.removed), (vec!["topic".to_owned()], vec!["table".to_owned()]));
    let queue = &updated.operations["queue"];
    assert_eq!(
        (&*queue.added, &*queue.removed, &*queue.changed),
        (&["Purge".to_owned()][..], &["List".to_owned()][..], &["Send".to_owned()][..])
    );
    assert_eq!(updated.operations["topic"].added, ["Put"]);
    assert_eq!(updated.operations["table"].removed, ["Put"]);
    assert!(!specs.path().join("table").exists());
    assert_eq!(fs::read_to_string(specs.path().join("mine.txt")).unwrap(), "kept");
    let verified = verify_at(specs.path());
    assert_eq!((verified.problems, verified.patches), (vec![], 1));
    let source = SpecSource::find(Some(specs.path())).unwrap();
    assert_eq!(source.schema("queue").unwrap().metadata.xml_namespace, Some("urn:q"));
}

#[test]
fn verify_finds_what_is_wrong() {
    let fake = Fake::new("1.0.0");
    let fresh = || {
        let specs = tempfile::tempdir().unwrap();
        update_from(&fake, specs.path());
        fs::create_dir(specs.path().join("patches")).unwrap();
        specs
    };
    let problems = |specs: &Path| {
        let problems = verify_at(specs).problems;
        problems.iter().map(|it| format!("{}: {}", it.file, it.what)).collect::<Vec<_>>()
    };

    let specs = fresh();
    let file = specs.path().join("queue/2012-11-05/service-2.json");
    let mut bytes = fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] = b' ';
    fs::write(&file, bytes).unwrap();
    assert_eq!(
        problems(specs.path()),
        ["queue/2012-11-05/service-2.json: the file has been changed: its hash is not the manifest's"]
    );

    let specs = fresh();
    fs::remove_file(specs.path().join("queue/2012-11-05/paginators-1.json")).unwrap();
    assert!(
        problems(specs.path())[0]
            .starts_with("queue/2012-11-05/paginators-1.json: the manifest lists it, but")
    );

    let specs = fresh();
    let patch = json!([{"op": "replace", "path": "/metadata/nothing", "value": 1, "reason": "a test"}]);
    fs::write(specs.path().join("patches/queue.json"), patch.to_string()).unwrap();
    fs::write(specs.path().join("patches/nosuch.json"), "[]").unwrap();
    let found = problems(specs.path());
    assert!(found[0].contains("the spec has nothing at /metadata/nothing"), "{found:?}");
    assert_eq!(found[1], "patches/nosuch.json: there is no such service");
    // The service that does not load is not counted.
    assert!(found[2].starts_with("manifest.json: the manifest counts"), "{found:?}");

    let specs = fresh();
    let file = specs.path().join("table/2012-08-10/service-2.json");
    let text = fs::read_to_string(&file)
        .unwrap()
        .replace(r#""Text":{"type":"string"}"#, r#""Other":{"type":"string"}"#);
    fs::write(&file, text).unwrap();
    assert!(problems(specs.path())[1].contains("refers to the shape Text, which the spec does not define"));
}

#[test]
fn the_committed_specs_are_as_the_manifest_says() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    let verified = verify_at(&directory);
    assert_eq!(verified.problems, vec![]);
    assert_eq!(verified.counts, Counts { services: 424, operations: 18_378, shapes: 114_839 });
}
