"""Database instances: each a real server, to which the engines' own clients connect."""

import os
import time
import unittest

import boto3
import psycopg
import pymysql
from botocore.exceptions import ClientError

PASSWORD = "it's\\s3cret"
# A first instance may have to install its engine.
PATIENCE = 300


def rds():
    return boto3.client("rds")


def connect(instance, password=PASSWORD, user="boss", database="shop"):
    host, port = instance["Endpoint"]["Address"], instance["Endpoint"]["Port"]
    if instance["Engine"] == "postgres":
        return psycopg.connect(host=host, port=port, user=user, password=password, dbname=database, autocommit=True)
    return pymysql.connect(host=host, port=port, user=user, password=password, database=database, autocommit=True)


def ask(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


def until(look, what):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"it took too long: {what}")


def settled(id, status="available"):
    def look():
        instance = rds().describe_db_instances(DBInstanceIdentifier=id)["DBInstances"][0]
        if instance["DBInstanceStatus"] == "failed" and status != "failed":
            raise AssertionError(f"{id} failed: {instance.get('StatusInfos')}")
        return instance if instance["DBInstanceStatus"] == status else None

    return until(look, f"{id} {status}")


def snapshot_settled(id):
    def look():
        snapshot = rds().describe_db_snapshots(DBSnapshotIdentifier=id)["DBSnapshots"][0]
        assert snapshot["Status"] != "failed", snapshot
        return snapshot if snapshot["Status"] == "available" else None

    return until(look, f"{id} available")


def gone(id):
    def look():
        try:
            rds().describe_db_instances(DBInstanceIdentifier=id)
        except rds().exceptions.DBInstanceNotFoundFault:
            return True

    return until(look, f"{id} gone")


def create(id, engine, **arguments):
    answer = rds().create_db_instance(
        DBInstanceIdentifier=id, DBInstanceClass="db.t3.micro", Engine=engine, MasterUsername="boss",
        MasterUserPassword=PASSWORD, AllocatedStorage=20, DBName="shop", **arguments)
    return answer["DBInstance"]


class Life:
    """What all engines have; the class of each says which."""

    engine = None
    version = None

    @classmethod
    def setUpClass(cls):
        cls.id = f"life-{cls.engine}"
        made = create(cls.id, cls.engine, Tags=[{"Key": "team", "Value": "orders"}])
        assert made["DBInstanceStatus"] == "creating" and "Endpoint" not in made, made
        cls.instance = settled(cls.id)

    @classmethod
    def tearDownClass(cls):
        rds().delete_db_instance(DBInstanceIdentifier=cls.id, SkipFinalSnapshot=True)
        gone(cls.id)

    def assertRefused(self, code, message, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        error = caught.exception.response["Error"]
        self.assertEqual((error["Code"], error["Message"]), (code, message))

    def test_a_client_works(self):
        start, end = (int(os.environ[name]) for name in ("PORTS_START", "PORTS_END"))
        self.assertTrue(start <= self.instance["Endpoint"]["Port"] < end)
        connection = connect(self.instance)
        ask(connection, "CREATE TABLE fruit (name VARCHAR(20))")
        ask(connection, "INSERT INTO fruit VALUES ('apple'), ('pear')")
        self.assertEqual(ask(connection, "SELECT count(*) FROM fruit")[0][0], 2)
        self.assertIn(self.version, ask(connection, "SELECT version()")[0][0])
        with self.assertRaises(Exception):
            connect(self.instance, password="wrong-password")

    def test_snapshots(self):
        connection = connect(self.instance)
        ask(connection, "CREATE TABLE kept (n INT)")
        ask(connection, "INSERT INTO kept VALUES (7)")
        snapshot = f"snap-{self.engine}"
        made = rds().create_db_snapshot(DBSnapshotIdentifier=snapshot, DBInstanceIdentifier=self.id)["DBSnapshot"]
        self.assertEqual(made["Status"], "creating")
        snapshot_settled(snapshot)
        settled(self.id)
        ask(connection, "DELETE FROM kept")
        rds().copy_db_snapshot(SourceDBSnapshotIdentifier=snapshot, TargetDBSnapshotIdentifier=f"{snapshot}-copy")
        rds().delete_db_snapshot(DBSnapshotIdentifier=snapshot)
        restored = f"restored-{self.engine}"
        rds().restore_db_instance_from_db_snapshot(DBInstanceIdentifier=restored, DBSnapshotIdentifier=f"{snapshot}-copy")
        instance = settled(restored)
        self.assertEqual(ask(connect(instance), "SELECT n FROM kept")[0][0], 7)
        self.assertEqual(len(ask(connection, "SELECT n FROM kept")), 0)
        # The last snapshot of an instance that is stopped.
        rds().stop_db_instance(DBInstanceIdentifier=restored)
        settled(restored, "stopped")
        rds().delete_db_instance(DBInstanceIdentifier=restored, FinalDBSnapshotIdentifier=f"last-{self.engine}")
        gone(restored)
        last = snapshot_settled(f"last-{self.engine}")
        self.assertEqual((last["DBInstanceIdentifier"], last["PercentProgress"]), (restored, 100))

    def test_stop_start_reboot(self):
        id = f"rest-{self.engine}"
        create(id, self.engine)
        connection = connect(settled(id))
        ask(connection, "CREATE TABLE kept (n INT)")
        rds().stop_db_instance(DBInstanceIdentifier=id)
        settled(id, "stopped")
        with self.assertRaises(Exception):
            ask(connection, "SELECT 1")
        self.assertRefused(
            "InvalidDBInstanceState", f"Instance {id} is not in available state.", rds().stop_db_instance,
            DBInstanceIdentifier=id)
        rds().start_db_instance(DBInstanceIdentifier=id)
        self.assertEqual(len(ask(connect(settled(id)), "SELECT n FROM kept")), 0)
        rds().reboot_db_instance(DBInstanceIdentifier=id)
        self.assertEqual(len(ask(connect(settled(id)), "SELECT n FROM kept")), 0)
        rds().delete_db_instance(DBInstanceIdentifier=id, SkipFinalSnapshot=True)
        gone(id)

    def test_modify(self):
        id = f"new-{self.engine}"
        create(id, self.engine, DeletionProtection=True)
        settled(id)
        rds().modify_db_instance(
            DBInstanceIdentifier=id, MasterUserPassword="an0ther-one", AllocatedStorage=30, ApplyImmediately=True)
        instance = settled(id)
        self.assertEqual(instance["AllocatedStorage"], 30)
        self.assertEqual(ask(connect(instance, password="an0ther-one"), "SELECT 1")[0][0], 1)
        with self.assertRaises(Exception):
            connect(instance)
        self.assertRefused(
            "InvalidParameterCombination",
            "Cannot delete protected DB Instance, please disable deletion protection and try again.",
            rds().delete_db_instance, DBInstanceIdentifier=id, SkipFinalSnapshot=True)
        rds().modify_db_instance(DBInstanceIdentifier=id, DeletionProtection=False, NewDBInstanceIdentifier=f"{id}-2")
        connect(settled(f"{id}-2"), password="an0ther-one")
        self.assertRefused(
            "InvalidParameterCombination",
            "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
            rds().delete_db_instance, DBInstanceIdentifier=f"{id}-2")
        rds().delete_db_instance(DBInstanceIdentifier=f"{id}-2", SkipFinalSnapshot=True)
        gone(f"{id}-2")

    def test_described(self):
        with self.assertRaises(rds().exceptions.DBInstanceAlreadyExistsFault):
            create(self.id, self.engine)
        by = lambda name, value: [
            it["DBInstanceIdentifier"]
            for it in rds().describe_db_instances(Filters=[{"Name": name, "Values": [value]}])["DBInstances"]]
        self.assertIn(self.id, by("engine", self.engine))
        self.assertEqual(by("dbi-resource-id", self.instance["DbiResourceId"]), [self.id])
        self.assertEqual(self.instance["TagList"], [{"Key": "team", "Value": "orders"}])
        arn = self.instance["DBInstanceArn"]
        rds().add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "team", "Value": "stock"}, {"Key": "a", "Value": "b"}])
        rds().remove_tags_from_resource(ResourceName=arn, TagKeys=["a"])
        tags = rds().list_tags_for_resource(ResourceName=arn)["TagList"]
        self.assertEqual(tags, [{"Key": "team", "Value": "stock"}])
        rds().add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "team", "Value": "orders"}])


class Postgres(Life, unittest.TestCase):
    engine = "postgres"
    version = "PostgreSQL"


class MariaDb(Life, unittest.TestCase):
    engine = "mariadb"
    version = "MariaDB"


class MySql(unittest.TestCase):
    """MariaDB stands in, so one look is enough."""

    def test_a_client_works(self):
        create("life-mysql", "mysql", EngineVersion="8.0")
        instance = settled("life-mysql")
        self.assertEqual(instance["EngineVersion"], "8.0.43")
        self.assertEqual(ask(connect(instance), "SELECT 1 + 1")[0][0], 2)
        rds().delete_db_instance(DBInstanceIdentifier="life-mysql", SkipFinalSnapshot=True)
        gone("life-mysql")

    def test_others(self):
        for engine, code in [("aurora-postgresql", "InternalFailure"), ("access", "InvalidParameterValue")]:
            with self.assertRaises(ClientError) as caught:
                create("other", engine)
            self.assertEqual(caught.exception.response["Error"]["Code"], code)


if __name__ == "__main__":
    unittest.main()
