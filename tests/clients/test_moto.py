"""Services without a native provider, answered by moto."""

import concurrent.futures
import json
import os
import signal
import unittest
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL = os.environ["AWS_ENDPOINT_URL"]
# The first call may have to install moto.
PATIENT = Config(read_timeout=120, retries={"max_attempts": 8})
ONCE = Config(retries={"max_attempts": 0})

# Service, operation, arguments, and a member of the answer.
# All but s3 and sns have no native provider; these two are overridden to moto.
CALLS = [
    ("acm", "list_certificates", {}, "CertificateSummaryList"),
    ("apigateway", "get_rest_apis", {}, "items"),
    ("athena", "list_work_groups", {}, "WorkGroups"),
    ("autoscaling", "describe_auto_scaling_groups", {}, "AutoScalingGroups"),
    ("backup", "list_backup_plans", {}, "BackupPlansList"),
    ("batch", "describe_job_queues", {}, "jobQueues"),
    ("cloudformation", "list_stacks", {}, "StackSummaries"),
    ("cloudtrail", "describe_trails", {}, "trailList"),
    ("cloudwatch", "list_metrics", {}, "Metrics"),
    ("cognito-idp", "list_user_pools", {"MaxResults": 5}, "UserPools"),
    ("config", "describe_configuration_recorders", {}, "ConfigurationRecorders"),
    ("ec2", "describe_vpcs", {}, "Vpcs"),
    ("ecr", "describe_repositories", {}, "repositories"),
    ("ecs", "list_clusters", {}, "clusterArns"),
    ("efs", "describe_file_systems", {}, "FileSystems"),
    ("eks", "list_clusters", {}, "clusters"),
    ("elbv2", "describe_load_balancers", {}, "LoadBalancers"),
    ("emr", "list_clusters", {}, "Clusters"),
    ("events", "list_rules", {}, "Rules"),
    ("firehose", "list_delivery_streams", {}, "DeliveryStreamNames"),
    ("glue", "get_databases", {}, "DatabaseList"),
    ("iam", "list_users", {}, "Users"),
    ("kinesis", "list_streams", {}, "StreamNames"),
    ("kms", "list_keys", {}, "Keys"),
    ("lambda", "list_functions", {}, "Functions"),
    ("logs", "describe_log_groups", {}, "logGroups"),
    ("organizations", "list_accounts", {}, None),
    ("redshift", "describe_clusters", {}, "Clusters"),
    ("route53", "list_hosted_zones", {}, "HostedZones"),
    ("s3", "list_buckets", {}, "Buckets"),
    ("secretsmanager", "list_secrets", {}, "SecretList"),
    ("ses", "list_identities", {}, "Identities"),
    ("sns", "list_topics", {}, "Topics"),
    ("ssm", "describe_parameters", {}, "Parameters"),
    ("stepfunctions", "list_state_machines", {}, "stateMachines"),
]


def client(service, key="test", region="us-east-1", config=PATIENT):
    return boto3.client(service, region_name=region, aws_access_key_id=key,
                        aws_secret_access_key="test", config=config)


class Moto(unittest.TestCase):
    def test_services(self):
        for service, operation, arguments, member in CALLS:
            with self.subTest(service):
                try:
                    answer = getattr(client(service), operation)(**arguments)
                    self.assertTrue(member is None or member in answer, answer)
                except ClientError as error:
                    # moto's own words: an error of the service's, and none of ours.
                    answer = error.response
                    self.assertNotIn(answer["ResponseMetadata"]["HTTPStatusCode"], (501, 502, 503), answer)
                    self.assertIsNone(member, answer)
                self.assertEqual(answer["ResponseMetadata"]["HTTPHeaders"]["x-asf-source"], "moto")

    def test_native_stays_native(self):
        answer = client("sqs").list_queues()
        self.assertEqual(answer["ResponseMetadata"]["HTTPHeaders"]["x-asf-source"], "native")

    def test_accounts_and_regions(self):
        name = client("sns").create_topic(Name="apart")["TopicArn"]
        self.assertEqual(name, "arn:aws:sns:us-east-1:000000000000:apart")
        other = client("sns", "111122223333")
        self.assertEqual(other.list_topics()["Topics"], [])
        self.assertEqual(client("sns", region="eu-west-1").list_topics()["Topics"], [])
        self.assertIn(":111122223333:", other.create_topic(Name="apart")["TopicArn"])

    def test_bodies(self):
        s3 = client("s3")
        s3.create_bucket(Bucket="forwarded")
        body = bytes(range(256)) * 4096
        s3.put_object(Bucket="forwarded", Key="a/b c.html", Body=body, ContentType="text/html")
        got = s3.get_object(Bucket="forwarded", Key="a/b c.html")
        self.assertEqual((got["Body"].read(), got["ContentType"]), (body, "text/html"))
        with self.assertRaises(ClientError) as raised:
            s3.get_object(Bucket="forwarded", Key="none")
        self.assertEqual(raised.exception.response["Error"]["Code"], "NoSuchKey")

    def test_what_moto_has_not(self):
        for service, operation, arguments in [
            ("translate", "list_languages", {}),
            ("sns", "get_data_protection_policy", {"ResourceArn": "arn:aws:sns:us-east-1:000000000000:x"}),
            # Without knowing better, moto takes this for ListObjects, and fails of the other without a reason.
            ("s3", "get_bucket_metrics_configuration", {"Bucket": "x", "Id": "x"}),
            ("codecommit", "list_repositories", {}),
        ]:
            with self.subTest(service), self.assertRaises(ClientError) as raised:
                getattr(client(service, config=ONCE), operation)(**arguments)
            self.assertEqual(raised.exception.response["Error"]["Code"], "NotImplemented")

    def test_reset(self):
        client("sns").create_topic(Name="forgotten")
        request = urllib.request.Request(URL + "/_asf/state/reset", method="POST")
        with urllib.request.urlopen(request) as answer:
            self.assertEqual(answer.status, 200, json.load(answer))
        self.assertEqual(client("sns").list_topics()["Topics"], [])

    def test_reset_of_one_service(self):
        client("sns").create_topic(Name="forgotten")
        client("ssm").put_parameter(Name="kept", Value="x", Type="String", Overwrite=True)
        request = urllib.request.Request(URL + "/_asf/state/sns/reset", method="POST")
        with urllib.request.urlopen(request) as answer:
            self.assertEqual(answer.status, 200, json.load(answer))
        self.assertEqual(client("sns").list_topics()["Topics"], [])
        self.assertEqual(client("ssm").get_parameter(Name="kept")["Parameter"]["Value"], "x")

    def test_crash(self):
        client("sns").create_topic(Name="lost")
        os.kill(moto_process(), signal.SIGKILL)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: attempt(), range(8)))
        for answer in answers:
            self.assertIn(answer, (200, 502))
        # It is another one, which knows nothing.
        self.assertEqual(client("sns").list_topics()["Topics"], [])


def attempt():
    try:
        answer = client("sns", config=ONCE).list_topics()
    except ClientError as error:
        answer = error.response
    return answer["ResponseMetadata"]["HTTPStatusCode"]


def moto_process():
    """The child of the process of the tests that is moto."""
    emulator = os.environ["EMULATOR_PID"]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as line, open(f"/proc/{pid}/stat") as stat:
                is_child = stat.read().rpartition(")")[2].split()[1] == emulator
                if is_child and b"moto.server" in line.read():
                    return int(pid)
        except (OSError, IndexError):
            continue
    raise AssertionError("moto does not run")


if __name__ == "__main__":
    unittest.main()
