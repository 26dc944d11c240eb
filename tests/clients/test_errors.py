"""What is not implemented or does not exist, as clients of each protocol get to see it."""

import http.client
import os
import unittest
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ONCE = Config(retries={"total_max_attempts": 1})

# One operation of each protocol that has no provider here.
CALLS = [
    ("ec2", "describe_vpcs", {}),
    ("iam", "list_users", {}),
    ("route53", "list_hosted_zones", {}),
    ("lambda", "list_functions", {}),
    ("kinesis", "list_streams", {}),
    ("cloudwatch", "list_metrics", {}),
    ("arc-region-switch", "list_plans", {}),
]


class NotImplementedYet(unittest.TestCase):
    def test_every_protocol_says_so(self):
        for service, method, arguments in CALLS:
            with self.subTest(service):
                client = boto3.client(service, config=ONCE)
                with self.assertRaises(ClientError) as raised:
                    getattr(client, method)(**arguments)
                response = raised.exception.response
                self.assertEqual(response["Error"]["Code"], "NotImplemented")
                self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 501)
                self.assertIn("is not implemented", response["Error"]["Message"])
                self.assertEqual(response["ResponseMetadata"]["HTTPHeaders"]["x-asf-source"], "none")


class Requests(unittest.TestCase):
    def send(self, method, path, body=b"", headers=None):
        address = urlsplit(os.environ["AWS_ENDPOINT_URL"])
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, text

    def test_unknown_operation(self):
        headers = {"X-Amz-Target": "AmazonSQS.NoSuchThing", "Content-Type": "application/x-amz-json-1.0"}
        status, text = self.send("POST", "/", b"{}", headers)
        self.assertEqual(status, 400)
        self.assertIn("UnknownOperationException", text)

    def test_bad_json(self):
        headers = {"X-Amz-Target": "AmazonSQS.ListQueues", "Content-Type": "application/x-amz-json-1.0"}
        for body in [b"{", b"[]", b'{"MaxResults": "many"}', b'{"MaxResults": 99999999999}', b"\xff"]:
            with self.subTest(body):
                status, text = self.send("POST", "/", body, headers)
                self.assertEqual(status, 400)
                self.assertIn("SerializationException", text)

    def test_nonsense(self):
        for method, path in [("GET", "/%"), ("POST", "/?Action=%zz"), ("DELETE", "/a//b/../c"), ("PATCH", "/" + "x" * 4000)]:
            with self.subTest(path[:20]):
                status, _ = self.send(method, path)
                self.assertIn(status // 100, (4, 5))
                self.assertNotEqual(status, 500)


if __name__ == "__main__":
    unittest.main()
