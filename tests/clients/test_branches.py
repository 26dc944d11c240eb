"""Branches of one state: tests that run at the same time, each in its own, see neither each other nor what the
others did to what they all began with."""

import json
import os
import threading
import unittest
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.exceptions import ClientError

MAIN = os.environ["AWS_ENDPOINT_URL"]


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(MAIN + path, data, method=method)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


class Branch:
    """A branch of the state, for as long as the block lasts."""

    def __init__(self, **wishes):
        self.wishes = wishes

    def __enter__(self):
        name = f"test-{uuid.uuid4()}"
        self.described = call("POST", f"/_asf/state/branches/{name}", self.wishes)
        self.name, self.url = name, self.described["url"]
        return self

    def __exit__(self, *_):
        call("DELETE", f"/_asf/state/branches/{self.name}")


def names(client):
    return {url.rsplit("/", 1)[1] for url in client.list_queues().get("QueueUrls", [])}


def bodies(client, url):
    messages = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [message["Body"] for message in messages]


class Branches(unittest.TestCase):
    def setUp(self):
        self.main = boto3.client("sqs")
        # Not the names of other tests.
        self.orders = f"orders-{uuid.uuid4()}"
        self.url = self.main.create_queue(QueueName=self.orders)["QueueUrl"]
        self.main.send_message(QueueUrl=self.url, MessageBody="of all")
        self.before = names(self.main)

    def test_two_at_the_same_time(self):
        step = threading.Barrier(2, timeout=60)

        def scenario(mine):
            with Branch() as branch:
                sqs = boto3.Session().client("sqs", endpoint_url=branch.url)
                url = sqs.get_queue_url(QueueName=self.orders)["QueueUrl"]
                self.assertEqual(url, f"{branch.url}/000000000000/{self.orders}")
                step.wait()
                sqs.send_message(QueueUrl=url, MessageBody=mine)
                sqs.create_queue(QueueName=mine)
                step.wait()
                self.assertEqual(names(sqs), self.before | {mine})
                self.assertEqual(sorted(bodies(sqs, url)), sorted(["of all", mine]))
                step.wait()
                sqs.delete_queue(QueueUrl=url)
                step.wait()
                with self.assertRaises(ClientError) as raised:
                    sqs.get_queue_url(QueueName=self.orders)
                self.assertEqual(raised.exception.response["Error"]["Code"], "AWS.SimpleQueueService.NonExistentQueue")
            return branch.name

        with ThreadPoolExecutor(2) as threads:
            gone = list(threads.map(scenario, ["one", "two"]))
        self.assertEqual(names(self.main), self.before)
        self.assertEqual(bodies(self.main, self.url), ["of all"])
        listed = {branch["name"] for branch in call("GET", "/_asf/state/branches")["branches"]}
        self.assertFalse(listed & set(gone))

    def test_through_the_main_port_by_a_header(self):
        with Branch() as branch:
            sqs = boto3.Session().client("sqs")
            named = lambda request, **_: request.headers.add_header("x-asf-branch", branch.name)
            sqs.meta.events.register("before-sign.sqs", named)
            sqs.create_queue(QueueName="by-header")
            self.assertEqual(names(sqs), self.before | {"by-header"})
            self.assertEqual(names(self.main), self.before)
        with self.assertRaises(ClientError) as raised:
            sqs.list_queues()
        self.assertEqual(raised.exception.response["Error"]["Code"], "NoSuchBranch")

    def test_through_the_main_port_by_account(self):
        def client(account, **more):
            return boto3.Session().client("sqs", aws_access_key_id=account, aws_secret_access_key="x", **more)

        within, outside = client("222222222225"), client("222222222230")
        with Branch(accounts="222222222220-222222222229", port=0) as branch:
            within.create_queue(QueueName="in-branch")
            outside.create_queue(QueueName="in-main")
            self.assertEqual(names(client("222222222225", endpoint_url=branch.url)), {"in-branch"})
            self.assertEqual(names(client("222222222230", endpoint_url=branch.url)), set())
        self.assertEqual((names(within), names(outside)), (set(), {"in-main"}))


if __name__ == "__main__":
    unittest.main()
