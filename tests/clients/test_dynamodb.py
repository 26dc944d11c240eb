"""DynamoDB and DynamoDB Streams through boto3. Facts of AWS's are cited by the recording that has them, file::scenario."""

import datetime
import json
import os
import threading
import unittest
import urllib.request
import uuid
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
# What fails is to be seen, not tried again.
CONFIG = Config(retries={"total_max_attempts": 1}, max_pool_connections=32)


def client(service="dynamodb", account="000000000000", region="us-east-1"):
    return boto3.client(
        service, region_name=region, aws_access_key_id=account, aws_secret_access_key="x", config=CONFIG
    )


def definition(attribute, kind="S"):
    return {"AttributeName": attribute, "AttributeType": kind}


def schema(partition, sort=None):
    keys = [{"AttributeName": partition, "KeyType": "HASH"}]
    return keys + ([{"AttributeName": sort, "KeyType": "RANGE"}] if sort else [])


def at(path, method="GET", body=None):
    request = urllib.request.Request(ENDPOINT + path, method=method, data=body and json.dumps(body).encode())
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read() or b"null")


class Dynamo(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.db = client()
        self.resource = boto3.resource("dynamodb", config=CONFIG)

    def table(self, partition="id", sort=None, types=None, **more):
        name = f"t-{uuid.uuid4()}"
        types = types or {}
        attributes = {partition: types.get(partition, "S")}
        if sort:
            attributes[sort] = types.get(sort, "S")
        for index in more.get("GlobalSecondaryIndexes", []) + more.get("LocalSecondaryIndexes", []):
            for key in index["KeySchema"]:
                attributes[key["AttributeName"]] = types.get(key["AttributeName"], "S")
        self.db.create_table(
            TableName=name,
            KeySchema=schema(partition, sort),
            AttributeDefinitions=[definition(*it) for it in attributes.items()],
            **{"BillingMode": "PAY_PER_REQUEST", **more},
        )
        return name

    def error(self, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        return raised.exception.response

    def fails(self, code, message, call, **arguments):
        error = self.error(call, **arguments)["Error"]
        self.assertEqual((error["Code"], error["Message"]), (code, message))

    def put(self, table, **item):
        self.resource.Table(table).put_item(Item=item)

    def item(self, table, **key):
        return self.resource.Table(table).get_item(Key=key).get("Item")


class Tables(Dynamo):
    def test_create_describe_list_delete(self):
        """test_dynamodb::TestDynamoDB::test_gsi_with_billing_mode[PROVISIONED]"""
        name = f"t-{uuid.uuid4()}"
        units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
        created = self.db.create_table(
            TableName=name,
            KeySchema=schema("TID"),
            AttributeDefinitions=[definition("TID"), definition("TRID")],
            ProvisionedThroughput=units,
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "TransactionRecordID",
                    "KeySchema": schema("TRID"),
                    "Projection": {"ProjectionType": "ALL"},
                    "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
                }
            ],
        )["TableDescription"]
        arn = f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}"
        index = {
            "IndexArn": f"{arn}/index/TransactionRecordID",
            "IndexName": "TransactionRecordID",
            "IndexSizeBytes": 0,
            "ItemCount": 0,
            "KeySchema": schema("TRID"),
            "Projection": {"ProjectionType": "ALL"},
            "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        }
        expected = {
            "AttributeDefinitions": [definition("TID"), definition("TRID")],
            "DeletionProtectionEnabled": False,
            "ItemCount": 0,
            "KeySchema": schema("TID"),
            "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, **units},
            "TableArn": arn,
            "TableName": name,
            "TableSizeBytes": 0,
        }
        uuid.UUID(created.pop("TableId"))
        created.pop("CreationDateTime")
        self.assertEqual(
            created,
            {**expected, "TableStatus": "CREATING", "GlobalSecondaryIndexes": [{**index, "IndexStatus": "CREATING"}]},
        )
        self.db.get_waiter("table_exists").wait(TableName=name)
        described = self.db.describe_table(TableName=name)["Table"]
        described.pop("TableId")
        described.pop("CreationDateTime")
        warm = lambda units: {"ReadUnitsPerSecond": units, "WriteUnitsPerSecond": units, "Status": "ACTIVE"}
        index = {**index, "IndexStatus": "ACTIVE", "WarmThroughput": warm(1)}
        self.assertEqual(
            described,
            {**expected, "TableStatus": "ACTIVE", "GlobalSecondaryIndexes": [index], "WarmThroughput": warm(5)},
        )
        self.assertEqual(self.db.describe_table(TableName=arn)["Table"]["TableName"], name)
        pages = self.db.get_paginator("list_tables").paginate()
        self.assertIn(name, [listed for page in pages for listed in page["TableNames"]])
        self.assertEqual(self.db.delete_table(TableName=name)["TableDescription"]["TableStatus"], "DELETING")
        self.fails(
            "ResourceNotFoundException",
            f"Requested resource not found: Table: {name} not found",
            self.db.describe_table,
            TableName=name,
        )

    def test_on_demand(self):
        """test_dynamodb::TestDynamoDB::test_gsi_with_billing_mode[PAY_PER_REQUEST]"""
        table = self.db.describe_table(TableName=self.table())["Table"]
        self.assertEqual(table["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST")
        self.assertIn("LastUpdateToPayPerRequestDateTime", table["BillingModeSummary"])
        warm = {"ReadUnitsPerSecond": 12000, "Status": "ACTIVE", "WriteUnitsPerSecond": 4000}
        self.assertEqual(table["WarmThroughput"], warm)

    def test_create_twice(self):
        """test_dynamodb::TestDynamoDB::test_create_duplicate_table"""
        name = self.table()
        self.fails(
            "ResourceInUseException",
            f"Table already exists: {name}",
            self.db.create_table,
            TableName=name,
            KeySchema=schema("id"),
            AttributeDefinitions=[definition("id")],
            BillingMode="PAY_PER_REQUEST",
        )

    def test_pages_of_names(self):
        account = f"{uuid.uuid4().int % 10**12:012}"
        db = client(account=account)
        names = [f"table-{number}" for number in range(7)]
        for name in names:
            db.create_table(
                TableName=name,
                KeySchema=schema("id"),
                AttributeDefinitions=[definition("id")],
                BillingMode="PAY_PER_REQUEST",
            )
        pages = db.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 3})
        self.assertEqual([page["TableNames"] for page in pages], [names[:3], names[3:6], names[6:]])
        self.assertEqual(client(account=account, region="eu-west-1").list_tables()["TableNames"], [])

    def test_deletion_protection(self):
        name = self.table(DeletionProtectionEnabled=True)
        error = self.error(self.db.delete_table, TableName=name)["Error"]
        self.assertEqual(error["Code"], "ValidationException")
        self.db.update_table(TableName=name, DeletionProtectionEnabled=False)
        self.db.delete_table(TableName=name)

    def test_a_new_table_has_nothing_of_one_of_its_name(self):
        name = self.table()
        self.put(name, id="a")
        self.db.delete_table(TableName=name)
        self.db.create_table(
            TableName=name,
            KeySchema=schema("id"),
            AttributeDefinitions=[definition("id")],
            BillingMode="PAY_PER_REQUEST",
        )
        self.assertEqual(self.db.scan(TableName=name)["Count"], 0)

    def test_update(self):
        name = self.table()
        units = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3}
        updated = self.db.update_table(TableName=name, BillingMode="PROVISIONED", ProvisionedThroughput=units)
        self.assertEqual(updated["TableDescription"]["TableStatus"], "UPDATING")
        table = self.db.describe_table(TableName=name)["Table"]
        self.assertEqual(table["ProvisionedThroughput"]["WriteCapacityUnits"], 3)
        self.assertEqual(table["BillingModeSummary"]["BillingMode"], "PROVISIONED")

    def test_encryption(self):
        """test_dynamodb::TestDynamoDB::test_dynamodb_create_table_with_partial_sse_specification"""
        name = self.table(SSESpecification={"Enabled": True})
        encryption = self.db.describe_table(TableName=name)["Table"]["SSEDescription"]
        arn = encryption["KMSMasterKeyArn"]
        self.assertTrue(arn.startswith("arn:aws:kms:us-east-1:000000000000:key/"))
        self.assertEqual(encryption, {"KMSMasterKeyArn": arn, "SSEType": "KMS", "Status": "ENABLED"})
        disabled = self.db.update_table(TableName=name, SSESpecification={"Enabled": False})
        self.assertEqual(
            disabled["TableDescription"]["SSEDescription"],
            {"KMSMasterKeyArn": arn, "SSEType": "KMS", "Status": "UPDATING"},
        )

    def test_encryption_stays(self):
        """test_dynamodb::TestDynamoDB::test_dynamodb_update_table_without_sse_specification_change"""
        name = self.table(SSESpecification={"Enabled": True, "SSEType": "KMS"})
        before = self.db.describe_table(TableName=name)["Table"]["SSEDescription"]
        units = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 10}
        updated = self.db.update_table(TableName=name, BillingMode="PROVISIONED", ProvisionedThroughput=units)
        self.assertEqual(updated["TableDescription"]["SSEDescription"], before)

    def test_throughput_and_on_demand(self):
        """test_dynamodb::TestDynamoDB::test_dynamodb_pay_per_request"""
        self.fails(
            "ValidationException",
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
            "when BillingMode is PAY_PER_REQUEST",
            self.table,
            ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        )

    def test_counts(self):
        name = self.table(
            GlobalSecondaryIndexes=[
                {"IndexName": "by-a", "KeySchema": schema("a"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
            ]
        )
        self.put(name, id="x", a="1", b="not projected")
        self.put(name, id="y")
        self.put(name, id="x", a="12")
        self.db.delete_item(TableName=name, Key={"id": {"S": "y"}})
        table = self.db.describe_table(TableName=name)["Table"]
        self.assertEqual((table["ItemCount"], table["TableSizeBytes"]), (1, 6))
        index = table["GlobalSecondaryIndexes"][0]
        self.assertEqual((index["ItemCount"], index["IndexSizeBytes"]), (1, 6))

    def test_tags(self):
        name = self.table(Tags=[{"Key": "a", "Value": "1"}])
        arn = self.db.describe_table(TableName=name)["Table"]["TableArn"]
        self.db.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
        self.db.untag_resource(ResourceArn=arn, TagKeys=["a"])
        self.assertEqual(self.db.list_tags_of_resource(ResourceArn=arn)["Tags"], [{"Key": "b", "Value": "2"}])

    def test_continuous_backups(self):
        """test_dynamodb::TestDynamoDB::test_continuous_backup_update"""
        name = self.table()
        before = self.db.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        self.assertEqual(before["PointInTimeRecoveryDescription"], {"PointInTimeRecoveryStatus": "DISABLED"})
        self.db.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        after = self.db.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        recovery = after["PointInTimeRecoveryDescription"]
        self.assertEqual((recovery["PointInTimeRecoveryStatus"], recovery["RecoveryPeriodInDays"]), ("ENABLED", 35))
        self.assertIn("LatestRestorableDateTime", recovery)

    def test_resource_policy(self):
        arn = self.db.describe_table(TableName=self.table())["Table"]["TableArn"]
        self.assertEqual(
            self.error(self.db.get_resource_policy, ResourceArn=arn)["Error"]["Code"], "PolicyNotFoundException"
        )
        statement = {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        revision = self.db.put_resource_policy(ResourceArn=arn, Policy=policy)["RevisionId"]
        self.assertEqual(self.db.put_resource_policy(ResourceArn=arn, Policy=policy)["RevisionId"], revision)
        kept = self.db.get_resource_policy(ResourceArn=arn)
        self.assertEqual((kept["RevisionId"], json.loads(kept["Policy"])), (revision, json.loads(policy)))
        stale = self.error(self.db.delete_resource_policy, ResourceArn=arn, ExpectedRevisionId="1")["Error"]
        self.assertEqual(stale["Code"], "PolicyNotFoundException")
        # (quirks: DDB-TABLE-442)
        bad = self.error(self.db.put_resource_policy, ResourceArn=arn, Policy="{}")["Error"]
        self.assertEqual(bad["Code"], "ValidationException")
        self.db.delete_resource_policy(ResourceArn=arn)
        self.assertEqual(
            self.error(self.db.get_resource_policy, ResourceArn=arn)["Error"]["Code"], "PolicyNotFoundException"
        )

    def test_contributor_insights(self):
        """test_dynamodb::TestDynamoDB::test_dynamodb_describe_contributor_insights"""
        name = self.table()
        described = self.db.describe_contributor_insights(TableName=name)
        described.pop("ResponseMetadata")
        self.assertEqual(described, {"TableName": name, "ContributorInsightsStatus": "DISABLED"})
        self.db.update_contributor_insights(TableName=name, ContributorInsightsAction="ENABLE")
        described = self.db.describe_contributor_insights(TableName=name)
        self.assertEqual(described["ContributorInsightsStatus"], "ENABLED")

    def test_kinesis_destinations(self):
        """test_dynamodb::TestDynamoDB::test_kinesis_streaming_destination_crud"""
        name, arn = self.table(), "arn:aws:kinesis:us-east-1:000000000000:stream/s"
        enabled = self.db.enable_kinesis_streaming_destination(TableName=name, StreamArn=arn)
        self.assertEqual(enabled["DestinationStatus"], "ENABLING")
        self.assertEqual(enabled["EnableKinesisStreamingConfiguration"], {})
        described = self.db.describe_kinesis_streaming_destination(TableName=name)
        self.assertEqual(
            described["KinesisDataStreamDestinations"], [{"DestinationStatus": "ACTIVE", "StreamArn": arn}]
        )
        update = self.db.update_kinesis_streaming_destination
        precision = {"ApproximateCreationDateTimePrecision": "MICROSECOND"}
        self.fails(
            "ValidationException",
            "Streaming destination cannot be updated with given parameters: UpdateKinesisStreamingConfiguration "
            "cannot be null or contain only null values",
            update,
            TableName=name,
            StreamArn=arn,
        )
        self.fails(
            "ValidationException",
            "Table is not in a valid state to enable Kinesis Streaming Destination: No streaming destination with "
            f"streamArn: {arn}-bad found for table with tableName: {name}",
            update,
            TableName=name,
            StreamArn=arn + "-bad",
            UpdateKinesisStreamingConfiguration=precision,
        )
        update(TableName=name, StreamArn=arn, UpdateKinesisStreamingConfiguration=precision)
        table_id = self.db.describe_table(TableName=name)["Table"]["TableId"]
        self.fails(
            "ValidationException",
            f"Invalid Request: Precision is already set to the desired value of MICROSECOND for tableId: {table_id}, "
            f"kdsArn: {arn}",
            update,
            TableName=name,
            StreamArn=arn,
            UpdateKinesisStreamingConfiguration=precision,
        )
        disabled = self.db.disable_kinesis_streaming_destination(TableName=name, StreamArn=arn)
        self.assertEqual(disabled["DestinationStatus"], "DISABLING")
        self.fails(
            "ResourceNotFoundException",
            "Requested resource not found: Table: bad-table not found",
            self.db.enable_kinesis_streaming_destination,
            TableName="bad-table",
            StreamArn=arn,
        )

    def test_backup_and_restore(self):
        name = self.table()
        self.put(name, id="a", n=1)
        backup = self.db.create_backup(TableName=name, BackupName="one")["BackupDetails"]
        self.put(name, id="b")
        self.db.delete_item(TableName=name, Key={"id": {"S": "a"}})
        arn = backup["BackupArn"]
        self.assertEqual(backup["BackupStatus"], "CREATING")
        described = self.db.describe_backup(BackupArn=arn)["BackupDescription"]
        self.assertEqual(described["BackupDetails"]["BackupStatus"], "AVAILABLE")
        self.assertEqual(described["SourceTableDetails"]["ItemCount"], 1)
        listed = self.db.list_backups(TableName=name)["BackupSummaries"]
        self.assertEqual([it["BackupArn"] for it in listed], [arn])
        restored = self.db.restore_table_from_backup(TargetTableName=name + "-r", BackupArn=arn)
        self.assertEqual(restored["TableDescription"]["RestoreSummary"]["SourceBackupArn"], arn)
        self.assertEqual(self.resource.Table(name + "-r").scan()["Items"], [{"id": "a", "n": 1}])
        self.db.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        self.db.restore_table_to_point_in_time(
            SourceTableName=name, TargetTableName=name + "-p", UseLatestRestorableTime=True
        )
        self.assertEqual(self.resource.Table(name + "-p").scan()["Items"], [{"id": "b"}])
        self.db.delete_backup(BackupArn=arn)
        error = self.error(self.db.describe_backup, BackupArn=arn)["Error"]
        self.assertEqual(error["Code"], "BackupNotFoundException")

    def test_limits_and_endpoints(self):
        self.assertEqual(self.db.describe_limits()["TableMaxReadCapacityUnits"], 40000)
        self.assertTrue(ENDPOINT.endswith(self.db.describe_endpoints()["Endpoints"][0]["Address"]))


class Items(Dynamo):
    def test_values_come_back(self):
        table = self.resource.Table(self.table())
        item = {
            "id": "a",
            "n": Decimal("-12.5E+3"),
            "big": Decimal("12345678901234567890123456789012345678"),
            "b": Binary(b"\x00\xff"),
            "ss": {"x", "y"},
            "ns": {Decimal(1), Decimal("2.5")},
            "bs": {Binary(b"1")},
            "m": {"l": [1, "2", None, True, {"deep": []}]},
            "empty": "",
        }
        table.put_item(Item=item)
        self.assertEqual(table.get_item(Key={"id": "a"})["Item"], item)
        self.assertNotIn("Item", table.get_item(Key={"id": "b"}))

    def test_return_values_of_put(self):
        """test_dynamodb::TestDynamoDB::test_return_values_in_put_item"""
        table = self.resource.Table(self.table())
        item = {"id": "id1", "data": "foobar"}
        self.assertNotIn("Attributes", table.put_item(Item=item, ReturnValues="ALL_OLD"))
        self.assertEqual(table.put_item(Item=item, ReturnValues="ALL_OLD")["Attributes"], item)
        self.assertNotIn("Attributes", table.put_item(Item=item, ReturnValues="NONE"))
        self.fails(
            "ValidationException",
            "ReturnValues can only be ALL_OLD or NONE",
            table.put_item,
            Item=item,
            ReturnValues="ALL_NEW",
        )

    def test_conditions(self):
        """test_dynamodb::TestDynamoDB::test_return_values_on_conditions_check_failure"""
        name = self.table()
        item = {"id": {"S": "456"}, "price": {"N": "650"}, "product": {"S": "sporting goods"}}
        self.db.put_item(TableName=name, Item=item, ConditionExpression="attribute_not_exists(id)")
        error = self.error(
            self.db.delete_item,
            TableName=name,
            Key={"id": {"S": "456"}},
            ConditionExpression="price < :limit",
            ExpressionAttributeValues={":limit": {"N": "500"}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        self.assertEqual(error["Error"]["Code"], "ConditionalCheckFailedException")
        self.assertEqual(error["Error"]["Message"], "The conditional request failed")
        self.assertEqual(error["Item"], item)
        error = self.error(self.db.put_item, TableName=name, Item=item, Expected={"id": {"Exists": False}})
        self.assertEqual(error["Error"]["Code"], "ConditionalCheckFailedException")
        self.assertNotIn("Item", error)

    def test_update(self):
        table = self.resource.Table(self.table())
        update = lambda expression, values=None, returned="ALL_NEW": table.update_item(
            Key={"id": "a"},
            UpdateExpression=expression,
            ReturnValues=returned,
            **({"ExpressionAttributeValues": values} if values else {}),
        ).get("Attributes")
        self.assertEqual(update("SET x = :x, l = :l", {":x": 1, ":l": [1]}), {"id": "a", "x": 1, "l": [1]})
        self.assertEqual(update("ADD x :x", {":x": 2}, "UPDATED_NEW"), {"x": 3})
        self.assertEqual(update("SET x = x - :x", {":x": 1}, "UPDATED_OLD"), {"x": 3})
        self.assertEqual(update("SET l = list_append(l, :l) REMOVE x", {":l": [2]}), {"id": "a", "l": [1, 2]})
        self.assertEqual(update("SET y = if_not_exists(y, :y)", {":y": "z"}, "ALL_OLD"), {"id": "a", "l": [1, 2]})
        self.assertIsNone(update("SET y = :y", {":y": "z"}, "NONE"))
        self.fails(
            "ValidationException",
            "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key",
            table.update_item,
            Key={"id": "a"},
            UpdateExpression="SET id = :x",
            ExpressionAttributeValues={":x": "b"},
        )
        self.fails(
            "ValidationException",
            "The provided expression refers to an attribute that does not exist in the item",
            table.update_item,
            Key={"id": "a"},
            UpdateExpression="SET q = nowhere",
        )

    def test_legacy_updates(self):
        name = self.table()
        key = {"id": {"S": "a"}}
        self.db.update_item(TableName=name, Key=key, AttributeUpdates={"x": {"Action": "DELETE"}})
        self.assertNotIn("Item", self.db.get_item(TableName=name, Key=key))
        self.db.update_item(
            TableName=name, Key=key, AttributeUpdates={"n": {"Action": "ADD", "Value": {"N": "5"}}}
        )
        self.assertEqual(self.item(name, id="a"), {"id": "a", "n": 5})

    def test_projection(self):
        table = self.resource.Table(self.table())
        table.put_item(Item={"id": "a", "m": {"x": 1, "y": [1, 2]}, "name": "n"})
        answer = table.get_item(
            Key={"id": "a"}, ProjectionExpression="m.y[1], #n", ExpressionAttributeNames={"#n": "name"}
        )
        self.assertEqual(answer["Item"], {"m": {"y": [2]}, "name": "n"})

    def test_errors_of_keys(self):
        name = self.table("id", "n", {"n": "N"})
        for key in [{"id": {"S": "a"}}, {"id": {"S": "a"}, "n": {"S": "1"}}]:
            self.fails(
                "ValidationException",
                "The provided key element does not match the schema",
                self.db.get_item,
                TableName=name,
                Key=key,
            )
        self.fails(
            "ValidationException",
            "One or more parameter values were invalid: Missing the key n in the item",
            self.db.put_item,
            TableName=name,
            Item={"id": {"S": "a"}},
        )
        self.fails(
            "ResourceNotFoundException",
            "Requested resource not found",
            self.db.get_item,
            TableName="no-such-table",
            Key={"id": {"S": "a"}},
        )

    def test_too_large(self):
        name = self.table()
        self.fails(
            "ValidationException",
            "Item size has exceeded the maximum allowed size",
            self.db.put_item,
            TableName=name,
            Item={"id": {"S": "a"}, "x": {"S": "x" * 409600}},
        )

    def test_consumed_capacity(self):
        indexes = [
            {"IndexName": "by-g", "KeySchema": schema("g"), "Projection": {"ProjectionType": "ALL"}},
        ]
        name = self.table(GlobalSecondaryIndexes=indexes)
        put = lambda item, mode="INDEXES": self.db.put_item(
            TableName=name, Item=item, ReturnConsumedCapacity=mode
        )["ConsumedCapacity"]
        item = {"id": {"S": "a"}, "g": {"S": "g"}, "x": {"S": "x" * 2000}}
        self.assertEqual(
            put(item),
            {
                "TableName": name,
                "CapacityUnits": 4.0,
                "Table": {"CapacityUnits": 2.0},
                "GlobalSecondaryIndexes": {"by-g": {"CapacityUnits": 2.0}},
            },
        )
        self.assertEqual(put(item, "TOTAL"), {"TableName": name, "CapacityUnits": 2.0})
        # Another key in the index: one entry goes, and one comes.
        self.assertEqual(put({**item, "g": {"S": "h"}}, "TOTAL"), {"TableName": name, "CapacityUnits": 6.0})
        get = lambda **more: self.db.get_item(
            TableName=name, Key={"id": {"S": "a"}}, ReturnConsumedCapacity="TOTAL", **more
        )["ConsumedCapacity"]["CapacityUnits"]
        self.assertEqual((get(), get(ConsistentRead=True)), (0.5, 1.0))
        missing = self.db.get_item(TableName=name, Key={"id": {"S": "b"}}, ReturnConsumedCapacity="TOTAL")
        self.assertEqual(missing["ConsumedCapacity"]["CapacityUnits"], 0.5)
        query = self.db.query(
            TableName=name,
            IndexName="by-g",
            KeyConditionExpression="g = :g",
            ExpressionAttributeValues={":g": {"S": "h"}},
            ReturnConsumedCapacity="INDEXES",
        )["ConsumedCapacity"]
        self.assertEqual(query["GlobalSecondaryIndexes"], {"by-g": {"CapacityUnits": 0.5}})
        self.assertEqual((query["CapacityUnits"], query["Table"]), (0.5, {"CapacityUnits": 0.0}))
        write = self.db.transact_write_items(
            TransactItems=[{"Delete": {"TableName": name, "Key": {"id": {"S": "b"}}}}],
            ReturnConsumedCapacity="TOTAL",
        )
        self.assertEqual(
            write["ConsumedCapacity"], [{"TableName": name, "CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}]
        )

    def test_capacity_of_indexes(self):
        """nubo-db/dynamodb-conformance: putItem/indexConsumedCapacity"""
        include = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["proj"]}
        name = self.table(
            "pk",
            "sk",
            GlobalSecondaryIndexes=[{"IndexName": "gsi", "KeySchema": schema("gsiPk"), "Projection": include}],
            LocalSecondaryIndexes=[
                {"IndexName": "lsi", "KeySchema": schema("pk", "lsiSk"), "Projection": {"ProjectionType": "ALL"}}
            ],
        )
        key = {"pk": {"S": "a"}, "sk": {"S": "1"}}

        def units(answer):
            capacity = answer["ConsumedCapacity"]
            of = lambda kind, index: capacity.get(kind, {}).get(index, {}).get("CapacityUnits")
            return (
                capacity["CapacityUnits"],
                capacity["Table"]["CapacityUnits"],
                of("GlobalSecondaryIndexes", "gsi"),
                of("LocalSecondaryIndexes", "lsi"),
            )

        put = lambda **more: units(
            self.db.put_item(
                TableName=name,
                Item={**key, **{name: {"S": value} for name, value in more.items()}},
                ReturnConsumedCapacity="INDEXES",
            )
        )
        update = lambda expression, value=None: units(
            self.db.update_item(
                TableName=name,
                Key=key,
                UpdateExpression=expression,
                ReturnConsumedCapacity="INDEXES",
                **({"ExpressionAttributeValues": {":v": {"S": value}}} if value else {}),
            )
        )
        full = {"gsiPk": "g", "lsiSk": "L1", "proj": "p", "misc": "o"}
        self.assertEqual(put(**full), (3, 1, 1, 1))
        self.assertEqual(put(**full), (1, 1, None, None))
        self.assertEqual(update("SET misc = :v", "o2"), (2, 1, None, 1))
        self.assertEqual(update("SET proj = :v", "p2"), (3, 1, 1, 1))
        self.assertEqual(update("SET gsiPk = :v", "moved"), (4, 1, 2, 1))
        self.assertEqual(update("SET lsiSk = :v", "L2"), (3, 1, None, 2))
        self.assertEqual(update("REMOVE gsiPk"), (3, 1, 1, 1))
        deleted = self.db.delete_item(TableName=name, Key=key, ReturnConsumedCapacity="INDEXES")
        self.assertEqual(units(deleted), (2, 1, None, 1))
        self.assertEqual(put(misc="o"), (1, 1, None, None))

    def test_an_update_measures_what_it_writes(self):
        """nubo-db/dynamodb-conformance: limits/itemSizeBySurface"""
        name = self.table("pk")
        most = 400 * 1024 - 19
        update = lambda length: self.db.update_item(
            TableName=name,
            Key={"pk": {"S": "K"}},
            UpdateExpression="SET b = :b",
            ExpressionAttributeValues={":b": {"S": "x" * length}},
        )
        update(most - 3 - 1)
        self.fails(
            "ValidationException",
            "Item size to update has exceeded the maximum allowed size",
            update,
            length=most - 3,
        )

    def test_one_of_many_conditional_puts_wins(self):
        name = self.table()
        won, lost = [], []

        def put(number):
            try:
                self.db.put_item(
                    TableName=name,
                    Item={"id": {"S": "lock"}, "owner": {"N": str(number)}},
                    ConditionExpression="attribute_not_exists(id)",
                )
                won.append(number)
            except ClientError as error:
                lost.append(error.response["Error"]["Code"])

        threads = [threading.Thread(target=put, args=[number]) for number in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(won), 1)
        self.assertEqual(set(lost), {"ConditionalCheckFailedException"})
        self.assertEqual(self.item(name, id="lock")["owner"], won[0])

    def test_counters_lose_nothing(self):
        name = self.table()

        def count():
            for _ in range(25):
                self.db.update_item(
                    TableName=name,
                    Key={"id": {"S": "c"}},
                    UpdateExpression="ADD n :one",
                    ExpressionAttributeValues={":one": {"N": "1"}},
                )

        threads = [threading.Thread(target=count) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.item(name, id="c")["n"], 200)


class Reading(Dynamo):
    def setUp(self):
        super().setUp()
        self.name = self.table("p", "n", {"n": "N"})
        self.t = self.resource.Table(self.name)
        with self.t.batch_writer() as batch:
            for p in "abc":
                for n in range(-5, 15):
                    batch.put_item(Item={"p": p, "n": n, "even": n % 2 == 0})

    def numbers(self, **arguments):
        return [int(item["n"]) for item in self.t.query(**arguments)["Items"]]

    def test_query(self):
        a = Key("p").eq("a")
        self.assertEqual(self.numbers(KeyConditionExpression=a), list(range(-5, 15)))
        self.assertEqual(
            self.numbers(KeyConditionExpression=a, ScanIndexForward=False), list(range(14, -6, -1))
        )
        self.assertEqual(self.numbers(KeyConditionExpression=a & Key("n").between(-1, 2)), [-1, 0, 1, 2])
        self.assertEqual(self.numbers(KeyConditionExpression=a & Key("n").lt(-3)), [-5, -4])
        self.assertEqual(self.numbers(KeyConditionExpression=a & Key("n").gte(13)), [13, 14])
        self.assertEqual(self.numbers(KeyConditionExpression=a & Key("n").eq(7)), [7])
        self.assertEqual(self.numbers(KeyConditionExpression=Key("p").eq("z")), [])
        answer = self.t.query(KeyConditionExpression=a, FilterExpression=Attr("even").eq(True), Select="COUNT")
        self.assertEqual((answer["Count"], answer["ScannedCount"]), (10, 20))
        self.assertNotIn("Items", answer)

    def test_pages(self):
        for forward in [True, False]:
            for limit in [1, 3, 7, 20, 21]:
                found, start = [], {}
                while True:
                    page = self.t.query(
                        KeyConditionExpression=Key("p").eq("b"), Limit=limit, ScanIndexForward=forward, **start
                    )
                    found += [int(item["n"]) for item in page["Items"]]
                    if "LastEvaluatedKey" not in page:
                        break
                    self.assertEqual(page["Count"], limit)
                    start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
                self.assertEqual(found, sorted(range(-5, 15), reverse=not forward))

    def test_scan(self):
        everything = self.t.scan()
        self.assertEqual(everything["Count"], 60)
        pages = self.db.get_paginator("scan").paginate(TableName=self.name, PaginationConfig={"PageSize": 7})
        self.assertEqual(len([item for page in pages for item in page["Items"]]), 60)
        segments = [self.t.scan(Segment=it, TotalSegments=5)["Items"] for it in range(5)]
        self.assertEqual(sum(map(len, segments)), 60)
        keys = {(item["p"], item["n"]) for items in segments for item in items}
        self.assertEqual(len(keys), 60)
        filtered = self.t.scan(FilterExpression=Attr("even").eq(True) & Attr("p").eq("a"))
        self.assertEqual((filtered["Count"], filtered["ScannedCount"]), (10, 60))

    def test_a_page_is_a_megabyte(self):
        table = self.resource.Table(self.table("p", "n", {"n": "N"}))
        for n in range(5):
            table.put_item(Item={"p": "a", "n": n, "x": "x" * 300_000})
        first = table.query(KeyConditionExpression=Key("p").eq("a"))
        self.assertEqual((first["Count"], first["LastEvaluatedKey"]), (4, {"p": "a", "n": 3}))
        second = table.query(
            KeyConditionExpression=Key("p").eq("a"), ExclusiveStartKey=first["LastEvaluatedKey"]
        )
        self.assertEqual(second["Count"], 1)
        self.assertNotIn("LastEvaluatedKey", second)

    def test_errors(self):
        query = lambda message, **arguments: self.fails("ValidationException", message, self.t.query, **arguments)
        query("Query condition missed key schema element: p", KeyConditionExpression=Key("n").eq(1))
        query(
            "The provided starting key is outside query boundaries based on provided conditions",
            KeyConditionExpression=Key("p").eq("a"),
            ExclusiveStartKey={"p": "b", "n": 1},
        )
        query("The table does not have the specified index: none", IndexName="none", KeyConditionExpression=Key("p").eq("a"))
        query(
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: n",
            KeyConditionExpression=Key("p").eq("a"),
            FilterExpression=Attr("n").eq(1),
        )
        self.fails(
            "ValidationException",
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less "
            "than TotalSegments: 2",
            self.t.scan,
            Segment=2,
            TotalSegments=2,
        )

    def test_key_conditions(self):
        answer = self.db.query(
            TableName=self.name,
            KeyConditions={
                "p": {"AttributeValueList": [{"S": "a"}], "ComparisonOperator": "EQ"},
                "n": {"AttributeValueList": [{"N": "12"}], "ComparisonOperator": "GT"},
            },
            AttributesToGet=["n"],
        )
        self.assertEqual(answer["Items"], [{"n": {"N": "13"}}, {"n": {"N": "14"}}])


class Indexes(Dynamo):
    def setUp(self):
        super().setUp()
        include = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["title"]}
        self.name = self.table(
            "id",
            "at",
            GlobalSecondaryIndexes=[
                {"IndexName": "by-state", "KeySchema": schema("state", "rank"), "Projection": include},
            ],
            LocalSecondaryIndexes=[
                {"IndexName": "by-rank", "KeySchema": schema("id", "rank"), "Projection": {"ProjectionType": "KEYS_ONLY"}},
            ],
            types={"rank": "N"},
        )
        self.t = self.resource.Table(self.name)

    def by_state(self, state, **arguments):
        return self.t.query(IndexName="by-state", KeyConditionExpression=Key("state").eq(state), **arguments)

    def test_global(self):
        self.put(self.name, id="a", at="1", state="open", rank=2, title="A", body="not projected")
        self.put(self.name, id="b", at="1", state="open", rank=1, title="B")
        self.put(self.name, id="c", at="1", state="open", title="no rank: not in the index")
        items = self.by_state("open")["Items"]
        self.assertEqual([item["id"] for item in items], ["b", "a"])
        self.assertEqual(items[1], {"id": "a", "at": "1", "state": "open", "rank": 2, "title": "A"})
        self.t.update_item(
            Key={"id": "a", "at": "1"},
            UpdateExpression="SET #s = :s",
            ExpressionAttributeNames={"#s": "state"},
            ExpressionAttributeValues={":s": "closed"},
        )
        self.assertEqual([item["id"] for item in self.by_state("open")["Items"]], ["b"])
        self.assertEqual([item["id"] for item in self.by_state("closed")["Items"]], ["a"])
        self.t.delete_item(Key={"id": "a", "at": "1"})
        self.assertEqual(self.by_state("closed")["Items"], [])
        self.assertEqual(self.t.scan(IndexName="by-state")["Count"], 1)
        self.fails(
            "ValidationException",
            "Consistent reads are not supported on global secondary indexes",
            self.by_state,
            state="open",
            ConsistentRead=True,
        )
        self.fails(
            "ValidationException",
            "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global "
            "secondary index by-state because its projection type is not ALL",
            self.by_state,
            state="open",
            Select="ALL_ATTRIBUTES",
        )
        self.fails(
            "ValidationException",
            "One or more parameter values were invalid: Type mismatch for Index Key rank Expected: N Actual: S "
            "IndexName: by-rank",
            self.t.put_item,
            Item={"id": "x", "at": "1", "rank": "first"},
        )

    def test_pages_of_equal_keys(self):
        for n in range(10):
            self.put(self.name, id=f"i{n}", at="1", state="s", rank=1)
        found, start = [], {}
        while True:
            page = self.by_state("s", Limit=3, **start)
            found += [item["id"] for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                break
            self.assertEqual(set(page["LastEvaluatedKey"]), {"id", "at", "state", "rank"})
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        self.assertEqual(sorted(found), [f"i{n}" for n in range(10)])

    def test_scans(self):
        for n in range(40):
            self.put(self.name, id=f"i{n}", at="1", state=f"s{n % 7}", rank=n)
        self.put(self.name, id="not in them", at="1")
        for index in ["by-state", "by-rank"]:
            pages = self.db.get_paginator("scan").paginate(
                TableName=self.name, IndexName=index, PaginationConfig={"PageSize": 7}
            )
            found = [item["id"]["S"] for page in pages for item in page["Items"]]
            self.assertEqual(sorted(found), sorted(f"i{n}" for n in range(40)))
            segments = [
                self.t.scan(IndexName=index, Segment=segment, TotalSegments=3)["Items"] for segment in range(3)
            ]
            self.assertEqual(sorted(item["id"] for items in segments for item in items), sorted(found))

    def test_local(self):
        for n in range(5):
            self.put(self.name, id="a", at=str(n), rank=10 - n, body=f"b{n}")
        query = lambda **arguments: self.t.query(
            IndexName="by-rank", KeyConditionExpression=Key("id").eq("a") & Key("rank").lt(9), **arguments
        )["Items"]
        self.assertEqual([int(item["rank"]) for item in query(ConsistentRead=True)], [6, 7, 8])
        self.assertNotIn("body", query()[0])
        self.assertEqual(query(Select="ALL_ATTRIBUTES")[0]["body"], "b4")
        answer = self.t.put_item(
            Item={"id": "a", "at": "9"}, ReturnItemCollectionMetrics="SIZE"
        )
        self.assertEqual(answer["ItemCollectionMetrics"]["ItemCollectionKey"], {"id": "a"})

    def test_an_index_is_added_and_removed(self):
        self.put(self.name, id="a", at="1", color="red")
        self.put(self.name, id="b", at="1", color=5)
        self.db.update_table(
            TableName=self.name,
            AttributeDefinitions=[definition("color")],
            GlobalSecondaryIndexUpdates=[
                {"Create": {"IndexName": "by-color", "KeySchema": schema("color"), "Projection": {"ProjectionType": "ALL"}}}
            ],
        )
        query = lambda: self.t.query(IndexName="by-color", KeyConditionExpression=Key("color").eq("red"))["Items"]
        self.assertEqual(query(), [{"id": "a", "at": "1", "color": "red"}])
        self.put(self.name, id="c", at="1", color="red")
        self.assertEqual(len(query()), 2)
        indexes = self.db.describe_table(TableName=self.name)["Table"]["GlobalSecondaryIndexes"]
        counts = {index["IndexName"]: index["ItemCount"] for index in indexes}
        self.assertEqual(counts, {"by-state": 0, "by-color": 2})
        self.db.update_table(
            TableName=self.name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-color"}}]
        )
        self.assertEqual(self.error(query)["Error"]["Code"], "ValidationException")


class Batches(Dynamo):
    def test_batches(self):
        one, two = self.table(), self.table("p", "s")
        answer = self.db.batch_write_item(
            RequestItems={
                one: [{"PutRequest": {"Item": {"id": {"S": str(n)}}}} for n in range(10)],
                two: [{"PutRequest": {"Item": {"p": {"S": "a"}, "s": {"S": str(n)}}}} for n in range(10)],
            },
            ReturnConsumedCapacity="TOTAL",
        )
        self.assertEqual(answer["UnprocessedItems"], {})
        self.assertEqual(sorted(it["CapacityUnits"] for it in answer["ConsumedCapacity"]), [10.0, 10.0])
        found = self.db.batch_get_item(
            RequestItems={
                one: {"Keys": [{"id": {"S": "3"}}, {"id": {"S": "nowhere"}}]},
                two: {"Keys": [{"p": {"S": "a"}, "s": {"S": "5"}}], "ProjectionExpression": "s"},
            }
        )
        self.assertEqual(found["Responses"], {one: [{"id": {"S": "3"}}], two: [{"s": {"S": "5"}}]})
        self.assertEqual(found["UnprocessedKeys"], {})
        self.db.batch_write_item(RequestItems={one: [{"DeleteRequest": {"Key": {"id": {"S": "3"}}}}]})
        self.assertIsNone(self.item(one, id="3"))

    def test_sixteen_megabytes(self):
        name = self.table()
        for n in range(45):
            self.put(name, id=str(n), x="x" * 390_000)
        keys = {name: {"Keys": [{"id": {"S": str(n)}} for n in range(45)]}}
        first = self.db.batch_get_item(RequestItems=keys)
        found = first["Responses"][name]
        self.assertEqual(len(found), 43)
        second = self.db.batch_get_item(RequestItems=first["UnprocessedKeys"])
        self.assertEqual(second["UnprocessedKeys"], {})
        found += second["Responses"][name]
        self.assertEqual(len({item["id"]["S"] for item in found}), 45)

    def test_nothing_found(self):
        """test_dynamodb::TestDynamoDB::test_dynamodb_get_batch_items"""
        name = self.table()
        answer = self.db.batch_get_item(RequestItems={name: {"Keys": [{"id": {"S": "test-key"}}]}})
        self.assertEqual((answer["Responses"], answer["UnprocessedKeys"]), ({name: []}, {}))

    def test_errors(self):
        name = self.table()
        put = {"PutRequest": {"Item": {"id": {"S": "a"}}}}
        self.fails(
            "ValidationException",
            "Provided list of item keys contains duplicates",
            self.db.batch_write_item,
            RequestItems={name: [put, put]},
        )
        self.fails(
            "ResourceNotFoundException",
            "Requested resource not found",
            self.db.batch_write_item,
            RequestItems={"no-such-table": [put]},
        )
        # nubo-db/dynamodb-conformance: error-messages/batchWriteItem
        self.fails(
            "ValidationException",
            "The provided key element does not match the schema",
            self.db.batch_write_item,
            RequestItems={name: [{"PutRequest": {"Item": {"id": {"N": "5"}}}}]},
        )
        error = self.error(
            self.db.batch_write_item,
            RequestItems={name: [{"PutRequest": {"Item": {"id": {"S": str(n)}}}} for n in range(26)]},
        )["Error"]
        self.assertEqual(error["Code"], "ValidationException")
        self.assertIsNone(self.item(name, id="0"))


class Transactions(Dynamo):
    def test_all_or_nothing(self):
        name = self.table()
        self.put(name, id="a", n=1)
        put = lambda id, **more: {"Put": {"TableName": name, "Item": {"id": {"S": id}}, **more}}
        error = self.error(
            self.db.transact_write_items,
            TransactItems=[
                put("b"),
                put("a", ConditionExpression="attribute_not_exists(id)", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
                {
                    "Update": {
                        "TableName": name,
                        "Key": {"id": {"S": "c"}},
                        "UpdateExpression": "SET x = nowhere",
                    }
                },
            ],
        )
        self.assertEqual(error["Error"]["Code"], "TransactionCanceledException")
        self.assertEqual(
            error["Error"]["Message"],
            "Transaction cancelled, please refer cancellation reasons for specific reasons [None, "
            "ConditionalCheckFailed, ValidationError]",
        )
        none, failed, invalid = error["CancellationReasons"]
        self.assertEqual(none, {"Code": "None"})
        self.assertEqual(failed["Item"], {"id": {"S": "a"}, "n": {"N": "1"}})
        self.assertEqual(failed["Message"], "The conditional request failed")
        self.assertEqual(invalid["Code"], "ValidationError")
        self.assertIsNone(self.item(name, id="b"))

    def test_tokens(self):
        name = self.table()
        tokens = [str(uuid.uuid4()) for _ in range(2)]
        add = lambda by: {
            "Update": {
                "TableName": name,
                "Key": {"id": {"S": "a"}},
                "UpdateExpression": "ADD n :n",
                "ExpressionAttributeValues": {":n": {"N": by}},
            }
        }
        for _ in range(3):
            self.db.transact_write_items(TransactItems=[add("1")], ClientRequestToken=tokens[0])
        self.assertEqual(self.item(name, id="a")["n"], 1)
        error = self.error(self.db.transact_write_items, TransactItems=[add("2")], ClientRequestToken=tokens[0])
        self.assertEqual(error["Error"]["Code"], "IdempotentParameterMismatchException")
        self.db.transact_write_items(TransactItems=[add("2")], ClientRequestToken=tokens[1])
        self.assertEqual(self.item(name, id="a")["n"], 3)

    def test_binary(self):
        """test_dynamodb::TestDynamoDB::test_transaction_write_binary_data"""
        name = self.table()
        item = {"id": {"S": "someUser"}, "binaryData": {"B": b"foobar"}}
        self.db.transact_write_items(TransactItems=[{"Put": {"TableName": name, "Item": item}}])
        self.assertEqual(self.db.get_item(TableName=name, Key={"id": {"S": "someUser"}})["Item"], item)

    def test_get(self):
        """test_dynamodb::TestDynamoDB::test_transact_get_items"""
        name = self.table()
        self.put(name, id="John")
        arn = self.db.describe_table(TableName=name)["Table"]["TableArn"]
        for table in [name, arn]:
            answer = self.db.transact_get_items(
                TransactItems=[{"Get": {"TableName": table, "Key": {"id": {"S": "John"}}}}]
            )
            self.assertEqual(answer["Responses"], [{"Item": {"id": {"S": "John"}}}])

    def test_what_cancels_and_what_is_refused(self):
        """nubo-db/dynamodb-conformance: error-messages/transactWriteItems, limits/itemSizeBySurface"""
        name = self.table()
        write = lambda item: self.error(
            self.db.transact_write_items, TransactItems=[{"Put": {"TableName": name, "Item": item}}]
        )
        cancelled = write({"id": {"N": "5"}})
        self.assertEqual(cancelled["Error"]["Code"], "TransactionCanceledException")
        self.assertEqual(
            cancelled["CancellationReasons"][0]["Message"],
            "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N",
        )
        empty = write({"id": {"S": ""}})["Error"]
        self.assertEqual(empty["Code"], "ValidationException")
        large = write({"id": {"S": "a"}, "x": {"S": "x" * 409600}})["Error"]
        self.assertEqual(large["Message"], "Item size has exceeded the maximum allowed size")
        cancelled = self.error(
            self.db.transact_get_items, TransactItems=[{"Get": {"TableName": name, "Key": {"no": {"S": "a"}}}}]
        )
        self.assertEqual([it["Code"] for it in cancelled["CancellationReasons"]], ["ValidationError"])

    def test_errors(self):
        """test_dynamodb::TestDynamoDB::test_batch_write_not_existing_table"""
        put = {"Put": {"TableName": "no-such-table", "Item": {"id": {"S": "a"}}}}
        self.fails(
            "ResourceNotFoundException",
            "Requested resource not found",
            self.db.transact_write_items,
            TransactItems=[put],
        )
        put["Put"]["TableName"] = self.table()
        self.fails(
            "ValidationException",
            "Transaction request cannot include multiple operations on one item",
            self.db.transact_write_items,
            TransactItems=[put, put],
        )

    def test_money_is_neither_made_nor_lost(self):
        name = self.table()
        accounts = [str(number) for number in range(4)]
        for account in accounts:
            self.put(name, id=account, balance=100)
        change = lambda account, by: {
            "Update": {
                "TableName": name,
                "Key": {"id": {"S": account}},
                "UpdateExpression": "SET balance = balance + :by",
                "ConditionExpression": "balance >= :needed",
                "ExpressionAttributeValues": {":by": {"N": str(by)}, ":needed": {"N": str(max(0, -by))}},
            }
        }
        sums, failures = [], []

        def move(number):
            for step in range(20):
                one, other = accounts[(number + step) % 4], accounts[(number + step + 1 + step % 3) % 4]
                try:
                    self.db.transact_write_items(TransactItems=[change(one, -30), change(other, 30)])
                except ClientError as error:
                    failures.append(error.response["Error"]["Code"])

        def look():
            reads = [{"Get": {"TableName": name, "Key": {"id": {"S": account}}}} for account in accounts]
            for _ in range(20):
                answers = self.db.transact_get_items(TransactItems=reads)["Responses"]
                sums.append(sum(int(it["Item"]["balance"]["N"]) for it in answers))

        threads = [threading.Thread(target=move, args=[number]) for number in range(4)]
        threads += [threading.Thread(target=look) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(sums), {400})
        self.assertLessEqual(set(failures), {"TransactionCanceledException"})


class PartiQl(Dynamo):
    def run_statement(self, statement, *parameters, **more):
        if parameters:
            more["Parameters"] = list(parameters)
        return self.db.execute_statement(Statement=statement, **more)

    def test_statements(self):
        name = self.table("p", "n", {"n": "N"})
        for n in range(5):
            self.run_statement(f"INSERT INTO \"{name}\" VALUE {{'p': 'a', 'n': ?, 'x': 'y'}}", {"N": str(n)})
        self.fails(
            "DuplicateItemException",
            "Duplicate primary key exists in table",
            self.run_statement,
            statement=f"INSERT INTO \"{name}\" VALUE {{'p': 'a', 'n': 1}}",
        )
        items = self.run_statement(f"SELECT n FROM \"{name}\" WHERE p = 'a' AND n > 1 ORDER BY n DESC")["Items"]
        self.assertEqual(items, [{"n": {"N": "4"}}, {"n": {"N": "3"}}, {"n": {"N": "2"}}])
        updated = self.run_statement(f"UPDATE \"{name}\" SET x = 'z' WHERE p = 'a' AND n = 1 RETURNING ALL NEW *")
        self.assertEqual(updated["Items"], [{"p": {"S": "a"}, "n": {"N": "1"}, "x": {"S": "z"}}])
        error = self.error(
            self.run_statement, statement=f"UPDATE \"{name}\" SET x = 'z' WHERE p = 'a' AND n = 77"
        )
        self.assertEqual(error["Error"]["Code"], "ConditionalCheckFailedException")
        self.run_statement(f"DELETE FROM \"{name}\" WHERE p = 'a' AND n = 0")
        self.run_statement(f"DELETE FROM \"{name}\" WHERE p = 'a' AND n = 0")
        found, token = [], {}
        while True:
            page = self.run_statement(f'SELECT * FROM "{name}"', Limit=3, **token)
            found += page["Items"]
            if "NextToken" not in page:
                break
            token = {"NextToken": page["NextToken"]}
        self.assertEqual(len(found), 4)

    def test_errors(self):
        """nubo-db/dynamodb-conformance: error-messages/partiql"""
        name = self.table(
            GlobalSecondaryIndexes=[
                {"IndexName": "by-g", "KeySchema": schema("g"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
            ]
        )
        invalid = lambda message, statement, **more: self.fails(
            "ValidationException", message, self.run_statement, statement=statement, **more
        )
        invalid("The table does not have the specified index", f'SELECT * FROM "{name}"."none" WHERE g = \'x\'')
        invalid(
            "Strongly consistent read is not supported on Global Secondary Indexes",
            f'SELECT * FROM "{name}"."by-g" WHERE g = \'x\'',
            ConsistentRead=True,
        )
        invalid(
            "One or more parameter values were invalid: Secondary index by-g does not project one or more filter "
            "attributes: [other]",
            f'SELECT id FROM "{name}"."by-g" WHERE g = \'x\' AND other = \'y\'',
        )
        invalid(
            "One or more parameter values were invalid: Global secondary index by-g does not project [other]",
            f'SELECT other FROM "{name}"."by-g" WHERE g = \'x\'',
        )
        for statement, reason in [
            (
                f'UPDATE "{name}" SET a = 1 WHERE id = \'x\' RETURNING ALL NEW *',
                "RETURNING clause is not supported in ExecuteTransaction.",
            ),
            (f'SELECT * FROM "{name}"."by-g" WHERE g = \'x\'', "Reads on indices are not supported within transactions."),
            (
                f'SELECT * FROM "{name}" WHERE attribute_exists(id)',
                "Select statements within ExecuteTransaction must specify the primary key in the where clause.",
            ),
            (
                f'EXISTS(SELECT * FROM "{name}" WHERE id = \'x\')',
                "EXISTS() must contain a single item read with additional condition",
            ),
        ]:
            self.fails(
                "ValidationException",
                f"Validation failed in TransactStatements[0]: {reason}",
                self.db.execute_transaction,
                TransactStatements=[{"Statement": statement}],
            )
        both = [f'SELECT * FROM "{name}" WHERE id = \'x\'', f'UPDATE "{name}" SET a = 1 WHERE id = \'y\'']
        self.fails(
            "ValidationException",
            "ExecuteTransaction API does not support both read and write operations in the same request.",
            self.db.execute_transaction,
            TransactStatements=[{"Statement": statement} for statement in both],
        )

    def test_local_indexes_reach_back(self):
        """nubo-db/dynamodb-conformance: partiql/indexQualifier"""
        name = self.table(
            "p",
            "s",
            LocalSecondaryIndexes=[
                {"IndexName": "keys", "KeySchema": schema("p", "l"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
            ],
        )
        for n in range(3):
            self.put(name, p="a", s=f"s{n}", l=f"l{n}", other=f"o{n}")
        self.put(name, p="a", s="not in the index", other="o9")

        def select(statement, **more):
            answer = self.run_statement(statement.replace("INDEX", f'"{name}"."keys"'), ReturnConsumedCapacity="INDEXES", **more)
            return answer["Items"], answer["ConsumedCapacity"]["Table"]["CapacityUnits"]

        items, table = select("SELECT * FROM INDEX WHERE p = 'a'")
        self.assertEqual((len(items), set(items[0]), table), (3, {"p", "s", "l"}, 0))
        items, table = select("SELECT other FROM INDEX WHERE p = 'a'")
        self.assertEqual((items[0], table), ({"other": {"S": "o0"}}, 1.5))
        items, table = select("SELECT other FROM INDEX WHERE p = 'a'", Limit=1)
        self.assertEqual((len(items), table), (1, 0.5))
        # Of a scan the index knows nothing of what it does not have.
        self.assertEqual(select("SELECT p FROM INDEX WHERE other = 'o1'")[0], [])

    def test_missing(self):
        """test_dynamodb::TestDynamoDB::test_dynamodb_partiql_missing"""
        name = self.table("Username")
        self.put(name, Username="Alice123", FirstName="Alice")
        self.put(name, Username="Bob123")
        found = self.run_statement(f'SELECT * FROM "{name}" WHERE FirstName IS NOT MISSING')["Items"]
        self.assertEqual(found, [{"FirstName": {"S": "Alice"}, "Username": {"S": "Alice123"}}])

    def test_batch(self):
        """test_dynamodb::TestDynamoDB::test_dynamodb_batch_execute_statement"""
        name = self.table("Username")
        self.put(name, Username="user02")
        answer = self.db.batch_execute_statement(
            Statements=[
                {"Statement": f"INSERT INTO \"{name}\" VALUE {{'Username': 'user01'}}"},
                {"Statement": f"UPDATE \"{name}\" SET Age=20 WHERE Username='user02'"},
            ]
        )
        self.assertEqual(answer["Responses"], [{"TableName": name}, {"TableName": name}])
        self.assertEqual(self.item(name, Username="user02"), {"Username": "user02", "Age": 20})
        answer = self.db.batch_execute_statement(
            Statements=[
                {"Statement": f"INSERT INTO \"{name}\" VALUE {{'Username': 'user01'}}"},
                {"Statement": f"SELECT Age FROM \"{name}\" WHERE Username='user02'"},
            ]
        )
        duplicate, found = answer["Responses"]
        self.assertEqual(duplicate["Error"]["Code"], "DuplicateItem")
        self.assertEqual(found, {"TableName": name, "Item": {"Age": {"N": "20"}}})

    def test_transaction(self):
        """test_dynamodb::TestDynamoDB::test_dynamodb_execute_transaction"""
        name = self.table("Username")
        insert = f"INSERT INTO \"{name}\" VALUE {{'Username': ?}}"
        statements = [{"Statement": insert, "Parameters": [{"S": user}]} for user in ["user01", "user02"]]
        self.assertEqual(self.db.execute_transaction(TransactStatements=statements)["Responses"], [])
        self.assertEqual(self.db.scan(TableName=name)["Count"], 2)
        error = self.error(self.db.execute_transaction, TransactStatements=statements)
        self.assertEqual(error["Error"]["Code"], "TransactionCanceledException")
        self.assertEqual([it["Code"] for it in error["CancellationReasons"]], ["DuplicateItem", "DuplicateItem"])


class Streams(Dynamo):
    def setUp(self):
        super().setUp()
        self.streams = client("dynamodbstreams")

    def stream(self, view="NEW_AND_OLD_IMAGES", **more):
        name = self.table(StreamSpecification={"StreamEnabled": True, "StreamViewType": view}, **more)
        return name, self.db.describe_table(TableName=name)["Table"]["LatestStreamArn"]

    def iterator(self, arn, kind="TRIM_HORIZON", **more):
        shard = self.streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        return self.streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **more
        )["ShardIterator"]

    def records(self, arn):
        return self.streams.get_records(ShardIterator=self.iterator(arn))["Records"]

    def test_description(self):
        """test_dynamodb::TestDynamoDB::test_dynamodb_stream_stream_view_type"""
        name, arn = self.stream("KEYS_ONLY")
        label = self.db.describe_table(TableName=name)["Table"]["LatestStreamLabel"]
        datetime.datetime.strptime(label, "%Y-%m-%dT%H:%M:%S.%f")
        description = self.streams.describe_stream(StreamArn=arn)["StreamDescription"]
        description.pop("CreationRequestDateTime")
        shard = description.pop("Shards")[0]
        self.assertEqual(set(shard), {"ShardId", "SequenceNumberRange"})
        self.assertEqual(set(shard["SequenceNumberRange"]), {"StartingSequenceNumber"})
        self.assertEqual(
            description,
            {
                "KeySchema": schema("id"),
                "StreamArn": arn,
                "StreamLabel": label,
                "StreamStatus": "ENABLED",
                "StreamViewType": "KEYS_ONLY",
                "TableName": name,
            },
        )
        listed = self.streams.list_streams(TableName=name)["Streams"]
        self.assertEqual(listed, [{"StreamArn": arn, "TableName": name, "StreamLabel": label}])

    def test_records_of_an_update(self):
        """test_dynamodb::TestDynamoDB::test_dynamodb_stream_records_with_update_item"""
        name, arn = self.stream()
        table = self.resource.Table(name)
        table.put_item(Item={"id": "my-item-id", "attr1": "value1", "attr2": "value2"})
        table.update_item(
            Key={"id": "my-item-id"},
            UpdateExpression="SET attr1 = :v1, attr2 = :v2",
            ExpressionAttributeValues={":v1": "value2", ":v2": "value3"},
        )
        records = self.records(arn)
        numbers = [record["dynamodb"].pop("SequenceNumber") for record in records]
        self.assertEqual(numbers, sorted(numbers))
        for record in records:
            self.assertEqual(len(record.pop("eventID")), 32)
            record["dynamodb"].pop("ApproximateCreationDateTime")
        key = {"id": {"S": "my-item-id"}}
        before = {"attr1": {"S": "value1"}, "attr2": {"S": "value2"}, **key}
        after = {"attr1": {"S": "value2"}, "attr2": {"S": "value3"}, **key}
        common = {"awsRegion": "us-east-1", "eventSource": "aws:dynamodb", "eventVersion": "1.1"}
        view = {"Keys": key, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        self.assertEqual(
            records,
            [
                {**common, "eventName": "INSERT", "dynamodb": {**view, "NewImage": before, "SizeBytes": 46}},
                {
                    **common,
                    "eventName": "MODIFY",
                    "dynamodb": {**view, "NewImage": after, "OldImage": before, "SizeBytes": 80},
                },
            ],
        )

    def test_what_changes_nothing_is_no_record(self):
        """test_dynamodb::TestDynamoDB::test_batch_write_items_streaming"""
        name, arn = self.stream()
        self.put(name, id="Fred")
        self.put(name, id="Fred")
        self.db.delete_item(TableName=name, Key={"id": {"S": "nobody"}})
        self.db.delete_item(TableName=name, Key={"id": {"S": "Fred"}})
        records = self.records(arn)
        self.assertEqual([record["eventName"] for record in records], ["INSERT", "REMOVE"])
        self.assertEqual([record["dynamodb"]["SizeBytes"] for record in records], [12, 12])

    def changes(self, arn):
        """eventName, key, SizeBytes of all changes."""
        of = lambda change: (change["Keys"]["id"]["S"], change["SizeBytes"])
        return [(record["eventName"], *of(record["dynamodb"])) for record in self.records(arn)]

    def test_batches_are_streamed(self):
        """test_dynamodb::TestDynamoDB::test_batch_write_items_streaming"""
        name, arn = self.stream()
        put = lambda **item: {"PutRequest": {"Item": {name: {"S": value} for name, value in item.items()}}}
        write = lambda *requests: self.db.batch_write_item(RequestItems={name: list(requests)})
        self.put(name, id="Fred")
        write(put(id="Fred"), put(id="NewKey"))
        write({"DeleteRequest": {"Key": {"id": {"S": "NewKey"}}}}, put(id="Fred", name="Fred"))
        self.assertEqual(
            self.changes(arn),
            [("INSERT", "Fred", 12), ("INSERT", "NewKey", 16), ("REMOVE", "NewKey", 16), ("MODIFY", "Fred", 26)],
        )

    def test_transactions_are_streamed(self):
        """test_dynamodb::TestDynamoDB::test_transact_write_items_streaming"""
        name, arn = self.stream()
        item = lambda **item: {name: {"S": value} for name, value in item.items()}
        put = lambda **it: {"Put": {"TableName": name, "Item": item(**it)}}
        update = lambda id, expression, **values: {
            "Update": {
                "TableName": name,
                "Key": item(id=id),
                "UpdateExpression": expression,
                "ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in values.items()},
            }
        }
        write = lambda *items: self.db.transact_write_items(TransactItems=list(items))
        self.put(name, id="Fred")
        write(put(id="Fred"), put(id="NewKey"))
        write(update("NewKey", "SET attr1 = :one, attr2 = :two", one="value1", two="value2"))
        write(update("NonExistentKey", "SET attr1 = :one", one="value1"))
        write({"Delete": {"TableName": name, "Key": item(id="NewKey")}}, put(id="Fred", name="Fred"))
        self.assertEqual(
            self.changes(arn),
            [
                ("INSERT", "Fred", 12),
                ("INSERT", "NewKey", 16),
                ("MODIFY", "NewKey", 46),
                ("INSERT", "NonExistentKey", 43),
                ("REMOVE", "NewKey", 38),
                ("MODIFY", "Fred", 26),
            ],
        )

    def test_shards_after_one(self):
        """test_dynamodb::TestDynamoDB::test_dynamodb_streams_describe_with_exclusive_start_shard_id"""
        _, arn = self.stream()
        describe = lambda **more: self.streams.describe_stream(StreamArn=arn, **more)["StreamDescription"]["Shards"]
        shard = describe()[0]["ShardId"]
        self.assertEqual(describe(ExclusiveStartShardId=shard), [])

    def test_views(self):
        shown = {}
        for view in ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE"]:
            name, arn = self.stream(view)
            self.put(name, id="a", n=1)
            self.put(name, id="a", n=2)
            images = {"NewImage", "OldImage"}
            shown[view] = [sorted(images & set(record["dynamodb"])) for record in self.records(arn)]
        self.assertEqual(
            shown,
            {"KEYS_ONLY": [[], []], "NEW_IMAGE": [["NewImage"], ["NewImage"]], "OLD_IMAGE": [[], ["OldImage"]]},
        )

    def test_iterators(self):
        name, arn = self.stream()
        latest = self.iterator(arn, "LATEST")
        for n in range(5):
            self.put(name, id=str(n))
        get = lambda iterator, **more: self.streams.get_records(ShardIterator=iterator, **more)
        ids = lambda answer: [record["dynamodb"]["Keys"]["id"]["S"] for record in answer["Records"]]
        self.assertEqual(ids(get(latest)), ["0", "1", "2", "3", "4"])
        first = get(self.iterator(arn), Limit=2)
        self.assertEqual(ids(first), ["0", "1"])
        self.assertEqual(ids(get(first["NextShardIterator"])), ["2", "3", "4"])
        number = first["Records"][1]["dynamodb"]["SequenceNumber"]
        at_it = self.iterator(arn, "AT_SEQUENCE_NUMBER", SequenceNumber=number)
        after_it = self.iterator(arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=number)
        self.assertEqual((ids(get(at_it))[0], ids(get(after_it))[0]), ("1", "2"))
        self.assertEqual(ids(get(self.iterator(arn, "LATEST"))), [])

    def test_a_transaction_is_streamed(self):
        """test_dynamodb::TestDynamoDB::test_transact_write_items_streaming_for_different_tables"""
        (name, arn), other = self.stream(), self.table()
        put = lambda table: {"Put": {"TableName": table, "Item": {"id": {"S": "Fred"}}}}
        self.db.transact_write_items(TransactItems=[put(name), put(other)])
        records = self.records(arn)
        self.assertEqual([record["eventName"] for record in records], ["INSERT"])

    def test_a_stream_that_ends(self):
        name, arn = self.stream()
        self.put(name, id="a")
        self.db.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
        self.put(name, id="b")
        table = self.db.describe_table(TableName=name)["Table"]
        self.assertNotIn("StreamSpecification", table)
        self.assertEqual(table["LatestStreamArn"], arn)
        answer = self.streams.get_records(ShardIterator=self.iterator(arn))
        self.assertEqual(len(answer["Records"]), 1)
        self.assertNotIn("NextShardIterator", answer)
        description = self.streams.describe_stream(StreamArn=arn)["StreamDescription"]
        self.assertEqual(description["StreamStatus"], "DISABLED")
        self.assertIn("EndingSequenceNumber", description["Shards"][0]["SequenceNumberRange"])
        self.db.update_table(
            TableName=name, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        )
        self.assertEqual(len(self.streams.list_streams(TableName=name)["Streams"]), 2)

    def test_errors(self):
        missing = "arn:aws:dynamodb:us-east-1:000000000000:table/no-such/stream/2020-01-01T00:00:00.000"
        self.assertEqual(
            self.error(self.streams.describe_stream, StreamArn=missing)["Error"]["Code"], "ResourceNotFoundException"
        )
        self.assertEqual(
            self.error(self.streams.get_records, ShardIterator="no iterator")["Error"]["Code"], "ValidationException"
        )


class Replicas(Dynamo):
    def setUp(self):
        super().setUp()
        self.name = self.table(StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
        self.there = client(region="eu-west-1")

    def update(self, db=None, **update):
        (db or self.db).update_table(TableName=self.name, ReplicaUpdates=[update])

    def test_a_table_in_two_regions(self):
        self.put(self.name, id="a")
        self.update(Create={"RegionName": "eu-west-1"})
        self.there.put_item(TableName=self.name, Item={"id": {"S": "b"}})
        key = {"id": {"S": "a"}}
        self.assertEqual(self.there.get_item(TableName=self.name, Key=key)["Item"], key)
        self.assertEqual(self.item(self.name, id="b"), {"id": "b"})
        here = self.db.describe_table(TableName=self.name)["Table"]
        there = self.there.describe_table(TableName=self.name)["Table"]
        self.assertEqual(here["GlobalTableVersion"], "2019.11.21")
        # (quirks: DDB-TABLE-201)
        replica = lambda region: {
            "RegionName": region,
            "ReplicaStatus": "ACTIVE",
            "GlobalTableSettingsReplicationMode": "ENABLED_WITH_OVERRIDES",
            "WarmThroughput": here["WarmThroughput"],
        }
        self.assertEqual(here["Replicas"], [replica("eu-west-1")])
        self.assertEqual(there["Replicas"], [replica("us-east-1")])
        self.assertEqual(there["TableArn"], f"arn:aws:dynamodb:eu-west-1:000000000000:table/{self.name}")
        self.assertEqual(there["ItemCount"], 2)
        self.assertIn(self.name, [name for page in self.there.get_paginator("list_tables").paginate() for name in page["TableNames"]])

        streams = client("dynamodbstreams", region="eu-west-1")
        arn = there["LatestStreamArn"]
        self.assertIn(":eu-west-1:", arn)
        self.assertEqual(streams.list_streams(TableName=self.name)["Streams"][0]["StreamArn"], arn)
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
        self.assertEqual([record["awsRegion"] for record in records], ["eu-west-1"] * 2)

        self.assertEqual(self.error(self.db.delete_table, TableName=self.name)["Error"]["Code"], "ValidationException")
        self.update(Delete={"RegionName": "eu-west-1"})
        self.assertEqual(
            self.error(self.there.describe_table, TableName=self.name)["Error"]["Code"], "ResourceNotFoundException"
        )
        self.assertNotIn("Replicas", self.db.describe_table(TableName=self.name)["Table"])
        self.db.delete_table(TableName=self.name)

    def test_a_replica_is_deleted_where_it_is(self):
        self.update(Create={"RegionName": "eu-west-1"})
        self.there.delete_table(TableName=self.name)
        self.assertEqual(self.db.describe_table(TableName=self.name)["Table"]["TableStatus"], "ACTIVE")
        self.assertNotIn("Replicas", self.db.describe_table(TableName=self.name)["Table"])

    def test_errors(self):
        # (quirks: DDB-TABLE-442)
        self.fails(
            "ValidationException",
            "Cannot add or delete the local region through ReplicaUpdates. Use CreateTable, DeleteTable, or UpdateTable "
            "as required.",
            self.update,
            Create={"RegionName": "us-east-1"},
        )
        self.update(Create={"RegionName": "eu-west-1"})
        again = self.error(self.update, Create={"RegionName": "eu-west-1"})["Error"]
        self.assertEqual(again["Code"], "ValidationException")
        error = self.error(
            self.there.create_table,
            TableName=self.name,
            KeySchema=schema("id"),
            AttributeDefinitions=[definition("id")],
            BillingMode="PAY_PER_REQUEST",
        )["Error"]
        self.assertEqual(error["Code"], "ResourceInUseException")


    def test_overrides(self):
        """What a replica has of its own is shown by both (quirks: DDB-TABLE-250, 320)."""
        self.update(
            Create={
                "RegionName": "eu-west-1",
                "OnDemandThroughputOverride": {"MaxReadRequestUnits": 7},
                "TableClassOverride": "STANDARD_INFREQUENT_ACCESS",
            }
        )
        here = self.db.describe_table(TableName=self.name)["Table"]
        there = self.there.describe_table(TableName=self.name)["Table"]
        replica = here["Replicas"][0]
        self.assertEqual(replica["OnDemandThroughputOverride"], {"MaxReadRequestUnits": 7})
        self.assertEqual(replica["ReplicaTableClassSummary"]["TableClass"], "STANDARD_INFREQUENT_ACCESS")
        self.assertEqual(there["OnDemandThroughput"]["MaxReadRequestUnits"], 7)
        self.assertEqual(there["TableClassSummary"]["TableClass"], "STANDARD_INFREQUENT_ACCESS")
        self.assertNotIn("TableClassSummary", here)
        self.update(Update={"RegionName": "eu-west-1", "OnDemandThroughputOverride": {"MaxReadRequestUnits": 9}})
        there = self.there.describe_table(TableName=self.name)["Table"]
        self.assertEqual(there["OnDemandThroughput"]["MaxReadRequestUnits"], 9)
        self.fails(
            "ValidationException",
            "There are no actions specified in the Replica Update Action of the request.",
            self.update,
            Update={"RegionName": "eu-west-1"},
        )

    def test_a_group_that_is_strongly_consistent(self):
        """(quirks: DDB-TABLE-257, 260, 261)"""
        replica, witness = {"RegionName": "us-east-2"}, {"RegionName": "us-west-2"}
        update = lambda **more: self.db.update_table(TableName=self.name, **more)
        self.fails(
            "ValidationException",
            "Unsupported replica count for global tables with MultiRegionConsistency set to STRONG.",
            update,
            ReplicaUpdates=[{"Create": replica}],
            MultiRegionConsistency="STRONG",
        )
        update(
            ReplicaUpdates=[{"Create": replica}],
            GlobalTableWitnessUpdates=[{"Create": witness}],
            MultiRegionConsistency="STRONG",
        )
        table = self.db.describe_table(TableName=self.name)["Table"]
        self.assertEqual(table["MultiRegionConsistency"], "STRONG")
        self.assertEqual(table["GlobalTableWitnesses"], [{**witness, "WitnessStatus": "ACTIVE"}])
        self.fails(
            "ValidationException",
            "Update table delete operation does not include all witnesses.",
            update,
            ReplicaUpdates=[{"Delete": replica}],
        )
        update(ReplicaUpdates=[{"Delete": replica}], GlobalTableWitnessUpdates=[{"Delete": witness}])
        self.assertNotIn("MultiRegionConsistency", self.db.describe_table(TableName=self.name)["Table"])


class AutoScaling(Dynamo):
    """The words are those of aws-controllers-k8s/dynamodb-controller, docs/api-quirks."""

    def setUp(self):
        super().setUp()
        index = {
            "IndexName": "by-n",
            "KeySchema": schema("n"),
            "Projection": {"ProjectionType": "ALL"},
            "ProvisionedThroughput": {"ReadCapacityUnits": 2, "WriteCapacityUnits": 2},
        }
        self.name = self.table(
            BillingMode="PROVISIONED",
            ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 3},
            GlobalSecondaryIndexes=[index],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )

    def replicate(self):
        self.db.update_table(TableName=self.name, ReplicaUpdates=[{"Create": {"RegionName": "eu-west-1"}}])

    def update(self, **more):
        return self.db.update_table_replica_auto_scaling(TableName=self.name, **more)["TableAutoScalingDescription"]

    def described(self, db=None):
        answer = (db or self.db).describe_table_replica_auto_scaling(TableName=self.name)
        return {it["RegionName"]: it for it in answer["TableAutoScalingDescription"]["Replicas"]}

    @staticmethod
    def scaling(target=50.0, **more):
        policy = {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": target, **more}}
        return {"MinimumUnits": 1, "MaximumUnits": 10, "ScalingPolicyUpdate": policy}

    def shown(self, policy, target=50.0, **more):
        role = (
            "arn:aws:iam::000000000000:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
        )
        target = {"TargetValue": target, **more}
        return {
            "MinimumUnits": 1,
            "MaximumUnits": 10,
            "AutoScalingRoleArn": role,
            "ScalingPolicies": [{"PolicyName": policy, "TargetTrackingScalingPolicyConfiguration": target}],
        }

    def test_settings_of_replicas(self):
        self.fails(
            "ResourceNotFoundException",
            f"Global table with name: '{self.name}' does not exist.",
            self.db.describe_table_replica_auto_scaling,
            TableName=self.name,
        )
        self.replicate()
        nothing = {"AutoScalingDisabled": True, "ScalingPolicies": []}
        before = self.described()
        self.assertEqual(list(before), ["eu-west-1", "us-east-1"])
        self.assertEqual(
            before["us-east-1"],
            {
                "RegionName": "us-east-1",
                "ReplicaStatus": "ACTIVE",
                "ReplicaProvisionedReadCapacityAutoScalingSettings": nothing,
                "ReplicaProvisionedWriteCapacityAutoScalingSettings": nothing,
                "GlobalSecondaryIndexes": [
                    {
                        "IndexName": "by-n",
                        "IndexStatus": "ACTIVE",
                        "ProvisionedReadCapacityAutoScalingSettings": nothing,
                        "ProvisionedWriteCapacityAutoScalingSettings": nothing,
                    }
                ],
            },
        )
        read = {"ReplicaProvisionedReadCapacityAutoScalingUpdate": self.scaling(40.0, DisableScaleIn=True)}
        index = {"IndexName": "by-n", "ProvisionedReadCapacityAutoScalingUpdate": self.scaling()}
        answer = self.update(
            ProvisionedWriteCapacityAutoScalingUpdate=self.scaling(),
            GlobalSecondaryIndexUpdates=[
                {"IndexName": "by-n", "ProvisionedWriteCapacityAutoScalingUpdate": self.scaling()}
            ],
            ReplicaUpdates=[{"RegionName": "eu-west-1", "ReplicaGlobalSecondaryIndexUpdates": [index], **read}],
        )
        # It tells of what was.
        self.assertEqual({it["RegionName"]: it for it in answer["Replicas"]}, before)
        after = self.described(client(region="eu-west-1"))
        here, there = after["us-east-1"], after["eu-west-1"]
        write = self.shown(f"DynamoDBWriteCapacityUtilization:table/{self.name}")
        for replica in here, there:
            self.assertEqual(replica["ReplicaProvisionedWriteCapacityAutoScalingSettings"], write)
            self.assertEqual(
                replica["GlobalSecondaryIndexes"][0]["ProvisionedWriteCapacityAutoScalingSettings"],
                self.shown(f"DynamoDBWriteCapacityUtilization:table/{self.name}/index/by-n"),
            )
        self.assertEqual(here["ReplicaProvisionedReadCapacityAutoScalingSettings"], nothing)
        self.assertEqual(
            there["ReplicaProvisionedReadCapacityAutoScalingSettings"],
            self.shown(f"DynamoDBReadCapacityUtilization:table/{self.name}", 40.0, DisableScaleIn=True),
        )
        self.assertEqual(
            there["GlobalSecondaryIndexes"][0]["ProvisionedReadCapacityAutoScalingSettings"],
            self.shown(f"DynamoDBReadCapacityUtilization:table/{self.name}/index/by-n"),
        )
        # A policy may stay as it is.
        self.update(ProvisionedWriteCapacityAutoScalingUpdate={"MinimumUnits": 2, "MaximumUnits": 3})
        settings = self.described()["us-east-1"]["ReplicaProvisionedWriteCapacityAutoScalingSettings"]
        self.assertEqual(settings, {**write, "MinimumUnits": 2, "MaximumUnits": 3})
        self.update(ProvisionedWriteCapacityAutoScalingUpdate={"AutoScalingDisabled": True})
        settings = self.described()["us-east-1"]["ReplicaProvisionedWriteCapacityAutoScalingSettings"]
        self.assertEqual(settings, nothing)

    def test_settings_that_are_refused(self):
        self.replicate()
        failed = f"Failed to update settings for global table with name: ‘{self.name}’"
        write = lambda **given: {"ProvisionedWriteCapacityAutoScalingUpdate": given}
        read = lambda region, **given: {
            "RegionName": region,
            **({"ReplicaProvisionedReadCapacityAutoScalingUpdate": given} if given else {}),
        }
        off = {"AutoScalingDisabled": True}
        required = "are required unless auto scaling is being disabled."
        for given, code, message in [
            ({}, "Validation", f"{failed} because at least one update parameter must be specified."),
            (
                write(AutoScalingDisabled=False),
                "Validation",
                f"{failed}: Parameters 'MaximumUnits', 'ScalingPolicyUpdate', 'MinimumUnits' {required}",
            ),
            (write(MinimumUnits=1), "Validation", f"{failed}: Parameters 'MaximumUnits', 'ScalingPolicyUpdate' {required}"),
            (
                write(**off, MinimumUnits=1),
                "Validation",
                f"{failed.replace('name:', 'name')}: Parameters 'MinimumUnits' must be left blank when disabling auto "
                "scaling.",
            ),
            (
                {"ReplicaUpdates": [read("eu-west-1")]},
                "Validation",
                f"{failed} because at least one update parameter must be specified for region: ‘eu-west-1’.",
            ),
            (
                {"ReplicaUpdates": [read("eu-west-1", **off), read("eu-west-1", **off)]},
                "Validation",
                f"{failed} because the regions: ‘[eu-west-1]’ were specified more than once.",
            ),
            (
                {"ReplicaUpdates": [read("eu-west-3", **off)]},
                "ResourceNotFound",
                f"{failed} because a replica does not exist in regions: ‘[eu-west-3]’.",
            ),
            (
                {"GlobalSecondaryIndexUpdates": [{"IndexName": "other"}]},
                "ResourceNotFound",
                f"{failed} because the global secondary indexes with names: ‘[other]’ do not exist.",
            ),
        ]:
            with self.subTest(message):
                self.fails(f"{code}Exception", message, self.update, **given)
        error = self.error(self.update, **write(**self.scaling(90.1)))["Error"]["Message"]
        self.assertTrue(
            error.startswith(
                "For predefined metric type DynamoDBWriteCapacityUtilization, target value must be between '10.0' and "
                "'90.0', but was '90.1'. (Service: AWSApplicationAutoScaling; "
            ),
            error,
        )
        self.db.update_table(TableName=self.name, BillingMode="PAY_PER_REQUEST")
        self.fails(
            "ValidationException",
            f"Failed to update global table with name ‘{self.name}‘. Replicas 'EU-WEST-1', 'US-EAST-1' BillingMode is "
            "PayPerRequest. You must convert table's BillingMode to PROVISIONED to set parameters: "
            "'ReplicaProvisionedReadCapacityAutoScalingSettingsUpdate'.",
            self.update,
            ReplicaUpdates=[read("eu-west-1", **self.scaling())],
        )

    def test_settings_of_global_tables(self):
        """Version 2017.11.29."""
        self.db.create_global_table(GlobalTableName=self.name, ReplicationGroup=[{"RegionName": "us-east-1"}])
        update = lambda **more: self.db.update_global_table_settings(GlobalTableName=self.name, **more)
        described = lambda: {
            it["RegionName"]: it
            for it in self.db.describe_global_table_settings(GlobalTableName=self.name)["ReplicaSettings"]
        }
        there = client(region="eu-west-1")
        table = self.db.describe_table(TableName=self.name)["Table"]
        there.create_table(
            TableName=self.name,
            KeySchema=table["KeySchema"],
            AttributeDefinitions=table["AttributeDefinitions"],
            ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 3},
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-n",
                    "KeySchema": schema("n"),
                    "Projection": {"ProjectionType": "ALL"},
                    "ProvisionedThroughput": {"ReadCapacityUnits": 2, "WriteCapacityUnits": 2},
                }
            ],
            StreamSpecification=table["StreamSpecification"],
        )
        self.db.update_global_table(GlobalTableName=self.name, ReplicaUpdates=[{"Create": {"RegionName": "eu-west-1"}}])
        answer = update(
            GlobalTableProvisionedWriteCapacityUnits=8,
            GlobalTableProvisionedWriteCapacityAutoScalingSettingsUpdate=self.scaling(),
            GlobalTableGlobalSecondaryIndexSettingsUpdate=[{"IndexName": "by-n", "ProvisionedWriteCapacityUnits": 6}],
            ReplicaSettingsUpdate=[
                {"RegionName": "us-east-1", "ReplicaProvisionedReadCapacityUnits": 4},
                {
                    "RegionName": "eu-west-1",
                    "ReplicaProvisionedReadCapacityUnits": 5,
                    "ReplicaTableClass": "STANDARD_INFREQUENT_ACCESS",
                    "ReplicaGlobalSecondaryIndexSettingsUpdate": [
                        {"IndexName": "by-n", "ProvisionedReadCapacityUnits": 7}
                    ],
                },
            ],
        )
        self.assertEqual({it["ReplicaStatus"] for it in answer["ReplicaSettings"]}, {"UPDATING"})
        units = lambda it: (it["ReplicaProvisionedReadCapacityUnits"], it["ReplicaProvisionedWriteCapacityUnits"])
        settings = described()
        self.assertEqual({region: units(it) for region, it in settings.items()}, {"us-east-1": (4, 8), "eu-west-1": (5, 8)})
        index = settings["eu-west-1"]["ReplicaGlobalSecondaryIndexSettings"][0]
        self.assertEqual((index["ProvisionedReadCapacityUnits"], index["ProvisionedWriteCapacityUnits"]), (7, 6))
        self.assertEqual(
            settings["eu-west-1"]["ReplicaTableClassSummary"]["TableClass"], "STANDARD_INFREQUENT_ACCESS"
        )
        for replica in settings.values():
            self.assertEqual(
                replica["ReplicaProvisionedWriteCapacityAutoScalingSettings"],
                self.shown(f"DynamoDBWriteCapacityUtilization:table/{self.name}"),
            )
            self.assertEqual(
                replica["ReplicaProvisionedReadCapacityAutoScalingSettings"], {"AutoScalingDisabled": True}
            )
        throughput = there.describe_table(TableName=self.name)["Table"]["ProvisionedThroughput"]
        self.assertEqual((throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]), (5, 8))

        update(GlobalTableBillingMode="PAY_PER_REQUEST")
        modes = {it["ReplicaBillingModeSummary"]["BillingMode"] for it in described().values()}
        self.assertEqual(modes, {"PAY_PER_REQUEST"})
        code = lambda **more: self.error(update, **more)["Error"]["Code"]
        self.assertEqual(code(), "ValidationException")
        self.assertEqual(code(ReplicaSettingsUpdate=[{"RegionName": "eu-west-3"}]), "ReplicaNotFoundException")
        self.assertEqual(
            code(GlobalTableGlobalSecondaryIndexSettingsUpdate=[{"IndexName": "other"}]), "IndexNotFoundException"
        )
        missing = self.error(self.db.update_global_table_settings, GlobalTableName="no-such", GlobalTableBillingMode="PROVISIONED")
        self.assertEqual(missing["Error"]["Code"], "GlobalTableNotFoundException")


class TimeToLive(Dynamo):
    def test_settings(self):
        name = self.table()
        described = lambda: self.db.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        update = lambda enabled: self.db.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": enabled}
        )
        self.assertEqual(described(), {"TimeToLiveStatus": "DISABLED"})
        self.assertEqual(update(True)["TimeToLiveSpecification"], {"AttributeName": "ttl", "Enabled": True})
        self.assertEqual(described(), {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"})
        self.assertEqual(
            self.error(update, enabled=True)["Error"]["Message"], "TimeToLive is already enabled"
        )
        update(False)
        self.assertEqual(described(), {"TimeToLiveStatus": "DISABLED"})

    def test_what_is_over_goes(self):
        name = self.table(StreamSpecification={"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"})
        now = int(datetime.datetime.now().timestamp())
        self.put(name, id="before", ttl=now - 100)
        self.db.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True}
        )
        self.put(name, id="over", ttl=now - 100)
        self.put(name, id="later", ttl=now + 10_000)
        self.put(name, id="long ago", ttl=now - 6 * 365 * 24 * 3600)
        self.put(name, id="text", ttl=str(now - 100))
        at("/_aws/dynamodb/expired", "DELETE")
        left = {item["id"]["S"] for item in self.db.scan(TableName=name)["Items"]}
        self.assertEqual(left, {"later", "long ago", "text"})
        arn = self.db.describe_table(TableName=name)["Table"]["LatestStreamArn"]
        streams = client("dynamodbstreams")
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
        removed = [record for record in records if record["eventName"] == "REMOVE"]
        self.assertEqual(len(removed), 2)
        for record in removed:
            identity = record["userIdentity"]
            self.assertEqual((identity["Type"], identity["PrincipalId"]), ("Service", "dynamodb.amazonaws.com"))


class Transfers(Dynamo):
    """Exports to S3 and imports from there."""

    def setUp(self):
        super().setUp()
        self.bucket = f"b-{uuid.uuid4()}"
        client("s3").create_bucket(Bucket=self.bucket)

    def test_a_table_goes_to_s3_and_comes_back(self):
        name = self.table()
        arn = self.db.describe_table(TableName=name)["Table"]["TableArn"]
        export = lambda: self.db.export_table_to_point_in_time(TableArn=arn, S3Bucket=self.bucket)
        error = self.error(export)["Error"]
        self.assertEqual(error["Code"], "PointInTimeRecoveryUnavailableException")
        self.db.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        items = [{"id": f"{n}", "n": n, "set": {"a", "b"}, "bytes": b"\x00\x01"} for n in range(20)]
        for item in items:
            self.resource.Table(name).put_item(Item=item)
        export_arn = export()["ExportDescription"]["ExportArn"]
        done = self.db.describe_export(ExportArn=export_arn)["ExportDescription"]
        self.assertEqual((done["ExportStatus"], done["ItemCount"]), ("COMPLETED", 20))
        self.assertEqual(self.db.list_exports(TableArn=arn)["ExportSummaries"][0]["ExportArn"], export_arn)

        copy = f"{name}-copy"
        started = self.db.import_table(
            S3BucketSource={"S3Bucket": self.bucket, "S3KeyPrefix": done["ExportManifest"].rsplit("/", 1)[0] + "/data/"},
            InputFormat="DYNAMODB_JSON",
            InputCompressionType="GZIP",
            TableCreationParameters={
                "TableName": copy,
                "KeySchema": schema("id"),
                "AttributeDefinitions": [definition("id")],
                "BillingMode": "PAY_PER_REQUEST",
            },
        )["ImportTableDescription"]
        done = self.db.describe_import(ImportArn=started["ImportArn"])["ImportTableDescription"]
        self.assertEqual((done["ImportStatus"], done["ImportedItemCount"], done["ErrorCount"]), ("COMPLETED", 20, 0))
        found = self.resource.Table(copy).scan()["Items"]
        by_id = lambda item: int(item["id"])
        self.assertEqual(sorted(found, key=by_id), [{**it, "bytes": Binary(it["bytes"])} for it in items])


if __name__ == "__main__":
    unittest.main()
