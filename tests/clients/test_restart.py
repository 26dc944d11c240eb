"""What SQS and STS know is there after a kill -9, as boto3 sees it. The tests start ASF themselves, with
PERSISTENCE=1, and kill it."""

import json
import os
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

import boto3

ROLE = "arn:aws:iam::111122223333:role/deployer"


class Restart(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.addCleanup(self.kill)
        self.start()

    def start(self):
        variables = {
            "PERSISTENCE": "1",
            "GATEWAY_LISTEN": "127.0.0.1:0",
            "LOCALSTACK_VOLUME_DIR": str(self.folder / "volume"),
            "HOME": str(self.folder),
        }
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [os.environ["ASF"], "start"], env=variables, cwd=self.folder, stdout=subprocess.PIPE, stderr=log, text=True
            )
        self.url = self.process.stdout.readline().strip().rsplit(" ", 1)[-1]
        self.assertEqual(self.process.stdout.readline(), "Ready.\n", (self.folder / "log").read_text())
        self.sqs, self.sts = self.client("sqs"), self.client("sts")

    def client(self, service, key="000000000000", secret="x", token=None):
        return boto3.Session(key, secret, token, "us-east-1").client(service, endpoint_url=self.url)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def restart(self):
        self.kill()
        self.start()
        self.addCleanup(self.assertEqual, self.get("/_asf/state/problems")["total"], 0)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as response:
            return json.load(response)

    def clock(self, **action):
        body = json.dumps(action).encode()
        with urllib.request.urlopen(self.url + "/_asf/clock", body, timeout=60) as response:
            return json.load(response)

    def queue(self, name, **attributes):
        self.sqs.create_queue(QueueName=name, Attributes=attributes)
        return name

    def receive(self, name, **more):
        messages = self.sqs.receive_message(
            QueueUrl=self.of(name), MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"], **more
        )
        return messages.get("Messages", [])

    def bodies(self, name):
        return [message["Body"] for message in self.receive(name)]

    def of(self, name):
        """The URL of a queue in the process of now: ports differ."""
        return self.sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def attributes(self, name, *wanted):
        return self.sqs.get_queue_attributes(QueueUrl=self.of(name), AttributeNames=list(wanted))["Attributes"]

    def test_a_queue_and_its_messages(self):
        queue = self.queue("q", VisibilityTimeout="40", DelaySeconds="0")
        self.sqs.tag_queue(QueueUrl=self.of(queue), Tags={"team": "a"})
        self.sqs.send_message(
            QueueUrl=self.of(queue),
            MessageBody="plain",
            MessageAttributes={"n": {"DataType": "Number", "StringValue": "7"}},
        )
        self.sqs.send_message(QueueUrl=self.of(queue), MessageBody="delayed", DelaySeconds=600)
        before = self.attributes(queue, "All")
        self.restart()
        self.assertEqual(self.attributes(queue, "All"), before)
        self.assertEqual(self.sqs.list_queue_tags(QueueUrl=self.of(queue))["Tags"], {"team": "a"})
        (message,) = self.receive(queue, MessageAttributeNames=["All"])
        self.assertEqual((message["Body"], message["MessageAttributes"]["n"]["StringValue"]), ("plain", "7"))
        self.sqs.delete_message(QueueUrl=self.of(queue), ReceiptHandle=message["ReceiptHandle"])
        self.restart()
        self.assertEqual(self.receive(queue), [])
        self.clock(action="advance", by=601)
        self.assertEqual(self.bodies(queue), ["delayed"])
        self.sqs.delete_queue(QueueUrl=self.of(queue))
        self.restart()
        self.assertNotIn("QueueUrls", self.sqs.list_queues())

    def test_messages_in_flight(self):
        queue = self.queue("q")
        for body in ["deleted", "again"]:
            self.sqs.send_message(QueueUrl=self.of(queue), MessageBody=body)
        held = {message["Body"]: message for message in self.receive(queue, VisibilityTimeout=3000)}
        self.restart()
        counts = self.attributes(queue, "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        self.assertEqual(
            counts, {"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "2"}
        )
        self.assertEqual(self.receive(queue), [])
        # A receipt handle is good in the next process.
        self.sqs.delete_message(QueueUrl=self.of(queue), ReceiptHandle=held["deleted"]["ReceiptHandle"])
        self.sqs.change_message_visibility(
            QueueUrl=self.of(queue), ReceiptHandle=held["again"]["ReceiptHandle"], VisibilityTimeout=6000
        )
        self.restart()
        self.clock(action="advance", by=5000)
        self.assertEqual(self.receive(queue), [])
        self.clock(action="advance", by=1001)
        (message,) = self.receive(queue)
        self.assertEqual((message["Body"], message["MessageId"]), ("again", held["again"]["MessageId"]))
        self.assertEqual(message["Attributes"]["ApproximateReceiveCount"], "2")

    def test_fifo_queues_remember(self):
        queue = self.queue("q.fifo", FifoQueue="true")

        def send(body, deduplication, group="g"):
            return self.sqs.send_message(
                QueueUrl=self.of(queue),
                MessageBody=body,
                MessageGroupId=group,
                MessageDeduplicationId=deduplication,
            )

        first = send("a", "1")
        send("b", "2")
        send("c", "3", group="h")
        held = self.receive(queue, ReceiveRequestAttemptId="attempt")
        self.restart()
        again = send("repeated", "1")
        self.assertEqual(
            (again["MessageId"], again["SequenceNumber"]), (first["MessageId"], first["SequenceNumber"])
        )
        # An attempt gets what it got; its group is locked until it is deleted, the other is not.
        repeated = self.receive(queue, ReceiveRequestAttemptId="attempt")
        self.assertEqual([it["MessageId"] for it in repeated], [it["MessageId"] for it in held])
        for message in held:
            self.sqs.delete_message(QueueUrl=self.of(queue), ReceiptHandle=message["ReceiptHandle"])
        self.restart()
        left = {"a", "b", "c"} - {message["Body"] for message in held}
        self.assertEqual(set(self.bodies(queue)), left)
        self.clock(action="advance", by=301)
        later = send("new", "1")
        self.assertNotEqual(later["MessageId"], first["MessageId"])
        self.assertGreater(int(later["SequenceNumber"]), int(first["SequenceNumber"]))

    def test_a_move_task_goes_on(self):
        dead = self.queue("dead")
        arn = "arn:aws:sqs:us-east-1:000000000000:dead"
        policy = json.dumps({"maxReceiveCount": 1, "deadLetterTargetArn": arn})
        source = self.queue("source", RedrivePolicy=policy)
        sent = {"a", "b", "c"}
        for body in sent:
            self.sqs.send_message(QueueUrl=self.of(source), MessageBody=body)
        while len(self.receive(source, VisibilityTimeout=0)) > 0:
            pass
        self.assertEqual(self.attributes(dead, "ApproximateNumberOfMessages")["ApproximateNumberOfMessages"], "3")
        # It moves the first at once, and no other while time stands still.
        self.clock(action="freeze")
        self.sqs.start_message_move_task(SourceArn=arn, MaxNumberOfMessagesPerSecond=1)
        self.restart()
        task = self.task(arn)
        self.assertIn(task["Status"], ["RUNNING", "COMPLETED"])
        self.assertEqual(task["ApproximateNumberOfMessagesToMove"], 3)
        self.complete(arn)
        # What a task does is not waited for by the call that tells of it: the last of it may be done again.
        self.restart()
        self.complete(arn)
        self.assertEqual(sorted(self.bodies(source)), sorted(sent))
        self.assertEqual(self.bodies(dead), [])

    def complete(self, arn):
        for _ in range(1000):
            if self.task(arn)["Status"] == "COMPLETED":
                break
            self.clock(action="advance", by=1)
        self.assertEqual(self.task(arn)["ApproximateNumberOfMessagesMoved"], 3)

    def task(self, arn):
        (task,) = self.sqs.list_message_move_tasks(SourceArn=arn)["Results"]
        return task

    def test_sessions(self):
        def caller(credentials):
            sts = self.client(
                "sts", credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
            )
            identity = sts.get_caller_identity()
            return identity["Account"], identity["Arn"], identity["UserId"]

        role = self.sts.assume_role(RoleArn=ROLE, RoleSessionName="ci", DurationSeconds=3600)
        user = self.sts.get_federation_token(Name="someone", DurationSeconds=3600)
        before = [caller(it["Credentials"]) for it in (role, user)]
        self.assertEqual(before[0][1], "arn:aws:sts::111122223333:assumed-role/deployer/ci")
        self.restart()
        self.assertEqual([caller(it["Credentials"]) for it in (role, user)], before)
        # They end when they were to.
        self.clock(action="advance", by=3601)
        with self.assertRaises(Exception) as raised:
            caller(role["Credentials"])
        self.assertIn("ExpiredToken", str(raised.exception))


if __name__ == "__main__":
    unittest.main()
