//! `record:<folder>` and `recorded:<folder>`.

use serde_json::{Value, json};

use super::{Setting, kms, send, start};
use crate::place::Place;

/// The files of an operation.
fn files(place: &Place, operation: &str) -> Vec<String> {
    let folder = place.path(&format!("answers/{operation}"));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| std::fs::read_to_string(entry.path()).unwrap()).collect()
}

#[test]
fn of_another_server() {
    let setting = Setting::new();
    let folder = setting.place.path("answers").display().to_string();
    let chains = format!("kms=record:{folder},moto;kms.Encrypt=moto");
    let (asf, address) = setting.start(&[("ASF_BACKENDS", chains.as_str())]);
    let key = json!({ "KeyId": "k", "KeySpec": "AES_256" });
    assert_eq!(kms(&address, "GenerateDataKey", &key).json()["Plaintext"], "c2VjcmV0");
    assert_eq!(kms(&address, "ListKeys", &json!({ "Marker": "refuse" })).status, 400);
    assert_eq!(kms(&address, "Encrypt", &json!({ "KeyId": "k", "Plaintext": "eA==" })).status, 200);
    asf.kill();

    let recorded: Value = serde_json::from_str(&files(&setting.place, "kms/GenerateDataKey")[0]).unwrap();
    assert_eq!((&recorded["source"], &recorded["parameters"]), (&json!("moto"), &key));
    // Neither what was answered in secret, nor who has signed.
    let all = files(&setting.place, "kms/GenerateDataKey").concat();
    assert!(!all.contains("c2VjcmV0") && !all.contains("111122223333/"), "{all}");
    assert_eq!(files(&setting.place, "kms/Encrypt"), [""; 0]);

    let nowhere = Place::new();
    let chains = format!("kms=recorded:{folder},none-such");
    let wrong = nowhere.run_with(&["start"], &[("ASF_BACKENDS", chains.as_str())]);
    assert_eq!(wrong.code, 6, "{wrong:?}");
    let chains = format!("kms=recorded:{folder}");
    let (_asf, address) = start(&nowhere, &[("ASF_BACKENDS", chains.as_str())]);
    // In another order of members.
    let answer = kms(&address, "GenerateDataKey", &json!({ "KeySpec": "AES_256", "KeyId": "k" }));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("x-asf-source"), Some(format!("recorded:{folder}").as_str()));
    assert_eq!(answer.json()["KeyId"], "k");
    let refused = kms(&address, "ListKeys", &json!({ "Marker": "refuse" }));
    assert_eq!((refused.status, &refused.json()["message"]), (400, &json!("no such key")));
    assert!(refused.body.contains("NotFoundException"), "{refused:?}");
    let other = kms(&address, "GenerateDataKey", &json!({ "KeyId": "other" }));
    assert_eq!(other.status, 501);
    assert!(other.body.contains("was not recorded with these parameters"), "{other:?}");
    assert_eq!(kms(&address, "Encrypt", &json!({ "KeyId": "k", "Plaintext": "eA==" })).status, 501);
}

/// What was asked in one protocol is answered in another.
#[test]
fn of_a_native_provider() {
    let place = Place::new();
    let folder = place.path("answers").display().to_string();
    let of_query = |address: &str, action: &str| {
        let headers = "Content-Type: application/x-www-form-urlencoded\r\nAuthorization: AWS4-HMAC-SHA256 \
                       Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0\r\n";
        send(address, "POST", "/", headers, &format!("Version=2012-11-05&Action={action}&QueueName=q"))
    };
    let record = format!("sqs=record:{folder},native");
    let (asf, address) = start(&place, &[("ASF_BACKENDS", record.as_str()), ("LOCALSTACK_HOST", "emu:80")]);
    assert_eq!(of_query(&address, "GetQueueUrl").status, 400);
    assert_eq!(of_query(&address, "CreateQueue").status, 200);
    asf.kill();

    let replay = format!("sqs=recorded:{folder}");
    let (_asf, address) = start(&place, &[("ASF_BACKENDS", replay.as_str())]);
    let of_json = |operation: &str| {
        let headers =
            format!("Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS.{operation}\r\n");
        send(&address, "POST", "/", &headers, &json!({ "QueueName": "q" }).to_string())
    };
    assert_eq!(of_json("CreateQueue").json(), json!({ "QueueUrl": "http://emu:80/000000000000/q" }));
    let missing = of_json("GetQueueUrl");
    assert_eq!(missing.status, 400);
    assert_eq!(missing.json()["__type"], "com.amazonaws.sqs#QueueDoesNotExist", "{missing:?}");
    assert!(
        of_query(&address, "CreateQueue").body.contains("<QueueUrl>http://emu:80/000000000000/q</QueueUrl>")
    );
}
