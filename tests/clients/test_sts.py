"""STS through boto3. Facts of AWS's are cited by the recording that has them, file::scenario."""

import json
import unittest
from datetime import datetime, timedelta, timezone

import boto3
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::111122223333:role/deployer"


def session_of(credentials, region="us-east-1"):
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=region,
    )


class Sts(unittest.TestCase):
    def setUp(self):
        self.sts = boto3.client("sts")

    def test_caller_identity(self):
        identity = self.sts.get_caller_identity()
        self.assertEqual(identity["Account"], "000000000000")
        self.assertEqual(identity["Arn"], "arn:aws:iam::000000000000:root")
        self.assertEqual(identity["ResponseMetadata"]["HTTPStatusCode"], 200)

    def test_account_of_the_access_key(self):
        sts = boto3.client("sts", aws_access_key_id="111122223333", aws_secret_access_key="x")
        self.assertEqual(sts.get_caller_identity()["Account"], "111122223333")

    def test_assumed_role_carries_its_account(self):
        assumed = self.sts.assume_role(RoleArn=ROLE, RoleSessionName="ci", DurationSeconds=900)
        user = assumed["AssumedRoleUser"]
        self.assertEqual(user["Arn"], "arn:aws:sts::111122223333:assumed-role/deployer/ci")
        self.assertTrue(user["AssumedRoleId"].endswith(":ci"))
        left = assumed["Credentials"]["Expiration"] - datetime.now(timezone.utc)
        self.assertTrue(timedelta(minutes=14) < left <= timedelta(minutes=15), left)

        caller = session_of(assumed["Credentials"]).client("sts").get_caller_identity()
        self.assertEqual(caller["Account"], "111122223333")
        self.assertEqual(caller["Arn"], user["Arn"])
        self.assertEqual(caller["UserId"], user["AssumedRoleId"])

    def test_assumed_role_sees_the_queues_of_its_account(self):
        assumed = self.sts.assume_role(RoleArn=ROLE, RoleSessionName="queues")
        theirs = session_of(assumed["Credentials"]).client("sqs")
        url = theirs.create_queue(QueueName="of-the-role")["QueueUrl"]
        self.assertIn("/111122223333/of-the-role", url)
        with self.assertRaises(ClientError) as raised:
            boto3.client("sqs").get_queue_url(QueueName="of-the-role")
        self.assertEqual(raised.exception.response["Error"]["Code"], "AWS.SimpleQueueService.NonExistentQueue")

    def test_session_and_federation_tokens(self):
        token = self.sts.get_session_token(DurationSeconds=900)["Credentials"]
        self.assertEqual(session_of(token).client("sts").get_caller_identity()["Account"], "000000000000")
        statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        federated = self.sts.get_federation_token(Name="bob", Policy=policy)
        self.assertEqual(federated["FederatedUser"]["Arn"], "arn:aws:sts::000000000000:federated-user/bob")

    def test_account_of_any_key(self):
        assumed = self.sts.assume_role(RoleArn=ROLE, RoleSessionName="ci")
        key = assumed["Credentials"]["AccessKeyId"]
        self.assertEqual(self.sts.get_access_key_info(AccessKeyId=key)["Account"], "111122223333")

    def test_constraints(self):
        with self.assertRaises(ClientError) as raised:
            self.sts.assume_role(RoleArn=ROLE, RoleSessionName="not allowed!")
        error = raised.exception.response
        self.assertEqual(error["Error"]["Code"], "ValidationError")
        self.assertEqual(error["Error"]["Type"], "Sender")
        self.assertEqual(
            error["Error"]["Message"],
            "1 validation error detected: Value 'not allowed!' at 'roleSessionName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [\\w+=,.@-]*",
        )
        self.assertEqual(error["ResponseMetadata"]["HTTPStatusCode"], 400)


if __name__ == "__main__":
    unittest.main()
