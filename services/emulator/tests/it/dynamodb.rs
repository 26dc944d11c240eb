//! DynamoDB with `PERSISTENCE=1`: items, indexes, counts, streams and tokens are there after a kill.

use serde_json::{Value, json};

use crate::persistence::Asf;
use crate::place::Place;

fn call(asf: &Asf, target: &str, input: &Value) -> Value {
    let headers = format!("Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: {target}\r\n");
    let answer = asf.post("/", &headers, &input.to_string());
    assert!(answer.starts_with("HTTP/1.1 200"), "{target}: {answer}");
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn db(asf: &Asf, operation: &str, input: &Value) -> Value {
    call(asf, &format!("DynamoDB_20120810.{operation}"), input)
}

fn streams(asf: &Asf, operation: &str, input: &Value) -> Value {
    call(asf, &format!("DynamoDBStreams_20120810.{operation}"), input)
}

/// A transaction that adds up, if it is not done once only.
fn add() -> Value {
    let update = json!({"TableName": "orders", "Key": {"id": {"S": "sum"}}, "UpdateExpression": "ADD n :n",
        "ExpressionAttributeValues": {":n": {"N": "5"}}});
    json!({"TransactItems": [{"Update": update}], "ClientRequestToken": "once"})
}

#[test]
fn tables_are_there_after_a_kill() {
    let place = Place::new();
    let first = Asf::start(&place, &[]);
    db(
        &first,
        "CreateTable",
        &json!({
            "TableName": "orders", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "state", "AttributeType": "S"}
            ],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "GlobalSecondaryIndexes": [{
                "IndexName": "by-state", "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"}
            }],
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"}
        }),
    );
    let item = json!({
        "id": {"S": "a"}, "state": {"S": "open"}, "b": {"B": "AP8="}, "ns": {"NS": ["1", "2.5"]}, "e": {"S": ""},
        "m": {"M": {"l": {"L": [{"NULL": true}, {"BOOL": false}, {"N": "-1.5"}]}}}
    });
    db(&first, "PutItem", &json!({"TableName": "orders", "Item": item}));
    db(
        &first,
        "PutItem",
        &json!({"TableName": "orders", "Item": {"id": {"S": "gone"}, "state": {"S": "open"}}}),
    );
    db(&first, "DeleteItem", &json!({"TableName": "orders", "Key": {"id": {"S": "gone"}}}));
    db(&first, "TransactWriteItems", &add());
    let replica = |action: &str| json!({"TableName": "orders", "ReplicaUpdates": [{action: {"RegionName": "eu-west-1"}}]});
    db(&first, "UpdateTable", &replica("Create"));
    first.process.kill();

    let second = Asf::start(&place, &[]);
    let found = db(&second, "GetItem", &json!({"TableName": "orders", "Key": {"id": {"S": "a"}}}));
    assert_eq!(found["Item"], item);
    let elsewhere = "arn:aws:dynamodb:eu-west-1:000000000000:table/orders";
    let found = db(&second, "GetItem", &json!({"TableName": elsewhere, "Key": {"id": {"S": "a"}}}));
    assert_eq!(found["Item"], item);
    let query = json!({"TableName": "orders", "IndexName": "by-state", "KeyConditionExpression": "#s = :s",
        "ExpressionAttributeNames": {"#s": "state"}, "ExpressionAttributeValues": {":s": {"S": "open"}}});
    let found = db(&second, "Query", &query);
    assert_eq!(found["Items"], json!([{"id": {"S": "a"}, "state": {"S": "open"}}]));
    let table = db(&second, "DescribeTable", &json!({"TableName": "orders"}))["Table"].clone();
    assert_eq!(
        (&table["ItemCount"], &table["GlobalSecondaryIndexes"][0]["ItemCount"]),
        (&json!(2), &json!(1))
    );

    // A request that was done is known by its token.
    db(&second, "TransactWriteItems", &add());
    let sum = db(&second, "GetItem", &json!({"TableName": "orders", "Key": {"id": {"S": "sum"}}}));
    assert_eq!(sum["Item"]["n"]["N"], "5");

    let stream = &table["LatestStreamArn"];
    let description = streams(&second, "DescribeStream", &json!({"StreamArn": stream}));
    let shard = &description["StreamDescription"]["Shards"][0]["ShardId"];
    let from = json!({"StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
    let iterator = streams(&second, "GetShardIterator", &from);
    let records = streams(&second, "GetRecords", &iterator)["Records"].clone();
    let names: Vec<&str> =
        records.as_array().unwrap().iter().filter_map(|it| it["eventName"].as_str()).collect();
    assert_eq!(names, ["INSERT", "INSERT", "REMOVE", "INSERT"]);

    db(&second, "UpdateTable", &replica("Delete"));
    db(&second, "DeleteTable", &json!({"TableName": "orders"}));
    second.process.kill();
    let third = Asf::start(&place, &[]);
    assert_eq!(db(&third, "ListTables", &json!({})), json!({"TableNames": []}));
}
