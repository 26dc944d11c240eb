"""Faults on demand as boto3 gets to see them, and what is told of its calls afterwards."""

import http.client
import json
import os
import unittest
from contextlib import closing
from unittest.mock import patch
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

HOST = urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
ONCE = Config(retries={"total_max_attempts": 1})
PATHS = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})

# A service of each protocol, native or not, with the error by which it says that there were too many calls. That
# it is a class of the client (True) is the model's doing.
THROTTLED = [
    ("sqs", "list_queues", {}, "RequestThrottled", True),
    ("sts", "get_caller_identity", {}, "Throttling", False),
    ("dynamodb", "get_item", {"TableName": "t", "Key": {"k": {"S": "v"}}}, "ProvisionedThroughputExceededException", True),
    ("kinesis", "put_record", {"StreamName": "s", "Data": b"d", "PartitionKey": "k"}, "ProvisionedThroughputExceededException", True),
    ("lambda", "list_functions", {}, "TooManyRequestsException", True),
    ("route53", "list_hosted_zones", {}, "ThrottlingException", True),
    ("s3", "list_buckets", {}, "SlowDown", False),
    ("ec2", "describe_vpcs", {}, "RequestLimitExceeded", False),
    ("bedrock-runtime", "list_async_invokes", {}, "ThrottlingException", True),
    ("arc-region-switch", "list_plans", {}, "ThrottlingException", False),
]


def call(method, path, body=None):
    with closing(http.client.HTTPConnection(HOST, timeout=10)) as connection:
        connection.request(method, path, None if body is None else json.dumps(body))
        response = connection.getresponse()
        text = response.read().decode()
        return response.status, json.loads(text) if text.startswith(("{", "[")) else text


class Faults(unittest.TestCase):
    def setUp(self):
        self.assertEqual(call("DELETE", "/_asf/faults")[0], 204)
        self.sqs = boto3.client("sqs", config=ONCE)

    tearDown = setUp

    def add(self, **rule):
        status, answer = call("POST", "/_asf/faults", rule)
        self.assertEqual(status, 201, answer)

    def test_an_error_of_the_model_is_its_exception(self):
        self.add(service="sqs", operation="ListQueues", error={"code": "QueueDoesNotExist", "message": "not today"})
        with self.assertRaises(self.sqs.exceptions.QueueDoesNotExist) as raised:
            self.sqs.list_queues()
        error = raised.exception.response
        self.assertEqual(error["Error"]["Message"], "not today")
        self.assertEqual(error["ResponseMetadata"]["HTTPStatusCode"], 400)
        self.assertEqual(error["ResponseMetadata"]["HTTPHeaders"]["x-asf-source"], "fault")
        self.assertIn("RequestId", error["ResponseMetadata"])
        boto3.client("sts", config=ONCE).get_caller_identity()

    def test_any_error(self):
        self.add(service="sts", error={"code": "OutOfCoffee", "message": "sorry", "statusCode": 503})
        with self.assertRaises(ClientError) as raised:
            boto3.client("sts", config=ONCE).get_caller_identity()
        error = raised.exception.response
        self.assertEqual(error["Error"]["Code"], "OutOfCoffee")
        self.assertEqual(error["ResponseMetadata"]["HTTPStatusCode"], 503)

    def test_throttling_of_every_protocol(self):
        self.add(throttle={"rate": 0.001, "burst": 1})
        # Takes the only token.
        self.sqs.list_queues()
        for service, method, arguments, code, is_modelled in THROTTLED:
            with self.subTest(service):
                client = boto3.client(service, config=PATHS if service == "s3" else ONCE)
                with self.assertRaises(ClientError) as raised:
                    getattr(client, method)(**arguments)
                self.assertEqual(raised.exception.response["Error"]["Code"], code)
                self.assertEqual(is_modelled, type(raised.exception) is not ClientError)

    def test_a_client_that_tries_again_gets_through(self):
        self.add(service="sqs", error="ThrottlingException", times=2)
        with patch("botocore.endpoint.time.sleep") as slept:
            sqs = boto3.client("sqs", config=Config(retries={"mode": "standard", "total_max_attempts": 3}))
            answer = sqs.list_queues()
        self.assertEqual(answer["ResponseMetadata"]["RetryAttempts"], 2)
        self.assertEqual(slept.call_count, 2)

    def test_the_chaos_api_of_localstack(self):
        path = "/_localstack/chaos/faults"
        error = {"statusCode": 400, "code": "ProvisionedThroughputExceededException"}
        rule = {"service": "kinesis", "operation": "PutRecord", "probability": 1.0, "error": error}
        self.assertEqual(call("POST", path, [{"service": "sqs", "region": "us-east-1"}])[0], 200)
        self.assertEqual(call("PATCH", path, [rule])[0], 200)
        kinesis = boto3.client("kinesis", config=ONCE)
        with self.assertRaises(kinesis.exceptions.ProvisionedThroughputExceededException):
            kinesis.put_record(StreamName="s", Data=b"d", PartitionKey="k")
        with self.assertRaises(ClientError) as raised:
            self.sqs.list_queues()
        self.assertEqual(raised.exception.response["Error"]["Code"], "ServiceUnavailable")
        self.assertEqual(raised.exception.response["ResponseMetadata"]["HTTPStatusCode"], 503)
        boto3.client("sqs", config=ONCE, region_name="eu-west-1").list_queues()
        self.assertEqual(call("DELETE", path, [rule]), (200, [{"service": "sqs", "region": "us-east-1"}]))
        self.assertEqual(call("POST", path, []), (200, []))
        self.sqs.list_queues()


class Told(unittest.TestCase):
    def test_of_calls(self):
        call("DELETE", "/_asf/requests")
        sqs = boto3.client("sqs", config=ONCE, region_name="eu-central-1")
        answer = sqs.create_queue(QueueName="told")
        with self.assertRaises(sqs.exceptions.QueueDoesNotExist):
            sqs.get_queue_url(QueueName="no")
        _, journal = call("GET", "/_asf/requests?service=sqs&region=eu-central-1")
        failed, created = journal["requests"]
        self.assertEqual(created["requestId"], answer["ResponseMetadata"]["RequestId"])
        self.assertEqual((created["operation"], created["status"], created["error"]), ("CreateQueue", 200, None))
        self.assertEqual((failed["status"], failed["error"]), (400, "AWS.SimpleQueueService.NonExistentQueue"))
        self.assertIn("Botocore", created["userAgent"])
        self.assertGreater(created["bytesIn"], 0)
        for path in ["/_localstack/usage", "/_asf/usage"]:
            self.assertGreaterEqual(call("GET", path)[1]["sqs"]["CreateQueue"], 1)
        _, text = call("GET", "/_asf/metrics")
        metrics = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        created = 'asf_requests_total{service="sqs",operation="CreateQueue",status="200",source="native"}'
        self.assertGreaterEqual(int(metrics[created]), 1)
        self.assertGreaterEqual(int(metrics["asf_connections_open"]), 1)
        self.assertEqual(int(metrics["asf_requests_in_flight"]), 1)
        for direction in ["in", "out"]:
            self.assertGreater(int(metrics[f'asf_connection_bytes_total{{direction="{direction}"}}']), 1000)


if __name__ == "__main__":
    unittest.main()
